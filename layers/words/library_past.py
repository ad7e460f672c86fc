"""What files changed in the libraries, in words: by file, and of one entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.project.library import PROJECT, SEVERAL
from geo.project.library_past import CHANGED, EntryChange
from layers.ask import library_past
from layers.ask.library_past import FileChange
from layers.study.run.results import Results
from layers.text import Language, code, joined, land_unit, number, say
from layers.words.industry import industry_text

COLUMNS = ("on", "file", "library", "entry_id", "name", "what", "column", "before", "after")


def frame(found: tuple[FileChange, ...], language: Language) -> pd.DataFrame:
    """Return all changes, one a row, machine names."""
    return pd.DataFrame(
        [
            {"on": f.on.isoformat(), "file": f.after, "library": code("library", c.library, language),
             "entry_id": c.entry_id, "name": c.name, "what": code("librarychange", c.what, language),
             "column": _head(c, language) if c.column else "", "before": _cell(c, c.before, language),
             "after": _cell(c, c.after, language)}
            for f in found for c in f.changes
        ],
        columns=list(COLUMNS),
    )  # fmt: skip


def heads(language: Language) -> dict[str, str]:
    """Return the headings of the changes."""
    own = {c: say(f"librarypast.{c}", language) for c in ("on", "what", "column", "before", "after")}
    own["file"] = say("librarypast.file_head", language)
    return own | {c: say(f"librarylist.{c}", language) for c in ("library", "entry_id", "name")}


def _head(change: EntryChange, language: Language) -> str:
    if change.column == "asked_m2":
        return say("librarylist.asked", language, unit=say(f"librarylist.unit_{land_unit(language).word}", language))
    name = "parks" if change.column == "park_id" else change.column
    return say(f"librarylist.{name}", language)


def _cell(change: EntryChange, value: Any, language: Language) -> str:
    """Return what stood in a cell; of an empty one, that it was not stated."""
    if change.what != CHANGED:
        return ""
    if value is None or value == "" or pd.isna(value):
        return say("word.not_known", language)
    if change.column == "asked_m2":
        unit = land_unit(language)
        return number(value, unit.word, language)
    if change.column.endswith("_on"):
        return pd.Timestamp(value).date().isoformat()
    if change.column == "industries":
        return joined([industry_text(i, language) for i in str(value).split(SEVERAL) if i], language)
    if change.column == "stage" and change.library == PROJECT:
        return code("projectstage", str(value), language)
    return number(value, "wan", language) if change.column.endswith("_wan") else str(value)


def files(found: tuple[FileChange, ...], language: Language) -> Iterator[str]:
    """Yield a line for every file that took the place of another: what it brought, took away and changed."""
    for f in found:
        ends = {"on": f.on.isoformat(), "before": f.before, "after": f.after}
        if f.lost:
            yield say("librarypast.lost", language, **ends)
            continue
        of = {w: len({c.entry_id for c in f.changes if c.what == w}) for w in ("came", "gone", "changed")}
        yield say("librarypast.file", language, **of, **ends)
        if f.unnumbered:
            yield say("librarypast.unnumbered", language, count=f.unnumbered)


def lines(found: tuple[FileChange, ...], language: Language) -> Iterator[str]:
    """Yield what changed for the command line: each file, then each entry."""
    if not found:
        yield say("librarypast.none", language)
    for f in found:
        yield from files((f,), language)
        for r in frame((f,), language).to_dict("records"):
            key = "cell" if r["column"] else "entry"
            yield "    " + say(f"librarypast.{key}", language, **{str(k): v for k, v in r.items()})


def of_entry(results: Results, at: tuple[str, str], language: Language) -> list[str]:
    """Return what files changed of one entry, a line each."""
    out = []
    for f, c in library_past.of_entry(library_past.past(results, at[0]), *at):
        what = code("librarychange", c.what, language)
        cell = say("librarypast.change", language, column=_head(c, language), before=_cell(c, c.before, language),
                   after=_cell(c, c.after, language)) if c.column else ""  # fmt: skip
        out.append(say("librarypast.event", language, on=f.on.isoformat(), file=f.after, what=what, cell=cell))
    return out


def plain(found: tuple[FileChange, ...]) -> list[dict[str, Any]]:
    """Return the changes as plain values for scripts."""

    def bare(value: Any) -> Any:
        return None if value is None or pd.isna(value) else value.isoformat() if hasattr(value, "isoformat") else value

    return [
        {"on": f.on.isoformat(), "layer_id": f.layer_id, "before": f.before, "after": f.after, "lost": f.lost,
         "unnumbered": f.unnumbered, "changes": [{k: bare(v) for k, v in vars(c).items()} for c in f.changes]}
        for f in found
    ]  # fmt: skip
