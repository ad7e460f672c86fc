"""A layer looked at block by block: what is found is what is found in it as a whole."""

import numpy as np
import pytest
import shapely

from geo.measure import blocks
from geo.measure.topology import KINDS, flaws
from layers.sources.checks import preflight


def layer(seed: int = 3, side: int = 9) -> np.ndarray:
    """Fields that meet, of which some overlap, some gape, some are there twice, one is a strip and one is nowhere."""
    draw = np.random.default_rng(seed)
    shapes = [shapely.box(x * 50, y * 50, x * 50 + 50, y * 50 + 50) for x in range(side) for y in range(side)]
    draw.shuffle(shapes)
    for k in draw.integers(0, len(shapes), 9):
        shapes[k] = shapely.buffer(shapes[k], float(draw.choice([-0.3, 0.4])), join_style="mitre")
    shapes += [shapes[4], shapely.Polygon(np.roll(shapely.get_coordinates(shapes[7])[:-1], 2, axis=0))]
    shapes += [shapely.box(9000, 0, 9400, 0.5), shapely.box(-40, 60, 60, 71), shapely.Polygon()]
    return np.array(shapes, object)


def told(shapes: np.ndarray) -> list[tuple]:
    ids = np.array([f"p{k}" for k in range(len(shapes))], object)
    rows = [(r.kind, r.first, r.second, round(r.area_m2, 6), round(r.width_m, 6), r.geometry)
            for r in flaws(shapes, ids, "EPSG:4549").itertuples()]  # fmt: skip
    found = [*preflight.overlapping(shapes, ids), *preflight.duplicates(shapes, ids)]
    return rows, [(f.code, f.reason.values["count"], f.reason.values["rows"]) for f in found]


@pytest.mark.parametrize("seed", range(4))
def test_blocks_come_to_what_the_whole_comes_to(monkeypatch, seed):
    shapes = layer(seed)
    whole, found = told(shapes)
    assert {kind for kind, *_ in whole} == set(KINDS)
    assert len(found) == 2
    assert len(blocks.near(shapes)) == 1
    monkeypatch.setattr(blocks, "ROWS", 7)
    monkeypatch.setattr(blocks, "FEW_PAIRS", 3)
    assert len(blocks.near(shapes)) > 10
    pieces, found_too = told(shapes)
    assert [r[:-1] for r in pieces] == [r[:-1] for r in whole]
    assert all(shapely.equals(a[-1], b[-1]) or shapely.hausdorff_distance(a[-1], b[-1]) < 1e-6
               for a, b in zip(pieces, whole, strict=True))  # fmt: skip
    assert found_too == found


def test_every_row_is_in_one_block_and_near_the_others_of_it(monkeypatch):
    monkeypatch.setattr(blocks, "ROWS", 10)
    shapes = layer()
    made = blocks.near(shapes)
    assert sorted(np.concatenate(made)) == list(range(len(shapes)))
    assert max(map(len, made)) <= 10
    boxes = [shapely.box(*shapely.total_bounds(shapes[b])) for b in blocks.near(shapes[:81])]
    assert sum(shapely.area(boxes)) < 2 * shapely.area(shapely.box(*shapely.total_bounds(shapes[:81])))
    assert blocks.near(shapes[:0]) == []


def test_a_pair_is_found_whichever_blocks_its_rows_are_in(monkeypatch):
    shapes = layer(5)
    pairs = {(i, j) for one, two in blocks.neighbours(shapes) for i, j in zip(one, two, strict=True)}
    monkeypatch.setattr(blocks, "ROWS", 1)
    alone = [(i, j) for one, two in blocks.neighbours(shapes) for i, j in zip(one, two, strict=True)]
    assert set(alone) == pairs
    assert len(alone) == len(pairs)
    assert all(i < j for i, j in pairs)


def test_ground_without_flaws_is_not_overlaid(monkeypatch):
    """What every edge has its neighbour in is joined by its edges: the costly union is of blocks alone."""
    shapes = np.array([shapely.box(x * 50, y * 50, x * 50 + 50, y * 50 + 50) for x in range(6) for y in range(6)])
    monkeypatch.setattr(blocks, "ROWS", 12)
    loud = blocks.unmatched(shapes, 1.0)
    assert not loud.any()
    assert shapely.equals(blocks.ground(shapes, loud), shapely.box(0, 0, 300, 300))
    off = np.append(shapes, shapely.box(300.3, 0, 350, 50))
    assert blocks.unmatched(off, 1.0).nonzero()[0].tolist() == [30, 36], "the slit is told from both sides"
