"""The ledger: gross area, minus each deduction in the order of the rules, what is left.

For every parcel the pieces are sorted into ground that is surely taken, ground that
may be taken (待核实) and the rest. The three add up to the parcel, so it closes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.layer import Zone
from geo.basis.tables import empty
from geo.rules.evidence import IN, UNSURE_STATE, Evidence
from geo.rules.spec import Rule

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

WHOLE = "whole"
"""`layer_id` of the line that takes what is left because the whole parcel fails."""
UNSURE_LINE = "?"
"""`layer_id` of the line for ground nobody can vouch for."""


@dataclass(frozen=True)
class Left:
    """What is left of every parcel: not excluded by the data (`net_hi`), proved usable (`net`); m²."""

    net_hi: Floats
    net: Floats


@dataclass(frozen=True)
class Deductions:
    """Areas per parcel after all cutting rules, in m².

    Parameters
    ----------
    rules : tuple of Rule
        The cutting rules, in order.
    exclusive, shared, unsure, left : float arrays, rules × parcels
        Ground only this rule takes; ground others take too; ground it may take and
        none surely takes; what is left after it, in order.
    total : Left
        What remains in the end.
    """

    rules: tuple[Rule, ...]
    exclusive: Floats
    shared: Floats
    unsure: Floats
    left: Floats
    total: Left


def remaining(rules: Sequence[Rule], data: Evidence) -> Left:
    """Return what the cutting rules leave, without the single steps (two sums, whatever the rules)."""
    states = _states(tuple(r for r in rules if r.cuts), data)
    free = ~(states == IN).any(axis=0)
    return Left(data.total(free), data.total(free & ~(states == UNSURE_STATE).any(axis=0)))


def deductions(rules: Sequence[Rule], data: Evidence) -> Deductions:
    """Take the ground of every cutting rule out of every parcel.

    A rule whose layer was never measured may take everything that is left.
    """
    cutting = tuple(r for r in rules if r.cuts)
    states = _states(cutting, data)
    taken, unsure = states == IN, states == UNSURE_STATE
    by_any = taken.any(axis=0)
    times = taken.sum(axis=0)
    rows = [
        (
            data.total(taken[k] & (times == 1)),
            data.total(taken[k] & (times > 1)),
            data.total(unsure[k] & ~by_any),
            data.gross_m2 - data.total(taken[: k + 1].any(axis=0)),
        )
        for k in range(len(cutting))
    ]
    shape = (len(cutting), len(data.parcel_ids))
    exclusive, shared, maybe, left = (np.array([r[i] for r in rows]).reshape(shape) for i in range(4))
    return Deductions(cutting, exclusive, shared, maybe, np.maximum(left, 0.0), remaining(rules, data))


def _states(cutting: tuple[Rule, ...], data: Evidence) -> npt.NDArray[np.uint8]:
    """Return rules × labels: whether the rule takes, may take or leaves the ground of a label."""
    empty_ = np.zeros((0, len(data.states)), np.uint8)
    return np.stack([_ground(r, data) for r in cutting]) if cutting else empty_


def _ground(rule: Rule, data: Evidence) -> npt.NDArray[np.uint8]:
    states = data.state(rule)
    if states is None:
        return np.full(len(data.states), UNSURE_STATE, np.uint8)
    known = data.known[_zone(rule)][0] == "ok"
    return states if known else np.full(len(data.states), UNSURE_STATE, np.uint8)


def _zone(rule: Rule) -> str:
    return Zone(rule.layer, rule.buffer_m).zone_id


def table(found: Deductions, data: Evidence, failed: Bools, unsure: Bools) -> pd.DataFrame:
    """Return the ledger table.

    Parameters
    ----------
    found : Deductions
        From `deductions`.
    data : Evidence
        The measured tables.
    failed : bool array
        Parcels that fail as a whole: a last line takes what is left.
    unsure : bool array
        Parcels a whole-parcel rule may take: nothing of them is proved usable.

    Notes
    -----
    Step 0 opens with the gross area. Lines in which nothing is taken or unsure are
    left out. The line ``?`` holds all ground that is unsure, once; after it
    `left_m2` is what is proved.
    """
    lines = [_line(data, 0, "", "", left=data.gross_m2)]
    for k, rule in enumerate(found.rules):
        line = _line(
            data, k + 1, rule.layer, rule.id,
            exclusive=found.exclusive[k], shared=found.shared[k], unknown=found.unsure[k], left=found.left[k],
        )  # fmt: skip
        lines.append(line[(line[["exclusive_m2", "shared_m2", "unknown_m2"]] > 0).any(axis=1)])
    last = len(found.rules) + 1
    whole = _line(data, last, WHOLE, "", exclusive=found.total.net_hi, left=np.zeros_like(found.total.net_hi))
    lines.append(whole[failed])
    unknown = np.where(failed, 0.0, np.where(unsure, found.total.net_hi, found.total.net_hi - found.total.net))
    doubt = _line(data, last + 1, UNSURE_LINE, "", unknown=unknown, left=np.maximum(found.total.net_hi - unknown, 0.0))
    lines.append(doubt[unknown > 0])
    return pd.concat(lines, ignore_index=True) if len(data.parcel_ids) else empty("ledger")


def _line(data: Evidence, step: int, layer_id: str, rule_id: str, **areas: Floats) -> pd.DataFrame:
    nothing = np.zeros(len(data.parcel_ids))
    return pd.DataFrame(
        {
            "parcel_id": data.parcel_ids,
            "step": step,
            "layer_id": layer_id,
            "rule_id": rule_id,
            "exclusive_m2": areas.get("exclusive", nothing),
            "shared_m2": areas.get("shared", nothing),
            "unknown_m2": areas.get("unknown", nothing),
            "left_m2": areas["left"],
        }
    )
