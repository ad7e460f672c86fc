"""The one-page dossier of a red line (DOCX): verdict, map, tables for the review, a block per department.

Everything users or files say goes in as text: no field codes, no links. The same check
gives the same bytes, so a file can be compared with the one that was signed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from layers.ask.redline import RedlineAnswer
from layers.outputs import dossier_rows as rows
from layers.outputs import signoff, word
from layers.outputs.sketch import draw
from layers.text import Language, say, sentence


def write(answer: RedlineAnswer, path: Path, language: Language) -> None:
    """Write the dossier of a check.

    Parameters
    ----------
    answer : RedlineAnswer
    path : Path
        Replaced when it exists.
    language : {"en", "zh"}
    """
    path.write_bytes(document(answer, language))


def document(answer: RedlineAnswer, language: Language) -> bytes:
    """Return the dossier as the bytes of a DOCX file."""
    page = word.blank(answer.check.head["name"], _written(answer), language)
    sketch = draw(answer, language)
    _head(page, answer, language)
    word.picture(page, sketch.png)
    for grid in rows.grids(answer, language):
        word.section(page, grid)
    signoff.block(page, say("dossier.signoff", language), language)
    signoff.notes(page, [*rows.notes_below(answer, language), *(sentence(n, language) for n in sketch.notes)])
    return word.fixed(page, _written(answer))


def _head(page: Document, answer: RedlineAnswer, language: Language) -> None:
    first = page.add_paragraph()
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.run(
        first, say("dossier.title", language, name=answer.check.head["name"]), word.TITLE_PT, bold=True, face=word.HEI
    )
    word.tight(first, after=2)
    for text in rows.origin_lines(answer, language):
        word.tight(word.line(page, text, word.SMALL_PT, word.GREY))
    if answer.check.study.demonstration:
        word.tight(word.line(page, say("note.demonstration", language), word.BODY_PT, word.RED, bold=True))
    word.tight(
        word.line(page, rows.conclusion(answer, language), word.HEAD_PT, None, bold=True, face=word.HEI), after=2
    )


def _written(answer: RedlineAnswer) -> datetime:
    """Return when the check was answered: the one time a dossier speaks of."""
    return datetime.fromisoformat(answer.check.manifest["written"]).replace(tzinfo=None)
