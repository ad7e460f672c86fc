"""Rows a filter cannot answer for: in no role are they facts, and in none are they gone.

Every case is run three times: the field empty, then filled in so that the row belongs, then so
that it does not. What is said of the empty field must hold in both worlds.
"""

import json
from datetime import date
from types import SimpleNamespace
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import study as flow
from geo.basis.area import basis
from geo.basis.layer import Layer
from geo.basis.progress import silent
from geo.idle.vacancy import building_sites
from geo.place import accounts as book
from geo.project.chain import Firms, Terms
from geo.project.chain import fit as chain_fit
from geo.project.gate import MEMBERSHIP, Gates, by_parks
from geo.screen import supplied
from geo.screen.planned import dominant, doubtful_share, plots_on
from geo.screen.records import Record
from layers.library.roles import Role
from layers.library.roles import roles as role_table
from layers.outputs.files import export
from layers.study import catalog, spec
from layers.study.registers import assembly, chain, facilities, norms, parks, projects, zones
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.study.spec import Standards
from layers.text import LANGUAGES, has, say
from tests.cases import base, roles

WORLDS = roles.WORLDS
WHERE = "F = 1"


def found(folder, layer):
    """Return the findings of `check` about the doubt of one layer: code → values."""
    told = catalog.check(folder, silent)
    mine = [f for f in told if f.code.startswith("may_belong_") and f.reason.values["layer"] == layer]
    return {f.code: dict(f.reason.values) for f in mine}


# --- parcels ----------------------------------------------------------------------


def of_parcels(place, kind, world, doubtful=("p02", "p03"), rows=None):
    """A study whose parcels are filtered; farmland lies on p00 and p01. Return its folder."""
    folder = place / f"{kind}-{world}"
    base.study(folder, with_parcels=False)
    frame = base.parcels() if rows is None else rows
    frame = frame.assign(F=[WORLDS[world] if p in doubtful else 1 for p in frame["BSM"]])
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}, "where": WHERE}
    given |= {"crs": base.CRS} if kind in ("csv", "geojson") else {}
    given |= {"crs": ""} if kind == "geojson" else {}
    catalog.add(folder, roles.written(place / "files" / world, frame, kind, "parcels"), given)
    farm = place / "files" / "farm.gpkg"
    if not farm.exists():
        base.farm().to_file(farm)
    base.add(folder, farm)
    return folder


SHAPES = ("gpkg", "csv", *(pytest.param(k, marks=pytest.mark.long) for k in ("geojson", "shp")))


@pytest.mark.parametrize("kind", SHAPES)
def test_parcels_that_may_belong_are_listed_and_unknown(tmp_path, kind):
    said = {world: base.statuses(of_parcels(tmp_path, kind, world, ("p00", "p02"))) for world in WORLDS}
    assert (said["true"]["p02"], said["true"]["p00"]) == ("eligible", "excluded")
    assert "p02" not in said["false"]
    assert said["maybe"]["p02"] == "unknown"
    assert said["maybe"]["p00"] == "excluded"  # a conflict stays one
    others = set(said["false"])
    assert {p: said["maybe"][p] for p in others} == {p: said["true"][p] for p in others} == said["false"]
    folder = tmp_path / f"{kind}-maybe"
    values = found(folder, "parcels")["may_belong_parcels"]
    assert (values["count"], values["rows"], values["fields"]) == (2, _rows(kind, (1, 3)), ["F"])


def _rows(kind, numbers):
    """The line on the sheet in a table, else the number of the feature."""
    return [n + 1 for n in numbers] if kind == "csv" else list(numbers)


@pytest.mark.parametrize("kind", ["gpkg", "csv"])
def test_a_code_that_is_no_number_leaves_it_open_too(tmp_path, kind):
    folder = tmp_path / "study"
    base.study(folder, with_parcels=False)
    frame = base.parcels().assign(F=["1", "一级", " ", *["1"] * 13], G=["x", "x", "x", None, *["x"] * 12])
    path = tmp_path / f"parcels.{kind}"
    if kind == "csv":
        pd.DataFrame(frame.drop(columns="geometry")).assign(WKT=frame.geometry.to_wkt()).to_csv(path, index=False)
    else:
        frame.to_file(path)
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}, "crs": base.CRS}
    catalog.add(folder, path, given | {"where": "F = 1 and G = 'x'"})
    base.farm().to_file(tmp_path / "farm.gpkg")
    base.add(folder, tmp_path / "farm.gpkg")
    said = base.statuses(folder)
    assert [said[p] for p in ("p00", "p02", "p03", "p04")] == ["excluded", "unknown", "unknown", "eligible"]
    open_ = open_results(folder).table("parcels").set_index("parcel_id")["may_belong"]
    assert [open_[p] for p in ("p00", "p01", "p02", "p03")] == ["", "F", "F", "G"]


def test_what_only_may_be_a_parcel_counts_nowhere_and_says_why(tmp_path):
    folder = of_parcels(tmp_path, "gpkg", "maybe")
    base.statuses(folder)
    results = open_results(folder)
    row = results.table("candidates").set_index("parcel_id").loc["p02"]
    assert (row["net_m2"], row["net_hi_m2"]) == (0.0, row["gross_m2"])
    why = json.loads(row["reason"])
    assert (why["code"], why["fields"]) == ("status_may_belong", ["F"])
    ledger = results.parcel_row("ledger", "p02")
    assert ledger["left_m2"].iloc[-1] == 0.0
    for language, word in (("zh", "是否属于"), ("en", "belongs to the parcels")):
        for kind in ("csv", "geojson", "xlsx"):
            path = tmp_path / f"out.{kind}"
            export(results, path, "candidates", language)
            if kind != "xlsx":
                assert word in path.read_text(encoding="utf-8")
        export(results, tmp_path / "list.xlsx", "candidates", language, layout="meeting")
        cells = pd.read_excel(tmp_path / "list.xlsx", header=None).astype(str)
        assert cells.apply(lambda c, w=word: c.str.contains(w)).to_numpy().any()


def test_sites_of_what_only_may_be_a_parcel_are_unknown(tmp_path):
    said = {}
    for world in WORLDS:
        folder = of_parcels(tmp_path, "gpkg", world)
        runs.update(folder, "assemble", silent)
        said[world] = open_results(folder).table("availability").set_index("parcel_id")
    assert set(said["maybe"].loc[["p02", "p03"], "outcome"]) == {"unknown"}
    assert json.loads(said["maybe"].loc["p02", "reason"])["code"] == "assembly_may_belong"
    assert "p02" not in said["false"].index


# --- every role -------------------------------------------------------------------


def test_every_role_says_what_a_doubtful_row_does():
    treated = {role: entry.doubt for role, entry in role_table().items()}
    assert set(treated) == set(get_args(Role))
    rowless = {role for role, treatment in treated.items() if treatment == "none"}
    assert set(roles.LAYERS) | {"parcels"} | rowless == set(get_args(Role))  # each is tried in three worlds
    for role, treatment in treated.items():
        assert has(f"reason.may_belong_{role}") is (treatment != "none"), role
        values = {"count": 2, "rows": [1, 2], "fields": ["F"]}
        said = [say(f"reason.may_belong_{role}", language, **values) for language in LANGUAGES]
        assert treatment == "none" or len(set(said)) == len(LANGUAGES)


def test_there_is_one_door_to_the_filter_of_a_layer():
    folder = base.ROOT / "layers" / "study"
    users = {p.name for p in folder.rglob("*.py") if "where.evaluate(" in p.read_text(encoding="utf-8")}
    assert users == {"doubt.py"}


@pytest.mark.parametrize(("role", "kind"), [("project", "csv"), ("budget", "xlsx"), ("facility", "gpkg")])
def test_check_says_it_before_anything_is_run(tmp_path, role, kind):
    _, folder = register(tmp_path, role, "maybe", kind)
    told = found(folder, role)[f"may_belong_{role}"]
    assert (told["count"], told["fields"]) == (1, ["F"])
    assert told["rows"] == ([3] if kind in ("csv", "xlsx") else [2])


# --- registers, read alone --------------------------------------------------------


def register(place, role, world, kind):
    """A study of one register whose last rows are in doubt; return study and folder."""
    frame, fields, _ = roles.LAYERS[role]
    count = roles.DOUBTFUL.get(role, 1)
    rows = frame.assign(F=[1] * (len(frame) - count) + [roles.WORLDS[world]] * count)
    folder = place / f"{role}-{world}"
    roles.written(folder / "inputs", rows, kind, role)
    (folder / "study.toml").write_text(roles.HEAD.replace('"inputs/rules.toml"', "") + roles.entry(
        role, role, f"{role}.{kind}", fields, {"where": "F = 1"}), encoding="utf-8")  # fmt: skip
    return spec.read(folder), folder


def codes_of(findings):
    return {f.code for _, f in findings}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_project_that_may_belong_is_unknown_and_asks_for_no_site(tmp_path, kind):
    made = {w: projects.read(*register(tmp_path, "project", w, kind)) for w in roles.WORLDS}
    assert [len(made[w].projects) for w in ("maybe", "true", "false")] == [2, 2, 1]
    assert made["maybe"].projects["may_belong"].tolist() == ["", "F"]
    assert "may_belong" not in made["true"].projects
    assert "may_belong_project" in codes_of(made["maybe"].findings)
    needed = flow.gate_and_demand(made["maybe"].projects, norms.norms(Standards()), Gates())
    results = needed["gate_results"].set_index("project_id")
    assert results["result"].to_dict() == {"X1": "clear", "X2": "unknown"}
    assert results.loc["X2", "unknowns"] == MEMBERSHIP
    gates = needed["gates"].set_index(["project_id", "gate_id"])
    assert json.loads(gates.loc[("X2", MEMBERSHIP), "reason"])["fields"] == ["F"]
    asked = assembly.demands(spec.Assembly(), needed["demand"], needed["gate_results"])
    assert [d.demand_id for d in asked] == ["X1"]


def test_a_row_that_certainly_belongs_speaks_before_its_like_that_may(tmp_path):
    study, folder = register(tmp_path, "project", "maybe", "csv")
    path = folder / "inputs" / "project.csv"
    frame = pd.read_csv(path, dtype=str)
    twice = pd.concat([frame.iloc[[1]].assign(F=None), frame.iloc[[1]].assign(F="1")])
    twice.to_csv(path, index=False)
    found = projects.read(study, folder)
    assert len(found.projects) == 1
    assert "may_belong" not in found.projects


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_link_that_may_be_one_scores_nobody(tmp_path, kind):
    study, folder = register(tmp_path, "link", "maybe", kind)
    links = projects.read(study, folder).links.set_index("from_industry")["strength"]
    assert links["C35"] == 0.5
    assert np.isnan(links["C33"])
    listed = pd.DataFrame({"project_id": ["X"], "industry": ["C34"]})
    firms = Firms(np.array(["E1"], object), np.array(["C35"], object), np.array([shapely.Point(0, 0)], object))
    said = chain_fit(listed, projects.read(study, folder).links, firms, {"K": shapely.Point(0, 0)}, Terms(1e3, 0.5))
    assert np.isnan(said["points"].iloc[0])
    assert json.loads(said["reason"].iloc[0])["code"] == "chain_link_open"


@pytest.mark.parametrize("kind", ["csv", "gpkg"])
def test_a_firm_that_may_belong_is_no_partner_and_no_proof_of_none(tmp_path, kind):
    study, folder = register(tmp_path, "enterprise", "maybe", kind)
    if kind == "csv":
        toml = (folder / "study.toml").read_text(encoding="utf-8")
        (folder / "study.toml").write_text(toml.replace("where =", 'crs = "EPSG:4549"\nwhere ='), encoding="utf-8")
        study = spec.read(folder)
    firms, table, findings = chain.firms(study, folder)
    assert firms.doubtful.tolist() == [False, True]
    assert len(table) == 2
    assert "may_belong_enterprise" in codes_of(findings)
    links = pd.DataFrame({"from_industry": ["C35", "C33"], "to_industry": "C34", "strength": 0.5})
    listed = pd.DataFrame({"project_id": ["X", "Y"], "industry": ["C34", "C35"]})
    said = chain_fit(listed, links, firms, {"K": roles.point(250, 40)}, Terms(1e3, 0.5)).set_index("project_id")
    assert json.loads(said.loc["X", "reason"])["code"] == "chain_firms_open"
    assert json.loads(said.loc["Y", "reason"])["code"] != "chain_firms_open"  # E2 is no partner of C35
    assert said["points"].isna().tolist() == [True, False]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_accounts_earmarks_and_zone_rows_that_may_belong_are_not_known(tmp_path, kind):
    nothing = SimpleNamespace(layers={})
    found = facilities.read(*register(tmp_path, "budget", "maybe", kind), nothing, ())
    left = book.accounts(found.facilities, found.budgets, date(2026, 11, 23)).set_index("account")["free"]
    assert (left["new_construction"], np.isnan(left["farmland_balance"])) == (500.0, True)
    assert "may_belong_budget" in codes_of(found.findings)
    found = facilities.read(*register(tmp_path, "earmark", "maybe", kind), nothing, ())
    assert found.earmarks["amount"].isna().tolist() == [False, True]
    assert "may_belong_earmark" in codes_of(found.findings)
    accounts, findings = zones.read(*register(tmp_path, "zone", "maybe", kind))
    assert accounts.groupby("park_id")["amount"].count().to_dict() == {"K1": 3, "K2": 0}
    assert codes_of(findings) == {"may_belong_zone"}


def layer(role, maybe=(False, True), **more):
    """A layer of the core as a role brings it."""
    frame, fields, _ = roles.LAYERS[role]
    columns = {ours: frame[theirs].to_numpy(object) for ours, theirs in fields.items() if ours != "id"}
    ids = frame.iloc[:, 0].astype(str).to_numpy(object)
    return Layer(role, frame.geometry.to_numpy(), ids, np.array(maybe), coverage="complete", attributes=columns, **more)


def test_a_park_and_a_facility_that_may_belong_promise_nothing(tmp_path):
    study, folder = register(tmp_path, "park", "maybe", "gpkg")
    asked = Gates(parks=parks.read(study, SimpleNamespace(layers={"park": layer("park")})))
    assert [p.doubtful for p in asked.parks.parks] == [False, True]
    listed = pd.DataFrame({"project_id": ["X", "Y"], "industry": ["C34", "C26"]})
    said = by_parks(listed, asked).set_index(["project_id", "gate_id", "park_id"])["outcome"]
    assert [said["X", "park-admission", p] for p in ("K1", "K2", "")] == ["clear", "unknown", "clear"]
    assert [said["Y", "park-admission", p] for p in ("K1", "K2", "")] == ["conflict", "unknown", "unknown"]
    study, folder = register(tmp_path, "facility", "maybe", "gpkg")
    found = facilities.read(study, folder, SimpleNamespace(layers={"facility": layer("facility")}), ("K1",))
    free = book.accounts(found.facilities, found.budgets, study.as_of).set_index("account")
    assert free["free"].isna().to_dict() == {"S1": False, "S2": True}
    assert "facility_may_belong" in codes_of(found.findings)


def test_a_plot_of_the_plan_that_may_belong_plans_nothing_for_certain():
    area = basis("planar", base.CRS, (0, 0, 0, 0))
    ground = gpd.GeoDataFrame(geometry=[base.box(0, 0, 100, 100), base.box(0, 300, 100, 400)], crs=base.CRS)
    said = {}
    for world, maybe in (("maybe", True), ("true", False)):
        plan = layer("plan", (False, maybe))
        plots = plots_on(ground, [plan], {"plan": "用地用海"}, area)
        open_ = doubtful_share(ground, [plan], area)
        said[world] = dominant(plots, 2, lambda s, c: True, True, open_)
    assert said["true"]["intent"].tolist() == ["construction", "construction"]
    assert said["maybe"]["intent"].tolist() == ["construction", "unknown"]
    assert said["maybe"]["plan_use"].tolist() == ["100102", ""]


def test_a_record_on_a_plot_that_may_belong_is_doubtful():
    area = basis("planar", base.CRS, (0, 0, 0, 0))
    ground = base.parcels().rename(columns={"BSM": "parcel_id"})
    plan = layer("plan")
    records = tuple(Record(n, events={}, plot_ids=(n,)) for n in ("G1", "G2"))
    found = supplied.links(ground, supplied.Register(records, "ok", True), [plan], area)
    assert found.unsure == frozenset({1})


def test_floor_of_a_building_that_may_belong_is_vacant_from_none_to_what_is_stated():
    found = building_sites(layer("building"), basis("planar", base.CRS, (0, 0, 0, 0)), base.CRS)
    assert found[["net_m2", "net_hi_m2"]].to_numpy().tolist() == [[2000.0, 2000.0], [0.0, 2000.0]]
    assert json.loads(found["reason"].iloc[1])["code"] == "building_may_belong"


def test_a_raster_has_no_rows_to_filter():
    with pytest.raises(ValueError, match="raster_without_rows"):
        spec.LayerSpec(id="r", role="raster", source="r.tif", kind="index", where="F = 1")


# --- every role, three worlds -----------------------------------------------------

STAGES = ("inefficient", "chain", "libraries", "place", "zones")
WORDS = {
    ("candidates", "parcel_id"): ("status",),
    ("verdicts", "parcel_id", "rule_id"): ("outcome",),
    ("supply", "parcel_id"): ("supply_status", "plan_use"),
    ("availability", "parcel_id", "part"): ("outcome",),
    ("gates", "project_id", "gate_id", "park_id"): ("outcome",),
    ("gate_results", "project_id"): ("result",),
    ("fits", "project_id", "site_id"): ("feasible",),
    ("matches", "project_id"): ("status",),
    ("idle", "asset_id"): ("clock_state", "evidence_status"),
    ("inefficient", "asset_id", "criterion"): ("met",),
    ("upstairs", "building_id", "test"): ("outcome",),
    ("reuse", "project_id", "site_id"): ("outcome",),
    ("redevelopment", "site_id"): ("stage",),
}
"""Table and key: words of which "" and "unknown" say nothing."""
AGAINST = ("", "unknown", "conflict", "no", "excluded", "unplaced", "rejected")
"""Words nothing is promised with."""
NUMBERS = {
    ("candidates", "parcel_id"): (("net_m2", "net_hi_m2"),),
    ("facts", "parcel_id"): (
        ("network_dist_m", "network_dist_hi_m"),
        ("facility_dist_m", "facility_dist_hi_m"),
        ("building_dist_m", "building_dist_hi_m"),
    ),
    ("capacity", "park_id", "resource"): (("limit", "limit"), ("free", "")),
    ("accounts", "account"): (("free", "free"), ("limit", "limit")),
    ("building_sites", "site_id"): (("net_m2", "net_hi_m2"),),
    ("chain_fit", "project_id", "park_id"): (("points", "points"),),
    ("inefficient_facts", "asset_id"): (("tax_wan_mu", "tax_wan_hi_mu"), ("far", "far")),
    ("idle_assets", "asset_id"): (("built_share", "built_share"), ("floor_m2", "floor_m2")),
    ("zone_accounts", "park_id", "account"): (("amount", "amount"),),
    ("earmarks", "budget_id", "row"): (("amount", "amount"),),
    ("links", "from_industry", "to_industry"): (("strength", "strength"),),
    ("sites", "site_id"): (
        ("buildings_m2", "buildings_hi_m2"),
        ("quota_m2", "quota_hi_m2"),
        ("balance_m2", "balance_hi_m2"),
        ("access_m", "access_hi_m"),
    ),
}
"""Table and key: pairs of columns, proved and not excluded; a figure without an interval stands for both, and what is
free for what is proved only ("")."""


def tables(place, role, world, kind):
    folder = roles.study(place / world, role, world, kind)
    for stage in STAGES:
        runs.update(folder, stage, silent)
    return open_results(folder)


def indexed(results, table, keys):
    frame = pd.DataFrame(results.table(table)) if results.has(table) else pd.DataFrame(columns=list(keys))
    return frame.set_index(list(keys))


def uncovered_words(said):
    """Yield what the field left empty says for certain and one of the worlds denies."""
    for (table, *keys), columns in WORDS.items():
        worlds = {w: indexed(r, table, keys) for w, r in said.items()}
        for column in columns:
            for key, word in worlds["maybe"].get(column, pd.Series(dtype=object)).items():
                others = [worlds[w][column].get(key) for w in ("true", "false")]
                if any(_denied(table, word, other) for other in others):
                    yield table, column, key, word, others


def _denied(table, word, other):
    """Tell whether a word is more than a world allows; of what is not there in it nothing good may be said.

    A single gate speaks of a project whatever list it is on, and which sites are put together differs from
    world to world; what the gates come to, and who is placed, does not.
    """
    if other is None:
        return table not in ("gates", "fits") and str(word) not in AGAINST
    return str(word) not in ("", "unknown") and other != word


def uncovered_numbers(said):
    """Yield the intervals that leave out what one of the worlds says."""
    for (table, *keys), pairs in NUMBERS.items():
        worlds = {w: indexed(r, table, keys) for w, r in said.items()}
        for low, high in pairs:
            if low not in worlds["maybe"]:
                continue
            for key, row in worlds["maybe"].iterrows():
                for other in (worlds["true"], worlds["false"]):
                    if key in other.index and not _holds(row, other.loc[key], low, high):
                        yield (
                            table,
                            low,
                            key,
                            row[[low, high or low]].tolist(),
                            other.loc[key][[low, high or low]].tolist(),
                        )


def _holds(row, other, low, high):
    """Tell whether an interval holds another; NaN is open."""
    slack = 1e-6
    below = pd.isna(row[low]) or (pd.notna(other[low]) and row[low] <= other[low] + slack)
    above = not high or pd.isna(row[high]) or (pd.notna(other[high]) and row[high] >= other[high] - slack)
    return below and above


def said_findings(results, role):
    names = [n for n in results.manifest["tables"] if n.endswith("problems")]
    rows = pd.concat([results.table(n) for n in names])
    return [json.loads(r) for r in rows.loc[rows["code"] == f"may_belong_{role}", "reason"]]


CASES = [(role, kind) for role, (frame, *_) in roles.LAYERS.items()
         for kind in roles.FORMATS[isinstance(frame, gpd.GeoDataFrame)][:2]]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("role", "kind"), CASES)
def test_what_an_empty_field_says_holds_in_both_worlds(tmp_path, role, kind):
    said = {world: tables(tmp_path, role, world, kind) for world in roles.WORLDS}
    told = said_findings(said["maybe"], role)
    assert told
    assert told[0]["fields"] == ["F"]
    assert told[0]["count"] == roles.DOUBTFUL.get(role, 1)
    assert list(uncovered_words(said)) == []
    assert list(uncovered_numbers(said)) == []
