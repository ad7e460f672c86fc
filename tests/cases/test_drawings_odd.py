"""Drawings that are traps: blocks within each other, other files, masks, curves no reader knows, feet and inches.

Drawn with ezdxf, another writer than that of the other drawings here. The right value of each is worked out by hand.
"""

import math
import time

import ezdxf
import pytest

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.sources.formats.dxf_blocks import MOST, Blocks
from layers.sources.redline import read as redline
from layers.text import sentence
from tests.layers.sources.redline_samples import BOUNDS, STUDY

X, Y = 500_000.0, 3_180_000.0
SQUARE = [(X, Y), (X + 100, Y), (X + 100, Y + 100), (X, Y + 100)]
HOLE = [(X + 20, Y + 20), (X + 40, Y + 20), (X + 40, Y + 40), (X + 20, Y + 40)]


def drawing(unit=6):
    made = ezdxf.new("R2010")
    made.header["$INSUNITS"] = unit
    return made


def area(made, place, **options):
    made.saveas(place / "a.dxf")
    line = redline.read(place / "a.dxf", STUDY, bounds=BOUNDS, **options)
    return sum(plot.shape.area for plot in line.plots), [f.code for f in line.findings]


def refused(made, place):
    made.saveas(place / "a.dxf")
    with pytest.raises(BlockedError) as stop:
        redline.read(place / "a.dxf", STUDY, bounds=BOUNDS)
    for told in stop.value.reasons:
        assert "[" not in sentence(told, "zh"), sentence(told, "zh")
    return {r.code: dict(r.values) for r in stop.value.reasons}


def nested(levels, times, made=None, grid=()):
    """Blocks each of which holds the one before it so many times; the innermost is the square."""
    made = made or drawing()
    made.blocks.new("N0").add_lwpolyline(SQUARE, close=True)
    for k in range(1, levels):
        block = made.blocks.new(f"N{k}")
        for _ in range(times):
            inserted = block.add_blockref(f"N{k - 1}", (0, 0))
            if grid:
                inserted.grid(grid, (0.0, 0.0))
    made.modelspace().add_blockref(f"N{levels - 1}", (0, 0))
    return made


def test_a_block_deep_in_blocks_is_read_once(tmp_path):
    assert area(nested(60, 1), tmp_path)[0] == pytest.approx(10_000, abs=1e-6)


def test_a_block_that_holds_itself_does_not_go_on_for_ever(tmp_path):
    made = drawing()
    block = made.blocks.new("A")
    block.add_lwpolyline(SQUARE, close=True)
    block.add_blockref("A", (0, 0))
    other = made.blocks.new("B")
    other.add_blockref("A", (0, 0))
    block.add_blockref("B", (0, 0))
    made.modelspace().add_blockref("A", (0, 0))
    assert area(made, tmp_path)[0] == pytest.approx(10_000, abs=1e-6)


@pytest.mark.parametrize(("levels", "times", "grid"), [(9, 10, ()), (3, 1, (30_000, 30_000)), (25, 2, (1, 5))])
def test_blocks_that_become_millions_are_refused_before_they_are_drawn(tmp_path, levels, times, grid):
    """Nine blocks of ten each: 8 kB that took half an hour of the parser."""
    begun = time.monotonic()
    told = refused(nested(levels, times, grid=grid), tmp_path)
    assert told["dxf_blocks_many"]["count"] == (times * (grid[0] * grid[1] if grid else 1)) ** (levels - 1) > MOST
    assert time.monotonic() - begun < 30
    with pytest.raises(BlockedError, match="dxf_blocks_many"):
        gate.open_vector(tmp_path / "a.dxf", tmp_path / "cache")


def test_what_blocks_become_is_counted_as_it_is_drawn(tmp_path):
    made = nested(3, 4, grid=(2, 3))
    made.modelspace().add_lwpolyline(SQUARE, close=True)
    made.saveas(tmp_path / "a.dxf")
    blocks = Blocks()
    rows = (tmp_path / "a.dxf").read_text(encoding="utf-8").splitlines()
    for code, value in zip(rows[::2], rows[1::2], strict=True):
        blocks.take(code.strip(), value.strip())
    assert blocks.becomes() == (4 * 6) ** 2 + 1


def test_a_mask_hides_nothing_of_the_line(tmp_path):
    made = drawing()
    made.modelspace().add_lwpolyline(SQUARE, close=True)
    made.modelspace().add_wipeout([HOLE[0], HOLE[2]])
    assert area(made, tmp_path)[0] == pytest.approx(10_000, abs=1e-6)


def test_a_block_in_another_file_is_told(tmp_path):
    made = drawing()
    made.add_xref_def("other.dwg", "OTHER")
    made.modelspace().add_blockref("OTHER", (0, 0))
    made.modelspace().add_lwpolyline(SQUARE, close=True)
    found, codes = area(made, tmp_path)
    assert found == pytest.approx(10_000, abs=1e-6)
    assert "dxf_unread" in codes


@pytest.mark.parametrize(
    ("bulge", "right"), [(1.0, 10_000 + math.pi * 50**2 / 2), (-1.0, 10_000 - math.pi * 50**2 / 2)]
)
def test_a_side_that_is_a_half_circle(tmp_path, bulge, right):
    made = drawing()
    places = [(*SQUARE[0], 0, 0, 0), (*SQUARE[1], 0, 0, bulge), (*SQUARE[2], 0, 0, 0), (*SQUARE[3], 0, 0, 0)]
    made.modelspace().add_lwpolyline(places, close=True, format="xyseb")
    assert area(made, tmp_path)[0] == pytest.approx(right, rel=1e-4)


def test_a_hatch_with_a_hole_alone(tmp_path):
    made = drawing()
    hatch = made.modelspace().add_hatch()
    hatch.paths.add_polyline_path(SQUARE, is_closed=True, flags=1)
    hatch.paths.add_polyline_path(HOLE, is_closed=True, flags=16)
    assert area(made, tmp_path)[0] == pytest.approx(9_600, abs=1e-6)


def test_a_drawing_of_splines_nobody_reads_says_so(tmp_path):
    made = drawing()
    made.modelspace().add_spline(fit_points=[*SQUARE, SQUARE[0]])
    told = refused(made, tmp_path)
    assert told["dxf_unread"]["kinds"] == ["SPLINE × 1"]


def test_a_drawing_of_texts_holds_no_area(tmp_path):
    made = drawing()
    made.modelspace().add_text("红线", dxfattribs={"insert": (X, Y)})
    made.modelspace().add_mtext("面积 15 亩")
    assert refused(made, tmp_path)["redline_no_areas"]["others"] == 2


UNITS = {"inches": (1, 0.0254), "feet": (2, 0.3048), "millimetres": (4, 0.001), "centimetres": (5, 0.01)}


@pytest.mark.parametrize("name", UNITS)
def test_a_declared_unit_counts_where_the_numbers_can_be_no_metres(tmp_path, name):
    code, metres = UNITS[name]
    made = drawing(code)
    made.modelspace().add_lwpolyline([(x / metres, y / metres) for x, y in SQUARE], close=True)
    found, codes = area(made, tmp_path)
    assert found == pytest.approx(10_000, abs=0.01)
    assert "dxf_unit_scaled" in codes


@pytest.mark.parametrize("name", UNITS)
def test_a_drawing_in_metres_under_the_unit_of_a_template_stays(tmp_path, name):
    made = drawing(UNITS[name][0])
    made.modelspace().add_lwpolyline(SQUARE, close=True)
    found, codes = area(made, tmp_path)
    assert found == pytest.approx(10_000, abs=1e-6)
    assert "dxf_unit_scaled" not in codes


@pytest.mark.parametrize("name", UNITS)
def test_and_with_the_zone_in_front_of_the_easting(tmp_path, name):
    made = drawing(UNITS[name][0])
    made.modelspace().add_lwpolyline([(x + 40_000_000, y) for x, y in SQUARE], close=True)
    assert area(made, tmp_path)[0] == pytest.approx(10_000, abs=1e-6)
