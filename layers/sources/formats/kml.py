"""Child side: a KML as its shapes alone. Pictures laid over the ground are taken out, nameless documents get a name.

GDAL hands over the frame of a picture (GroundOverlay) as an area like any other, and names what has no name after
our own copy of the file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, register_namespace

from layers.sources.formats.contents import Contents

PICTURES = ("GroundOverlay", "PhotoOverlay")
LINK = "NetworkLink"
PLAIN = "plain.kml"


def plain(inside: Contents) -> tuple[Contents, Counter[str]]:
    """Return the file without pictures and with a named document, and how many elements of each kind it had.

    Elements are counted whatever their attributes, prefix and the encoding of the file.
    """
    from defusedxml.ElementTree import parse

    tree = parse(inside.path)
    root = tree.getroot()
    count = Counter(_name(element) for element in root.iter())
    for parent in root.iter():
        for child in [c for c in parent if _name(c) in PICTURES]:
            parent.remove(child)
    space = root.tag.rpartition("}")[0] + "}" if "}" in root.tag else ""
    _named(root, space, inside.label)
    return replace(inside, path=_written(tree, space, inside.path.with_name(PLAIN))), count


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
