"""What the Drive page shows of the five libraries, and what people note on an entry or link it with."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from layers.ask import library, library_past
from layers.ask.library import Libraries
from layers.outputs import library_list
from layers.outputs.target import bytes_of
from layers.study.run.results import Results
from layers.text import Language, code, say
from layers.words import library as words
from layers.words import library_past as past

EVERY = ""


def read(results: Results) -> bool:
    """Tell whether the run has read the libraries."""
    return results.has("library_entries")


def kinds(results: Results, language: Language) -> dict[str, str]:
    """Return what can be looked at: all libraries, then each with its number of entries."""
    return {EVERY: say("uidrive.library_all", language)} | words.counted(library.found(results), language)


@dataclass(frozen=True)
class LibraryView:
    """The list as shown: what is said over it, rows under headings, what each row is called (``investor/K01``)."""

    notes: tuple[str, ...]
    frame: pd.DataFrame
    ids: tuple[str, ...]


def view(results: Results, name: str, text: str, language: Language) -> LibraryView:
    """Return one library, or all of them, and of it what a text finds."""
    found = library.found(results, name, text)
    pairs = zip(found.entries["library"], found.entries["entry_id"], strict=True)
    return LibraryView(words.notes(found, language), words.shown(found, language), tuple(f"{a}/{b}" for a, b in pairs))


@dataclass(frozen=True)
class LibraryCard:
    """One entry as shown: its title, what it is linked with, its history."""

    title: str
    links: tuple[str, ...]
    events: tuple[str, ...]


def card(results: Results, at: tuple[str, str], language: Language) -> LibraryCard:
    """Return one entry; raises as `layers.ask.library.one`."""
    one, whole = library.one(results, *at), library.found(results)
    title = say("uidrive.library_entry", language, word=code("librarykind", at[0], language),
                entry=words.called(one))  # fmt: skip
    events = [*past.of_entry(results, at, language), *words.events(library.history(results, one), language)]
    return LibraryCard(title, tuple(words.links_of(whole, at, language)), tuple(events))


def changes(results: Results, name: str, language: Language) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Return what files changed in a library, or in all: a line for each file, and the changes as shown."""
    found = library_past.past(results, name)
    return tuple(past.files(found, language)), past.frame(found, language).rename(columns=past.heads(language))


def targets(results: Results, language: Language) -> dict[str, str]:
    """Return what an entry may be linked with: ``project:M2`` and what it is called."""
    return words.targets(library.found(results), language)


def note(results: Results, at: tuple[str, str], text: str, who: tuple[str, str]) -> None:
    """Keep a note; raises as `layers.ask.library.note`."""
    library.note(results, at, text, *who)


def bind(results: Results, at: tuple[str, str], to: str, who: tuple[str, str]) -> None:
    """Link an entry; raises as `layers.ask.library.bind`."""
    library.bind(results, at, to, *who)


def unbind(results: Results, at: tuple[str, str], to: str, who: tuple[str, str]) -> None:
    """Take a link a person made back; raises as `layers.ask.library.unbind`."""
    library.unbind(results, at, to, *who)


def workbook(results: Results, language: Language) -> bytes:
    """Return the libraries as a workbook."""
    found: Libraries = library.found(results)
    return bytes_of("list.xlsx", lambda path: library_list.write(found, path, language))
