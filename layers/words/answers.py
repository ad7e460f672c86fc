"""What departments answered of a project, in words: what stands, what was taken back, how long a question is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.basis.tables import rows
from layers.ask.answers import Answers, DepartmentAnswer
from layers.library.argument import ArgumentTable, Department
from layers.text import Language, both, code, say

if TYPE_CHECKING:
    from layers.ask.argued import Argued

COLUMNS = ("question", "text", "person", "on", "days", "ground", "standing")
STANDS = "stands"


def stands(found: Argued, department: str, question: str, language: Language) -> str:
    """Return what a department answers to a question, with person and day; "" where nothing stands."""
    said = found.answers.stands(department, question)
    return "" if said is None else say("answer.said", language, text=said.text, person=said.person, on=said.on)


def waiting(found: Argued, department: Department, language: Language) -> str:
    """Say for how many days a department has been asked what is open; that it is not known where nobody recorded it."""
    on, today = found.answers.asked_on(department.id), found.results.study.as_of
    if on is None:
        return say("answer.not_sent", language)
    days = found.answers.days(department.id, today)
    return say("answer.later" if days is None else "answer.waiting", language, on=on, today=today, days=days)


def listed(found: Argued, language: Language, department: str, whole: bool = False) -> pd.DataFrame:
    """Return the answers of a department that stand, machine names (`COLUMNS`); with `whole` all ever given."""
    some = [a for a in found.answers.of(department) if whole or a.standing == STANDS]
    made = [_row(found.answers, a, found.table, language) for a in some]
    return pd.DataFrame(made, columns=list(COLUMNS))


def _row(known: Answers, said: DepartmentAnswer, table: ArgumentTable, language: Language) -> dict[str, str]:
    days = known.days(said.about.department, said.on)
    return {
        "question": _question(said, table, language), "text": said.text, "person": said.person,
        "on": said.on.isoformat(), "days": "" if days is None else str(days), "ground": said.ground,
        "standing": code("answerstanding", said.standing, language),
    }  # fmt: skip


def _question(said: DepartmentAnswer, table: ArgumentTable, language: Language) -> str:
    """Return the title of a question; one the table has no more is known by its id."""
    if not said.about.question:
        return say("answer.whole", language)
    asked = (q for d in table.departments if d.id == said.about.department for q in d.questions)
    return next((both(q.title, language) for q in asked if q.id == said.about.question), said.about.question)


def lines(frame: pd.DataFrame, language: Language) -> Iterator[str]:
    """Yield answers for the command line."""
    for r in rows(frame):
        yield say("answer.line", language, **r)


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of a list of answers."""
    return {str(c): say(f"answerlist.{c}", language) for c in frame}


def lost(found: Argued, language: Language) -> list[str]:
    """Say which answers are about a department or a question the table has no more."""
    known = {(d.id, q) for d in found.table.departments for q in ("", *(q.id for q in d.questions))}
    gone = [a for a in found.answers.answers if (a.about.department, a.about.question) not in known]
    return [
        say("answer.lost", language, department=a.about.department, question=a.about.question, text=a.text,
            person=a.person, on=a.on) for a in gone
    ]  # fmt: skip


def history(found: Argued, language: Language, department: str = "") -> Iterator[str]:
    """Yield by department, or of one, since when it is asked and everything it answered, taken back or not."""
    for one in found.table.departments:
        if department not in ("", one.id):
            continue
        frame = listed(found, language, one.id, whole=True)
        yield say("answer.department", language, department=both(one.title, language), count=len(frame))
        told = waiting(found, one, language) if found.open_of(one.id) or found.answers.asked_on(one.id) else ""
        yield from (f"    {line}" for line in (told, *lines(frame, language)) if line)
    yield from lost(found, language)


def summary(found: Argued, language: Language) -> tuple[tuple[str, ...], ...]:
    """Return a row a department: its name, how much it still has to answer and since when, what it answers."""
    out = []
    for one in found.table.departments:
        left = len(found.open_of(one.id))
        open_ = say("answer.open", language, count=left, waiting=waiting(found, one, language)) if left else say(
            "argue.done", language)  # fmt: skip
        said = [a for a in found.answers.of(one.id) if a.standing == STANDS]
        told = [say("answer.short", language, question=_question(a, found.table, language), text=a.text,
                    person=a.person, on=a.on) for a in said]  # fmt: skip
        out.append((both(one.title, language), open_, "\n".join(told) or say("answer.none", language)))
    return tuple(out)


def plain(known: Answers) -> list[dict[str, Any]]:
    """Return every answer and every day of asking as plain values for scripts."""
    given = [
        {"department": a.about.department, "question": a.about.question, "text": a.text, "on": a.on.isoformat(),
         "person": a.person, "ground": a.ground, "version": a.version, "standing": a.standing}
        for a in known.answers
    ]  # fmt: skip
    return [*given, *({"department": d, "sent": on.isoformat()} for d, on in known.sent)]
