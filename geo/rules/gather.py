"""Measured tables arranged for judging: columns of numbers in the order of the parcels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import BlockedError, rows_reason
from geo.basis.layer import SEPARATOR, UNSURE, zone_id
from geo.rules.evidence import IN, OUT, UNSURE_STATE, Evidence, States

CLOSES_M2 = 0.01
"""A parcel's pieces add up to its area within this."""


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
    parts = zones["part"] if "part" in zones else [""] * len(zones)
    names = [zone_id(*columns) for columns in zip(zones["layer_id"], zones["buffer_m"], parts, strict=True)]
    _add_up(parcels, pieces)
    label, labels = pd.factorize(pieces["zones"])
    parcel = pd.Index(ids).get_indexer(pd.Index(pieces["parcel_id"]))
    order = np.argsort(parcel, kind="stable")
    known = {
        name: (state, cause, coverage)
        for name, state, cause, coverage in zip(names, zones["state"], zones["cause"], zones["coverage"], strict=True)
    }
    return Evidence(
        parcel_ids=ids,
        gross_m2=parcels["area_m2"].to_numpy(np.float64),
        parcel=parcel[order],
        label=label[order],
        area_m2=pieces["area_m2"].to_numpy(np.float64)[order],
        states=_states([str(text) for text in labels], names),
        zones={name: k for k, name in enumerate(names)},
        known=known,
        facts=_columns(facts, ids),
        may_belong=parcels["may_belong"].fillna("").to_numpy(object) if "may_belong" in parcels else None,
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


def _columns(facts: pd.DataFrame, ids: npt.NDArray[np.object_]) -> dict[str, npt.NDArray[Any]]:
    ordered = facts.set_index("parcel_id").reindex(ids)
    return {str(name): ordered[name].to_numpy() for name in ordered}
