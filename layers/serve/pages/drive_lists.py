"""What the Drive page shows of the positive and negative lists of parks, and what people put on them."""

from __future__ import annotations

import pandas as pd

from geo.project.park_lists import SAID
from layers.ask import park_lists
from layers.ask.park_lists import EVERY, ParkLists
from layers.outputs import park_list
from layers.outputs.target import bytes_of
from layers.study.run.results import Results
from layers.text import Language, code, say
from layers.words import park_lists as words
from layers.words.pipeline import park_names


def drawn(results: Results) -> bool:
    """Tell whether the run has drawn up the lists."""
    return results.has("park_industries")


def parks(results: Results, language: Language) -> dict[str, str]:
    """Return what a decision can be about: all parks first, then each by its name."""
    known, named = park_lists.lists(results).parks, park_names(results)
    return {EVERY: say("uidrive.list_every", language)} | {p: named.get(p, p) for p in known}


def lists_said(language: Language) -> dict[str, str]:
    """Return the lists an industry can be put on."""
    return {s: code("parksaid", s, language) for s in SAID}


def shown(results: Results, park: str, language: Language) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Return what is said over the lists, and the matrix of all parks, or with one named its lines."""
    found = park_lists.lists(results, "" if park == EVERY else park)
    return words.notes(found, language), _frame(found, park, language)


def _frame(found: ParkLists, park: str, language: Language) -> pd.DataFrame:
    if park == EVERY:
        return words.matrix(found, language)
    lines = words.listed(found, language).drop(columns="park")
    return lines.rename(columns=words.heads(lines, language))


def put(results: Results, where: tuple[str, str], said: tuple[str, str], who: tuple[str, str]) -> None:
    """Put an industry on a list; raises as `layers.ask.park_lists.put`."""
    park_lists.put(results, where, *said, *who)


def take_off(results: Results, where: tuple[str, str], who: tuple[str, str]) -> None:
    """Take an industry off again; raises as `layers.ask.park_lists.take_off`."""
    park_lists.take_off(results, where, *who)


def workbook(results: Results, language: Language) -> bytes:
    """Return the lists as a workbook."""
    return bytes_of("list.xlsx", lambda path: park_list.write(park_lists.lists(results), path, language))
