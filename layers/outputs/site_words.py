"""The tables of assembled sites as they may leave: codes as words, nothing of a use-only layer."""

from __future__ import annotations

import pandas as pd

from layers.library import standards
from layers.study.run.results import Results
from layers.text import Language, code, joined
from layers.words.explain import marked_title

TABLES = ("availability", "sites", "members", "crossings", "offers")
_CODES = {
    "outcome": "availability", "diversion": "diversion", "objective": "objective", "status": "status",
    "supply_status": "supply", "kind": "sitekind",
}  # fmt: skip
_PLAN = ["plan_use", "far_min", "far_max", "height_max_m"]
_CLEARED = ["buildings", "buildings_m2", "buildings_hi_m2"]


def projected(results: Results, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put a table of sites into words; what was read of a use-only layer stays in the study.

    The reasons of `availability` go, when they could tell what a use-only plan or register says.
    """
    out = _allowed(results, frame)
    for name, words in _CODES.items():
        if name in out:
            out = out.assign(**{name: [code(words, str(v), language) for v in out[name]]})
    if "tenure" in out:
        out = out.assign(tenure=[standards.worded(standards.TENURE, str(v), language) for v in out["tenure"]])
    if "land_use" in out:
        uses = zip(out["land_use_scheme"], out["land_use"], strict=True)
        out = out.assign(land_use=[standards.coded(str(s), str(u), language) for s, u in uses])
    if "township" in out:  # a site may lie in several
        out = out.assign(township=[joined(str(v).split("|"), language) if v else v for v in out["township"]])
    titles = {r.id: marked_title(results, r, language) for r in results.rules}
    for name in [c for c in ("conditions", "unknowns") if c in out]:
        out = out.assign(
            **{
                name: [
                    joined([titles[r] for r in str(v).split("|") if r in titles], language, apart=True)
                    for v in out[name]
                ]
            }
        )
    return out


def _allowed(results: Results, frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns, rule names and reasons that rest on a use-only layer."""
    secret = {s.id: s.role for s in results.study.layers if s.use_only}
    rules = {r.id for r in results.rules if {r.layer, *r.minus} & set(secret)}
    gone = [c for c in frame if str(c).startswith(tuple(f"{name}_" for name in secret))] if secret else []
    gone += _PLAN if "plan" in secret.values() else []
    gone += _CLEARED if "building" in secret.values() else []
    gone += ["access_m", "access_hi_m"] if set(results.study.assembly.access) & set(secret) else []
    gone += ["supply_status"] if "supply" in secret.values() else []
    gone += ["reason"] if {"plan", "supply"} & set(secret.values()) else []
    out = frame.drop(columns=gone, errors="ignore")
    for name in [c for c in ("conditions", "unknowns") if c in out and rules]:
        out = out.assign(**{name: ["|".join(r for r in str(v).split("|") if r not in rules) for v in out[name]]})
    return out
