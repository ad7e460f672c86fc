"""The block of departments at the end of a dossier (部门会签): an opinion, a signature and a day each."""

from __future__ import annotations

from docx.document import Document
from docx.shared import Pt

from layers.outputs import word
from layers.text import Language, say

DEPARTMENTS = ("land", "environment", "forest", "water", "emergency", "farming")
ROOM_PT = 26
"""Left free below "opinion" for what is written by hand."""


def block(page: Document, title: str, language: Language) -> None:
    """Add the block under its heading; it is not torn across pages."""
    word.heading(page, title)
    table = word.table_of(page, 2, (1.0,) * len(DEPARTMENTS))
    heads = [say(f"dossier.department_{d}", language) for d in DEPARTMENTS]
    word.fill(table.rows[0].cells, heads, bold=True, shade=word.SHADE)
    word.with_next(table)
    for cell in table.rows[1].cells:
        word.put(cell, say("dossier.opinion", language), word.SMALL_PT)
        cell.paragraphs[0].paragraph_format.space_after = Pt(ROOM_PT)
        for blank in ("signature", "date"):
            word.tight(word.run(cell.add_paragraph(), say(f"dossier.{blank}", language), word.SMALL_PT))
    word.whole(table)


def notes(page: Document, lines: list[str] | tuple[str, ...]) -> None:
    """Add the lines below a dossier in small grey print."""
    for k, text in enumerate(lines):
        word.tight(word.line(page, text, word.SMALL_PT, word.GREY), before=2 if k == 0 else 0)
