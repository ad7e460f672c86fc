"""Width, rectangle, compactness and crossings inside the search: it finds what trying every set of pieces finds.

Small fabrics of three by three pieces of unequal size, some missing, a road between two columns that may be
crossed up to 8 m. Neighbours, width and compactness are worked out here, by other means than the search's.
"""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.assemble import flow
from geo.assemble import shape as inner
from geo.assemble.fabric import outline
from geo.assemble.spec import Budget, CutRule, Demand, Limits
from geo.basis.progress import silent
from tests.geo.assemble.making import fabric

X, Y = 500_000.0, 3_180_000.0
MOST_ACROSS = 8.0


@st.composite
def lands(draw):
    """Pieces as boxes, the road, and which pieces stand on either side of it."""
    sides = st.integers(60, 140)
    widths, heights = draw(st.lists(sides, min_size=3, max_size=3)), draw(st.lists(sides, min_size=3, max_size=3))
    after, road = draw(st.sampled_from([0, 1, 9])), draw(st.sampled_from([5, 12]))
    gone = draw(st.sets(st.integers(0, 8), max_size=3))
    lefts = np.cumsum([0, *widths])[:3] + np.array([road if c > after else 0 for c in range(3)])
    lows = np.cumsum([0, *heights])[:3]
    cells = [(c, r) for r in range(3) for c in range(3) if 3 * r + c not in gone]
    shapes = [
        shapely.box(X + lefts[c], Y + lows[r], X + lefts[c] + widths[c], Y + lows[r] + heights[r]) for c, r in cells
    ]
    at = X + lefts[after] + widths[after] if after < 3 else 0.0
    over = [shapely.box(at, Y, at + road, Y + sum(heights))] if after < 3 else []
    owners = draw(st.lists(st.sampled_from(["甲", "乙", "丙"]), min_size=len(cells), max_size=len(cells)))
    return shapes, over, owners


@st.composite
def limits(draw):
    length, width = draw(st.sampled_from([(0, 0), (150, 80), (190, 110)]))
    return Limits(
        min_width_m=draw(st.sampled_from([0, 90, 130])), rect_length_m=length, rect_width_m=width,
        min_compactness=draw(st.sampled_from([0.0, 0.5, 0.7])), max_owners=draw(st.sampled_from([None, 2])),
    )  # fmt: skip


def touching(one, two, over):
    """Neighbours share a side, or face each other over a road of no more than may be crossed."""
    gap = shapely.distance(one, two)
    if gap == 0:
        return shapely.length(shapely.intersection(one, two)) >= 2.0
    between = shapely.intersection(shapely.convex_hull(shapely.union(one, two)), over[0]) if over else shapely.Polygon()
    facing = one.bounds[1] < two.bounds[3] and two.bounds[1] < one.bounds[3]
    return bool(over) and gap <= MOST_ACROSS and facing and between.area > 0


def sets(shapes, over):
    """Yield every connected set of pieces."""
    near = {
        frozenset(p)
        for p in itertools.combinations(range(len(shapes)), 2)
        if touching(shapes[p[0]], shapes[p[1]], over)
    }
    for size in range(1, len(shapes) + 1):
        for chosen in itertools.combinations(range(len(shapes)), size):
            found, grown = {chosen[0]}, True
            while grown:
                more = {k for k in chosen if k not in found and any(frozenset((k, m)) in near for m in found)}
                found, grown = found | more, bool(more)
            if len(found) == size:
                yield chosen


def holds(whole, asked):
    wide = 2 * shapely.length(shapely.maximum_inscribed_circle(whole, tolerance=0.01))
    round_ = 4 * np.pi * whole.area / whole.length**2
    # what lies on a limit to a hair may be taken either way
    sure = [wide >= asked.min_width_m + 0.2, round_ >= asked.min_compactness + 1e-9]
    maybe = [wide >= asked.min_width_m - 0.2, round_ >= asked.min_compactness - 1e-9]
    fits = inner.fits(whole, asked.rect_length_m, asked.rect_width_m)
    return all(sure) and fits, all(maybe) and fits


def brute(made, owners, over, demand):
    """Return owners (least), compactness and net share (best) of the sets that surely hold, and of those that may."""
    best = {}
    shapes = list(made.shapes)
    for chosen in sets(shapes, over):
        area = sum(shapes[k].area for k in chosen)
        holders = len({owners[k] for k in chosen})
        if not demand.land_min_m2 <= area <= demand.land_max_m2:
            continue
        if demand.limits.max_owners is not None and holders > demand.limits.max_owners:
            continue
        whole = outline(made, chosen)
        for kind, yes in zip(("sure", "maybe"), holds(whole, demand.limits), strict=True):
            if yes:
                best.setdefault(kind, []).append((holders, 4 * np.pi * whole.area / whole.length**2, area / whole.area))
    return {
        kind: (min(f[0] for f in found), *(max(f[k] for f in found) for k in (1, 2))) for kind, found in best.items()
    }


@pytest.mark.parametrize("first", ["owners", "compactness", "net_share"])
@settings(max_examples=25, deadline=None)
@given(lands(), limits(), st.integers(5_000, 60_000), st.integers(0, 40_000))
@example(([shapely.box(X, Y, X + 100, Y + 100)], [], ["甲"]), Limits(min_width_m=90), 10_000, 0)
def test_the_search_finds_what_trying_every_set_finds(first, land, asked, low, more):
    shapes, over, owners = land
    made = fabric(shapes, over, owner=owners)
    demand = Demand("d", low, low + more, asked, CutRule(False), first, 1)
    found = [o for o in flow.offers(made, [demand], Budget(), silent) if o.outcome == "clear"]
    want = brute(made, owners, over, demand)
    if "maybe" not in want:
        assert not found
    if "sure" not in want:
        return
    assert found, want
    assert found[0].found.exact
    place = ["owners", "compactness", "net_share"].index(first)
    ends = sorted((want["sure"][place], want["maybe"][place]))
    assert ends[0] - 2e-6 <= found[0].value <= ends[1] + 2e-6


@settings(max_examples=40, deadline=None)
@given(lands(), limits(), st.integers(5_000, 60_000))
def test_every_set_that_is_offered_keeps_every_limit(land, asked, low):
    shapes, over, owners = land
    made = fabric(shapes, over, owner=owners)
    demand = Demand("d", low, low + 30_000, asked, CutRule(True, 2_000, 20), "loss", 5)
    for offer in flow.offers(made, [demand], Budget(), silent):
        assert tuple(offer.members) in set(sets(shapes, over))
        assert offer.division.part_m2 <= demand.land_max_m2 + 0.01
        part = offer.division.part if offer.division.remnant_m2 > 0 else outline(made, offer.members)
        wide = 2 * shapely.length(shapely.maximum_inscribed_circle(part, tolerance=0.01))
        assert wide >= asked.min_width_m - 0.2
        whole = outline(made, offer.members)
        assert 4 * np.pi * whole.area / whole.length**2 >= asked.min_compactness - 1e-9
        assert inner.fits(part, asked.rect_length_m, asked.rect_width_m)
