"""Total rows: set apart by name, and held against the sums of what they add up."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import shapely

from layers.sources.cells import recognise
from layers.sources.finding import Finding, finding
from layers.sources.formats.read import RawLayer

_TAIL = r"(?:[(\[].*[)\]]|[:]?\d*[宗个项块条户家处笔件]?)[:]?$"
"""What may follow a word for a total: a unit in brackets, a count."""
_WHOLE = "(?:全[县市区省镇乡村]|本[表区县市镇]|园区|项目|面积|以上)?"
_TOTAL = re.compile(f"^{_WHOLE}(?:合计|总计|共计|累计|总和){_TAIL}|^(?:grand)?(?:total|sum)s?{_TAIL}")
_SUBTOTAL = re.compile(f"^(?:小计|本页小计|本页合计){_TAIL}|^sub-?totals?{_TAIL}")
TOLERANCE = 5e-3
FIRST = 3
"""So many of the first words of a row may say that it is a total."""
Cells = list[list[str]]
Rows = list[tuple[int, list[str]]]


def label(row: list[str]) -> str:
    """Return "total" or "subtotal" when one of the first words of a row says so."""
    for cell in [c for c in row if c][:FIRST]:
        word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell)).lower()
        if _TOTAL.match(word):
            return "total"
        if _SUBTOTAL.match(word):
            return "subtotal"
    return ""


def without(rows: Rows, names: list[str]) -> tuple[Rows, list[Finding]]:
    """Take total rows out of the data and hold each against the sums of what it adds up."""
    data: Rows = []
    found: list[Finding] = []
    since = 0
    for line, row in rows:
        kind = label(row)
        if not kind:
            data.append((line, row))
            continue
        part = data if kind == "total" else data[since:]
        since = len(data)
        found.append(_checked(line, row, [r for _, r in part], names))
    return data, found


def _checked(line: int, total: list[str], rows: Cells, names: list[str]) -> Finding:
    off, mixed = [], []
    for k, cell in enumerate(total):
        said = recognise.number(cell)
        parts = [recognise.number(r[k]) for r in rows]
        if said is None or not any(parts):
            continue
        if _mixed([cell, *(r[k] for r in rows)]):
            mixed.append(names[k])
            continue
        summed = sum(p.value for p in parts if p is not None)
        if abs(summed - said.value) > max(TOLERANCE * max(abs(said.value), 1.0), 0.01):
            off.append(f"{names[k]}: {said.value:g} ≠ {summed:g}")
    if off:
        return finding("warn", "total_differs", row=line, columns=off[:5])
    if mixed:
        return finding("warn", "total_mixed", row=line, columns=mixed[:5])
    return finding("fixed", "total_row", row=line)


def _mixed(cells: list[str]) -> bool:
    """Tell whether the figures of a column are written in more than one unit, so that no sum of them says anything."""
    plain = [unicodedata.normalize("NFKC", c) for c in cells if recognise.number(c) is not None]
    units = {re.sub(r"[\d.,+\s()-]|约|左右", "", c) for c in plain}
    return len(units) > 1 and (len(units - {""}) > 1 or any(sign in u for u in units for sign in "万亿"))


def of_layer(read: RawLayer) -> list[int]:
    """Take total rows without a shape out of a layer and say so; return them, by position from 1.

    A row that has a shape is ground, whatever it is called.
    """
    bare = np.flatnonzero(shapely.is_missing(read.shapes))
    names = list(read.columns)
    if not len(bare) or not names:
        return []
    gone = read.absent if read.absent is not None else np.zeros(len(read.shapes), bool)
    maybe = {int(k) + 1 for k in bare if not gone[k] and label([_text(read.columns[n][k]) for n in names])}
    if not maybe:
        return []
    rows: Rows = [(k + 1, [_text(read.columns[n][k]) for n in names]) for k in range(len(read.shapes))]
    _, found = without([(k, row) for k, row in rows if not gone[k - 1] and (k in maybe or not label(row))], names)
    read.findings += found
    read.absent = gone | np.isin(np.arange(1, len(gone) + 1), list(maybe))
    read.lost = [(row, why) for row, why in read.lost if row not in maybe]
    read.wrong = [(row, why) for row, why in read.wrong if row not in maybe]
    return sorted(maybe)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
