"""Cases 01 to 07 and 29: the boundary TXT in the layouts of the receiving systems, read and written."""

import io

import pyproj
import pytest
import shapely

from geo.basis.errors import CallError
from layers.outputs.coordinates import write_txt
from layers.outputs.txt_layouts import Form, form, layouts
from layers.sources.redline.model import Plot
from tests.layers.sources.redline_samples import STUDY, asked, found, get, refused, words

HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=40\n精度=0.001\n"
HEAD += "转换参数=,,,,,,\n"
SPARSE = " [属性描述]\n投影类型=高斯克吕格\n坐标系=2000国家大地坐标系\n分带=3度带\n带号=\n"
SQUARE = [(3_180_100, 40_500_000), (3_180_100, 40_500_100), (3_180_000, 40_500_100), (3_180_000, 40_500_000)]
BOX = shapely.box(500_000, 3_180_000, 500_100, 3_180_100)


def points(places=SQUARE, ring=1, line="J{k},{ring},{x:.3f},{y:.3f}", closed=True, first=1):
    named = [*enumerate(places, first), *([(first, places[0])] if closed else [])]
    return "".join(line.format(k=k, ring=ring, x=x, y=y) + "\n" for k, (x, y) in named)


def txt(header, body=None, head=HEAD):
    return f"{head}[地块坐标]\n{header}\n{points() if body is None else body}"


def one(text, **options):
    line = get(text, **options)
    (plot,) = line.plots
    assert plot.shape.symmetric_difference(BOX).area < 0.01
    assert not [f for f in line.findings if f.severity == "warn"]
    return line, plot


LAYOUTS = [
    ("4,1.0000,1,地块一,面,I50G001,工业用地,0601,@", "1",
     {"图幅号": "I50G001", "地块用途": "工业用地", "地类编码": "0601"}),
    ("5,1.0000,DK1,地块一,面,,工业用地,地上,@", "DK1", {"地块用途": "工业用地", "空间层次": "地上"}),
    ("1,地块一,面,,@", "1", {}),
    ("A-7,地块一,面,,@", "A-7", {}),
    ("5,地块一,面,工业用地,@", "1", {"地块用途": "工业用地"}),
    ("5,地块一,面,流入,@ ", "1", {"类型": "流入"}),
    ("5,1.0000,1,地块一,面,,新增耕地,0101,新增,水田,9,8,备注,@", "1",
     {"地块用途": "新增耕地", "地类编码": "0101", "图斑类型": "新增", "地类": "水田", "改造前质量等别": "9",
      "改造后质量等别": "8", "备注": "备注"}),
    ("5,1.0000,330881101,某村,D8-003,地块一,面,,工业用地,0601,@", "D8-003",
     {"乡镇代码": "330881101", "行政区名称": "某村", "地块用途": "工业用地", "地类编码": "0601"}),
    ("0,0,330881104,某村,D8-003,地块一,面,,,,@", "D8-003", {"乡镇代码": "330881104", "行政区名称": "某村"}),
    ("5，1.0000，1，地块一，面，，，，@", "1", {}),
    ("1.0000公顷,D1,地块一,面,,,,@", "D1", {}),
    ("5,D1,地块一,面,,,,@", "D1", {}),
    ("5,1.0,地块一,面,,,@", "1", {}),
]  # fmt: skip


@pytest.mark.parametrize(("header", "plot_id", "attributes"), LAYOUTS)
def test_fields_are_counted_from_the_kind(header, plot_id, attributes):
    line, plot = one(txt(header))
    assert (plot.plot_id, plot.name, dict(plot.attributes)) == (plot_id, "地块一", attributes)
    assert plot.stated_ha in (None, 1.0)
    assert set(asked(line)) == {"redline_zone_recognised"}


@pytest.mark.parametrize("kind", ["线", "点", "Line"])
@pytest.mark.parametrize(
    "header", ["3,0,1,进场道路,{},,,,@", "3,0,330881104,某村,D1,进场道路,{},,,,@", "1,进场道路,{},,@"]
)
def test_what_is_declared_as_no_area_is_named(kind, header):
    text = txt(header.format(kind)) + "4,1.0,2,厂区,面,,,,@\n" + points([(x + 200, y) for x, y in SQUARE])
    told = refused(text)["redline_not_an_area"]
    assert told.values["plot"] == "进场道路"
    words(told)


@pytest.mark.parametrize(
    "line",
    ["J{k},{x:.3f},{y:.3f},,{ring},", "J{k},{x:.3f},{y:.3f}", "- J{k},{ring},{x},{y}", "{k},{ring}, {x:.2f}, {y:.2f}",
     "J{k:02d},{ring},{x},{y},12.5"],
)  # fmt: skip
def test_lines_of_points(line):
    one(txt("5,1.0000,,地块一,,,,0601,@ ", points(line=line)))


def test_a_head_that_stands_twice_and_one_that_is_appended():
    one(txt("5,1.0000,,地块一,面,,,,@", f"{points()}", head=HEAD + "[地块坐标]\n"))
    other = points([(x + 500, y) for x, y in SQUARE])
    text = txt("5,1.0000,1,地块一,面,,,,@") + HEAD + f"[地块坐标]\n5,1.0,2,地块二,面,,,,@\n{other}"
    assert [p.name for p in get(text).plots] == ["地块一", "地块二"]
    words(found(get(text.replace("精度=0.001", "精度=3", 1)))["redline_head_repeats"].reason)
    words(refused(text.replace("带号=40", "带号=39", 1))["redline_heads_differ"])


def test_the_project_block_is_kept():
    line, _ = one(txt("5,1.0,1,地块一,面,,,,@", head="[项目信息]\n项目名称=某项目\n联系人=张\n" + HEAD))
    assert {"项目名称": "某项目", "联系人": "张", "带号": "40"}.items() <= line.attributes.items()


def test_a_sparse_head_takes_the_zone_of_the_study():
    body = points([(x, y - 40_000_000) for x, y in SQUARE], line="{k},{ring},{x:.3f},{y:.3f}", closed=False)
    line, plot = one(txt("4,1.0,1,1,面,,,@", body, head=SPARSE))
    assert plot.points == 4
    assert "redline_zone_from_study" in asked(line)


def test_a_zone_width_in_the_place_of_the_zone():
    line, _ = one(txt("5,1.0,1,地块一,面,,,,@", head=HEAD.replace("带号=40", "带号=3")))
    words(asked(line)["redline_zone_is_width"])
    six = HEAD.replace("带号=40", "带号=6").replace("几度分带=3", "几度分带=6")
    assert "redline_band_mismatch" in refused(txt("5,1.0,1,一,面,,,,@", head=six))


LONLAT = [(120.0, 28.735916488), (120.001023693, 28.735916484), (120.001023702, 28.736818755), (120.0, 28.736818759)]


@pytest.mark.parametrize(
    ("head", "header", "first"),
    [("", "1.0000公顷,,地块一,面,,,,@", "east_first"), ("", "5,1.0000,,地块一,面,,,,@", "xy_north_first"),
     ("[属性描述]\n坐标系=CGCS2000\n计量单位=度\n", "5,1.0000,,地块一,面,,,,@", "east_first")],
)  # fmt: skip
def test_longitude_and_latitude(head, header, first):
    places = LONLAT if first == "east_first" else [(y, x) for x, y in LONLAT]
    line, plot = one(txt(header, points(places, line="J{k},{ring},{x:.9f},{y:.9f}"), head=head))
    assert (line.axes, plot.stated_ha) == (first, 1.0)
    assert "redline_degrees_taken" in asked(line)


def test_degrees_under_a_head_of_metres_are_refused():
    assert "redline_degrees_for_metres" in refused(txt("5,1.0,1,一,面,,,,@", points(LONLAT)))


def test_east_first_and_a_broken_closing_point():
    swapped = [(y, x) for x, y in SQUARE]
    line, _ = one(txt("4,1.0,,一号,面,,,@", points(swapped, closed=False)))
    assert line.axes == "east_first"
    broken = points(swapped, closed=False) + "J1,1,40500000.000,40500000.000\n"
    told = refused(txt("5,1.0,,一号,面,,,@", broken))
    assert set(told) == {"redline_closing_far"}
    assert told["redline_closing_far"].values["line"] == 15
    words(told["redline_closing_far"])


@pytest.mark.parametrize("off", [0.022, 0.3])
def test_a_closing_point_a_little_off_closes_the_ring(off):
    body = points(closed=False) + f"J1,1,{3_180_100 - off:.3f},40500000.030\n"
    line, plot = one(txt("5,1.0,1,地块一,面,,,,@", body))
    assert plot.shape.area == pytest.approx(10_000, abs=1e-6)
    told = found(line)["redline_closing_off"]
    assert told.reason.values["off_m"] == pytest.approx((off**2 + 0.03**2) ** 0.5)
    words(told.reason)


@pytest.mark.parametrize("count", ["4", "5", "6", "0", ""])
def test_every_way_to_count_points(count):
    one(txt(f"{count},1.0,1,地块一,面,,,,@"))


def square(x, y, size, way=1):
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size)][::way]


def parts(*rings, line="J{k},{ring},{x:.3f},{y:.3f}", closed=True):
    return "".join(points(places, ring, line, closed) for ring, places in rings)


A, B, HOLE = (square(3_180_000, 40_500_000, 100), square(3_180_000, 40_500_200, 93.75),
              square(3_180_025, 40_500_025, 50))  # fmt: skip


@pytest.mark.parametrize("numbers", [(1, 2, 1), (1, 2, 3), (1, 2, 2)])
@pytest.mark.parametrize("closed", [True, False])
def test_parts_and_holes_whatever_their_numbers(numbers, closed):
    if numbers == (1, 2, 2) and not closed:
        return  # nothing then tells where a ring ends
    body = parts(*zip(numbers, (A, HOLE, B), strict=True), closed=closed)
    line = get(txt("15,1.6289,DK-1,绘制地块,面,,,,@", body))
    (plot,) = line.plots
    assert plot.shape.area == pytest.approx(16_289.0625, abs=1e-6)
    assert [len(p.interiors) for p in plot.shape.geoms] == [1, 0]
    assert not [f for f in line.findings if f.severity == "warn"]


@pytest.mark.parametrize(
    ("stated", "way", "number", "area", "code"),
    [("0.7500", 1, 2, 7_500, None), ("1.0000", 1, 2, 10_000, "redline_ring_no_hole"),
     ("1.0000", -1, 2, 7_500, None), ("0", 1, 1, 7_500, "redline_hole_open"), ("0.7500", 1, 1, 7_500, None),
     ("0", -1, 1, 7_500, None), ("0", 1, 2, 7_500, None)],
)  # fmt: skip
def test_direction_and_stated_area_settle_a_ring_in_a_ring(stated, way, number, area, code):
    line = get(txt(f"10,{stated},1,一,面,,,,@", parts((1, A), (number, HOLE[::way]))))
    assert line.plots[0].shape.area == pytest.approx(area, abs=1e-6)
    assert set(asked(line)) - {"redline_zone_recognised"} == ({code} if code else set())
    for told in line.confirmations:
        words(told)


@pytest.mark.parametrize(
    ("stated", "differs"), [("1.0", False), ("1.00", False), ("0.9999", False), ("1.0002", True), ("0.99", False),
                            ("0.98", True), ("10000.0000", True)]
)  # fmt: skip
def test_stated_area_within_one_unit_of_its_last_digit(stated, differs):
    told = found(get(txt(f"5,{stated},1,一,面,,,,@")))
    assert bool(set(told) & {"redline_area_differs", "redline_area_unit"}) == differs


def test_an_ellipsoidal_area_is_no_difference():
    far = [(x, y + 140_000) for x, y in square(3_180_000, 40_500_000, 1_000)]  # 1.4° from the meridian
    grid = pyproj.Proj(STUDY)
    scale = grid.get_factors(*grid(640_500, 3_180_500, inverse=True)).areal_scale
    assert 100 - 100 / scale > 0.04
    line = get(txt(f"5,{100 / scale:.4f},1,一,面,,,,@", points(far)), bounds=(600_000, 3_100_000, 700_000, 3_200_000))
    assert "redline_area_differs" not in found(line)


def test_lists_of_planning_tools():
    custom = "GISQLANDPLAN$$2026-11-29\n" + points(line="{x:.3f},{y:.3f}") + "\n"
    line, plot = one(custom)
    assert (plot.plot_id, dict(line.attributes)) == ("1", {"GISQLANDPLAN": "2026-11-29"})
    rows = [(k, 1, 1, *SQUARE[k % 4]) for k in range(5)] + [(k + 5, 2, 1, SQUARE[k % 4][0] + 500, SQUARE[k % 4][1])
                                                            for k in range(5)]  # fmt: skip
    text = "".join(f"{k + 1},{plot},{ring},J{k + 1},{x:.3f},{y:.3f}\n" for k, plot, ring, x, y in rows)
    assert [round(p.shape.area, 3) for p in get(text).plots] == [10_000, 10_000]


# --- writing ---------------------------------------------------------------------

GIVEN = Plot("D8-003", "地块一", BOX, 4, None,
             {"图幅号": "I50", "地块用途": "工业用地", "地类编码": "0601", "乡镇代码": "330881101",
              "行政区名称": "某村", "类型": "流入", "备注": "一"})  # fmt: skip
HOLED = Plot("D8-004", "地块二", shapely.box(500_300, 3_180_000, 500_400, 3_180_100).difference(
    shapely.box(500_320, 3_180_020, 500_340, 3_180_040)), 8, None)  # fmt: skip


@pytest.mark.grid
@pytest.mark.parametrize("layout", layouts())
@pytest.mark.parametrize("prefix", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_what_is_written_in_a_layout_is_read_back(layout, prefix, encoding):
    stream = io.BytesIO()
    asked_for = Form(layout, prefix, encoding)
    write_txt(stream, [GIVEN, HOLED], STUDY, {"数据产生单位": "某局"}, asked_for)
    line = get(stream.getvalue())
    assert line.crs == ("EPSG:4528" if prefix else "EPSG:4549")
    assert not [f for f in line.findings if f.severity == "warn"]
    fields = layouts()[layout].fields
    for plot, before in zip(line.plots, (GIVEN, HOLED), strict=True):
        assert plot.shape.symmetric_difference(before.shape).area < 0.01
        assert plot.name == before.name
        assert "plot_id" not in fields or plot.plot_id == before.plot_id
        assert dict(plot.attributes) == {k: v for k, v in before.attributes.items() if k in fields}
    lost = asked_for.laid_out.left_out([GIVEN])
    assert set(lost) == set(GIVEN.attributes) - set(fields)


def test_a_form_is_asked_in_words():
    assert form("v11, prefix ,gbk") == Form("v11", True, "gbk")
    assert form("plain") == Form("v9", False, "utf-8")
    for wrong in ("v12", "big5"):
        with pytest.raises(CallError) as caught:
            form(wrong)
        words(caught.value.reasons[0])
