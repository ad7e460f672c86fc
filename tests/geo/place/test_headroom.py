"""What a draw may come from: when pools are not known, and how one draw is divided among stations."""

import pytest

from geo.place.headroom import Pool, not_known, spread
from geo.place.resource import Resource

POWER = Resource("power", "MVA", 0.001)


def pool(free, *, waiting=False):
    return Pool("S", POWER, ("S",), frozenset({"P1"}), free, waiting=waiting)


WAITS, KNOWN, EMPTY, UNKNOWN = pool(0, waiting=True), pool(5), pool(0), pool(None)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ((), True),
        ((UNKNOWN,), True),
        ((KNOWN,), False),
        ((EMPTY,), False),  # used up is known: nothing is left
        ((WAITS,), False),  # a station to come holds nothing, and that is known
        ((KNOWN, UNKNOWN), False),
        ((WAITS, UNKNOWN), True),  # all that is in service is unknown
        ((WAITS, KNOWN, UNKNOWN), False),
        ((WAITS, KNOWN), False),
        ((WAITS, WAITS), False),
    ],
)
def test_pools_are_not_known_where_nothing_in_service_is(made, expected):
    assert not_known(made) is expected


@pytest.mark.parametrize(
    ("amount", "left", "expected"),
    [
        (5, {"A": 5, "B": 9}, [("A", 5)]),  # the first that holds it just so
        (6, {"A": 5, "B": 9}, [("B", 6)]),  # whole from one before in parts from two
        (9, {"A": 5, "B": 6}, [("A", 5), ("B", 4)]),
        (9, {"A": -3, "B": 6, "C": 3}, [("B", 6), ("C", 3)]),  # one that is overdrawn gives nothing, and takes none
        (9, {"B": 8, "C": 1}, [("B", 8), ("C", 1)]),  # one without a figure gives nothing
        (2, {"A": 1, "B": 1, "C": 1}, [("A", 1), ("B", 1)]),
        (1, {}, []),
        (1, {"A": 1}, [("A", 1)]),
        (3, {"A": 1, "B": 1}, [("A", 1), ("B", 1)]),  # what nobody holds is left over
    ],
)
def test_a_draw_is_divided(amount, left, expected):
    assert spread(amount, ("A", "B", "C"), left) == expected
