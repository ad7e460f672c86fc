"""Offers in words: the list, what is held back, and which of it suits a wish."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.place.offer import BUILDING, CHAIN, CLEAR, KINDS, LAND, TESTS, Wish
from layers.ask.offering import Offering, answered
from layers.library.standards import coded
from layers.text import Language, code, joined, land_unit, number, say
from layers.words.explain import marked_title
from layers.words.handover import day_text
from layers.words.pipeline import park_names
from layers.words.project_card import industry_text

PLAN_USES = "用地用海"
"""Scheme of the codes of a plan."""


def listed(found: Offering, language: Language) -> pd.DataFrame:
    """Return the list, machine names: an offer a row, areas in the reader's unit."""
    unit, parks = land_unit(language), park_names(found.results)
    titles = {r.id: marked_title(found.results, r, language) for r in found.results.rules}
    hidden = any(s.use_only for s in found.results.study.with_role("plan"))
    out = []
    for r in rows(found.found):
        area = r["net_m2"] if r["kind"] == BUILDING else r["net_m2"] / unit.m2
        word = "m2" if r["kind"] == BUILDING else unit.word
        subject = industry_text(str(r["subject"]), language) if r["kind"] == CHAIN else str(r["subject"])
        out.append({
            "offer_id": r["offer_id"], "kind": code("offerkind", r["kind"], language), "subject": subject,
            "park": parks.get(str(r["park_id"]), str(r["park_id"])), "township": r["township"],
            "use": "" if hidden and r["kind"] == LAND else _use(r, language),
            "area": "" if area != area else number(r["net_m2"], word, language),
            "far": "" if hidden else _far(r["far_min"], r["far_max"], language),
            "power": _power(found, r, language),
            "earliest": _day(r["earliest"], language), "latest": _day(r["latest"], language),
            "conditions": _titles(str(r["conditions"]), titles, language),
            "unknowns": _titles(str(r["unknowns"]), titles, language),
            "partners": joined([industry_text(p, language) for p in str(r["partners"]).split("|") if p], language),
        })  # fmt: skip
    names = ["offer_id", "kind", "subject", "park", "township", "use", "area", "far", "power", "earliest",
             "latest", "conditions", "unknowns", "partners"]  # fmt: skip
    return pd.DataFrame(out, columns=names)


def _use(r: dict[str, Any], language: Language) -> str:
    """Return the use with its name: of land by the plan's code, of a building as the list says it."""
    return coded(PLAN_USES, str(r["use"]), language) if r["kind"] == LAND else str(r["use"])


def _far(low: float, high: float, language: Language) -> str:
    ends = [number(v, "x", language) if v == v else "" for v in (low, high)]
    return " – ".join(ends) if any(ends) else ""


def _power(found: Offering, r: dict[str, Any], language: Language) -> str:
    if r["kind"] == CHAIN:
        return ""
    if r["kind"] == BUILDING:
        own = float(r["power_kva"])
        return say("word.not_known", language) if own != own else say("offer.kva", language, value=own)
    left = found.power.get(str(r["park_id"]))
    return say("word.not_known", language) if left is None else say("offer.mva", language, value=left)


def _day(day: date | None, language: Language) -> str:
    """Return a day; "" where there is none to speak of, and that nobody can tell where it may be any."""
    if day is None or pd.isna(day):
        return ""
    return day_text(day, language)


def _plain(value: Any) -> Any:
    """Return a value for scripts; a day that may be any is None."""
    return value if not isinstance(value, date) else None if value == date.max else value.isoformat()


def _titles(ids: str, titles: dict[str, str], language: Language) -> str:
    return joined([titles.get(i, i) for i in ids.split("|") if i], language, apart=True)


def held(found: Offering, language: Language) -> list[str]:
    """Say what is held back, and by what."""
    return [say(f"offer.{h.code}", language, subject=h.subject, by=h.by) for h in found.held]


def notes(found: Offering, language: Language) -> tuple[str, ...]:
    """Return what stands under the list."""
    of = {k: int((found.found["kind"] == k).sum()) for k in KINDS}
    counts = [say("offer.count", language, word=code("offerkind", k, language), count=n) for k, n in of.items()]
    head = say("offer.head", language, count=len(found.found), counts=joined(counts, language))
    return (head, say("offer.how", language), *held(found, language))


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of the list."""
    return {str(c): say(f"offerlist.{c}", language) for c in frame}


def text(found: Offering, language: Language) -> Iterator[str]:
    """Yield the list for the command line."""
    yield from notes(found, language)
    for r in rows(listed(found, language)):
        yield say("offer.line", language, **r)


def wish_text(found: Offering, wish: Wish, language: Language) -> Iterator[str]:
    """Yield what suits a wish, best first, with every test."""
    shown = {str(r["offer_id"]): r for r in rows(listed(found, language))}
    for r in rows(answered(found, wish)):
        open_ = {t: str(r[t]) for t in TESTS if r[t] != CLEAR}
        words = {t: (code("offertest", t, language), code("offermet", w, language)) for t, w in open_.items()}
        tests = [say("offer.test", language, test=test, word=word) for test, word in words.values()]
        told = joined(tests, language) if tests else say("offer.all_met", language)
        suits = code("offersuits", r["outcome"], language)
        yield say("offer.suits", language, outcome=suits, tests=told, **shown[str(r["offer_id"])])


def plain(found: Offering, wish: Wish | None = None) -> dict[str, Any]:
    """Return the offers as plain values for scripts, and the answer to a wish."""

    def bare(frame: pd.DataFrame) -> list[dict[str, Any]]:
        made = rows(frame.astype(object).where(frame.notna(), None))
        return [{k: _plain(v) for k, v in r.items()} for r in made]

    out: dict[str, Any] = {"offers": bare(found.found), "held": [vars(h) for h in found.held]}
    return out | ({"answer": bare(answered(found, wish))} if wish is not None else {})
