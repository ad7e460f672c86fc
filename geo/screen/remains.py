"""What the cutting rules leave of every parcel, and what each of them takes.

The pieces of a parcel are sorted into ground that is surely taken, ground that may be
taken (待核实) and the rest. The three add up to the parcel, so its ledger closes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.rules.evidence import IN, UNSURE_STATE, Evidence
from geo.rules.terms import Terms

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Left:
    """What is left of every parcel: not excluded by the data (`net_hi`), proved usable (`net`); m².

    `doubtful` is True where it is not known whether the parcel is one of the study's; nothing of
    it is proved usable.
    """

    net_hi: Floats
    net: Floats
    doubtful: npt.NDArray[np.bool_]


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

    rules: tuple[Terms, ...]
    exclusive: Floats
    shared: Floats
    unsure: Floats
    left: Floats
    total: Left


def remaining(rules: Sequence[Terms], data: Evidence) -> Left:
    """Return what the cutting rules leave, without the single steps (two sums, whatever the rules)."""
    states = _states(tuple(r for r in rules if r.cuts), data)
    free = ~(states == IN).any(axis=0)
    proved = data.total(free & ~(states == UNSURE_STATE).any(axis=0))
    return Left(data.total(free), np.where(data.doubtful, 0.0, proved), data.doubtful)


def deductions(rules: Sequence[Terms], data: Evidence) -> Deductions:
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


def _states(cutting: tuple[Terms, ...], data: Evidence) -> npt.NDArray[np.uint8]:
    """Return rules × labels: whether the rule takes, may take or leaves the ground of a label."""
    empty_ = np.zeros((0, len(data.states)), np.uint8)
    return np.stack([_ground(r, data) for r in cutting]) if cutting else empty_


def _ground(rule: Terms, data: Evidence) -> npt.NDArray[np.uint8]:
    states = data.state(rule)
    if states is None:
        return np.full(len(data.states), UNSURE_STATE, np.uint8)
    known = data.known[rule.zone.zone_id][0] == "ok"
    states = states if known else np.full(len(data.states), UNSURE_STATE, np.uint8)
    return np.where(states == IN, UNSURE_STATE, states).astype(np.uint8) if rule.doubted else states
