"""Projects on sites: place, capacity, pin, ban, scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import After, Json, Lang, Person, Study, Why
from layers.text import say


def place(
    folder: Study,
    on: Annotated[str, typer.Option("--on", help="Another day, YYYY-MM-DD: what is commissioned by then counts.")] = "",
    extra: Annotated[list[str] | None, typer.Option(help="More of a facility or account: new_construction=85.")] = None,
    at: Annotated[list[str] | None, typer.Option("--at", help="What if a project stood there: PROJECT=SITE.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Place the pipeline on sites (落位) within headroom and quota, with bound, gap and what is missing."""

    def work(console: Console) -> None:
        from layers.ask.placement import PlaceQuestion, shown
        from layers.study.run.released import require
        from layers.words import place_lines as words

        day, asked = call.day(on), call.pairs(at or [])
        more = call.amounts(extra)
        report = call.fresh(folder, "place", console)
        results = require(folder, "matches")
        whole = shown(results)
        pins = tuple((whole.project(p), site) for p, site in asked)
        found = shown(results, PlaceQuestion(day, more, pins))
        call.tell(console, words.lines(found, console.language))
        call.law(console, results, "matches")
        console.result({"run_id": report.run_id} | words.plain(found))

    call.run(as_json, lang, work)


def capacity(
    folder: Study,
    on: Annotated[str, typer.Option("--on", help="Another day, YYYY-MM-DD.")] = "",
    extra: Annotated[list[str] | None, typer.Option(help="More of a facility or account: S-E=10.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say what each park can still hold (承载力), which resource binds, and what relieving it frees."""

    def work(console: Console) -> None:
        from layers.ask.placement import PlaceQuestion, shown
        from layers.study.run.released import require
        from layers.words import place_lines as words

        day, more = call.day(on), call.amounts(extra)
        report = call.fresh(folder, "place", console)
        found = shown(require(folder, "capacity"), PlaceQuestion(day, more))
        call.tell(console, words.capacity_lines(found, console.language))
        rows = {
            "capacity": words.records(found.table("capacity")),
            "facilities": words.facilities(found),
        }
        call.law(console, require(folder, "capacity"), "capacity")
        console.result({"run_id": report.run_id, "on": found.on.isoformat()} | rows)

    call.run(as_json, lang, work)


def pin(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    why: Why = "",
    person: Person = "",
    site: Annotated[str, typer.Option(help="A site of the study.")] = "",
    park: Annotated[str, typer.Option(help="Any site of a park.")] = "",
    check: Annotated[str, typer.Option(help="An accepted red line (its name).")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the pin back.")] = False,
    after: After = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Fix where a project goes (指定落位): a site, a park, or an accepted red line."""
    place = {"site": site, "park": park, "check": check}
    _decide(folder, "pin", project, place, (person, why, undo, after), (as_json, lang))


def ban(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    why: Why = "",
    person: Person = "",
    site: Annotated[str, typer.Option(help="A site of the study.")] = "",
    park: Annotated[str, typer.Option(help="Any site of a park.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the ban back.")] = False,
    after: After = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Keep a project out of a site or a park (排除), or out of every place."""
    _decide(folder, "ban", project, {"site": site, "park": park}, (person, why, undo, after), (as_json, lang))


def _decide(
    folder: Path, kind: str, project: str, place: dict[str, str], decided: tuple[str, str, bool, int | None],
    out: tuple[bool, str],
) -> None:  # fmt: skip
    def work(console: Console) -> None:
        from layers.ask import decisions

        made = decisions.decide(folder, kind, project, place, decisions.DecisionBasis(*decided))
        console.text(decisions.told(made, console.language))
        console.result(decisions.plain(made))

    call.run(*out, work)


def scenario(
    folder: Study,
    act: Annotated[str, typer.Argument(metavar="list|save|load", help="What to do.")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Name of the scenario.")] = "",
    person: Person = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Keep the decisions that count now under a name (情景), or go back to those of a name."""

    def work(console: Console) -> None:
        from layers.study import edits, spec

        spec.read(folder)
        if act == "save":
            edits.save_scenario(folder, name, person)
            console.text(say("command.scenario_saved", console.language, name=name))
        elif act == "load":
            count = edits.load_scenario(folder, name, person)
            console.text(say("command.scenario_loaded", console.language, name=name, count=count))
        elif act != "list":
            raise CallError(reason("scenario_act_unknown", given=act))
        known = edits.scenarios(folder)
        for each in known:
            console.text(each)
        console.result({"scenarios": list(known)})

    call.run(as_json, lang, work)
