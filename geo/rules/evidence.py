"""What each rule reads: intervals out of the pieces and the facts.

Pieces are the only geometry the rules know. Every distinct label of `pieces.zones`
is read once into a row of states (out, in, unsure), so judging a whole county again is
a few sums over arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.basis.layer import Zone
from geo.basis.units import absent_class, hi
from geo.rules.judge import Measured
from geo.rules.terms import AREA_TESTS, Terms

OUT, IN, UNSURE_STATE = 0, 1, 2
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
        Position of the piece's parcel, ascending; position of its label, its area.
    states : uint8 array, labels × zones
        OUT, IN or UNSURE_STATE.
    zones : mapping of zone id to column of `states`
    known : mapping of zone id to (state, cause, coverage)
        From the table `zones`; a zone that is not in it was never measured.
    facts : mapping of column name to array
        Columns of the table `facts`, in the order of `parcel_ids`.
    may_belong : array of str or None
        Fields that leave it open whether the parcel is one of the study's, "" where it is; None:
        all are.
    """

    parcel_ids: npt.NDArray[np.object_]
    gross_m2: Floats
    parcel: npt.NDArray[np.intp]
    label: npt.NDArray[np.intp]
    area_m2: Floats
    states: States
    zones: dict[str, int]
    known: dict[str, tuple[str, str, str]]
    facts: Mapping[str, npt.NDArray[Any]]
    may_belong: npt.NDArray[np.object_] | None = None

    @property
    def doubtful(self) -> npt.NDArray[np.bool_]:
        """True where it is not known whether a parcel is one of the study's: nothing of it is proved."""
        if self.may_belong is None:
            return np.zeros(len(self.parcel_ids), bool)
        return np.array([bool(fields) for fields in self.may_belong], bool)

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
            facts={name: column[parcels] for name, column in self.facts.items()},
            may_belong=None if self.may_belong is None else self.may_belong[parcels],
        )

    def between(self, start: int, stop: int) -> Evidence:
        """Return the evidence of the parcels from one place up to another; their order, labels and zones stay."""
        first, last = np.searchsorted(self.parcel, (start, stop))
        return replace(
            self,
            parcel_ids=self.parcel_ids[start:stop],
            gross_m2=self.gross_m2[start:stop],
            parcel=self.parcel[first:last] - start,
            label=self.label[first:last],
            area_m2=self.area_m2[first:last],
            facts={name: column[start:stop] for name, column in self.facts.items()},
            may_belong=None if self.may_belong is None else self.may_belong[start:stop],
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

    def state(self, rule: Terms) -> States | None:
        """Return per label whether the rule's ground is out, in or unsure; None: never measured."""
        column = self.zones.get(rule.zone.zone_id)
        if column is None:
            return None
        states = self.states[:, column]
        for layer in rule.minus:
            states = _less(states, self._known(Zone(layer).zone_id))
        if rule.test != "outside_m2":
            return states
        return np.where(states == UNSURE_STATE, UNSURE_STATE, 1 - np.minimum(states, 1)).astype(np.uint8)

    def _known(self, zone: str) -> States:
        """Return the states of a zone, unsure everywhere where it was not or could not be measured."""
        column = self.zones.get(zone)
        if column is None or self.known.get(zone, ("missing", "", ""))[0] != "ok":
            return np.full(len(self.states), UNSURE_STATE, np.uint8)
        return self.states[:, column]

    def cause(self, rule: Terms) -> str:
        """Return why the ground of a rule on a layer that could be read may be in doubt."""
        _, cause, coverage = self.known[rule.zone.zone_id]
        if cause:
            return cause
        for layer in rule.minus:
            state, why, covered = self.known.get(Zone(layer).zone_id, ("missing", "", ""))
            if state != "ok" or why or covered != "complete":
                return "minus_unknown"
        return "maybe_features" if coverage == "complete" else "outside_coverage"


def _less(states: States, taken: States) -> States:
    """Return what is left of some ground without other ground: sure only where both are."""
    open_ = (states == UNSURE_STATE) | ((states == IN) & (taken == UNSURE_STATE))
    return np.where(taken == IN, OUT, np.where(open_, UNSURE_STATE, states)).astype(np.uint8)


def measured(rule: Terms, data: Evidence) -> Measured:
    """Return the interval a rule reads for every parcel.

    Unknown in every parcel when the layer or fact was never measured, is missing,
    failed or stale; the cause says which.
    """
    if rule.test in AREA_TESTS:
        return _areas(rule, data)
    name = f"{rule.layer}_dist_m" if rule.test == "distance_m" else rule.fact
    cause = "outside_coverage" if rule.test == "distance_m" else "fact_unknown"
    return _fact(name, cause, data)


def _areas(rule: Terms, data: Evidence) -> Measured:
    state, cause, _ = data.known.get(rule.zone.zone_id, ("missing", "", ""))
    states = data.state(rule)
    if states is None or state != "ok":
        return Measured.unbounded(len(data.parcel_ids), cause or f"layer_{state}")
    lo, top = data.total(states == IN), data.total(states != OUT)
    if rule.test == "overlap_share":
        with np.errstate(invalid="ignore", divide="ignore"):
            lo, top = lo / data.gross_m2, top / data.gross_m2
    return Measured.interval(lo, top, data.cause(rule))


def _fact(name: str, cause: str, data: Evidence) -> Measured:
    if name not in data.facts and (unknown := absent_class(name)) in data.facts:
        top = np.asarray(data.facts[unknown], np.float64)  # on no parcel: known to be nowhere the raster shows
        return Measured.interval(np.zeros(len(top)), top, cause)
    if name not in data.facts:
        return Measured.unbounded(len(data.parcel_ids), "fact_missing" if cause == "fact_unknown" else "layer_missing")
    lo = np.asarray(data.facts[name], np.float64)
    top = np.asarray(data.facts[hi(name)], np.float64) if hi(name) in data.facts else lo
    return Measured.interval(lo, top, cause)
