"""Statistics of imagery equal a plain computation cell by cell; nothing hidden is ever bare."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.tables import settled
from geo.idle import imagery
from geo.idle.imagery import Bounds, Image, change, statistics

CRS = "EPSG:4549"
BOUNDS = Bounds(not_green=0.1, green=0.2, dry=0.2, water=0.3, bare=-0.02, built=0.02)
CELL, WEST, NORTH = 10.0, 500_000.0, 3_180_000.0
NAMES = ("red", "green", "blue", "nir")
COLOURS = {
    "green": (42, 70, 44, 152),
    "bare": (176, 150, 118, 138),
    "built": (158, 152, 148, 128),
    "water": (44, 62, 74, 22),
}


def image(bands, day=date(2026, 10, 20), name="i"):
    shape = next(iter(bands.values())).shape

    def read(window):
        top, bottom, left, right = window
        return {n: b[top:bottom, left:right] for n, b in bands.items()}

    return Image(name, day, CRS, (CELL, 0.0, WEST, 0.0, -CELL, NORTH), shape, read)


def painted(words):
    """Return bands whose cells have the colours of a grid of class words; "" is no data."""
    grid = np.array(words, object)
    bands = {n: np.full(grid.shape, np.nan) for n in NAMES}
    for word, colour in COLOURS.items():
        for n, value in zip(NAMES, colour, strict=True):
            bands[n][grid == word] = value
    return bands


def cell_box(row, column):
    return shapely.box(WEST + CELL * column, NORTH - CELL * (row + 1), WEST + CELL * (column + 1), NORTH - CELL * row)


def by_hand(bands, shape):
    """Compute what the module promises with nothing but loops and exact intersections of cells."""
    shares = dict.fromkeys(("green", "bare", "built", "water"), 0.0)
    total, weight, seen = 0.0, 0.0, []
    height, width = bands["red"].shape
    for row in range(height):
        for column in range(width):
            part = shapely.intersection(cell_box(row, column), shape).area / shape.area
            red, green, blue, nir = (float(bands[n][row, column]) for n in NAMES)
            if part == 0 or np.isnan(red) or bands.get("cloud", np.zeros((height, width)))[row, column]:
                continue
            ndvi, ndwi, bai = (nir - red) / (nir + red), (green - nir) / (green + nir), (blue - nir) / (blue + nir)
            total, weight = total + part * ndvi, weight + part
            seen.append(ndvi)
            if ndvi >= BOUNDS.green:
                shares["green"] += part
            elif ndvi <= BOUNDS.not_green and ndwi >= BOUNDS.water:
                shares["water"] += part
            elif ndvi <= BOUNDS.not_green and ndwi <= BOUNDS.dry and bai <= BOUNDS.bare:
                shares["bare"] += part
            elif ndvi <= BOUNDS.not_green and ndwi <= BOUNDS.dry and bai >= BOUNDS.built:
                shares["built"] += part
    mean = total / weight if weight else np.nan
    return shares | {
        "mean": mean,
        "seen": weight,
        "least": min(seen, default=np.nan),
        "most": max(seen, default=np.nan),
    }


def test_statistics_equal_a_computation_cell_by_cell(monkeypatch):
    rng = np.random.default_rng(3)
    monkeypatch.setattr(imagery, "BLOCK", 7)  # shapes reach over several blocks
    monkeypatch.setattr(imagery.blocks, "__defaults__", (7,))
    bands = {n: rng.integers(4, 253, (23, 19)).astype(float) for n in NAMES}
    holes = rng.random((23, 19)) < 0.15
    for band in bands.values():
        band[holes] = np.nan
    bands["cloud"] = (rng.random((23, 19)) < 0.1).astype(float)
    centre = shapely.Point(WEST + 95, NORTH - 115)
    shapes = [
        centre.buffer(70),
        centre.buffer(40).difference(centre.buffer(15)),
        shapely.box(WEST + 3, NORTH - 44, WEST + 61, NORTH - 7),
        shapely.union_all([cell_box(2, 2), cell_box(20, 15)]),
        shapely.box(WEST - 50, NORTH - 50, WEST + 50, NORTH + 30),
    ]
    found = statistics(image(bands), np.array(shapes, object), CRS, BOUNDS)
    for k, shape in enumerate(shapes):
        want, row = by_hand(bands, shape), found.iloc[k]
        for word in ("green", "bare", "built", "water"):
            assert row[f"{word}_share"] == pytest.approx(want[word], abs=2e-6), (k, word)
        assert row["ndvi_mean_index"] == pytest.approx(want["mean"], abs=2e-6)
        assert row["seen_share"] == pytest.approx(want["seen"], abs=2e-6)
        assert (row["ndvi_min_index"], row["ndvi_max_index"]) == pytest.approx((want["least"], want["most"]))
        shares = row[["green_share", "bare_share", "built_share", "water_share", "unknown_share"]].sum()
        assert shares == pytest.approx(1.0, abs=2e-6)


def test_blocks_do_not_change_the_answer(monkeypatch):
    rng = np.random.default_rng(8)
    bands = {n: rng.integers(4, 253, (40, 40)).astype(float) for n in NAMES}
    shapes = np.array([shapely.Point(WEST + 200, NORTH - 200).buffer(r) for r in (30, 120, 190)], object)
    whole = statistics(image(bands), shapes, CRS, BOUNDS)
    monkeypatch.setattr(imagery.blocks, "__defaults__", (9,))
    pd.testing.assert_frame_equal(statistics(image(bands), shapes, CRS, BOUNDS), whole, rtol=1e-6, atol=1e-6)


def test_half_green_half_bare_and_what_is_hidden():
    bands = painted([["green", "bare"], ["", "built"]])
    square = np.array([shapely.box(WEST, NORTH - 20, WEST + 20, NORTH)], object)
    row = statistics(image(bands), square, CRS, BOUNDS).iloc[0]
    assert row[["green_share", "bare_share", "built_share", "unknown_share"]].tolist() == [0.25] * 4
    bands["cloud"] = np.array([[0, 1], [0, 0]])
    hidden = statistics(image(bands), square, CRS, BOUNDS).iloc[0]
    assert hidden[["bare_share", "unknown_share"]].tolist() == [0.0, 0.5]


def test_without_near_infrared_or_blue_less_is_told():
    bands = painted([["green", "bare"], ["built", "water"]])
    square = np.array([shapely.box(WEST, NORTH - 20, WEST + 20, NORTH)], object)
    no_blue = statistics(image({n: b for n, b in bands.items() if n != "blue"}), square, CRS, BOUNDS).iloc[0]
    assert no_blue[["green_share", "water_share", "unknown_share"]].tolist() == [0.25, 0.25, 0.5]
    assert no_blue["built_index"] == ""
    no_nir = statistics(image({"red": bands["red"], "blue": bands["blue"]}), square, CRS, BOUNDS).iloc[0]
    assert no_nir["unknown_share"] == 1.0
    assert np.isnan(no_nir["ndvi_mean_index"])


def test_ndbi_stands_only_where_short_wave_infrared_is():
    bands = painted([["built"]])
    square = np.array([cell_box(0, 0)], object)
    assert statistics(image(bands), square, CRS, BOUNDS)["built_index"].iloc[0] == "bai"
    row = statistics(image(bands | {"swir": np.array([[192.0]])}), square, CRS, BOUNDS).iloc[0]
    assert row["built_index"] == "ndbi"
    assert row["built_mean_index"] == pytest.approx((192 - 128) / (192 + 128))


def test_outside_the_image_and_without_ground_nothing_is_known():
    bands = painted([["bare"]])
    shapes = [
        shapely.box(WEST + 5, NORTH - 5, WEST + 15, NORTH),
        shapely.box(0, 0, 1, 1),
        shapely.Polygon(),
        shapely.Point(1, 1),
    ]
    found = statistics(image(bands), np.array(shapes, object), CRS, BOUNDS)
    assert found["unknown_share"].tolist() == pytest.approx([0.5, 1.0, 1.0, 1.0])
    assert found["bare_share"].tolist() == pytest.approx([0.5, 0.0, 0.0, 0.0])


def test_shapes_in_another_system_are_carried_over():
    bands = painted([["green", "bare"], ["green", "bare"]])
    square = shapely.box(WEST, NORTH - 20, WEST + 20, NORTH)
    import geopandas as gpd

    degrees = gpd.GeoSeries([square], crs=CRS).to_crs(4490).to_numpy()
    row = statistics(image(bands), degrees, "EPSG:4490", BOUNDS).iloc[0]
    assert row["green_share"] == pytest.approx(0.5, abs=1e-4)


WORDS = st.sampled_from([*COLOURS, ""])


@settings(max_examples=40)
@given(
    st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=3, max_size=3), st.lists(st.integers(0, 8), max_size=5)
)
def test_hiding_cells_never_proves_more(words, hidden):
    square = np.array([shapely.box(WEST + 2, NORTH - 28, WEST + 27, NORTH - 1)], object)
    whole = statistics(image(painted(words)), square, CRS, BOUNDS).iloc[0]
    less = [list(row) for row in words]
    for k in hidden:
        less[k // 3][k % 3] = ""
    found = statistics(image(painted(less)), square, CRS, BOUNDS).iloc[0]
    for word in ("green", "bare", "built", "water"):
        assert found[f"{word}_share"] <= whole[f"{word}_share"] + 1e-6
        # and what was true stays possible
        assert found[f"{word}_share"] + found["unknown_share"] >= whole[f"{word}_share"] - 1e-6


def dated(words, day, name):
    square = np.array([shapely.box(WEST, NORTH - 20, WEST + 20, NORTH)], object)
    found = statistics(image(painted(words)), square, CRS, BOUNDS)
    return found.assign(unit_kind="plot", unit_id="G-07", layer_id=name, taken_on=pd.Timestamp(day))


def test_change_is_an_interval_that_holds_the_truth():
    before = dated([["bare", "bare"], ["bare", ""]], date(2024, 10, 15), "old")
    after = dated([["built", "bare"], ["bare", "built"]], date(2026, 10, 20), "new")
    row = settled("imagery_change", change(before, after, ("unit_kind", "unit_id"))).iloc[0]
    assert (row["built_change_share"], row["built_change_hi_share"]) == pytest.approx((0.25, 0.5))
    assert (row["bare_change_share"], row["bare_change_hi_share"]) == pytest.approx((-0.5, -0.25))
    assert np.isnan(row["ndvi_change_index"])
    seen = dated([["bare", "bare"], ["bare", "bare"]], date(2024, 10, 15), "old")
    whole = change(seen, after, ("unit_kind", "unit_id")).iloc[0]
    assert (whole["built_change_share"], whole["built_change_hi_share"]) == pytest.approx((0.5, 0.5))
    assert whole["ndvi_change_index"] == pytest.approx(
        after["ndvi_mean_index"].iloc[0] - seen["ndvi_mean_index"].iloc[0]
    )
