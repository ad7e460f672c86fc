"""Control indicators of a study (控制指标): the place's own table first, then the shipped ones that hold on its day.

A table that is out of force holds for nothing; where no other has a figure it is shown as superseded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from geo.basis.errors import SpecError
from geo.basis.figure import Figure
from geo.basis.reason import Reason, reason
from geo.project.indicators import INDICATORS, Limit
from layers import toml
from layers.library import crosswalk, standards
from layers.library.standards import FigureEntry, Standard
from layers.study.spec import Study

FILES = ("control-indicators-2023", "control-indicators-2008")
"""Shipped tables, the newer first; a change of one makes the stage stale."""
INVESTMENT = "investment"
KEYS = {
    "far": "far-min", "coefficient": "building-coefficient-pct", "office-land": "office-land-pct",
    "office-floor": "office-floor-pct", "research-floor": "research-floor-pct", "green": "green-pct",
    INVESTMENT: INVESTMENT,
}  # fmt: skip
"""Id of the entry, or of its group, by which a table speaks of an indicator."""
LEAST = ("far", "coefficient", INVESTMENT)
"""Indicators whose figure is a minimum (``low``); the others have a maximum (``high``)."""
UNITS: dict[str, dict[str, float]] = {
    "far": {"1": 1.0}, INVESTMENT: {"万元/亩": 1.0, "万元/公顷": 1 / 15, "万元/ha": 1 / 15},
}  # fmt: skip
PERCENT = {"%": 1.0}
SCHEME, OLDER = "GB/T 4754-2017", "industries_2002"


def own(study: Study, folder: Path) -> Standard | None:
    """Read the table the study names (``indicators`` under ``[standards]``), None where it names none.

    Raises
    ------
    SpecError
        No such file; not as a standard must be; no figure of an indicator in it; a figure in another unit or
        without the bound its indicator needs; industries of a scheme nobody can read.
    """
    name = study.standards.indicators
    if not name:
        return None
    made = standards.read_standard(toml.found(name, standards.STANDARDS, folder, "standard_file_missing"))
    if problems := list(_problems(made)):
        raise SpecError(problems)
    return made


def _problems(made: Standard) -> Iterator[Reason]:
    file = f"{made.id}.toml"
    spoken = {name: _entries(made, name) for name in KEYS}
    if not any(spoken.values()):
        yield reason("indicators_none", file=file, known=list(KEYS.values()))
    if made.industry_scheme not in ("", SCHEME, standards.codes(OLDER).scheme):
        yield reason("indicators_scheme", file=file, scheme=made.industry_scheme, known=SCHEME)
    for name, entries in spoken.items():
        known = UNITS.get(name, PERCENT)
        wrong = [e.id for e in entries if e.figure.unit not in known or _bound(name, e.figure) is None]
        if wrong:
            end = "low" if name in LEAST else "high"
            yield reason("indicators_figure", file=file, ids=wrong, units=list(known), end=end)


def _bound(name: str, figure: Figure) -> float | None:
    return figure.low if name in LEAST else figure.high


def _entries(table: Standard, name: str) -> list[FigureEntry]:
    return [e for e in table.figures if KEYS[name] in (e.id, e.group)]


# --- what holds -------------------------------------------------------------------


def limits(table: Standard | None, day: date) -> Callable[[str], Mapping[str, Limit]]:
    """Return what finds the limits for an industry: of each indicator those of the first table that has some.

    Tables in force on the day come before those out of force, the place's own before the shipped ones; one that
    is not in force yet says nothing.
    """
    ordered = _ordered(table, day)

    @cache
    def of(industry: str) -> Mapping[str, Limit]:
        made = {i.name: _first(i.name, industry, ordered, day) for i in INDICATORS}
        return {name: limit for name, limit in made.items() if limit is not None}

    return of


def _ordered(table: Standard | None, day: date) -> list[Standard]:
    known = [t for t in (table, *(standards.load(n) for n in FILES)) if t is not None]
    return [t for standing in ("in_force", "past") for t in known if t.on(day) == standing]


def _first(name: str, industry: str, tables: Iterable[Standard], day: date) -> Limit | None:
    for table in tables:
        found = figures(table, name, industry)
        bounds = [b for f in found if (b := _bound(name, f)) is not None]
        if bounds:
            past = table.on(day) == "past"
            return Limit(
                min(bounds), max(bounds), max((f.confidence for f in found), key=_doubt),
                any(f.unverified for f in found), table.document.model_dump(),
                str(table.expires) if past and table.expires else "",
            )  # fmt: skip
    return None


def _doubt(mark: str) -> int:
    return ("local", "C", "S", "S2", "M").index(mark)


def figures(table: Standard, name: str, industry: str) -> tuple[Figure, ...]:
    """Return the figures of an indicator that hold for an industry, or may; the longest code answers for it."""
    entries = _entries(table, name)
    if table.industry_scheme == standards.codes(OLDER).scheme and any(e.industries for e in entries):
        if not industry:
            return tuple(e.figure for e in entries)
        older = standards.codes(OLDER)
        return tuple(e.figure for e in crosswalk.through_crosswalk(table, KEYS[name], industry, older))
    deep = {e.id: max((len(c) for c in e.industries if industry.startswith(c)), default=0) for e in entries}
    open_to_all = [e for e in entries if not e.industries]
    spoken = [e for e in entries if deep[e.id] and deep[e.id] == max(deep.values())]
    below = [e for e in entries if any(c.startswith(industry) and c != industry for c in e.industries)]
    found = [*(spoken or open_to_all), *(e for e in below if e not in spoken)]
    return tuple(_plain(name, e.figure) for e in found)


def _plain(name: str, figure: Figure) -> Figure:
    """Return a figure in the unit its indicator is counted in."""
    factor = UNITS.get(name, PERCENT).get(figure.unit, 1.0)
    if factor == 1.0:
        return figure
    low, high = (None if v is None else v * factor for v in (figure.low, figure.high))
    return figure.model_copy(update={"low": low, "high": high, "unit": next(iter(UNITS[name]))})


def demanded(table: Standard | None, day: date, industry: str) -> dict[str, Figure]:
    """Return the figures of the place's own table a demand is derived with, where it is in force: the names of
    `geo.project.demand.Norms`.
    """
    if table is None or table.on(day) != "in_force":
        return {}
    out = {}
    for name, ours in (("far", "far_min"), ("coefficient", "coefficient"), (INVESTMENT, "investment")):
        found = [f for f in figures(table, name, industry) if f.low is not None]
        if found:
            lows = [f.low for f in found if f.low is not None]
            least = min(found, key=lambda f: f.low or 0.0)
            out[ours] = (
                least.model_copy(update={"low": min(lows), "high": max(lows)}) if ours == "investment" else least
            )
    return out
