"""The five libraries in words: the lists, one entry with what it is linked with, and its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.project.library import LIBRARIES, PARK, SEVERAL, STATION
from layers.ask import library
from layers.ask.library import Libraries, LibraryEvent
from layers.text import Language, code, joined, land_unit, say
from layers.words import library_past
from layers.words.industry import industry_text
from layers.words.pipeline import park_names

COLUMNS = ("library", "entry_id", "name", "industries", "about", "level", "unit", "stage", "amount_wan", "left_wan",
           "asked", "projects", "stations", "parks", "others", "updated_on", "expires_on", "note")  # fmt: skip
MOST = 20
"""Entries of a library the command tells; files hold all."""


def listed(found: Libraries, language: Language) -> pd.DataFrame:
    """Return the entries as shown, machine names: what each states, what it is linked with, the newest note."""
    links = _linked(found, language)
    notes = {at: say("library.noted", language, **vars(e)) for at, e in library.notes(found.results).items()}
    unit = land_unit(language).m2
    made = []
    for r in rows(found.entries):
        at = str(r["library"]), str(r["entry_id"])
        own = links.get(at, {})
        made.append(
            {"library": code("library", r["library"], language), "entry_id": r["entry_id"], "name": _name(r, language),
             "industries": joined([industry_text(i, language) for i in str(r["industries"]).split(SEVERAL) if i],
                                  language),
             "asked": round(r["asked_m2"] / unit, 2), "note": notes.get(at, ""),
             "updated_on": _day(r["updated_on"]), "expires_on": _day(r["expires_on"])}
            | {c: r[c] for c in ("about", "level", "unit", "amount_wan", "left_wan")}
            | {"stage": _stage(r, language)}
            | {c: joined(own.get(c, []), language) for c in ("projects", "stations", "parks", "others")}
        )  # fmt: skip
    return pd.DataFrame(made, columns=list(COLUMNS))


def _name(r: dict[str, Any], language: Language) -> str:
    name = str(r["name"])
    return say("library.may_belong", language, name=name or r["entry_id"]) if r["may_belong"] else name


def _stage(r: dict[str, Any], language: Language) -> str:
    return code("projectstage", r["stage"], language) if r["library"] == "project" and r["stage"] else str(r["stage"])


def _day(value: Any) -> str:
    return "" if value is None or pd.isna(value) else pd.Timestamp(value).date().isoformat()


def _linked(found: Libraries, language: Language) -> dict[tuple[str, str], dict[str, list[str]]]:
    """Return of every entry what it is linked with, by the column it is shown in."""
    names = names_of(found, language)
    out: dict[tuple[str, str], dict[str, list[str]]] = {}
    for r in rows(found.links):
        here, there = (str(r["library"]), str(r["entry_id"])), (str(r["kind"]), str(r["target"]))
        for one, other in ((here, there), (there, here)):
            if one[0] in LIBRARIES:
                told = out.setdefault(one, {}).setdefault(_column(other[0]), [])
                if (text := names.get(other, other[1])) not in told:
                    told.append(text)
    return out


def _column(kind: str) -> str:
    return {"project": "projects", STATION: "stations", PARK: "parks"}.get(kind, "others")


def names_of(found: Libraries, language: Language) -> dict[tuple[str, str], str]:
    """Return what everything that may be linked is called."""
    whole = library.found(found.results).entries
    out = {(str(r["library"]), str(r["entry_id"])): called(r) for r in rows(whole)}
    out |= {(PARK, p): n for p, n in park_names(found.results).items()}
    stations = {str(t) for k, t in zip(found.links["kind"], found.links["target"], strict=True) if k == STATION}
    return out | {(STATION, s): industry_text(s, language) for s in stations}


def called(r: dict[str, Any]) -> str:
    """Return what an entry is called: its number, and its name where it has one."""
    name, entry = str(r["name"]), str(r["entry_id"])
    return entry if not name or name == entry else f"{entry} {name}"


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of the lists."""
    unit = say(f"librarylist.unit_{land_unit(language).word}", language)
    return {str(c): say(f"librarylist.{c}", language, unit=unit) for c in frame}


def shown(found: Libraries, language: Language) -> pd.DataFrame:
    """Return the lists under their headings, without columns nothing is known of."""
    frame = listed(found, language)
    kept = [c for c in frame if frame[c].notna().any() and (frame[c].astype(str) != "").any()]
    return frame[kept].rename(columns=heads(frame[kept], language))


def counted(found: Libraries, language: Language) -> dict[str, str]:
    """Return each library with its number of entries, or that nobody brought it."""
    return {
        name: say("library.not_brought" if count is None else "library.count", language,
                  word=code("library", name, language), count=count)
        for name, count in found.counts().items()
    }  # fmt: skip


def notes(found: Libraries, language: Language) -> tuple[str, ...]:
    """Return what stands over the lists: how many, what is held back, what is personal."""
    out = [say("library.head", language, counts=joined(list(counted(found, language).values()), language))]
    out += [say("library.held", language, count=found.held)] if found.held else []
    return (*out, say("library.personal", language), say("library.how", language))


def text(found: Libraries, language: Language) -> Iterator[str]:
    """Yield the lists for the command line."""
    yield from notes(found, language)
    frame = listed(found, language)
    for word, some in frame.groupby("library", sort=False):
        for r in rows(some.head(MOST)):
            told = [str(r[c]) for c in ("name", "industries", "about", "unit", "stage", "projects", "note") if r[c]]
            yield say(
                "library.line", language, library=word, entry=r["entry_id"], told=joined(told, language, apart=True)
            )
        if len(some) > MOST:
            yield say("library.more", language, library=word, count=len(some) - MOST)


def targets(found: Libraries, language: Language) -> dict[str, str]:
    """Return what an entry may be linked with: ``kind:id`` and what it is called."""
    stations = {(STATION, s): industry_text(s, language) for s in library.stations(found.results)}
    return {
        f"{kind}:{one}": say("library.target", language, kind=code("librarykind", kind, language), name=name)
        for (kind, one), name in sorted((names_of(found, language) | stations).items())
    }


def links_of(found: Libraries, at: tuple[str, str], language: Language) -> list[str]:
    """Return what an entry is linked with, a line each, with why the link stands."""
    names = names_of(found, language)
    return [
        say("library.link", language, kind=code("librarykind", r["kind"], language),
            name=names.get((str(r["kind"]), str(r["target"])), str(r["target"])),
            why=code("linkwhy", r["why"], language))
        for r in rows(library.linked(found, *at))
    ]  # fmt: skip


def link_table(found: Libraries, language: Language) -> pd.DataFrame:
    """Return all links of the entries shown, one a row, under their headings."""
    names, known = names_of(found, language), set(zip(found.entries["library"], found.entries["entry_id"], strict=True))
    made = [
        {"library": code("library", r["library"], language), "entry_id": names[r["library"], r["entry_id"]],
         "kind": code("librarykind", r["kind"], language),
         "target": names.get((r["kind"], r["target"]), r["target"]), "why": code("linkwhy", r["why"], language)}
        for r in rows(found.links) if (r["library"], r["entry_id"]) in known
    ]  # fmt: skip
    frame = pd.DataFrame(made, columns=["library", "entry_id", "kind", "target", "why"])
    return frame.rename(columns={c: say(f"librarylist.{c}", language) for c in frame})


def events(made: Sequence[LibraryEvent], language: Language) -> list[str]:
    """Return the history of an entry, a line each."""
    return [
        say("library.event" if e.ground != e.text else "library.event_only", language, on=e.on, person=e.person,
            what=code("libraryevent", e.what, language), text=e.text, ground=e.ground)
        for e in made
    ]  # fmt: skip


def card(found: Libraries, entry: dict[str, Any], language: Language) -> Iterator[str]:
    """Yield one entry for the command line: what it states, its links, its history."""
    at = str(entry["library"]), str(entry["entry_id"])
    only = found.entries[(found.entries["library"] == at[0]) & (found.entries["entry_id"] == at[1])]
    frame = shown(Libraries(found.results, only, found.links, 0), language)
    yield from (say("library.cell", language, head=c, text=_cell(frame[c].iloc[0])) for c in frame)
    lines = links_of(found, at, language)
    yield say("library.linked", language, count=len(lines))
    yield from ("    " + line for line in lines)
    told = [
        *library_past.of_entry(found.results, at, language),
        *events(library.history(found.results, entry), language),
    ]
    yield say("library.history", language, count=len(told))
    yield from ("    " + line for line in told)


def _cell(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def contacts(told: dict[str, str], language: Language) -> Iterator[str]:
    """Yield what is personal of an entry, for the one who asks."""
    if not told:
        yield say("library.no_contacts", language)
        return
    yield say("library.contacts", language)
    yield from ("    " + say("library.cell", language, head=h, text=t) for h, t in told.items())


def plain(found: Libraries) -> dict[str, Any]:
    """Return the lists as plain values for scripts; nothing personal is in them."""

    def bare(frame: pd.DataFrame) -> list[dict[str, Any]]:
        return [{k: None if v is None or v != v else v.date().isoformat() if hasattr(v, "date") else v
                 for k, v in r.items()} for r in rows(frame)]  # fmt: skip

    return {"counts": found.counts(), "held": found.held, "entries": bare(found.entries), "links": bare(found.links)}
