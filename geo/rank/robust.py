"""How far a ranking can be defended: how much a weight may move, and ranks under many weightings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rank.spec import POINTS
from geo.rank.value import Floats

BLOCK = 50
"""Weightings handled at once; bounds the memory, changes no result."""
AT_ONCE = 250_000
"""Multiplications OpenBLAS does on one thread (65536 × 4). On a busy computer two threads took six times longer."""
DECIMALS = 6
"""A score is rounded here before it is ranked, so the last bit of a sum orders nothing."""
NEAR = np.float32(4e-6)
"""Scores out of 1 closer than this are beyond single precision (rounding of a dozen products)."""
SAME = 1e-12
EDGE = 1e-9
"""Lines that meet where a criterion weighs nothing or everything tie there; they do not swap."""
Counts = npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True)
class Draws:
    """Weightings to try.

    Parameters
    ----------
    count : int
        0 tries none: the intervals are then the rank itself.
    kind : {"dirichlet", "each", "any"}
        dirichlet: around the given weights, the closer the higher `concentration` ·
        each: every weight by itself up to ± `spread` of itself, then made shares ·
        any: every weighting is as likely, the given ones are not looked at.
    concentration : float
        One standard deviation of a weight w is ``sqrt(w (1 - w) / (concentration + 1))``;
        with 50 a weight of 0.20 moves by ± 0.06.
    spread : float
        Share of itself by which a weight moves.
    seed : int
        Same seed, same weightings.
    top : int
        k of the share of weightings in which a unit is among the best k.
    inner : float
        Share of the weightings the rank interval holds; 0.9 leaves 5 % out at each end.
    """

    count: int = 1000
    kind: Literal["dirichlet", "each", "any"] = "dirichlet"
    concentration: float = 50.0
    spread: float = 0.3
    seed: int = 20261123
    top: int = 5
    inner: float = 0.9

    def __post_init__(self) -> None:
        sound = self.count >= 0 and self.concentration > 0 and 0 <= self.spread <= 1 and self.top >= 1
        if not (sound and 0.0 < self.inner <= 1.0):
            raise CallError(reason("draws_wrong"))

    def weightings(self, weights: Floats) -> Floats:
        """Return the weightings, one a row, each adding up to 1; a weight of 0 stays 0."""
        random = np.random.default_rng(self.seed)
        size = (self.count, len(weights))
        if self.kind == "dirichlet":
            raw = random.standard_gamma(self.concentration * weights, size)
        elif self.kind == "each":
            raw = weights * random.uniform(1.0 - self.spread, 1.0 + self.spread, size)
        else:
            raw = random.standard_exponential(size) * (weights > 0.0)
        total = raw.sum(axis=1, keepdims=True)
        # a draw in which nothing weighs anything says nothing: the given weights stand in
        return np.where(total > 0.0, raw / np.where(total > 0.0, total, 1.0), weights)


@dataclass(frozen=True)
class Stability:
    """Ranks of every unit under many weightings.

    Parameters
    ----------
    low, high : int arrays
        Best and worst rank of the inner share of the weightings.
    top_share : float array
        Share of the weightings in which the unit is among the best k.
    """

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    top_share: Floats


def stability(shares: Floats, weights: Floats, draws: Draws) -> Stability:
    """Rank the units under every weighting.

    Parameters
    ----------
    shares : float array, units × criteria
        Shares of the points, of units that can be ranked.
    weights : float array
    draws : Draws

    Notes
    -----
    Units alike in every criterion are one row with a count, so they share every rank. Units that are
    not alike and come to one score (`totals`) share the rank under that weighting too.
    Ranks of all weightings are held as two bytes a unit: 10,000 units × 1,000 weightings
    are 20 MB.
    """
    rows, back, alike = np.unique(shares, axis=0, return_inverse=True, return_counts=True)
    drawn = draws.weightings(weights) if draws.count else weights[None, :]
    found = _ranks(rows, alike, drawn)
    tail = (1.0 - draws.inner) / 2.0
    first = int(np.floor(tail * (len(found) - 1)))
    ends = _ends(found, first, len(found) - 1 - first)
    top = (found <= draws.top).mean(axis=0)
    back = back.reshape(-1)
    return Stability(ends[0][back], ends[1][back], top[back])


def totals(shares: Floats, weights: Floats) -> Floats:
    """Return scores out of 100, added up criterion by criterion, so every computer adds in the same order."""
    out = np.zeros(len(shares))
    for k, weight in enumerate(weights):
        out += weight * shares[:, k] * POINTS
    return np.round(out, DECIMALS) + 0.0


def _ranks(rows: Floats, alike: npt.NDArray[np.intp], drawn: Floats) -> Counts:
    """Return the rank of every distinct row under every weighting, weightings × rows.

    Single precision orders the rows; those too close for it are ordered by their scores.
    """
    count, units = len(rows), int(alike.sum())
    out = np.empty((len(drawn), count), np.uint16 if units <= np.iinfo(np.uint16).max else np.uint32)
    down = np.ascontiguousarray(-rows.T.astype(np.float32))
    for start in range(0, len(drawn), BLOCK):
        score = _product(drawn[start : start + BLOCK].astype(np.float32), down)
        for k, order in enumerate(np.argsort(score, axis=1), start):
            order, tied = _settled(order, score[k - start], rows, drawn[k])
            out[k, order] = _places(alike[order], tied)
    return out


def _settled(
    order: npt.NDArray[np.intp], score: npt.NDArray[np.float32], rows: Floats, weights: Floats
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Order the rows too close for single precision by their scores; tell which come to the score before them."""
    tied = np.zeros(len(order), bool)
    near = np.diff(score[order]) < NEAR
    if not near.any():
        return order, tied
    close = np.concatenate([[False], near]) | np.concatenate([near, [False]])
    places = np.flatnonzero(close)
    bunch = np.cumsum(~np.concatenate([[False], near]))[places]
    exact = -totals(rows[order[places]], weights)
    sorted_ = np.lexsort((exact, bunch))
    exact = exact[sorted_]
    out = order.copy()
    out[places] = order[places][sorted_]
    tied[places[1:]] = (exact[1:] == exact[:-1]) & (bunch[1:] == bunch[:-1])
    return out, tied


def _product(left: npt.NDArray[np.float32], right: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Multiply in pieces small enough to be done at once: threads that wait for each other cost more than they give."""
    out = np.empty((left.shape[0], right.shape[1]), np.float32)
    step = max(1, AT_ONCE // max(1, left.size))
    for start in range(0, right.shape[1], step):
        np.matmul(left, right[:, start : start + step], out=out[:, start : start + step])
    return out


def _places(held: npt.NDArray[np.intp], tied: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return the rank of rows in order, each holding so many units; one tied to the row before shares its rank."""
    first = np.cumsum(held) - held + 1
    return np.asarray(np.maximum.accumulate(np.where(tied, 0, first)))


def _ends(found: Counts, first: int, last: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return two order statistics of every column, block by block."""
    count = found.shape[1]
    low, high = np.empty(count, np.int64), np.empty(count, np.int64)
    for start in range(0, count, 512):
        block = np.ascontiguousarray(found[:, start : start + 512].T)
        block.sort(axis=1)  # six times faster than a partition at two places: numbers this short sort in vectors
        low[start : start + 512], high[start : start + 512] = block[:, first], block[:, last]
    return low, high


def tolerance(
    shares: Floats, weights: Floats, unit_ids: npt.NDArray[np.object_], criteria: list[str], top: int = 1
) -> pd.DataFrame:
    """Return how far each weight can move until the first swap among the best places.

    Parameters
    ----------
    shares : float array, units × criteria
        Of units that can be ranked.
    weights : float array
        Adding up to 1.
    unit_ids : object array
    criteria : list of str
    top : int
        Places looked at: 1 asks until when the best stays the best.

    Returns
    -------
    DataFrame
        A criterion a row: criterion_id, weight, weight_low, weight_high (the weight at
        which the first swap comes; null where none does between 0 and 1), and who
        then passes whom: passed_low, passing_low, passed_high, passing_high.

    Notes
    -----
    One weight moves to t, the others keep their proportions: ``s(t) = t·x + (1 − t)·r``
    with r the score of the other criteria alone. Scores are lines in t, so the first
    crossing above or below the weight is exact. Units equal now are not a swap.
    """
    score = shares @ weights
    order = np.lexsort((unit_ids.astype(str), -score))
    lines = []
    for k, name in enumerate(criteria):
        rest = (score - weights[k] * shares[:, k]) / (1.0 - weights[k]) if weights[k] < 1.0 else np.zeros(len(score))
        lines.append(
            {"criterion_id": name, "weight": weights[k]} | _first_swaps(shares[:, k], rest, weights[k], order, top)
        )
    frame = pd.DataFrame(lines)
    for side in ("low", "high"):
        for role in ("passed", "passing"):
            held = frame.pop(f"_{role}_{side}")
            frame[f"{role}_{side}"] = [unit_ids[int(p)] if p >= 0 else "" for p in held]
    return frame


def _first_swaps(own: Floats, rest: Floats, weight: float, order: npt.NDArray[np.intp], top: int) -> dict[str, float]:
    """Return the nearest crossing below and above a weight, with the units that cross."""
    out: dict[str, float] = {"weight_low": np.nan, "weight_high": np.nan}
    out |= {f"_{role}_{side}": -1 for role in ("passed", "passing") for side in ("low", "high")}
    slope = own - rest
    now = rest + weight * slope
    for place, above in enumerate(order[:top]):
        below = order[place + 1 :]
        gap, turn = now[above] - now[below], slope[above] - slope[below]
        with np.errstate(divide="ignore", invalid="ignore"):
            at = weight - gap / turn
        real = (gap > SAME) & (np.abs(turn) > SAME) & (at > EDGE) & (at < 1.0 - EDGE)
        for side, nearer in (("low", real & (at < weight)), ("high", real & (at > weight))):
            if not nearer.any():
                continue
            k = int(np.argmin(np.where(nearer, np.abs(at - weight), np.inf)))
            held = out[f"weight_{side}"]
            if np.isnan(held) or abs(at[k] - weight) < abs(held - weight):
                out |= {f"weight_{side}": float(at[k]), f"_passed_{side}": above, f"_passing_{side}": below[k]}
    return out
