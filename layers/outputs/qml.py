"""The look of a layer as QGIS writes it (QML): colours by the words of a column, and the headers as field aliases."""

from __future__ import annotations

from typing import Literal
from xml.etree import ElementTree

from layers.library.colours import PLAIN
from layers.outputs.plain import plain
from layers.outputs.projected import Projection

Kind = Literal["area", "line", "point"]
SYMBOLS = {"area": ("fill", "SimpleFill"), "line": ("line", "SimpleLine"), "point": ("marker", "SimpleMarker")}
EDGE = 0.55
"""Outlines are the colour itself, so much darker."""


def style(made: Projection, kind: str) -> str:
    """Return the QML of a projected table for areas, lines or points."""
    page = ElementTree.Element("qgis", version="3.22.0", styleCategories="Symbology|Fields")
    look = made.look
    if look.column and look.colours:
        drawn = ElementTree.SubElement(
            page, "renderer-v2", type="categorizedSymbol", attr=look.column, enableorderby="0"
        )
        words = ElementTree.SubElement(drawn, "categories")
        signs = ElementTree.SubElement(drawn, "symbols")
        for k, (word, colour) in enumerate(look.colours.items()):
            text = plain(word)
            ElementTree.SubElement(words, "category", value=text, label=text, symbol=str(k), render="true")
            _symbol(signs, str(k), kind, colour)
    else:
        drawn = ElementTree.SubElement(page, "renderer-v2", type="singleSymbol", enableorderby="0")
        _symbol(ElementTree.SubElement(drawn, "symbols"), "0", kind, PLAIN)
    aliases = ElementTree.SubElement(page, "aliases")
    for k, name in enumerate(made.frame):
        header = plain(made.headers.get(str(name), str(name)))
        ElementTree.SubElement(aliases, "alias", index=str(k), field=str(name), name=header)
    return ElementTree.tostring(page, encoding="unicode")


def _symbol(signs: ElementTree.Element, name: str, kind: str, colour: str) -> None:
    family, layer = SYMBOLS[kind]
    symbol = ElementTree.SubElement(signs, "symbol", type=family, name=name, alpha="1", clip_to_extent="1")
    inner = ElementTree.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": "0"})
    fill, edge = _rgba(colour, 1.0, 200), _rgba(colour, EDGE, 255)
    options = {
        "area": {"color": fill, "outline_color": edge, "outline_width": "0.26", "style": "solid"},
        "line": {"line_color": edge, "line_width": "0.6"},
        "point": {"color": fill, "outline_color": edge, "name": "circle", "size": "2.6"},
    }[kind]
    given = ElementTree.SubElement(inner, "Option", type="Map")
    for key, value in options.items():
        ElementTree.SubElement(given, "Option", name=key, value=value, type="QString")
        ElementTree.SubElement(inner, "prop", k=key, v=value)


def _rgba(colour: str, share: float, alpha: int) -> str:
    parts = [int(int(colour[k : k + 2], 16) * share) for k in (1, 3, 5)]
    return ",".join(map(str, [*parts, alpha]))
