"""Weights: as given, with a change to some, by comparison (AHP), or out of the units (熵权法)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rank.ahp import compared
from geo.rank.scale import Scaled
from geo.rank.spec import CriteriaSet
from geo.rank.value import Floats

NOISE = 1e-12
"""Divergence below this is rounding: the units are alike in the criterion."""


def changed(weights: Mapping[str, float], changes: Mapping[str, float]) -> dict[str, float]:
    """Put other weights in place of some, and make all of them shares of their sum.

    Raises
    ------
    CallError
        A criterion that does not exist, a weight below 0 or not a number, or no weight above 0.
    """
    lost = sorted(set(changes) - set(weights))
    if lost:
        raise CallError(reason("criterion_unknown", criteria=lost, known=list(weights)))
    wrong = sorted(name for name, value in changes.items() if not (math.isfinite(value) and value >= 0.0))
    if wrong:
        raise CallError(reason("weight_wrong", criteria=wrong))
    return shares({name: changes.get(name, value) for name, value in weights.items()})


def shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Return weights as shares of their sum; weights that are all 0 cannot weigh anything."""
    total = sum(weights.values())
    if not total > 0.0:
        raise CallError(reason("weights_all_zero", criteria=list(weights)))
    return {name: value / total for name, value in weights.items()}


def entropy(proved: Floats) -> Floats:
    """Return weights by Shannon's entropy: a criterion on which the units differ more weighs more.

    Parameters
    ----------
    proved : float array, units × criteria
        Shares of the points that are proved, 0 … ; unknown stands as what it has proved.

    Returns
    -------
    float array
        One weight per criterion, adding up to 1. Equal weights where no criterion tells
        the units apart (one unit, or all alike).

    Notes
    -----
    Unlike given weights these depend on the units: a further unit changes them. Print
    them, judge them, and give them as weights if they are to stay.
    Source: C. E. Shannon, A mathematical theory of communication, 1948; the weighting
    method as in C. L. Hwang and K. Yoon, Multiple Attribute Decision Making, 1981.
    """
    count, criteria = proved.shape
    equal = np.full(criteria, 1.0 / criteria)
    if count < 2:
        return equal
    sums = proved.sum(axis=0)
    parts = np.divide(proved, sums, out=np.zeros_like(proved), where=sums > 0.0)
    logs = np.log(parts, out=np.zeros_like(parts), where=parts > 0.0)
    spread = 1.0 + (parts * logs).sum(axis=0) / math.log(count)
    # a criterion nobody has earned anything on tells nothing apart
    spread = np.where((sums > 0.0) & (spread > NOISE), spread, 0.0)
    total = spread.sum()
    return np.asarray(spread / total) if total > 0.0 else equal


def of(criteria: CriteriaSet, found: Scaled) -> dict[str, float]:
    """Return the weights a set asks for: as given, by comparison, or out of the units.

    Parameters
    ----------
    criteria : CriteriaSet
    found : Scaled
        Of the same criteria; read for ``entropy`` only, without infeasible units.

    Raises
    ------
    SpecError
        Judgements that do not make a full comparison.
    """
    if criteria.weighting == "ahp":
        return compared([c.id for c in criteria.criteria], criteria.judgements).weights
    if criteria.weighting == "entropy":
        out = entropy(found.low[~found.infeasible])
        return dict(zip((c.id for c in criteria.criteria), out.tolist(), strict=True))
    return criteria.weights
