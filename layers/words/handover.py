"""What can be handed over and when, site by site: approvals still open, who gives them, the earliest day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.basis.tables import rows
from geo.basis.units import MU_M2
from geo.screen.handover import DAY_UNKNOWN, Path
from layers.ask import names, standing
from layers.library import approvals, land_price
from layers.library.approvals import ApprovalTable
from layers.study.run.results import Results
from layers.text import Language, both, land_unit, number, say
from layers.words import office
from layers.words.office import origin


@dataclass(frozen=True)
class HandoverLine:
    """One site: its park, its usable area (m²), its path, and the least its land may be sold for (万元).

    `floor_wan` is None where the grade of land is not stated.
    """

    site_id: str
    park_id: str
    net_m2: float
    path: Path
    floor_wan: float | None = None


def listed(results: Results) -> tuple[ApprovalTable, tuple[HandoverLine, ...]]:
    """Return the table of approvals and every site, the earliest first."""
    known, paths = standing.paths(results)
    floor = land_price.table(results.folder).least_wan
    made = [
        HandoverLine(str(r["site_id"]), str(r["park_id"]), float(r["net_m2"]), paths[str(r["site_id"])],
                     floor(float(r["net_m2"])))
        for r in rows(results.table("sites"))
    ]  # fmt: skip
    return known, tuple(sorted(made, key=lambda x: (x.path.earliest, x.path.latest, -x.net_m2, x.site_id)))


def lines(results: Results, language: Language) -> Iterator[str]:
    """Yield how much can be handed over within the year, then every site with what is open."""
    known, found = listed(results)
    words = {e.id: (both(e.title, language), both(e.level, language)) for e in known.approvals}
    year = results.study.as_of.year
    sure = [x for x in found if x.path.latest.year <= year]
    maybe = [x for x in found if x.path.earliest.year <= year < x.path.latest.year]
    yield say("handover.head", language, year=year, sure=len(sure), maybe=len(maybe), total=len(found))
    for x in found:
        days = {"earliest": x.path.earliest.isoformat(), "latest": day_text(x.path.latest, language)}
        area = number(x.net_m2, land_unit(language).word, language)
        yield say("handover.site", language, site=x.site_id, park=x.park_id or "–", area=area, **days)
        if x.floor_wan is not None:
            yield "  " + say("handover.floor", language, price=x.floor_wan)
        if x.path.clearing:
            yield "  " + clearing(x.path, language)
        for name, needed in x.path.needed.items():
            title, level = words[name]
            yield "  " + say(f"handover.{needed}", language, title=title, level=level)
    yield from lost(results, known, language)
    yield say("handover.source", language, source=origin(known, language))
    yield priced(results, language)


def priced(results: Results, language: Language) -> str:
    """Say by which grade and table the least price is, or that no grade is stated and so none is printed."""
    known = land_price.table(results.folder)
    if known.price is None:
        return say("handover.price_no_grade", language)
    return say("handover.price_source", language, grade=known.grade, price=known.price, source=origin(known, language))


def lost(results: Results, known: ApprovalTable, language: Language) -> list[str]:
    """Say which rules the study's own approvals wait for and nobody has."""
    titles = {e.id: both(e.title, language) for e in known.approvals}
    return office.lost(names.in_approvals(results, known), approvals.FILE.name, titles, language)


def day_text(day: date, language: Language) -> str:
    """Return a day on which land can be had, or that nobody can tell: then it may be any."""
    return day.isoformat() if day < date.max else say("word.not_known", language)


def clearing(found: Path, language: Language) -> str:
    """Say that renewal land is to be cleared first, and when."""
    if found.clearing == DAY_UNKNOWN:
        return say("handover.cleared_unknown", language)
    return say("handover.cleared_on", language, on=found.clearing)


def plain(results: Results) -> list[dict[str, Any]]:
    """Return the sites as plain values for scripts."""
    return [
        {
            "site_id": x.site_id, "park_id": x.park_id, "net_mu": round(x.net_m2 / MU_M2, 2),
            "earliest": x.path.earliest.isoformat(),
            "latest": x.path.latest.isoformat() if x.path.latest < date.max else None,
            "clearing": x.path.clearing or None, "needed": dict(x.path.needed),
            "price_floor_wan": None if x.floor_wan is None else round(x.floor_wan, 2),
        }
        for x in listed(results)[1]
    ]  # fmt: skip
