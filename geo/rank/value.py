"""Value functions: from a measured interval to a share of the points, with bounds that never move.

Bounds are part of the criterion, never taken from the units at hand, so a further unit
cannot reorder the others. A function is drawn by its corners and is linear between
them; beyond the outer corners it keeps their value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from geo.basis.frozen import Frozen

Floats = npt.NDArray[np.float64]
Corners = tuple[tuple[float, float], ...]


class Increasing(Frozen):
    """More is better (正向): nothing up to `none_at`, all from `full_at`; beyond it up to `cap` times all.

    A `cap` above 1 is for scoring rules that pay for more than the benchmark
    (亩均评价: value ÷ benchmark × points).
    """

    kind: Literal["increasing"] = "increasing"
    none_at: float
    full_at: float
    cap: float = Field(1.0, ge=1.0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _ordered(self) -> Increasing:
        if not self.none_at < self.full_at:
            raise ValueError("value_bounds_reversed")
        return self

    @property
    def corners(self) -> Corners:
        """Corners of the function: value, share of the points."""
        top = self.none_at + self.cap * (self.full_at - self.none_at)
        return (self.none_at, 0.0), (top, self.cap)


class Decreasing(Frozen):
    """Less is better (逆向): all up to `full_at`, nothing from `none_at`."""

    kind: Literal["decreasing"] = "decreasing"
    full_at: float
    none_at: float

    @model_validator(mode="after")
    def _ordered(self) -> Decreasing:
        if not self.full_at < self.none_at:
            raise ValueError("value_bounds_reversed")
        return self

    @property
    def corners(self) -> Corners:
        """Corners of the function: value, share of the points."""
        return (self.full_at, 1.0), (self.none_at, 0.0)


class Target(Frozen):
    """A range is best (适度): all within `full_from … full_to`, nothing from `none_below` and `none_above` outwards."""

    kind: Literal["target"] = "target"
    none_below: float
    full_from: float
    full_to: float
    none_above: float

    @model_validator(mode="after")
    def _ordered(self) -> Target:
        if not self.none_below < self.full_from <= self.full_to < self.none_above:
            raise ValueError("value_bounds_reversed")
        return self

    @property
    def corners(self) -> Corners:
        """Corners of the function: value, share of the points."""
        return (self.none_below, 0.0), (self.full_from, 1.0), (self.full_to, 1.0), (self.none_above, 0.0)


class Categories(Frozen):
    """A table (分级): code → share of the points; a code that is not in it is unknown, not zero."""

    kind: Literal["categories"] = "categories"
    shares: Mapping[str, Annotated[float, Field(ge=0.0, le=1.0)]] = Field(min_length=1)


Value = Annotated[Increasing | Decreasing | Target | Categories, Field(discriminator="kind")]


def shares(corners: Corners, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the least and the greatest share of the points an interval can earn.

    Parameters
    ----------
    corners : tuple of (value, share)
        Ascending by value.
    low, high : float arrays
        Clean intervals: never NaN, never reversed, -inf and inf where unbounded.

    Notes
    -----
    A function that is linear between corners is least and greatest at the ends of the
    interval or at a corner inside it.
    """
    xs, ys = np.array(corners).T
    ends = np.interp(low, xs, ys), np.interp(high, xs, ys)
    least, most = np.minimum(*ends), np.maximum(*ends)
    for x, y in corners:
        inside = (low < x) & (x < high)
        least, most = np.where(inside, np.minimum(least, y), least), np.where(inside, np.maximum(most, y), most)
    return least, most


def of_codes(table: Mapping[str, float], codes: npt.NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Return the least and the greatest share of each code; a code the table lacks may be any of it."""
    unknown = min(table.values()), max(table.values())
    found = [(table[c], table[c]) if c in table else unknown for c in codes]
    both = np.array(found, np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def limits(low: Floats, high: Floats, least: float | None, most: float | None) -> tuple[npt.NDArray[np.bool_], ...]:
    """Tell where an interval certainly breaks a hard limit, and where it only may.

    Returns
    -------
    broken, open : bool arrays
        `open` is True where the data allows both answers.
    """
    floor, ceiling = -math.inf if least is None else least, math.inf if most is None else most
    broken = (high < floor) | (low > ceiling)
    return broken, ~broken & ((low < floor) | (high > ceiling))
