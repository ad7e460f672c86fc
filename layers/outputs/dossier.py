"""The one-page dossier of a red line (DOCX): verdict, map, tables for the review, a block per department.

Everything users or files say goes in as text: no field codes, no links. The same check
gives the same bytes, so a file can be compared with the one that was signed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from layers.outputs import dossier_rows as rows
from layers.outputs.dossier_rows import Grid
from layers.outputs.plain import plain
from layers.outputs.sketch import draw
from layers.redline import Answer
from layers.text import Language, say, sentence

PAGE_CM, MARGIN_CM = (21.0, 29.7), (0.9, 1.3)
"""Width and height of A4; margins above and below, left and right."""
TEXT_CM = PAGE_CM[0] - 2 * MARGIN_CM[1]
LEADING = 1.2
SONG, HEI, LATIN = "宋体", "黑体", "Times New Roman"
SPACER_PT, BODY_PT, SMALL_PT, HEAD_PT, TITLE_PT = 2.0, 8.0, 7.0, 8.5, 15.0
DEPARTMENTS = ("land", "environment", "forest", "water", "emergency", "farming")
GREY, RED, SHADE = RGBColor(0x4B, 0x55, 0x63), RGBColor(0xB4, 0x13, 0x1B), "E9EDF2"


def write(answer: Answer, path: Path, language: Language) -> None:
    """Write the dossier of a check.

    Parameters
    ----------
    answer : Answer
    path : Path
        Replaced when it exists.
    language : {"en", "zh"}
    """
    path.write_bytes(document(answer, language))


def document(answer: Answer, language: Language) -> bytes:
    """Return the dossier as the bytes of a DOCX file."""
    page = _blank(answer, language)
    sketch = draw(answer, language)
    _head(page, answer, language)
    _picture(page, sketch.png)
    for grid in rows.grids(answer, language):
        _section(page, grid)
    _signatures(page, language)
    _notes(page, [*rows.notes_below(answer, language), *(sentence(n, language) for n in sketch.notes)])
    return _fixed(page, _written(answer))


def _blank(answer: Answer, language: Language) -> Document:
    page = docx.Document()
    section = page.sections[0]
    section.page_width, section.page_height = Cm(PAGE_CM[0]), Cm(PAGE_CM[1])
    section.top_margin = section.bottom_margin = Cm(MARGIN_CM[0])
    section.left_margin = section.right_margin = Cm(MARGIN_CM[1])
    section.header_distance = section.footer_distance = Cm(0.5)
    normal = page.styles["Normal"]
    normal.font.size = Pt(BODY_PT)  # type: ignore[attr-defined]
    _fonts(normal.element.get_or_add_rPr(), SONG)
    _speak(normal.element.get_or_add_rPr(), language)
    known = page.core_properties
    known.title, known.author, known.comments = plain(answer.check.head["name"])[:250], "Luodi 落地", ""
    known.created = known.modified = _written(answer)
    known.last_modified_by = "Luodi 落地"
    return page


def _head(page: Document, answer: Answer, language: Language) -> None:
    first = page.add_paragraph()
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(first, say("dossier.title", language, name=answer.check.head["name"]), TITLE_PT, bold=True, face=HEI)
    _tight(first, after=2)
    for text in rows.origin_lines(answer, language):
        _tight(_line(page, text, SMALL_PT, GREY))
    if answer.check.study.demonstration:
        _tight(_line(page, say("note.demonstration", language), BODY_PT, RED, bold=True))
    _tight(_line(page, rows.conclusion(answer, language), HEAD_PT, None, bold=True, face=HEI), after=2)


def _section(page: Document, grid: Grid) -> None:
    if grid.title:
        _heading(page, grid.title)
    else:
        _tight(_line(page, " ", SPACER_PT, None))  # Word joins two tables that touch
    table = _table(page, len(grid.rows) + bool(grid.head), grid.widths)
    if grid.head:
        _fill(table.rows[0].cells, grid.head, bold=True, shade=SHADE)
    for row, cells in zip(table.rows[bool(grid.head) :], grid.rows, strict=True):
        _fill(row.cells, cells, bold=cells in grid.strong, numbers=grid.numbers)
    if grid.head:
        _repeat(table)
    if grid.below:
        _tight(_line(page, grid.below, SMALL_PT, GREY))


def _heading(page: Document, text: str) -> None:
    """Add the heading of a section; it never stays alone at the foot of a page."""
    _tight(
        _line(page, text, HEAD_PT, None, bold=True, face=HEI), before=3, after=1
    ).paragraph_format.keep_with_next = True


def _signatures(page: Document, language: Language) -> None:
    _heading(page, say("dossier.signoff", language))
    table = _table(page, 2, (1.0,) * len(DEPARTMENTS))
    _fill(table.rows[0].cells, [say(f"dossier.department_{d}", language) for d in DEPARTMENTS], bold=True, shade=SHADE)
    _with_next(table)
    for cell in table.rows[1].cells:
        _put(cell, say("dossier.opinion", language), SMALL_PT)
        cell.paragraphs[0].paragraph_format.space_after = Pt(26)
        for word in ("signature", "date"):
            _tight(_run(cell.add_paragraph(), say(f"dossier.{word}", language), SMALL_PT))
    _whole(table)


def _notes(page: Document, notes: Iterable[str]) -> None:
    for k, text in enumerate(notes):
        _tight(_line(page, text, SMALL_PT, GREY), before=2 if k == 0 else 0)


# --- python-docx, spoken in our words ------------------------------------------------


def _table(page: Document, count: int, widths: Sequence[float]) -> Table:
    """Return a bordered table of fixed columns that shares out the text width."""
    table = page.add_table(count, len(widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, share in zip(table.columns, widths, strict=True):
        column.width = Cm(TEXT_CM * share / sum(widths))
        for cell in column.cells:
            cell.width = column.width
    _cell_margins(table)
    return table


def _fill(
    cells: Sequence[_Cell], words: Sequence[str], bold: bool = False, shade: str = "", numbers: Iterable[int] = ()
) -> None:
    """Write a row; equal neighbours named by `rows.SAME` are merged into the cell before."""
    at_right = set(numbers)
    for k, (cell, text) in enumerate(zip(cells, words, strict=True)):
        if text == rows.SAME:
            continue
        end = k
        while end + 1 < len(words) and words[end + 1] == rows.SAME:
            end += 1
        target = cell.merge(cells[end]) if end > k else cell
        paragraph = _put(target, text, BODY_PT, bold)
        if shade or k in at_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if shade else WD_ALIGN_PARAGRAPH.RIGHT
        if shade:
            _shade(target, shade)


def _put(cell: _Cell, text: str, size: float, bold: bool = False) -> Paragraph:
    paragraph = cell.paragraphs[0]
    return _tight(_run(paragraph, text, size, bold=bold, face=HEI if bold else SONG))


def _line(
    page: Document, text: str, size: float, colour: RGBColor | None, *, bold: bool = False, face: str = SONG
) -> Paragraph:
    return _run(page.add_paragraph(), text, size, colour, bold=bold, face=face)


def _run(
    paragraph: Paragraph, text: str, size: float, colour: RGBColor | None = None, *, bold: bool = False,
    face: str = SONG,
) -> Paragraph:  # fmt: skip
    run = paragraph.add_run(plain(text))
    run.font.size, run.font.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = colour
    _fonts(run._element.get_or_add_rPr(), face)
    return paragraph


def _tight(paragraph: Paragraph, before: float = 0, after: float = 0) -> Paragraph:
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    sizes = [run.font.size.pt for run in paragraph.runs if run.font.size is not None]
    # exact: a fallback font for Chinese would otherwise stretch every row by its own ideas
    shape.line_spacing = Pt(LEADING * max(sizes)) if sizes else 1.0
    return paragraph


def _picture(page: Document, png: bytes) -> None:
    """Add the map over the text width; exact line spacing would cut it to one line."""
    inline = page.add_picture(io.BytesIO(png), width=Cm(TEXT_CM))._inline
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")  # without them LibreOffice takes a margin of its own
    shape = page.paragraphs[-1].paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(0), Pt(0), 1.0


def _fonts(properties: Any, face: str) -> None:
    """Set Latin and East Asian fonts: without the latter, Word and LibreOffice choose their own."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for kind, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", face)):
        fonts.set(qn(f"w:{kind}"), name)


def _speak(properties: Any, language: Language) -> None:
    """Name the language, so that Chinese characters take their mainland shapes."""
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "zh-CN" if language == "zh" else "en-GB")
    lang.set(qn("w:eastAsia"), "zh-CN")
    properties.append(lang)


def _shade(cell: _Cell, colour: str) -> None:
    mark = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        mark.set(qn(f"w:{key}"), value)
    cell._element.get_or_add_tcPr().append(mark)


def _cell_margins(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 15), ("left", 55), ("bottom", 15), ("right", 55)):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(width))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties = table._element.tblPr
    look = properties.find(qn("w:tblLook"))
    properties.insert(list(properties).index(look) if look is not None else len(properties), margins)


def _repeat(table: Table) -> None:
    """Repeat the header row where a table runs over a page, and keep every row in one piece."""
    head = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    _whole(table)
    _with_next(table)


def _with_next(table: Table) -> None:
    """Keep the header row on the page of the first row."""
    for cell in table.rows[0].cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def _whole(table: Table) -> None:
    for row in table.rows:
        properties = row._tr.get_or_add_trPr()
        properties.insert(0, OxmlElement("w:cantSplit"))


# --- the same bytes on every run -------------------------------------------------------


def _written(answer: Answer) -> datetime:
    """Return when the check was answered: the one time a dossier speaks of."""
    return datetime.fromisoformat(answer.check.manifest["written"]).replace(tzinfo=None)


def _fixed(page: Document, moment: datetime) -> bytes:
    """Return the file with the time of the check on every part instead of the time of writing."""
    raw, out = io.BytesIO(), io.BytesIO()
    page.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
