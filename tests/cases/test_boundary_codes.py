"""A development boundary that gives codes (GHFQDM) and no words: a local pack names the codes of its own plan."""

from datetime import date

import geopandas as gpd
import pytest

from geo.basis.progress import silent
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases.base import CRS, box, parcels

LOCAL = """
[pack]
id = "zones"
checked_on = 2026-11-29
source = "市规划数据库说明（测试）"

[[rules]]
id = "special-zone"
layer = "development_boundary"
where = { class = ["130"] }
test = "overlap_m2"
operator = "<="
threshold = 0.0
severity = "exclude"
effect = "cut"
confidence = "local"
title = { zh = "特别用途区", en = "Special-use zone" }
clause = { zh = "市规划", en = "city plan" }
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    base = tmp_path_factory.mktemp("codes")
    folder = base / "study"
    catalog.new(folder, crs=CRS, name="码", as_of=date(2026, 11, 23), rules=("cn-national",))
    (folder / "inputs" / "zones.toml").write_text(LOCAL, encoding="utf-8")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    assert '"cn-national"' in text
    text = text.replace('"cn-national"', '"cn-national", "inputs/zones.toml"', 1)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    parcels().to_file(base / "parcels.gpkg")
    catalog.add(folder, base / "parcels.gpkg", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    shapes = [box(0, 0, 100, 400), box(100, 0, 200, 400), box(200, 0, 300, 400), box(300, 0, 400, 400)]
    town = gpd.GeoDataFrame({"GHFQDM": ["110", "130", None, "120"]}, geometry=shapes, crs=CRS)
    town.to_file(base / "CZKFBJ.gpkg", layer="CZKFBJ")
    entry = {"role": "constraint", "id": "development_boundary", "coverage": "complete", "class": "GHFQDM"}
    catalog.add(folder, base / "CZKFBJ.gpkg", entry)
    runs.update(folder, "screen", silent)
    return open_results(folder)


def test_codes_decide_where_a_pack_names_them_and_a_code_nobody_filled_in_is_open(results):
    rows = results.table("verdicts").query("rule_id == 'special-zone'").set_index("parcel_id")["outcome"].astype(str)
    assert rows[["p00", "p01", "p02", "p03"]].tolist() == ["clear", "conflict", "unknown", "clear"]


def test_without_words_all_of_the_boundary_may_be_of_the_zones_the_shipped_rules_speak_of(results):
    shipped = {r.id: r.absent for r in results.rules if r.id.startswith("development-boundary-")}
    assert shipped == {"development-boundary-flexible": False, "development-boundary-special": False}
    rows = results.table("verdicts").query("rule_id in @shipped")
    assert len(rows) == 2 * len(parcels())
    assert set(rows["outcome"].astype(str)) == {"unknown"}
    assert "eligible" not in set(results.table("candidates")["status"].astype(str))
