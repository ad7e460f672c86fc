"""Cases 09 to 12: red lines in drawings, by CAD layer, closed within a tolerance, counted once."""

import math

import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources.redline import read as redline
from tests.cases.drawings import (
    arc,
    block,
    circle,
    drawing,
    geodata,
    hatch,
    insert,
    lines,
    old_polyline,
    polyline,
    text,
)
from tests.layers.sources.redline_samples import BOUNDS, STUDY, asked, found, words

X, Y = 500_000.0, 3_180_000.0
SQUARE = [(X, Y), (X + 100, Y), (X + 100, Y + 100), (X, Y + 100)]
FRAME = [(X - 500, Y - 300), (X + 500, Y - 300), (X + 500, Y + 400), (X - 500, Y + 400)]
HOLE = [(X + 25, Y + 25), (X + 75, Y + 25), (X + 75, Y + 75), (X + 25, Y + 75)]
BOX = shapely.Polygon(SQUARE)


def read(path, **options):
    return redline.read(path, STUDY, bounds=BOUNDS, **options)


def refused(path, **options):
    with pytest.raises(BlockedError) as caught:
        read(path, **options)
    for told in caught.value.reasons:
        words(told)
    return caught.value.reasons


def area(line):
    return shapely.union_all([p.shape for p in line.plots]).area


@pytest.mark.parametrize(
    "entities",
    [[polyline([*SQUARE, SQUARE[0]], closed=False)], [lines([*SQUARE, SQUARE[0]])], [old_polyline(SQUARE)],
     [lines(SQUARE[:3]), polyline([SQUARE[0], SQUARE[3], SQUARE[2]], closed=False)],
     [lines([*SQUARE, SQUARE[0]]), lines(SQUARE[2:])]],
    ids=["closed by points", "four lines", "old polyline", "lines both ways", "a line twice"],
)  # fmt: skip
def test_outlines_that_close_without_a_flag(tmp_path, entities):
    line = read(drawing(tmp_path / "a.dxf", *entities))
    assert [p.shape.symmetric_difference(BOX).area for p in line.plots] == [0]
    assert ("dxf_lines_repeated" in found(line)) == (len(entities) == 2 and entities[1] == lines(SQUARE[2:]))


@pytest.mark.parametrize("gap", [0.001, 0.05])
@pytest.mark.parametrize("form", ["polyline", "lines"])
def test_a_small_gap_is_joined_and_said(tmp_path, gap, form):
    places = [*SQUARE, (X, Y + gap)]
    entity = polyline(places, closed=False) if form == "polyline" else lines(places)
    line = read(drawing(tmp_path / "a.dxf", entity))
    assert area(line) == pytest.approx(10_000, abs=100 * gap)
    told = found(line)["dxf_gaps_joined"].reason
    assert (told.values["width_m"], told.values["count"]) == (pytest.approx(gap, abs=1e-6), 1)
    words(told)


@pytest.mark.parametrize("form", ["polyline", "lines", "two lines"])
def test_a_wide_gap_is_refused_with_its_place(tmp_path, form):
    places = [*SQUARE, (X, Y + 5)]
    entities = {"polyline": [polyline(places, closed=False)], "lines": [lines(places)],
                "two lines": [polyline(places[:3], closed=False), polyline(places[2:], closed=False)]}  # fmt: skip
    reasons = refused(drawing(tmp_path / "a.dxf", *entities[form]))
    assert [r.code for r in reasons] == ["redline_no_areas", "dxf_gap_open"]
    values = reasons[1].values
    assert values["width_m"] == pytest.approx(5)
    assert {(values["x"], values["y"]), (values["other_x"], values["other_y"])} == {(X, Y), (X, Y + 5)}


def test_open_lines_that_are_no_outline_are_said_plainly(tmp_path):
    reasons = refused(
        drawing(tmp_path / "a.dxf", lines([(X, Y), (X + 500, Y)]), lines([(X, Y + 300), (X + 500, Y + 80)]))
    )
    assert [r.code for r in reasons] == ["redline_no_areas"]
    assert reasons[0].values["lines"] == 2


def test_a_frame_and_a_red_line_ask_for_the_layer(tmp_path):
    path = drawing(tmp_path / "a.dxf", polyline(FRAME, "图框"), polyline(SQUARE, "用地红线"), text(X, Y, "图例"))
    reasons = refused(path)
    assert [r.code for r in reasons] == ["dxf_several_layers", "dxf_layer_holds", "dxf_layer_holds"]
    assert reasons[0].values["layers"] == ["图框", "用地红线"]
    assert [round(r.values["area_m2"]) for r in reasons[1:]] == [700_000, 10_000]
    assert area(read(path, layer="用地红线")) == pytest.approx(10_000)
    assert refused(path, layer="红线")[0].values["layers"] == ["图框", "用地红线", "entities"]


def test_the_whole_drawing_counts_once(tmp_path):
    inner = polyline([(x + 300, y) for x, y in SQUARE], "地块")
    path = drawing(tmp_path / "a.dxf", polyline(SQUARE, "用地红线"), inner, hatch(SQUARE, "填充"))
    assert area(read(path, layer="entities")) == pytest.approx(20_000)
    assert len(read(path, layer="entities").plots) == 2


@pytest.mark.parametrize("around", [polyline(FRAME), lines([*FRAME, FRAME[0]])])
def test_a_ring_in_a_ring_of_one_layer_is_a_hole_and_asked_about(tmp_path, around):
    line = read(drawing(tmp_path / "a.dxf", around, polyline(SQUARE), polyline(HOLE)))
    (plot,) = line.plots
    assert plot.shape.area == pytest.approx(700_000 - 10_000 + 2_500)
    told = asked(line)["redline_cad_holes"]
    assert (round(told.values["inner_m2"]), told.values["count"]) == (10_000, 2)
    words(told)


@pytest.mark.parametrize("other", [hatch(SQUARE), polyline(SQUARE), lines([*SQUARE, SQUARE[0]])])
def test_an_outline_and_its_hatch_are_one(tmp_path, other):
    line = read(drawing(tmp_path / "a.dxf", polyline(SQUARE), other))
    assert [p.shape.area for p in line.plots] == [pytest.approx(10_000)]
    assert {"dxf_outline_twice", "dxf_lines_repeated"} & set(found(line))


@pytest.mark.parametrize("lines", [(), (SQUARE,), (HOLE,), (SQUARE, HOLE)])
def test_a_hatch_with_a_hole_and_the_lines_around_it_are_one(tmp_path, lines):
    """With both lines nothing was left of it, and the refusal had no words."""
    drawn = [polyline(places) for places in lines]
    line = read(drawing(tmp_path / "a.dxf", *drawn, hatch(SQUARE, islands=[HOLE])))
    assert [p.shape.area for p in line.plots] == [pytest.approx(7_500)]
    assert [len(p.shape.interiors) for p in line.plots] == [1]
    assert ("dxf_outline_twice" in found(line)) == (SQUARE in lines)
    assert ("dxf_hole_outline" in found(line)) == (HOLE in lines), "it may be ground nobody hatched: asked, not fixed"


def test_a_hatch_that_fills_the_hole_of_another_is_ground_of_its_own(tmp_path):
    line = read(drawing(tmp_path / "a.dxf", hatch(SQUARE, islands=[HOLE]), hatch(HOLE), polyline(SQUARE)))
    assert sorted(p.shape.area for p in line.plots) == [pytest.approx(2_500), pytest.approx(7_500)]


def test_a_hatch_of_a_part_is_a_ring_in_a_ring(tmp_path):
    line = read(drawing(tmp_path / "a.dxf", polyline(SQUARE), hatch(HOLE)))
    assert area(line) == pytest.approx(7_500)
    assert "redline_cad_holes" in asked(line)


HALVES = 10_000 + math.pi * 2_500
ROUND = [(X, Y + 50), (X + 100, Y + 50)]


@pytest.mark.parametrize(
    ("entities", "right"),
    [([polyline(SQUARE, bulge={1: 1, 3: 1})], HALVES), ([circle(X, Y, 100)], math.pi * 10_000),
     ([arc(X + 50, Y + 50, 50, 0, 180), lines(ROUND)], math.pi * 1_250)],
    ids=["bulges, the last too", "circle", "arc and chord"],
)  # fmt: skip
def test_arcs_are_chords_and_said(tmp_path, entities, right):
    line = read(drawing(tmp_path / "a.dxf", *entities))
    assert area(line) == pytest.approx(right, rel=1e-3)
    words(found(line)["dxf_arcs"].reason)


def test_straight_lines_are_not_called_arcs(tmp_path):
    assert "dxf_arcs" not in found(read(drawing(tmp_path / "a.dxf", polyline(SQUARE, bulge={0: 0.0}))))


@pytest.mark.parametrize("inside", [[polyline], [lines]])
def test_blocks_stand_where_they_are_inserted(tmp_path, inside):
    places = [(x - X, y - Y) for x, y in SQUARE]
    body = polyline(places, "0") if inside == [polyline] else lines([*places, places[0]], "0")
    path = drawing(tmp_path / "a.dxf", insert("RED", X, Y), blocks=[block("RED", body)])
    assert [p.shape.symmetric_difference(BOX).area for p in read(path).plots] == [0]


def test_millimetres_are_brought_to_metres_only_when_they_can_be_nothing_else(tmp_path):
    scaled = drawing(tmp_path / "a.dxf", polyline([(x * 1000, y * 1000) for x, y in SQUARE]), units=4)
    line = read(scaled)
    assert line.plots[0].shape.symmetric_difference(BOX).area < 0.01
    words(found(line)["dxf_unit_scaled"].reason)
    assert "dxf_unit_scaled" not in found(read(drawing(tmp_path / "b.dxf", polyline(SQUARE), units=4)))
    undeclared = drawing(tmp_path / "c.dxf", polyline([(x * 1000, y * 1000) for x, y in SQUARE]))
    assert [r.code for r in refused(undeclared)] == ["redline_numbers_fit_nothing"]


def test_a_declared_system_is_taken(tmp_path):
    moved = [(x + 40e6, y) for x, y in SQUARE]
    line = read(drawing(tmp_path / "a.dxf", polyline(moved), objects=geodata(4528)))
    assert (line.crs, line.confirmations) == ("EPSG:4528", ())
    wrong = refused(drawing(tmp_path / "b.dxf", polyline(SQUARE), objects=geodata(4528)))
    assert wrong[0].values["fitting"] == ["--crs EPSG:4549"]
