"""What must hold on any ground: less data never narrows an interval, and areas add up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.basis.area import basis
from geo.basis.inputs import Raster
from geo.basis.layer import UNSURE, Layer, Zone
from geo.basis.progress import silent
from geo.measure import zonal
from tests.geo.measure.making import CRS, X, Y, box, layer, measure, parcels, pieces, world

CLOSE = 1e-3  # m²: grids of the overlay's second attempts, far below any threshold
few = settings(max_examples=20, deadline=None)
side = st.integers(0, 20).map(lambda k: 10.0 * k)
real = st.floats(0, 200, allow_nan=False, width=32)


@st.composite
def polygons(draw):
    """Boxes on a grid (shared edges and corners), triangles anywhere, rings."""
    kind = draw(st.sampled_from(["box", "triangle", "ring"]))
    if kind == "triangle":
        points = [(X + draw(real), Y + draw(real)) for _ in range(3)]
        shape = shapely.Polygon(points)
        assume(shape.is_valid and shape.area > 1)
        return shape
    x, y = sorted({draw(side), draw(side)}), sorted({draw(side), draw(side)})
    assume(len(x) == 2 and len(y) == 2)
    whole = box(x[0], y[0], x[1], y[1])
    hole = shapely.affinity.scale(whole, 0.5, 0.5) if kind == "ring" else None
    return whole.difference(hole) if hole else whole


@st.composite
def layers(draw, name="flood"):
    shapes = draw(st.lists(polygons(), max_size=5))
    doubtful = draw(st.lists(st.booleans(), min_size=len(shapes), max_size=len(shapes)))
    coverage = draw(st.sampled_from(["complete", "partial", "unknown"]))
    known = draw(polygons()) if coverage == "partial" else None
    maybe = [k for k, flag in enumerate(doubtful) if flag]
    return layer(*shapes, name=name, maybe=maybe, coverage=coverage, known=known)


lands = st.lists(polygons(), min_size=1, max_size=3)
ZONES = [Zone("flood"), Zone("flood", 15.0), Zone("mine")]


def intervals(tables, lands_):
    """(lo, hi) of every parcel × zone and of the distance, sparse rows filled in."""
    rows = tables["overlaps"].set_index(["parcel_id", "layer_id", "buffer_m"])[["area_m2", "area_hi_m2"]]
    keys = [(p, z.layer_id, z.buffer_m) for p in lands_["parcel_id"] for z in ZONES]
    areas = rows.reindex(pd.MultiIndex.from_tuples(keys, names=rows.index.names), fill_value=0.0).to_numpy()
    far = (
        tables["facts"].set_index("parcel_id").loc[lands_["parcel_id"], ["flood_dist_m", "flood_dist_hi_m"]].to_numpy()
    )
    return areas, np.column_stack([np.nan_to_num(far[:, 0], nan=-np.inf), np.nan_to_num(far[:, 1], nan=np.inf)])


def measured(lands_, *layers_):
    return measure(world(lands_, *layers_), ZONES, ["flood"])


def assert_wider(before, after):
    for narrow, wide in zip(before, after, strict=True):
        assert (wide[:, 0] <= narrow[:, 0] + CLOSE).all()
        assert (wide[:, 1] >= narrow[:, 1] - CLOSE).all()


@few
@given(lands, layers(), layers("mine"))
def test_pieces_add_up_and_agree_with_overlaps(shapes, flood, mine):
    lands_ = parcels(*shapes)
    tables = measured(lands_, flood, mine)
    summed = tables["pieces"].groupby("parcel_id")["area_m2"].sum().loc[lands_["parcel_id"]].to_numpy()
    assert summed == pytest.approx(lands_.geometry.area.to_numpy(), rel=1e-6, abs=1e-4)
    areas, far = intervals(tables, lands_)
    assert (areas[:, 0] <= areas[:, 1] + 1e-9).all()
    assert (far[:, 0] <= far[:, 1]).all()
    labels = tables["pieces"]["zones"].str.split("|")
    for zone in ZONES:
        found = tables["pieces"][[zone.zone_id in words for words in labels]].groupby("parcel_id")["area_m2"].sum()
        rows = tables["overlaps"].query("layer_id == @zone.layer_id and buffer_m == @zone.buffer_m")
        assert rows.set_index("parcel_id")["area_m2"].to_dict() == pytest.approx(
            found.reindex(rows["parcel_id"], fill_value=0.0).to_dict(), abs=1e-6
        )


@few
@given(lands, layers(), layers("mine"))
def test_overlaps_equal_plain_union_and_intersection(shapes, flood, mine):
    areas, _ = intervals(measured(parcels(*shapes), flood, mine), parcels(*shapes))
    expected, rim = [], []
    for shape in shapes:
        for zone, made in zip(ZONES, (flood, flood, mine), strict=True):
            sure, doubt = plain(made, zone)
            low = shape.intersection(sure).area
            expected.append((low, shape.intersection(sure.union(doubt)).area))
            rim.append(0.06 * (sure.length + doubt.length) if zone.buffer_m else 0.0)
    want, above = np.array(expected), areas[:, 1] - np.array(expected)[:, 1]
    assert areas[:, 0] == pytest.approx(want[:, 0], abs=CLOSE)
    # of a round buffer the upper bound holds the true curve, which no polygon has (tests/cases/test_buffers_bound.py)
    assert (above >= -CLOSE).all()
    assert (above <= np.array(rim) + CLOSE).all()


def plain(made, zone):
    """Definite and doubtful ground of a zone, by the definition and nothing else."""
    wide = [s.buffer(zone.buffer_m, quad_segs=10) if zone.buffer_m else s for s in made.shapes]
    sure = shapely.union_all([s for s, m in zip(wide, made.maybe, strict=True) if not m])
    doubt = shapely.union_all([s for s, m in zip(wide, made.maybe, strict=True) if m])
    world_ = box(-1000, -1000, 1500, 1500)
    if made.coverage == "unknown":
        return sure, world_
    if made.coverage == "partial":
        doubt = doubt.union(world_.difference(made.known.buffer(-zone.buffer_m, quad_segs=10)))
    return sure, doubt


@few
@given(lands, layers(), layers("mine"), st.data())
def test_less_data_never_narrows_an_interval(shapes, flood, mine, data):
    lands_ = parcels(*shapes)
    before = intervals(measured(lands_, flood, mine), lands_)
    change = data.draw(st.sampled_from(["lose", "unknown", "crop", "doubt", "remove"]))
    if change == "remove":  # a layer that is gone is not in the tables at all: unknown to the judge
        tables = measured(lands_, mine)
        assert set(tables["zones"]["layer_id"]) == {"mine"}
        assert "flood_dist_m" not in tables["facts"]
        return
    assert_wider(before, intervals(measured(lands_, lessened(flood, change, data), mine), lands_))


def lessened(made: Layer, change, data):
    if change == "lose":
        return replace(made, state="stale")
    if change == "unknown":
        return replace(made, coverage="unknown", known=None)
    if change == "crop":
        cropped = data.draw(polygons())
        if made.coverage == "partial":
            cropped = shapely.intersection(cropped, made.known)
            assume(cropped.geom_type in ("Polygon", "MultiPolygon") and not cropped.is_empty)
        return made if made.coverage == "unknown" else replace(made, coverage="partial", known=cropped)
    return replace(made, maybe=np.ones(len(made.shapes), bool))


@few
@given(lands, layers(), layers("mine"), st.randoms(use_true_random=False))
def test_order_ring_start_and_direction_do_not_matter(shapes, flood, mine, rnd):
    lands_ = parcels(*shapes)
    before = measured(lands_, flood, mine)
    order = list(range(len(flood.shapes)))
    rnd.shuffle(order)
    turned = [turn(s, rnd.randrange(8)) for s in flood.shapes[order]]
    shuffled = replace(
        flood, shapes=np.array([*turned, None], object)[:-1], ids=flood.ids[order], maybe=flood.maybe[order]
    )
    rows = list(range(len(shapes)))
    rnd.shuffle(rows)
    other = parcels(*[turn(shapes[k], rnd.randrange(8)) for k in rows], ids=[f"p{k}" for k in rows])
    after = measure(world(other, mine, shuffled), ZONES[::-1], ["flood"])
    for name in ("overlaps", "pieces", "facts"):
        assert_same(before[name], after[name])


def turn(shape, by):
    """Return the same polygon from another first vertex, rings running the other way."""
    if shape.geom_type != "Polygon":
        return shape.reverse()
    points = list(shape.exterior.coords)[:-1]
    by %= len(points)
    return shapely.Polygon((points[by:] + points[:by])[::-1], [r.coords[::-1] for r in shape.interiors])


def assert_same(one, two):
    keys = [c for c in ("parcel_id", "layer_id", "buffer_m", "zones") if c in one]
    a, b = (f.set_index(keys).sort_index() for f in (one, two))
    areas = [c for c in a.columns if c.endswith("_m2")]
    if areas:  # a piece at the edge of what is written may fall either way
        a, b = a[a[areas[-1]] > CLOSE], b[b[areas[-1]] > CLOSE]
    assert a.index.tolist() == b.index.tolist()
    for column in a.columns:
        if a[column].dtype == np.float64:
            np.testing.assert_allclose(b[column], a[column], rtol=1e-6, atol=CLOSE)
        else:
            assert a[column].tolist() == b[column].tolist()


@few
@given(polygons(), layers(), layers("mine"), side)
def test_splitting_a_parcel_conserves_its_pieces(shape, flood, mine, at):
    west = shape.intersection(box(-10, -10, at, 300))
    east = shape.intersection(box(at, -10, 300, 300))
    assume(west.area > 1 and east.area > 1)
    halves = [shapely.MultiPolygon([p for p in shapely.get_parts(s) if p.geom_type == "Polygon"]) for s in (west, east)]
    whole = pieces(measured(parcels(shape), flood, mine))
    tables = measured(parcels(*halves), flood, mine)
    summed = tables["pieces"].groupby("zones")["area_m2"].sum().to_dict()
    for label in set(whole) | set(summed):
        assert summed.get(label, 0.0) == pytest.approx(whole.get(label, 0.0), abs=CLOSE)


@few
@given(lands, layers())
def test_the_ellipsoid_scales_every_piece_alike(shapes, flood):
    made = basis("ellipsoidal", CRS, (X, Y, X + 200, Y + 200))
    flat = measure(world(parcels(*shapes), flood), ZONES[:1])["pieces"]
    round_ = measure(world(parcels(*shapes), flood), ZONES[:1], basis=made)["pieces"]
    merged = flat.merge(round_, on=["parcel_id", "zones"], how="outer").fillna(0.0)
    assert merged["area_m2_x"].to_numpy() == pytest.approx(merged["area_m2_y"].to_numpy(), rel=1e-6, abs=CLOSE)


@few
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.6))
def test_raster_intervals_hold_whatever_the_nodata_hides(seed, share):
    """Hide cells of a known raster: every interval must still hold the true value."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0, 40, (12, 12)).round(1)
    hidden = np.where(rng.random(truth.shape) < share, np.nan, truth)
    shapes = np.array([box(*rng.uniform(0, 50, 2), *rng.uniform(60, 120, 2)) for _ in range(4)], object)
    grid = (10.0, 0.0, X, 0.0, -10.0, Y + 120)
    made = [Raster("r", "dem", values, grid, CRS) for values in (truth, hidden)]
    true, found = (slopes_of(r, shapes) for r in made)
    for name in ("slope_mean{}_pct", "slope_p90{}_pct", "slope_over10{}_share", "slope_over25{}_share"):
        low, high = (found[name.format(part)].to_numpy() for part in ("", "_hi"))
        exact = true[name.format("")].to_numpy()
        assert (np.nan_to_num(low, nan=-np.inf) <= exact + 1e-5).all()
        assert (np.nan_to_num(high, nan=np.inf) >= exact - 1e-5).all()


def slopes_of(raster, shapes):
    """Slope columns of a raster whose heights are taken to be slopes, so that the truth is known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zonal, "slope_pct", lambda values, *_: values)
        return zonal.tables(shapes, CRS, {"r": raster}, silent)[0]


def test_the_worlds_hold_doubt_at_all():
    """A guard for the strategies above: they do make pieces that are unsure."""
    made = layer(box(0, 0, 50, 50), maybe=[0], coverage="partial", known=box(0, 0, 100, 100))
    labels = "|".join(measured(parcels(box(0, 0, 150, 150)), made)["pieces"]["zones"])
    assert f"{UNSURE}flood" in labels
