"""Inputs of a study: rows in = rows out + rows listed; what is not proved stays unknown."""

from datetime import date

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geo.basis.errors import BlockedError, Cancelled
from geo.basis.tables import TABLES, settled
from layers.study import load
from layers.study.spec import LayerSpec, Study
from layers.text import sentence
from tests.layers.sources import make

PARCELS = {"id": "parcels", "role": "parcels", "source": "inputs/p.gpkg", "fields": {"parcel_id": "BSM"}}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inputs").mkdir()
    make.gpkg(tmp_path / "inputs", make.squares(4), name="p.gpkg")
    return tmp_path


def study(*layers, parcels=PARCELS, **more):
    specs = tuple(LayerSpec.model_validate(body) for body in ((parcels,) if parcels else ()) + layers)
    return Study(name="t", crs=make.GK, as_of=date(2026, 11, 23), layers=specs, **more)


def constraint(source="inputs/c.gpkg", **more):
    return {"id": "c", "role": "constraint", "source": source} | more


def codes(inputs, layer_id):
    mine = inputs.problems[inputs.problems["layer_id"] == layer_id]
    return dict(zip(mine["code"], mine["severity"], strict=True))


def blocked(folder, *layers, **more):
    with pytest.raises(BlockedError) as caught:
        load.inputs(study(*layers, **more), folder)
    for r in caught.value.reasons:
        for language in ("en", "zh"):
            assert not sentence(r, language).startswith("["), r
    return [r.code for r in caught.value.reasons]


def test_parcels_have_every_declared_column(folder):
    told = []
    found = load.inputs(study(), folder, lambda done, total, stage: told.append((done, total, stage)))
    assert settled("parcels", found.parcels).shape == (4, len(TABLES["parcels"].columns))
    assert found.parcels["parcel_id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert found.parcels["land_use"].tolist() == [""] * 4
    assert found.parcels.crs == make.GK
    assert told[-1] == (1, 1, "load")
    assert len(found.digests["parcels"]) == 64


def test_mapped_fields_arrive(folder):
    frame = make.squares(2, DLBM=["0101", "0701"], MJ=["15", "15"], RJL=[1.5, 2.0], note=["x", None])
    make.gpkg(folder / "inputs", frame, name="q.gpkg")
    fields = {"parcel_id": "BSM", "land_use": "DLBM", "legal_mu": "MJ", "built_m2": "RJL", "remark": "note"}
    given = PARCELS | {"source": "inputs/q.gpkg", "fields": fields, "land_use_scheme": "三调", "parcel_kind": "patch"}
    parcels = load.inputs(study(parcels=given), folder).parcels
    assert parcels["land_use"].tolist() == ["0101", "0701"]
    assert parcels["land_use_scheme"].tolist() == ["三调"] * 2
    assert parcels["parcel_kind"].tolist() == ["patch"] * 2
    assert parcels["legal_m2"].tolist() == pytest.approx([10_000.0] * 2)
    assert parcels["built_m2"].tolist() == [1.5, 2.0]
    assert parcels["remark"].tolist() == ["x", ""]


def test_rejected_parcels_are_listed_and_the_sum_holds(folder):
    tie = make.polygon((120, 28), (120.001, 28.001), (120.001, 28), (120, 28.001), (120, 28))
    path = make.geojson(
        folder / "inputs", make.box(120.1, 28, 0.001), tie, None, {"type": "Point", "coordinates": [120, 28]}
    )
    found = load.inputs(study(parcels=PARCELS | {"source": f"inputs/{path.name}"}), folder)
    rejected = found.problems[found.problems["severity"] == "rejected"]
    assert len(found.parcels) == 2
    assert rejected["row"].tolist() == ["3", "4"]
    assert len(found.parcels) + len(rejected) == 4
    assert codes(found, "parcels")["geometry_repaired_much"] == "warn"


def test_every_reason_that_blocks_parcels_is_given_at_once(folder):
    frame = make.squares(3, crs=None)
    make.gpkg(folder / "inputs", frame, name="q.gpkg")
    given = PARCELS | {"source": "inputs/q.gpkg", "fields": {"parcel_id": "ID", "land_use": "DLBM"}}
    assert blocked(folder, parcels=given) == ["crs_missing", "field_missing"]
    repeated = make.squares(4, MJ=["15"] * 4)
    repeated["BSM"] = ["A", "A", None, "B"]
    make.gpkg(folder / "inputs", repeated, name="r.gpkg")
    given = PARCELS | {"source": "inputs/r.gpkg", "fields": {"parcel_id": "BSM", "legal_m2": "MJ"}}
    assert blocked(folder, parcels=given) == ["ids_null", "ids_repeat", "legal_area_unit"]
    accept = ("number-null-ids", "suffix-duplicate-ids", "legal-unit:mu")
    parcels = load.inputs(study(parcels=given | {"accept": accept}), folder).parcels
    assert parcels["parcel_id"].tolist() == ["A", "A#2", "row-3", "B"]
    assert parcels["legal_m2"].tolist() == pytest.approx([10_000.0] * 4)


def test_parcels_missing_broken_empty_or_not_declared(folder):
    assert blocked(folder, parcels=None) == ["parcels_not_declared"]
    assert blocked(folder, parcels=PARCELS | {"source": "inputs/no.shp"}) == ["layer_file_missing"]
    (folder / "inputs" / "b.shp").write_bytes(b"")
    assert blocked(folder, parcels=PARCELS | {"source": "inputs/b.shp"}) == ["file_empty"]
    empty = make.geojson(folder / "inputs", {"type": "Point", "coordinates": [120, 28]})
    assert blocked(folder, parcels=PARCELS | {"source": f"inputs/{empty.name}"}) == ["parcels_empty"]
    assert blocked(folder, parcels=PARCELS | {"fields": {}}) == ["parcel_id_not_mapped"]
    assert blocked(folder, parcels=PARCELS | {"where": "BSM >"}) == ["where_syntax"]


def test_a_missing_or_broken_constraint_is_unknown_not_a_crash(folder):
    (folder / "inputs" / "c.gpkg").write_bytes(b"<html>")
    found = load.inputs(study(constraint(), constraint("inputs/no.shp") | {"id": "d"}), folder)
    assert (found.layers["c"].state, found.layers["c"].cause) == ("failed", "layer_failed")
    assert (found.layers["d"].state, found.layers["d"].cause) == ("missing", "layer_missing")
    assert codes(found, "c") == {"not_spatial": "warn"}
    assert codes(found, "d") == {"layer_file_missing": "warn"}
    assert found.digests["d"] == ""


def test_a_layer_without_crs_fails_until_accepted(folder):
    make.gpkg(folder / "inputs", make.squares(1, crs=None), name="c.gpkg")
    found = load.inputs(study(constraint()), folder)
    assert found.layers["c"].state == "failed"
    assert codes(found, "c")["crs_missing"] == "block"
    found = load.inputs(study(constraint(accept=["crs:EPSG:4549"])), folder)
    assert found.layers["c"].state == "ok"
    assert len(found.layers["c"].shapes) == 1


def test_layers_in_other_systems_are_brought_together(folder):
    """Case 8 of the ten worst: layers in different systems must not overlay to nothing."""
    make.gpkg(folder / "inputs", make.squares(4).to_crs("EPSG:4490"), name="c.gpkg")
    found = load.inputs(study(constraint(coverage="complete")), folder)
    pairs = shapely.equals_exact(found.layers["c"].shapes, found.parcels.geometry.to_numpy(), 1e-4)
    assert pairs.all()


def test_coverage(folder):
    make.gpkg(folder / "inputs", make.squares(1), name="c.gpkg")
    make.gpkg(folder / "inputs", make.squares(2), name="b.gpkg")
    boundary = {"id": "b", "role": "boundary", "source": "inputs/b.gpkg"}
    layer = load.inputs(study(constraint()), folder).layers["c"]
    assert (layer.coverage, layer.known) == ("unknown", None)
    layer = load.inputs(study(constraint(coverage="complete")), folder).layers["c"]
    assert (layer.coverage, layer.known) == ("complete", None)
    found = load.inputs(study(constraint(coverage="complete"), boundary), folder)
    assert found.layers["c"].known.area == pytest.approx(20_000)
    assert found.boundary.area == pytest.approx(20_000)
    layer = load.inputs(study(constraint(coverage="inputs/b.gpkg")), folder).layers["c"]
    assert (layer.coverage, layer.known.area) == ("partial", pytest.approx(20_000))
    found = load.inputs(study(constraint(coverage="inputs/no.gpkg")), folder)
    assert (found.layers["c"].coverage, found.layers["c"].cause) == ("unknown", "coverage_failed")
    assert codes(found, "c")["coverage_failed"] == "warn"


def test_rejected_rows_take_the_proof_of_absence_away(folder):
    place = make.box(make.X, make.Y)
    path = make.geojson(folder / "inputs", place, None, name="c.geojson", crs="urn:ogc:def:crs:EPSG::4549")
    given = constraint(f"inputs/{path.name}", coverage="complete")
    found = load.inputs(study(given), folder)
    assert (found.layers["c"].coverage, found.layers["c"].cause) == ("unknown", "rows_rejected")
    assert codes(found, "c")["geometry_missing"] == "rejected"
    found = load.inputs(study(given | {"accept": ["ignore-rejected-rows"]}), folder)
    assert (found.layers["c"].coverage, found.layers["c"].cause) == ("complete", "")


@pytest.mark.parametrize("content", [None, b"<html>"])
def test_a_lost_boundary_never_becomes_everywhere(folder, content):
    make.gpkg(folder / "inputs", make.squares(1), name="c.gpkg")
    if content:
        (folder / "inputs" / "b.gpkg").write_bytes(content)
    boundary = {"id": "b", "role": "boundary", "source": "inputs/b.gpkg"}
    found = load.inputs(study(constraint(coverage="complete"), boundary), folder)
    assert found.boundary is None
    assert (found.layers["c"].coverage, found.layers["c"].cause) == ("unknown", "boundary_failed")


@pytest.mark.parametrize(
    ("vintage", "days", "state"),
    [(date(2026, 1, 1), 400, "ok"), (date(2025, 1, 1), 400, "stale"), (None, 400, "stale"), (None, None, "ok")],
)
def test_stale_layers(folder, vintage, days, state):
    make.gpkg(folder / "inputs", make.squares(1), name="c.gpkg")
    found = load.inputs(study(constraint(vintage=vintage, stale_after_days=days)), folder)
    assert found.layers["c"].state == state
    assert found.layers["c"].cause == ("layer_stale" if state == "stale" else "")


def test_a_filter_knows_three_answers(folder):
    make.gpkg(folder / "inputs", make.squares(3, GRADE=["1", "2", None]), name="c.gpkg")
    found = load.inputs(study(constraint(where="GRADE = 1", **{"class": "GRADE"})), folder)
    layer = found.layers["c"]
    assert layer.maybe.tolist() == [False, True]
    assert layer.classes.tolist() == ["1", ""]
    assert layer.ids.tolist() == ["1", "3"]
    assert codes(found, "c") == {"rows_filtered": "fixed", "may_belong_constraint": "warn"}
    found = load.inputs(study(constraint(where="GRAD = 1")), folder)
    assert found.layers["c"].state == "failed"
    assert codes(found, "c") == {"where_field_unknown": "warn"}


def test_mixed_kinds_lines_in_a_polygon_layer(folder):
    line = {"type": "LineString", "coordinates": [[120, 28], [120.1, 28.1]]}
    square = make.box(120, 28, 0.001)
    path = make.geojson(folder / "inputs", square, line, square, name="c.geojson")
    found = load.inputs(study(constraint(f"inputs/{path.name}", coverage="complete")), folder)
    assert len(found.layers["c"].shapes) == 2
    assert codes(found, "c")["not_a_polygon"] == "rejected"
    assert found.layers["c"].coverage == "unknown"


def test_rasters_and_their_problems(folder):
    place = from_origin(make.X, make.Y + 300, 30, 30)
    profile = {"driver": "GTiff", "width": 10, "height": 10, "count": 1, "dtype": "float32"}
    with rasterio.open(folder / "inputs" / "d.tif", "w", transform=place, crs=make.GK, **profile) as out:
        out.write(np.arange(100, dtype="float32").reshape(1, 10, 10))
    dem = {"id": "dem", "role": "raster", "source": "inputs/d.tif", "kind": "dem", "vertical_unit": "m"}
    found = load.inputs(study(dem, dem | {"id": "lost", "source": "no.tif"}), folder)
    assert found.rasters["dem"].values[9, 9] == 99
    assert set(found.rasters) == {"dem"}
    assert codes(found, "lost") == {"layer_file_missing": "warn"}
    assert len(found.digests["dem"]) == 64


def test_problems_are_a_table_with_unique_keys(folder):
    path = make.geojson(folder / "inputs", make.box(120, 28, 0.001), None, None, name="c.geojson")
    found = load.inputs(study(constraint(f"inputs/{path.name}")), folder)
    assert len(settled("problems", found.problems)) == len(found.problems) > 0


def test_progress_may_cancel(folder):
    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        load.inputs(study(), folder, stop)


@pytest.mark.long
def test_the_city_of_cambridge(tmp_path):
    """13,116 real parcels: 1 id missing, 80 repeated, 37 broken boundaries, 1 of no area."""
    source = str(make.real("real/cambridge_ma/parcels/ASSESSING_ParcelsFY2014.topojson"))
    given = PARCELS | {"source": source, "fields": {"parcel_id": "ML"}}
    plain = Study.model_validate(
        {"name": "c", "crs": "EPSG:26986", "as_of": date(2026, 11, 23), "layers": [given]}, by_alias=True
    )
    with pytest.raises(BlockedError) as caught:
        load.inputs(plain, tmp_path)
    assert [(r.code, r.values["proposal"]) for r in caught.value.reasons] == [("crs_missing", "crs:EPSG:4326")]
    for accept, expected in [
        (("crs:EPSG:4326",), ["ids_null", "ids_repeat"]),
        (("crs:EPSG:4326", "number-null-ids"), ["ids_repeat"]),
    ]:
        spec = LayerSpec.model_validate(given | {"accept": accept})
        with pytest.raises(BlockedError) as caught:
            load.inputs(plain.model_copy(update={"layers": (spec,)}), tmp_path)
        assert [r.code for r in caught.value.reasons] == expected
    [repeat] = caught.value.reasons
    assert repeat.values["ids"] + repeat.values["count"] > repeat.values["ids"]
    accept = ("crs:EPSG:4326", "number-null-ids", "suffix-duplicate-ids")
    spec = LayerSpec.model_validate(given | {"accept": accept})
    found = load.inputs(plain.model_copy(update={"layers": (spec,)}), tmp_path)
    rejected = found.problems["severity"] == "rejected"
    assert len(found.parcels) + rejected.sum() == 13_116
    assert rejected.sum() == 1
    assert found.parcels["parcel_id"].is_unique
    assert found.parcels.geometry.is_valid.all()
    assert found.problems["code"].str.startswith("geometry_repaired").sum() == 37
    assert found.parcels.geometry.area.sum() == pytest.approx(17.37e6, rel=1e-3)


def test_anhui_and_aachen_texts(tmp_path):
    from layers.sources import gate

    anhui = make.real("real/cn_samples/anhui_counties_gbk/chinese_encoding.shp")
    file = gate.open_vector(anhui, tmp_path)
    assert len(file.frame) == 78
    assert {"天长市", "全椒县"} <= set(file.frame["NAME99"])
    assert file.crs == ""
    aachen = gate.open_vector(make.real("real/aachen_de/Natura2000_aachenClipped.shp"), tmp_path)
    assert "Münsterbachtal" in " ".join(aachen.frame["SITENAME"])
    assert aachen.crs == "EPSG:3035"


def test_where_a_study_lies_is_read_once(folder, monkeypatch):
    opened = []
    real = load.open_layer
    monkeypatch.setattr(load, "open_layer", lambda spec, *more: opened.append(spec.id) or real(spec, *more))
    home = load.Home(study(), folder)
    assert len(home.parcels) == 4
    assert home.of("constraint").equals(shapely.box(*shapely.total_bounds(home.parcels)))
    assert home.of("boundary") is not None
    assert opened == ["parcels"]
    assert load.Home(study(parcels=None), folder).of("constraint") is None
