"""The state of a parcel: the first of excluded, unknown, conditional, eligible that applies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import reason
from geo.rules.evidence import Evidence
from geo.rules.judge import CONFLICT, UNKNOWN, Judgement
from geo.screen.ledger import Left

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
        What the cutting rules leave.
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
        conflict, unknown = judged.outcome[k] == CONFLICT, judged.outcome[k] == UNKNOWN
        if rule.binding == "exclude":
            flags["conditional" if rule.cuts else "failed"] |= conflict
            flags["unsure"] |= unknown
            flags["whole"] |= unknown & (not rule.cuts)
        elif rule.binding == "restrict":
            flags["conditional"] |= conflict | unknown
        elif rule.binding == "procedure":
            flags["conditional"] |= conflict
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


def table(stand: Standing, judged: Judgement, left: Left, data: Evidence, aside: frozenset[str]) -> pd.DataFrame:
    """Return the candidates table; rule ids in a cell are joined by ``|`` in the order of the rules."""
    excluded = stand.code == S_EXCLUDED
    net_hi = np.where(excluded, 0.0, left.net_hi)
    net = np.where(excluded | stand.unsure_whole, 0.0, left.net)
    lists = _lists(judged, aside)
    return pd.DataFrame(
        {
            "parcel_id": data.parcel_ids,
            "status": np.asarray(STATUSES, object)[stand.code],
            "gross_m2": data.gross_m2,
            "net_m2": np.minimum(net, net_hi),
            "net_hi_m2": net_hi,
            **lists,
            "reason": _reasons(stand, lists),
        }
    )


def _lists(judged: Judgement, aside: frozenset[str]) -> dict[str, npt.NDArray[np.object_]]:
    count = len(judged.unit_ids)
    out = {name: np.full(count, "", object) for name in ("conflicts", "unknowns", "conditions")}
    for k, rule in enumerate(judged.rules):
        if rule.id in aside or rule.binding == "prefer":
            continue
        conflict, unknown = judged.outcome[k] == CONFLICT, judged.outcome[k] == UNKNOWN
        _append(out["conflicts" if rule.binding == "exclude" else "conditions"], conflict, rule.id)
        _append(out["unknowns"], unknown, rule.id)
    return out


def _append(cells: npt.NDArray[np.object_], where: Bools, word: str) -> None:
    cells[where] = [f"{cell}|{word}" if cell else word for cell in cells[where]]


def _reasons(stand: Standing, lists: dict[str, npt.NDArray[np.object_]]) -> list[str]:
    codes = np.select(
        [stand.failed, stand.too_small, stand.unsure, stand.conditional],
        ["status_failed", "status_too_small", "status_unknown", "status_conditional"],
        "status_eligible",
    )
    zipped = zip(codes, lists["conflicts"], lists["unknowns"], lists["conditions"], strict=True)
    made: dict[tuple[str, str, str, str], str] = {}
    out = []
    for key in zipped:
        if key not in made:
            code, conflicts, unknowns, conditions = key
            rules = {
                "status_unknown": unknowns,
                "status_conditional": "|".join(filter(None, (conflicts, conditions, unknowns))),
            }
            made[key] = reason(
                str(code), rules=rules.get(str(code), conflicts).split("|") if any(key[1:]) else []
            ).to_json()
        out.append(made[key])
    return out
