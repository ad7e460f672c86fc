"""A small study, written and run for real, with everything a map can trip over planted in it."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.basis.progress import silent
from layers.study import edits, local_rules
from layers.study.local_rules import RuleChanges
from layers.study.run import runs

ROOT = Path(__file__).resolve().parents[2]
CRS = "EPSG:4549"
EAST, NORTH = 362_000.0, 3_178_000.0
SIDE = 4_000.0
NASTY = '<img src=x onerror="window.hit=1"> **bold** [link](x) :red[x] $x$'

PACK = """
[pack]
id = "small"
title = { en = "Small pack", zh = "小规则包" }
"""

RULE = """
[[rules]]
id = "{id}"
title = {{ en = "{en}", zh = "{zh}" }}
layer = "{layer}"
test = "{test}"
operator = "<="
threshold = 0.0
tolerance_m2 = 1.0
severity = "{severity}"
effect = "{effect}"
clause = {{ en = "Test clause 1", zh = "测试条款一" }}
document = {{ en = "Test document", zh = "测试文件" }}
confidence = "{confidence}"
"""

RULES = (
    ("farm", "Permanent basic farmland", "永久基本农田", "basic_farmland", "overlap_m2", "exclude", "cut", "S"),
    ("red", "Ecological red line", "生态保护红线", "ecological_redline", "overlap_m2", "exclude", "parcel", "S"),
    ("river", "River management range", "河湖管理范围", "river_management", "overlap_m2", "exclude", "cut", "S"),
    ("flood", "Flood zone", "洪泛区", "flood_zone", "overlap_m2", "restrict", "parcel", "S"),
    ("mineral", "Mineral resources", "压覆矿产", "minerals", "overlap_m2", "procedure", "parcel", "M"),
    ("relics", "Heritage", "文物保护", "relics", "overlap_m2", "exclude", "parcel", "S"),
)

STUDY = """
[study]
name = "{name}"
crs = "{crs}"
area = "planar"
as_of = 2026-11-23
rules = ["inputs/small.toml"]
demonstration = true

[[not_examined]]
rule = "relics"
reason = "{nasty}"
person = "测试员"
"""

ASSEMBLY = """
[assembly]
area_min_m2 = 20000.0
min_width_m = 20.0
"""

LAYER = """
[[layers]]
id = "{id}"
role = "{role}"
title = "{title}"
source = "inputs/{id}.gpkg"
vintage = 2025-12-31
{more}
"""


def box(x, y, w, h):
    return shapely.box(EAST + x, NORTH + y, EAST + x + w, NORTH + y + h)


def patches(count, seed=7):
    """Cells of a plane without gaps, as a county's land patches are."""
    rng = np.random.default_rng(seed)
    points = shapely.multipoints(rng.uniform([EAST, NORTH + 500], [EAST + SIDE, NORTH + SIDE], (count, 2)))
    ground = box(0, 500, SIDE, SIDE - 500)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=ground))
    return shapely.intersection(cells, ground)


def planted():
    """Shapes at known places in the strip south of the patches."""
    block = box(300, 100, 300, 300)
    ring = box(280, 80, 340, 340).difference(block)
    wide = box(1000, 100, 300, 300).difference(box(1100, 200, 100, 100))
    return {
        "RING": ring,  # a road around a block that is larger than the road
        "BLOCK": block,
        "HOLED": wide,  # nothing in its hole
        "PARTS": shapely.union_all([box(1500, 100, 100, 100), box(1700, 100, 150, 250)]),
        "UNDER": box(2000, 100, 300, 300),
        "OVER": box(2100, 200, 100, 100),  # lies on UNDER
        "LEFT": box(2500, 100, 200, 200),
        "RIGHT": box(2700, 100, 100, 200),  # shares an edge with LEFT and is the smaller one
        "DOUBT": box(3200, 100, 200, 200),  # outside the coverage of the river layer
    }


def parcels(count):
    made = planted()
    cells = [c for c in patches(count) if not c.is_empty]
    ids = [*made, *(f"P{k:05d}" for k in range(len(cells)))]
    frame = gpd.GeoDataFrame({"id": ids, "use": "0301", "town": "虎山街道"}, geometry=[*made.values(), *cells], crs=CRS)
    frame.loc[frame["id"] == "HOLED", "town"] = NASTY
    return frame


def layers():
    west, all_round = box(-500, -500, 3600, SIDE + 1000), box(-500, -500, SIDE + 1000, SIDE + 1000)
    river = shapely.LineString([(EAST + 200, NORTH + 400), (EAST + 1600, NORTH + 1900), (EAST + 1500, NORTH + SIDE)])
    farm = [box(2200, 1800, 1300, 900).difference(box(2600, 2100, 200, 200)), box(2600, 150, 50, 50)]
    road = shapely.LineString([(EAST, NORTH + 450), (EAST + SIDE, NORTH + 700)])
    return {
        "boundary": ("boundary", [all_round], "评价范围", ""),
        "basic_farmland": ("constraint", farm, "永久基本农田", 'coverage = "complete"'),
        "ecological_redline": ("constraint", [box(100, 3000, 900, 800)], NASTY.replace('"', "'"),
                               'coverage = "complete"'),
        "river_management": ("constraint", [river.buffer(60)], "河湖管理范围", 'coverage = "inputs/known.gpkg"'),
        "flood_zone": ("constraint", [river.buffer(250)], "洪泛区", 'coverage = "complete"'),
        "roads": ("network", [road], "道路", ""),
        "known": (None, [west], "", ""),
    }  # fmt: skip


def write(folder, count=150, name="小县 Small county"):
    """Write the study folder; `run` makes its results."""
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    body = STUDY.format(name=name, crs=CRS, nasty=NASTY.replace('"', "'"))
    parcels(count).to_file(inputs / "parcels.gpkg")
    more = 'land_use_scheme = "三调"\nfields = { parcel_id = "id", land_use = "use", township = "town" }'
    body += LAYER.format(id="parcels", role="parcels", title="地块", more=more)
    for layer_id, (role, shapes, title, extra) in layers().items():
        gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=CRS).to_file(inputs / f"{layer_id}.gpkg")
        if role:
            body += LAYER.format(id=layer_id, role=role, title=title, more=extra)
    keys = ("id", "en", "zh", "layer", "test", "severity", "effect", "confidence")
    pack = PACK + "".join(RULE.format(**dict(zip(keys, rule, strict=True))) for rule in RULES)
    (inputs / "small.toml").write_text(pack, encoding="utf-8")
    (folder / "study.toml").write_text(body, encoding="utf-8")
    return folder


def run(folder, until="screen"):
    runs.update(folder, until, silent)
    return folder


def sited(folder, count=60):
    """A study whose sites are assembled and ranked."""
    write(folder, count)
    study = folder / "study.toml"
    study.write_text(f"{study.read_text(encoding='utf-8')}{ASSEMBLY}", encoding="utf-8")
    return run(folder, "rank")


def twice(folder):
    """A small study run as it was, and once more with another limit, another decision and a scenario of either."""
    run(write(folder, count=12))
    edits.save_scenario(folder, "现状", "周工")
    edits.record(folder, "recovered", "LEFT", {}, "周工", "会议纪要")
    edits.save_scenario(folder, "收回后", "周工")
    local_rules.keep(folder, RuleChanges(rules={"farm": {"threshold": 1e7}}), "周工", "试算")
    return run(folder)


def open_page(main, name):
    """Return one page of the app by its address; `AppTest.switch_page` knows only pages that are files."""
    from streamlit.navigation.page import calc_hash
    from streamlit.testing.v1 import AppTest

    test = AppTest.from_file(str(main), default_timeout=60)
    test._page_hash = calc_hash(name)
    return test


KEY = re.compile(r"\[(ui\w*|reason|place\w*|column|word|code|aim\w*|zone\w*|resource)\.")
"""A key of a sentence on a page: nobody has written the sentence."""


def words(page):
    """What the page has written itself."""
    return "\n".join(h.proto.body for h in page.get("html"))


def whole(page):
    """Return a page on which nothing failed and every sentence stands."""
    assert not page.exception
    assert not KEY.search(words(page))
    return page


def visitor(monkeypatch, name):
    """Return how a page of the app is visited: study, language, what is selected."""

    def go(folder, language="zh", select=""):
        monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = open_page(ROOT / "views" / "main.py", name)
        page.query_params["lang"] = language
        if select:
            page.query_params["select"] = select
        return whole(page.run())

    return go
