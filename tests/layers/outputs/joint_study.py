"""The district with everything a review asks for, and a red line on it whose areas can be worked out by hand.

The red line is 250 × 150 m: 37,500 m², all 0101, of which 15,000 are farmland (5,000 of p01,
10,000 of p02), 2,500 flood zone and 100 that may be flood zone. 22,500 are left in one piece. One plot
(industry, FAR 1 to 2) is planned on the southern 100 m of p01 to p03; nothing is planned on the rest.
"""

import geopandas as gpd
import pandas as pd
import shapely

from tests.district import CRS, X0, Y0, box, parcels, write

GROSS, FARM, LEFT = 37_500.0, 15_000.0, 22_500.0
RENAMED = {"farm": "basic_farmland", "edge": "development_boundary", "red": "ecological_redline"}
LAYERS = """
[[layers]]
id = "planned_use"
role = "plan"
title = "规划地块"
source = "inputs/plan.gpkg"
coverage = "complete"
land_use_scheme = "用地用海"
fields = { use = "USE", far_min = "LOW", far_max = "HIGH", height_max_m = "TALL" }

[[layers]]
id = "roads"
role = "network"
source = "inputs/roads.gpkg"
coverage = "complete"

[[layers]]
id = "parks"
role = "park"
source = "inputs/parks.gpkg"
coverage = "complete"
fields = { park_id = "PARK", name = "NAME", leading = "LEAD", industries = "ADMIT" }

[[layers]]
id = "substations"
role = "facility"
source = "inputs/works.gpkg"
coverage = "complete"

[layers.fields]
id = "CODE"
name = "NAME"
resource = "KIND"
unit = "UNIT"
limit = "LIMIT"
used = "USED"
committed = "TAKEN"
reserved = "KEPT"
serves = "PARKS"
in_service = "FROM"
date = "DAY"
"""
HOSTILE = '=HYPERLINK("http://x.invalid","a") <w:fldSimple w:instr="DATE"/> &amp; {{7*7}} ${jndi} \x0b😀 "\' 甲'


def written(folder, village="东村"):
    """Write the study and return its folder."""
    write(folder)
    for name in ("study.toml", "inputs/rules.toml"):
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in RENAMED.items():
            text = text.replace(f'id = "{old}"\nrole', f'id = "{new}"\nrole').replace(
                f'layer = "{old}"', f'layer = "{new}"'
            )
        text = text.replace(
            'township = "ZLDWMC"', 'township = "ZLDWMC", park_id = "SSYQ", tenure = "QSXZ", supply_status = "GYZT"'
        )
        (folder / name).write_text(text + (LAYERS if name == "study.toml" else ""), encoding="utf-8")
    frame = parcels().assign(SSYQ="K1", QSXZ="30", GYZT="已批未供", ZLDWMC=village)
    (folder / "inputs" / "parcels.gpkg").unlink()
    frame.to_file(folder / "inputs" / "parcels.gpkg", layer="parcels")
    _extra(folder / "inputs")
    return folder


def _extra(folder):
    plan = {"USE": ["100102"], "LOW": [1.0], "HIGH": [2.0], "TALL": [0]}
    parks = {"PARK": ["K1"], "NAME": ["东园"], "LEAD": ["C34"], "ADMIT": ["C34;C35"]}
    works = pd.DataFrame(
        [
            ("S1", "城东变", "power", "MVA", 50.0, 31.0, 9.0, 2.0, "K1", "2016-05-20"),
            ("S2", "在建主变", "power", "MVA", 50.0, 0.0, 0.0, 0.0, "K1", "2027-06-30"),
            ("S3", "别处变", "power", "MVA", 90.0, 0.0, 0.0, 0.0, "K9", "2010-01-01"),
            ("G1", "调压站", "gas", "m3/h", None, 900.0, 0.0, 0.0, "K1", ""),
        ],
        columns=["CODE", "NAME", "KIND", "UNIT", "LIMIT", "USED", "TAKEN", "KEPT", "PARKS", "FROM"],
    ).assign(DAY="2026-10-31")
    places = [shapely.Point(X0 + x, Y0 + y) for x, y in ((600, 50), (0, 300), (450, 50), (500, 50))]
    gpd.GeoDataFrame(plan, geometry=[box(0, 0, 300, 100)], crs=CRS).to_file(folder / "plan.gpkg")
    gpd.GeoDataFrame(parks, geometry=[box(0, 0, 400, 300)], crs=CRS).to_file(folder / "parks.gpkg")
    gpd.GeoDataFrame(works, geometry=places, crs=CRS).to_file(folder / "works.gpkg")
    # it ends on p04: a layer nothing of which lies on the study proves nothing
    road = shapely.LineString([(X0 - 50, Y0 - 30), (X0 + 450, Y0 - 30), (X0 + 450, Y0 + 50), (X0 + 400, Y0 + 50)])
    gpd.GeoDataFrame({"a": [1]}, geometry=[road], crs=CRS).to_file(folder / "roads.gpkg")


def red_line(folder):
    """Write the red line as a file and return it."""
    path = folder / "inputs" / "line.gpkg"
    if not path.exists():
        gpd.GeoDataFrame({"name": ["甲"]}, geometry=[box(0, 0, 250, 150)], crs=CRS).to_file(path)
    return path
