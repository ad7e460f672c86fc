"""What the map in the browser is handed: plain values, each colour, dash and address of a known form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.outputs.plain import visible
from layers.serve.draw import numbered
from layers.serve.draw.styles import rgb
from layers.serve.draw.tiles import Ink

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_KIND = re.compile(r"(Multi)?(Point|LineString|Polygon)|GeometryCollection")
_DASH = re.compile(r"(\d{1,2}( \d{1,2})*)?")
_MARK = re.compile(r"plain|rising|falling|dashes|road")
_ADDRESS = re.compile(r"(/(tiles|ids|facts|find)/[0-9a-f]{32}(/\{z\}/\{x\}/\{y\}(\.png)?|/0|/\{n\})?)?")

Card = tuple[str, Sequence[str]] | None
Corner = tuple[float, float]
Bounds = tuple[Corner, Corner]


def checked(text: str, form: re.Pattern[str]) -> str:
    """Return a colour, a dash or an address as it is; what has another form is no part of a map."""
    if not form.fullmatch(text):
        raise ValueError(f"not of the form {form.pattern}")
    return text


def only_shape(given: dict[str, Any]) -> dict[str, Any]:
    """Return shapes alone: what else a feature carries has no business on the map."""
    if given["type"] == "FeatureCollection":
        return {"type": "FeatureCollection", "features": [only_shape(f) for f in given["features"]]}
    if given["type"] == "Feature":
        return {"type": "Feature", "properties": {}, "geometry": given["geometry"] and only_shape(given["geometry"])}
    kind = checked(given["type"], _KIND)
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [only_shape(g) for g in given["geometries"]]}
    return {"type": kind, "coordinates": given["coordinates"]}


@dataclass(frozen=True)
class IdsLayer:
    """Polygons coloured in the browser.

    Parameters
    ----------
    id, title : str
    ids, classes, ground : str
        Addresses: tiles of numbers, class per number, present use per number ("" none).
    inks : sequence of Ink
        Class k is painted with ink k; 0 shows the ground alone.
    grounds : sequence of str
        Colours of present use.
    cards : str
        Address of the cards; "" and nobody asks these polygons.
    leaves : bool
        Whether it may stand on a printed sheet.
    """

    id: str
    title: str
    ids: str
    count: int
    classes: str
    ground: str
    inks: Sequence[Ink]
    grounds: Sequence[str] = ()
    cards: str = ""
    opacity: float = 1.0
    listed: bool = False
    leaves: bool = True

    def told(self) -> dict[str, Any]:
        """Return it as the map takes it."""
        return {
            "kind": "ids", "id": self.id, "title": visible(self.title), "ids": checked(self.ids, _ADDRESS),
            "count": self.count, "classes": checked(self.classes, _ADDRESS), "ground": checked(self.ground, _ADDRESS),
            "inks": numbered.inks(self.inks), "grounds": [[*rgb(checked(c, _COLOUR)), 255] for c in self.grounds],
            "cards": checked(self.cards, _ADDRESS), "opacity": self.opacity, "shown": True, "listed": self.listed,
            "leaves": self.leaves,
        }  # fmt: skip


@dataclass(frozen=True)
class PictureLayer:
    """Pictures from this server; `base` is an image of the ground itself, over which other layers are thinner.

    `credit` has to stand beside it; `zooms` are the least and greatest zoom there are tiles of; `why` says why it
    cannot be shown, and then it has no address.
    """

    id: str
    url: str
    title: str = ""
    vintage: str = ""
    colour: str = "#000000"
    outline: bool = False
    mark: str = "plain"
    shown: bool = True
    listed: bool = False
    opacity: float = 1.0
    leaves: bool = True
    base: bool = False
    credit: str = ""
    zooms: tuple[int, int] = (0, 22)
    why: str = ""

    def told(self) -> dict[str, Any]:
        """Return it as the map takes it."""
        return {
            "kind": "picture", "id": self.id, "url": checked(self.url, _ADDRESS), "title": visible(self.title),
            "vintage": visible(self.vintage), "colour": checked(self.colour, _COLOUR), "outline": self.outline,
            "mark": checked(self.mark, _MARK),
            "shown": self.shown, "listed": self.listed, "opacity": self.opacity, "leaves": self.leaves,
            "base": self.base, "credit": visible(self.credit), "zooms": list(self.zooms), "why": visible(self.why),
        }  # fmt: skip


@dataclass(frozen=True)
class Stroke:
    """How a line is drawn; with `fill`, it is the ground inside that is drawn."""

    colour: str
    weight: float
    dash: str = ""
    fill: str = ""

    def shape(self, geometry: dict[str, Any]) -> dict[str, Any]:
        """Return a shape (GeoJSON in longitude and latitude) drawn so."""
        fill = checked(self.fill, _COLOUR) if self.fill else ""
        return {"shape": only_shape(geometry), "fill": fill} | self._look()

    def line(self, points: Sequence[Corner]) -> dict[str, Any]:
        """Return a line through latitudes and longitudes drawn so."""
        return {"points": [list(p) for p in points]} | self._look()

    def _look(self) -> dict[str, Any]:
        return {
            "colour": checked(self.colour, _COLOUR),
            "weight": float(self.weight),
            "dash": checked(self.dash, _DASH),
        }


def dot(at: Corner, colour: str) -> dict[str, Any]:
    """Return a small circle."""
    return {"at": list(at), "colour": checked(colour, _COLOUR)}


def sign(at: Corner, text: str, colour: str, chosen: bool) -> dict[str, Any]:
    """Return a tag with a text of the user's."""
    return {"at": list(at), "text": visible(text), "colour": checked(colour, _COLOUR), "chosen": chosen}


def legend_line(colour: str, text: str, stripe: str = "") -> dict[str, Any]:
    """Return a line of the legend."""
    return {
        "colour": checked(colour, _COLOUR),
        "stripe": checked(stripe, _COLOUR) if stripe else "",
        "text": visible(text),
    }


@dataclass
class MapDrawing:
    """Everything one map shows; `views.parts.chart` hands it to the browser.

    Parameters
    ----------
    name : str
    home : Bounds
        What the map shows at first, and when the whole is asked for.
    layers : list
        From below to above.
    shapes, lines, dots, signs, legend : lists of what the functions here return
    labels, find : str
        Addresses of names and of the search.
    plane : mapping or None
        `layers.serve.draw.plane.fitted`.
    tools : tuple of str
        Of ``area, line, box, measure, print``.
    selected : list of int
        Numbers in the topmost layer of polygons that has cards.
    follow : bool
        Whether the view goes from page to page; a map of one thing has its own.
    go : (number, (latitude, longitude, zoom)) or None
        Where a map of its own is sent; another number is another journey.
    asked : bool
        Whether a click is told.
    link : str
        Maps of the same name move together, "" for one that stands alone.
    sheet : mapping
        What stands on a printed sheet.
    preview : mapping or None
        A score that the browser works out while a slider is moved.
    """

    name: str
    home: Bounds
    layers: list[IdsLayer | PictureLayer] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    dots: list[dict[str, Any]] = field(default_factory=list)
    signs: list[dict[str, Any]] = field(default_factory=list)
    legend: list[dict[str, Any]] = field(default_factory=list)
    labels: str = ""
    find: str = ""
    plane: dict[str, Any] | None = None
    tools: tuple[str, ...] = ()
    selected: list[int] = field(default_factory=list)
    follow: bool = True
    go: tuple[int, tuple[float, float, float]] | None = None
    asked: bool = False
    link: str = ""
    sheet: dict[str, Any] = field(default_factory=lambda: {"title": "", "lines": [], "file": "map", "refused": ""})
    preview: dict[str, Any] | None = None

    def told(self) -> dict[str, Any]:
        """Return it as the map takes it."""
        return {
            "name": self.name, "home": [list(c) for c in self.home], "layers": [layer.told() for layer in self.layers],
            "shapes": self.shapes, "lines": self.lines, "dots": self.dots, "signs": self.signs, "legend": self.legend,
            "labels": checked(self.labels, _ADDRESS), "find": checked(self.find, _ADDRESS), "plane": self.plane,
            "tools": list(self.tools), "selected": self.selected, "follow": self.follow, "asked": self.asked,
            "link": self.link, "sheet": self.sheet, "preview": self.preview,
        }  # fmt: skip
