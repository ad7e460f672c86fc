"""Child side: a KML as its shapes alone. Pictures laid over the ground are taken out, nameless documents get a name.

GDAL hands over the frame of a picture (GroundOverlay) as an area like any other, names what has no name after
our own copy of the file, and writes an underscore for every byte of a Chinese field name, so that two fields of as
many characters become one. Fields go through it under names of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, register_namespace

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.formats.contents import Contents
from layers.sources.markup import XmlText, xml_text

PICTURES = ("GroundOverlay", "PhotoOverlay")
LINK = "NetworkLink"
PLAIN = "plain.kml"
FIELDS = ("Data", "SimpleData", "SimpleField")
OURS = "luodi_field_"


@dataclass
class Plain:
    """A KML as GDAL may read it, how many elements of each kind it had, and its fields by our names."""

    inside: Contents
    count: Counter[str]
    fields: dict[str, str]
    written: XmlText


def plain(inside: Contents, encoding: str = "") -> Plain:
    """Return the file without pictures, with a named document and with fields under names of ours.

    Elements are counted whatever their attributes, prefix and the encoding of the file.

    Raises
    ------
    BlockedError
        Text that nobody can decode, or no well-formed XML.
    """
    from defusedxml.ElementTree import ParseError, fromstring

    written = xml_text(inside.path, inside.name, encoding)
    try:
        root = fromstring(written.text)
    except (ParseError, ValueError) as error:
        raise BlockedError(reason("xml_broken", file=inside.name, detail=str(error))) from None
    count = Counter(_name(element) for element in root.iter())
    for parent in root.iter():
        for child in [c for c in parent if _name(c) in PICTURES]:
            parent.remove(child)
    space = root.tag.rpartition("}")[0] + "}" if "}" in root.tag else ""
    fields = _renamed(root)
    _named(root, space, inside.label)
    path = _written(ElementTree(root), space, inside.path.with_name(PLAIN))
    return Plain(replace(inside, path=path), count, fields, written)


def named(columns: dict[str, list[Any]], fields: Mapping[str, str]) -> dict[str, list[Any]]:
    """Give fields their own names back; one that is also a name of KML takes its place where that says nothing."""
    own = {fields[name].casefold() for name in columns if name in fields}
    out: dict[str, list[Any]] = {}
    for name, values in columns.items():
        if name in fields or name.casefold() not in own or any(v is not None for v in values):
            free, k = fields.get(name, name), 2
            while free.casefold() in {c.casefold() for c in out}:
                free, k = f"{fields.get(name, name)}_{k}", k + 1
            out[free] = values
    return out


def _renamed(root: Element) -> dict[str, str]:
    ours: dict[str, str] = {}
    for element in root.iter():
        if _name(element) in FIELDS and (name := element.get("name", "").strip()):
            element.set("name", ours.setdefault(name, f"{OURS}{len(ours) + 1}"))
            for shown in [c for c in element if _name(c) == "displayName"]:
                element.remove(shown)
    return {mine: name for name, mine in ours.items()}


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _named(root: Element, space: str, label: str) -> None:
    """Give the document the name of the file where it has none."""
    document = next((c for c in root if _name(c) == "Document"), None)
    if document is None:
        document = Element(f"{space}Document")
        document.extend(list(root))
        root[:] = [document]
    if not any(_name(c) == "name" and (c.text or "").strip() for c in document):
        for old in [c for c in document if _name(c) == "name"]:
            document.remove(old)
        name = SubElement(document, f"{space}name")
        name.text = label
        document.remove(name)
        document.insert(0, name)


def _written(tree: ElementTree, space: str, path: Path) -> Path:
    if space:
        register_namespace("", space.strip("{}"))
    tree.write(path, encoding="utf-8", xml_declaration=True)
    return path
