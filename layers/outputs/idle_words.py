"""The tables of idle land and buildings as they may leave: codes as words, days as text, nothing that is use-only."""

from __future__ import annotations

import pandas as pd

from geo.basis.reason import Reason
from layers.study.registers import inefficient, mu
from layers.study.run.results import Results
from layers.text import Language, both, code, joined, say, sentence
from layers.words.idle import state_word

_CODES = {
    "kind": "idlekind", "located": "located", "building_use": "buildinguse", "start_basis": "startbasis",
    "cause": "idlecause", "consequence": "consequence", "evidence_status": "evidence", "signal": "signal",
    "says": "says", "code": "reading", "unit": "idleunit",
}  # fmt: skip
"""Column: namespace of its words."""


def projected(results: Results, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put a table of idle assets into words.

    Assets and signs that come from a use-only layer stay in the study, and so do all of a
    study whose supply register is use-only.
    """
    frame = _allowed(results, frame)
    ruled = frame["recognition"] if "recognition" in frame else pd.Series("", index=frame.index)
    out = frame.copy()
    for name in [c for c in ("clock_state", "next_state") if c in frame]:
        out[name] = [state_word(str(s), str(r), language) for s, r in zip(frame[name], ruled, strict=True)]
    for name, words in _CODES.items():
        if name in frame and not (name == "code" and "severity" in frame):
            out[name] = [code(words, str(v), language) if v else "" for v in frame[name]]
    if "recognition" in frame:
        out["recognition"] = [code("recognition", str(v), language) if v else "" for v in ruled]
    for name, part in (("contradictions", _contradiction), ("signals", _sign)):
        if name in frame:
            out[name] = [
                joined([part(p, language) for p in str(v).split("|") if p], language, apart=True) for v in frame[name]
            ]
    if "evidence_reason" in frame:
        out["evidence_reason"] = [sentence(r, language) for r in frame["evidence_reason"]]
    for day in [c for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])]:
        out[day] = frame[day].dt.strftime("%Y-%m-%d").fillna("")
    return out


def per_mu(results: Results, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put the evaluation per mu into words: open grades, scale, and the pack with what of it is from memory."""
    if any(s.use_only for s in results.study.with_role("signal", "enterprise", "supply")):
        frame = frame.iloc[:0]
    packs = {p.id: p for p in mu.packs(results.study, results.folder)}
    names = {
        name: both(p.title, language) + (f" · {say('word.unverified', language)}" if p.unverified else "")
        for name, p in packs.items()
    }
    return frame.assign(
        pack=[names.get(str(p), str(p)) for p in frame["pack"]],
        grade=[str(g) or say("word.not_known", language) for g in frame["grade"]],
        scale=[code("muscale", str(s), language) if s else "" for s in frame["scale"]],
    )


def local(results: Results, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put local criteria, or land of urban renewal, into words; nothing that rests on a use-only layer goes out."""
    if any(s.use_only for s in results.study.with_role("supply", "enterprise", "signal", "redevelopment")):
        frame = frame.iloc[:0]
    out = frame.assign(why=[criterion_text(results, str(r), language) for r in frame["reason"]]).drop(columns="reason")
    if "met" not in frame:
        return out.assign(**{n: [code("renewal", str(v), language) for v in frame[n]] for n in ("kind", "stage")})
    titles = {name: both(inefficient.pack(name, results.folder).title, language) for name in results.study.inefficient}
    return out.assign(
        met=[code("inefficientmet", str(v), language) for v in frame["met"]],
        grade=[code("inefficientgrade", str(v), language) for v in frame["grade"]],
        pack=[titles.get(str(v), str(v)) for v in frame["pack"]],
    )


def criterion_text(results: Results, text: str, language: Language) -> str:
    """Write why a criterion is met, not met or open, with the titles of pack, criterion and rules."""
    given = Reason.from_json(text)
    name = given.values.get("pack")
    if name not in results.study.inefficient:
        return sentence(given, language)
    pack = inefficient.pack(name, results.folder)
    titles = {r.id: both(r.title, language) for r in pack.rules}
    titles |= {c.id: both(c.title, language) for c in pack.criteria}
    asked = str(given.values["criterion"])
    rules = [titles.get(r, r) for r in given.values["rules"]]
    return sentence(given, language, pack=both(pack.title, language), criterion=titles.get(asked, asked), rules=rules)


def criteria_met(results: Results, asset: str, language: Language) -> list[str]:
    """Return the local criteria of inefficient land an asset meets, in words; none before that stage ran."""
    if not results.has("inefficient"):
        return []
    table = results.table("inefficient")
    rows = table[(table["asset_id"] == asset) & (table["met"] == "yes")]
    return [criterion_text(results, str(r), language) for r in rows["reason"]]


def _contradiction(word: str, language: Language) -> str:
    return code("contradiction", word, language)


def _sign(text: str, language: Language) -> str:
    signal, _, says = text.partition(":")
    return f"{code('signal', signal, language)}: {code('says', says, language)}"


def _allowed(results: Results, frame: pd.DataFrame) -> pd.DataFrame:
    secret = {s.id for s in results.study.layers if s.use_only}
    hidden = {s.role for s in results.study.layers if s.use_only}
    if "source" in frame:
        frame = frame[~frame["source"].isin(secret)]
    if "kind" in frame and "supply" in hidden:
        frame = frame[frame["kind"] != "land"]
    if "kind" in frame and hidden & {"building", "enterprise", "signal"}:
        frame = frame[frame["kind"] != "building"]
    return frame if "layer_id" not in frame or not hidden else frame[~frame["layer_id"].isin(secret)]
