"""What the Drive page shows of the joint argument of a project, and what departments answer on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from layers.ask import answers, argued, listed
from layers.ask.answers import AnswerAbout
from layers.ask.argued import Argued
from layers.outputs import argument_sheet
from layers.outputs.target import bytes_of
from layers.study.run.results import Results
from layers.text import Language, both, say
from layers.words import answers as answer_words
from layers.words import argue as words

SHOWN = ("question", "item", "state", "known", "basis")
"""Columns of a department's lines: how a thing stands comes before what is long."""


@dataclass(frozen=True)
class ArguePart:
    """A department as shown: title, its lines, what is open and since when, its answers, all ever given.

    Parameters
    ----------
    title, told, waiting : str
    open_ : bool
        Something is left to answer.
    lines, answers, history : DataFrame
        Under their headings.
    """

    title: str
    told: str
    waiting: str
    open_: bool
    lines: pd.DataFrame
    answers: pd.DataFrame
    history: pd.DataFrame


def projects(results: Results) -> dict[str, str]:
    """Return the projects that can be argued: id and what it is called."""
    return {p: " ".join(dict.fromkeys((p, name))) for p, name in listed.names(results).items()}


def argued_of(results: Results, project: str) -> Argued:
    """Argue a project; raises as `layers.ask.argued.argued`."""
    return argued.argued(results, project)


def head(found: Argued, language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what stands over the departments, and what is said of how it is meant."""
    return words.head(found, language), words.notes(found, language)


def parts(found: Argued, language: Language) -> list[ArguePart]:
    """Return the departments as shown."""
    out = []
    for one in words.sections(found, language):
        every = answer_words.listed(found, language, one.department, whole=True)
        said = one.answers.drop(columns="standing")
        out.append(ArguePart(
            one.title, one.told, one.waiting, bool(found.open_of(one.department)),
            one.frame[list(SHOWN)].rename(columns=words.heads(one.frame, language)),
            said.rename(columns=answer_words.heads(said, language)),
            every.rename(columns=answer_words.heads(every, language)),
        ))  # fmt: skip
    return out


def subjects(found: Argued, language: Language) -> dict[AnswerAbout, str]:
    """Return what can be answered: of every department the whole, then each of its questions."""
    out = {}
    for d in found.table.departments:
        whole = say("answer.whole", language)
        for q, title in (("", whole), *((q.id, both(q.title, language)) for q in d.questions)):
            about = AnswerAbout(found.project_id, d.id, q)
            out[about] = say("uidrive.argue_subject", language, department=both(d.title, language), question=title)
    return out


def version(results: Results, project: str) -> int:
    """Return the newest version of the answers of a project; who writes hands back the one that was seen."""
    return answers.version(results.folder, project)


def give(results: Results, about: AnswerAbout, said: tuple[str, date], who: tuple[str, str], seen: int) -> None:
    """Keep an answer; raises as `layers.ask.answers.give`."""
    answers.give(about, results.folder, said, who, seen)


def send(results: Results, about: AnswerAbout, on: date, who: tuple[str, str], seen: int) -> None:
    """Keep the day a department was asked; raises as `layers.ask.answers.send`."""
    answers.send(about, results.folder, on, who, seen)


def take_back(results: Results, about: AnswerAbout, who: tuple[str, str], seen: int) -> None:
    """Take an answer back; raises as `layers.ask.answers.take_back`."""
    answers.take_back(about, results.folder, who, seen=seen)


def document(results: Results, project: str, language: Language) -> bytes:
    """Return the argument for Word."""
    return bytes_of("a.docx", lambda path: argument_sheet.write(argued.argued(results, project), path, language))


def workbook(results: Results, project: str, language: Language) -> bytes:
    """Return the lines of the argument as a workbook."""
    return bytes_of("a.xlsx", lambda path: argument_sheet.write(argued.argued(results, project), path, language))
