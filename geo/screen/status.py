"""The state of a parcel: the first of excluded, unknown, conditional, eligible that applies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.rules.judge import CLEAR, CONFLICT, UNKNOWN, Judgement
from geo.screen.remains import Left

STATUSES = ("unknown", "eligible", "conditional", "excluded")
"""Words of the status codes; unset memory is 0, unknown."""
S_UNKNOWN, S_ELIGIBLE, S_CONDITIONAL, S_EXCLUDED = 0, 1, 2, 3

NOTHING_M2 = 0.01
"""Less than this is no land: the closing tolerance of the ledger."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Minimum:
    """What is left must reach this area and width (0: no limit)."""

    area_m2: float = 0.0
    width_m: float = 0.0


CANDIDATE_MIN_M2, CANDIDATE_MIN_WIDTH_M = 10_000.0 / 3.0, 20.0
"""A candidate by itself is 5 亩 and 20 m wide, if a study does not say otherwise; less is a remnant (零星地块)."""


@dataclass(frozen=True)
class Standing:
    """Status code per parcel and the flags it follows from."""

    code: npt.NDArray[np.uint8]
    failed: Bools
    too_small: Bools
    unsure: Bools
    unsure_whole: Bools
    conditional: Bools


def standing(
    judged: Judgement, left: Left, aside: frozenset[str], minimum: Minimum, too_narrow: Bools | None = None
) -> Standing:
    """Return the status of every parcel.

    Parameters
    ----------
    judged : Judgement
        Every applicable rule on every parcel.
    left : Left
        What the cutting rules leave; a parcel that only may be one of the study's is at best unknown.
    aside : set of rule ids
        Not examined this round: out of the status.
    minimum : Minimum
        Below it a parcel is excluded.
    too_narrow : bool array or None
        Parcels of which no part that is left reaches the minimum; decided on shapes,
        so None while only tables are at hand.

    Notes
    -----
    An unknown on a procedure or preference rule is a note and changes nothing.
    """
    count = len(judged.unit_ids)
    flags = {name: np.zeros(count, bool) for name in ("failed", "unsure", "whole", "conditional")}
    for k, rule in enumerate(judged.rules):
        if rule.id in aside:
            continue
        codes = judged.outcome[k]
        if rule.binding == "exclude":
            flags["conditional" if rule.cuts else "failed"] |= codes == CONFLICT
            unknown = codes == UNKNOWN
            flags["unsure"] |= unknown
            if not rule.cuts:
                flags["whole"] |= unknown
        elif rule.binding == "restrict":
            flags["conditional"] |= codes != CLEAR
        elif rule.binding == "procedure":
            flags["conditional"] |= codes == CONFLICT
    for name in ("unsure", "whole"):
        flags[name] |= left.doubtful
    small = left.net_hi < max(minimum.area_m2, NOTHING_M2)
    if too_narrow is not None:
        small = small | too_narrow
    excluded = flags["failed"] | small
    code = np.full(count, S_ELIGIBLE, np.uint8)
    code[flags["conditional"]] = S_CONDITIONAL
    code[flags["unsure"]] = S_UNKNOWN
    code[excluded] = S_EXCLUDED
    return Standing(
        code, flags["failed"], small & ~flags["failed"], flags["unsure"], flags["whole"], flags["conditional"]
    )
