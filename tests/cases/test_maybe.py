"""Rows a filter cannot answer for: in no role are they facts, and in none are they gone.

Every case is run three times: the field empty, then filled in so that the row belongs, then so
that it does not. What is said of the empty field must hold in both worlds.
"""

import json
from typing import get_args

import geopandas as gpd
import pandas as pd
import pytest

from geo.basis.progress import silent
from layers.outputs.files import export
from layers.study import catalog, doubt, runs
from layers.study.results import open_results
from layers.study.spec import Role
from layers.text import LANGUAGES, has, say
from tests.cases import base, roles

WORLDS = roles.WORLDS
SHAPES = ("gpkg", "geojson", "csv", "shp")
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
    assert set(doubt.TREATMENTS) == set(get_args(Role))
    for role, treatment in doubt.TREATMENTS.items():
        assert has(f"reason.may_belong_{role}") is (treatment != "none"), role
        values = {"count": 2, "rows": [1, 2], "fields": ["F"]}
        said = [say(f"reason.may_belong_{role}", language, **values) for language in LANGUAGES]
        assert treatment == "none" or len(set(said)) == len(LANGUAGES)


# --- every role, three worlds -----------------------------------------------------

STAGES = ("inefficient", "chain", "place", "zones")
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
NUMBERS = {
    ("candidates", "parcel_id"): (("net_m2", "net_hi_m2"),),
    ("facts", "parcel_id"): (
        ("network_dist_m", "network_dist_hi_m"),
        ("facility_dist_m", "facility_dist_hi_m"),
        ("building_dist_m", "building_dist_hi_m"),
    ),
    ("capacity", "park_id", "resource"): (("limit", "limit"), ("free", "")),
    ("budgets", "budget_id"): (("free", "free"), ("limit", "limit")),
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
                if str(word) not in ("", "unknown") and any(o is not None and o != word for o in others):
                    yield table, column, key, word, others


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
