"""Columns a role reads are taken by their names or refused by name; rows may stand for ids; an area of 0 is none."""

import geopandas as gpd
import pandas as pd
import pytest

from geo.basis.errors import LuodiError
from geo.basis.progress import silent
from layers.study import catalog, spec
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base


def renewal(names=("name", "kind", "stage")):
    columns = dict(zip(names, (["东村"], ["城中村"], ["拆迁"]), strict=True))
    return gpd.GeoDataFrame(columns, geometry=[base.box(0, 0, 150, 150)], crs=base.CRS)


def written(place, frame, kind):
    path = place / f"renewal.{kind}"
    if kind == "csv":
        pd.DataFrame(frame.drop(columns="geometry")).assign(WKT=frame.geometry.to_wkt()).to_csv(path, index=False)
    else:
        frame.to_file(path)
    return path


@pytest.mark.grid
@pytest.mark.parametrize("kind", ["gpkg", "csv", "shp"])
@pytest.mark.parametrize("names", [("name", "kind", "stage"), ("NAME", "Kind", "STAGE"), ("名称", "类型", "阶段")])
def test_columns_of_the_very_names_are_taken(tmp_path, kind, names):
    folder = base.study(tmp_path / "study")
    given = {"role": "redevelopment", "id": "renewal", "crs": base.CRS if kind == "csv" else ""}
    found = catalog.add(folder, written(tmp_path, renewal(names), kind), {k: v for k, v in given.items() if v})
    assert base.codes(found)["fields_taken"] == "fixed"
    assert set(spec.read(folder).layer("renewal").fields) == {"name", "kind", "stage"}
    runs.update(folder, "inefficient", silent)
    row = open_results(folder).table("redevelopment").iloc[0]
    assert row["name"] == "东村"
    assert row["kind"] != "unknown"


def test_what_is_mapped_stays_as_mapped(tmp_path):
    folder = base.study(tmp_path / "study")
    frame = renewal().assign(MC=["西村"])
    given = {"role": "redevelopment", "id": "renewal", "fields": {"name": "MC"}}
    catalog.add(folder, written(tmp_path, frame, "gpkg"), given)
    assert spec.read(folder).layer("renewal").fields["name"] == "MC"


@pytest.mark.parametrize(("role", "field"), [
    ("parcels", "legal_km2"), ("parcels", "legal_area"), ("parcels", "landuse"), ("parcels", "parcelid"),
    ("redevelopment", "phase"), ("plan", "farmin"),
])  # fmt: skip
def test_a_field_nothing_reads_is_refused_with_the_list(tmp_path, role, field):
    folder = base.study(tmp_path / "study", with_parcels=False)
    base.parcels().to_file(tmp_path / "p.gpkg")
    fields = {field: "DLBM"} | ({"parcel_id": "BSM"} if role == "parcels" else {})
    found = catalog.checked(folder, tmp_path / "p.gpkg", {"role": role, "id": "x", "fields": fields})
    told = next(f for f in found if f.code == "field_unknown")
    assert told.severity == "block"
    assert told.reason.values["fields"] == [field]
    assert len(told.reason.values["known"]) > 3


def test_further_fields_of_parcels_are_kept(tmp_path):
    folder = base.study(tmp_path / "study", with_parcels=False)
    base.parcels().assign(T=1.5).to_file(tmp_path / "p.gpkg")
    given = {"role": "parcels", "id": "x", "fields": {"parcel_id": "BSM", "soil_depth_m": "T"}}
    catalog.add(folder, tmp_path / "p.gpkg", given)
    runs.update(folder, "load", silent)
    assert open_results(folder).table("parcels")["soil_depth_m"].tolist() == [1.5] * 16


@pytest.mark.parametrize("kind", ["gpkg", "csv"])
def test_rows_may_stand_for_ids(tmp_path, kind):
    folder = base.study(tmp_path / "study", with_parcels=False)
    path = written(tmp_path, base.parcels().drop(columns="BSM"), kind)
    given = {"role": "parcels", "id": "x"} | ({"crs": base.CRS} if kind == "csv" else {})
    with pytest.raises(LuodiError) as told:
        catalog.add(folder, path, given)
    why = next(r for r in told.value.reasons if r.code == "parcel_id_not_mapped")
    assert why.values["proposal"] == "ids:rows"
    catalog.add(folder, path, given | {"accept": ("ids:rows",)})
    runs.update(folder, "load", silent)
    first = 2 if kind == "csv" else 1
    assert set(open_results(folder).table("parcels")["parcel_id"]) == {str(k + first) for k in range(16)}


@pytest.mark.parametrize("kind", ["gpkg", "shp", "csv"])
def test_a_stated_area_of_nothing_is_not_stated(tmp_path, kind):
    folder = base.study(tmp_path / "study", with_parcels=False)
    frame = base.parcels().assign(TBMJ=[0.0, 10_000.0] * 8)
    given = {"role": "parcels", "id": "x", "fields": {"parcel_id": "BSM", "legal_m2": "TBMJ"}}
    given |= {"crs": base.CRS} if kind == "csv" else {}
    assert base.codes(catalog.add(folder, written(tmp_path, frame, kind), given))["legal_area_zero"] == "warn"
    runs.update(folder, "load", silent)
    legal = open_results(folder).table("parcels")["legal_m2"]
    assert legal.notna().tolist() == [False, True] * 8
