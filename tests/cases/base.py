"""A study of sixteen parcels to which bad inputs are added: what they may and may not change.

Parcels of 100 × 100 m from (363000, 3176000) in EPSG:4549, four by four, inside a boundary
200 m wider. One rule forbids farmland. A layer that proves absence makes a parcel it does not
touch eligible; one that proves nothing leaves it unknown.
"""

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.basis.progress import silent
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ROOT.parent / "shared" / "data" / "cases" / "hostile"
CRS = "EPSG:4549"
X0, Y0 = 363_000.0, 3_176_000.0
RULES = """
[pack]
id = "base"

[[rules]]
id = "farm"
title = { zh = "农田", en = "Farmland" }
layer = "farm"
test = "overlap_m2"
operator = "<="
threshold = 0.0
tolerance_m2 = 1.0
severity = "exclude"
effect = "parcel"
clause = "条"
confidence = "S"
"""


def hostile(name: str) -> Path:
    """Return an input of the shared folder, or skip."""
    path = HOSTILE / name
    if not path.exists():
        pytest.skip(f"shared data is not here: cases/hostile/{name}")
    return path


def box(west: float, south: float, east: float, north: float, dx: float = 0.0, dy: float = 0.0):
    return shapely.box(X0 + west + dx, Y0 + south + dy, X0 + east + dx, Y0 + north + dy)


def parcels() -> gpd.GeoDataFrame:
    cells = [box(100 * c, 100 * r, 100 * c + 100, 100 * r + 100) for r in range(4) for c in range(4)]
    frame = {"BSM": [f"p{k:02d}" for k in range(16)], "DLBM": "0101"}
    return gpd.GeoDataFrame(frame, geometry=cells, crs=CRS)


def farm(dx: float = 0.0, dy: float = 0.0, crs: str = CRS) -> gpd.GeoDataFrame:
    """Farmland on p00 and p01."""
    return gpd.GeoDataFrame({"MC": ["甲", "乙"]}, geometry=[box(0, 0, 100, 100, dx, dy), box(100, 0, 200, 100, dx, dy)],
                            crs=crs)  # fmt: skip


def study(folder: Path, boundary: bool = True, with_parcels: bool = True) -> Path:
    """Write the study, with its boundary and its parcels unless told otherwise, and return its folder."""
    catalog.new(folder, crs=CRS, name="基", as_of=date(2026, 11, 23), rules=("inputs/rules.toml",))
    (folder / "inputs" / "rules.toml").write_text(RULES, encoding="utf-8")
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    if boundary:
        edge = gpd.GeoDataFrame(geometry=[box(-200, -200, 600, 600)], crs=CRS)
        edge.to_file(scratch / "edge.gpkg")
        catalog.add(folder, scratch / "edge.gpkg", {"role": "boundary", "id": "edge"})
    if with_parcels:
        parcels().to_file(scratch / "parcels.gpkg")
        given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}}
        catalog.add(folder, scratch / "parcels.gpkg", given)
    return folder


def codes(findings) -> dict[str, str]:
    """Return code → severity; the gravest of several. Notes are no findings about the data."""
    rank = ("fixed", "warn", "rejected", "block")
    out: dict[str, str] = {}
    for f in (f for f in findings if f.severity != "note"):
        out[f.code] = max(out.get(f.code, "fixed"), f.severity, key=rank.index)
    return out


def add(folder: Path, file: Path, **given):
    """Add a file as the farmland layer, complete; return code → severity."""
    given = {"role": "constraint", "id": "farm", "coverage": "complete"} | given
    return codes(catalog.add(folder, file, given))


def statuses(folder: Path) -> dict[str, str]:
    """Run and return the status of every parcel."""
    runs.update(folder, "screen", silent)
    found = open_results(folder).table("candidates")
    return dict(zip(found["parcel_id"], found["status"].astype(str), strict=True))


def problems(folder: Path, layer: str = "farm") -> dict[str, str]:
    """Return what the last run found in a layer: code → severity."""
    table = open_results(folder).table("problems")
    own = table[table["layer_id"] == layer]
    return dict(zip(own["code"], own["severity"], strict=True))
