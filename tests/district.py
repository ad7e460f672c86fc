"""A small district written as a user's study: every area can be worked out by hand.

Twelve parcels of 100 × 100 m in three rows of four (p01 … p12, from the south-west), in
EPSG:4549. Farmland covers the western half of p01 and all of p02. The development
boundary leaves out the top row (p09 … p12). The flood zone has no class on p07. The red
line touches p04 by a corner of 0.5 m². p12 has a hole.
"""

from pathlib import Path

import geopandas as gpd
import shapely

CRS = "EPSG:4549"
X0, Y0 = 500_000.0, 3_180_000.0
STUDY = """
[study]
name = "小区 District"
crs = "EPSG:4549"
area = "planar"
as_of = 2026-11-23
rules = ["inputs/rules.toml"]

[[not_examined]]
rule = "mineral"
reason = "存量土地不要求"
person = "张三"

[[layers]]
id = "parcels"
role = "parcels"
source = "inputs/parcels.gpkg"
fields = { parcel_id = "BSM", land_use = "DLBM", township = "ZLDWMC", legal_m2 = "TBMJ" }
land_use_scheme = "三调"
vintage = 2026-06-30

[[layers]]
id = "farm"
role = "constraint"
title = "永久基本农田"
source = "inputs/farm.geojson"
coverage = "complete"
vintage = 2025-12-31

[[layers]]
id = "edge"
role = "constraint"
source = "inputs/edge.gpkg"
coverage = "complete"

[[layers]]
id = "red"
role = "constraint"
source = "inputs/red.gpkg"
coverage = "complete"

[[layers]]
id = "flood"
role = "constraint"
source = "inputs/flood.gpkg"
coverage = "complete"
where = "kind = 'deep'"
"""
RULE = """
[[rules]]
id = "{id}"
title = {{ zh = "{zh}", en = "{en}" }}
layer = "{layer}"
test = "{test}"
operator = "<="
threshold = 0.0
tolerance_m2 = 1.0
severity = "{severity}"
effect = "{effect}"
clause = "条 {id}"
confidence = "S"
"""
RULES = (
    ("farm", "永久基本农田", "Farmland", "farm", "overlap_m2", "exclude", "cut"),
    ("edge", "城镇开发边界", "Boundary", "edge", "outside_m2", "exclude", "cut"),
    ("red", "生态保护红线", "Red line", "red", "overlap_m2", "exclude", "parcel"),
    ("flood", "洪泛区", "Flood", "flood", "overlap_m2", "restrict", "parcel"),
    ("mineral", "压覆矿产", "Minerals", "mineral", "overlap_m2", "restrict", "parcel"),
)
EXPECTED = {
    "p01": ("conditional", 5000.0), "p02": ("excluded", 0.0), "p03": ("eligible", 10000.0),
    "p04": ("eligible", 10000.0), "p05": ("conditional", 10000.0), "p06": ("eligible", 10000.0),
    "p07": ("conditional", 10000.0), "p08": ("eligible", 10000.0), "p09": ("excluded", 0.0),
    "p10": ("excluded", 0.0), "p11": ("excluded", 0.0), "p12": ("excluded", 0.0),
}  # fmt: skip


def box(west, south, east, north):
    return shapely.box(X0 + west, Y0 + south, X0 + east, Y0 + north)


def parcels():
    cells = [box(100 * c, 100 * r, 100 * c + 100, 100 * r + 100) for r in range(3) for c in range(4)]
    cells[11] = cells[11].difference(box(340, 240, 360, 260))
    ids = [f"p{k:02d}" for k in range(1, 13)]
    frame = {"BSM": ids, "DLBM": "0101", "ZLDWMC": "东村", "TBMJ": [c.area for c in cells]}
    return gpd.GeoDataFrame(frame, geometry=cells, crs=CRS)


def write(folder: Path) -> Path:
    """Write the study and return its folder."""
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    parcels().to_file(inputs / "parcels.gpkg", layer="parcels")
    shapes = {
        "farm.geojson": {"geometry": [box(0, 0, 50, 100), box(100, 0, 200, 100)]},
        "edge.gpkg": {"geometry": [box(0, 0, 400, 200)]},
        "red.gpkg": {"geometry": [box(399, -1, 401, 0.5)]},
        "flood.gpkg": {"geometry": [box(0, 100, 50, 150), box(210, 110, 220, 120)], "kind": ["deep", None]},
    }
    for name, columns in shapes.items():
        frame = gpd.GeoDataFrame(columns, crs=CRS)
        (frame.to_crs(4326) if name.endswith("geojson") else frame).to_file(inputs / name)
    keys = ("id", "zh", "en", "layer", "test", "severity", "effect")
    rules = "".join(RULE.format(**dict(zip(keys, r, strict=True))) for r in RULES)
    (inputs / "rules.toml").write_text('[pack]\nid = "district"\n' + rules, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder
