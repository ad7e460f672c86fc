"""The joint argument of a project as a file: a section and a block to sign per department (DOCX), or the lines (XLSX).

What the study knows stands in the table; what the department still has to answer stands below it, by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path

import pandas as pd
from docx.document import Document
from docx.shared import Pt

from geo.basis.tables import rows
from layers.ask.argued import Argued
from layers.outputs import lists, word
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.target import ending, replaced
from layers.outputs.word import WordTable
from layers.text import Language, say
from layers.words import answers
from layers.words import argue as words

KINDS = ("docx", "xlsx", "csv")
_WIDTHS = (1.5, 2.0, 2.6, 1.0, 3.0)
_ANSWER_WIDTHS = (1.6, 4.4, 1.2, 1.2, 0.8, 1.6)


def write(found: Argued, path: Path, language: Language) -> int:
    """Write the argument; return the number of its lines.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    if ending(path, KINDS) == "docx":
        body = document(found, language)
        replaced(path, lambda part: part.write_bytes(body), found.results.folder)
    else:
        frame = words.listed(found, language)
        said = (*grounds(found.results, language, "projects"), *words.head(found, language),
                *(t for s in words.sections(found, language) for t in (s.told, s.waiting) if t),
                *words.notes(found, language))  # fmt: skip
        lists.write(Projection(frame, words.heads(frame, language), said), path, "argument", found.results.folder)
    return len(found.points)


def document(found: Argued, language: Language) -> bytes:
    """Return the bytes of the DOCX; the same run and the same scores give the same bytes."""
    moment = datetime.combine(found.results.study.as_of, time())
    first, *lines = words.head(found, language)
    page = word.blank(first, moment, language)
    word.tight(word.line(page, first, word.TITLE_PT, None, bold=True, face=word.HEI), after=2)
    for text in lines:
        word.tight(word.line(page, text, word.BODY_PT, None))
    for one in words.sections(found, language):
        word.section(page, WordTable(one.title, *_cells(one.frame, words.heads(one.frame, language)), _WIDTHS))
        word.tight(word.line(page, one.told, word.BODY_PT, None, bold=True), before=2)
        if one.waiting:
            word.tight(word.line(page, one.waiting, word.BODY_PT, None))
        _answered(page, one.answers, language)
        _opinion(page, language)
    for text in (*grounds(found.results, language, "projects"), *words.notes(found, language)):
        word.tight(word.line(page, text, word.SMALL_PT, word.GREY))
    return word.fixed(page, moment)


def _cells(frame: pd.DataFrame, heads: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    return tuple(heads.values()), tuple(tuple(str(v) for v in r.values()) for r in rows(frame))


def _answered(page: Document, said: pd.DataFrame, language: Language) -> None:
    """List what the department has answered, beside what is still open."""
    if not said.empty:
        frame = said.drop(columns="standing")
        title = say("answer.title", language, count=len(frame))
        word.section(page, WordTable(title, *_cells(frame, answers.heads(frame, language)), _ANSWER_WIDTHS))


def _opinion(page: Document, language: Language) -> None:
    """Leave room for the opinion, the signature and the day of a department."""
    table = word.table_of(page, 1, (3.0, 1.0, 1.0))
    for cell, blank in zip(table.rows[0].cells, ("opinion", "signature", "date"), strict=True):
        word.put(cell, say(f"dossier.{blank}", language), word.SMALL_PT)
    table.rows[0].cells[0].paragraphs[0].paragraph_format.space_after = Pt(22)
    word.whole(table)
