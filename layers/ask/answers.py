"""What departments answer of a project (部门答复) and when they were asked, with everything taken back or replaced.

An answer is what a department says, kept as text with its person and its day. It lies beside what is open and proves
nothing: it closes only the question of the same name that nobody but the department can answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.ask.listed import only_own, project_id
from layers.library import argument
from layers.study import edits
from layers.study.edits import Edit
from layers.study.run.results import Results
from layers.text import LANGUAGES, both

KIND = "answer"
MOST_CHARS = 4000
"""Of one answer: a paper is attached, not copied."""
Standing = Literal["stands", "replaced", "withdrawn"]
_SENT = "sent:"


@dataclass(frozen=True)
class AnswerAbout:
    """What an answer is about: ids of the project and the department, and of one question ("" the department's all)."""

    project_id: str
    department: str
    question: str = ""

    @property
    def subject(self) -> str:
        """What its edit is called."""
        return f"{self.project_id}/{self.department}/{self.question}"

    @property
    def sent(self) -> str:
        """What the edit that says when the department was asked is called."""
        return f"{_SENT}{self.project_id}/{self.department}"


@dataclass(frozen=True)
class DepartmentAnswer:
    """One answer as it was recorded.

    Parameters
    ----------
    about : AnswerAbout
    text : str
    on : date
        The day of the answer.
    person, ground : str
        Who answers; the paper it rests on ("" none).
    version : int
        Its number; of two about the same the greater was recorded later.
    standing : {"stands", "replaced", "withdrawn"}
    """

    about: AnswerAbout
    text: str
    on: date
    person: str
    ground: str
    version: int
    standing: Standing


@dataclass(frozen=True)
class Answers:
    """Every answer of a project, the oldest first, and when each department was asked."""

    answers: tuple[DepartmentAnswer, ...] = ()
    sent: tuple[tuple[str, date], ...] = ()

    def of(self, department: str) -> tuple[DepartmentAnswer, ...]:
        """Return all answers of a department."""
        return tuple(a for a in self.answers if a.about.department == department)

    def stands(self, department: str, question: str) -> DepartmentAnswer | None:
        """Return the answer to a question that stands."""
        return next((a for a in self.of(department) if a.about.question == question and a.standing == "stands"), None)

    def asked_on(self, department: str) -> date | None:
        """Return the day a department was asked; None where nobody recorded it."""
        return dict(self.sent).get(department)

    def days(self, department: str, until: date) -> int | None:
        """Return for how many days a department has been asked; None where that is not known."""
        begun = self.asked_on(department)
        return None if begun is None or begun > until else (until - begun).days


def about(results: Results, project: str, department: str, question: str = "") -> AnswerAbout:
    """Return what is meant by a project, a department and a question named by id or by title.

    Raises
    ------
    CallError
        No such department or question; those there are are named.
    BlockedError
        No such project, or the project list is use-only.
    """
    only_own(results)
    subject, known = project_id(results, project), argument.table(results.folder)
    named = _named(((d.id, d.title) for d in known.departments), department)
    if named is None:
        raise CallError(reason("answer_department_unknown", given=department, known=[d.id for d in known.departments]))
    asked = next(d for d in known.departments if d.id == named).questions
    one = _named(((q.id, q.title) for q in asked), question) if question else ""
    if one is None:
        raise CallError(reason("answer_question_unknown", given=question, known=[q.id for q in asked]))
    return AnswerAbout(subject, named, one)


def _named(known: Iterator[tuple[str, Any]], given: str) -> str | None:
    return next((i for i, title in known if given in (i, *(both(title, x) for x in LANGUAGES))), None)


def give(
    what: AnswerAbout, folder: Path, said: tuple[str, date], who: tuple[str, str], seen: int | None = None
) -> Edit:
    """Keep what a department answers; an answer that stands and says otherwise is never replaced unseen.

    Parameters
    ----------
    what : AnswerAbout
    folder : Path
        The study folder.
    said : (text, day)
    who : (person, ground)
        Who answers; the paper it rests on, "" for none: the answer is its own ground then.
    seen : int or None
        Version of the answer that stood when the person looked; None where nobody looked.

    Raises
    ------
    CallError
        No text, too much of it, or no person.
    BlockedError
        Another answer stands that was not seen.
    """
    text, person, ground = said[0].strip(), *who
    if not text or len(text) > MOST_CHARS:
        raise CallError(reason("answer_empty" if not text else "answer_too_long", most=MOST_CHARS, chars=len(text)))
    value = _plain(what) | {"text": text, "on": said[1].isoformat(), "ground": ground.strip()}
    after = edits.UNSEEN if seen is None else seen
    return edits.record(folder, KIND, what.subject, value, person, ground.strip() or text, after)


def send(what: AnswerAbout, folder: Path, on: date, who: tuple[str, str], seen: int | None = None) -> Edit:
    """Keep the day a department was asked; raises as `give`."""
    value = _plain(what) | {"question": "", "sent": on.isoformat()}
    after = edits.UNSEEN if seen is None else seen
    return edits.record(folder, KIND, what.sent, value, who[0], who[1].strip() or on.isoformat(), after)


def take_back(
    what: AnswerAbout, folder: Path, who: tuple[str, str], sent: bool = False, seen: int | None = None
) -> None:
    """Take an answer back, or with `sent` the day a department was asked; the history keeps both."""
    edits.withdraw(folder, KIND, what.sent if sent else what.subject, *who, seen)


def version(folder: Path, project: str) -> int:
    """Return the newest version of all answers of a project; a page hands it back with what is said."""
    mine = (e for e in edits.history(folder) if e.kind == KIND and e.value.get("project") == project)
    return max((e.version for e in mine), default=0)


def _plain(what: AnswerAbout) -> dict[str, Any]:
    return {"project": what.project_id, "department": what.department, "question": what.question}


def of_project(folder: Path, project: str) -> Answers:
    """Return everything departments answered of a project, by its id."""
    mine = [e for e in edits.history(folder) if e.kind == KIND and e.value.get("project") == project]
    newest = {e.subject: e for e in mine}
    given = [e for e in mine if "text" in e.value and not e.withdrawn]
    sent = [e for e in newest.values() if "sent" in e.value and not e.withdrawn]
    return Answers(
        tuple(_answer(e, _standing(e, mine)) for e in given),
        tuple((str(e.value["department"]), date.fromisoformat(str(e.value["sent"]))) for e in sent),
    )


def _standing(edit: Edit, mine: list[Edit]) -> Standing:
    """Tell what became of an answer by the next edit about the same."""
    later = next((e for e in mine if e.subject == edit.subject and e.version > edit.version), None)
    return "stands" if later is None else "withdrawn" if later.withdrawn else "replaced"


def _answer(edit: Edit, standing: Standing) -> DepartmentAnswer:
    value = edit.value
    return DepartmentAnswer(
        AnswerAbout(str(value["project"]), str(value["department"]), str(value["question"])), str(value["text"]),
        date.fromisoformat(str(value["on"])), edit.person, str(value.get("ground", "")), edit.version, standing,
    )  # fmt: skip
