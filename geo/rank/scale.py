"""Units × criteria: the share of the points each unit has proved, and could still have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.units import absent_class, hi
from geo.rank.spec import Criterion
from geo.rank.value import Categories, Floats, limits, of_codes, shares
from geo.rules.judge import Measured

FREE, OPEN, BROKEN = 0, 1, 2
"""A hard limit is kept (or there is none), may be broken, is broken."""
Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scaled:
    """Every unit by every criterion, before any weight.

    Parameters
    ----------
    unit_ids : object array, n
    criteria : tuple of Criterion, m
    value, value_hi : float arrays, n × m
        The interval read; -inf and inf where unbounded, NaN for criteria that read codes.
    code : object array, n × m
        The code read; "" for criteria that read numbers.
    low, high : float arrays, n × m
        Share of the points that is proved, and that the data does not exclude. What is
        unknown has proved only what every value it may take would earn.
    limit : uint8 array, n × m
        FREE, OPEN or BROKEN. The limit of an unverified criterion is OPEN where it is broken.
    reasons : object array, n × m
        `Reason` of each cell, shared between cells that have the same.
    barred : object array, n, or None
        `Reason` why a unit is not ranked whatever it scores (a project that does not pass its
        gates), None where nothing bars it.
    """

    unit_ids: npt.NDArray[np.object_]
    criteria: tuple[Criterion, ...]
    value: Floats
    value_hi: Floats
    code: npt.NDArray[np.object_]
    low: Floats
    high: Floats
    limit: Codes
    reasons: npt.NDArray[np.object_]
    barred: npt.NDArray[np.object_] | None = None

    @property
    def infeasible(self) -> Flags:
        """Units that certainly break a hard limit, or are barred."""
        broken = np.asarray((self.limit == BROKEN).any(axis=1))
        return broken if self.barred is None else broken | np.array([why is not None for why in self.barred], bool)

    @property
    def states(self) -> npt.NDArray[np.object_]:
        """``infeasible``, ``unknown`` (a hard limit may be broken) or ``feasible``, one per unit."""
        open_ = (self.limit == OPEN).any(axis=1)
        return np.where(self.infeasible, "infeasible", np.where(open_, "unknown", "feasible")).astype(object)


@dataclass(frozen=True)
class _Cells:
    """One criterion on all units."""

    value: Floats
    value_hi: Floats
    code: npt.NDArray[np.object_]
    low: Floats
    high: Floats
    limit: Codes
    reasons: npt.NDArray[np.object_]


def scaled(units: pd.DataFrame, criteria: Sequence[Criterion], unit_id: str) -> Scaled:
    """Read every criterion off a table of units.

    Parameters
    ----------
    units : DataFrame
        One row per unit: `unit_id` and the facts. A column that is not there, a null and
        a reversed interval are unknown.
    criteria : sequence of Criterion
    unit_id : str
        Column that names the units.
    """
    cells = [_by_code(units, c) if c.by_code else _by_number(units, c) for c in criteria]
    ids = units[unit_id].to_numpy(object)

    def side_by_side(name: str, dtype: type) -> npt.NDArray[np.generic]:
        columns = [getattr(cell, name) for cell in cells]
        return np.column_stack(columns) if columns else np.empty((len(ids), 0), dtype)

    return Scaled(
        unit_ids=ids,
        criteria=tuple(criteria),
        **{n: side_by_side(n, float) for n in ("value", "value_hi", "low", "high")},  # type: ignore[arg-type]
        **{n: side_by_side(n, object) for n in ("code", "reasons")},  # type: ignore[arg-type]
        limit=side_by_side("limit", np.uint8),  # type: ignore[arg-type]
    )


def _by_number(units: pd.DataFrame, criterion: Criterion) -> _Cells:
    assert not isinstance(criterion.value, Categories)
    read = _interval(units, criterion.fact)
    low, high = shares(criterion.value.corners, read.lo, read.hi)
    broken, open_ = limits(read.lo, read.hi, criterion.hard_min, criterion.hard_max)
    words = np.full(len(units), "", object)
    return _cells(criterion, (read.lo, read.hi, words), (low, high), broken, open_)


def _interval(units: pd.DataFrame, fact: str) -> Measured:
    if fact not in units and (unknown := absent_class(fact)) in units:
        return Measured.interval(np.zeros(len(units)), units[unknown].to_numpy(np.float64), "")
    if fact not in units:
        return Measured.unbounded(len(units), "fact_missing")
    low = units[fact].to_numpy(np.float64)
    return Measured.interval(low, units[hi(fact)].to_numpy(np.float64) if hi(fact) in units else low, "")


def _by_code(units: pd.DataFrame, criterion: Criterion) -> _Cells:
    assert isinstance(criterion.value, Categories)
    table, none = criterion.value.shares, np.full(len(units), np.nan)
    column = units[criterion.fact] if criterion.fact in units else pd.Series("", index=units.index)
    codes = column.astype(object).where(column.notna(), "").to_numpy(object)
    low, high = of_codes(table, codes)
    broken = np.isin(codes.astype(str), criterion.hard_codes)
    listed = np.isin(codes.astype(str), list(table))
    open_ = ~listed & bool(criterion.hard_codes)
    return _cells(criterion, (none, none, codes), (low, high), broken, open_)


def _cells(
    criterion: Criterion,
    read: tuple[Floats, Floats, npt.NDArray[np.object_]],
    earned: tuple[Floats, Floats],
    broken: Flags,
    open_: Flags,
) -> _Cells:
    """Close the cells of a criterion: what breaks a limit earns nothing, what may break it has proved nothing."""
    doubtful = broken & criterion.unverified
    open_, broken = open_ | doubtful, broken & (not criterion.unverified)
    low = np.where(open_ | broken, 0.0, earned[0])
    high = np.where(broken, 0.0, earned[1])
    limit = np.where(broken, BROKEN, np.where(open_, OPEN, FREE)).astype(np.uint8)
    blank = np.asarray(read[2] == "", bool)
    known: Flags = ~blank if criterion.by_code else np.isfinite(read[0]) & np.isfinite(read[1])
    # the last that applies wins
    reasons = np.full(len(low), None, object)
    for where, said in (
        (np.ones(len(low), bool), _said("scored", criterion)),
        (low < high, _said("scored_open", criterion)),
        (~known, _said("scored_unknown", criterion)),
        (known & (low < high) & criterion.by_code, _said("category_unlisted", criterion)),
        (open_, _said("limit_open", criterion)),
        (doubtful, _said("limit_unverified", criterion)),
        (broken, _said("limit_broken", criterion)),
    ):
        reasons[where] = said
    return _Cells(*read, low, high, limit, reasons)


def _said(code: str, criterion: Criterion) -> Reason:
    return reason(code, criterion=criterion.id)
