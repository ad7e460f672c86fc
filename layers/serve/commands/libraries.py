"""The five libraries: library, entry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import Json, Lang, Person, Study, Why
from layers.text import say

Library = Annotated[
    str, typer.Argument(metavar="[LIBRARY]", help="enterprise, investor, project, talent or fund; none: all five.")
]
Entry = Annotated[str, typer.Argument(metavar="[ENTRY]", help="Id, or a name only one has: its card and history.")]


def library(
    folder: Study,
    name: Library = "",
    entry: Entry = "",
    find: Annotated[str, typer.Option(help="Only entries with these words.")] = "",
    changes: Annotated[bool, typer.Option("--changes", help="What each newer file changed in them.")] = False,
    contacts: Annotated[bool, typer.Option("--contacts", help="Tell what is personal of it; to no file.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the lists: XLSX (a sheet each, links) or CSV.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List the libraries (企业、客商、项目、人才、资金库): search, links, history; nothing personal leaves."""

    def work(console: Console) -> None:
        from layers.ask import library as asked
        from layers.ask import library_past
        from layers.outputs import library_list
        from layers.study.run.released import require
        from layers.words import library as words
        from layers.words import library_past as past

        if contacts and (out is not None or not entry):
            raise CallError(reason("library_contacts_only_told"))
        call.fresh(folder, "libraries", console)
        results = require(folder, "library_entries")
        found = asked.found(results, name, find)
        if entry:
            one = asked.one(results, name, entry)
            call.tell(console, words.card(asked.found(results), one, console.language))
            if contacts:
                call.tell(console, words.contacts(asked.contacts(results, name, entry), console.language))
            found = asked.only(found, one)
        elif changes:
            call.tell(console, past.lines(library_past.past(results, name), console.language))
        else:
            call.tell(console, words.text(found, console.language))
        call.listed(console, out, lambda path: library_list.write(found, path, console.language))
        console.result(words.plain(found) | {"changes": past.plain(library_past.past(results, name))})

    call.run(as_json, lang, work)


def entry(
    folder: Study,
    name: Annotated[str, typer.Argument(metavar="LIBRARY", help="enterprise, investor, project, talent or fund.")],
    which: Annotated[str, typer.Argument(metavar="ENTRY", help="Id, or a name only one has.")],
    note: Annotated[str, typer.Option(help="What is to be kept of it: a visit, an answer.")] = "",
    link: Annotated[str, typer.Option(help="What it belongs to: project:M2, station:C34, park:B1, fund:F01 …")] = "",
    person: Person = "",
    why: Why = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the link back, or without one the newest note.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Note something on an entry of a library, or link it (项目、环节、园区 …), with person and day."""

    def work(console: Console) -> None:
        from layers.ask import library as asked
        from layers.study.run.released import require

        call.fresh(folder, "libraries", console)
        results, at = require(folder, "library_entries"), (name, which)
        if bool(note) == bool(link) and not (undo and not note):
            raise CallError(reason("library_nothing_said"))
        kept = link
        if undo and link:
            asked.unbind(results, at, link, person, why)
        elif undo:
            asked.unnote(results, at, person, why)
        elif link:
            asked.bind(results, at, link, person, why)
        else:
            kept = str(asked.note(results, at, note, person, why).value["text"])
            if kept != note.strip():
                console.note(reason("library_note_phone"))
        key = "command.entry_back" if undo else "command.entry_kept"
        console.text(say(key, console.language, library=name, entry=which, person=person, text=kept))
        console.result({"library": name, "entry": which, "text": kept, "undone": undo})

    call.run(as_json, lang, work)
