"""Flaws of a study's layers: findings of its check, shapes for a map, one report in every form."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from layers.study import catalog, spec, topology
from tests.cases import base


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Sixteen parcels: one is thinner than its place, one reaches over its neighbour, one is there twice."""
    folder = base.study(tmp_path_factory.mktemp("topology") / "study", with_parcels=False)
    rows = base.parcels()
    cells = rows.geometry.to_list()
    cells[5] = base.box(100.3, 100, 200, 200)  # a slit of 0.3 m to p04
    cells[9] = base.box(100, 200, 203, 300)  # 3 m over p10
    rows = gpd.GeoDataFrame({"BSM": [*rows["BSM"], "p02b"], "DLBM": "0101"}, geometry=[*cells, cells[2]], crs=base.CRS)
    path = folder.parent / "parcels.gpkg"
    rows.to_file(path)
    catalog.add(folder, path, {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    secret = folder.parent / "secret.gpkg"
    gpd.GeoDataFrame(geometry=[base.box(0, 0, 9, 9), base.box(1, 1, 5, 5)], crs=base.CRS).to_file(secret)
    catalog.add(folder, secret, {"role": "constraint", "id": "secret", "use_only": True})
    return folder


def test_the_check_names_every_kind(study):
    found = {f.code: f.reason.values for f in catalog.check(study) if f.reason.values.get("layer") == "parcels"}
    assert (found["topology_gap"]["count"], round(found["topology_gap"]["area_m2"])) == (1, 30)
    assert found["shapes_overlap"]["count"] == 2
    assert found["shapes_repeat"]["rows"] == ["p02b"]
    assert "topology_sliver" not in found


def test_flaws_are_shapes_in_the_system_of_the_study(study):
    found = topology.of_study(study)
    assert set(found["layer_id"]) == {"parcels"}, "a use-only layer does not leave"
    told = {(r.kind, r.first, r.second): round(r.area_m2, 1) for r in found.itertuples()}
    assert told == {("repeat", "p02", "p02b"): 10_000.0, ("overlap", "p09", "p10"): 300.0,
                    ("gap", "p04", "p05"): pytest.approx(30.0, abs=0.5)}  # fmt: skip
    assert found.crs.to_epsg() == 4549


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx", "gpkg", "geojson"])
def test_one_call_writes_the_report(study, tmp_path, ending):
    out = tmp_path / f"found.{ending}"
    done = CliRunner().invoke(luodi.cli, ["check", str(study), "--out", str(out), "--lang", "zh"])
    assert done.exit_code == 0, done.output
    if ending == "json":
        rows = json.loads(out.read_text(encoding="utf-8"))["findings"]
        assert {"layer", "severity", "row", "text", "code", "remedy"} == set(rows[0])
        assert any(r["code"] == "topology_gap" and "缝隙" in r["text"] for r in rows)
    elif ending in ("csv", "xlsx"):
        rows = pd.read_csv(out, dtype=str) if ending == "csv" else pd.read_excel(out, dtype=str, engine="openpyxl")
        assert rows.astype(str).apply(lambda column: column.str.contains("缝隙")).to_numpy().any()
    else:
        shapes = gpd.read_file(out)
        assert (len(shapes), set(shapes["kind"])) == (3, {"重叠", "重复", "缝隙"})
        assert shapes.to_crs(base.CRS).union_all().within(base.box(-1, -1, 401, 401))


def test_the_list_can_be_written_for_a_bare_file_and_shapes_cannot(tmp_path):
    path = tmp_path / "rows.gpkg"
    base.parcels().to_file(path)
    run = CliRunner().invoke
    assert run(luodi.cli, ["check", str(path), "--out", str(tmp_path / "a.json")]).exit_code == 0
    assert run(luodi.cli, ["check", str(path), "--out", str(tmp_path / "a.gpkg")]).exit_code != 0
    assert not (tmp_path / "a.gpkg").exists()
    assert spec.FILE not in {p.name for p in tmp_path.iterdir()}
