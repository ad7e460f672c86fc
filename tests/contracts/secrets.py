"""A district with planted layers that may not leave, and what is looked for in everything that comes out of it.

Canaries are names nobody else uses, amounts that come from nowhere else, and coordinates of corners
nothing else has. `leaks` reads whatever a file holds: its bytes, what is zipped in it, its decoded
tables, the coordinates of its shapes.
"""

import io
import json
import re
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.basis.progress import silent
from layers.study.run import runs
from layers.study.run.results import open_results
from tests import district
from tests.district import CRS, X0, Y0, box

NAMES = ("canarylayer", "金丝雀图层", "canaryowner", "canaryfile", "canary-rule", "金丝雀规则", "Canary rule",
         "canaryclause", "canaryclass", "金丝雀")  # fmt: skip
SHAPES = [box(100, 100, 137.13, 200), box(20, -3.7, 63.29, 100)]
"""On p06, which nothing else touches, and on p01, half of which is farmland (0 … 50 m)."""
AMOUNTS_M2 = (3713, 6287, 4329, 1329, 3671)
"""Taken and left of p06; of p01 taken in all, taken of what is no farmland, and left."""
CORNERS = ((X0 + 137.13, Y0 + 100), (X0 + 63.29, Y0))
LAYER = """
[[layers]]
id = "canarylayer"
role = "constraint"
title = "金丝雀图层"
owner = "canaryowner"
source = "inputs/canaryfile.gpkg"
class = "kind"
coverage = "complete"
vintage = 2025-12-31
{more}
"""
RULE = """
[[rules]]
id = "canary-rule"
title = { zh = "金丝雀规则", en = "Canary rule" }
layer = "canarylayer"
test = "overlap_m2"
operator = "<="
threshold = 0.0
severity = "exclude"
effect = "cut"
clause = "canaryclause"
confidence = "S"
"""


def planted(folder: Path, secret: bool, until: str = "screen"):
    """Write and run a district with a planted layer; return its results."""
    district.write(folder)
    canary = gpd.GeoDataFrame({"kind": ["canaryclass"] * 2}, geometry=SHAPES, crs=CRS)
    canary.to_file(folder / "inputs" / "canaryfile.gpkg")
    study, rules = folder / "study.toml", folder / "inputs" / "rules.toml"
    kept = study.read_text(encoding="utf-8")
    more = "use_only = true" if secret else ""
    study.write_text(kept + LAYER.format(more=more) + "\n[assembly]\narea_min_m2 = 3000.0\n", encoding="utf-8")
    rules.write_text(rules.read_text(encoding="utf-8") + RULE, encoding="utf-8")
    runs.update(folder, until, silent)
    return open_results(folder)


def amounts() -> dict[str, re.Pattern[str]]:
    """Return every amount in m², ha and mu, with the roundings and separators lists use."""
    found = {}
    for area in AMOUNTS_M2:
        for unit, value, decimals in (
            ("m2", area, (0, 1, 2)),
            ("ha", area / 10_000, (3, 4)),
            ("mu", area * 3 / 2000, (2, 3, 4)),
        ):
            texts = {f"{value:{mark}.{k}f}" for k in decimals for mark in ("", ",")}
            forms = "|".join(re.escape(text) for text in sorted(texts))
            found[f"{area} in {unit}"] = re.compile(rf"(?<![\d.])(?:{forms})0*(?!\d|\.\d)")
    return found


def places() -> list[str]:
    """Return corners of the planted shapes, projected and in degrees, as texts begin with them."""
    degrees = gpd.GeoSeries([shapely.Point(c) for c in CORNERS], crs=CRS).to_crs(4326)
    return [f"{x:.2f}" for x, _ in CORNERS] + [f"{p.x:.8f}"[:-3] for p in degrees]


def texts(path: Path) -> str:
    """Return all a file says: bytes as text, zipped members, decoded tables and coordinates."""
    body = path.read_bytes()
    said = [path.name, body.decode("utf-8", "ignore"), body.decode("utf-16-le", "ignore"),
            body.decode("gb18030", "ignore"), *_zipped(body)]  # fmt: skip
    if path.suffix == ".parquet":
        said += [_frame(pd.read_parquet(path)), _shapes(path)]
    if path.suffix == ".gpkg":
        with sqlite3.connect(path) as db:
            names = [n for (n,) in db.execute("select name from sqlite_master where type = 'table'")]
            said += [_frame(pd.read_sql(f'select * from "{n}"', db)) for n in names]
    if path.name.endswith((".gpkg", ".gdb.zip")):
        said += [_layer(path, str(layer)) for layer, _ in pyogrio.list_layers(path)]
    if path.suffix == ".html":
        said.append(_page(said[1]))
    if path.name.endswith(".shp.zip"):
        with zipfile.ZipFile(path) as archive:
            shapes = [n for n in archive.namelist() if n.endswith(".shp")]
        said += [_drawn(gpd.read_file(f"/vsizip/{path}/{n}")) for n in shapes]
    return "\n".join(said)


def _page(text: str) -> str:
    """Return the places of planted corners among those a page draws, found again on its grid."""
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    step, (left, low) = data["step"], data["origin"]
    near = set()
    for ring in (r for parts in data["shapes"] for r in parts or ()):
        points = np.cumsum(np.reshape(ring, (-1, 2)), axis=0) * step + (left, low)
        near |= {f"{x:.2f}" for x, y in CORNERS if (np.abs(points[:, 0] - x) <= step).any()}
    return " ".join(sorted(near))


def _layer(path: Path, name: str) -> str:
    frame = gpd.read_file(path, layer=name)
    return _drawn(frame) if isinstance(frame, gpd.GeoDataFrame) else _frame(frame)


def _drawn(frame: gpd.GeoDataFrame) -> str:
    return _frame(frame.drop(columns="geometry")) + str(frame.geometry.to_wkt(rounding_precision=7).str.cat())


def _zipped(body: bytes) -> list[str]:
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return [name + archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()]


def _frame(frame: pd.DataFrame) -> str:
    return "\n".join([" ".join(map(str, frame)), *(repr(v) for c in frame for v in frame[c].tolist())])


def _shapes(path: Path) -> str:
    try:
        return gpd.read_parquet(path).geometry.to_wkt(rounding_precision=7).str.cat()
    except ValueError:
        return ""


def leaks(text: str) -> set[str]:
    """Return the canaries found in a text."""
    found = {n for n in NAMES if n in text}
    return found | {k for k, p in AMOUNTS.items() if p.search(text)} | {p for p in PLACES if p in text}


AMOUNTS, PLACES = amounts(), places()
