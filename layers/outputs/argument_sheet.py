"""The joint argument of a project as a file: a section and a block to sign per department (DOCX), or the lines (XLSX).

What the study knows stands in the table; what the department still has to answer stands below it, by name.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

from docx.document import Document
from docx.shared import Pt

from geo.basis.tables import rows
from layers.ask.argued import Argued
from layers.outputs import lists, word
from layers.outputs.project import headlines
from layers.outputs.projected import Projection
from layers.outputs.target import ending, replaced
from layers.outputs.word import WordTable
from layers.text import Language, say
from layers.words import argue as words

KINDS = ("docx", "xlsx", "csv")
_WIDTHS = (1.5, 2.0, 2.6, 1.0, 3.0)


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
        said = (*headlines(found.results, language, "projects"), *words.head(found, language),
                *(told for _, _, told in words.sections(found, language)), *words.notes(found, language))  # fmt: skip
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
    for title, frame, told in words.sections(found, language):
        cells = tuple(tuple(str(v) for v in r.values()) for r in rows(frame))
        word.section(page, WordTable(title, tuple(words.heads(frame, language).values()), cells, _WIDTHS))
        word.tight(word.line(page, told, word.BODY_PT, None, bold=True), before=2)
        _opinion(page, language)
    for text in (*headlines(found.results, language, "projects"), *words.notes(found, language)):
        word.tight(word.line(page, text, word.SMALL_PT, word.GREY))
    return word.fixed(page, moment)


def _opinion(page: Document, language: Language) -> None:
    """Leave room for the opinion, the signature and the day of a department."""
    table = word.table_of(page, 1, (3.0, 1.0, 1.0))
    for cell, blank in zip(table.rows[0].cells, ("opinion", "signature", "date"), strict=True):
        word.put(cell, say(f"dossier.{blank}", language), word.SMALL_PT)
    table.rows[0].cells[0].paragraphs[0].paragraph_format.space_after = Pt(22)
    word.whole(table)
