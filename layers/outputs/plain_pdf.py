"""A document as PDF where there is no LibreOffice: our own standard layout of its paragraphs, tables and pictures.

It reads the DOCX an office would edit, so both say the same; what a page of an office adds in form (columns, frames,
faces of its own) is not kept, and every page says at its foot that this is the standard layout. One font with Chinese
letters is used and put inside; a letter it has not is told before anything is written.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import docx
import numpy as np
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from matplotlib import font_manager, rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ft2font import LoadFlags
from matplotlib.patches import Rectangle
from PIL import Image

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.outputs import picture
from layers.outputs.word import GREY, SMALL_PT
from layers.text import Language, say

PAGE_PT = (595.3, 841.9)
MARGIN_PT = (36.9, 30.0)
"""Left and right, above and below."""
FOOT_PT = 16.0
LEADING, PAD_PT, USUAL_PT = 1.28, 2.6, 8.0
NO_START = frozenset("，。、；：？！）】》”’·…%℃,.;:?!)]}²³°")
"""Signs no line begins with."""
LINE, SHADE = "#3A3A3A", "#E9EDF2"
UNSEEN = frozenset("\u200b\u200c\u200d\ufeff")
Op = tuple[str, tuple[Any, ...]]


def write(path: Path, document: Path, language: Language) -> None:
    """Lay a DOCX out as PDF.

    Raises
    ------
    BlockedError
        The font has not all letters of the document; they are named.
    """
    made = docx.Document(str(document))
    sheet = _Sheet()
    for block in _blocks(made):
        if isinstance(block, Table):
            sheet.table(block, made)
        else:
            sheet.paragraph(block, made)
    if sheet.missing:
        raise BlockedError(reason("pdf_letters_missing", letters="".join(sorted(sheet.missing))[:40]))
    _drawn(path, sheet.pages, made.core_properties.title or "", language)


def _blocks(made: Any) -> Iterator[Paragraph | Table]:
    """Yield paragraphs and tables: what stands in the head of the pages first, then the body, controls opened."""
    for section in made.sections:
        if not section.header.is_linked_to_previous:
            yield from _inside(section.header._element, made)
    yield from _inside(made.element.body, made)


def _inside(part: Any, made: Any) -> Iterator[Paragraph | Table]:
    for child in part.iterchildren():
        if child.tag == qn("w:p"):
            yield Paragraph(child, made)
        elif child.tag == qn("w:tbl"):
            yield Table(child, made)
        elif child.tag == qn("w:sdt"):
            yield from _inside(child.find(qn("w:sdtContent")), made)


# --- letters ---------------------------------------------------------------------------


@cache
def _font() -> Any:
    return font_manager.get_font(cast(Any, picture.letters(10).get_file()))


@cache
def _advance(letter: str) -> float:
    """Return the width of a letter for a size of one point; NaN where the font has it not."""
    font = _font()
    if font.get_char_index(ord(letter)) == 0:
        return 0.0 if letter in UNSEEN or letter < " " else float("nan")
    font.set_size(100, 72)
    return float(font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / 100


def width_of(text: str, size: float) -> float:
    """Return the width of a text in points."""
    return float(np.nansum([_advance(c) for c in text])) * size


def lines_of(text: str, size: float, room: float) -> list[str]:
    """Break a text into lines: at blanks of Latin words and between Chinese letters, no sign at the start of a line."""
    out: list[str] = []
    line = ""
    for piece in _pieces(text):
        if width_of(line + piece.rstrip(), size) <= room or not line:
            line += piece
        elif piece[0] in NO_START and len(line) > 1:
            line, last = line[:-1], line[-1]
            out, line = [*out, line], last + piece
        else:
            out, line = [*out, line], piece.lstrip()
        while width_of(line.rstrip(), size) > room and len(line) > 1:  # a word wider than its column
            cut = next(k for k in range(len(line) - 1, 0, -1) if k == 1 or width_of(line[:k], size) <= room)
            out, line = [*out, line[:cut]], line[cut:]
    return [*out, line]


def _pieces(text: str) -> Iterator[str]:
    """Yield what is never broken: a Latin word with the blank after it, or one Chinese letter."""
    word = ""
    for letter in text:
        if ord(letter) > 0x2E80:
            if word:
                yield word
            word = ""
            yield letter
        else:
            word += letter
            if letter == " ":
                yield word
                word = ""
    if word:
        yield word


# --- pages -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Text:
    """One paragraph: its words, size in points, colour, and where it stands (0 left, 0.5 middle, 1 right)."""

    words: str
    size: float
    colour: str
    at: float


def _text(part: Paragraph) -> _Text:
    runs = [r for r in part.runs if r.text]
    sizes = [r.font.size.pt for r in runs if r.font.size is not None]
    colour = next((f"#{r.font.color.rgb}" for r in runs if r.font.color is not None and r.font.color.rgb), "#000000")
    at = {WD_ALIGN_PARAGRAPH.CENTER: 0.5, WD_ALIGN_PARAGRAPH.RIGHT: 1.0}.get(cast(Any, part.alignment), 0.0)
    return _Text(part.text.replace("\t", "  "), max(sizes, default=USUAL_PT), colour, at)


@dataclass
class _Sheet:
    """Pages while they are laid out; points from the upper left corner."""

    pages: list[list[Op]] = field(default_factory=lambda: [[]])
    y: float = MARGIN_PT[1]
    missing: set[str] = field(default_factory=set)

    @property
    def room(self) -> float:
        return PAGE_PT[1] - MARGIN_PT[1] - FOOT_PT - self.y

    def turn(self) -> None:
        """Begin a page."""
        self.pages.append([])
        self.y = MARGIN_PT[1]

    def paragraph(self, part: Paragraph, made: Any) -> None:
        """Lay out a paragraph, with its picture or its break of the page."""
        for inline in part._p.iter(qn("a:blip")):
            self._shown(inline, made)
        if any(b.get(qn("w:type")) == "page" for b in part._p.iter(qn("w:br"))):
            self.turn()
        text = _text(part)
        if text.words.strip():
            before = part.paragraph_format.space_before
            self.y += before.pt if before is not None else 0.0
            wide = PAGE_PT[0] - 2 * MARGIN_PT[0]
            for line in self._lines(text, wide):
                if self.room < text.size * LEADING:
                    self.turn()
                self._put(text, line, (MARGIN_PT[0], wide))
                self.y += text.size * LEADING

    def _shown(self, inline: Any, made: Any) -> None:
        """Show a picture of the body; one of a head of pages, or of another kind, is left out."""
        part = made.part.related_parts.get(inline.get(qn("r:embed")))
        if part is not None and part.content_type in ("image/png", "image/jpeg"):
            self._picture(part.blob)

    def _picture(self, data: bytes) -> None:
        with Image.open(io.BytesIO(data)) as image:
            wide = PAGE_PT[0] - 2 * MARGIN_PT[0]
            high = min(wide * image.height / image.width, PAGE_PT[1] - 2 * MARGIN_PT[1] - FOOT_PT)
            if self.room < high:
                self.turn()
            self.pages[-1].append(("image", (np.asarray(image.convert("RGB")), MARGIN_PT[0], self.y, wide, high)))
        self.y += high + 2

    def _lines(self, text: _Text, room: float) -> list[str]:
        self.missing |= {c for c in text.words if _advance(c) != _advance(c)}
        return [line for part in text.words.split("\n") for line in lines_of(part, text.size, room)]

    def _put(self, text: _Text, line: str, place: tuple[float, float]) -> None:
        left, wide = place
        line = line.rstrip()
        x = left + (wide - width_of(line, text.size)) * text.at
        self.pages[-1].append(("text", (line, x, self.y + text.size, text.size, text.colour)))

    def table(self, grid: Table, made: Any) -> None:
        """Lay out a table row by row, its head on every page it runs over; a picture of a cell stands below it."""
        total = PAGE_PT[0] - 2 * MARGIN_PT[0]
        shares = [float(c.width or 1) for c in grid.columns] or [1.0]
        edges = MARGIN_PT[0] + np.cumsum([0.0, *shares]) * total / sum(shares)
        rows = [self._row(row, edges) for row in grid.rows]
        head = rows[0] if rows and grid.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None else None
        most = PAGE_PT[1] - 2 * MARGIN_PT[1] - FOOT_PT - (_height(head) if head else 0.0)
        for k, row in enumerate(rows):
            for part in _parts(row, most):
                follows = min(_height(rows[k + 1]), most) if row is head and len(rows) > 1 else 0.0
                if self.room < _height(part) + follows and self.y > MARGIN_PT[1]:
                    self.turn()
                    if head is not None and row is not head:
                        self._draw(head)
                self._draw(part)
        self.y += 2
        for inline in grid._tbl.iter(qn("a:blip")):
            self._shown(inline, made)

    def _row(self, row: Any, edges: Any) -> list[_Cell]:
        """Return the cells of a row, each with its place and lines; a table within a cell is read as its lines."""
        cells, at = [], 0
        for cell in row._tr.tc_lst:
            span = min(cell.grid_span, len(edges) - 1 - at)
            left, wide = float(edges[at]), float(edges[at + span] - edges[at])
            at += span
            lines: list[tuple[_Text, str, float]] = []
            for part in (Paragraph(p, row) for p in cell.iter(qn("w:p"))):
                text, after = _text(part), part.paragraph_format.space_after
                lines += [(text, line, 0.0) for line in self._lines(text, wide - 2 * PAD_PT)]
                lines[-1] = (*lines[-1][:2], after.pt if after is not None else 0.0)
            cells.append(_Cell(left, wide, cell.find(f"{qn('w:tcPr')}/{qn('w:shd')}") is not None, tuple(lines)))
        return cells

    def _draw(self, row: Sequence[_Cell]) -> None:
        top, high = self.y, _height(row)
        for cell in row:
            self.pages[-1].append(("cell", (cell.left, top, cell.wide, high, cell.shade)))
            self.y = top + PAD_PT / 2
            for text, line, after in cell.lines:
                self._put(text, line, (cell.left + PAD_PT, cell.wide - 2 * PAD_PT))
                self.y += text.size * LEADING + after
        self.y = top + high


@dataclass(frozen=True)
class _Cell:
    """A cell: left edge and width in points, whether it is shaded, its lines with the room below each."""

    left: float
    wide: float
    shade: bool
    lines: tuple[tuple[_Text, str, float], ...]


def _height(row: Sequence[_Cell]) -> float:
    return max((sum(t.size * LEADING + after for t, _, after in c.lines) for c in row), default=0.0) + PAD_PT


def _parts(row: Sequence[_Cell], most: float) -> Iterator[list[_Cell]]:
    """Yield a row in parts none of which is higher than a page."""
    left = [c.lines for c in row]
    while True:
        taken = [_fitting(lines, most - PAD_PT) for lines in left]
        yield [replace(c, lines=lines[:k]) for c, lines, k in zip(row, left, taken, strict=True)]
        left = [lines[k:] for lines, k in zip(left, taken, strict=True)]
        if not any(left):
            return


def _fitting(lines: Sequence[tuple[_Text, str, float]], room: float) -> int:
    heights = np.cumsum([t.size * LEADING + after for t, _, after in lines])
    return max(int((heights <= room + 1e-6).sum()), min(len(lines), 1))


# --- drawing --------------------------------------------------------------------------------


def _drawn(path: Path, pages: Sequence[Sequence[Op]], title: str, language: Language) -> None:
    """Draw the pages; nothing in the file says when or by what it was made."""
    facts = {"Title": title, "Creator": "Luodi 落地", "Producer": None, "CreationDate": None}
    with rc_context({"pdf.fonttype": 3, "pdf.compression": 6}), PdfPages(path, metadata=facts) as book:
        for number, ops in enumerate(pages, 1):
            page = Figure(figsize=(PAGE_PT[0] / 72, PAGE_PT[1] / 72))
            foot = say("word.page_of", language, page=number, pages=len(pages))
            _page(page, [*ops, _foot(f"{title[:60]} · {foot} · {say('word.standard_layout', language)}")])
            book.savefig(page)


def _foot(words: str) -> Op:
    x = (PAGE_PT[0] - width_of(words, SMALL_PT)) / 2
    return "text", (words, x, PAGE_PT[1] - MARGIN_PT[1], SMALL_PT, f"#{GREY}")


def _page(page: Figure, ops: Sequence[Op]) -> None:
    wide, high = PAGE_PT
    frames: list[Any] = []
    for kind, given in ops:
        if kind == "text":
            words, x, y, size, colour = given
            page.text(
                x / wide, 1 - y / high, words, fontproperties=picture.letters(size), color=colour, parse_math=False,
                va="baseline",
            )  # fmt: skip
        elif kind == "image":
            pixels, x, y, w, h = given
            axes = page.add_axes((x / wide, 1 - (y + h) / high, w / wide, h / high))
            axes.imshow(pixels, aspect="auto", interpolation="none")
            axes.set_axis_off()
        else:
            x, y, w, h, shade = given
            place = (x / wide, 1 - (y + h) / high, w / wide, h / high)
            if shade:
                page.add_artist(Rectangle(place[:2], *place[2:], facecolor=SHADE, edgecolor="none", zorder=0))
            frames.append(_ring(*place))
    page.add_artist(LineCollection(frames, colors=LINE, linewidths=0.45, transform=page.transFigure))


def _ring(x: float, y: float, w: float, h: float) -> list[tuple[float, float]]:
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]
