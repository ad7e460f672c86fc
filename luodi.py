"""The command door: console script `luodi`. It lists the commands; the work is in `layers`.

In a notebook or a script ``import luodi`` gives ``luodi.open(folder)``: see `layers.serve.notebook` and
docs/zh/python.md.
"""

import os.path
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from pathlib import Path  # noqa: E402
from typing import Annotated, Any  # noqa: E402

import typer  # noqa: E402

import layers  # noqa: E402, F401 - bans drivers before GDAL is loaded
from layers.basis import heap  # noqa: E402
from layers.outputs import stream  # noqa: E402
from layers.outputs.console import Console  # noqa: E402
from layers.serve.commands import (  # noqa: E402
    arguing,
    basemapping,
    call,
    checking,
    driving,
    intake,
    judging,
    libraries,
    mapping,
    placing,
    sealing,
    siting,
    telling,
)
from layers.serve.commands.once import Once  # noqa: E402
from layers.serve.commands.options import Json, Lang, Study  # noqa: E402
from layers.text import say  # noqa: E402

heap.give_back()


def __getattr__(name: str) -> Any:
    """Return what a notebook asks for; a command does not load it."""
    known = {"open": "open_study", "OpenStudy": "OpenStudy"}
    if name not in known:
        raise AttributeError(name)
    from layers.serve import notebook

    return getattr(notebook, known[name])


def demo(folder: Study, as_json: Json = False, lang: Lang = "") -> None:
    """Write the demonstration county (synthetic, deterministic, offline)."""

    def work(console: Console) -> None:
        from county import county

        county.write(folder, console.progress)
        console.text(say("command.demo_written", console.language, path=folder))
        console.result({"study": str(folder)})

    call.run(as_json, lang, work)


def app(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The study folder.")] = None,
    port: Annotated[int, typer.Option(help="Port on this computer.")] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Open the screen in the browser; it is served to this computer only."""

    def work(console: Console) -> None:
        from layers.serve.http.server import serve

        study = (folder or Path.cwd()).resolve()
        console.text(say("command.app_starts", console.language, port=port, path=study))
        serve(study, port, headless)

    call.run(as_json, lang, work)


COMMANDS = (
    demo, intake.new, intake.add, intake.remove, intake.describe, checking.check, checking.accept,
    judging.measure, judging.screen, siting.assemble, siting.idle, siting.rank,
    driving.rate, driving.reserve, driving.score, driving.schedule, driving.step, driving.bulletin, driving.chainmap,
    mapping.resourcemap, mapping.fundmap, basemapping.basemap,
    driving.industries, driving.industry, driving.offers, arguing.argue, arguing.answer,
    libraries.library, libraries.entry,
    judging.run, telling.explain, judging.waive, judging.override, judging.rules, judging.diff,
    telling.redline, telling.report, telling.form, telling.template, telling.export,
    sealing.verify, sealing.replay, sealing.bundle,
    placing.place, siting.handover, placing.capacity, placing.pin, placing.ban, placing.scenario, app,
)  # fmt: skip
"""In the order the help lists them."""
cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Luodi 落地: screen land for industrial projects, with reasons.",
)  # fmt: skip
for command in COMMANDS:
    cli.command(cls=Once)(command)


def main() -> None:
    """Run the command line."""
    stream.guard()
    cli()


if __name__ == "__main__":
    main()
