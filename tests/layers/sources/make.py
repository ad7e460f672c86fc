"""Writers of small files, good and bad, for the tests of the gate."""

import json
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.basis.errors import LuodiError
from layers.sources import gate
from layers.text import sentences

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data"
GK = "EPSG:4549"
X, Y = 500_000.0, 3_150_000.0


def real(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared data is not here: {name}")
    return path


def squares(count: int = 3, side: float = 100.0, crs: str | None = GK, **columns) -> gpd.GeoDataFrame:
    """Squares side by side with a gap of one side between them."""
    shapes = [shapely.box(X + 2 * k * side, Y, X + (2 * k + 1) * side, Y + side) for k in range(count)]
    given = {"BSM": [f"P{k + 1}" for k in range(count)]} | columns
    return gpd.GeoDataFrame(given, geometry=shapes, crs=crs)


def shapefile(folder: Path, frame: gpd.GeoDataFrame, name: str = "parcels", encoding: str = "UTF-8") -> Path:
    path = folder / f"{name}.shp"
    pyogrio.write_dataframe(frame, path, encoding=encoding)
    return path


def gpkg(folder: Path, frame: gpd.GeoDataFrame, layer: str = "parcels", name: str = "parcels.gpkg") -> Path:
    path = folder / name
    pyogrio.write_dataframe(frame, path, layer=layer, append=path.exists())
    return path


def geojson(
    folder: Path, *geometries: object, name: str = "parcels.geojson", crs: str | None = None, **columns
) -> Path:
    features = [
        {"type": "Feature", "properties": {"BSM": f"P{k + 1}"} | {c: v[k] for c, v in columns.items()}, "geometry": g}
        for k, g in enumerate(geometries)
    ]
    body: dict = {"type": "FeatureCollection", "features": features}
    if crs:
        body["crs"] = {"type": "name", "properties": {"name": crs}}
    path = folder / name
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def polygon(*ring: tuple[float, float]) -> dict:
    return {"type": "Polygon", "coordinates": [[list(p) for p in ring]]}


def box(west: float, south: float, side: float = 100.0) -> dict:
    return polygon(
        (west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)
    )


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def gbk_zip(path: Path, stem: str, files: list[Path]) -> Path:
    """A ZIP as Windows writes it: Chinese names in GBK, the flag for UTF-8 unset."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.writestr("PLACEHOLDER" + file.suffix, file.read_bytes())
    data = path.read_bytes()
    raw = stem.encode("gbk")
    padded = raw[:11].ljust(11, b"x")
    assert len(raw) == 11 - 1 or len(raw) <= 11
    path.write_bytes(data.replace(b"PLACEHOLDER", padded))
    return path


def dbf(path: Path, fields: list[tuple[bytes, str, int, int]], rows: list[list[bytes]], driver: int = 0) -> Path:
    """Write a DBF byte by byte: (name, kind, width, decimals) and raw cells."""
    width = 1 + sum(f[2] for f in fields)
    head = 32 + 32 * len(fields) + 1
    out = struct.pack("<B3BIHH17xBxx", 3, 126, 1, 1, len(rows), head, width, driver)
    for name, kind, size, decimals in fields:
        out += struct.pack("<11sc4xBB14x", name, kind.encode(), size, decimals)
    out += b"\r"
    for row in rows:
        out += b" " + b"".join(cell.ljust(f[2]) for cell, f in zip(row, fields, strict=True))
    path.write_bytes(out + b"\x1a")
    return path


def refused(cache: Path, path: Path, **options) -> list[str]:
    """Open a file that must be refused; return the codes, after checking that both languages have words for them."""
    opener = options.pop("opener", gate.open_vector)
    with pytest.raises(LuodiError) as caught:
        opener(path, cache, **options)
    for language in ("en", "zh"):
        for text in sentences(caught.value, language):
            assert text, "a reason without words"
            assert not text.startswith("["), text
            assert "Traceback" not in text
    return [r.code for r in caught.value.reasons]


def codes(file, severity: str | None = None) -> list[str]:
    return [f.code for f in file.findings if severity is None or f.severity == severity]
