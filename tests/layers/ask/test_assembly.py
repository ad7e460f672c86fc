"""Sites of a small study through the stage and through a demand stated on the spot."""

import pytest
import tomlkit

from geo.basis.errors import CallError, LuodiError
from geo.basis.progress import silent
from geo.basis.units import MU_M2
from layers.ask import assembly
from layers.outputs.project import projection
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.study.spec import Assembly
from tests import district


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = district.write(tmp_path_factory.mktemp("assembly") / "study")
    change(made, assembly={"area_min_m2": 10_000, "remnant_min_m2": 1_000})
    runs.update(made, "assemble", silent)
    return made


def change(folder, **sections):
    path = folder / "study.toml"
    body = tomlkit.parse(path.read_text(encoding="utf-8"))
    body.update(sections)
    path.write_text(tomlkit.dumps(body), encoding="utf-8")


def test_what_nobody_supplied_or_planned_stays_and_is_marked(folder):
    results = open_results(folder)
    sites = results.table("sites")
    assert len(sites) == 1
    assert set(sites["outcome"]) == {"unknown"}
    land = results.table("land")
    assert sites["net_hi_m2"].sum() == pytest.approx(land["net_m2"].sum(), abs=0.01)
    assert len(results.table("availability")) == len(land)
    assert set(results.table("members")["parcel_id"]) == set(land["parcel_id"])


def test_a_demand_on_the_spot(folder):
    results = open_results(folder)
    asked = assembly.SiteDemand(area_min_mu=30, area_max_mu=30, rect="190x80", keep=2)
    answer = assembly.ask(results, asked, silent)
    offers = answer.tables["offers"]
    assert offers["land_m2"].tolist() == pytest.approx([30 * MU_M2] * len(offers), abs=0.01)
    assert (answer.tables["sites"]["rect_length_m"] >= 189).all()
    for language in ("en", "zh"):
        lines = assembly.as_text(answer, language)
        assert len(lines) >= 1 + 2 * len(offers)
        assert not any("[" in line for line in lines)
    assert assembly.as_plain(answer.tables)["offers"][0]["rank"] == 1


def test_a_demand_that_cannot_be_read_or_met():
    own = Assembly()
    with pytest.raises(CallError):
        assembly.demand(assembly.SiteDemand(area_min_mu=10, area_max_mu=5), own)
    with pytest.raises(CallError):
        assembly.demand(assembly.SiteDemand(rect="150 by 80"), own)
    with pytest.raises(CallError):
        assembly.demand(assembly.SiteDemand(objective="beauty"), own)
    asked = assembly.demand(assembly.SiteDemand(rect="80×150", whole=True), own)
    assert (asked.limits.rect_length_m, asked.limits.rect_width_m, asked.cut.allowed) == (150.0, 80.0, False)


def test_the_list_of_sites(folder):
    results = open_results(folder)
    for language in ("en", "zh"):
        lines = assembly.listing(results, language)
        assert len(lines) == 2 + len(results.table("sites"))
        assert not any("[" in line for line in lines)
    assert len(assembly.as_plain(assembly.built(results))["members"]) == len(results.table("members"))


def test_nothing_meets_it(folder):
    with pytest.raises(LuodiError) as told:
        assembly.ask(open_results(folder), assembly.SiteDemand(area_min_mu=5000), silent)
    assert told.value.reasons[0].code == "assembly_unmet"


def test_a_setting_rebuilds_the_sites_and_nothing_before_them(folder, tmp_path):
    import shutil

    other = tmp_path / "study"
    shutil.copytree(folder, other, symlinks=True)
    change(other, assembly={"area_min_m2": 10_000, "supply_statuses": ["approved"]})
    assert runs.update(other, "assemble", silent).built == ("assemble",)
    results = open_results(other)
    assert len(results.table("sites")) == 0
    assert set(results.table("availability")["outcome"]) == {"no"}


@pytest.mark.parametrize("table", ["sites", "members", "crossings", "offers", "availability"])
def test_tables_leave_in_words(folder, table):
    results = open_results(folder)
    for language in ("en", "zh"):
        made = projection(results, table, language)
        assert len(made.frame) == len(results.table(table))
    if table == "sites":
        assert set(made.frame["outcome"]) == {"可用性待核实"}
        assert made.headers["outcome"] == "可用性"
