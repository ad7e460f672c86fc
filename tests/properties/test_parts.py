"""Rules on classes, on widths by class and on ground that other layers leave out, against plain shapely.

What is sure is the union of the features whose class surely fits, each widened by the least it may reach, without what
may be there of the layers left out. What may be is the union of all that may fit, widened by the most, and ground
nobody looked at, without what is surely left out.
"""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.layer import Zone
from geo.basis.progress import silent
from geo.measure import cut
from geo.rules.evidence import measured
from geo.rules.gather import evidence
from geo.rules.spec import Rule
from geo.study import taken
from geo.study import zones as zones_of
from tests.geo.measure.making import PLANAR, box, layer, measure, parcels, world
from tests.properties.test_measure import CLOSE, lands, polygons

few = settings(max_examples=20, deadline=None)
GRADES = ("1", "2", "3", "")
WIDTHS = {"1": (10.0, 10.0), "2": (4.0, 6.0), "3": (0.0, 0.0)}
WORLD = box(-1000, -1000, 1500, 1500)
ROUND = 0.06  # m: a drawn round buffer lies within this of the true one, per metre of its edge


@st.composite
def graded(draw, name):
    """A layer of polygons (and lines, for widths) with classes, doubts and coverage."""
    shapes = draw(st.lists(polygons(), max_size=4))
    pick = st.lists
    grades = draw(pick(st.sampled_from(GRADES), min_size=len(shapes), max_size=len(shapes)))
    doubt = draw(pick(st.booleans(), min_size=len(shapes), max_size=len(shapes)))
    coverage = draw(st.sampled_from(["complete", "complete", "partial", "unknown"]))
    known = draw(polygons()) if coverage == "partial" else None
    maybe = [k for k, flag in enumerate(doubt) if flag]
    told = {"grade": np.array(grades, object)}
    return layer(*shapes, name=name, maybe=maybe, coverage=coverage, known=known, attributes=told)


def rule(**more):
    body = {"id": "r", "layer": "a", "test": "overlap_m2", "operator": "<=", "threshold": 0.0, "severity": "exclude",
            "effect": "cut", "confidence": "S"}  # fmt: skip
    return Rule.model_validate(body | more)


WHERE = rule(where={"grade": ["1"]})
MINUS = rule(minus=["b"])
BOTH = rule(where={"grade": ["1", "2"]}, minus=["b"])
OUTSIDE = rule(test="outside_m2", where={"grade": ["1"]})
OUTSIDE_MINUS = rule(test="outside_m2", minus=["b"])
BUFFERED = rule(where={"grade": ["2"]}, buffer_m=12.0)
BY_CLASS = rule(widths=[{"where": {"grade": [g]}, "m": lo, "m_hi": hi} for g, (lo, hi) in WIDTHS.items()])
RULES = (WHERE, MINUS, BOTH, OUTSIDE, OUTSIDE_MINUS, BUFFERED, BY_CLASS)


def fits(grade, wanted):
    """(surely, possibly) of the wanted classes."""
    return not wanted or grade in wanted, not wanted or grade in wanted or grade == ""


def plain(made, asked):
    """Ground that is surely, and that may be, of the layer a rule names, before anything is left out."""
    sure, may = [], []
    for shape, grade, doubt in zip(made.shapes, made.attributes["grade"], made.maybe, strict=True):
        certain, possible = fits(grade, asked.where.get("grade", ()))
        options = [WIDTHS[g] for g in ((grade,) if grade else WIDTHS)] if asked.widths else [(asked.buffer_m,) * 2]
        low, high = min(lo for lo, _ in options), max(hi for _, hi in options)
        if asked.widths:
            certain, possible = certain and low > 0, possible and high > 0
        if certain and not doubt:
            sure.append(shape.buffer(low, quad_segs=64) if low else shape)
        if possible:
            may.append(shape.buffer(high, quad_segs=64) if high else shape)
    return shapely.union_all(sure), shapely.union_all(may).union(unseen(made, asked))


def unseen(made, asked):
    reach = max([asked.buffer_m, *(w.m if w.m_hi is None else w.m_hi for w in asked.widths)])
    if made.coverage == "unknown":
        return WORLD
    if made.known is None:
        return shapely.Polygon()
    return WORLD.difference(made.known.buffer(-reach, quad_segs=64) if reach else made.known)


def ground(asked, a, b):
    """Sure and possible ground a rule measures."""
    sure, may = plain(a, asked)
    if asked.minus:
        other = rule(layer="b")
        gone, perhaps = plain(b, other)
        sure, may = sure.difference(perhaps), may.difference(gone)
    return (WORLD.difference(may), WORLD.difference(sure)) if asked.test == "outside_m2" else (sure, may)


def judged(lands_, asked, *layers_):
    tables = measure(world(lands_, *layers_), zones_of([asked], ()))
    lands_ = lands_.assign(area_m2=lands_.geometry.area)
    return measured(asked, evidence(lands_, tables["zones"], tables["pieces"], tables["facts"]))


def slack(asked, shapes):
    """How far a round buffer may be off: along its whole edge, and that of the ground left out."""
    round_ = asked.buffer_m or asked.widths
    return CLOSE + (ROUND * sum(s.buffer(12.0).length for s in shapes) * 2 if round_ else 0.0)


@few
@given(lands, graded("a"), graded("b"), st.sampled_from(RULES))
def test_an_interval_is_what_shapely_says(shapes, a, b, asked):
    found = judged(parcels(*shapes), asked, a, b)
    sure, may = ground(asked, a, b)
    for k, shape in enumerate(shapes):
        low, high = shape.intersection(sure).area, shape.intersection(may).area
        close = slack(asked, [*a.shapes, *([a.known] if a.known else [])])
        assert found.lo[k] == pytest.approx(low, abs=close)
        assert found.hi[k] == pytest.approx(high, abs=close)
        assert found.lo[k] <= low + CLOSE + 1e-3 * close  # drawn inside the curve: never proves too much


@few
@given(lands, graded("a"), graded("b"), st.sampled_from(RULES))
def test_net_land_loses_exactly_what_is_sure(shapes, a, b, asked):
    lands_ = parcels(*shapes)
    found = judged(lands_, asked, a, b)
    land = cut.land(lands_, {"a": a, "b": b}, [taken(asked)], PLANAR, silent)
    left = land.groupby("parcel_id")["net_m2"].sum().reindex(lands_["parcel_id"], fill_value=0.0).to_numpy()
    assert left == pytest.approx(lands_.geometry.area.to_numpy() - found.lo, abs=10 * CLOSE)


@few
@given(lands, graded("a"), graded("b"), st.sampled_from(RULES), st.data())
def test_losing_a_class_only_widens(shapes, a, b, asked, data):
    if not len(a.shapes):
        return
    gone = data.draw(st.integers(0, len(a.shapes) - 1))
    grades = a.attributes["grade"].copy()
    grades[gone] = ""
    lands_ = parcels(*shapes)
    before = judged(lands_, asked, a, b)
    blank = layer(*a.shapes, name="a", maybe=np.flatnonzero(a.maybe), coverage=a.coverage, known=a.known,
                  attributes={"grade": grades})  # fmt: skip
    after = judged(lands_, asked, blank, b)
    assert (after.lo <= before.lo + CLOSE).all()
    assert (after.hi >= before.hi - CLOSE).all()


@few
@given(lands, graded("a"), st.sampled_from((MINUS, BOTH, OUTSIDE_MINUS)))
def test_a_layer_left_out_that_nobody_has_leaves_it_open(shapes, a, asked):
    found = judged(parcels(*shapes), asked, a)
    _, may = plain(a, asked)
    for k, shape in enumerate(shapes):
        within = shape.intersection(may).area
        if asked.test == "outside_m2":
            assert found.lo[k] == pytest.approx(shape.area - within, abs=CLOSE)
            assert found.hi[k] == pytest.approx(shape.area, abs=CLOSE)
        else:
            assert found.lo[k] == 0
            assert found.hi[k] == pytest.approx(within, abs=CLOSE)


def test_a_road_of_unknown_class_is_the_range_of_widths():
    road = shapely.LineString([(500_000, 3_100_500), (501_000, 3_100_500)])
    for grade, (low, high) in (WIDTHS | {"": (0.0, 10.0)}).items():
        made = layer(road, name="a", attributes={"grade": np.array([grade], object)})
        land = box(400, 400, 600, 600)  # 200 m of road run through it
        found = judged(parcels(land), BY_CLASS, made)
        assert found.lo[0] == pytest.approx(2 * low * 200, abs=1e-6)
        assert found.hi[0] == pytest.approx(2 * high * 200, abs=1e-6)


def test_widths_start_at_the_edge_of_a_thing_drawn_as_a_line():
    """30 m beyond road land 20 m wide: 40 m either side of the centre line; not told how wide, 30 … 30 + 25."""
    road = shapely.LineString([(500_000, 3_100_500), (501_000, 3_100_500)])
    asked = rule(widths=[{"m": 30}], edge={"field": "land_width_m", "m": 0, "m_hi": 25})
    for width, low, high in ((20.0, 40, 40), (np.nan, 30, 55)):
        made = layer(road, name="a", attributes={"land_width_m": np.array([width])})
        found = judged(parcels(box(400, 400, 600, 600)), asked, made)
        assert (found.lo[0], found.hi[0]) == pytest.approx((2 * low * 200, 2 * high * 200), abs=1e-6)
    assert judged(parcels(box(400, 400, 600, 600)), asked, layer(road.buffer(10), name="a")).lo[0] == pytest.approx(
        80 * 200, abs=1e-6
    )


def test_two_parts_of_one_layer_do_not_meet():
    made = layer(box(0, 0, 50, 100), box(50, 0, 100, 100), attributes={"grade": np.array(["1", "2"], object)})
    asked = [rule(layer="flood", where={"grade": [g]}) for g in "12"]
    tables = measure(world(parcels(box(0, 0, 100, 100)), made), zones_of(asked, ["flood"]))
    assert sorted(tables["zones"]["part"]) == ["", "[grade=1]", "[grade=2]"]
    found = dict(zip(tables["pieces"]["zones"], tables["pieces"]["area_m2"], strict=True))
    assert found == {"flood|flood[grade=1]": 5000.0, "flood|flood[grade=2]": 5000.0}
    assert Zone("flood").zone_id == "flood"
