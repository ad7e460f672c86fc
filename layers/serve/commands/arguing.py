"""The joint argument: argue, answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import After, Json, Lang, Study, Why
from layers.text import say

if TYPE_CHECKING:
    from layers.ask.answers import AnswerAbout
    from layers.study.run.results import Results


def argue(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    out: Annotated[
        Path | None,
        typer.Argument(metavar="[OUT]", help="Write it: .docx, .pdf (a section a department), .xlsx, .csv."),
    ] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Argue a project by departments (联合论证): what is known to each question, what each still has to answer."""

    def work(console: Console) -> None:
        from layers.ask import argued
        from layers.outputs import argument_sheet
        from layers.words import argue as words

        found = argued.argued(_placed(folder, console), project)
        call.tell(console, words.text(found, console.language))
        call.listed(console, out, lambda path: argument_sheet.write(found, path, console.language))
        console.result(words.plain(found))

    call.run(as_json, lang, work)


def answer(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    department: Annotated[
        str, typer.Argument(metavar="[DEPARTMENT]", help="Id or title; without an answer: read back.")
    ] = "",
    text: Annotated[str, typer.Option(help="What the department answers.")] = "",
    by: Annotated[str, typer.Option(help="Who answers.")] = "",
    on: Annotated[str, typer.Option(help="The day of the answer, YYYY-MM-DD.")] = "",
    question: Annotated[str, typer.Option(help="The question it answers, id or title; else the whole.")] = "",
    sent: Annotated[str, typer.Option(help="The day the department was asked, YYYY-MM-DD: days count from it.")] = "",
    why: Why = "",
    after: After = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the answer (with --sent: that day) back.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Keep what a department answers of a project (部门答复), say when it was asked, or read everything back."""

    def work(console: Console) -> None:
        from layers.ask import answers

        results, who = _placed(folder, console), (by, why)
        if text or on or sent or undo:
            if not department:
                raise CallError(reason("answer_no_department"))
            what = answers.about(results, project, department, question)
            if undo:
                answers.take_back(what, folder, who, sent=bool(sent))
                console.text(say("command.answer_back", console.language, **vars(what), person=by))
            else:
                _keep(what, folder, {"text": text, "on": on, "sent": sent}, who, after, console)
        _read_back(results, project, department, console)

    call.run(as_json, lang, work)


def _keep(
    what: AnswerAbout, folder: Path, given: dict[str, str], who: tuple[str, str], after: int | None, console: Console
) -> None:
    """Keep the day a department was asked, and its answer, whichever is given."""
    from layers.ask import answers

    on, sent = call.day(given["on"]), call.day(given["sent"])
    told = vars(what) | {"person": who[0]}
    answered = bool(given["text"] or on)
    if answered and on is None:
        raise CallError(reason("answer_day_missing"))
    if sent is not None:
        answers.send(what, folder, sent, who, None if answered else after)
        console.text(say("command.answer_sent", console.language, **told, on=sent))
    if on is not None:
        answers.give(what, folder, (given["text"], on), who, after)
        console.text(say("command.answered", console.language, **told, on=on))
        if not what.question:
            console.text(say("command.answer_whole", console.language))


def _read_back(results: Results, project: str, department: str, console: Console) -> None:
    from layers.ask import answers, argued
    from layers.words import answers as words

    found = argued.argued(results, project)
    asked = answers.about(results, project, department).department if department else ""
    call.tell(console, words.history(found, console.language, asked))
    said = [a for a in words.plain(found.answers) if asked in ("", a["department"])]
    console.result({"project_id": found.project_id, "answers": said})


def _placed(folder: Path, console: Console) -> Results:
    from layers.study.run.released import require

    call.fresh(folder, "place", console)
    return require(folder, "matches")
