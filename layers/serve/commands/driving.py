"""The project side: rate, reserve, score, schedule, step, bulletin, chainmap, industries, offers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import Json, Lang, On, Person, Study, Why
from layers.text import say

if TYPE_CHECKING:
    from layers.study.run.results import Results


def rate(
    folder: Study,
    criteria: Annotated[str, typer.Option("--set", help="ankang, lanzhou, or a file of the study.")] = "ankang",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX (recalculates), CSV, or a map as export.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Rate the projects (评价) by facts and by what people scored, apart; say what would raise each most."""

    def work(console: Console) -> None:
        from layers.ask import rated
        from layers.outputs import rating_list
        from layers.words import rating as words

        found = rated.rated(_projects(folder, console), criteria)
        call.tell(console, words.text(found, console.language))
        call.listed(console, out, lambda path: rating_list.write(found, path, console.language))
        console.result(words.plain(found))

    call.run(as_json, lang, work)


def reserve(
    folder: Study,
    criteria: Annotated[str, typer.Option("--set", help="The set that rates: ankang, lanzhou, a file.")] = "ankang",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX, CSV, or a map as export.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say which projects are in the reserve library (储备库), which enter or leave, and by which rule."""

    def work(console: Console) -> None:
        from layers.ask import rated
        from layers.outputs import rating_list
        from layers.words import rating as words

        found = rated.rated(_projects(folder, console), criteria)
        call.tell(console, words.reserve_text(found, console.language))
        call.listed(console, out, lambda path: rating_list.write_reserve(found, path, console.language))
        console.result({"reserve": words.plain(found)["reserve"]})

    call.run(as_json, lang, work)


def score(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    item: Annotated[str, typer.Argument(metavar="ITEM", help="What a set asks people for, as technology.")],
    points: Annotated[float, typer.Argument(metavar="POINTS", help="0 to 100.")] = -1.0,
    person: Annotated[str, typer.Option("--person", help="Who scores.")] = "",
    why: Why = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take this person's score back.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Score what no list states of a project (评审打分), with person and ground."""

    def work(console: Console) -> None:
        from layers.ask import rated
        from layers.words.rating import item_in

        results = _projects(folder, console)
        told = {"project": project, "item": item_in(results, item, console.language), "person": person, "why": why}
        if undo:
            rated.take_back(results, project, item, person, why)
        else:
            rated.give(results, project, item, points, person, why)
        key = "command.score_taken_back" if undo else "command.scored"
        console.text(say(key, console.language, points=points, **told))
        console.result(told | {"item": item, "points": None if undo else points})

    call.run(as_json, lang, work)


def schedule(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="[PROJECT]", help="Id or name: its steps.")] = "",
    on: On = "",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX, CSV, SVG (Gantt), or a map as export.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Count back from what is promised (倒排工期): what is late, by which step, who holds it."""

    def work(console: Console) -> None:
        from layers.ask import scheduled
        from layers.ask.listed import project_id
        from layers.outputs import schedule_list
        from layers.study.run import runs
        from layers.words import schedule as words

        results = _projects(folder, console, runs.had(folder, "matches"))
        asked = project_id(results, project) if project else ""
        found = scheduled.scheduled(results, call.day(on))
        call.tell(console, words.text(found, console.language, asked))
        call.listed(console, out, lambda path: schedule_list.write(found, path, console.language, asked))
        console.result(words.plain(found))

    call.run(as_json, lang, work)


def step(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    name: Annotated[str, typer.Argument(metavar="STEP", help="A step of the schedule: eia, supply, permit …")],
    done: Annotated[str, typer.Option(help="The day it was done, YYYY-MM-DD.")] = "",
    days: Annotated[int | None, typer.Option(help="Days it takes here.")] = None,
    holder: Annotated[str, typer.Option(help="Who holds it.")] = "",
    needed: Annotated[str, typer.Option(help="yes or no.")] = "",
    person: Annotated[str, typer.Option("--person", help="Who says so.")] = "",
    why: Why = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take back all that was said of the step.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say of a project's step (工期节点) that it is done, takes other days, is held by another, or is not needed."""

    def work(console: Console) -> None:
        from layers.ask import scheduled

        results, on = _projects(folder, console), call.day(done)
        if needed not in ("", "yes", "no"):
            raise CallError(reason("step_needed_wrong", given=needed))
        value = {"done_on": on.isoformat() if on else None, "days": days, "holder": holder or None,
                 "needed": needed == "yes" if needed else None}  # fmt: skip
        if undo:
            scheduled.take_back(results, project, name, person, why)
        else:
            scheduled.say_of(results, project, name, value, person, why)
        key = "command.step_taken_back" if undo else "command.step_said"
        console.text(say(key, console.language, project=project, step=name, person=person, why=why))
        console.result({"project": project, "step": name} | ({} if undo else value))

    call.run(as_json, lang, work)


def bulletin(
    folder: Study,
    period: Annotated[str, typer.Option(help="month, quarter or year.")] = "month",
    by: Annotated[str, typer.Option(help="unit, leader, county or park.")] = "unit",
    on: Annotated[str, typer.Option("--on", help="Last day of the period; default the day of the study.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX (recalculates), DOCX, PDF or CSV.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Rank units against their targets (月通报、季评比、年考核), last month beside it, movements explained."""

    def work(console: Console) -> None:
        from layers.ask import league, scheduled
        from layers.outputs import league_book
        from layers.words import league as words

        results, day = _projects(folder, console), call.day(on)
        found = league.ranked(results, period, by, day)
        call.tell(console, words.text(found, console.language))
        late = scheduled.scheduled(results, day)
        call.listed(console, out, lambda path: league_book.write(found, late, path, console.language))
        console.result(words.plain(found))

    call.run(as_json, lang, work)


def chainmap(
    folder: Study,
    park: Annotated[str, typer.Option(help="Only what is within reach of a park: its id.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it: SVG (the map), XLSX or CSV (gaps).")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Draw the chain (产业链图谱): weak and missing links, clusters, and who would fill each gap."""

    def work(console: Console) -> None:
        from layers.ask import chained
        from layers.outputs import chain_picture
        from layers.words import chain_map as words

        found = chained.chained(_projects(folder, console), park)
        call.tell(console, words.text(found, console.language))
        call.listed(console, out, lambda path: chain_picture.write(found, path, console.language))
        console.result(words.plain(found))

    call.run(as_json, lang, work)


def industries(
    folder: Study,
    park: Annotated[str, typer.Option(help="Of one park: its id.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX (matrix and lines) or CSV (lines).")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List what each park takes in of every industry (产业正负面清单): leading, admitted, limited, not admitted."""

    def work(console: Console) -> None:
        from layers.ask import park_lists
        from layers.outputs import park_list
        from layers.study.run.released import require
        from layers.words import park_lists as words

        call.fresh(folder, "parklists", console)
        found = park_lists.lists(require(folder, "park_industries"), park)
        call.tell(console, words.text(found, console.language))
        call.listed(console, out, lambda path: park_list.write(found, path, console.language))
        console.result(words.plain(found))

    call.run(as_json, lang, work)


def industry(
    folder: Study,
    park: Annotated[str, typer.Argument(metavar="PARK", help="Id of a park, or * for all.")],
    code: Annotated[str, typer.Argument(metavar="INDUSTRY", help="Code or name, as C26.")],
    said: Annotated[str, typer.Argument(metavar="[LIST]", help="positive, limited or negative.")] = "",
    condition: Annotated[str, typer.Option(help="Of a limit: under which condition it is taken in.")] = "",
    person: Person = "",
    why: Why = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take it off again.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Put an industry on the positive or negative list of a park, with person and ground, or take it off."""

    def work(console: Console) -> None:
        from layers.ask import park_lists
        from layers.study.run.released import require

        call.fresh(folder, "parklists", console)
        results = require(folder, "park_industries")
        if undo:
            park_lists.take_off(results, (park, code), person, why)
        else:
            park_lists.put(results, (park, code), said, condition, person, why)
        key = "command.industry_off" if undo else "command.industry_put"
        console.text(say(key, console.language, park=park, industry=code, said=said, person=person, why=why))
        console.result({"park": park, "industry": code, "said": "" if undo else said})

    call.run(as_json, lang, work)


def offers(
    folder: Study,
    offer: Annotated[str, typer.Argument(metavar="[OFFER]", help="One of them: L01, B02, C01.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write it: XLSX, CSV, DOCX, PDF (a sheet an offer), or a map.")
    ] = None,
    land_mu: Annotated[float | None, typer.Option(help="What suits a wish: land, 亩.")] = None,
    floor_m2: Annotated[float | None, typer.Option(help="What suits a wish: floor, m².")] = None,
    power_kva: Annotated[float | None, typer.Option(help="What suits a wish: power, kVA.")] = None,
    park: Annotated[str, typer.Option(help="What suits a wish: the id of a park.")] = "",
    by: Annotated[str, typer.Option(help="What suits a wish: to be handed over by YYYY-MM-DD.")] = "",
    of_industry: Annotated[str, typer.Option("--industry", help="What suits a wish: industry, code or name.")] = "",
    investment: Annotated[float | None, typer.Option(help="What suits a wish: investment, 万元.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List what can be offered (投资机会清单): land, buildings, gaps of the chain; or what suits a wish best."""

    def work(console: Console) -> None:
        from geo.basis.units import MU_M2
        from geo.place.offer import Wish
        from layers.ask import offering
        from layers.outputs import offer_list
        from layers.study.run.released import require
        from layers.words import offers as words

        call.fresh(folder, "place", console)
        for more in ("chain", "parklists"):  # no steps of placing: gaps are offered too, with what parks take in
            call.fresh(folder, more, console)
        found = offering.only(offering.offering(require(folder, "matches")), offer)
        land = None if land_mu is None else land_mu * MU_M2
        asked = Wish(land, floor_m2, park, power_kva, call.day(by), of_industry, investment)
        wish = None if asked == Wish() else offering.wish(found, asked)
        told = words.text(found, console.language) if wish is None else words.wish_text(found, wish, console.language)
        call.tell(console, told)
        call.listed(console, out, lambda path: offer_list.write(found, path, console.language))
        console.result(words.plain(found, wish))

    call.run(as_json, lang, work)


def _projects(folder: Path, console: Console, placed: bool = False) -> Results:
    """Return the newest results with the projects, brought up to date; with `placed` where they stand too."""
    from layers.study.run.released import require

    call.fresh(folder, "chain", console)
    if placed:
        call.fresh(folder, "place", console)
    return require(folder, "gate_results")
