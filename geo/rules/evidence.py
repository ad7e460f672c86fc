"""What each rule reads: intervals out of the pieces and the facts.

Pieces are the only geometry the rules know. Every distinct label of `pieces.zones`
is read once into a row of states (out, in, unsure), so judging a whole county again is
a few sums over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import BlockedError, rows_reason
from geo.basis.layer import SEPARATOR, UNSURE, Zone
from geo.basis.tables import hi
from geo.rules.judge import Measured
from geo.rules.spec import AREA_TESTS, Rule

OUT, IN, UNSURE_STATE = 0, 1, 2
CLOSES_M2 = 0.01
"""A parcel's pieces add up to its area within this."""
Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Evidence:
    """Measured tables of one study, arranged for judging.

    Parameters
    ----------
    parcel_ids : array of str
        Order of every array that follows.
    gross_m2 : float array
        Area of each parcel on the study's basis.
    parcel, label, area_m2 : arrays, one entry per piece
        Position of the piece's parcel, position of its label, its area.
    states : uint8 array, labels × zones
        OUT, IN or UNSURE_STATE.
    zones : mapping of zone id to column of `states`
    known : mapping of zone id to (state, cause, coverage)
        From the table `zones`; a zone that is not in it was never measured.
    facts : DataFrame indexed by parcel_id, in the order of `parcel_ids`
    """

    parcel_ids: npt.NDArray[np.object_]
    gross_m2: Floats
    parcel: npt.NDArray[np.intp]
    label: npt.NDArray[np.intp]
    area_m2: Floats
    states: States
    zones: dict[str, int]
    known: dict[str, tuple[str, str, str]]
    facts: pd.DataFrame

    def total(self, taken: npt.NDArray[np.bool_]) -> Floats:
        """Sum the area of the pieces whose label is taken, per parcel."""
        weight = np.where(taken[self.label], self.area_m2, 0.0)
        summed = np.bincount(self.parcel, weights=weight, minlength=len(self.parcel_ids))
        return summed.astype(np.float64)

    def only(self, parcels: npt.NDArray[np.bool_]) -> Evidence:
        """Return the evidence of some parcels, in the same order."""
        place = np.cumsum(parcels) - 1
        rows = parcels[self.parcel]
        return replace(
            self,
            parcel_ids=self.parcel_ids[parcels],
            gross_m2=self.gross_m2[parcels],
            parcel=place[self.parcel[rows]],
            label=self.label[rows],
            area_m2=self.area_m2[rows],
            facts=self.facts[parcels],
        )

    def without(self, labels: npt.NDArray[np.bool_]) -> Evidence:
        """Return the evidence as if the ground of these labels were cut off every parcel."""
        rows = ~labels[self.label]
        return replace(
            self,
            gross_m2=self.total(~labels),
            parcel=self.parcel[rows],
            label=self.label[rows],
            area_m2=self.area_m2[rows],
        )

    def state(self, rule: Rule) -> States | None:
        """Return per label whether the rule's ground is out, in or unsure; None: never measured."""
        column = self.zones.get(Zone(rule.layer, rule.buffer_m).zone_id)
        if column is None:
            return None
        states = self.states[:, column]
        if rule.test != "outside_m2":
            return states
        return np.where(states == UNSURE_STATE, UNSURE_STATE, 1 - np.minimum(states, 1)).astype(np.uint8)


def evidence(parcels: pd.DataFrame, zones: pd.DataFrame, pieces: pd.DataFrame, facts: pd.DataFrame) -> Evidence:
    """Arrange the measured tables for judging.

    Parameters
    ----------
    parcels, zones, pieces, facts : DataFrame
        Tables of those names.

    Raises
    ------
    BlockedError
        When the pieces of a parcel do not add up to its area (0.01 m² or 1e-6 of it):
        a ledger built on them would not close.
    """
    ids = parcels["parcel_id"].to_numpy(object)
    names = [Zone(layer, buffer).zone_id for layer, buffer in zip(zones["layer_id"], zones["buffer_m"], strict=True)]
    _add_up(parcels, pieces)
    label, labels = pd.factorize(pieces["zones"])
    known = {
        name: (state, cause, coverage)
        for name, state, cause, coverage in zip(names, zones["state"], zones["cause"], zones["coverage"], strict=True)
    }
    return Evidence(
        parcel_ids=ids,
        gross_m2=parcels["area_m2"].to_numpy(np.float64),
        parcel=pd.Index(ids).get_indexer(pd.Index(pieces["parcel_id"])),
        label=label,
        area_m2=pieces["area_m2"].to_numpy(np.float64),
        states=_states([str(text) for text in labels], names),
        zones={name: k for k, name in enumerate(names)},
        known=known,
        facts=facts.set_index("parcel_id").reindex(ids),
    )


def _add_up(parcels: pd.DataFrame, pieces: pd.DataFrame) -> None:
    area = parcels.set_index("parcel_id")["area_m2"]
    summed = pieces.groupby("parcel_id", observed=True)["area_m2"].sum().reindex(area.index, fill_value=0.0)
    off = (summed - area).abs() > np.maximum(CLOSES_M2, 1e-6 * area)
    if off.any():
        raise BlockedError(rows_reason("pieces_do_not_add_up", area.index[off].to_numpy(object)))


def _states(labels: list[str], names: list[str]) -> States:
    column = {name: k for k, name in enumerate(names)}
    states = np.full((len(labels), len(names)), OUT, np.uint8)
    for row, label in enumerate(labels):
        for word in filter(None, label.split(SEPARATOR)):
            unsure = word.startswith(UNSURE)
            states[row, column[word.removeprefix(UNSURE)]] = UNSURE_STATE if unsure else IN
    return states


def measured(rule: Rule, data: Evidence) -> Measured:
    """Return the interval a rule reads for every parcel.

    Unknown in every parcel when the layer or fact was never measured, is missing,
    failed or stale; the cause says which.
    """
    if rule.test in AREA_TESTS:
        return _areas(rule, data)
    name = f"{rule.layer}_dist_m" if rule.test == "distance_m" else rule.fact
    cause = "outside_coverage" if rule.test == "distance_m" else "fact_unknown"
    return _fact(name, cause, data)


def _areas(rule: Rule, data: Evidence) -> Measured:
    zone = Zone(rule.layer, rule.buffer_m).zone_id
    state, cause, coverage = data.known.get(zone, ("missing", "", ""))
    states = data.state(rule)
    if states is None or state != "ok":
        return Measured.unbounded(len(data.parcel_ids), cause or f"layer_{state}")
    lo, top = data.total(states == IN), data.total(states != OUT)
    if rule.test == "overlap_share":
        with np.errstate(invalid="ignore", divide="ignore"):
            lo, top = lo / data.gross_m2, top / data.gross_m2
    return Measured.interval(lo, top, cause or ("maybe_features" if coverage == "complete" else "outside_coverage"))


def _fact(name: str, cause: str, data: Evidence) -> Measured:
    if name not in data.facts:
        return Measured.unbounded(len(data.parcel_ids), "fact_missing" if cause == "fact_unknown" else "layer_missing")
    lo = data.facts[name].to_numpy(np.float64)
    top = data.facts[hi(name)].to_numpy(np.float64) if hi(name) in data.facts else lo
    return Measured.interval(lo, top, cause)
