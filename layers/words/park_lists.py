"""Positive and negative lists of parks in words: by park, as a matrix, and line by line with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.project.park_lists import REFUSES, STATES
from layers.ask.park_lists import ParkLists
from layers.text import Language, code, joined, say
from layers.words.explain import cause_sentence, layer_title
from layers.words.industry import industry_text
from layers.words.pipeline import park_names
from layers.words.project_card import gate_title

DECIDED = " ▲"
"""Marks what people decided."""
COLUMNS = ("park", "industry", "state", "decided", "why", "conditions", "unknowns")


def listed(found: ParkLists, language: Language) -> pd.DataFrame:
    """Return the lines, machine names: park, industry, state, what people decided, why, what binds, what is open."""
    parks = park_names(found.results)
    made = [
        {
            "park": parks.get(str(r["park_id"]), str(r["park_id"])), "industry": industry_text(r["industry"], language),
            "state": code("parkstate", r["state"], language), "decided": _decided(r, language),
            "why": _why(found, r, language), "conditions": _gates(found, str(r["conditions"]), language),
            "unknowns": _gates(found, str(r["unknowns"]), language),
        }
        for r in rows(found.frame)
    ]  # fmt: skip
    return pd.DataFrame(made, columns=list(COLUMNS))


def matrix(found: ParkLists, language: Language) -> pd.DataFrame:
    """Return an industry a row and a park a column: the word of the state, marked where people decided."""
    parks = park_names(found.results)
    frame = found.frame.assign(
        word=[code("parkstate", r["state"], language) + (DECIDED if r["said"] else "") for r in rows(found.frame)],
        industry=[industry_text(i, language) for i in found.frame["industry"]],
    )  # fmt: skip
    wide = frame.pivot(index="industry", columns="park_id", values="word").reindex(frame["industry"].unique())
    wide = wide[list(found.parks)].rename(columns={p: parks.get(p, p) for p in found.parks})
    return wide.reset_index().rename(columns={"industry": say("parklistlist.industry", language)})


def _decided(r: dict[str, Any], language: Language) -> str:
    if not r["said"]:
        return ""
    key = "parklist.decided_if" if r["condition"] else "parklist.decided"
    told = say(key, language, said=code("parksaid", r["said"], language), condition=r["condition"],
               person=r["person"], ground=r["ground"])  # fmt: skip
    return say("parklist.against", language, told=told) if r["against"] else told


def _why(found: ParkLists, r: dict[str, Any], language: Language) -> str:
    """Return why a run derives what it does; of a rule on the land the layer is named."""
    gate = next(iter(str(r["conditions"]).split("|")), "")
    rule = next((x for x in found.results.rules if x.id == gate), None)
    return cause_sentence(str(r["reason"]), layer_title(found.results, rule, language) if rule else "", language)


def _gates(found: ParkLists, names: str, language: Language) -> str:
    return joined([gate_title(found.results, n, language) for n in names.split("|") if n], language, apart=True)


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of the lines."""
    return {str(c): say(f"parklistlist.{c}", language) for c in frame}


def notes(found: ParkLists, language: Language) -> tuple[str, ...]:
    """Return what stands over the lists: how they are meant, and decisions that stand against data or a rule."""
    parks, out = park_names(found.results), [say("parklist.how", language)]
    if found.decided:
        out.append(say("parklist.count", language, count=len(found.decided)))
    for r in rows(found.frame[found.frame["against"].astype(bool)]):
        out.append(say("parklist.stands_against", language, park=parks.get(str(r["park_id"]), str(r["park_id"])),
                       industry=industry_text(r["industry"], language), why=_why(found, r, language)))  # fmt: skip
    return tuple(out)


def text(found: ParkLists, language: Language) -> Iterator[str]:
    """Yield the lists for the command line: a park at a time, a line a state, then what people decided."""
    yield from notes(found, language)
    parks = park_names(found.results)
    for park in found.parks:
        mine = found.frame[found.frame["park_id"] == park]
        yield say("parklist.park", language, park=parks.get(park, park), count=len(mine))
        for state in STATES:
            some = mine.loc[mine["state"] == state, "industry"]
            names = joined([industry_text(i, language) for i in some], language)
            key = "parklist.refused" if state == REFUSES else "parklist.line"
            if len(some):
                yield "    " + say(
                    key, language, state=code("parkstate", state, language), count=len(some), names=names
                )
    for r in rows(found.frame[found.frame["said"] != ""]):
        yield say("parklist.told", language, park=parks.get(str(r["park_id"]), str(r["park_id"])),
                  industry=industry_text(r["industry"], language), told=_decided(r, language))  # fmt: skip


def plain(found: ParkLists) -> dict[str, Any]:
    """Return the lists as plain values for scripts."""
    return {"lists": rows(found.frame), "decisions": len(found.decided)}
