"""The supply register as files bring it, what codes mean, and the stage in a run; the county's planted plots."""

import json
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from geo.screen.records import Event
from geo.screen.supply import PresentUse
from layers.library import standards
from layers.outputs.project import projection
from layers.study import spec
from layers.study.registers import supply
from layers.study.registers.record_cells import event, stated_code
from layers.study.registers.supply import is_construction, present_use
from layers.study.run import runs
from layers.study.run.results import open_results
from tests import district
from tests.counties import copied

REGISTER = """
[[layers]]
id = "register"
role = "supply"
source = "inputs/register.csv"
fields = {{ id = "编号", parcel_id = "地块", contract = "合同", started = "动工", finished = "竣工", \
supply_status = "状态" }}
coverage = "{coverage}"
{more}
"""
HEAD = "编号,地块,合同,动工,竣工,状态\n"


def study(folder, rows, coverage="unknown", more=""):
    """Write the district with a register as a plain table; return its folder."""
    place = district.write(folder)
    (place / "inputs" / "register.csv").write_text(HEAD + rows, encoding="utf-8")
    text = (place / "study.toml").read_text(encoding="utf-8")
    (place / "study.toml").write_text(text + REGISTER.format(coverage=coverage, more=more), encoding="utf-8")
    return place


def run(place):
    runs.update(place, "supply", silent)
    return open_results(place)


def codes(results):
    found = results.table("supply").set_index("parcel_id")
    return {p: (r.supply_status, json.loads(r.reason)["code"]) for p, r in found.iterrows()}


SECOND = """
[[layers]]
id = "register_2"
role = "supply"
source = "inputs/register2.csv"
fields = {{ {of}parcel_id = "地块", contract = "合同", started = "动工", finished = "竣工", supply_status = "状态" }}
"""


@pytest.mark.parametrize("numbered", [True, False])
def test_towns_that_send_a_register_each_are_one_register(tmp_path, numbered):
    """Rows are numbered alike in both, and one number stands in both."""
    place = study(tmp_path / "study", "A1,p01,2024-03-01,,,\nA2,p02,2024-03-01,,,\n")
    rows = "A1,p01,2024-03-01,,,\nB2,p03,2024-03-01,,,\n"
    (place / "inputs" / "register2.csv").write_text(HEAD + rows, encoding="utf-8")
    file = place / "study.toml"
    text = file.read_text(encoding="utf-8")
    if not numbered:
        text = text.replace('id = "编号", ', "")
    file.write_text(text + SECOND.format(of='id = "编号", ' if numbered else ""), encoding="utf-8")
    results = run(place)
    records = results.table("supply_records")
    assert records["row"].tolist() == ["register:2", "register:3", "register_2:2", "register_2:3"]
    told = results.table("supply_problems")
    twice = told[told["code"] == "supply_in_registers"]
    assert twice["layer_id"].tolist() == (["register_2"] if numbered else [])
    if numbered:
        values = json.loads(twice["reason"].iloc[0])
        assert (values["count"], values["others"], values["rows"]) == (1, ["register"], ["2 A1"])
    runs.update(place, "idle", silent)
    assert len(open_results(place).table("idle_records")) == 4


# --- cells and codes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "document", "paper", "expected"),
    [
        ("2024-03-01", False, "", Event("yes", date(2024, 3, 1))),
        ("2024年3月1日", False, "", Event("yes", date(2024, 3, 1))),
        ("", False, "", Event()), ("/", False, "", Event()), ("无", False, "", Event()), ("N/A", False, "", Event()),
        ("待定", False, "", Event("unreadable")), ("是", False, "", Event("unreadable")),
        ("2024-13-40", False, "", Event("unreadable")),
        # day and month could be exchanged: not guessed, also not for a document
        ("03/04/2024", False, "", Event("unreadable")), ("03/04/2024", True, "", Event("unreadable")),
        # a document proves itself by its number
        ("339900-2024-017", True, "", Event("yes")), ("339900-2024-017", False, "", Event("unreadable")),
        ("", True, "演示政土批〔2025〕36号", Event("yes")),
        ("2025-08-12", True, "36号", Event("yes", date(2025, 8, 12))),
        ("", True, "无", Event()), ("已签", True, "", Event("unreadable")),
    ],
)  # fmt: skip
def test_cells_of_a_register(cell, document, paper, expected):
    assert event(cell, document=document, paper=paper) == expected


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2024年6月", date(2024, 6, 1), date(2024, 6, 30)), ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024年", date(2024, 1, 1), date(2024, 12, 31)), ("2024-06-05", date(2024, 6, 5), date(2024, 6, 5)),
    ],
)  # fmt: skip
def test_a_month_is_no_day(cell, first, last):
    assert event(cell) == Event("yes", first)
    assert event(cell, last=True) == Event("yes", last)


@pytest.mark.parametrize("cell", ["1900-01-01", "1899/12/30", "0001-01-01", "9999-12-31"])
def test_a_day_a_database_writes_for_none_is_no_day(cell):
    assert event(cell) == event(cell, document=True) == Event("unreadable")
    assert event(cell, document=True, paper="36号") == Event("yes")


def test_present_use_by_the_groups_of_the_code_list():
    assert present_use("三调", "0101") == PresentUse("open", True, True)
    assert present_use("三调", "101") == PresentUse("open", True, True)
    assert present_use("三调", "0301") == PresentUse("open", True, False)
    assert present_use("三调", "201A") == PresentUse("built")
    assert present_use("三调", "1201") == PresentUse("vacant")
    # a code means nothing without its scheme: 1001 is railway in one, industry in the other
    assert present_use("三调", "1001") == PresentUse("built")
    assert present_use("用地用海", "1001") is None
    assert present_use("", "0101") is None
    assert present_use("三调", "") is None
    assert present_use("三调", "9999") is None


def test_every_code_of_the_survey_has_a_meaning():
    assert all(present_use("三调", c.code) for c in standards.codes("landuse_survey").codes)


def test_planned_use_by_the_class_above_it():
    assert is_construction("用地用海", "100102") is True
    assert is_construction("用地用海", "070102") is True
    assert is_construction("控规旧分类", "M2") is True
    assert is_construction("用地用海", "16") is None
    assert is_construction("用地用海", "0101") is None
    assert is_construction("三调", "1001") is None
    assert is_construction("", "100102") is None


@pytest.mark.parametrize(("text", "code"), [("批而未供", "approved"), (" 已建 ", "built"), ("built", "built"),
                                            ("Suspected idle", "suspected_idle"), ("在建", ""), ("", "")])  # fmt: skip
def test_words_for_a_status(text, code):
    assert stated_code(text) == code


# --- a study ---------------------------------------------------------------------


def test_a_register_as_a_plain_table(tmp_path):
    rows = (
        "G-1,p01;p02,2024-01-15,,,\n"
        "G-2,p03,2020-01-15,2020-06-01,2022-05-01,\n"
        "G-3,p99,2024-01-15,,,\n"
        "G-4,p04,,,,供而未建\n"
        "G-5,p05,2024-01-15,不详,,\n"
    )
    results = run(study(tmp_path / "s", rows))
    found = codes(results)
    assert found["p01"] == found["p02"] == ("supplied", "supply_by_contract")
    assert found["p03"] == ("unknown", "supply_contradiction")  # completed, and the survey shows paddy
    assert found["p04"] == ("supplied", "supply_by_word")
    assert found["p05"] == ("unknown", "supply_record_unreadable")
    assert found["p06"] == ("unknown", "supply_register_open")
    # rows in = rows listed, the one that lies nowhere with its reason
    listed = results.table("supply_records").set_index("record_id")
    assert sorted(listed.index) == ["G-1", "G-2", "G-3", "G-4", "G-5"]
    assert listed["parcels"].to_dict() == {"G-1": 2, "G-2": 1, "G-3": 0, "G-4": 1, "G-5": 1}
    assert json.loads(listed.loc["G-3", "reason"])["code"] == "supply_number_unknown"


def test_quota_is_taken_on_the_usable_area(tmp_path):
    found = run(study(tmp_path / "s", "G-1,p05,2024-01-15,,,\n")).table("supply").set_index("parcel_id")
    assert found.loc["p01", ["new_construction_m2", "balance_m2"]].tolist() == [5000.0, 5000.0]  # half of it is cut
    assert found.loc["p05", ["new_construction_m2", "balance_m2"]].tolist() == [0.0, 0.0]  # supplied: drawn already
    assert found.loc["p02", "new_construction_m2"] == 0.0  # nothing usable


def test_a_register_with_shapes_and_a_plan(tmp_path):
    place = district.write(tmp_path / "s")
    shapes = {"DK": ["a", None], "HT": ["2024-01-15", "2024-01-15"]}
    frame = gpd.GeoDataFrame(shapes, geometry=[district.box(0, 0, 200, 100), district.box(200, 0, 240, 100)])
    frame.set_crs(district.CRS).to_file(place / "inputs" / "register.gpkg", layer="r")
    plots = gpd.GeoDataFrame({"YT": ["100102"], "RJL": [2.5]}, geometry=[district.box(0, 100, 400, 200)])
    plots.set_crs(district.CRS).to_file(place / "inputs" / "plan.gpkg", layer="plan")
    more = """
[[layers]]
id = "register"
role = "supply"
source = "inputs/register.gpkg"
fields = { id = "DK", contract = "HT" }
coverage = "complete"
[[layers]]
id = "plan"
role = "plan"
source = "inputs/plan.gpkg"
coverage = "complete"
land_use_scheme = "用地用海"
fields = { use = "YT", far_max = "RJL" }
"""
    with (place / "study.toml").open("a", encoding="utf-8") as stream:
        stream.write(more)
    results = run(place)
    found = codes(results)
    assert found["p01"] == found["p02"] == ("supplied", "supply_by_contract")
    assert found["p03"] == ("unknown", "supply_record_partly")
    assert found["p05"] == ("unapproved", "supply_planned_unapproved")
    assert found["p09"] == ("unknown", "supply_plan_none")
    row = results.table("supply").set_index("parcel_id").loc["p05"]
    assert (row["plan_use"], row["plan_scheme"], row["far_max"], row["plan_share"]) == ("100102", "用地用海", 2.5, 1.0)
    shown = projection(results, "candidates", "zh").frame.set_index("parcel_id")["supply_status"]
    assert shown.loc[["p01", "p03", "p05"]].tolist() == ["供而未建", "待核实", "未报批"]


@pytest.mark.parametrize("harm", ["missing", "failed", "stale", "undated", "field"])
def test_a_register_that_cannot_be_used_proves_nothing_and_says_so(tmp_path, harm):
    more = {"stale": "vintage = 2024-01-01\nstale_after_days = 90", "undated": "stale_after_days = 90"}.get(harm, "")
    place = study(tmp_path / "s", "G-1,p01,2024-01-15,,,\n", "complete", more)
    file = place / "inputs" / "register.csv"
    if harm == "missing":
        file.unlink()
    if harm == "failed":
        file.write_bytes(b"\x00\x01\x02" * 50)
    if harm == "field":
        file.write_text(file.read_text(encoding="utf-8").replace("合同", "签约"), encoding="utf-8")
    results = run(place)
    expected = {"undated": "stale", "field": "failed"}.get(harm, harm)
    assert set(codes(results).values()) == {("unknown", f"supply_register_{expected}")}
    assert not results.table("supply_problems").empty


def test_a_changed_register_makes_the_stage_stale_and_a_run_mends_it(tmp_path):
    place = study(tmp_path / "s", "G-1,p01,2024-01-15,,,\n")
    assert codes(run(place))["p01"] == ("supplied", "supply_by_contract")
    (place / "inputs" / "register.csv").write_text(HEAD + "G-1,p02,2024-01-15,,,\n", encoding="utf-8")
    assert "supply" in open_results(place).stale()
    found = codes(run(place))
    assert (found["p01"][0], found["p02"][0]) == ("unknown", "supplied")


def test_a_table_not_asked_for_yet_is_not_built_rather_than_stale(run_district):
    results = open_results(run_district)
    if results.has("supply"):
        pytest.skip("somebody ran the shared district further")
    assert not results.stale()
    with pytest.raises(BlockedError):
        results.table("supply")
    assert "supply_status" not in projection(results).frame


def test_a_use_only_register_and_plan_stay_inside(tmp_path):
    results = run(study(tmp_path / "s", "G-1,p01,2024-01-15,,,\n", more="use_only = true"))
    assert "reason" not in projection(results, "supply").frame
    assert projection(results, "supply_records").frame.empty


# --- the county ------------------------------------------------------------------

PLANTED = {
    "G-07": "supplied", "G-11": "supplied", "G-15": "supplied", "G-18": "supplied", "BN": "approved",
    "ZX": "unapproved", "PK": "unapproved",
}  # fmt: skip


@pytest.fixture(scope="module")
def county_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("supply") / "county"
    return copied("opened", folder)


@pytest.fixture(scope="module", params=["as delivered", "without the stated status"])
def planted(request, county_folder):
    """Supply of the county's parcels, once with the status its survey states and once with that field taken away."""
    file = county_folder / spec.FILE
    whole = file.read_text(encoding="utf-8")
    if request.param != "as delivered":
        head, tail = whole.split('id = "boundary"', 1)
        bare = head.replace(', supply_status = "GYZT"', "")
        assert bare != head
        file.write_text(bare + 'id = "boundary"' + tail, encoding="utf-8")
    made = county_supply(county_folder)
    file.write_text(whole, encoding="utf-8")
    return made, request.param


def county_supply(folder):
    """Make the tables of supply without screening: the whole patch stands for its usable area."""
    from geo import study as flow
    from geo.basis.area import basis
    from layers.study import load

    plan = runs.plan(folder)
    inputs = load.inputs(plan.study, folder)
    planar = basis("planar", plan.study.crs, tuple(inputs.parcels.total_bounds))
    opened = supply.read(plan.study, folder, inputs.boundary)
    candidates = pd.DataFrame({"parcel_id": inputs.parcels["parcel_id"], "net_m2": inputs.parcels.geometry.area})
    given = {"parcels": inputs.parcels, "candidates": candidates}
    made = flow.supply(inputs, given, opened.register, supply.meaning(plan.study, inputs), planar)
    about = pd.DataFrame(inputs.parcels.drop(columns=["geometry", "supply_status"]))
    return made | {"supply": made["supply"].merge(about, on="parcel_id", validate="1:1")}


def test_planted_plots_have_the_expected_status(planted):
    made, _ = planted
    found = made["supply"]
    for plot, status in PLANTED.items():
        mine = found[found["parcel_no"].str.startswith(f"{plot}-")]
        assert len(mine), plot
        assert set(mine["supply_status"]) == {status}, plot
    assert "suspected_idle" not in set(found["supply_status"])


def test_every_row_of_the_register_lies_on_the_county(planted):
    made, _ = planted
    records = made["supply_records"]
    assert len(records) == 90
    assert (records["parcels"] >= 1).all()
    assert set(records["stage"]) == {"approved", "supplied", "started", "built"}


def test_only_farm_and_unused_land_that_nobody_approved_draws_quota(planted):
    made, _ = planted
    found = made["supply"].set_index("parcel_no")
    pk = found[found.index.str.startswith("PK-")]
    assert pk["new_construction_m2"].sum() == pytest.approx(152 * 2000 / 3, abs=0.01)
    # net of the ridges of its fields: KCXS is 0.045
    assert pk["balance_m2"].sum() == pytest.approx(0.955 * 152 * 2000 / 3, abs=0.02)
    assert pk["ridges_m2"].sum() == pytest.approx(0.045 * 152 * 2000 / 3, abs=0.02)
    for plot in ("BN", "G-07", "G-18"):
        assert found.loc[found.index.str.startswith(f"{plot}-"), "new_construction_m2"].sum() == 0.0
    assert set(pk["plan_use"]) == {"100103"}
    assert set(pk["far_max"]) == {1.8}


def test_what_is_built_without_a_record_is_not_called_built_unless_the_survey_states_it(planted):
    made, how = planted
    found = made["supply"]
    reasons = found["reason"].map(lambda r: json.loads(r)["code"])
    built = found[found["supply_status"] == "built"]
    if how == "as delivered":
        assert set(reasons[built.index]) == {"supply_stated_confirmed", "supply_as_stated"}
    else:
        assert set(reasons[built.index]) == {"supply_by_finish"}
        assert (found["stated"] == "").all()
