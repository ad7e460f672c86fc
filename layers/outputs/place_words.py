"""The tables of placing and of capacity as they may leave: projects, accounts, resources and units by their words."""

from __future__ import annotations

import pandas as pd

from geo.basis.tables import rows
from layers.ask.placement import PlaceTables, shown
from layers.study.run.results import Results
from layers.text import Language, code, joined, say, sentence
from layers.words import place_lines
from layers.words.pipeline import park_names
from layers.words.place_lines import unit_text

TABLES = ("matches", "draws", "fits", "misses", "accounts", "capacity")
_CODES = {
    "resource": "resource", "lack": "resource", "then_resource": "resource", "feasible": "feasible",
    "scope": "accountscope", "state": "accountstate",
}  # fmt: skip
_ACCOUNTS = ("account", "accounts", "unknown")
_PROJECTS = ("leaves", "enters", "relief_enters", "relief_leaves")


def projected(results: Results, table: str, language: Language) -> pd.DataFrame:
    """Return a table of placing in words; an account nobody named keeps its id, a project stands with its name."""
    frame = pd.DataFrame(results.table(table))
    out, found, parks = frame.copy(), shown(results), park_names(results)
    if table == "matches":
        out["status"] = [code("placestatus", str(s), language) for s in frame["status"]]
        out["missing"] = [joined(place_lines.missing(found, str(p), language), language) for p in frame["project_id"]]
        out["reason"] = [place_lines.why(found, r, language) for r in rows(frame)]
    elif "reason" in out:
        words = {r: sentence(str(r), language) if r else "" for r in frame["reason"].unique()}
        out["reason"] = frame["reason"].map(words)
    for name, space in _CODES.items():
        if name in out:
            out[name] = [code(space, str(v), language) if v else "" for v in frame[name]]
    if "kind" in out:
        called = {"draws": "accountscope", "accounts": "layerkind"}.get(table, "sitekind")
        out["kind"] = [code(called, str(v), language) if v else "" for v in frame["kind"]]
    for name in [c for c in _ACCOUNTS if c in out and table != "accounts"]:
        named = {v: _named(found, str(v), language) for v in frame[name].unique()}
        out[name] = frame[name].map(named)
    for name in [c for c in ("park_id", "serves") if c in out]:
        out[name] = [joined([parks.get(p, p) for p in str(v or "").split("|") if p], language) for v in frame[name]]
    for name in [c for c in _PROJECTS if c in out]:
        out[name] = [
            joined([found.names.get(p, p) for p in str(v or "").split("|") if p], language) for v in frame[name]
        ]
    for name in [c for c in ("unit", "stated_unit") if c in out]:
        out[name] = [unit_text(str(v or ""), language) for v in frame[name]]
    return _plain(out, language)


def _named(found: PlaceTables, ids: str, language: Language) -> str:
    return joined([place_lines.account(found, one, language) for one in ids.split("|") if one], language)


def _plain(out: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put yes and no for marks, days for moments, and no minus before a nothing."""
    for name in out:
        values = out[name]
        if pd.api.types.is_bool_dtype(values):
            out[name] = [say("word.yes" if v else "word.no", language) for v in values]
        elif pd.api.types.is_datetime64_any_dtype(values):
            out[name] = values.dt.strftime("%Y-%m-%d").fillna("")
        elif pd.api.types.is_float_dtype(values):
            out[name] = values + 0.0
    return out
