import numpy as np
import pytest
import shapely

from geo.basis.errors import BlockedError
from geo.basis.inputs import Raster
from geo.basis.progress import silent
from geo.measure import zonal
from geo.measure.slope import slope_pct
from tests.geo.measure.making import CRS, X, Y, box

SIDE = 20
EAST, NORTH = np.meshgrid(10.0 * np.arange(SIDE) + 5, 10.0 * np.arange(SIDE)[::-1] + 5)
GRID = (10.0, 0.0, X, 0.0, -10.0, Y + 10.0 * SIDE)


def raster(values, kind="dem", transform=GRID, name="r", crs=CRS):
    return Raster(name, kind, np.asarray(values, float), transform, crs)


def facts(made, *shapes, crs=CRS):
    array = np.empty(len(shapes), object)
    array[:] = shapes
    return zonal.tables(array, crs, {made.layer_id: made}, silent)[0].to_dict("records")


def test_a_tilted_plane_has_its_slope_in_percent_with_both_cell_sizes():
    x, y = np.meshgrid(5.0 * np.arange(9), 20.0 * np.arange(7))
    slope = slope_pct(0.3 * x + 0.4 * y, 5.0, 20.0)
    assert slope[1:-1, 1:-1] == pytest.approx(50.0)
    assert np.isnan(slope[0]).all()
    assert np.isnan(slope[:, -1]).all()


def test_horn_on_a_single_peak():
    """One 8 m peak: the cells beside it weigh it twice, those at its corners once."""
    z = np.zeros((5, 5))
    z[2, 2] = 8.0
    slope = slope_pct(z, 10.0, 10.0)
    assert slope[2, 2] == 0.0
    assert slope[2, 1] == pytest.approx(100 * 2 * 8 / 80)
    assert slope[1, 1] == pytest.approx(100 * np.hypot(8, 8) / 80)


def test_a_cell_with_a_nodata_neighbour_is_nodata():
    z = np.zeros((7, 7))
    z[3, 3] = np.nan
    slope = slope_pct(z, 1.0, 1.0)
    assert np.isnan(slope[2:5, 2:5]).all()
    assert slope[1, 1:6].tolist() == [0.0] * 5
    assert np.isnan(slope_pct(np.zeros((2, 9)), 1.0, 1.0)).all()


def test_slope_columns_of_a_plane_are_points():
    row = facts(raster(0.12 * EAST), box(30, 30, 90, 75))[0]
    for name in ("slope_mean", "slope_p90"):
        assert row[f"{name}_pct"] == pytest.approx(12.0)
        assert row[f"{name}_hi_pct"] == pytest.approx(12.0)
    shares = {k: row[f"slope_over{k}_share"] for k in (10, 15, 25)}
    assert shares == {10: pytest.approx(1.0), 15: 0.0, 25: 0.0}
    assert row["slope_over10_hi_share"] == pytest.approx(1.0)


def test_steep_share_weighs_cells_by_the_part_inside():
    """West of x = 100 flat, east of it 20 %: the kink is a cell column of 10 % on each side."""
    z = np.where(EAST > 100, 0.2 * (EAST - 100), 0.0)
    row = facts(raster(z), box(40, 40, 165, 100))[0]
    assert row["slope_over15_share"] == pytest.approx(55 / 125, abs=1e-6)
    assert row["slope_over15_hi_share"] == pytest.approx(55 / 125, abs=1e-6)


def test_nodata_widens_every_interval():
    z = 0.12 * EAST
    z[:, 10:] = np.nan  # slope is known up to x = 90
    row = facts(raster(z), box(40, 40, 140, 100))[0]
    assert row["slope_mean_pct"] == pytest.approx(6.0)
    assert np.isnan(row["slope_mean_hi_pct"])
    assert (row["slope_over10_share"], row["slope_over10_hi_share"]) == (pytest.approx(0.5), pytest.approx(1.0))
    assert (row["slope_over15_share"], row["slope_over15_hi_share"]) == (0.0, pytest.approx(0.5))
    assert row["slope_p90_pct"] == pytest.approx(12.0)
    assert np.isnan(row["slope_p90_hi_pct"])


def test_p90_has_bounds_while_little_is_unknown():
    z = 0.12 * EAST
    z[:, 16:] = np.nan  # known up to x = 150
    row = facts(raster(z), box(60, 40, 154, 100))[0]
    assert row["slope_p90_pct"] == pytest.approx(12.0)
    assert row["slope_p90_hi_pct"] == pytest.approx(12.0)


def test_a_parcel_outside_the_raster_is_unbounded_and_one_half_inside_is_half_unknown():
    made = raster(np.full((SIDE, SIDE), 3.0), kind="classes")
    outside, half = facts(made, box(900, 900, 950, 950), box(-50, 50, 50, 100))
    assert np.isnan([outside["r_class3_share"], outside["r_class3_hi_share"]]).all()
    assert half["r_class3_share"] == pytest.approx(0.5, abs=1e-6)
    assert half["r_class3_hi_share"] == pytest.approx(1.0)


def test_class_shares_of_each_class_present():
    values = np.where(EAST < 100, 1.0, 2.0)
    values[0, 0] = 7.0  # under no parcel
    values[10, 9] = np.nan
    both, west = facts(raster(values, kind="classes"), box(80, 60, 120, 110), box(0, 0, 50, 50))
    shares = {"r_class1_share", "r_class1_hi_share", "r_class2_share", "r_class2_hi_share"}
    assert set(both) == {*shares, "r_unknown_share"}
    assert both["r_class1_share"] == pytest.approx(0.45, abs=1e-6)
    assert both["r_class1_hi_share"] == pytest.approx(0.5, abs=1e-6)
    assert both["r_class2_hi_share"] == pytest.approx(0.55, abs=1e-6)
    assert (west["r_class1_share"], west["r_class2_share"], west["r_class2_hi_share"]) == (pytest.approx(1.0), 0.0, 0.0)


def test_index_means_are_unbounded_where_anything_is_unknown():
    values = EAST.copy()
    values[10, 9] = np.nan
    whole, broken = facts(raster(values, kind="index"), box(0, 0, 50, 50), box(80, 60, 120, 110))
    assert whole["r_mean_index"] == whole["r_mean_hi_index"] == pytest.approx(25.0)
    assert (whole["r_min_index"], whole["r_max_index"]) == (5.0, 45.0)
    assert np.isnan([broken["r_mean_index"], broken["r_mean_hi_index"]]).all()


def test_south_up_rasters_give_the_same():
    values = np.where(NORTH > 100, 1.0, 2.0)
    turned = raster(values[::-1], kind="classes", transform=(10.0, 0.0, X, 0.0, 10.0, Y))
    parcel = box(20, 80, 60, 150)
    assert facts(turned, parcel) == facts(raster(values, kind="classes"), parcel)
    assert facts(turned, parcel)[0]["r_class1_share"] == pytest.approx(50 / 70)


def test_parcels_are_carried_into_the_crs_of_the_raster():
    wide = raster(
        np.full((SIDE, SIDE), 4.0), kind="classes", crs="EPSG:4548", transform=(50000.0, 0, 6e5, 0, -5e4, 35e5)
    )
    row = facts(wide, box(0, 0, 100, 100))[0]
    assert row["r_class4_share"] == pytest.approx(1.0, abs=1e-6)


def test_empty_parcels_are_unbounded():
    rows = facts(raster(0.12 * EAST), shapely.Polygon(), box(30, 30, 90, 75))
    assert all(np.isnan(v) for v in rows[0].values())
    assert rows[1]["slope_mean_pct"] == pytest.approx(12.0)
    alone = facts(raster(0.12 * EAST), shapely.Polygon())[0]
    assert all(np.isnan(v) for v in alone.values())


def test_two_elevation_models_and_rotated_rasters_are_refused_together():
    turned = raster(EAST, transform=(10.0, 1.0, X, 0.0, -10.0, Y), name="b")
    with pytest.raises(BlockedError) as caught:
        zonal.tables(np.array([box(0, 0, 9, 9)], object), CRS, {"a": raster(EAST, name="a"), "b": turned}, silent)
    assert [r.code for r in caught.value.reasons] == ["dem_more_than_one", "raster_rotated"]
