"""A red line against the three control lines as a workbook (三区三线核查表), with the points of every piece."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.polygon import orient

from geo.basis.area import basis
from geo.basis.units import HA_M2
from geo.measure import robust
from layers.ask.redline import THREE_LINES, Constraint, RedlineAnswer
from layers.library import forms
from layers.library.kinds import kinds
from layers.outputs.form_book import FormBook
from layers.outputs.form_table import heads, table
from layers.outputs.redline_rows import clause_of, title_of, why_unknown, word_of
from layers.study.run.layer_rows import LayerRows, rows_used
from layers.study.run.released import masks
from layers.text import Language, both

KIND = "three-lines"
LEAST_M2 = 0.005
"""Pieces below this are no pieces: half of the last digit of 0.01 m²."""


@dataclass(frozen=True)
class LinePiece:
    """What of a plot lies on one patch of a control line, m² on the study's basis."""

    layer: str
    plot: str
    patch: str
    zone: str
    area_m2: float
    shape: Any


def write(answer: RedlineAnswer, path: Path, language: Language) -> None:
    """Write the form of a red line: conclusions, plots, and the boundary points of every piece."""
    with FormBook(answer.check, forms.form(KIND), language) as book:
        found = {layer: _rows(answer, layer) for layer in THREE_LINES}
        patches = [p for rows in found.values() if rows is not None for p in pieces(answer, rows)]
        widths = (6, 26, 14, 14, 14, 13, 8, 15, 16, 30, 12, 18, 16, 12, 22)
        below = [book.say("lines_below", check=answer.check.check_id, crs=answer.check.study.crs,
                          area=answer.gross_m2)]  # fmt: skip
        page, row = book.sheet(book.say("sheet_lines"), book.title(answer.check.head["name"]), below, widths)
        lines = [_line(answer, k, c, patches, language) for k, c in enumerate(answer.three_lines, 1)]
        lines += [_absent(book, len(lines) + k, name) for k, name in enumerate(_missing(answer), 1)]
        book.sign(page, table(book, page, row, lines) + 1, len(widths))
        _plots(book, answer, found)
        _points(book, answer, patches)
        open_ = [why_unknown(answer, c, language) for c in answer.three_lines if c.outcome == "unknown"]
        book.about(open_)
    book.save(path)


def _missing(answer: RedlineAnswer) -> list[str]:
    """Return the control lines of which nothing can be written: no rule speaks of them, or it is use-only."""
    judged = {c.rule.layer for c in answer.three_lines}
    return [name for name in THREE_LINES if name not in judged]


def _absent(book: FormBook, number: int, layer: str) -> dict[str, Any]:
    return {"number": number, "line": _title(layer, book.language), "result": book.say("line_not_judged")}


def _title(layer: str, language: Language) -> str:
    known = kinds().get(layer)
    return both(known.title, language) if known else layer


def _line(
    answer: RedlineAnswer, number: int, row: Constraint, patches: list[LinePiece], language: Language
) -> dict[str, Any]:
    """Return the values of a line of the form; amounts only where they are known."""
    spec = next((s for s in answer.check.study.layers if s.id == row.rule.layer), None)
    settled = row.outcome == "clear" or math.isfinite(row.low)
    clear = row.outcome == "clear" and not row.aside
    low, high = (0.0, 0.0) if clear and not math.isfinite(row.low) else (row.low, row.high)
    inside = row.rule.test == "overlap_m2" and not (row.outcome == "unknown" and not row.low > 0)
    count = len({p.patch for p in patches if p.layer == row.rule.layer}) if inside else None
    cultivated = row.cultivated_net_m2 if row.low > 0 else 0.0 if clear else None
    return {
        "number": number, "line": title_of(answer, row, language), "result": word_of(row, False, language),
        "area_m2": low if settled and not row.aside else None, "area_hi_m2": high if not row.aside else None,
        "area_ha": low / HA_M2 if settled and not row.aside else None, "patches": count,
        "cultivated_m2": cultivated, "clause": clause_of(answer, row, language) or None,
        "vintage": str(spec.vintage) if spec and spec.vintage else None,
        "keeper": (spec.owner or None) if spec else None, "checked_on": answer.check.manifest["written"][:10],
    }  # fmt: skip


def _rows(answer: RedlineAnswer, layer: str) -> LayerRows | None:
    spec = next((s for s in answer.check.study.layers if s.id == layer), None)
    held = spec is None or spec.use_only or layer in masks(answer.check).layers
    return None if spec is None or held else rows_used(answer.check, spec)


def pieces(answer: RedlineAnswer, rows: LayerRows) -> Iterator[LinePiece]:
    """Yield what of each plot lies on each patch of a control line that surely belongs to it."""
    study = answer.check.study
    measured = basis(study.area, study.crs, tuple(answer.plots.total_bounds))
    sure, zones = ~rows.maybe, rows.texts("class")
    shapes = robust.valid(robust.polygonal(rows.shapes))
    tree = shapely.STRtree(shapes)
    for plot, ground in zip(answer.plots["parcel_id"], answer.plots.geometry, strict=True):
        for k in sorted(tree.query(ground, predicate="intersects")):
            shape = shapely.intersection(ground, shapes[k])
            parts = [p for p in shapely.get_parts(shape) if p.geom_type in ("Polygon", "MultiPolygon")]
            shape = shapely.multipolygons([q for p in parts for q in shapely.get_parts(p)])
            area = float(measured.areas(np.array([shape], object))[0])
            if sure[k] and area > LEAST_M2:
                yield LinePiece(rows.spec.id, str(plot), str(rows.ids[k]), str(zones[k]), area, shape)


def _plots(book: FormBook, answer: RedlineAnswer, found: dict[str, LayerRows | None]) -> None:
    """Write the area of every plot on each line; ground several patches cover is counted once."""
    names = ["plot", "plot_area", *(f"plot_{layer}" for layer in THREE_LINES), "plot_outside"]
    page, row = book.sheet(book.say("sheet_plots"), book.say("sheet_plots"), [book.say("plots_below")],
                           (24, 18, 18, 18, 18, 18))  # fmt: skip
    first = row = heads(book, page, row, [book.say(f"col_{n}") for n in names])
    study = answer.check.study
    measured = basis(study.area, study.crs, tuple(answer.plots.total_bounds))
    unions = {layer: _union(rows) for layer, rows in found.items()}
    columns: list[list[float | None]] = [[] for _ in names[1:]]
    for plot, ground, gross in zip(
        answer.plots["parcel_id"], answer.plots.geometry, answer.plots["area_m2"], strict=True
    ):
        values: list[float | None] = [float(gross)]
        for layer in THREE_LINES:
            union = unions[layer]
            held = None if union is None else robust.polygonal(np.array([shapely.intersection(ground, union)], object))
            values.append(None if held is None else float(measured.areas(held)[0]))
        inside = values[-1]
        values.append(None if inside is None else max(float(gross) - inside, 0.0))
        book.text(page, row, 0, plot)
        for column, value in enumerate(values, 1):
            if value is None:
                book.text(page, row, column, book.say("line_unknown"), "blank")
            else:
                book.number(page, row, column, value, "m2")
            columns[column - 1].append(value)
        row += 1
    book.text(page, row, 0, book.say("total"), "strong")
    for column, amounts in enumerate(columns, 1):
        book.total(page, (row, column), first, amounts, "m2_strong")


def _union(rows: LayerRows | None) -> Any:
    if rows is None:
        return None
    return shapely.union_all(robust.valid(robust.polygonal(rows.shapes))[~rows.maybe])


def _points(book: FormBook, answer: RedlineAnswer, found: list[LinePiece]) -> None:
    """Write the boundary points of every piece: X is north, Y is east, metres, study CRS."""
    names = ("piece", "line", "plot", "patch", "zone", "piece_area", "ring", "point", "x", "y")
    page, row = book.sheet(book.say("sheet_pieces"), book.say("sheet_pieces"),
                           [book.say("pieces_below", crs=answer.check.study.crs)],
                           (8, 46, 16, 18, 18, 14, 8, 8, 16, 16))  # fmt: skip
    row = heads(book, page, row, [book.say(f"col_{n}") for n in names])
    for number, piece in enumerate(found, 1):
        words = (_title(piece.layer, book.language), piece.plot, piece.patch, piece.zone or "–")
        point = 1
        rings = [r for part in shapely.get_parts(piece.shape) for r in shapely.get_rings(orient(part, -1.0))]
        for ring, line in enumerate(rings, 1):
            for east, north in shapely.get_coordinates(line)[:-1]:
                book.number(page, row, 0, number, "count")
                for column, text in enumerate(words, 1):
                    book.text(page, row, column, text)
                for column, value in ((5, piece.area_m2), (8, round(float(north), 3)), (9, round(float(east), 3))):
                    book.number(page, row, column, value, "m2" if column == 5 else "metre")
                book.number(page, row, 6, ring, "count")
                book.text(page, row, 7, f"J{point}")
                row, point = row + 1, point + 1
