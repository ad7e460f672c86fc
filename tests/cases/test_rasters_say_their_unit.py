"""Rasters: a class nobody has is a known 0, no data may be declared a class, slopes in degrees are slopes."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geo.basis.inputs import Raster
from geo.basis.progress import silent
from geo.measure.zonal import tables
from geo.rank.scale import scaled
from layers.study import catalog, checks, grid
from layers.study.run.results import open_results
from layers.study.spec import LayerSpec, SpecError
from tests.cases import base
from tests.geo.rank.making import criterion

RULE = """
[pack]
id = "raster"

[[rules]]
id = "r"
title = {{ zh = "规则", en = "Rule" }}
fact = "{fact}"
test = "value"
operator = "<="
threshold = {limit}
severity = "exclude"
effect = "parcel"
clause = "条"
confidence = "S"
"""


def tiff(path, values, nodata=None, cell=10.0, west=-200.0, north=600.0):
    """Write a raster over the parcels of the base study (0 … 400 m)."""
    values = np.asarray(values, "float32")
    place = from_origin(base.X0 + west, base.Y0 + north, cell, cell)
    with rasterio.open(path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
                       dtype="float32", crs=base.CRS, transform=place, nodata=nodata) as out:  # fmt: skip
        out.write(values, 1)
    return path


def study(folder, fact, limit):
    base.study(folder)
    (folder / "inputs" / "rules.toml").write_text(RULE.format(fact=fact, limit=limit), encoding="utf-8")
    return folder


def classes(fill, west_fill=None):
    """80 × 80 cells of one class; the western half of p00 … of another where it is given."""
    made = np.full((80, 80), float(fill))
    if west_fill is not None:
        made[:, :25] = west_fill
    return made


def red_line(folder):
    """Answer for a red line on p00 and p01; return the outcome of the rule."""
    path = folder.parent / "line.gpkg"
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[base.box(10, 10, 150, 60)], crs=base.CRS).to_file(path)
    check = checks.check(folder, path, checks.RedlineQuestion(name="甲"), silent)
    return check.table("verdicts").set_index("rule_id").loc["r", "outcome"]


# --- a class nobody has ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["whole", "half"])
def test_a_class_no_parcel_has_is_a_known_nothing_for_parcels_and_red_lines(tmp_path, kind):
    folder = study(tmp_path / "study", "cover_class7_share", 0.0)
    values = classes(2, np.nan if kind == "half" else 3)
    tiff(tmp_path / "cover.tif", values, nodata=-1)
    catalog.add(folder, tmp_path / "cover.tif", {"role": "raster", "id": "cover", "kind": "classes"})
    said = base.statuses(folder)
    assert said["p01"] == "eligible"
    assert said["p00"] == ("unknown" if kind == "half" else "eligible")
    assert red_line(folder) == ("unknown" if kind == "half" else "clear")


def test_a_class_of_some_parcel_is_zero_on_the_others(tmp_path):
    folder = study(tmp_path / "study", "cover_class3_share", 0.0)
    tiff(tmp_path / "cover.tif", classes(2, 3), nodata=-1)
    catalog.add(folder, tmp_path / "cover.tif", {"role": "raster", "id": "cover", "kind": "classes"})
    said = base.statuses(folder)
    assert (said["p00"], said["p01"]) == ("excluded", "eligible")


def test_a_raster_nobody_has_stays_unknown(tmp_path):
    folder = study(tmp_path / "study", "cover_class7_share", 0.0)
    assert set(base.statuses(folder).values()) == {"unknown"}


def test_a_criterion_reads_a_class_nobody_has_as_nothing():
    made = Raster("c", "classes", classes(2), (10.0, 0.0, base.X0 - 200, 0.0, -10.0, base.Y0 + 600), base.CRS)
    frame = tables(base.parcels().geometry.to_numpy(), base.CRS, {"c": made}, silent)[0].assign(site_id="S")
    kind = {"kind": "decreasing", "full_at": 0.0, "none_at": 1.0}
    found = scaled(frame, [criterion("c_class9_share", value=kind, weight=1.0)], "site_id")
    assert found.low.min() == found.high.max() == 1.0


# --- no data as a class ------------------------------------------------------------


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_no_data_that_may_mean_none_is_proposed_and_taken_when_accepted(tmp_path, share):
    folder = study(tmp_path / "study", "zone_class1_share", 0.0)
    values = np.full((80, 80), np.nan)
    values[:, : int(80 * (1 - share))] = 1.0
    tiff(tmp_path / "zone.tif", values, nodata=-1)
    given = {"role": "raster", "id": "zone", "kind": "classes"}
    assert (
        base.codes(catalog.check(tmp_path / "zone.tif", silent, given, folder))["raster_nodata_may_be_none"] == "warn"
    )
    catalog.add(folder, tmp_path / "zone.tif", given | {"accept": ("nodata-class:none",)})
    said = base.statuses(folder)
    edge = 10 * int(80 * (1 - share)) - 200
    for parcel, status in said.items():
        column = int(parcel[1:]) % 4
        assert status == ("excluded" if 100 * column < edge else "eligible")


def test_beyond_the_raster_stays_unknown_when_no_data_is_a_class(tmp_path):
    folder = study(tmp_path / "study", "zone_class1_share", 0.0)
    tiff(tmp_path / "zone.tif", np.full((80, 40), np.nan), nodata=-1)
    given = {"role": "raster", "id": "zone", "kind": "classes", "accept": ("nodata-class:none",)}
    catalog.add(folder, tmp_path / "zone.tif", given)
    said = base.statuses(folder)
    assert (said["p00"], said["p01"], said["p02"], said["p03"]) == ("eligible", "eligible", "unknown", "unknown")
    facts = open_results(folder).table("facts").set_index("parcel_id")
    assert facts.loc["p00", "zone_classnone_share"] == pytest.approx(1.0)


def test_gaps_among_many_classes_are_no_proposal(tmp_path):
    folder = study(tmp_path / "study", "zone_class1_share", 0.0)
    values = np.tile([1.0, 2.0, 3.0, np.nan], (80, 20))
    tiff(tmp_path / "zone.tif", values, nodata=-1)
    given = {"role": "raster", "id": "zone", "kind": "classes"}
    assert "raster_nodata_may_be_none" not in base.codes(catalog.check(tmp_path / "zone.tif", silent, given, folder))


# --- slopes ------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "value", "status"), [
    ("deg", 8.0, "eligible"), ("deg", 10.0, "excluded"), ("pct", 10.0, "eligible"), ("pct", 16.0, "excluded"),
])  # fmt: skip
def test_a_slope_is_held_against_percent_whatever_its_unit(tmp_path, unit, value, status):
    folder = study(tmp_path / "study", "slope_p90_pct", 15.0)
    tiff(tmp_path / "a.tif", classes(value))
    given = {"role": "raster", "id": "relief", "kind": "slope", "vertical_unit": unit}
    catalog.add(folder, tmp_path / "a.tif", given)
    assert set(base.statuses(folder).values()) == {status}
    facts = open_results(folder).table("facts")
    want = value if unit == "pct" else 100 * np.tan(np.radians(value))
    assert facts["slope_mean_pct"].tolist() == pytest.approx([want] * 16, abs=1e-3)


def test_a_slope_without_a_unit_is_refused(tmp_path):
    folder = study(tmp_path / "study", "slope_p90_pct", 15.0)
    tiff(tmp_path / "a.tif", classes(8))
    with pytest.raises(SpecError) as told:
        catalog.add(folder, tmp_path / "a.tif", {"role": "raster", "id": "relief", "kind": "slope"})
    assert told.value.reasons[0].code == "slope_needs_unit"


@pytest.mark.parametrize("name", ["slope", "坡度图"])
def test_an_index_named_a_slope_is_refused(tmp_path, name):
    spec = LayerSpec(id="layer", role="raster", source=f"{name}.tif", kind="index", vintage=date(2026, 1, 1))
    made, found = grid.raster(spec, tiff(tmp_path / f"{name}.tif", classes(8)), tmp_path / "cache", base.CRS)
    assert made is None
    assert base.codes(found) == {"raster_is_slope": "block"}


@pytest.mark.parametrize(("unit", "value"), [("deg", 95.0), ("pct", -4.0)])
def test_values_no_slope_has_block(tmp_path, unit, value):
    spec = LayerSpec(id="layer", role="raster", source="a.tif", kind="slope", vertical_unit=unit)
    made, found = grid.raster(spec, tiff(tmp_path / "a.tif", classes(5, value)), tmp_path / "cache", base.CRS)
    assert made is None
    assert base.codes(found)["slope_out_of_range"] == "block"
