"""Small drawings as a CAD program writes them (ASCII DXF), for the tests."""

import itertools


def pairs(*values):
    return "\n".join(str(v) for v in values)


def polyline(places, layer="红线", closed=True, bulge=None):
    """A lightweight polyline; `bulge` by vertex number."""
    out = [0, "LWPOLYLINE", 100, "AcDbEntity", 8, layer, 100, "AcDbPolyline", 90, len(places), 70, int(closed)]
    for k, (x, y) in enumerate(places):
        out += [10, x, 20, y] + ([42, bulge[k]] if bulge and k in bulge else [])
    return pairs(*out)


def old_polyline(places, layer="红线", closed=True):
    """A polyline with vertices of their own."""
    out = [0, "POLYLINE", 8, layer, 66, 1, 70, int(closed)]
    for x, y in places:
        out += [0, "VERTEX", 8, layer, 10, x, 20, y]
    return pairs(*out, 0, "SEQEND", 8, layer)


def lines(places, layer="红线"):
    """Single lines from place to place."""
    return "\n".join(
        pairs(0, "LINE", 100, "AcDbEntity", 8, layer, 100, "AcDbLine", 10, a, 20, b, 11, c, 21, d)
        for (a, b), (c, d) in itertools.pairwise(places)
    )


def circle(x, y, radius, layer="红线"):
    return pairs(0, "CIRCLE", 100, "AcDbEntity", 8, layer, 100, "AcDbCircle", 10, x, 20, y, 40, radius)


def arc(x, y, radius, start, end, layer="红线"):
    return pairs(0, "ARC", 100, "AcDbEntity", 8, layer, 100, "AcDbCircle", 10, x, 20, y, 40, radius, 100, "AcDbArc",
                 50, start, 51, end)  # fmt: skip


def hatch(places, layer="红线", islands=()):
    """A solid hatch on one boundary, with islands in it left free."""
    out = [0, "HATCH", 100, "AcDbEntity", 8, layer, 100, "AcDbHatch", 10, 0, 20, 0, 30, 0, 210, 0, 220, 0, 230, 1,
           2, "SOLID", 70, 1, 71, 0, 91, 1 + len(islands)]  # fmt: skip
    for k, ring in enumerate((places, *islands)):
        out += [92, 18 if k else 2, 72, 0, 73, 1, 93, len(ring)]
        for x, y in ring:
            out += [10, x, 20, y]
        out += [97, 0]
    return pairs(*out, 75, 1 if not islands else 0, 76, 1, 98, 0)


def text(x, y, words, layer="注记"):
    return pairs(0, "TEXT", 100, "AcDbEntity", 8, layer, 100, "AcDbText", 10, x, 20, y, 40, 3, 1, words)


def insert(name, x, y, layer="红线"):
    return pairs(0, "INSERT", 100, "AcDbEntity", 8, layer, 100, "AcDbBlockReference", 2, name, 10, x, 20, y)


def block(name, *entities):
    return "\n".join([pairs(0, "BLOCK", 8, 0, 2, name, 70, 0, 10, 0, 20, 0), *entities, pairs(0, "ENDBLK", 8, 0)])


def geodata(code):
    xml = f'<Alias id="{code}" type="CoordinateSystem"><ObjectId>X</ObjectId><Namespace>EPSG Code</Namespace></Alias>'
    body = [0, "GEODATA", 100, "AcDbGeoData", 90, 2, 303, xml[:60], 303, xml[60:120], 301, xml[120:]]
    return pairs(0, "SECTION", 2, "OBJECTS", *body, 0, "ENDSEC")


def drawing(path, *entities, units=None, blocks=(), objects="", encoding="gb18030"):
    """Write a drawing and return its path."""
    head = [0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, "AC1015", 9, "$DWGCODEPAGE", 3, "ANSI_936"]
    head += [9, "$INSUNITS", 70, units] if units else []
    parts = [pairs(*head, 0, "ENDSEC")]
    if blocks:
        parts += [pairs(0, "SECTION", 2, "BLOCKS"), *blocks, pairs(0, "ENDSEC")]
    parts += [pairs(0, "SECTION", 2, "ENTITIES"), *entities, pairs(0, "ENDSEC")]
    parts += [objects] if objects else []
    path.write_text("\n".join([*parts, pairs(0, "EOF")]) + "\n", encoding=encoding)
    return path
