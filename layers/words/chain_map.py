"""The chain map in words: stations by state, links, gaps and who would fill them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.project.chainmap import SHORT, STATES, Filler, Link
from geo.project.library import FUND, INVESTOR, STATION
from geo.project.stations import EVERYWHERE
from layers.ask import library, listed
from layers.ask.chained import Chained
from layers.text import Language, code, joined, say
from layers.words.industry import industry_text
from layers.words.pipeline import park_names

BACKERS = (FUND, INVESTOR)
"""Libraries whose entries could back the filling of a gap (资金图): by the industry they state."""


def place(found: Chained, park: str, language: Language) -> str:
    """Return the name of a park, or of the whole county."""
    return say("chainmap.county", language) if park == EVERYWHERE else park_names(found.results).get(park, park)


def head(found: Chained, language: Language) -> str:
    """Say what the map is of and how many stations are in each state."""
    made = found.found
    counts = [say("chainmap.count", language, word=code("chainstate", s, language),
                  count=sum(x.state == s for x in made.stations)) for s in STATES]  # fmt: skip
    return say("chainmap.head", language, place=place(found, made.park_id, language), stations=len(made.stations),
               links=len(made.links), counts=joined(counts, language), clusters=made.clusters)  # fmt: skip


def link_text(link: Link, language: Language) -> str:
    """Say what a link joins, and of known amounts what it supplies and what is asked for."""
    ends = {"giver": industry_text(link.giver, language), "taker": industry_text(link.taker, language)}
    if link.supply != link.supply or link.demand != link.demand:
        return say("chainmap.link", language, **ends)
    return say("chainmap.link_amounts", language, supply=f"{link.supply:,.10g}", demand=f"{link.demand:,.10g}",
               unit=link.unit, state=code("linkstate", link.state, language), **ends)  # fmt: skip


def _lacking(filler: Filler, language: Language) -> str:
    told = [say("chainmap.lacking", language, taker=industry_text(t, language), amount=f"{a:,.10g}", unit=u)
            for t, a, u in filler.lacking]  # fmt: skip
    return joined(told, language, apart=True)


def short(found: Chained, language: Language) -> list[str]:
    """Return a line for every link whose supply is below its demand."""
    return [link_text(x, language) for x in found.found.links if x.state == SHORT]


def _backers(found: Chained) -> dict[tuple[str, str], list[str]]:
    """Return of every station the funds and the investors of its industry by the libraries, as they are called."""
    if not found.results.has("library_links"):
        return {}
    whole = library.found(found.results)
    called = {(r["library"], r["entry_id"]): str(r["name"] or r["entry_id"]) for r in rows(whole.entries)}
    out: dict[tuple[str, str], list[str]] = {}
    for r in rows(whole.links[(whole.links["kind"] == STATION) & whole.links["library"].isin(BACKERS)]):
        out.setdefault((str(r["library"]), str(r["target"])), []).append(called[r["library"], r["entry_id"]])
    return out


def fillers(found: Chained, language: Language) -> pd.DataFrame:
    """Return the gaps, the greatest gain first, machine names; with the funds and investors that could back each."""
    names, backers = listed.names(found.results), _backers(found)
    return pd.DataFrame(
        [
            {
                "industry": industry_text(f.industry, language), "state": code("chainstate", f.state, language),
                "fill": _fill(f, names, language),
                "partners": joined([industry_text(p, language) for p in f.partners], language), "gain": f.gain,
                "lacking": _lacking(f, language),
                **{b: joined(backers.get((b, f.industry), []), language) for b in BACKERS},
            }
            for f in found.found.fillers
        ],
        columns=["industry", "state", "fill", "partners", "gain", "lacking", *BACKERS],
    )  # fmt: skip


def _fill(filler: Filler, names: dict[str, str], language: Language) -> str:
    if not filler.projects:
        return say("chainmap.look_for", language, industry=industry_text(filler.industry, language))
    return joined([p if names[p] == p else f"{p} {names[p]}" for p in filler.projects], language)


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of the table."""
    return {str(c): say(f"chainlist.{c}", language) for c in frame}


def notes(found: Chained, language: Language) -> tuple[str, ...]:
    """Return what stands under the map."""
    amounts = sum(x.supply == x.supply and x.demand == x.demand for x in found.found.links)
    told = say("chainmap.amounts", language, count=amounts, links=len(found.found.links),
               short=len(short(found, language)), place=place(found, found.found.park_id, language))  # fmt: skip
    return (head(found, language), say("chainmap.how", language), *([told] if amounts else []))


def text(found: Chained, language: Language) -> Iterator[str]:
    """Yield the answer for the command line."""
    yield from notes(found, language)
    for r in rows(fillers(found, language)):
        line = say("chainmap.line", language, **r)
        yield f"{line} {say('chainmap.line_lacking', language, lacking=r['lacking'])}" if r["lacking"] else line
    yield from short(found, language)


def plain(found: Chained) -> dict[str, Any]:
    """Return the map as plain values for scripts."""
    made = found.found

    def bare(one: object) -> dict[str, Any]:
        return {k: None if v != v else list(v) if isinstance(v, tuple) else v for k, v in vars(one).items()}

    return {"park_id": made.park_id, "clusters": made.clusters, "stations": [bare(s) for s in made.stations],
            "links": [bare(x) for x in made.links], "fillers": [bare(f) for f in made.fillers]}  # fmt: skip
