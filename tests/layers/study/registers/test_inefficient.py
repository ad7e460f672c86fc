"""Local criteria on a register, and land of urban renewal, in a run."""

from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import pytest
import shapely

from geo.basis.errors import SpecError
from geo.basis.progress import silent
from layers.outputs.project import projection
from layers.study.registers import inefficient
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.study.spec import LayerSpec, Study
from tests import district
from tests.district import CRS, X0, Y0
from tests.layers.study.registers.test_idle import FIRMS, MONTHS, row, study

RENEWAL = """
[[layers]]
id = "renewal"
role = "redevelopment"
source = "inputs/renewal.gpkg"
fields = { id = "BH", name = "MC", kind = "LX", stage = "JD", households = "HS", ready_on = "RQ" }
"""
BUILT = {"合同": "2015-01-01", "约定": "2015-06-01", "动工": "2015-06-01", "竣工": "2017-01-01"}


def run(place):
    runs.update(place, "inefficient", silent)
    return open_results(place)


def asking(place, *packs):
    toml = (place / "study.toml").read_text(encoding="utf-8")
    said = ", ".join(f'"{p}"' for p in packs)
    (place / "study.toml").write_text(toml.replace("[study]", f"[study]\ninefficient = [{said}]", 1), encoding="utf-8")
    return place


def test_criteria_of_two_places_on_one_register(tmp_path):
    rows = [row(编号="G-1", 地块="p01", **BUILT), row(编号="G-2", 地块="p02", 合同="2025-01-01", 约定="2026-06-01")]
    results = run(asking(study(tmp_path / "study", rows), "dongyang", "sanmen"))
    table = results.table("inefficient")
    # land that was not started is for the clock
    assert set(table["asset_id"]) == {"G-1"}
    # no list of firms and no buildings: nothing is known, so nothing is met
    assert set(table["met"]) == {"unknown"}
    told = projection(results, "inefficient", "zh").frame
    assert told["why"].str.contains("亩均税收").any()
    assert set(told["pack"]) == {"东阳市低效工业用地标准", "三门县 2025—2027 年改造目标"}
    facts = results.table("inefficient_facts").iloc[0]
    assert facts["area_mu"] == pytest.approx(15.0)


def test_tax_per_mu_from_the_firms_on_the_land(tmp_path):
    """15 亩 and 10 a month: 8 (万元/亩) a year; the industry's mean is of all its land in the study."""
    rows = [row(编号=f"G-{k}", 地块=f"p0{k}", **BUILT) for k in (1, 2)]
    firms = "企业,名称,房屋,登记,行业\nF1,甲,B1,,C33\nF2,乙,B2,,C33\n"
    more = FIRMS.replace('registration = "登记"', 'registration = "登记", industry = "行业"')
    more = more.replace('role = "enterprise"', 'role = "enterprise"\ncoverage = "complete"')
    more = more.replace('water_m3 = "用水"', 'tax_wan = "税"')
    monthly = "企业,月份,用电,税\n" + "".join(f"F1,{m},1,10\nF2,{m},1,2\n" for m in MONTHS)
    place = asking(study(tmp_path / "study", rows, more, firms=firms, monthly=monthly), "dongyang")
    shapes = [shapely.box(X0 + 10 + x, Y0 + 10, X0 + 60 + x, Y0 + 60) for x in (0, 100)]
    made = gpd.GeoDataFrame({"BH": ["B1", "B2"], "MJ": [2500.0] * 2, "YT": "厂房"}, geometry=shapes, crs=CRS)
    made.to_file(place / "inputs" / "b.gpkg")
    layer = '\n[[layers]]\nid = "b"\nrole = "building"\nsource = "inputs/b.gpkg"\nvintage = 2026-06-30\n' \
            'coverage = "complete"\nfields = { id = "BH", floor_area_m2 = "MJ", use = "YT" }\n'  # fmt: skip
    toml = (place / "study.toml").read_text(encoding="utf-8")
    (place / "study.toml").write_text(toml + layer, encoding="utf-8")
    results = run(place)
    facts = results.table("inefficient_facts").set_index("asset_id")
    assert facts["tax_wan_mu"].to_dict() == {"G-1": pytest.approx(8.0), "G-2": pytest.approx(1.6)}
    assert facts["tax_industry_ratio"].tolist() == pytest.approx([8 / 4.8, 1.6 / 4.8])
    assert facts["far"].tolist() == pytest.approx([0.25, 0.25])
    met = results.table("inefficient").set_index(["asset_id", "criterion"])["met"]
    assert met["G-1"].to_dict() == {"key-half-mean": "no", "key-tax": "no", "tax": "no", "tax-mean": "no"}
    assert met["G-2"].to_dict() == {"key-half-mean": "yes", "key-tax": "yes", "tax": "yes", "tax-mean": "yes"}


def test_a_pack_nobody_knows_is_refused(tmp_path):
    with pytest.raises(SpecError, match="rule_pack_missing"):
        run(asking(study(tmp_path / "study", ()), "atlantis"))


def test_urban_renewal_is_a_source_with_a_status_of_its_own(tmp_path):
    place = district.write(tmp_path / "study")
    shapes = [shapely.box(X0, Y0, X0 + 200, Y0 + 100), shapely.box(X0 + 200, Y0, X0 + 300, Y0 + 50)]
    made = {
        "BH": ["1", "2"],
        "MC": ["甲村", "乙村"],
        "LX": ["城中村改造", "旧村"],
        "JD": ["拆迁中", "看情况"],
        "HS": ["120", ""],
        "RQ": ["2027年6月30日", ""],
    }
    gpd.GeoDataFrame(made, geometry=shapes, crs=CRS).to_file(place / "inputs" / "renewal.gpkg")
    toml = (place / "study.toml").read_text(encoding="utf-8")
    (place / "study.toml").write_text(toml + RENEWAL, encoding="utf-8")
    results = run(place)
    found = results.table("redevelopment").set_index("site_id")
    assert found["kind"].tolist() == ["urban_village", "old_village"]
    assert found["stage"].tolist() == ["clearing", "unknown"]
    assert found["ready_on"].tolist() == ["2027-06-30", ""]
    assert found["parcel_ids"].tolist() == ["p01|p02", "p03"]
    assert found["area_m2"].tolist() == pytest.approx([20_000, 5_000])
    # neither idle nor supplied
    assert results.table("idle").empty
    assert set(results.table("supply")["supply_status"]) == {"unknown"}
    told = projection(results, "redevelopment", "zh").frame
    assert told["stage"].tolist() == ["征收拆迁中", "待核实"]


def test_a_use_only_layer_of_renewal_feeds_no_site():
    layer = LayerSpec(id="renewal", role="redevelopment", source="inputs/renewal.gpkg", use_only=True)
    made = Study(name="试", crs=CRS, as_of=date(2026, 11, 23), layers=(layer,))
    assert inefficient.renewal_of(SimpleNamespace(plan=SimpleNamespace(study=made))) is None


@pytest.mark.parametrize(
    ("text", "on"),
    [("2027年6月", "2027-06-30"), ("2027-06-05", "2027-06-05"), ("", ""), ("尽快", "")],
)
def test_land_that_is_to_be_clear_in_a_month_is_clear_at_its_end(text, on):
    assert inefficient._day(text) == on
