"""The candidates table: every parcel with its final state, its areas and the rules that made it so."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import reason
from geo.rules.evidence import Evidence
from geo.rules.judge import CONFLICT, OUTCOMES, UNKNOWN, Codes, Judgement
from geo.screen.remains import Left
from geo.screen.status import S_EXCLUDED, STATUSES, Standing

Bools = npt.NDArray[np.bool_]


def table(stand: Standing, judged: Judgement, left: Left, data: Evidence, aside: frozenset[str]) -> pd.DataFrame:
    """Return the candidates table; rule ids in a cell are joined by ``|`` in the order of the rules."""
    excluded = stand.code == S_EXCLUDED
    net_hi = np.where(excluded, 0.0, left.net_hi)
    net = np.where(excluded | stand.unsure_whole, 0.0, left.net)
    kind, outcomes = patterns(judged.outcome)
    named = _lists(judged, outcomes, aside)
    return pd.DataFrame(
        {
            "parcel_id": data.parcel_ids,
            "status": np.asarray(STATUSES, object)[stand.code],
            "gross_m2": data.gross_m2,
            "net_m2": np.minimum(net, net_hi),
            "net_hi_m2": net_hi,
            **{name: named[name][kind] for name in ("conflicts", "unknowns", "conditions")},
            "reason": _reasons(stand, kind, named, data),
        }
    )


def patterns(outcome: Codes) -> tuple[npt.NDArray[np.intp], Codes]:
    """Return which distinct column every column of rules × units is, and the distinct ones.

    A county of a million parcels has a few dozen: what is said of a parcel is put into words once for each.
    """
    count = outcome.shape[1]
    kind = np.zeros(count, np.intp)
    for codes in outcome:
        kind = pd.factorize(kind * len(OUTCOMES) + codes)[0]
    first = np.zeros(int(kind.max(initial=-1)) + 1, np.intp)
    first[kind[::-1]] = np.arange(count)[::-1]
    return kind, outcome[:, first]


def _lists(judged: Judgement, outcomes: Codes, aside: frozenset[str]) -> dict[str, npt.NDArray[np.object_]]:
    """Return the lists of every pattern, and ``unsure`` and ``restricted``: unknown rules that move the status."""
    names = ("conflicts", "unknowns", "conditions", "unsure", "restricted")
    out = {name: np.full(outcomes.shape[1], "", object) for name in names}
    for k, rule in enumerate(judged.rules):
        if rule.id in aside or rule.binding == "prefer":
            continue
        conflict, unknown = outcomes[k] == CONFLICT, outcomes[k] == UNKNOWN
        _append(out["conflicts" if rule.binding == "exclude" else "conditions"], conflict, rule.id)
        _append(out["unknowns"], unknown, rule.id)
        if rule.binding in ("exclude", "restrict"):
            _append(out["unsure" if rule.binding == "exclude" else "restricted"], unknown, rule.id)
    return out


def _append(cells: npt.NDArray[np.object_], where: Bools, word: str) -> None:
    cells[where] = [f"{cell}|{word}" if cell else word for cell in cells[where]]


CODES = ("status_failed", "status_too_small", "status_may_belong", "status_unknown", "status_conditional",
         "status_eligible")  # fmt: skip
"""Why a parcel is what it is, the first that applies."""


def _reasons(
    stand: Standing, kind: npt.NDArray[np.intp], lists: dict[str, npt.NDArray[np.object_]], data: Evidence
) -> npt.NDArray[np.object_]:
    flags = [stand.failed, stand.too_small, data.doubtful, stand.unsure, stand.conditional]
    code = np.select(flags, range(len(flags)), len(flags))
    open_ = np.full(len(code), "", object) if data.may_belong is None else data.may_belong
    field, fields = pd.factorize(open_)
    key, distinct = pd.factorize((kind * len(CODES) + code) * max(len(fields), 1) + field)
    made = np.empty(len(distinct), object)
    for k, number in enumerate(distinct):
        of_pattern, named = divmod(int(number), max(len(fields), 1))
        cells = {name: lists[name][of_pattern // len(CODES)] for name in lists}
        made[k] = _reason(CODES[of_pattern % len(CODES)], str(fields[named]), cells)
    return made[key]


def _reason(code: str, fields: str, cells: dict[str, str]) -> str:
    # an unknown on a procedure is a note: it stands among the unknowns and is no reason
    said = [cells[n] for n in ("conflicts", "conditions", "unsure", "restricted")]
    rules = {
        "status_unknown": cells["unsure"],
        "status_may_belong": cells["unsure"],
        "status_conditional": "|".join(filter(None, (cells["conflicts"], cells["conditions"], cells["restricted"]))),
    }
    named = rules.get(code, cells["conflicts"]).split("|") if any(said) else []
    about = {"fields": fields.split("|")} if code == "status_may_belong" else {}
    return reason(code, rules=named, **about).to_json()
