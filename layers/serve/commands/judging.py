"""Stages and their rules: measure, screen, run, diff; rules, waive, override."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import (
    Document,
    Ground,
    Json,
    Lang,
    Person,
    RunnerKind,
    Scheduler,
    Study,
    Workers,
)
from layers.text import say


def _update(folder: Path, until: str, crew: tuple[str, int, str], as_json: bool, lang: str) -> None:
    def work(console: Console) -> None:
        from layers.outputs import summary
        from layers.study.run import crews
        from layers.study.run.released import open_results

        report = call.fresh(folder, until, console, crews.hiring(*crew))
        call.tell(console, summary.after_run(folder, report, console.language))
        results = open_results(folder) if console.as_json else None  # for people the summary has said it
        if results is not None:
            call.law(console, results)
        console.result({"run_id": report.run_id, "built": report.built, "kept": report.kept})

    call.run(as_json, lang, work)


def measure(
    folder: Study,
    runner: RunnerKind = "serial",
    workers: Workers = 0,
    scheduler: Scheduler = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Measure parcels against every layer (and load what is stale)."""
    _update(folder, "measure", (runner, workers, scheduler), as_json, lang)


def screen(
    folder: Study,
    runner: RunnerKind = "serial",
    workers: Workers = 0,
    scheduler: Scheduler = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Judge the parcels (and bring what stands before it up to date)."""
    _update(folder, "screen", (runner, workers, scheduler), as_json, lang)


def run(
    folder: Study,
    runner: RunnerKind = "serial",
    workers: Workers = 0,
    scheduler: Scheduler = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Bring all stages up to date."""
    _update(folder, "all", (runner, workers, scheduler), as_json, lang)


def waive(
    folder: Study,
    names: Annotated[
        list[str], typer.Argument(metavar="RULE|LAYER…", help="Rules, or layers: all rules that read one.")
    ],
    person: Person = "",
    why: Ground = "",
    document: Document = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the rules up again.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Set rules aside (未审查) with person and ground, or take them up again; every list says so."""

    def work(console: Console) -> None:
        from layers.study import waive as waived
        from layers.study.not_examined import NotExamined

        note = NotExamined(rule="", reason=why, person=person, document=document, on=date.today())
        rules = waived.again(folder, names) if undo else waived.aside(folder, names, note)
        key = "command.waive_undone" if undo else "command.waived"
        console.text(say(key, console.language, rules=rules, count=len(rules)))
        console.result({"rules": rules, "aside": not undo})

    call.run(as_json, lang, work)


def override(
    folder: Study,
    layer: Annotated[str, typer.Argument(metavar="[LAYER]", help="Without one: list what was corrected.")] = "",
    record: Annotated[str, typer.Argument(metavar="[RECORD]", help="Id of the record, or row:12.")] = "",
    values: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE…", help="Our field, or that of the file.")
    ] = None,
    person: Person = "",
    why: Ground = "",
    document: Document = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: all of the record, or the fields named.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Correct one record of a layer (人工更正) with person and ground; the official value stays beside it."""

    def work(console: Console) -> None:
        from layers.study import overrides
        from layers.study.correction import Correction
        from layers.words import corrections as words

        language, pairs = console.language, values or []
        if not layer:
            standing = overrides.standing(folder)
            call.tell(console, words.of_layers(standing, language) or [say("command.override_none", language)])
            console.result({"corrections": words.plain(standing)})
            return
        if not record or not (pairs or undo):
            raise CallError(reason("override_arguments"))
        if undo:
            made = overrides.undo(folder, layer, record, [p.split("=", 1)[0] for p in pairs], person, why)
        else:
            note = Correction(record=record, column="", value="", official="", person=person, reason=why,
                              document=document, on=date.today())  # fmt: skip
            made = overrides.correct(folder, layer, record, call.fields(pairs), note)
        key = "command.override_undone" if undo else "command.overridden"
        for one in made:
            console.text(say(key, language, line=words.text(layer, one, language)))
        console.result({"corrections": words.plain({layer: tuple(made)}), "standing": not undo})

    call.run(as_json, lang, work)


def rules(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A study; without one all that is shipped.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the list: OUT.csv or OUT.xlsx.")] = None,
    on: Annotated[str, typer.Option("--on", help="Without a study: the day asked about, YYYY-MM-DD.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Begin a local pack: a rule for each layer.")] = False,
    instead: Annotated[bool, typer.Option("--instead", help="With --draft: in the place of all other packs.")] = False,
    change: Annotated[list[str] | None, typer.Option("--set", help="RULE=LIMIT: another limit in this study.")] = None,
    unset: Annotated[list[str] | None, typer.Option(help="RULE: judge as its pack says again.")] = None,
    person: Annotated[str, typer.Option(help="With --set: who decides.")] = "",
    why: Annotated[str, typer.Option(help="With --set: on what ground.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List rules, standards and code lists with age, origin and mark, and which rules do not apply and why."""

    def work(console: Console) -> None:
        from layers.outputs import rule_list
        from layers.study import draft as drafting

        if change or unset:
            _overrides(console, folder, change or [], unset or [], (person, why))
            return
        if draft:
            if folder is None:
                raise CallError(reason("draft_needs_study"))
            made = drafting.draft(folder, instead)
            console.text(say("command.drafted", console.language, file=drafting.FILE, count=len(made), rules=made))
            console.result({"file": drafting.FILE, "rules": made})
            return
        day, language = call.day(on) or date.today(), console.language
        found = rule_list.shipped(day, language) if folder is None else rule_list.of_study(folder, language)
        call.tell(console, rule_list.as_text(found, console.language))
        if out is not None:
            rule_list.write(found, out, console.language, folder or Path.cwd())
        console.result({"rules": found.to_dict("records")})

    call.run(as_json, lang, work)


def _overrides(
    console: Console, folder: Path | None, change: list[str], unset: list[str], who: tuple[str, str]
) -> None:
    """Give rules another limit in a study, or take that back."""
    from layers.study import local_rules

    if folder is None:
        raise CallError(reason("draft_needs_study"))
    if unset:
        local_rules.undo(folder, unset)
    if change:
        wanted = {rule: {"threshold": call.number(limit)} for rule, limit in call.pairs(change)}
        local_rules.keep(folder, local_rules.RuleChanges(wanted), *who)
    now = list(local_rules.known(folder))
    console.text(say("command.rules_changed", console.language, rules=now, count=len(now)))
    console.result({"overridden": now})


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A study folder, or a run in its folder runs/.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another one, or the same study's newer run.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say which parcels entered or left between two runs, and whether data, rules or settings did it."""

    def work(console: Console) -> None:
        from layers.ask import compare

        found = compare.diff(before, after)
        call.tell(console, compare.as_text(found, console.language))
        console.result({"changed": len(found), "rows": found.to_dict("records")})

    call.run(as_json, lang, work)
