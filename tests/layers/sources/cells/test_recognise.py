"""Numbers and dates as people write them (reliability cases 14, 80, 81)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.sources.cells import recognise


@pytest.mark.parametrize(
    ("text", "value", "unit", "about"),
    [
        ("1,200.5", 1200.5, "", False), ("350亩", 350.0, "亩", False), ("３２", 32.0, "", False),
        ("２００", 200.0, "", False), ("3.2亿", 3.2e8, "", False), ("约3万", 3e4, "", True),
        ("12,005,000", 12_005_000.0, "", False), ("5.4 亿元", 5.4e8, "元", False), ("(1,200)", -1200.0, "", False),
        ("-3", -3.0, "", False), ("−3", -3.0, "", False), ("1e3", 1000.0, "", False), ("30万左右", 3e5, "", True),
        (".5", 0.5, "", False), ("15%", 15.0, "%", False), ("10.28公顷", 10.28, "公顷", False), (7, 7.0, "", False),
    ],
)  # fmt: skip
def test_numbers(text, value, unit, about):
    found = recognise.number(text)
    assert found is not None
    assert found.value == pytest.approx(value)
    assert (found.unit, found.about) == (unit, about)


NO_NUMBERS = ["", "–", "无", "1,2", "12,34", "3-5", "1.2.3", None, True, float("nan"), "2024年3月1日"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_not_guessed(text):
    assert recognise.number(text) is None


def test_areas_by_unit():
    assert recognise.area_m2("15亩") == pytest.approx(10_000.0)
    assert recognise.area_m2("1", "公顷") == 10_000.0
    assert recognise.area_m2("3") == 3.0
    assert recognise.area_m2("3 apples") is None
    assert recognise.header_unit("面积（亩）") == "亩"
    assert recognise.header_unit("面积(公顷)") == "公顷"
    assert recognise.header_unit("投资（亿元）") == "亿元"
    assert recognise.header_unit("名称") == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024/3/1", date(2024, 3, 1)), ("20240301", date(2024, 3, 1)), ("2024年3月1日", date(2024, 3, 1)),
        ("2024-03-01", date(2024, 3, 1)), ("2024.3.1", date(2024, 3, 1)), ("45352", date(2024, 3, 1)),
        ("2024-03-01 00:00:00", date(2024, 3, 1)), ("13/04/2024", date(2024, 4, 13)), ("04/13/2024", date(2024, 4, 13)),
        ("2024 年 3 月 1 日", date(2024, 3, 1)), ("04/04/2024", date(2024, 4, 4)),
    ],
)  # fmt: skip
def test_days(text, day):
    found = recognise.day(text)
    assert found is not None
    assert (found.value, found.ambiguous) == (day, False)


def test_what_is_ambiguous_coarse_or_no_date():
    assert recognise.day("03/04/2024").ambiguous
    assert recognise.day("03/04/2024").value is None
    assert recognise.day("2024年3月").precision == "month"
    assert recognise.day("2024年").precision == "year"
    for text in ("", "无", "2024-13-01", "20240231", "12", None, "99999"):
        assert recognise.day(text) is None, text


@given(st.floats(-1e12, 1e12).map(lambda v: round(v, 2)))
def test_written_with_separators_a_number_reads_back(value):
    assert recognise.number(f"{value:,.2f}").value == value


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(text):
    recognise.number(text)
    recognise.day(text)
    recognise.header_unit(text)
