"""Weights by pairwise comparison (层次分析法, AHP), and which judgement contradicts the others most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.basis.errors import SpecError
from geo.basis.reason import Reason, reason
from geo.rank.value import Floats

SCALE = tuple(1.0 / k for k in range(9, 1, -1)) + tuple(float(k) for k in range(1, 10))
"""Saaty's scale: 1 equal, 3 moderately, 5 strongly, 7 very strongly, 9 extremely more; and the inverses."""
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
"""Mean consistency index of random matrices of 1 … 15 rows (T. L. Saaty, The Analytic Hierarchy Process, 1980)."""
CONSISTENT = 0.1
"""Consistency ratio up to which judgements are taken as consistent (Saaty 1980)."""

Judgement = tuple[str, str, float]


@dataclass(frozen=True)
class Revisit:
    """The judgement furthest from what the others together say.

    Parameters
    ----------
    first, second : str
        Criteria compared.
    given : float
        How many times more the first matters, as judged.
    suggested : float
        The nearest value of Saaty's scale to what the weights say.
    ratio_then : float
        Consistency ratio with the suggestion in its place.
    """

    first: str
    second: str
    given: float
    suggested: float
    ratio_then: float


@dataclass(frozen=True)
class Compared:
    """Weights by comparison.

    Parameters
    ----------
    weights : mapping of criterion to weight
        They add up to 1.
    ratio : float
        Consistency ratio (CR); 0 for up to two criteria.
    revisit : Revisit or None
        None where all judgements agree with each other.
    """

    weights: dict[str, float]
    ratio: float
    revisit: Revisit | None

    @property
    def consistent(self) -> bool:
        """True when the consistency ratio is not above 0.1."""
        return self.ratio <= CONSISTENT


def matrix(criteria: Sequence[str], judgements: Sequence[Judgement]) -> Floats:
    """Return the comparison matrix of judgements.

    Raises
    ------
    SpecError
        An unknown criterion, one compared with itself, a number that is not above 0, a
        pair judged twice or not at all, or more criteria than the random index knows.
        All problems are reported together.
    """
    place = {name: k for k, name in enumerate(criteria)}
    problems = _problems(place, judgements)
    if problems:
        raise SpecError(problems)
    out = np.ones((len(criteria), len(criteria)))
    for first, second, times in judgements:
        out[place[first], place[second]], out[place[second], place[first]] = times, 1.0 / times
    return out


def _problems(place: dict[str, int], judgements: Sequence[Judgement]) -> list[Reason]:
    out = []
    if len(place) > len(RANDOM_INDEX):
        out.append(reason("ahp_too_many", count=len(place), most=len(RANDOM_INDEX)))
    lost = sorted({n for first, second, _ in judgements for n in (first, second)} - set(place))
    if lost:
        out.append(reason("criterion_unknown", criteria=lost, known=list(place)))
    wrong = [f"{a}/{b}" for a, b, times in judgements if a == b or not (np.isfinite(times) and times > 0.0)]
    if wrong:
        out.append(reason("ahp_judgement_wrong", pairs=wrong))
    pairs = [tuple(sorted((a, b))) for a, b, _ in judgements]
    twice = sorted({"/".join(p) for p in pairs if pairs.count(p) > 1})
    if twice:
        out.append(reason("ahp_pair_twice", pairs=twice))
    names = list(place)
    missing = [f"{a}/{b}" for i, a in enumerate(names) for b in names[i + 1 :] if tuple(sorted((a, b))) not in pairs]
    if missing:
        out.append(reason("ahp_pairs_missing", pairs=missing[:10], count=len(missing)))
    return out


def compared(criteria: Sequence[str], judgements: Sequence[Judgement]) -> Compared:
    """Return the weights a full set of judgements leads to; raises as `matrix`."""
    judged = matrix(criteria, judgements)
    weights, ratio = _eigen(judged)
    revisit = None if len(criteria) < 3 else _revisit(list(criteria), judged, weights)
    return Compared(dict(zip(criteria, weights.tolist(), strict=True)), ratio, revisit)


def _eigen(judged: Floats) -> tuple[Floats, float]:
    """Return the principal eigenvector and the consistency ratio of a positive reciprocal matrix."""
    values, vectors = np.linalg.eig(judged)
    first = int(np.argmax(values.real))
    weights = np.abs(vectors[:, first].real)
    size = len(judged)
    random = RANDOM_INDEX[size - 1]
    if random == 0.0:
        return weights / weights.sum(), 0.0
    index = max(0.0, (float(values[first].real) - size) / (size - 1))
    return weights / weights.sum(), index / random


def _revisit(names: list[str], judged: Floats, weights: Floats) -> Revisit | None:
    """Find the judgement furthest from the ratio of the weights (Saaty 2003: the greatest a·wj/wi)."""
    implied = weights[:, None] / weights[None, :]
    distance = np.triu(np.abs(np.log(judged / implied)), 1)
    i, j = (int(k) for k in np.unravel_index(np.argmax(distance), distance.shape))
    suggested = min(SCALE, key=lambda s: abs(np.log(s / implied[i, j])))
    if distance[i, j] < 1e-6 or np.isclose(suggested, judged[i, j]):
        return None
    turned = judged.copy()
    turned[i, j], turned[j, i] = suggested, 1.0 / suggested
    return Revisit(names[i], names[j], float(judged[i, j]), float(suggested), _eigen(turned)[1])
