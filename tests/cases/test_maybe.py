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
from tests.cases import base

WORLDS = {"maybe": None, "true": 1, "false": 2}
SHAPES = ("gpkg", "geojson", "csv", "shp")
WHERE = "F = 1"


def written(place, frame, kind, name):
    """Write rows in a format and return the file; a CSV carries its shapes as WKT."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.{kind}"
    frame = frame.assign(F=pd.array(frame["F"], dtype="Int64"))
    if kind == "csv" and isinstance(frame, gpd.GeoDataFrame):
        pd.DataFrame(frame.drop(columns="geometry")).assign(WKT=frame.geometry.to_wkt()).to_csv(path, index=False)
    elif kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_file(path)
    return path


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
    frame = frame.to_crs(4326) if kind == "geojson" else frame
    given |= {"crs": ""} if kind == "geojson" else {}
    catalog.add(folder, written(place / "files" / world, frame, kind, "parcels"), given)
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
