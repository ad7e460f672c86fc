"""Child side: an XLSX sheet looked over before it is read: how far it reaches, and formulas nobody calculated.

A file of 5 kB may name the last cell of a sheet, and a reader would make room for all 17
billion before it; a workbook written by a program may hold formulas without their results.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.finding import Finding, finding
from layers.sources.limits import Limits
from layers.sources.unzip import refuse_packing

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/)?>")
_PLACE = re.compile(rb'\br="([A-Z]{1,4})(\d{1,8})"')
_TEXT = re.compile(rb'\bt="str"')
_END = re.compile(rb"</(?:\w+:)?c>")
_KIND = re.compile(rb'\bt="(\w+)"')
_GIVEN = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]|<(?:\w+:)?is>")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>(?=\s*<(?:\w+:)?c\b)")
_NUMBER = re.compile(rb'\br="(\d{1,8})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_CHUNK = 1 << 22
_LONGEST_CELL = 1 << 16
"""A cell that goes on beyond a chunk by more than this is not looked into (its text is)."""


@dataclass
class Extent:
    """The farthest row and column of a sheet, how many cells it has, and cells that do not hold what they say.

    `uncalculated` formulas have no result; a cell `mistyped` calls itself a number and holds none (row and column
    from 0); `faults` are cells with an error in place of a result, `hidden` rows nobody sees (from 1).
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    uncalculated: int = 0
    first: tuple[str, ...] = ()
    mistyped: list[tuple[int, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


def looked_over(path: Path, name: str, sheet: str, limits: Limits) -> tuple[list[Finding], list[tuple[int, int]]]:
    """Refuse a sheet that reaches too far; return what is to be said of its cells, and those that say nothing.

    A cell that calls itself a number and holds a text says nothing: its row and column are returned, from 0.

    Raises
    ------
    BlockedError
        The sheet would take more cells than `Limits.sheet_cells`, or is packed like a bomb.
    """
    with zipfile.ZipFile(path) as archive:
        refuse_packing(name, archive.infolist())
        part = _parts(archive).get(sheet, "")
        found = _extent(archive, part) if part else Extent()
    if found.rows * found.columns > limits.sheet_cells:
        size = {"rows": found.rows, "columns": found.columns, "cells": found.cells}
        raise BlockedError(reason("sheet_too_large", file=name, sheet=sheet, limit=limits.sheet_cells, **size))
    out = []
    if found.uncalculated:
        out.append(finding("warn", "formula_not_calculated", count=found.uncalculated, rows=list(found.first)))
    if found.mistyped:
        cells = [f"{_letters(column)}{row + 1}" for row, column in found.mistyped[:5]]
        out.append(finding("warn", "number_cell_holds_text", count=len(found.mistyped), rows=cells))
    if found.faults:
        out.append(finding("warn", "cells_with_error", count=len(found.faults), rows=found.faults[:5]))
    if found.hidden:
        out.append(finding("warn", "rows_hidden", count=len(found.hidden), rows=found.hidden[:5]))
    return out, found.mistyped


def filled(path: Path, name: str) -> list[str]:
    """Return the sheets with any cell, in the order of the workbook.

    Raises
    ------
    BlockedError
        The workbook is packed like a bomb.
    """
    with zipfile.ZipFile(path) as archive:
        refuse_packing(name, archive.infolist())
        return [sheet for sheet, part in _parts(archive).items() if part and _any(archive, part)]


def _any(archive: zipfile.ZipFile, part: str) -> bool:
    return any(not match[2] for block in _blocks(archive, part) for match in _CELL.finditer(block))


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the archive each sheet stands in, "" where that is not said; empty for a strange workbook."""
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        book = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
        links = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    except (KeyError, ParseError):
        return {}
    places, names = {e.get("Id", ""): e.get("Target", "") for e in links}, set(archive.namelist())
    out = {}
    for entry in (e for e in book.iter() if e.tag.endswith("}sheet")):
        key = next((v for k, v in entry.attrib.items() if k.endswith("}id")), "")
        target = places.get(key, "").lstrip("/")
        part = target if target.startswith("xl/") else f"xl/{target}"
        out[entry.get("name", "")] = part if part in names else ""
    return out


def _extent(archive: zipfile.ZipFile, part: str) -> Extent:
    out = Extent()
    for block in _blocks(archive, part):
        _count(block, out)
    return out


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the XML of a sheet in pieces that end where a cell ends."""
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            block = rest + chunk
            cut = max(block.rfind(b"</c>") + 4, block.rfind(b"</row>") + 6)
            if cut < 6 or len(block) - cut > _LONGEST_CELL:
                cut = len(block)
            yield block[:cut]
            rest = block[cut:]
    yield rest


def _count(block: bytes, out: Extent) -> None:
    out.hidden += _hidden(block)
    for match in _CELL.finditer(block):
        if match[2]:  # a cell with a look and no content
            continue
        out.cells += 1
        place = _PLACE.search(match[1])
        if place is not None:
            out.columns = max(out.columns, _column(place[1]))
            out.rows = max(out.rows, int(place[2]))
        if _TEXT.search(match[1]):
            continue
        end = _END.search(block, match.end())
        inner = block[match.end() : end.start()] if end else b""
        kind, given = _KIND.search(match[1]), _GIVEN.search(inner)
        if kind is not None and kind[1] == b"e" and place is not None and given:
            out.faults.append(f"{place[1].decode()}{place[2].decode()} {given[1].decode('ascii', 'replace')}")
        if place is not None and given and (kind is None or kind[1] == b"n") and not _is_number(given[1]):
            out.mistyped.append((int(place[2]) - 1, _column(place[1]) - 1))
        if _FORMULA.search(inner) and not _VALUE.search(inner):
            out.uncalculated += 1
            if len(out.first) < 5 and place is not None:
                out.first += (f"{place[1].decode()}{place[2].decode()}",)


def _hidden(block: bytes) -> list[int]:
    """Return the rows of a piece that hold cells and are not shown: hidden by hand or by a filter."""
    rows = (r for r in _ROW.finditer(block) if _HIDDEN.search(r[1]))
    return [int(place[1]) for row in rows if (place := _NUMBER.search(row[1]))]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _letters(column: int) -> str:
    """Return the letters of a column counted from 0."""
    out, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return True
