"""Pages for Word (DOCX) in our words: A4, tables of fixed columns, Chinese faces, the same bytes on every run.

Everything goes in as plain text: no field codes, no links.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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

from layers.outputs.plain import plain
from layers.text import Language, say

PAGE_CM, MARGIN_CM = (21.0, 29.7), (0.9, 1.3)
"""Width and height of A4; margins above and below, left and right."""
TEXT_CM = PAGE_CM[0] - 2 * MARGIN_CM[1]
LEADING = 1.2
SONG, HEI, LATIN = "宋体", "黑体", "Times New Roman"
SPACER_PT, BODY_PT, SMALL_PT, HEAD_PT, TITLE_PT = 2.0, 8.0, 7.0, 8.5, 15.0
GREY, RED, SHADE = RGBColor(0x4B, 0x55, 0x63), RGBColor(0xB4, 0x13, 0x1B), "E9EDF2"
SAME = "\x00same"
"""A cell that is one with the cell before it."""


@dataclass(frozen=True)
class WordTable:
    """A table: rows of words, relative widths, which columns are numbers, which rows are strong.

    `name` and `columns` are what a template of an office calls it by; `paired` sets rows of two cells side by side,
    `beside` sets a long table in that many blocks, read down one block after the other.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()
    strong: tuple[tuple[str, ...], ...] = ()
    below: str = ""
    name: str = ""
    columns: tuple[str, ...] = ()
    paired: bool = False
    beside: int = 1


LONG = 22
"""Letters of a value from which it takes the whole row of a paired table."""


def in_pairs(words: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Put label and value side by side, two of them in a row; a long value has the row to itself."""
    rows: list[tuple[str, ...]] = []
    held: tuple[str, ...] = ()
    for label, value in words:
        if len(value) > LONG:
            if held:
                rows.append((*held, SAME, SAME))
            rows.append((label, value, SAME, SAME))
            held = ()
        elif held:
            rows.append((*held, label, value))
            held = ()
        else:
            held = (label, value)
    return (*rows, (*held, SAME, SAME)) if held else tuple(rows)


def in_blocks(grid: WordTable) -> WordTable:
    """Return a table with its rows in blocks side by side; a short one stays as it is."""
    if len(grid.rows) <= FEW:
        return grid
    high, wide = -(-len(grid.rows) // grid.beside), len(grid.head)
    rows = tuple(
        tuple(c for b in range(grid.beside) for c in _at(grid.rows, b * high + k, ("",) * wide)) for k in range(high)
    )
    numbers = tuple(n + b * wide for b in range(grid.beside) for n in grid.numbers)
    return replace(grid, head=grid.head * grid.beside, rows=rows, widths=grid.widths * grid.beside, numbers=numbers)


def numbered(titles: Iterable[str], language: Language) -> Iterator[str]:
    """Yield titles with the number of their section; one that is empty goes with the section before it."""
    count = 0
    for title in titles:
        count += bool(title)
        yield say("word.section", language, number=_ordinal(count, language), title=title) if title else ""


def _ordinal(count: int, language: Language) -> str:
    if language == "en":
        return str(count)
    tens, ones = divmod(count, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens]}十") + _NUMERALS[ones]


_NUMERALS: tuple[str, ...] = ("", *"一二三四五六七八九")


def sections(
    page: Document, grids: Iterable[WordTable], language: Language, more: Sequence[str] = ()
) -> tuple[str, ...]:
    """Add the tables that say something, their sections numbered; return the titles of `more` sections below them."""
    told = [g for g in grids if g.rows or g.below]
    titles = list(numbered([*(g.title for g in told), *more], language))
    for grid, title in zip(told, titles, strict=False):
        section(page, replace(grid, title=title))
    return tuple(titles[len(told) :])


FEW = 8
"""Rows that fit below each other without a block beside them."""


def _at(rows: Sequence[tuple[str, ...]], k: int, empty: tuple[str, ...]) -> tuple[str, ...]:
    return rows[k] if k < len(rows) else empty


def blank(title: str, moment: datetime, language: Language) -> Document:
    """Return an empty A4 page with our margins and faces."""
    page = docx.Document()
    section = page.sections[0]
    section.page_width, section.page_height = Cm(PAGE_CM[0]), Cm(PAGE_CM[1])
    section.top_margin = section.bottom_margin = Cm(MARGIN_CM[0])
    section.left_margin = section.right_margin = Cm(MARGIN_CM[1])
    section.header_distance = section.footer_distance = Cm(0.5)
    normal = page.styles["Normal"]
    normal.font.size = Pt(BODY_PT)
    _fonts(normal.element.get_or_add_rPr(), SONG)
    _speak(normal.element.get_or_add_rPr(), language)
    _foot(section.footer.paragraphs[0], title, language)
    known = page.core_properties
    known.title, known.author, known.comments = plain(title)[:250], "Luodi 落地", ""
    known.created = known.modified = moment
    known.last_modified_by = "Luodi 落地"
    return page


def _foot(paragraph: Paragraph, title: str, language: Language) -> None:
    """Write title, page and pages at the foot: a sheet that lies alone still says where it belongs.

    The two fields are ours; what a study says stays text.
    """
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(paragraph, plain(title)[:MOST_TITLE], SMALL_PT, GREY)
    told = " · " + say("word.page_of", language, page="PAGE|", pages="NUMPAGES|")
    for text in re.split(r"((?:NUM)?PAGES?\|)", told):
        if text.endswith("|"):
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), text[:-1])
            paragraph._p.append(field)
            field.append(run(paragraph, "1", SMALL_PT, GREY).runs[-1]._r)
        elif text:
            run(paragraph, "-", SMALL_PT, GREY).runs[-1].text = text  # with the spaces at its ends


MOST_TITLE = 60
"""Letters of a title at the foot of a page."""


def heading(page: Document, text: str) -> None:
    """Add the heading of a section; it never stays alone at the foot of a page."""
    tight(
        line(page, text, HEAD_PT, None, bold=True, face=HEI), before=3, after=1
    ).paragraph_format.keep_with_next = True


def section(page: Document, grid: WordTable) -> None:
    """Add a table with its heading and the line below it."""
    if grid.title:
        heading(page, grid.title)
    else:
        tight(line(page, " ", SPACER_PT, None))  # Word joins two tables that touch
    if grid.rows:
        laid = in_blocks(grid) if grid.beside > 1 else grid
        _grid(page, in_pairs(laid.rows) if laid.paired else laid.rows, laid)
    if grid.below:
        tight(line(page, grid.below, SMALL_PT, GREY), before=1.5)


def _grid(page: Document, rows: Sequence[tuple[str, ...]], grid: WordTable) -> None:
    head = () if grid.paired else grid.head
    made = table_of(page, len(rows) + bool(head), grid.widths * 2 if grid.paired else grid.widths)
    if head:
        fill(made.rows[0].cells, head, bold=True, shade=SHADE)
    for row, cells in zip(made.rows[bool(head) :], rows, strict=True):
        fill(row.cells, cells, bold=cells in grid.strong, numbers=grid.numbers)
    if head:
        repeat(made)
    elif grid.paired:
        whole(made)


def table_of(page: Document, count: int, widths: Sequence[float]) -> Table:
    """Return a bordered table of fixed columns that shares out the text width."""
    table: Table = page.add_table(count, len(widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, share in zip(table.columns, widths, strict=True):
        column.width = Cm(TEXT_CM * share / sum(widths))
        for cell in column.cells:
            cell.width = column.width
    _cell_margins(table)
    return table


def fill(
    cells: Sequence[_Cell], words: Sequence[str], bold: bool = False, shade: str = "", numbers: Iterable[int] = ()
) -> None:
    """Write a row; equal neighbours named by `SAME` are merged into the cell before."""
    at_right = set(numbers)
    for k, (cell, text) in enumerate(zip(cells, words, strict=True)):
        if text == SAME:
            continue
        end = k
        while end + 1 < len(words) and words[end + 1] == SAME:
            end += 1
        target = cell.merge(cells[end]) if end > k else cell
        paragraph = put(target, text, BODY_PT, bold)
        if shade or k in at_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if shade else WD_ALIGN_PARAGRAPH.RIGHT
        if shade:
            _shade(target, shade)


def put(cell: _Cell, text: str, size: float, bold: bool = False) -> Paragraph:
    """Write into a cell."""
    paragraph = cell.paragraphs[0]
    return tight(run(paragraph, text, size, bold=bold, face=HEI if bold else SONG))


def line(
    page: Document, text: str, size: float, colour: RGBColor | None, *, bold: bool = False, face: str = SONG
) -> Paragraph:
    """Add a paragraph."""
    return run(page.add_paragraph(), text, size, colour, bold=bold, face=face)


def run(
    paragraph: Paragraph, text: str, size: float, colour: RGBColor | None = None, *, bold: bool = False,
    face: str = SONG,
) -> Paragraph:  # fmt: skip
    """Add text to a paragraph and return the paragraph."""
    made = paragraph.add_run(plain(text))
    made.font.size, made.font.bold = Pt(size), bold
    if colour is not None:
        made.font.color.rgb = colour
    _fonts(made._element.get_or_add_rPr(), face)
    return paragraph


def tight(paragraph: Paragraph, before: float = 0, after: float = 0) -> Paragraph:
    """Set the space around a paragraph and the exact height of its lines."""
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    sizes = [run.font.size.pt for run in paragraph.runs if run.font.size is not None]
    # exact: a fallback font for Chinese would otherwise stretch every row by its own ideas
    shape.line_spacing = Pt(LEADING * max(sizes)) if sizes else 1.0
    return paragraph


def picture(page: Document, png: bytes) -> None:
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
    lang.set(qn("w:val"), "en-GB")  # of Latin letters and figures: as Chinese ones they break at any place in a cell
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


def repeat(table: Table) -> None:
    """Repeat the header row where a table runs over a page, and keep every row in one piece."""
    head = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    whole(table)
    with_next(table)


def with_next(table: Table) -> None:
    """Keep the header row on the page of the first row."""
    for cell in table.rows[0].cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def whole(table: Table) -> None:
    """Keep every row on one page."""
    for row in table.rows:
        properties = row._tr.get_or_add_trPr()
        properties.insert(0, OxmlElement("w:cantSplit"))


def fixed(page: Document, moment: datetime) -> bytes:
    """Return the file with one time on every part instead of the time of writing: the same bytes on every run."""
    raw, out = io.BytesIO(), io.BytesIO()
    page.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, moment.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
