import numpy as np
import pytest
import shapely

from geo.measure import robust
from tests.geo.measure.making import X, Y, box


def array(*shapes):
    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out


def test_parted_balances_and_keeps_polygons_only():
    shapes = array(box(0, 0, 10, 10), box(0, 0, 10, 10), box(0, 0, 10, 10))
    knives = array(box(4, 0, 20, 10), box(10, 0, 20, 10), box(-5, -5, 50, 50))
    within, beyond = robust.parted(shapes, knives)
    assert shapely.area(within) == pytest.approx([60, 0, 100])
    assert shapely.area(beyond) == pytest.approx([40, 100, 0])
    assert set(shapely.get_type_id([*within, *beyond])) <= {3, 6}


def test_edges_a_hair_apart_are_cut_right():
    """Noisy copies of one bank, 1e-8 m apart: as when two departments draw from one base."""
    rng = np.random.default_rng(11)
    for _ in range(30):
        angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
        bank = np.c_[X + 80 * np.cos(angle), Y + 60 * np.sin(angle)]
        one, two = (shapely.Polygon(bank + rng.normal(0, 1e-8, bank.shape)) for _ in range(2))
        within, beyond = robust.parted(array(one), array(two))
        assert shapely.area(within)[0] == pytest.approx(one.area, abs=1e-3)
        assert shapely.area(beyond)[0] == pytest.approx(0.0, abs=1e-3)


def test_a_union_that_lost_a_part_is_noticed(monkeypatch):
    true = shapely.union_all

    def lossy(shapes, grid_size=None):
        return true(shapes, grid_size=grid_size) if grid_size else true(shapes[:-1])

    monkeypatch.setattr(shapely, "union_all", lossy)
    united = robust.union(array(box(0, 0, 10, 10), box(5, 0, 15, 10), box(8, 0, 30, 10)))
    assert united is not None
    assert united.area == pytest.approx(300, abs=1e-3)


@pytest.mark.parametrize("wrong", [shapely.Polygon(), box(0, 0, 500, 500)])
def test_a_union_that_stays_wrong_is_none(monkeypatch, wrong):
    monkeypatch.setattr(shapely, "union_all", lambda *_a, **_k: wrong)
    assert robust.union(array(box(0, 0, 10, 10), box(5, 0, 15, 10))) is None


def test_one_failing_pair_does_not_cost_the_others(monkeypatch):
    true = shapely.intersection

    def picky(left, right, grid_size=None):
        if any(s is not None and s.equals(box(0, 0, 1, 1)) for s in np.atleast_1d(left)):
            raise shapely.GEOSException("forced")
        return true(left, right, grid_size=grid_size)

    monkeypatch.setattr(shapely, "intersection", picky)
    within, beyond = robust.parted(array(box(0, 0, 1, 1), box(0, 0, 10, 10)), array(*[box(0, 0, 5, 10)] * 2))
    assert within[0] is None
    assert beyond[0] is None
    assert within[1].area == pytest.approx(50)


def test_valid_mends_and_leaves_the_valid_alone():
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    square = box(0, 0, 10, 10)
    mended = robust.valid(array(bow, square, None))
    assert shapely.is_valid(mended[:2]).all()
    assert mended[0].area == pytest.approx(50)
    assert mended[1] is square
    assert mended[2] is None


def test_polygonal_drops_lines_and_points():
    mixed = shapely.GeometryCollection([box(0, 0, 1, 1), shapely.Point(0, 0), shapely.MultiPolygon([box(3, 3, 4, 4)])])
    out = robust.polygonal(array(mixed, shapely.LineString([(0, 0), (1, 1)]), None))
    assert out[0].area == 2
    assert out[0].geom_type == "MultiPolygon"
    assert out[1].is_empty
    assert out[2] is None
