"""What a run rests on, held against what it recorded: verify, replay, bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import Json, Lang, Study
from layers.text import say

if TYPE_CHECKING:
    from layers.study.record import Recorded


def _tell_record(console: Console, folder: Path, found: list[Recorded], done: str) -> None:
    """Say what of a record does not hold; fail where anything does not."""
    broken = [h for h in found if h.broken]
    for held in found:
        if held.state != "same":
            console.text(say(f"record.{held.state}", console.language, kind=say(f"record.kind_{held.kind}",
                             console.language), name=held.name))  # fmt: skip
    console.result(
        {"checked": len(found), "broken": [{"kind": h.kind, "name": h.name, "state": h.state} for h in broken]}
    )
    if broken:
        raise BlockedError(reason("record_broken", path=folder.name, count=len(broken), total=len(found)))
    console.text(say(done, console.language, count=len(found)))


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR|BUNDLE.zip", help="A study, or a bundle of one.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Hold tables, inputs, settings and decisions against what the newest run recorded; fails on any change."""

    def work(console: Console) -> None:
        from layers.outputs import bundle
        from layers.study import record

        found = bundle.verified(folder) if folder.is_file() else record.verified(folder)
        _tell_record(console, folder, found, "record.verified")

    call.run(as_json, lang, work)


def replay(folder: Study, as_json: Json = False, lang: Lang = "") -> None:
    """Make every table of the newest run again beside the study and compare; fails where one differs."""

    def work(console: Console) -> None:
        from layers.study import record

        _tell_record(console, folder, record.replayed(folder, console.progress), "record.replayed")

    call.run(as_json, lang, work)


def bundle(
    folder: Study,
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="Opens on another computer.")],
    inside: Annotated[
        bool, typer.Option("--inside", help="It stays in the office: use-only layers and personal data go in.")
    ] = False,
    basemaps: Annotated[bool, typer.Option("--basemaps", help="The basemaps and their settings go in too.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write study, inputs, packs, decisions and the newest run as one file, with the sum of each part."""

    def work(console: Console) -> None:
        from layers.outputs import bundle as bundles

        count = bundles.write(folder, out, inside, basemaps)
        console.text(say("record.bundled", console.language, count=count, path=out.name))
        console.result({"file": str(out), "files": count})

    call.run(as_json, lang, work)
