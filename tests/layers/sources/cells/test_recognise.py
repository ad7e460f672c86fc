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


@pytest.mark.parametrize(
    "text",
    [
        "二〇二三年十一月二十日", "二○二三年十一月二十日", "2023年11月20日 星期一", "2023年11月20日（周一）",
        "2023年11月20号", "2023、11、20", "2023 - 11 - 20", "2023. 11. 20", "20 November 2023",
        "Nov 20, 2023", "20-Nov-2023", "45250.75",
    ],
)  # fmt: skip
def test_days_as_documents_and_programs_write_them(text):
    assert recognise.day(text).value == date(2023, 11, 20)


def test_written_days_of_every_month_and_numeral():
    numerals = ["", *"一二三四五六七八九", "十", *(f"十{d}" for d in "一二三四五六七八九"), "二十",
                *(f"二十{d}" for d in "一二三四五六七八九"), "三十", "三十一"]  # fmt: skip
    for month in range(1, 13):
        for dom in range(1, 29):
            read = recognise.day(f"二〇二四年{numerals[month]}月{numerals[dom]}日")
            assert read.value == date(2024, month, dom)
    assert recognise.day("二〇二四年十二月三十一日").value == date(2024, 12, 31)
    assert recognise.day("二〇二四年五月").precision == "month"


def test_a_month_whose_last_digit_a_number_may_have_lost_is_asked():
    assert recognise.day("2023.1").ambiguous, "of a cell of a number this may be 2023.10"
    assert recognise.day("2023.10").value == date(2023, 10, 1)
    assert recognise.day("2023.01").value == date(2023, 1, 1)
    assert recognise.day("2023-1").value == date(2023, 1, 1)


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
