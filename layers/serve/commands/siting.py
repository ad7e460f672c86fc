"""Sites out of land: assemble, idle, rank, handover."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import Ground, Json, Lang, On, Person, Study


def assemble(
    folder: Study,
    area_min_mu: Annotated[float | None, typer.Option(help="Least usable area, 亩.")] = None,
    area_max_mu: Annotated[float | None, typer.Option(help="Most usable area, 亩; larger sites are cut.")] = None,
    rect: Annotated[str, typer.Option(help="Rectangle that must fit, metres: 150x80.")] = "",
    width: Annotated[float | None, typer.Option(help="Least width, metres.")] = None,
    park: Annotated[list[str] | None, typer.Option(help="Only in this park; repeat.")] = None,
    owners: Annotated[int | None, typer.Option(help="Most holders.")] = None,
    objective: Annotated[str, typer.Option(help="loss, owners, net_share, compactness, quota.")] = "",
    keep: Annotated[int | None, typer.Option(help="Sites listed at most.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Never cut a site.")] = False,
    within: Annotated[str, typer.Option(help="Only land in this box: west,south,east,north in degrees.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Assemble sites from neighbouring land (拼地); with a demand, list the best sites for it."""
    asked = {
        "area_min_mu": area_min_mu, "area_max_mu": area_max_mu, "rect": rect, "width_m": width,
        "parks": tuple(park or ()), "max_owners": owners, "objective": objective, "keep": keep, "whole": whole,
    }  # fmt: skip
    given: dict[str, Any] = {key: value for key, value in asked.items() if value}

    def work(console: Console) -> None:
        from layers.ask import assembly
        from layers.study.run.released import require
        from layers.words import once

        asked = assembly.SiteDemand(**given, within=assembly.box(within) if within else None)
        report = call.fresh(folder, "assemble", console)
        results = require(folder, "sites")
        if not given and not within:
            call.tell(console, (*assembly.listing(results, console.language), *once.note(results, console.language)))
            made = {"run_id": report.run_id, "built": report.built, "kept": report.kept}
            console.result(made | assembly.as_plain(assembly.built(results)))
            return
        found = assembly.ask(results, asked, console.progress)
        call.tell(console, assembly.as_text(found, console.language))
        console.result(assembly.as_plain(found.tables))

    call.run(as_json, lang, work)


def idle(
    folder: Study,
    on: On = "",
    recover: Annotated[str, typer.Option(help="Take this land as recovered (收回) from now on.")] = "",
    undo: Annotated[str, typer.Option(help="Take that back.")] = "",
    person: Person = "",
    why: Ground = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List idle land and buildings (闲置土地、厂房): clock, money, signs; contradictions first."""

    def work(console: Console) -> None:
        from layers.study.run.released import require
        from layers.words import idle as words

        day = call.day(on)
        report = call.fresh(folder, "idle", console)
        if recover or undo:
            decide = words.recover if recover else words.undo
            decide(require(folder, "idle"), recover or undo, person, why)
            report = call.fresh(folder, "idle", console)
        found = words.shown(require(folder, "idle"), day)
        call.tell(console, words.lines(found, console.language))
        assets = words.plain(found.assets)
        call.law(console, require(folder, "idle"), "idle")
        console.result({"run_id": report.run_id, "on": found.on.isoformat(), "assets": assets})

    call.run(as_json, lang, work)


def rank(
    folder: Study,
    weights: Annotated[
        list[str] | None, typer.Option(help="id=0.3 (repeat), or a file of lines id = 0.3: on trial.")
    ] = None,
    top: Annotated[int, typer.Option(help="Sites shown.")] = 20,
    criteria: Annotated[
        str, typer.Option("--set", help="Another criteria set, on trial; a set for projects ranks the projects.")
    ] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Rank the sites (and bring what stands before it up to date); with weights, show that order and keep the run."""

    def work(console: Console) -> None:
        from layers.ask.ranked import RankTrial, bench, by_set, weights_of
        from layers.outputs import rank_page
        from layers.study.run.released import require

        changes = weights_of(weights or [])
        report = call.fresh(folder, "rank", console)
        results = require(folder, "ranking")
        made = (by_set(results, criteria) if criteria else bench(results)).answer(RankTrial(changes))
        call.tell(console, rank_page.ranking_text(results, made, console.language, top))
        call.law(console, results, "ranking")
        console.result({"run_id": report.run_id, "trial": bool(changes or criteria)} | rank_page.as_plain(made))

    call.run(as_json, lang, work)


def handover(
    folder: Study,
    out: Annotated[Path | None, typer.Option(help="Write the list too: CSV or XLSX.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say which sites can be handed over this year: approvals still open, who gives them, the earliest day."""

    def work(console: Console) -> None:
        from layers.study.run.released import require
        from layers.words import handover as words

        report = call.fresh(folder, "assemble", console)
        results = require(folder, "sites")
        call.tell(console, words.lines(results, console.language))
        call.law(console, results, "sites")
        if out is not None:
            from layers.outputs import handover_list

            handover_list.write(results, out, console.language)
        console.result({"run_id": report.run_id, "sites": words.plain(results)})

    call.run(as_json, lang, work)
