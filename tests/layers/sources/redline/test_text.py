"""The boundary TXT: what is read, what is mended and said, what is refused and where."""

import re
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources.redline import read as redline
from layers.sources.redline.chars import number, plain
from layers.text import LANGUAGES, catalogue
from tests.layers.sources.redline_samples import (
    BOUNDS,
    GOOD,
    HEAD,
    HOLE,
    SQUARE,
    STUDY,
    asked,
    found,
    get,
    refused,
    words,
)

NL = "\n"


def without(text, start):
    return NL.join(line for line in text.split(NL) if not line.startswith(start))


def test_a_clean_file_is_read_exactly():
    line = get(GOOD)
    (plot,) = line.plots
    assert (line.source, line.crs, line.axes) == ("boundary_txt", "EPSG:4549", "xy_north_first")
    assert (plot.plot_id, plot.name, plot.points, plot.stated_ha) == ("DK1", "一号地块", 4, 1.0)
    assert plot.shape.equals(shapely.box(500_000, 3_180_000, 500_100, 3_180_100))
    assert line.findings == ()
    assert set(asked(line)) == {"redline_zone_stated"}
    assert line.attributes["数据产生单位"] == "示范"


def test_same_crs_keeps_every_bit():
    text = GOOD.replace("3180100.000,500100.000", "3180100.1234567,500100.7654321")
    xy = shapely.get_coordinates(get(text).plots[0].shape)
    assert (500100.7654321, 3180100.1234567) in {tuple(p) for p in xy}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, end):
    line = get(GOOD.replace("\n", end).encode(encoding))
    assert (line.plots[0].name, line.plots[0].shape.area) == ("一号地块", 10_000)
    assert ("redline_encoding" in found(line)) == (not encoding.startswith("utf-8"))


def test_full_width_digits_commas_and_brackets():
    wide = (
        GOOD.replace("[", "【")
        .replace("]", "】")
        .replace("=", "＝")
        .replace("J2,1,3180100.000", "J２，１，３１８０１００．０００")
    )
    line = get(wide)
    assert line.plots[0].shape.area == 10_000
    assert line.attributes["带号"] == "40"
    assert "redline_full_width" in found(line)
    assert get(GOOD.replace(",", "、").replace("转换参数=、", "转换参数=,")).plots[0].shape.area == 10_000


def test_names_are_kept_as_written():
    assert get(GOOD.replace("一号地块", "Ⅱ号地块（东）")).plots[0].name == "Ⅱ号地块（东）"


def test_a_comma_of_enumeration_in_a_name_is_part_of_it():
    assert get(GOOD.replace("一号地块", "东区、西区")).plots[0].name == "东区、西区"


def test_a_very_long_line_is_refused_at_once():
    for line in ("[" + " " * 1_000_000, "甲" * 1_000_000, "1 " * 500_000, " " * 1_990 + "="):
        reasons = refused(GOOD + line)
        assert {"redline_line_long", "redline_fields_wrong"} & set(reasons)
    words(refused(GOOD + "甲" * 5_000)["redline_line_long"])


def test_blank_lines_trailing_commas_and_heights():
    text = GOOD.replace("500100.000\n", "500100.000,,\n\n").replace(",500000.000", ",500000.000,12.5")
    assert get(text).plots[0].shape.area == 10_000


@pytest.mark.parametrize("key", ["坐标系", "几度分带", "投影类型", "计量单位", "带号", "精度", "转换参数"])
def test_any_key_may_be_missing_and_any_order_will_do(key):
    head = without(HEAD, key + "=").strip().split(NL)
    line = get(NL.join([head[0], *reversed(head[1:])]) + NL + SQUARE)
    assert (line.crs, line.plots[0].shape.area) == ("EPSG:4549", 10_000)
    assert ("redline_datum_assumed" in asked(line)) == (key == "坐标系")
    assert ("redline_zone_from_study" in asked(line)) == (key == "带号")


def test_an_unclosed_ring_is_closed_and_said():
    text = GOOD.rsplit("J1,1", 1)[0].replace("5,1.0000", "4,1.0000")
    line = get(text)
    assert line.plots[0].shape.area == 10_000
    fixed = found(line)["redline_ring_closed"]
    assert fixed.reason.values["length_m"] == 100
    assert fixed.severity == "fixed"
    assert "J4" in words(fixed.reason)[1]


def test_a_long_closing_edge_is_a_warning():
    points = NL.join(f"J{k},1,{3180000 + 50 * k}.0,{500000 + k * k}.0" for k in range(9))
    line = get(HEAD + "[地块坐标]\n9,,A,a,面,,,,@\n" + points)
    assert found(line)["redline_ring_closed_far"].severity == "warn"


def test_rings_by_containment():
    line = get(GOOD.replace("5,1.0000", "10,0.9600") + HOLE)
    assert line.plots[0].shape.area == 9_600
    assert len(line.plots[0].shape.interiors) == 1
    assert line.findings == ()


def test_a_ring_outside_is_a_part_and_is_said():
    text = GOOD.replace("5,1.0000", "10,1.0400") + HOLE.replace("31800", "31802")
    line = get(text)
    assert line.plots[0].shape.geom_type == "MultiPolygon"
    assert line.plots[0].shape.area == 10_400
    outside = found(line)["redline_ring_outside"]
    assert outside.row == "19"
    assert "19" in words(outside.reason)[0]


def test_an_island_in_a_hole_is_ground_again():
    island = HOLE.replace(",2,", ",3,").replace("020.000", "025.000").replace("040.000", "035.000")
    line = get(GOOD.replace("5,1.0000", "15,0.9700") + HOLE + island)
    assert line.plots[0].shape.area == pytest.approx(9_700)


def test_a_ring_that_closes_and_goes_on_is_two_rings():
    again = HOLE.replace(",2,", ",1,")
    assert get(GOOD.replace("5,1.0000", "10,0.9600") + again).plots[0].shape.area == 9_600


def test_several_plots_and_overlap():
    second = SQUARE.replace("[地块坐标]\n", "").replace("DK1,一号", "DK2,二号")
    apart = get(GOOD + second.replace(",500100", ",500200").replace(",500000", ",500100"))
    assert [p.plot_id for p in apart.plots] == ["DK1", "DK2"]
    overlapping = get(GOOD + second.replace("3180000", "3180060").replace("3180100", "3180160"))
    warned = found(overlapping)["redline_plots_overlap"]
    assert warned.reason.values["area_m2"] == pytest.approx(4_000)
    assert "一号地块" in words(warned.reason)[1]


def test_the_same_id_twice_is_told_apart():
    line = get(GOOD + SQUARE.replace("[地块坐标]\n", "").replace("31800", "31803").replace("31801", "31804"))
    assert [p.plot_id for p in line.plots] == ["DK1", "DK1-2"]
    assert "redline_plot_id_repeats" in found(line)


def test_repeated_points_go_and_are_listed():
    line = get(GOOD.replace("J2,1,3180100.000,500000.000\n", "J2,1,3180100.000,500000.000\n" * 2))
    assert line.plots[0].points == 4
    assert found(line)["redline_point_repeats"].row == "16"


@pytest.mark.parametrize("count", ["4", "5"])
def test_both_ways_of_counting_points_are_right(count):
    assert get(GOOD.replace("5,1.0000", f"{count},1.0000")).findings == ()


def test_more_points_than_stated_is_a_warning():
    warned = found(get(GOOD.replace("5,1.0000", "3,1.0000")))["redline_points_more"]
    assert (warned.reason.values["stated"], warned.reason.values["count"]) == (3, 5)


@pytest.mark.parametrize(
    ("stated", "code"),
    [("1.0001", None), ("1.0002", "redline_area_differs"), ("1.00", None), ("1.009", "redline_area_differs"),
     ("10000", "redline_area_unit"), ("15", "redline_area_unit"),
     ("15亩", None), ("1.0公顷", None), ("10000平方米", None), ("0", None), ("", None),
     ("约一公顷", "redline_area_unreadable")],
)  # fmt: skip
def test_stated_area_is_compared(stated, code):
    line = get(GOOD.replace("5,1.0000", f"5,{stated}"))
    assert set(found(line)) == ({code} if code else set())
    for finding in line.findings:
        words(finding.reason)


def test_area_message_names_both():
    reason = found(get(GOOD.replace("5,1.0000", "5,1.2000")))["redline_area_differs"].reason
    for text in words(reason):
        assert "1.2000" in text
        assert "1.0000" in text
        assert "20.00" in text


def test_missing_at_is_read_and_said():
    line = get(GOOD.replace(",,@", ","))
    assert line.plots[0].plot_id == "DK1"
    assert found(line)["redline_at_missing"].row == "13"


def test_points_without_header_line_are_read_and_said():
    line = get(without(GOOD, "5,1.0000"))
    assert line.plots[0].shape.area == 10_000
    assert found(line)["redline_header_missing"].row == "13"


def test_shift_parameters_are_not_applied_and_said():
    line = get(GOOD.replace("转换参数=,,,,,,", "转换参数=1.5,0,0,0,0,0,0"))
    assert found(line)["redline_parameters_unused"].row == "11"


POINTS = HEAD + "[地块坐标]\n2,,A,a,面,,,,@\nJ1,1,3180000,500000\n"
TWO_POINTS = POINTS + "J2,1,3180009,500000"
ON_ONE_LINE = GOOD.replace(",500100.000", ",500000.000").replace("J3,1,3180100", "J3,1,3180150")
RING_AGAIN = GOOD + HOLE.rsplit("J5", 1)[0]
RING_AGAIN += "J9,3,3180060,500060\nJ10,3,3180060,500070\nJ11,3,3180070,500070\nJ12,2,3180030,500010\n"
TWO_ZONES = GOOD.replace(",5001", ",405001").replace(",5000", ",395000").replace("带号=40", "带号=")
IN_DEGREES = GOOD.replace("3180100.000", "28.7").replace("3180000.000", "28.6")
IN_DEGREES = IN_DEGREES.replace("500000.000", "120.0").replace("500100.000", "120.1")
REFUSED = [
    ("missing section", GOOD.replace("[地块坐标]\n", ""), "redline_no_plot_section", "12"),
    ("no points", GOOD.split("5,1.0000")[0], "redline_no_points", "13"),
    ("header only", GOOD.split("J1,1")[0], "redline_plot_without_points", "13"),
    ("text", GOOD.replace("3180100.000,500100.000", "东北角,500100.000"), "redline_not_a_number", "16"),
    ("blank", GOOD.replace("3180100.000,500100.000", ",500100.000"), "redline_number_missing", "16"),
    ("nan", GOOD.replace("3180100.000,500100.000", "nan,500100.000"), "redline_not_a_number", "16"),
    ("scientific", GOOD.replace("3180100.000,500100.000", "3.18E+06,500100.000"), "redline_scientific", "16"),
    ("commas", GOOD.replace("3180100.000,500100.000", "3,180,100.000,500,100.000"), "redline_commas_inside", "16"),
    ("fields", GOOD.replace("J3,1,3180100.000,", "J3,3180100.000,"), "redline_fields_wrong", "16"),
    ("ring text", GOOD.replace("J3,1,", "J3,外,"), "redline_ring_wrong", "16"),
    ("one point", HEAD + "[地块坐标]\n1,,A,a,面,,,,@\nJ1,1,3180000,500000", "redline_too_few_points", "14"),
    ("two points", TWO_POINTS, "redline_too_few_points", "14"),
    ("one line", ON_ONE_LINE, "redline_on_one_line", "14"),
    ("line kind", GOOD.replace(",面,", ",线,"), "redline_not_an_area", "13"),
    ("too few", GOOD.replace("5,1.0000", "12,1.0000"), "redline_points_missing", "13"),
    ("ring again", RING_AGAIN, "redline_ring_returns", "26"),
    ("rings cross", GOOD + HOLE.replace("500020", "499980"), "redline_rings_cross", "19"),
    ("ring twice", GOOD + NL.join(SQUARE.split(NL)[2:]).replace(",1,3", ",2,3"), "redline_ring_twice", "19"),
    ("hole along the edge", GOOD + HOLE.replace("500020", "500000"), "redline_hole_invalid", "13"),
    ("unit", GOOD.replace("计量单位=米", "计量单位=千米"), "redline_unit_unknown", "8"),
    ("band", GOOD.replace("几度分带=3", "几度分带=5"), "redline_attribute_wrong", "6"),
    ("zone", GOOD.replace("带号=40", "带号=东"), "redline_attribute_wrong", "9"),
    ("beijing", GOOD.replace("2000国家大地坐标系", "1954北京坐标系"), "redline_old_datum", ""),
    ("xian", GOOD.replace("2000国家大地坐标系", "1980西安坐标系"), "redline_old_datum", ""),
    ("local", GOOD.replace("2000国家大地坐标系", "某市独立坐标系"), "redline_datum_unknown", ""),
    ("prefix 39", GOOD.replace(",500", ",39500"), "redline_zone_mismatch", "14"),
    ("zone 99", GOOD.replace("带号=40", "带号=60"), "redline_zone_unstated_unknown", ""),
    ("neighbour zone", GOOD.replace("带号=40", "带号=39"), "redline_outside_study_zone", ""),
    ("far away", GOOD.replace("31801", "33801").replace("31800", "33800"), "redline_outside_study", ""),
    ("two zones", TWO_ZONES, "redline_two_zones", "16"),
    ("half prefixed", GOOD.replace(",5001", ",405001"), "redline_prefix_mixed", "16"),
    ("degrees", IN_DEGREES, "redline_degrees_for_metres", "14"),
    ("one swapped", GOOD.replace("3180100.000,500100.000", "500100.000,3180100.000"), "redline_axes_mixed", "16"),
    ("nonsense", GOOD.replace("3180100.000,500100.000", "1,2"), "redline_numbers_fit_nothing", "16"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_each_fault_has_its_own_message_with_its_line(text, code, line):
    reasons = refused(text)
    assert code in reasons, reasons
    assert str(reasons[code].values.get("line", "")) == line
    for said in words(reasons[code]):
        assert line in said


def test_only_the_fault_is_told():
    shape = {"rings cross", "one point", "two points", "text", "scientific", "neighbour zone", "prefix 39"}
    for name, text, code, _ in REFUSED:
        if name in shape:
            assert set(refused(text)) - {"redline_points_missing"} == {code}, name


def test_a_self_crossing_ring_names_point_edges_and_remedy():
    text = GOOD.replace("3180100.000,500100.000", "P").replace("3180000.000,500100.000", "3180100.000,500100.000")
    reason = refused(text.replace("P", "3180000.000,500100.000"))["redline_crosses_order"]
    assert (reason.values["north"], reason.values["east"]) == (3_180_050, 500_050)
    assert (reason.values["edge"], reason.values["other"]) == ("J2–J3", "J4–J1")
    assert (reason.values["start"], reason.values["end"], reason.values["parts"]) == ("J3", "J4", 2)
    for said in words(reason):
        assert "3180050.000" in said
        assert "500050.000" in said


def test_a_spike_is_a_crossing():
    text = GOOD.replace("J4,1", "J9,1,3180100.000,500200.000\nJ10,1,3180100.000,500100.000\nJ4,1").replace(
        "5,1.0000", "7,1"
    )
    assert set(refused(text)) <= {"redline_crosses", "redline_crosses_order"}


def test_all_problems_come_together():
    text = GOOD.replace("带号=40", "带号=39").replace("3180100.000,500100.000", "x,500100.000").replace("J4,1", "J4,内")
    text += HOLE.rsplit("J7", 1)[0].replace("J5,2", "6,0.1,DK2,二,面,,,,@\nJ5,1").replace(",2,", ",1,")
    codes = set(refused(text))
    assert {"redline_not_a_number", "redline_ring_wrong", "redline_too_few_points", "redline_points_missing"} <= codes


def test_long_series_are_cut_and_counted():
    text = HEAD + "[地块坐标]\n50,,A,a,面,,,,@\n" + NL.join(f"J{k},1,x,500000" for k in range(50))
    with pytest.raises(BlockedError) as error:
        get(text)
    codes = [r.code for r in error.value.reasons]
    assert codes.count("redline_not_a_number") == 8
    rest = next(r for r in error.value.reasons if r.code == "redline_more")
    assert rest.values["count"] == 42
    words(rest)


def test_eight_digits_tell_the_zone():
    line = get(GOOD.replace(",500", ",40500").replace("带号=40", "带号="))
    assert (line.crs, "redline_zone_recognised" in asked(line)) == ("EPSG:4528", True)
    assert line.plots[0].shape.equals_exact(get(GOOD).plots[0].shape, 1e-6)


def test_exchanged_columns_are_proposed_not_silent():
    rows = [r.split(",") for r in SQUARE.strip().split(NL)[2:]]
    text = HEAD + NL.join(SQUARE.split(NL)[:2]) + NL + NL.join(f"{a},{b},{d},{c}" for a, b, c, d in rows)
    line = get(text)
    assert line.axes == "east_first"
    assert line.plots[0].shape.equals(get(GOOD).plots[0].shape)
    assert "3180000.000" in words(asked(line)["redline_axes_swapped"])[1]
    assert "redline_axes_swapped" not in asked(get(text, axes="east_first"))
    assert "redline_axes_contradict" in refused(text, axes="xy_north_first")


def test_a_central_meridian_in_place_of_the_zone():
    line = get(GOOD.replace("带号=40", "带号=120"))
    assert line.crs == "EPSG:4549"
    assert "redline_zone_is_meridian" in asked(line)


def test_six_degree_zone_is_carried_over():
    line = get(
        GOOD.replace("带号=40", "带号=20").replace("几度分带=3", "几度分带=6").replace(",500", ",794"), bounds=None
    )
    assert line.crs == "EPSG:4509"
    assert line.plots[0].shape.area == pytest.approx(10_000, rel=4e-3)
    assert not np.array_equal(shapely.get_coordinates(line.plots[0].shape), [])


def test_wrong_zone_names_the_one_that_fits():
    reason = refused(GOOD.replace("带号=40", "带号=39"))["redline_outside_study_zone"]
    assert reason.values["fitting"] == "EPSG:4549"
    assert 280 < reason.values["km"] < 310


def test_a_named_crs_overrules_the_file_but_not_the_numbers():
    assert get(GOOD.replace("带号=40", "带号=39"), crs="EPSG:4549").crs == "EPSG:4549"
    old = GOOD.replace("2000国家大地坐标系", "1954北京坐标系")
    assert "redline_datum_overruled" in asked(get(old, crs="EPSG:4549"))
    reason = refused(GOOD.replace(",500", ",40500"), crs="EPSG:4549")["redline_crs_contradicts"]
    assert reason.values["fitting"] == "EPSG:4528"
    assert "redline_crs_contradicts_plain" in refused(GOOD, crs="EPSG:4528")
    assert "redline_degrees_expected" in refused(GOOD, crs="EPSG:4490")


@pytest.mark.parametrize("crs", ["EPSG:2437", "EPSG:2385", "EPSG:4214", "EPSG:4610"])
def test_an_old_datum_is_refused_by_its_code_too(crs):
    assert set(refused(GOOD, crs=crs)) == {"redline_old_datum"}


def test_an_old_datum_with_parameters_of_its_own_is_taken():
    crs = "+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=krass +towgs84=15,-110,-80,0,0,0,0 +units=m"
    line = get(GOOD.replace("2000国家大地坐标系", "1954北京坐标系"), crs=crs)
    assert 50 < line.plots[0].shape.centroid.distance(get(GOOD).plots[0].shape.centroid) < 300


def test_wgs84_is_asked():
    assert "redline_wgs84_taken" in asked(get(GOOD.replace("2000国家大地坐标系", "WGS84")))


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "redline_empty"), (b"\xef\xbb\xbf \r\n", "redline_empty"), (b"AC1032\x00\x01", "redline_binary"),
     (b"%PDF-1.7 x", "redline_binary"), (bytes(range(256)), "redline_binary"), (b"J1,1\x01,2,3", "redline_binary")],
)  # fmt: skip
def test_empty_and_binary_files(data, code, tmp_path):
    assert set(refused(data)) == {code}
    path = tmp_path / "红线.txt"
    path.write_bytes(data)
    reason = refused(path)[code]
    assert all("红线.txt" in said for said in words(reason))


def test_a_path_is_a_file_and_a_text_is_never_a_path(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(GOOD, encoding="gbk")
    assert redline.read(path, STUDY, bounds=BOUNDS).plots[0].shape.area == 10_000
    assert set(refused(str(path))) <= {"redline_columns_unknown", "redline_no_points"}
    assert set(refused(tmp_path / "none.txt")) == {"redline_not_opened"}


@pytest.mark.parametrize(
    ("text", "value", "wrong"),
    [("3180000.5", 3180000.5, ""), ("+1.", 1, ""), ("3,180,000.5", 3180000.5, ""), ("3 180 000.5", 3180000.5, ""),
     ("3.1800005E+06", None, "redline_scientific"), ("3.1800005000E6", 3180000.5, ""),
     ("1e999", None, "redline_scientific"),
     ("120°30′36″", 120.51, ""), ("120度30分36秒", 120.51, ""), ("120°60′0″", None, "redline_not_a_number"),
     ("inf", None, "redline_not_a_number"), ("", None, "redline_number_missing"),
     ("1_000", None, "redline_not_a_number"),
     ("1,00", None, "redline_not_a_number"), ("0x10", None, "redline_not_a_number"), ("１２。５", 12.5, "")],
)  # fmt: skip
def test_numbers_as_people_write_them(text, value, wrong):
    read = number(plain(text))
    assert read.wrong == wrong
    if value is not None:
        assert read.value == pytest.approx(value, abs=1e-9)


def test_every_code_of_the_reader_has_its_sentences():
    root = Path(redline.__file__).parent
    files = [*root.glob("*.py"), root.parents[1] / "outputs" / "coordinates.py"]
    codes = {c for f in files for c in re.findall(r'"(redline_[a-z0-9_]+)"', f.read_text(encoding="utf-8"))}
    assert len(codes) > 70
    for code in codes:
        assert all(f"reason.{code}" in catalogue(language) for language in LANGUAGES), code


def test_a_long_crossing_ring_is_refused_in_time_with_its_place():
    points = NL.join(f"J{k},1,{3180000 + (k * 7919) % 2003}.0,{500000 + (k * 104729) % 2011}.0" for k in range(2500))
    reason = refused(HEAD + "[地块坐标]\n2500,,A,a,面,,,,@\n" + points)["redline_ring_invalid_large"]
    assert "2500" in words(reason)[1]


def test_many_overlaps_are_cut_and_said():
    plot = NL.join(SQUARE.strip().split(NL)[1:]) + NL
    line = get(HEAD + "[地块坐标]\n" + plot * 12)
    codes = [f.code for f in line.findings]
    assert codes.count("redline_plots_overlap") == 50
    assert codes.count("redline_overlaps_more") == 1
    words(found(line)["redline_overlaps_more"].reason)
