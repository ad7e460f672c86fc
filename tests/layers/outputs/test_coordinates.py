"""The writer of the boundary TXT: what is written is what is read back."""

import io
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.errors import BlockedError, CallError
from layers.outputs.coordinates import central_meridian, text, write_txt
from layers.outputs.txt_layouts import Form
from layers.sources.redline.read import Plot, read
from layers.text import sentences

X0, Y0 = 500_000.0, 3_180_000.0


def plot(shape, plot_id="DK1", name="一号地块"):
    return Plot(plot_id, name, shape, 0, None)


def again(plots, crs, **options):
    stream = io.BytesIO()
    write_txt(stream, plots, crs, **options)
    return read(stream.getvalue(), crs)


def apart(one, other):
    """Largest distance of a vertex of one outline from the other outline."""
    ends = [shapely.points(shapely.get_coordinates(s)) for s in (one, other)]
    return max(shapely.distance(ends[0], other.boundary).max(), shapely.distance(ends[1], one.boundary).max())


def star(x, y, radii):
    angles = np.linspace(0, 2 * math.pi, len(radii), endpoint=False)
    return shapely.Polygon(np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)]))


@st.composite
def red_lines(draw):
    """Plots side by side, each of one to three parts, with holes and islands in holes."""
    radius = st.floats(150, 300, allow_nan=False)
    plots = []
    for k in range(draw(st.integers(1, 3))):
        parts = []
        for j in range(draw(st.integers(1, 3))):
            radii = np.array(draw(st.lists(radius, min_size=5, max_size=12)))
            x, y = X0 + 1000 * j + draw(st.floats(0, 1)), Y0 + 1000 * k + draw(st.floats(0, 1))
            shape = star(x, y, radii)
            if draw(st.booleans()):
                shape = shape.difference(star(x, y, radii / 3))
            if draw(st.booleans()):
                shape = shape.union(star(x, y, radii / 9))
            parts += shapely.get_parts(shape).tolist()
        plots.append(plot(shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0], f"D{k}", f"{k}号"))
    return plots


@settings(max_examples=60, deadline=None)
@given(red_lines(), st.sampled_from(["EPSG:4549", "EPSG:4528", "EPSG:4509"]), st.sampled_from(["utf-8", "gbk"]))
def test_read_after_write_is_the_same_to_half_a_millimetre(plots, crs, encoding):
    shift = 40e6 if crs == "EPSG:4528" else 0
    plots = [plot(shapely.affinity.translate(p.shape, shift), p.plot_id, p.name) for p in plots]
    line = again(plots, crs, form=Form(encoding=encoding))
    assert (line.crs, line.axes) == (crs, "xy_north_first")
    assert {f.code for f in line.findings} <= {"redline_ring_outside", "redline_encoding"}
    for before, after in zip(plots, line.plots, strict=True):
        assert (before.plot_id, before.name) == (after.plot_id, after.name)
        assert apart(before.shape, after.shape) <= 0.0005 * math.sqrt(2) + 1e-7
        xy = [np.sort(shapely.get_coordinates(s), axis=0) for s in (before.shape, after.shape)]
        assert np.abs(xy[0].min(axis=0) - xy[1].min(axis=0)).max() <= 0.0005 + 1e-7
        assert after.shape.area == pytest.approx(before.shape.area, abs=0.001 * before.shape.length)
        assert after.stated_ha == pytest.approx(before.shape.area / 1e4, abs=5.1e-5)


def test_the_text_line_by_line():
    shape = shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(20, 20, 40, 40).exterior])
    shape = shapely.affinity.translate(shape, X0, Y0)
    lines = text([plot(shape)], "EPSG:4549", {"数据产生单位": "示范单位", "带号": "39"}).split("\r\n")
    assert lines[:12] == [
        "[属性描述]", "格式版本号=", "数据产生单位=示范单位", "数据产生日期=", "坐标系=2000国家大地坐标系",
        "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=40", "精度=0.001", "转换参数=,,,,,,", "[地块坐标]",
    ]  # fmt: skip
    assert lines[12] == "10,0.9600,DK1,一号地块,面,,,,@"
    assert len(lines) == 12 + 1 + 10 + 1
    points = [line.split(",") for line in lines[13:-1]]
    assert [p[0] for p in points] == ["J1", "J2", "J3", "J4", "J1", "J5", "J6", "J7", "J8", "J5"]
    assert [p[1] for p in points] == ["1"] * 5 + ["2"] * 5
    assert points[0][2:] == points[4][2:]
    assert {p[2] for p in points[:5]} == {"3180000.000", "3180100.000"}  # X is north


@pytest.mark.parametrize(("crs", "zone", "band"), [("EPSG:4528", 40, 3), ("EPSG:4509", 20, 6), ("EPSG:4498", 20, 6)])
def test_zone_and_band_follow_from_the_crs(crs, zone, band):
    content = text([plot(shapely.box(X0, Y0, X0 + 9, Y0 + 9))], crs, {})
    assert f"\r\n带号={zone}\r\n" in content
    assert f"\r\n几度分带={band}\r\n" in content
    assert central_meridian(crs) == (120 if band == 3 else 117)


def test_gbk_bytes_and_letters_it_lacks():
    stream = io.BytesIO()
    write_txt(stream, [plot(shapely.box(X0, Y0, X0 + 9, Y0 + 9))], "EPSG:4549", form=Form(encoding="gbk"))
    assert "一号地块" in stream.getvalue().decode("gbk")
    with pytest.raises(BlockedError) as error:
        write_txt(
            stream, [plot(shapely.box(X0, Y0, X0 + 9, Y0 + 9), name="𠮷地块")], "EPSG:4549", form=Form(encoding="gbk")
        )
    assert "𠮷" in sentences(error.value, "zh")[0]


def test_commas_and_signs_in_names_do_not_break_the_header():
    line = again([plot(shapely.box(X0, Y0, X0 + 90, Y0 + 90), "A,1@", "东、西，两块@\n甲")], "EPSG:4549")
    assert (line.plots[0].plot_id, line.plots[0].name) == ("A;1@", "东；西；两块＠ 甲")


def test_attributes_come_back():
    given_ = {"数据产生单位": "示范单位", "精度": "0.01", "备注": "合成数据"}
    line = again([plot(shapely.box(X0, Y0, X0 + 90, Y0 + 90))], "EPSG:4549", attributes=given_)
    assert given_.items() <= line.attributes.items()


@pytest.mark.parametrize(
    ("plots", "crs", "error", "code"),
    [([plot(shapely.box(0, 0, 1, 1))], "EPSG:32650", CallError, "redline_write_crs"),
     ([plot(shapely.box(0, 0, 1, 1))], "EPSG:4490", CallError, "redline_write_crs"),
     ([], "EPSG:4549", CallError, "redline_write_nothing"),
     ([plot(shapely.Polygon())], "EPSG:4549", BlockedError, "redline_write_not_area"),
     ([plot(shapely.LineString([(0, 0), (1, 1)]))], "EPSG:4549", BlockedError, "redline_write_not_area"),
     ([plot(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))], "EPSG:4549", BlockedError, "redline_write_not_area"),
     ([plot(shapely.box(0, 0, 0.0003, 5))], "EPSG:4549", BlockedError, "redline_write_too_fine")],
)  # fmt: skip
def test_what_cannot_be_written_is_said(plots, crs, error, code, tmp_path):
    target = tmp_path / "红线.txt"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(error) as raised:
        write_txt(target, plots, crs)
    assert [r.code for r in raised.value.reasons] == [code]
    assert not sentences(raised.value, "zh")[0].startswith("[")
    assert target.read_text(encoding="utf-8") == "old"


def test_an_unknown_encoding():
    with pytest.raises(CallError):
        write_txt(io.BytesIO(), [plot(shapely.box(X0, Y0, X0 + 9, Y0 + 9))], "EPSG:4549", form=Form(encoding="big5"))


def test_a_file_is_swapped_in(tmp_path):
    target = tmp_path / "红线.txt"
    write_txt(target, [plot(shapely.box(X0, Y0, X0 + 100, Y0 + 100))], "EPSG:4549")
    assert read(target, "EPSG:4549").plots[0].shape.area == 10_000
    assert [p.name for p in tmp_path.iterdir()] == ["红线.txt"]
    with pytest.raises(BlockedError):
        write_txt(tmp_path / "none" / "a.txt", [plot(shapely.box(X0, Y0, X0 + 9, Y0 + 9))], "EPSG:4549")
