"""The tables of projects as they may leave: codes as words, land in 亩 beside m², nothing that is use-only."""

from __future__ import annotations

import pandas as pd

from geo.basis.units import MU_M2
from layers.library.standards import worded
from layers.study.run.results import Results
from layers.text import Language, code, joined, say
from layers.words.industry import industry_text
from layers.words.pipeline import park_names
from layers.words.project_card import FACTS, gate_title, gate_word, result_sentence

TABLES = ("projects", "gates", "gate_results", "demand", "demand_lines", "project_findings", "chain_fit",
          "chain_stations", "links", "project_problems", "chain_problems")  # fmt: skip
_WORDS = {"stage": "projectstage", "build_kind": "buildkind", "accepts_building": "word", "exhaust": "word",
          "dangerous_goods": "word", "item": "demanditem", "method": "demandmethod",
          "severity": "severity"}  # fmt: skip
_GATES = ("failed", "unknowns", "conditions", "procedures")
_IN_MU = {"asked_m2": "asked_mu", "land_m2": "land_mu", "over_m2": "over_mu"}


def projected(results: Results, table: str, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put a table of projects into words.

    A project list that is use-only stays in the study whole; of use-only enterprises only the count and
    the distances leave.
    """
    hidden = {s.role for s in results.study.layers if s.use_only}
    if "project" in hidden and table != "links":
        return frame.iloc[:0]
    if "enterprise" in hidden:
        frame = frame.drop(columns=["suppliers", "customers"], errors="ignore")
    out = frame.copy()
    if table == "gates":
        out["outcome"] = [gate_word(s, o, language) for s, o in zip(frame["severity"], frame["outcome"], strict=True)]
        out["gate_id"] = [gate_title(results, g, language) for g in frame["gate_id"]]
    if table == "gate_results":
        _results(results, out, language)
    if table == "demand":
        _demand(out, language)
    _codes(out, frame, table, language)
    names = park_names(results) if results.has("gates") else {}
    for column in [c for c in ("park_id", "wish_park_id", "parks", "parks_unknown") if c in frame]:
        out[column] = [_joined([names.get(p, p) for p in str(v).split("|") if p], language) for v in frame[column]]
    for column in [c for c in ("industry", "from_industry", "to_industry") if c in frame]:
        out[column] = [industry_text(v, language) if v else "" for v in frame[column]]
    _plain(out, frame)
    return out


def _plain(out: pd.DataFrame, frame: pd.DataFrame) -> None:
    """Put 亩 before the square metres of land, and days as text."""
    for area, mu in _IN_MU.items():
        if area in frame:
            out.insert(list(out.columns).index(area), mu, (frame[area] / MU_M2).round(2))
    for column in [c for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])]:
        out[column] = frame[column].dt.strftime("%Y-%m-%d").fillna("")


def _joined(words: list[str], language: Language) -> str:
    return joined(words, language, apart=True)


def _results(results: Results, out: pd.DataFrame, language: Language) -> None:
    out["result"] = [code("gateresult", v, language) for v in out["result"]]
    for column in _GATES:
        out[column] = [
            _joined([gate_title(results, g, language) for g in str(v).split("|") if g], language) for v in out[column]
        ]
    rows = [{str(k): v for k, v in r.items()} for r in results.table("gate_results").to_dict("records")]
    said = {str(r["project_id"]): result_sentence(results, r, language) for r in rows}
    out["why"] = [said[str(p)] for p in out["project_id"]]
    del out["reason"]


def _demand(out: pd.DataFrame, language: Language) -> None:
    """Write how each figure came about, which bind, and what is to be said, as words."""
    out["method"] = [_joined([_how(p, language) for p in str(v).split("|") if p], language) for v in out["method"]]
    out["binding"] = [
        _joined([code("demanditem", p, language) for p in str(v).split("|") if p], language) for v in out["binding"]
    ]
    del out["findings"]


def _how(pair: str, language: Language) -> str:
    item, _, method = pair.partition("=")
    return f"{code('demanditem', item, language)}: {code('demandmethod', method, language)}"


def _codes(out: pd.DataFrame, frame: pd.DataFrame, table: str, language: Language) -> None:
    """Write code columns as words; the findings of a file have severities of their own."""
    for column, namespace in _WORDS.items():
        if column not in frame or (table == "demand" and column == "method"):
            continue
        words = "finding" if column == "severity" and table not in ("gates",) else namespace
        out[column] = [code(words, str(v), language) if v else "" for v in frame[column]]
    for column in [str(c) for c in frame if str(c).endswith("_code")]:
        out[column] = [
            worded(FACTS, f"{column}:{int(v)}", language) if pd.notna(v) else say("word.not_known", language)
            for v in frame[column]
        ]
