"""The map of resources in words: what there is to have, by park, and what nobody stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from layers.ask.resourcing import FLOOR, KINDS, LAND, OUTSIDE, STATES, ResourceCell, Resourcing
from layers.library import resources
from layers.text import Language, code, joined, number, say
from layers.words.handover import day_text
from layers.words.pipeline import park_names
from layers.words.place_lines import mu_text, quantity

LIST = ("kind", "resource_id", "name", "what", "park", "limit", "left", "state", "day")


def what_text(what: str, language: Language) -> str:
    """Return the name of land, floors, a resource or an account."""
    if what in (LAND, FLOOR):
        return code("resourcewhat", what, language)
    return resources.titled(what, language)


def amount(value: float, what: str, unit: str, language: Language) -> str:
    """Return an amount of something in its unit, or that it is not known."""
    if value != value:
        return say("word.not_known", language)
    if what == LAND:
        return mu_text(value, language)
    return number(value, "m2", language) if what == FLOOR else quantity(value, what, unit, language)


def left_text(left: float, high: float, what: str, unit: str, language: Language) -> str:
    """Return what is left, from what is proved to what it may be."""
    ends = amount(left, what, unit, language), amount(high, what, unit, language)
    if ends[0] == ends[1]:
        return ends[0]
    return say("offer.from_to", language, low=ends[0], high=ends[1]) if left > 0.0 else say(
        "fundmap.at_most", language, amount=ends[1])  # fmt: skip


def park_text(found: Resourcing, park: str, language: Language) -> str:
    """Return the name of a park; ground outside all of them, and what is of the county, has a word of its own."""
    return say("resourcemap.county", language) if park == OUTSIDE else park_names(found.results).get(park, park)


def listed(found: Resourcing, language: Language) -> pd.DataFrame:
    """Return all there is to have, one a row, machine names."""
    return pd.DataFrame(
        [
            {"kind": code("resourcekind", i.kind, language), "resource_id": i.resource_id, "name": i.name,
             "what": what_text(i.what, language),
             "park": joined([park_text(found, p, language) for p in i.parks or (OUTSIDE,)], language),
             "limit": amount(i.limit, i.what, i.unit, language),
             "left": left_text(i.left, i.left_hi, i.what, i.unit, language),
             "state": code("resourcestate", i.state, language),
             "day": "" if i.day is None or pd.isna(i.day) else day_text(pd.Timestamp(i.day).date(), language)}
            for i in found.items
        ],
        columns=list(LIST),
    )  # fmt: skip


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of the list."""
    return {str(c): say(f"resourcelist.{c}", language) for c in frame}


def columns(found: Resourcing) -> tuple[str, ...]:
    """Return what the map has a column of: land and floors first, then utilities and accounts as they are declared."""
    held = {what for _, what in found.cells}
    order = {r.id: k for k, r in enumerate(resources.entries())}
    return tuple(sorted(held, key=lambda w: (w != LAND, w != FLOOR, order.get(w, len(order)), w)))


def parks(found: Resourcing) -> tuple[str, ...]:
    """Return the rows of the map: the parks, then the county where something is of no park."""
    return (*found.parks, *([OUTSIDE] if any(p == OUTSIDE for p, _ in found.cells) else []))


def cell_text(cell: ResourceCell | None, what: str, language: Language) -> tuple[str, str]:
    """Return what a park has left of something, and of how much; of what nobody brought, that it is not stated."""
    if cell is None:
        return say("resourcemap.none", language), ""
    left = left_text(cell.left, cell.left_hi, what, cell.unit, language)
    if what in (LAND, FLOOR):
        return left, say("resourcemap.pieces", language, count=cell.count)
    return left, say("resourcemap.of", language, limit=amount(cell.limit, what, cell.unit, language))


def grid(found: Resourcing, language: Language) -> pd.DataFrame:
    """Return the map as a table under its headings: a park a row, what it has left of everything."""
    names = columns(found)
    return pd.DataFrame(
        [
            {say("resourcelist.park", language): park_text(found, p, language)}
            | {what_text(w, language): cell_text(found.cells.get((p, w)), w, language)[0] for w in names}
            for p in parks(found)
        ]
    )


def head(found: Resourcing, language: Language) -> str:
    """Say how many things there are of each kind."""
    counts = [say("resourcemap.count", language, word=code("resourcekind", k, language),
                  count=sum(i.kind == k for i in found.items)) for k in KINDS if k not in found.missing]  # fmt: skip
    return say("resourcemap.head", language, parks=len(found.parks), counts=joined(counts, language))


def notes(found: Resourcing, language: Language) -> tuple[str, ...]:
    """Return what stands under the map: what nobody brought, what is open, how it is counted."""
    open_ = [i.name for i in found.items if i.state == STATES[2] and i.kind not in (LAND, FLOOR)]
    out = [head(found, language)]
    out += [say("resourcemap.missing", language, names=joined(
        [code("resourcekind", k, language) for k in found.missing], language))] if found.missing else []  # fmt: skip
    out += [say("resourcemap.open", language, count=len(open_), names=joined(open_, language))] if open_ else []
    return (*out, say("resourcemap.how", language))


def text(found: Resourcing, language: Language) -> Iterator[str]:
    """Yield the answer for the command line: each park with what it has left of everything."""
    yield from notes(found, language)
    for park in parks(found):
        told = []
        for what in columns(found):
            left, of = cell_text(found.cells.get((park, what)), what, language)
            if (park, what) in found.cells:
                told.append(say("resourcemap.cell", language, what=what_text(what, language), left=left, of=of))
        yield say("library.cell", language, head=park_text(found, park, language),
                  text=joined(told, language, apart=True) or say("resourcemap.none", language))  # fmt: skip


def plain(found: Resourcing) -> dict[str, Any]:
    """Return the map as plain values for scripts; what is not known is None."""

    def bare(one: object) -> dict[str, Any]:
        return {k: None if v is None or v != v else list(v) if isinstance(v, tuple) else v.isoformat()
                if hasattr(v, "isoformat") else v for k, v in vars(one).items()}  # fmt: skip

    cells = [{"park_id": p, "what": w} | bare(c) for (p, w), c in sorted(found.cells.items())]
    return {"missing": list(found.missing), "cells": cells, "items": [bare(i) for i in found.items],
            "rows": len(rows(pd.DataFrame(cells)))}  # fmt: skip
