"""The maps of seed projects beside the chain: resources and funds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import Json, Lang, Study


def resourcemap(
    folder: Study,
    out: Annotated[Path | None, typer.Option(help="Write it: SVG (parks by what is left), a list, or a map.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Map the resources (资源图谱): land, empty floors, utilities and accounts with what each park has left."""

    def work(console: Console) -> None:
        from layers.ask import resourcing
        from layers.outputs import resource_picture
        from layers.study.run.released import require
        from layers.words import resource_map as words

        call.fresh(folder, "place", console)
        for more in ("chain", "parklists"):
            call.fresh(folder, more, console)
        found = resourcing.resourcing(require(folder, "matches"))
        call.tell(console, words.text(found, console.language))
        call.listed(console, out, lambda path: resource_picture.write(found, path, console.language))
        console.result(words.plain(found))

    call.run(as_json, lang, work)


def fundmap(
    folder: Study,
    out: Annotated[
        Path | None, typer.Option(help="Write it: SVG (the map), XLSX (needs, funds) or CSV (needs).")
    ] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Map the funds (资金图谱): what each can still give, what projects need, who could back whom."""

    def work(console: Console) -> None:
        from layers.ask import funding
        from layers.outputs import fund_picture
        from layers.study.run.released import require
        from layers.words import fund_map as words

        call.fresh(folder, "chain", console)
        call.fresh(folder, "libraries", console)
        found = funding.funding(require(folder, "library_entries"))
        call.tell(console, words.text(found, console.language))
        call.listed(console, out, lambda path: fund_picture.write(found, path, console.language))
        console.result(words.plain(found))

    call.run(as_json, lang, work)
