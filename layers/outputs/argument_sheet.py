"""The joint argument of a project as a file: a section and a block to sign per department, or the lines (XLSX).

What the study knows stands in the table; what the department still has to answer stands below it, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from pathlib import Path

import pandas as pd
from docx.document import Document
from docx.shared import Pt

from geo.basis.tables import rows
from layers.ask.argued import Argued
from layers.outputs import lists, office_pages, pdf, signoff, word
from layers.outputs.page_head import PageHead, Values
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.target import ending
from layers.outputs.word import WordTable
from layers.text import Language, say
from layers.words import answers
from layers.words import argue as words
from layers.words.argue import ArguedSection

KINDS = (*pdf.DOCUMENTS, "xlsx", "csv")
PAPER = "argument"
"""Its name among templates."""
_WIDTHS = (1.5, 2.0, 2.6, 1.0, 3.0)
_ANSWER_WIDTHS = (1.6, 4.4, 1.2, 1.2, 0.8, 1.6)


def write(found: Argued, path: Path, language: Language) -> int:
    """Write the argument; return the number of its lines.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    kind, folder = ending(path, KINDS), found.results.folder
    if kind in pdf.DOCUMENTS:
        pdf.written(path, lambda: document(found, language), folder, language)
    else:
        frame = words.listed(found, language)
        said = (*grounds(found.results, language, "projects"), *words.head(found, language),
                *(t for s in words.sections(found, language) for t in (s.told, s.waiting) if t),
                *words.notes(found, language))  # fmt: skip
        lists.write(Projection(frame, words.heads(frame, language), said, language), path, "argument", folder)
    return len(found.points)


def document(found: Argued, language: Language) -> bytes:
    """Return the bytes of the DOCX; the same run and the same scores give the same bytes."""
    moment = datetime.combine(found.results.study.as_of, time())
    first, *lines = words.head(found, language)
    head, parts = PageHead(first, found.results, moment, language), tuple(words.sections(found, language))
    above, *below = (*grounds(found.results, language, "projects"), *words.notes(found, language))

    def values() -> Values:
        tables = office_pages.tables((_points(found, language), _departments(parts, language)))
        return {"lines": lines, "notes": (above, *below)} | tables

    if (own := office_pages.filled(PAPER, head, values)) is not None:
        return own
    page = head.page((above,))
    for text in lines:
        word.tight(word.line(page, text, word.BODY_PT, None))
    for one, title in zip(parts, word.numbered([p.title for p in parts], language), strict=True):
        word.section(page, WordTable(title, *_cells(one.frame, words.heads(one.frame, language)), _WIDTHS))
        word.tight(word.line(page, one.told, word.BODY_PT, None, bold=True), before=2)
        if one.waiting:
            word.tight(word.line(page, one.waiting, word.BODY_PT, None))
        _answered(page, one.answers, language)
        _opinion(page, language)
    signoff.notes(page, [text for text in below if text != head.values()["demonstration"]])
    return word.fixed(page, moment)


def _points(found: Argued, language: Language) -> WordTable:
    """Return every point with its department, for the page of an office."""
    frame = words.listed(found, language)[list(words.COLUMNS)]
    cells = _cells(frame, words.heads(frame, language))
    return WordTable("", *cells, (1.0, *_WIDTHS), name="points", columns=words.COLUMNS)


def _departments(parts: Iterable[ArguedSection], language: Language) -> WordTable:
    """Return what each department has to answer and has answered, for the page of an office."""
    columns = ("department", "open", "text")
    told = tuple(
        (p.title, " ".join(filter(None, (p.told, p.waiting))), " ".join(answers.lines(p.answers, language)))
        for p in parts
    )
    head = tuple(say(f"answerlist.{c}", language) for c in columns)
    return WordTable("", head, told, (1.5, 3.5, 3.0), name="departments", columns=columns)


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
