"""The canvas of every map in a document: panels with a true scale, areas, hatches, lines, a bar, an arrow, a legend.

Drawn with matplotlib without its state (no pyplot), so that pages may draw at the same time; the same
calls give the same bytes. What is shown on it is `layers.outputs.ground_map`.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from layers.outputs import fonts
from layers.outputs.plain import plain

DPI = 200
INK, FRAME, WHITE = "#111827", "#6B7280", "#FFFFFF"
HATCHES = {"rising": "////", "falling": "\\\\\\\\", "wash": "xxxxxx", "dots": ".."}
DASHES: dict[str, Any] = {"dash": (0, (4.5, 1.8)), "dashes": (0, (6.0, 1.6, 1.2, 1.6))}
ROOMY_BAR = 110
"""Pixels from which a bar has room for a number at its middle."""
RIM_M = 30.0
"""Ground drawn around a panel, so that no outline runs along its frame."""
Shapes = npt.NDArray[np.object_]
Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the picture."""


@dataclass(frozen=True)
class MapKey:
    """One line of a legend: how it is drawn, its colour, its words, how much of the colour covers the ground."""

    kind: str
    colour: str
    words: str
    fill: float = 1.0


def letters(size: float) -> font_manager.FontProperties:
    """Return the Chinese font in a size (points), or matplotlib's own Latin one."""
    place = fonts.chinese()
    if place is None:
        return font_manager.FontProperties(size=size)
    return font_manager.FontProperties(fname=font_manager.FontPath(str(place[0]), place[1]), size=size)


class Canvas:
    """A picture while it is made; sizes in pixels of the finished picture."""

    def __init__(self, width: int, height: int):
        self.size = (width, height)
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=WHITE)
        FigureCanvasAgg(self.figure)

    def axes(self, box: Box) -> Axes:
        """Return axes over a part of the picture."""
        left, top, wide, high = box
        width, height = self.size
        return self.figure.add_axes((left / width, 1 - (top + high) / height, wide / width, high / height))

    def legend(self, box: Box, title: str, keys: Sequence[MapKey], columns: int = 2, size: float = 5.4) -> None:
        """Draw a legend; a name that is too long for its column is shortened."""
        axes = self.axes(box)
        axes.set_axis_off()
        most = max(int(box[2] / columns / DPI * 72 / size) - 5, 6)
        handles = [_swatch(k) for k in keys]
        made = axes.legend(
            handles, [_short(k.words, most) for k in keys], title=title, loc="upper left", frameon=False,
            prop=letters(size), title_fontproperties=letters(size + 1), borderaxespad=0, borderpad=0,
            labelspacing=0.26, handlelength=2.2, handleheight=1.1, handletextpad=0.6, alignment="left", ncols=columns,
            columnspacing=1.2,
        )  # fmt: skip
        made.set_in_layout(False)

    def png(self) -> bytes:
        """Return the picture; nothing in it says when or by what it was drawn."""
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a letter no font has is shown as a box
            self.figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
        return out.getvalue()


class Panel:
    """A part of the picture that shows some ground: north is up, and a metre is a metre both ways."""

    def __init__(self, canvas: Canvas, box: Box, bounds: tuple[float, float, float, float], ground: str):
        west, south, east, north = bounds
        self.metre = min(box[2] / (east - west), box[3] / (north - south))
        """Pixels of the picture per metre."""
        x, y, wide, high = (west + east) / 2, (south + north) / 2, box[2] / self.metre, box[3] / self.metre
        self.view = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        self.box = box
        self.axes = canvas.axes(box)
        self.axes.set(xlim=self.view[::2], ylim=self.view[1::2], xticks=(), yticks=(), facecolor=ground)
        for edge in self.axes.spines.values():
            edge.set(color=FRAME, linewidth=0.7)
        self._order = 0

    # --- ground ---------------------------------------------------------------------

    def near(self, shapes: Shapes) -> npt.NDArray[np.bool_]:
        """Tell which shapes are seen."""
        found: npt.NDArray[np.bool_] = shapely.intersects(shapes, shapely.box(*self.view))
        return found

    def fill(self, shapes: Shapes, colour: str, share: float = 1.0, edge: str = "", width: float = 0.3) -> None:
        """Colour areas; `share` of the colour covers what lies below."""
        if (path := self._areas(shapes)) is None:
            return
        self._put(PathPatch(path, facecolor=(colour, share), edgecolor="none", linewidth=0))
        if edge:
            self._put(PathPatch(path, facecolor="none", edgecolor=edge, linewidth=width))

    def hatch(self, shapes: Shapes, colour: str, kind: str) -> None:
        """Hatch areas; those that touch are one."""
        near = shapes[self.near(shapes)] if len(shapes) else shapes
        whole = np.array([shapely.union_all(near)], object) if len(near) else near
        if (path := self._areas(whole)) is None:
            return
        patch = PathPatch(path, facecolor="none", edgecolor=colour, linewidth=0.0, hatch=HATCHES[kind])
        patch.set_hatch_linewidth(0.45)
        self._put(patch)

    def line(self, shapes: Shapes, colour: str, width: float, dash: str = "") -> None:
        """Draw lines, and outlines of areas."""
        if not len(shapes):
            return
        edges = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)
        rim = shapely.box(*self.view).buffer(RIM_M, join_style="mitre")
        parts = shapely.get_parts(shapely.intersection(shapely.line_merge(edges), rim))
        runs = [shapely.get_coordinates(p) for p in parts if shapely.get_dimensions(p) == 1]
        style = DASHES.get(dash, "solid")
        self._put(LineCollection(runs, colors=colour, linewidths=width, linestyles=[style], capstyle="butt"))

    def _areas(self, shapes: Shapes) -> Outline | None:
        rim = shapely.box(*self.view).buffer(RIM_M, join_style="mitre")
        parts = shapely.get_parts(shapely.intersection(shapes, rim)) if len(shapes) else np.empty(0, object)
        parts = parts[(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)]
        if not len(parts):
            return None
        rings = shapely.get_rings(shapely.orient_polygons(parts))
        return Outline.make_compound_path(*(Outline(shapely.get_coordinates(r), closed=True) for r in rings))

    def _put(self, artist: Any) -> None:
        self._order += 1
        artist.set_zorder(self._order)
        self.axes.add_artist(artist)

    # --- marks --------------------------------------------------------------------------

    def scale_bar(self) -> float:
        """Draw a bar of a round length, true in metres; return the length."""
        west, south, east, _ = self.view
        length = round_length((east - west) / 4)
        pixel = 1 / self.metre
        left, low, high = west + 18 * pixel, south + 14 * pixel, 7 * pixel
        self._put(
            Rectangle((left - 9 * pixel, south + 6 * pixel), length + 74 * pixel, 44 * pixel, color=WHITE, alpha=0.9)
        )
        self._put(Rectangle((left, low), length / 2, high, facecolor=INK, edgecolor=INK, linewidth=0.5))
        self._put(Rectangle((left + length / 2, low), length / 2, high, facecolor=WHITE, edgecolor=INK, linewidth=0.5))
        kilo = length >= 1000
        for share in (0.0, 0.5, 1.0) if length * self.metre > ROOMY_BAR else (0.0, 1.0):
            text = f"{length * share / (1000 if kilo else 1):g}" + ((" km" if kilo else " m") if share == 1 else "")
            self._text(text, left + length * share, low + high + 4 * pixel, 5.2, vertical="bottom")
        return length

    def north(self, word: str) -> None:
        """Draw an arrow to grid north, the direction of X."""
        pixel, x, y = 1 / self.metre, self.view[2] - 30 / self.metre, self.view[3] - 84 / self.metre
        self._put(Rectangle((x - 22 * pixel, y - 8 * pixel), 44 * pixel, 84 * pixel, color=WHITE, alpha=0.9))
        for side, colour in ((-1, INK), (1, WHITE)):
            points = [(x, y + 44 * pixel), (x + side * 14 * pixel, y), (x, y + 10 * pixel)]
            self._put(Polygon(points, facecolor=colour, edgecolor=INK, linewidth=0.5))
        self._text(word, x, y + 60 * pixel, 6.5)

    def label(self, text: str, x: float, y: float, size: float = 5.4, colour: str = INK) -> None:
        """Write a name on the ground, with a white rim."""
        self._text(text, x, y, size, colour=colour, rim=True)

    def badge(self, text: str, x: float, y: float, colour: str) -> None:
        """Mark a place with a number in a disc."""
        self._text(text, x, y, 4.6, colour=WHITE)
        self.axes.texts[-1].set_bbox(
            {"boxstyle": "circle,pad=0.22", "facecolor": colour, "edgecolor": WHITE, "linewidth": 0.5}
        )

    def frame(self, bounds: tuple[float, float, float, float], colour: str) -> None:
        """Show the ground of another panel as a frame, never smaller than can be seen."""
        west, south, east, north = bounds
        x, y, least = (west + east) / 2, (south + north) / 2, 16 / self.metre
        wide, high = max(east - west, least), max(north - south, least)
        self._put(
            Rectangle(
                (x - wide / 2, y - high / 2), wide, high, facecolor=(colour, 0.12), edgecolor=colour, linewidth=1.1
            )
        )

    def _text(
        self, text: str, x: float, y: float, size: float, *, vertical: str = "center", colour: str = INK,
        rim: bool = False,
    ) -> None:  # fmt: skip
        self._order += 1
        made = self.axes.text(
            x, y, _inert(text), fontproperties=letters(size), color=colour, ha="center", va=vertical,
            zorder=self._order, clip_on=True,
        )  # fmt: skip
        if rim:
            made.set_path_effects([withStroke(linewidth=1.6, foreground=WHITE)])


def _inert(text: str) -> str:
    """Return a text matplotlib does not read as a formula."""
    return plain(text).replace("$", "\\$")


def _short(words: str, most: int) -> str:
    """Shorten a name; a Chinese sign is as wide as two Latin letters."""
    text, room, out = plain(words), float(most), ""
    for letter in text:
        room -= 1.0 if ord(letter) > 0x2E7F else 0.55
        if room < 0:
            return _inert(out[:-1] + "…")
        out += letter
    return _inert(out)


def _swatch(key: MapKey) -> Any:
    if key.kind == "fill":
        return Patch(facecolor=(key.colour, key.fill), edgecolor="#A8A295", linewidth=0.4)
    if key.kind in HATCHES:
        made = Patch(facecolor="none", edgecolor=key.colour, linewidth=0.6, hatch=HATCHES[key.kind] * 2)
        made.set_hatch_linewidth(0.5)
        return made
    if key.kind == "badge":
        return Line2D((), (), color=key.colour, linewidth=0, marker="o", markersize=4.6, markeredgecolor=WHITE)
    return Line2D((), (), color=key.colour, linewidth=1.8, linestyle=DASHES.get(key.kind, "solid"))


def round_length(metres: float) -> float:
    """Return the largest of 1, 2, 5 × 10ⁿ that is not longer."""
    power = 10 ** math.floor(math.log10(metres))
    return float(next(power * k for k in (5, 2, 1) if power * k <= metres))
