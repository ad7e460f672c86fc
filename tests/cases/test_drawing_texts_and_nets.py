"""Drawings of programs of today (UTF-8 under an old code page, escaped letters), and borders that plots share."""

import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.sources.redline import read as redline
from tests.cases import base
from tests.cases.drawings import drawing, lines, polyline
from tests.cases.test_redline_drawing import FRAME, SQUARE, X, Y, area, read
from tests.layers.sources.redline_samples import BOUNDS, STUDY, asked, found, words

RED, EDGE = "红线", "图框"
ESCAPED = {"unicode": (r"\U+7EA2\U+7EBF", r"\U+56FE\U+6846"), "multibyte": (r"\M+5BAEC\M+5CFDF", r"\M+5CDBC\M+5BFF2")}


def sheet(path, encoding, names=(RED, EDGE), **header):
    """A frame and a red line; `header` replaces what stands in the head."""
    drawing(path, polyline(SQUARE, names[0]), polyline(FRAME, names[1]), encoding=encoding)
    text = path.read_text(encoding=encoding)
    for key, value in header.items():
        old = {"version": "AC1015", "page": "9\n$DWGCODEPAGE\n3\nANSI_936\n"}[key]
        assert old in text
        text = text.replace(old, value)
    path.write_text(text, encoding=encoding)
    return path


SHEETS = [
    ("gb18030", {}), ("utf-8", {}), ("utf-8", {"version": "AC1032"}), ("gb18030", {"page": ""}),
    ("utf-8", {"page": ""}),
    ("gb18030", {"page": "9\n$DWGCODEPAGE\n3\nANSI_1252\n"}), ("gb18030", {"version": "AC1032"}),
]  # fmt: skip


@pytest.mark.parametrize(("encoding", "header"), SHEETS)
def test_names_of_layers_whatever_the_head_says(tmp_path, encoding, header):
    path = sheet(tmp_path / "a.dxf", encoding, **header)
    with pytest.raises(BlockedError) as told:
        gate.open_vector(path, tmp_path / ".cache")
    assert told.value.reasons[0].values["layers"] == [RED, EDGE]
    assert area(read(path, layer=RED)) == pytest.approx(10_000)


@pytest.mark.parametrize("names", ESCAPED.values(), ids=ESCAPED)
def test_letters_written_as_numbers(tmp_path, names):
    path = sheet(tmp_path / "a.dxf", "gb18030", names)
    assert list(gate.listing(path, tmp_path / ".cache"))[:2] == [RED, EDGE]
    assert area(read(path, layer=RED)) == pytest.approx(10_000)


def test_capitals_do_not_tell_cad_layers_apart(tmp_path):
    path = sheet(tmp_path / "a.dxf", "ascii", ("HX", "TK"))
    assert area(read(path, layer="hx")) == pytest.approx(10_000)


SECOND = [(X + 100, Y), (X + 200, Y), (X + 200, Y + 100), (X + 100, Y + 100)]
OPEN = [SQUARE[1], SQUARE[0], SQUARE[3], SQUARE[2]]
NETS = {
    "lines": [lines([*SQUARE, SQUARE[0]]), lines(SECOND)],
    "polylines": [polyline(OPEN, closed=False), polyline(SECOND, closed=False), lines([SQUARE[1], SQUARE[2]])],
    "with a tail": [lines([*SQUARE, SQUARE[0]]), lines(SECOND), lines([SQUARE[0], (X - 40, Y - 40)])],
}


@pytest.mark.parametrize("name", NETS)
def test_plots_that_share_a_border_are_two(tmp_path, name):
    line = read(drawing(tmp_path / "a.dxf", *NETS[name]))
    assert sorted(round(p.shape.area, 6) for p in line.plots) == [10_000, 10_000]
    assert shapely.union_all([p.shape for p in line.plots]).equals(shapely.box(X, Y, X + 200, Y + 100))
    words(found(line)["dxf_net_taken"].reason)
    assert ("redline_lines_open" in found(line)) == (name == "with a tail")


@pytest.mark.parametrize("role", ["constraint", "parcels"])
def test_a_net_is_the_ground_of_a_layer_too(tmp_path, role):
    cells = [lines([(base.X0 + x, base.Y0 + y) for x, y in places]) for places in
             ([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)],
              [(100, 0), (200, 0), (200, 100), (100, 100)])]  # fmt: skip
    folder = base.study(tmp_path / "study", with_parcels=role != "parcels")
    file = drawing(tmp_path / "a.dxf", *cells)
    if role == "parcels":
        from layers.study import catalog

        given = {"role": "parcels", "id": "parcels", "crs": base.CRS,
                 "accept": ["ids:rows"]}  # fmt: skip
        catalog.add(folder, file, given)
        assert len(base.statuses(folder)) == 2
    else:
        told = base.add(folder, file, crs=base.CRS)
        assert "dxf_net_taken" in told
        status = base.statuses(folder)
        assert [k for k, v in status.items() if v == "excluded"] == ["p00", "p01"]


def test_a_gap_in_a_net_is_told(tmp_path):
    near = [(SQUARE[1][0] + 0.03, SQUARE[1][1]), *SECOND[1:]]
    line = read(drawing(tmp_path / "a.dxf", lines([*SQUARE, SQUARE[0]]), polyline(near, closed=False)))
    assert found(line)["dxf_gaps_joined"].reason.values["width_m"] == pytest.approx(0.03)
    assert area(line) == pytest.approx(20_000)


def test_a_frame_of_a_net_around_a_red_line_is_asked_about(tmp_path):
    box = [*FRAME, FRAME[0]]
    path = drawing(tmp_path / "a.dxf", lines(box), lines([FRAME[1], (X + 600, Y - 300), (X + 600, Y + 400), FRAME[2]]),
                   polyline(SQUARE))  # fmt: skip
    line = redline.read(path, STUDY, bounds=BOUNDS)
    assert "redline_cad_holes" in asked(line)


def test_lines_that_only_cross_make_no_area(tmp_path):
    path = drawing(tmp_path / "a.dxf", lines([SQUARE[0], SQUARE[2]]), lines([SQUARE[1], SQUARE[3]]))
    with pytest.raises(BlockedError):
        read(path)
