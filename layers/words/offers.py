"""Offers in words: the list, what is held back, and which of it suits a wish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.place.offer import BUILDING, CHAIN, CLEAR, KINDS, LAND, TESTS, Wish, WishGround, per_mu
from geo.project.park_lists import LEADS, STATES
from layers.ask.offering import Offering, answered, ground, state_of
from layers.library.standards import coded
from layers.text import Language, code, joined, land_unit, number, say
from layers.words.explain import marked_title
from layers.words.handover import day_text, priced
from layers.words.industry import industry_text
from layers.words.pipeline import park_names

MOST_NAMES = 6
PLAN_USES = "用地用海"
"""Scheme of the codes of a plan."""


def listed(found: Offering, language: Language) -> pd.DataFrame:
    """Return the list, machine names: an offer a row, areas in the reader's unit."""
    unit, parks = land_unit(language), park_names(found.results)
    titles = {r.id: marked_title(found.results, r, language) for r in found.results.rules}
    hidden = any(s.use_only for s in found.results.study.with_role("plan"))
    out = []
    for r in rows(found.found):
        word = "m2" if r["kind"] == BUILDING else unit.word
        subject = industry_text(str(r["subject"]), language) if r["kind"] == CHAIN else str(r["subject"])
        out.append({
            "offer_id": r["offer_id"], "kind": code("offerkind", r["kind"], language), "subject": subject,
            "park": parks.get(str(r["park_id"]), str(r["park_id"])),
            "township": joined(str(r["township"]).split("|"), language),
            "use": "" if hidden and r["kind"] == LAND else _use(r, language),
            "area": "" if r["kind"] == CHAIN else _area(r, word, language),
            "far": "" if hidden or r["kind"] != LAND else _far(r["far_min"], r["far_max"], language),
            "power": _power(found, r, language),
            **{c: "" if r["kind"] == CHAIN else _day(r[c], language) for c in ("earliest", "latest")},
            "conditions": _titles(str(r["conditions"]), titles, language),
            "unknowns": _titles(str(r["unknowns"]), titles, language),
            "price": "" if r["kind"] == CHAIN else number(r["price_wan"], "wan", language),
            "partners": _partners(found, r, language), "industries": _industries(found, r, language),
        })  # fmt: skip
    names = ["offer_id", "kind", "subject", "park", "township", "use", "area", "far", "power", "earliest",
             "latest", "price", "conditions", "unknowns", "partners", "industries"]  # fmt: skip
    return pd.DataFrame(out, columns=names)


def _partners(found: Offering, r: dict[str, Any], language: Language) -> str:
    """Return who is near: of a gap the industries it would link, of a place the firms within reach of its park."""
    if r["kind"] == CHAIN:
        return joined([industry_text(p, language) for p in str(r["partners"]).split("|") if p], language)
    near = found.near.get(str(r["park_id"])) if r["park_id"] else None
    if near is None:
        return say("word.not_known", language)
    firms = [say("offer.firms", language, industry=industry_text(i, language), count=n) for i, n in near.firms]
    told = _some(firms, language) if firms else say("offer.no_firms", language)
    return say("offer.unnamed", language, told=told, count=near.unnamed) if near.unnamed else told


def _industries(found: Offering, r: dict[str, Any], language: Language) -> str:
    """Return what the park of a place takes in: what leads by name, the rest by number."""
    if r["kind"] == CHAIN:
        return ""
    states = found.lists.get(str(r["park_id"])) if r["park_id"] else None
    if states is None:
        return say("word.not_known", language)
    leads = [industry_text(i, language) for i, s in states.items() if s == LEADS]
    of = {s: sum(1 for one in states.values() if one == s) for s in STATES if s != LEADS}
    counts = [say("offer.count", language, word=code("parkstate", s, language), count=n) for s, n in of.items() if n]
    first = say("offer.leads", language, names=_some(leads, language)) if leads else ""
    return joined(filter(None, (first, joined(counts, language))), language, apart=True)


def _some(names: list[str], language: Language) -> str:
    """Return the first names of many, and how many there are."""
    told = joined(names[:MOST_NAMES], language)
    return told if len(names) <= MOST_NAMES else say("offer.and_more", language, names=told, count=len(names))


def _use(r: dict[str, Any], language: Language) -> str:
    """Return the use with its name: of land by the plan's code, of a building as the list says it."""
    return coded(PLAN_USES, str(r["use"]), language) if r["kind"] == LAND else str(r["use"])


def _area(r: dict[str, Any], word: str, language: Language) -> str:
    """Return the area, from what is proved to what it may be; of which neither is known, that it is not."""
    low, high = float(r["net_m2"]), float(r["net_hi_m2"])
    return say("word.not_known", language) if high != high and not low > 0.0 else _from_to(low, high, word, language)


def _far(low: float, high: float, language: Language) -> str:
    ends = [number(v, "x", language) if v == v else "" for v in (low, high)]
    return " – ".join(ends) if any(ends) else say("word.not_known", language)


def _power(found: Offering, r: dict[str, Any], language: Language) -> str:
    if r["kind"] == CHAIN:
        return ""
    if r["kind"] == BUILDING:
        own = float(r["power_kva"])
        return say("word.not_known", language) if own != own else say("offer.kva", language, value=own)
    left = found.power.get(str(r["park_id"]))
    return say("word.not_known", language) if left is None else say("offer.mva", language, value=left)


def _day(day: date | None, language: Language) -> str:
    """Return a day, that it is not known, or that nobody can tell where it may be any."""
    return say("word.not_known", language) if day is None or pd.isna(day) else day_text(day, language)


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
    return (head, say("offer.how", language), priced(found.results, language), *held(found, language))


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of the list."""
    return {str(c): say(f"offerlist.{c}", language) for c in frame}


def text(found: Offering, language: Language) -> Iterator[str]:
    """Yield the list for the command line."""
    yield from notes(found, language)
    frame = listed(found, language)
    titles = heads(frame, language)
    for r in rows(frame):
        told = [say("library.cell", language, head=titles[c], text=r[c]) for c in map(str, list(frame)[3:]) if r[c]]
        yield say("offer.line", language, told=joined(told, language, apart=True), **r)


def wish_text(found: Offering, wish: Wish, language: Language) -> Iterator[str]:
    """Yield what suits a wish, best first, with the reason of every test."""
    for r in rows(wished(found, wish, language)):
        yield say("offer.suits", language, **r)


def wished(found: Offering, wish: Wish, language: Language) -> pd.DataFrame:
    """Return what suits a wish, best first: machine names, `tests` holds the reason of what was asked or is open."""
    shown = {str(r["offer_id"]): r for r in rows(listed(found, language))}
    given = {str(r["offer_id"]): r for r in rows(found.found)}
    known, asked = ground(found, wish), _asked(wish)
    out = []
    for r in rows(answered(found, wish)):
        row = given[str(r["offer_id"])]
        told = [_test(_Tested(found, known, wish, row), t, str(r[t]), language) for t in TESTS
                if t in asked or r[t] != CLEAR]  # fmt: skip
        tests = joined(told, language, apart=True) if told else say("offer.all_met", language)
        out.append(shown[str(r["offer_id"])] | {
            "outcome": code("offersuits", r["outcome"], language), "tests": tests,
        })  # fmt: skip
    names = ["outcome", "offer_id", "kind", "subject", "park", "area", "price", "earliest", "latest", "tests"]
    return pd.DataFrame(out, columns=names)


def _asked(wish: Wish) -> set[str]:
    """Return the tests a wish asks for."""
    asks = {"area": wish.land_m2 is not None or wish.floor_m2 is not None, "park": wish.park_id,
            "industry": wish.industry, "intensity": wish.investment_wan is not None,
            "power": wish.power_kva is not None, "day": wish.by is not None}  # fmt: skip
    return {t for t, asked in asks.items() if asked}


@dataclass(frozen=True)
class _Tested:
    """One offer held against a wish."""

    found: Offering
    known: WishGround
    wish: Wish
    row: dict[str, Any]

    @property
    def need(self) -> float | None:
        """What is asked of its kind, m²."""
        return self.wish.floor_m2 if self.row["kind"] == BUILDING else self.wish.land_m2


def _test(of: _Tested, test: str, outcome: str, language: Language) -> str:
    """Return a test with its word and the figures it rests on."""
    told = _FIGURES[test](of, language)
    key = "offer.test_why" if told else "offer.test"
    return say(key, language, test=code("offertest", test, language), word=code("offermet", outcome, language),
               why=told)  # fmt: skip


def _why_land(of: _Tested, language: Language) -> str:
    titles = {r.id: marked_title(of.found.results, r, language) for r in of.found.results.rules}
    return joined(filter(None, (_titles(str(of.row[c]), titles, language) for c in ("conditions", "unknowns"))),
                  language, apart=True)  # fmt: skip


def _why_area(of: _Tested, language: Language) -> str:
    word = "m2" if of.row["kind"] == BUILDING else land_unit(language).word
    has = _from_to(float(of.row["net_m2"]), float(of.row["net_hi_m2"]), word, language)
    return say("offer.why_area", language, has=has, need=number(of.need, word, language))


def _why_park(of: _Tested, language: Language) -> str:
    park = str(of.row["park_id"])
    return park_names(of.found.results).get(park, park) or say("word.not_known", language)


def _why_industry(of: _Tested, language: Language) -> str:
    park = str(of.row["park_id"])
    if park not in of.found.lists:
        return say("word.not_known", language)
    state = state_of(of.found, park, of.wish.industry)
    return code("parkstate", state, language) if state else say("offer.no_list", language)


def _why_intensity(of: _Tested, language: Language) -> str:
    if of.row["kind"] == BUILDING or of.wish.investment_wan is None:
        return ""
    has = _from_to(*per_mu(of.row, of.need, of.wish.investment_wan), "wan_mu", language)
    least = _from_to(*of.known.intensity, "wan_mu", language) if of.known.intensity else say(
        "word.not_known", language)  # fmt: skip
    return say("offer.why_intensity", language, has=has, least=least)


def _from_to(low: float, high: float, word: str, language: Language) -> str:
    """Return a figure, or from where to where it may lie."""
    ends = number(low, word, language), number(high, word, language)
    return ends[0] if ends[0] == ends[1] else say("offer.from_to", language, low=ends[0], high=ends[1])


def _why_power(of: _Tested, language: Language) -> str:
    return say("offer.why_power", language, has=_power(of.found, of.row, language), need=of.wish.power_kva)


def _why_day(of: _Tested, language: Language) -> str:
    if of.row["kind"] == BUILDING:
        return ""
    days = [_day(of.row[c], language) for c in ("earliest", "latest")]
    return say("offer.why_day", language, earliest=days[0], latest=days[1], by=of.wish.by)


_FIGURES = {
    "land": _why_land, "area": _why_area, "park": _why_park, "industry": _why_industry, "intensity": _why_intensity,
    "power": _why_power, "day": _why_day,
}  # fmt: skip


def plain(found: Offering, wish: Wish | None = None) -> dict[str, Any]:
    """Return the offers as plain values for scripts, and the answer to a wish."""

    def bare(frame: pd.DataFrame) -> list[dict[str, Any]]:
        made = rows(frame.astype(object).where(frame.notna(), None))
        return [{k: _plain(v) for k, v in r.items()} for r in made]

    near = {p: {"firms": dict(n.firms), "unnamed": n.unnamed} for p, n in found.near.items() if p}
    out: dict[str, Any] = {"offers": bare(found.found), "held": [vars(h) for h in found.held], "near": near,
                           "industries": {p: dict(states) for p, states in found.lists.items()}}  # fmt: skip
    return out | ({"answer": bare(answered(found, wish))} if wish is not None else {})
