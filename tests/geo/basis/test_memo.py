import numpy as np
import shapely

from geo.basis.memo import Memo


def shapes(*sizes):
    out = np.empty(len(sizes), object)
    out[:] = [None if s is None else shapely.box(0, 0, s, 1) for s in sizes]
    return out


def test_each_shape_is_computed_once_whoever_asks_and_in_whatever_order():
    asked = []

    def compute(some):
        asked.extend(shapely.area(some).tolist())
        return shapely.area(some) * 2

    memo = Memo()
    assert memo.of(shapes(3, 1, 3, 2), compute).tolist() == [6, 2, 6, 4]
    assert sorted(asked) == [1, 2, 3]
    again = Memo(*memo.kept())
    assert again.of(shapes(2, 9, 3, 3, 1), compute).tolist() == [4, 18, 6, 6, 2]
    assert sorted(asked) == [1, 2, 3, 9]
    assert len(again.kept()[0]) == 4


def test_what_nobody_asks_for_any_more_is_not_kept():
    memo = Memo()
    memo.of(shapes(1, 2, 3), shapely.area)
    later = Memo(*memo.kept())
    later.of(shapes(2), shapely.area)
    assert later.kept()[1].tolist() == [2]
    assert memo.kept()[1].tolist() != later.kept()[1].tolist()


def test_a_shape_that_moved_by_a_hair_is_another_one_and_none_is_none():
    memo = Memo()
    memo.of(shapes(1, None), shapely.area)
    found = Memo(*memo.kept()).of(shapes(1 + 1e-12, None), lambda some: np.full(len(some), 7.0))
    assert found[0] == 7
    assert np.isnan(found[1])
    assert Memo().of(shapes(), shapely.area).tolist() == []
