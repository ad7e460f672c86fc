"""Slopes are true whatever system the heights come in, and heights that cannot be ground are told."""

from datetime import date

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine

from geo.basis.progress import silent
from geo.measure.slope import slope_pct
from layers.study import catalog, grid
from layers.study.run.results import open_results
from layers.study.spec import LayerSpec
from tests.cases import base
from tests.cases.base import hostile

CHINA, BOSTON = (118.6, 38.8), (-71.2, 42.3)


def plane(lon, lat, pct, system, transform, size):
    """Heights of a plane that rises by so many percent towards the east, in true metres."""
    local = pyproj.CRS.from_proj4(f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +ellps=GRS80 +units=m")
    col, row = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    x, y = transform * (col, row)
    to = pyproj.Transformer.from_crs(system, local, always_xy=True)
    east, north = to.transform(x, y)
    return 500.0 + pct / 100 * (np.cos(0.4) * np.array(east) + np.sin(0.4) * np.array(north))


def written(path, values, transform, system, **more):
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype="float64",
        crs=system, transform=transform, **more,
    ) as out:  # fmt: skip
        out.write(values, 1)
    return path


def transform_at(lon, lat, system, cell, turn=0.0, stretch=1.0):
    x, y = pyproj.Transformer.from_crs("EPSG:4326", system, always_xy=True).transform(lon, lat)
    size = 60 * cell
    return Affine.translation(x - size / 2, y + size / 2) @ Affine.rotation(turn) @ Affine.scale(cell, -cell * stretch)


CASES = [
    (CHINA, "EPSG:3857", "EPSG:4548", 30.0, 0.0, 1.0, 14.0),
    (CHINA, "EPSG:4326", "EPSG:4548", 0.0003, 0.0, 1.0, 14.0),
    (CHINA, "EPSG:4490", "EPSG:4548", 0.0003, 0.0, 0.8, 14.0),
    (CHINA, "EPSG:4548", "EPSG:4548", 30.0, 30.0, 1.0, 14.0),
    (CHINA, "EPSG:4548", "EPSG:4548", 30.0, 0.0, 0.5, 14.0),
    (CHINA, "EPSG:3395", "EPSG:4548", 30.0, 17.0, 1.3, 14.0),
    (BOSTON, "EPSG:2249", "EPSG:26986", 100.0, 0.0, 1.0, 20.0),
    (BOSTON, "EPSG:2249", "EPSG:26986", 100.0, 45.0, 1.0, 20.0),
    ((120.0, 60.0), "EPSG:4326", "EPSG:4549", 0.0005, 0.0, 1.0, 14.0),
]


@pytest.mark.parametrize(("place", "system", "study", "cell", "turn", "stretch", "pct"), CASES)
def test_a_plane_keeps_its_slope(tmp_path, place, system, study, cell, turn, stretch, pct):
    transform = transform_at(*place, system, cell, turn, stretch)
    path = written(tmp_path / "dem.tif", plane(*place, pct, system, transform, 60), transform, system)
    spec = LayerSpec(id="dem", role="raster", source="dem.tif", kind="dem", vertical_unit="m")
    found, _ = grid.raster(spec, path, tmp_path / "cache", study)
    slope = slope_pct(found.values, found.transform[0], -found.transform[4])
    assert np.isfinite(slope).sum() > 1000
    assert np.nanmin(slope) == pytest.approx(pct, abs=0.05)
    assert np.nanmax(slope) == pytest.approx(pct, abs=0.05)


def test_where_the_study_system_stretches_slopes_are_measured_beside_it(tmp_path):
    """8° off the meridian lengths are off by 0.7 %: allowed for a study, too much for a slope."""
    transform = transform_at(128.0, 45.0, "EPSG:4549", 30.0)
    path = written(tmp_path / "dem.tif", plane(128.0, 45.0, 14.0, "EPSG:4549", transform, 60), transform, "EPSG:4549")
    spec = LayerSpec(id="dem", role="raster", source="dem.tif", kind="dem", vertical_unit="m")
    found, _ = grid.raster(spec, path, tmp_path / "cache", "EPSG:4549")
    slope = slope_pct(found.values, found.transform[0], -found.transform[4])
    assert np.nanmax(slope) == pytest.approx(14.0, abs=0.05)


def heights(size=80, seed=1):
    rng = np.random.default_rng(seed)
    return 100.0 + np.cumsum(rng.normal(0, 0.2, (size, size)), axis=1)


def dem(tmp_path, values, name="dem.tif", dx=0.0):
    transform = Affine(10.0, 0.0, base.X0 - 200 + dx, 0.0, -10.0, base.Y0 + 600)
    return written(tmp_path / name, values, transform, base.CRS)


def codes(found):
    return {f.code: f.proposal for f in found}


def added(folder, path, **more):
    given = {"role": "raster", "id": "dem", "kind": "dem", "vertical_unit": "m"} | more
    return codes(catalog.add(folder, path, given))


@pytest.mark.parametrize("fill", [0.0, -1.0, 1000.0, 255.0])
def test_a_fill_nobody_declared_is_suspected(tmp_path, fill):
    folder, values = base.study(tmp_path / "study"), heights()
    values[10:30, 40:60] = fill
    assert added(folder, dem(tmp_path, values))["raster_sentinel"] == f"nodata:{fill:g}"
    assert codes(catalog.check(folder, silent))["raster_sentinel"] == f"nodata:{fill:g}"


@pytest.mark.parametrize("what", ["lake", "sea", "plain"])
def test_flat_water_is_no_fill(tmp_path, what):
    values = heights()
    if what == "lake":
        values[20:60, 20:60] = values.min() - 0.5
    elif what == "sea":
        values = np.clip(np.add.outer(np.zeros(80), np.linspace(-40, 60, 80)), 0, None)
    folder = base.study(tmp_path / "study")
    assert added(folder, dem(tmp_path, values)) == {}


def test_slopes_no_ground_has_are_told(tmp_path):
    values = heights()
    values[::7, ::5] += np.linspace(60, 400, len(values[::7, ::5].ravel())).reshape(values[::7, ::5].shape)
    folder = base.study(tmp_path / "study")
    assert "dem_cliffs" in added(folder, dem(tmp_path, values))


@pytest.mark.parametrize("kind", ["dem", "classes", "index"])
def test_a_raster_elsewhere_is_said(tmp_path, kind):
    folder = base.study(tmp_path / "study")
    unit = {} if kind == "dem" else {"vertical_unit": ""}
    assert "raster_elsewhere" in added(folder, dem(tmp_path, heights(), dx=200_000.0), kind=kind, **unit)
    assert "raster_elsewhere" in codes(catalog.check(folder, silent))
    base.statuses(folder)
    assert base.problems(folder, "dem")["raster_elsewhere"] == "warn"


@pytest.mark.parametrize(
    ("name", "code"), [("dem_far_away.tif", "raster_elsewhere"), ("dem_zero_nodata.tif", "raster_sentinel")]
)
def test_hostile(tmp_path, name, code):
    assert code in added(base.study(tmp_path / "study"), hostile(name))


def test_a_fill_that_is_accepted_is_unknown(tmp_path):
    folder, values = base.study(tmp_path / "study"), heights()
    values[40:50, 20:30] = 0.0  # on p03 and its neighbours
    added(folder, dem(tmp_path, values), accept=("nodata:0",), vintage=date(2026, 1, 1))
    base.statuses(folder)
    facts = open_results(folder).table("facts")
    assert facts["slope_mean_pct"].max() < 20


@pytest.mark.parametrize(("accept", "steepest"), [((), 20.0), (("nodata:0",), 20.0), (("ground:0",), np.inf)])
def test_a_fill_says_nothing_until_it_is_settled(tmp_path, accept, steepest):
    folder, values = base.study(tmp_path / "study"), heights()
    values[40:50, 20:30] = 0.0
    found = added(folder, dem(tmp_path, values), accept=accept, vintage=date(2026, 1, 1))
    assert ("raster_sentinel" in found) == (accept == ())
    base.statuses(folder)
    slopes = open_results(folder).table("facts")["slope_mean_pct"]
    assert (slopes.max() < 20) == (steepest == 20.0)
    assert slopes.isna().any() == (steepest == 20.0)


def test_a_study_whose_lengths_are_wrong_is_refused(tmp_path):
    """The system is right for its own ground; these parcels lie 11° off its meridian."""
    folder = tmp_path / "study"
    catalog.new(folder, crs="EPSG:4549")
    cells = [shapely.box(109.0, 30.0, 109.01, 30.01)]
    gpd.GeoDataFrame({"BSM": ["a"]}, geometry=cells, crs=4490).to_file(tmp_path / "p.gpkg")
    found = catalog.checked(folder, tmp_path / "p.gpkg", {"role": "parcels", "fields": {"parcel_id": "BSM"}})
    told = {f.code: f for f in found}
    assert told["study_scale_off"].severity == "block"
    assert told["study_scale_off"].reason.values["better"] == "EPSG:4545"
