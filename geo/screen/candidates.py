"""The candidates table: every parcel with its final state, its areas and the rules that made it so."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import reason
from geo.rules.evidence import Evidence
from geo.rules.judge import CONFLICT, UNKNOWN, Judgement
from geo.screen.remains import Left
from geo.screen.status import S_EXCLUDED, STATUSES, Standing

Bools = npt.NDArray[np.bool_]


def table(stand: Standing, judged: Judgement, left: Left, data: Evidence, aside: frozenset[str]) -> pd.DataFrame:
    """Return the candidates table; rule ids in a cell are joined by ``|`` in the order of the rules."""
    excluded = stand.code == S_EXCLUDED
    net_hi = np.where(excluded, 0.0, left.net_hi)
    net = np.where(excluded | stand.unsure_whole, 0.0, left.net)
    lists = _lists(judged, aside)
    named = {name: lists.pop(name) for name in ("unsure", "restricted")}
    return pd.DataFrame(
        {
            "parcel_id": data.parcel_ids,
            "status": np.asarray(STATUSES, object)[stand.code],
            "gross_m2": data.gross_m2,
            "net_m2": np.minimum(net, net_hi),
            "net_hi_m2": net_hi,
            **lists,
            "reason": _reasons(stand, lists | named, data),
        }
    )


def _lists(judged: Judgement, aside: frozenset[str]) -> dict[str, npt.NDArray[np.object_]]:
    """Return the lists of the table, and ``unsure`` and ``restricted``: unknown rules that move the status."""
    count = len(judged.unit_ids)
    names = ("conflicts", "unknowns", "conditions", "unsure", "restricted")
    out = {name: np.full(count, "", object) for name in names}
    for k, rule in enumerate(judged.rules):
        if rule.id in aside or rule.binding == "prefer":
            continue
        conflict, unknown = judged.outcome[k] == CONFLICT, judged.outcome[k] == UNKNOWN
        _append(out["conflicts" if rule.binding == "exclude" else "conditions"], conflict, rule.id)
        _append(out["unknowns"], unknown, rule.id)
        if rule.binding in ("exclude", "restrict"):
            _append(out["unsure" if rule.binding == "exclude" else "restricted"], unknown, rule.id)
    return out


def _append(cells: npt.NDArray[np.object_], where: Bools, word: str) -> None:
    cells[where] = [f"{cell}|{word}" if cell else word for cell in cells[where]]


def _reasons(stand: Standing, lists: dict[str, npt.NDArray[np.object_]], data: Evidence) -> list[str]:
    codes = np.select(
        [stand.failed, stand.too_small, data.doubtful, stand.unsure, stand.conditional],
        ["status_failed", "status_too_small", "status_may_belong", "status_unknown", "status_conditional"],
        "status_eligible",
    )
    open_ = np.full(len(codes), "", object) if data.may_belong is None else data.may_belong
    # an unknown on a procedure is a note: it stands among the unknowns and is no reason
    cells = (lists[n] for n in ("conflicts", "conditions", "unsure", "restricted"))
    zipped = zip(codes, open_, *cells, strict=True)
    made: dict[tuple[str, ...], str] = {}
    out = []
    for key in zipped:
        if key not in made:
            code, fields, conflicts, conditions, unsure, restricted = key
            rules = {
                "status_unknown": unsure,
                "status_may_belong": unsure,
                "status_conditional": "|".join(filter(None, (conflicts, conditions, restricted))),
            }
            named = rules.get(str(code), conflicts).split("|") if any(key[2:]) else []
            about = {"fields": fields.split("|")} if code == "status_may_belong" else {}
            made[key] = reason(str(code), rules=named, **about).to_json()
        out.append(made[key])
    return out
