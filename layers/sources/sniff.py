"""What a file is, by its content; its name means nothing (a VRT may be called .geojson)."""

from __future__ import annotations

import codecs
import io
import json
import sqlite3
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.markup import xml_text

SUPPORTED = (
    "Shapefile (.shp, .zip), GeoPackage, FileGDB (.gdb, .gdb.zip), GeoJSON, TopoJSON, KML/KMZ, "
    "GeoParquet, CSV, XLSX, XLS, DBF, JSON records, DXF, GeoTIFF"
)
GEOJSON_TYPES = (
    "FeatureCollection", "Feature", "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon",
    "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_MAGIC = (
    (b"PAR1", "parquet"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"II+\x00", "tiff"), (b"MM\x00+", "tiff"),
)  # fmt: skip
_FOREIGN = (
    (b"fgb\x03", "FlatGeobuf"), (b"PMTiles", "PMTiles"), (b"!table", "MapInfo TAB"), (b"!Table", "MapInfo TAB"),
    (b"Version ", "MapInfo MIF"), (b"VERSION ", "MapInfo MIF"), (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"), (b"EXP  ", "ArcInfo E00"), (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"),
    (b"ARROW1", "Arrow"), (b"\x08\x09\xfe", "DGN"), (b"\xd3\x94\xf3\x01", "ArcMap MXD"),
)  # fmt: skip
"""Beginnings of formats that are none of ours but have a name people know."""
_SHAPES = ("type", "geometry", "coordinates", "features")
"""Members by which an object is GeoJSON, good or bad; such a list is not a table."""
_BOUNDARY_TXT = tuple(
    word for name in ("[属性描述]", "[地块坐标]") for word in (name, name.encode("gbk").decode("utf-8", "replace"))
)
"""Heads of a boundary TXT, also as GBK looks where UTF-8 is expected."""
_APPLICATION = {b"GPKG", b"GP10", b"GP11"}


def sniff(path: Path) -> str:
    """Return the kind: gdb gpkg parquet zip kmz xlsx xls dbf shp tiff geojson topojson records kml
    dxf table.

    Raises
    ------
    BlockedError
        Empty, encrypted, or anything else than a supported kind.
    """
    if path.is_dir():
        return _folder(path)
    with path.open("rb") as stream:
        head = stream.read(65_536)
    if not head:
        raise BlockedError(reason("file_empty", file=path.name))
    kind = next((k for magic, k in _MAGIC if head.startswith(magic)), "")
    if kind:
        return kind
    if head.startswith(b"SQLite format 3\x00"):
        return _sqlite(path, head)
    if head.startswith(b"PK"):
        return _zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(path)
    if _is_dbf(path, head):
        return "dbf"
    return _text(path, head)


def _folder(path: Path) -> str:
    if any(p.suffix.lower() == ".gdbtable" for p in path.iterdir()):
        return "gdb"
    raise BlockedError(reason("folder_not_a_gdb", file=path.name))


def _sqlite(path: Path, head: bytes) -> str:
    if head[68:72] in _APPLICATION:
        return "gpkg"
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            base.execute("SELECT count(*) FROM gpkg_contents").fetchone()
    except sqlite3.Error:
        raise BlockedError(reason("not_spatial", file=path.name, found="SQLite", supported=SUPPORTED)) from None
    return "gpkg"


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise BlockedError(reason("zip_broken", file=path.name)) from None
    if "[Content_Types].xml" in names:
        if any(n.startswith("xl/") for n in names):
            return "xlsx"
        raise BlockedError(reason("not_spatial", file=path.name, found="Office", supported=SUPPORTED))
    vector = [n for n in names if Path(n).suffix.lower() in (".shp", ".gdbtable", ".gpkg", ".geojson", ".json")]
    return "kmz" if not vector and any(n.lower().endswith(".kml") for n in names) else "zip"


def _ole(path: Path) -> str:
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise BlockedError(reason("file_encrypted", file=path.name))
    return "xls"


def _text(path: Path, head: bytes) -> str:
    start = head.decode(_bom(head), errors="replace").lstrip("\ufeff \t\r\n\x1e")
    if start.startswith("<"):
        return _xml(path)
    if any(head in start[:2_000] for head in _BOUNDARY_TXT):
        raise BlockedError(reason("boundary_txt_as_layer", file=path.name))
    if start[:1] in ("{", "[") or path.suffix.lower() in (".geojson", ".json", ".topojson"):
        return _json(path)
    if start.startswith("AutoCAD Binary DXF") or start.startswith("AC10"):
        raise BlockedError(reason("cad_not_ascii_dxf", file=path.name))
    lines = [line.strip() for line in start.splitlines()[:40]]
    if "SECTION" in lines and lines[0] in ("0", "999"):
        return "dxf"
    spreadsheet = path.suffix.lower() in (".xls", ".et") and b"\t" in head  # a text under the name of a workbook
    if (path.suffix.lower() in (".csv", ".txt", ".tsv") or spreadsheet) and (
        _bom(head) == "utf-16" or b"\x00" not in head
    ):
        return "table"
    named = next((name for magic, name in _FOREIGN if head.startswith(magic)), "?")
    raise BlockedError(reason("not_spatial", file=path.name, found=named, supported=SUPPORTED))


def _is_dbf(path: Path, head: bytes) -> bool:
    """Tell whether a file is a dBase table: version, length of the head, and the mark at its end."""
    if len(head) < 33 or head[0] not in (0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5):
        return False
    count, start, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    return start >= 33 and width >= 1 and count >= 0 and head[start - 1 : start] in (b"\r", b"\0")


def _bom(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8"


def _xml(path: Path) -> str:
    root = xml_root(path)
    if root == "kml":
        return "kml"
    raise BlockedError(reason("not_spatial", file=path.name, found=f"<{root}>", supported=SUPPORTED))


def xml_root(path: Path) -> str:
    """Return the local name of the root element; document type definitions are refused (XXE, entity bombs)."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    try:
        for _, element in iterparse(io.StringIO(xml_text(path, path.name).text), events=("start",), forbid_dtd=True):
            return str(element.tag).rsplit("}", 1)[-1]
    except DefusedXmlException:
        raise BlockedError(reason("xml_with_dtd", file=path.name)) from None
    except (ParseError, UnicodeDecodeError, ValueError) as error:
        raise BlockedError(reason("xml_broken", file=path.name, detail=str(error))) from None
    raise BlockedError(reason("file_empty", file=path.name))


def _json(path: Path) -> str:
    doc = read_json(path)
    if is_records(doc):
        return "records"
    if isinstance(doc, dict) and doc.get("type") == "Topology":
        return "topojson"
    if isinstance(doc, dict) and ("geometryType" in doc or "rings" in doc):
        raise BlockedError(reason("not_spatial", file=path.name, found="Esri JSON", supported=SUPPORTED))
    known = isinstance(doc, dict) and isinstance(doc.get("type"), str)
    if known and doc["type"] not in GEOJSON_TYPES and doc["type"].lower() not in {t.lower() for t in GEOJSON_TYPES}:
        raise BlockedError(reason("not_spatial", file=path.name, found=f"type = {doc['type']}", supported=SUPPORTED))
    return "geojson"


def is_records(document: Any) -> bool:
    """Tell whether a JSON document is a list of objects (or of nothing), none of which looks like GeoJSON."""
    if not isinstance(document, list):
        return False
    return all(isinstance(item, dict) and not any(name in item for name in _SHAPES) for item in document)


class Repeated(dict[str, Any]):
    """A JSON object in which a member stood twice; `names` says which."""

    names: tuple[str, ...] = ()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) == len(pairs):
        return body
    counts = Counter(k for k, _ in pairs)
    twice = Repeated(body)
    twice.names = tuple(sorted(k for k, count in counts.items() if count > 1))
    return twice


_LAST: dict[Path, Any] = {}


def read_json(path: Path) -> Any:
    """Parse JSON; a broken one is blocked with its position. The last document is kept for the reader."""
    if path not in _LAST:
        _LAST.clear()
        try:
            _LAST[path] = json.loads(_json_text(path), object_pairs_hook=_members)
        except UnicodeDecodeError:
            _LAST[path] = _gb_json(path)
        except json.JSONDecodeError as error:
            _LAST[path] = _lines(path, error)
        except RecursionError:
            raise BlockedError(reason("json_too_deep", file=path.name)) from None
    return _LAST[path]


def _json_text(path: Path) -> str:
    """Return the text of a JSON file: UTF-8, or UTF-16 where it begins so."""
    data = path.read_bytes()
    return data.decode("utf-16" if _bom(data[:2]) == "utf-16" else "utf-8-sig")


def _lines(path: Path, error: json.JSONDecodeError) -> Any:
    """Read a feature a line (GeoJSON text sequence) as a collection; anything else is broken."""
    texts = [text.strip(" \t\r\x1e") for text in _json_text(path).split("\n")]
    try:
        found = [json.loads(text, object_pairs_hook=_members) for text in texts if text]
    except json.JSONDecodeError:
        raise _broken(path, error) from None
    if not all(isinstance(one, dict) and one.get("type") == "Feature" for one in found):
        raise _broken(path, error)
    return {"type": "FeatureCollection", "features": found}


def _gb_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="gb18030"), object_pairs_hook=_members)
    except UnicodeDecodeError:
        raise BlockedError(reason("encoding_unknown", file=path.name)) from None
    except json.JSONDecodeError as error:
        raise _broken(path, error) from None


def _broken(path: Path, error: json.JSONDecodeError) -> BlockedError:
    return BlockedError(reason("json_broken", file=path.name, line=error.lineno, column=error.colno, detail=error.msg))
