"""The location map of a red line as a picture: fabric by group of use, control lines, parks, roads, the cut.

Drawn with Pillow alone at twice its size and then reduced, so that lines are smooth.
What may not leave the study (use-only layers, and a cut that follows one) is not drawn.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image, ImageDraw

from geo.basis.reason import Reason, reason
from layers.ask.redline import RedlineAnswer
from layers.library import kinds
from layers.library.standards import of_scheme
from layers.outputs import fonts
from layers.outputs.plain import plain
from layers.study.run.layer_rows import Texts, rows_used
from layers.study.spec import LayerSpec
from layers.text import Language, both, say

WIDTH, HEIGHT = 1640, 470
MAP_WIDTH = 1250
OVER = 2
"""Pixels of the drawing per pixel of the picture."""
LEGEND_WIDTH = (WIDTH - MAP_WIDTH) * OVER - 180
GROUPS = {"cultivated": "#F6EFC4", "farm": "#DCE8C6", "construction": "#EBD3CB", "unused": "#E4E1DA", "": "#F4F3F0"}
LINES = ("basic_farmland", "ecological_redline", "development_boundary")
"""The three lines (三线), drawn on every map of a red line."""
PARK, ROAD, RED, CUT, TAKEN = "#1F5FA8", "#77797D", "#D4131B", "#111827", "#3A3A3A"
MARGIN = 0.45
"""Ground shown around the red line, as a share of its longer side."""
LEAST_M = 150.0
LEAST_TAKEN_M2 = 0.01

Point = tuple[float, float]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Sketch:
    """A picture (PNG) and what has to be said of it."""

    png: bytes
    notes: tuple[Reason, ...]


@dataclass(frozen=True)
class _Key:
    """One line of the legend: how it is drawn and what it means."""

    kind: str
    colour: str
    words: str


def draw(answer: RedlineAnswer, language: Language) -> Sketch:
    """Draw the location map.

    Parameters
    ----------
    answer : RedlineAnswer
    language : {"en", "zh"}
        Of the legend; English where the computer has no Chinese font, which is told.
    """
    notes = [] if fonts.chinese() else [reason("sketch_without_font")]
    words: Language = language if fonts.chinese() else "en"
    if secret := answer.secret_cut:
        notes.append(reason("sketch_without_cut", count=len(secret)))
    sheet = _Sheet(answer, words)
    sheet.fabric()
    sheet.roads()
    sheet.parks()
    sheet.control_lines()
    sheet.red_line(with_cut=not secret)
    return Sketch(sheet.finished(), tuple(notes + sheet.notes))


class _Sheet:
    """The drawing while it is made: the ground it shows, the canvas, the legend so far."""

    def __init__(self, answer: RedlineAnswer, language: Language):
        self.answer, self.language = answer, language
        self.canvas = Image.new("RGB", (WIDTH * OVER, HEIGHT * OVER), "#FFFFFF")
        self.pen = ImageDraw.Draw(self.canvas)
        self.keys: list[_Key] = []
        self.notes: list[Reason] = []
        west, south, east, north = answer.plots.total_bounds
        around = max(MARGIN * max(east - west, north - south), LEAST_M)
        wide, high = east - west + 2 * around, north - south + 2 * around
        self.metre = min(MAP_WIDTH * OVER / wide, HEIGHT * OVER / high)
        self.centre = ((west + east) / 2, (south + north) / 2)
        half = (MAP_WIDTH * OVER / self.metre / 2, HEIGHT * OVER / self.metre / 2)
        x, y = self.centre
        self.view = (x - half[0], y - half[1], x + half[0], y + half[1])
        self.pen.rectangle((0, 0, MAP_WIDTH * OVER, HEIGHT * OVER), fill=GROUPS[""])

    # --- what is shown, from the ground up -----------------------------------------

    def fabric(self) -> None:
        """Colour the fabric by group of present use; nothing is drawn that the check did not read."""
        spec = self.answer.check.study.with_role("parcels")[0]
        rows = None if spec.use_only else rows_used(self.answer.check, spec)
        if rows is None:
            self.notes.append(reason("sketch_without_fabric"))
            return
        group = _groups(rows.texts("land_use"), spec)
        inside = self._near(rows.shapes)
        found = of_scheme(spec.land_use_scheme)
        titles = {g.id: both(g.title, self.language) for g in found.groups} if found else {}
        for name, colour in GROUPS.items():
            shapes = rows.shapes[inside & (group == name)]
            if len(shapes):
                self._fill(shapes, colour)
                if name:
                    self.keys.append(_Key("fill", colour, titles.get(name, name)))
        self._outline(rows.shapes[inside], "#C9C4B8", 1)

    def roads(self) -> None:
        """Draw roads and railways among the networks."""
        for spec in self._layers("network"):
            if kinds.is_way(spec.id, spec.title):
                shown = self._shapes(spec)
                self._outline(shown, ROAD, 5)
                self._outline(shown, "#FFFFFF", 2)
                self._key(shown, "line", ROAD, self._title(spec))

    def parks(self) -> None:
        """Draw the outlines of parks."""
        for spec in self._layers("park"):
            shown = self._shapes(spec)
            self._dashes(shown, PARK, 5, (22, 10))
            self._key(shown, "dash", PARK, self._title(spec))

    def control_lines(self) -> None:
        """Hatch farmland and ecological red line, draw the development boundary."""
        for name in LINES:
            spec, look = self.answer.check.layer(name), kinds.look(name)
            if spec is None or spec.use_only or look is None:
                continue
            shown = self._shapes(spec)
            if look.mark == "dashes":
                self._dashes(shown, look.colour, 7, (30, 9, 6, 9))
            else:
                self._hatch(shown, look.colour, rising=look.mark == "rising")
                self._outline(shown, look.colour, 2)
            self._key(shown, {"dashes": "dash"}.get(look.mark, look.mark), look.colour, self._title(spec))

    def red_line(self, with_cut: bool) -> None:
        """Draw the red line, what the cut takes, and the line of the cut."""
        plots, land = self.answer.plots.geometry.to_numpy(), self.answer.land.geometry.to_numpy()
        taken = shapely.difference(shapely.union_all(plots), shapely.union_all(land))
        if with_cut and taken.area > LEAST_TAKEN_M2:
            self._wash(np.array([taken], object), TAKEN)
            self.keys.append(_Key("wash", TAKEN, say("dossier.map_taken", self.language)))
        if with_cut and self.answer.needs_cut:
            self._dashes(np.array([self.answer.cut_line], object), CUT, 8, (20, 9))
            self.keys.append(_Key("dash", CUT, say("dossier.map_cut", self.language)))
        self._outline(plots, "#FFFFFF", 12)
        self._outline(plots, RED, 7)
        self.keys.append(_Key("line", RED, say("dossier.map_red", self.language)))

    # --- marks ---------------------------------------------------------------------

    def finished(self) -> bytes:
        """Add scale bar, north arrow and legend; return the picture."""
        self.pen.rectangle((MAP_WIDTH * OVER, 0, WIDTH * OVER, HEIGHT * OVER), fill="#FFFFFF")
        self.pen.rectangle((0, 0, MAP_WIDTH * OVER - 1, HEIGHT * OVER - 1), outline="#6B7280", width=3)
        self._scale_bar()
        self._north()
        self._legend()
        small = self.canvas.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _scale_bar(self) -> None:
        length = _round_length(MAP_WIDTH * OVER / self.metre / 4)
        left, top, wide = 40, HEIGHT * OVER - 70, length * self.metre
        self.pen.rectangle((left - 20, top - 70, left + wide + 110, top + 45), fill="#FFFFFF")
        self.pen.rectangle((left, top, left + wide / 2, top + 14), fill="#111827")
        self.pen.rectangle((left, top, left + wide, top + 14), outline="#111827", width=3)
        for share in (0, 0.5, 1):
            text = f"{length * share:g}" + (" m" if share == 1 else "")
            self.pen.text((left + wide * share, top - 8), text, "#111827", fonts.sized(38), anchor="ms")

    def _north(self) -> None:
        """Draw an arrow to grid north, the direction of X."""
        x, top = MAP_WIDTH * OVER - 80, 110
        self.pen.rectangle((x - 55, 20, x + 55, top + 135), fill="#FFFFFF")
        self.pen.polygon([(x, top - 20), (x - 38, top + 110), (x, top + 80)], fill="#111827")
        self.pen.polygon([(x, top - 20), (x + 38, top + 110), (x, top + 80)], outline="#111827", fill="#FFFFFF")
        self.pen.text((x, 80), say("dossier.north", self.language), "#111827", fonts.sized(46), anchor="ms")

    def _legend(self) -> None:
        left, top = MAP_WIDTH * OVER + 40, 16
        self.pen.text((left, top), say("dossier.legend", self.language), "#111827", fonts.sized(50))
        step = min(72, (HEIGHT * OVER - 90) // max(len(self.keys), 1))
        font = fonts.sized(42)
        for row, key in enumerate(self.keys):
            y = top + 72 + row * step
            self._swatch(key, (left, y, left + 105, y + 44))
            self.pen.text((left + 130, y + 22), _short(key.words, font), "#111827", font, anchor="lm")

    def _swatch(self, key: _Key, box: tuple[int, int, int, int]) -> None:
        x0, y0, x1, y1 = box
        if key.kind == "fill":
            self.pen.rectangle(box, fill=key.colour, outline="#A8A295", width=2)
        elif key.kind in ("rising", "falling", "wash"):
            mask = Image.new("L", self.canvas.size)
            ImageDraw.Draw(mask).rectangle(box, fill=255)
            self._through(mask, key)
            self.pen.rectangle(box, outline=key.colour, width=3)
        else:
            middle = (y0 + y1) / 2
            pattern = (26, 10) if key.kind == "dash" else ()
            self._stroke([(x0, middle), (x1, middle)], key.colour, 9, pattern)

    # --- drawing ---------------------------------------------------------------------

    def _layers(self, role: str) -> tuple[LayerSpec, ...]:
        return tuple(s for s in self.answer.check.study.with_role(role) if not s.use_only)

    def _title(self, spec: LayerSpec) -> str:
        """Return the title of a layer: the study's own in Chinese, the one everybody knows it by in English."""
        entry = kinds.kind(spec.id, spec.title)
        usual = both(entry.title, self.language) if entry else ""
        return (usual or spec.title or spec.id) if self.language == "en" else (spec.title or usual or spec.id)

    def _key(self, shown: Shapes, kind: str, colour: str, words: str) -> None:
        if len(shown):
            self.keys.append(_Key(kind, colour, words))

    def _near(self, shapes: Shapes) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = shapely.intersects(shapes, shapely.box(*self.view))
        return found

    def _shapes(self, spec: LayerSpec) -> Shapes:
        shapes = self.answer.check.layer_shapes(spec.id).geometry.to_numpy()
        return shapes[self._near(shapes)] if len(shapes) else np.empty(0, object)

    def _pixels(self, coordinates: npt.NDArray[np.float64]) -> list[Point]:
        x = (coordinates[:, 0] - self.view[0]) * self.metre
        y = (self.view[3] - coordinates[:, 1]) * self.metre
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def _clipped(self, shapes: Shapes, around: float = 30.0) -> Shapes:
        """Cut shapes to the view and a rim, so that no line runs for kilometres outside the picture."""
        rim = shapely.buffer(shapely.box(*self.view), around, cap_style="square", join_style="mitre")
        parts = shapely.get_parts(shapely.intersection(shapes, rim))
        return parts[~shapely.is_empty(parts)]

    def _mask(self, shapes: Shapes) -> Image.Image:
        """Return the ground of polygons as a mask; larger ones first, so that islands in holes stay."""
        mask = Image.new("L", self.canvas.size)
        pen = ImageDraw.Draw(mask)
        parts = self._clipped(shapes)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        for part in parts[np.argsort(-shapely.area(parts), kind="stable")]:
            pen.polygon(self._pixels(shapely.get_coordinates(part.exterior)), fill=255)
            for hole in part.interiors:
                pen.polygon(self._pixels(shapely.get_coordinates(hole)), fill=0)
        return mask

    def _fill(self, shapes: Shapes, colour: str) -> None:
        self.canvas.paste(colour, mask=self._mask(np.array([shapely.union_all(shapes)], object)))

    def _hatch(self, shapes: Shapes, colour: str, rising: bool) -> None:
        if len(shapes):
            mask = self._mask(np.array([shapely.union_all(shapes)], object))
            self._through(mask, _Key("rising" if rising else "falling", colour, ""))

    def _wash(self, shapes: Shapes, colour: str) -> None:
        self._through(self._mask(shapes), _Key("wash", colour, ""))

    def _through(self, mask: Image.Image, key: _Key) -> None:
        """Lay a pattern on the canvas where the mask is."""
        lines = Image.new("L", self.canvas.size)
        pen = ImageDraw.Draw(lines)
        wide, high = self.canvas.size
        gap, width, falling = (14, 3, True) if key.kind == "wash" else (30, 3, key.kind == "falling")
        for x in range(-high, wide + high, gap):
            ends = [(x, 0), (x + high, high)] if falling else [(x, high), (x + high, 0)]
            pen.line(ends, fill=255, width=width)
        self.canvas.paste(key.colour, mask=Image.composite(lines, Image.new("L", self.canvas.size), mask))

    def _outline(self, shapes: Shapes, colour: str, width: int) -> None:
        self._dashes(shapes, colour, width, ())

    def _dashes(self, shapes: Shapes, colour: str, width: int, pattern: Sequence[int]) -> None:
        if len(shapes) == 0:
            return
        lines = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)
        for part in self._clipped(shapely.line_merge(lines)):
            for line in shapely.get_parts(part):
                if shapely.get_dimensions(line) == 1:
                    self._stroke(self._pixels(shapely.get_coordinates(line)), colour, width, pattern)

    def _stroke(self, points: Sequence[Point], colour: str, width: int, pattern: Sequence[int]) -> None:
        if not pattern:
            self.pen.line(list(points), fill=colour, width=width, joint="curve")
            return
        for dash in _dashed(points, pattern):
            self.pen.line(dash, fill=colour, width=width, joint="curve")


def _groups(codes: Texts, spec: LayerSpec) -> Texts:
    """Return the group of each code under its scheme, "" where nobody knows."""
    known = of_scheme(spec.land_use_scheme)
    words = {c: (g.id if known and (g := known.group_of(c)) else "") for c in set(codes)}
    return np.array([words[c] for c in codes], object)


def _dashed(points: Iterable[Point], pattern: Sequence[int]) -> list[list[Point]]:
    """Cut a line into dashes of a pattern (drawn, gap, drawn …; pixels), carried round its corners."""
    path = list(points)
    out: list[list[Point]] = []
    turn, left, dash = 0, float(pattern[0]), [path[0]]
    for (x0, y0), (x1, y1) in pairwise(path):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - done > left:
            done += left
            here = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if turn % 2 == 0:
                out.append([*dash, here])
            turn, dash = turn + 1, [here]
            left = float(pattern[turn % len(pattern)])
        left -= length - done
        dash.append((x1, y1))
    return [*out, dash] if turn % 2 == 0 and len(dash) > 1 else out


def _round_length(metres: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is not longer."""
    power = 10 ** math.floor(math.log10(metres))
    return float(next(power * k for k in (5, 2, 1) if power * k <= metres))


def _short(words: Any, font: fonts.Font) -> str:
    """Shorten a name to the width of the legend."""
    text = plain(words)
    if font.getlength(text) <= LEGEND_WIDTH:
        return text
    while text and font.getlength(text + "…") > LEGEND_WIDTH:
        text = text[: min(len(text) - 1, 60)]
    return text + "…"
