"""Working days by hand: weekends, a holiday, a Sunday worked in its place, a year nobody listed."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geo.project.workdays import Calendar, calendar
from layers.library import schedule

DAYS = schedule.days().calendar
PLAIN = Calendar()
day = st.dates(date(2025, 1, 1), date(2028, 12, 31))


def test_the_spring_festival_of_2026_as_listed():
    # off 15 to 23 February; Saturday 14 and Saturday 28 are worked
    assert [d for d in range(9, 29) if DAYS.works(date(2026, 2, d))] == [9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28]
    assert DAYS.last_of(date(2026, 2, 13), 3) == date(2026, 2, 24)
    assert DAYS.first_of(date(2026, 2, 24), 3) == date(2026, 2, 13)
    assert DAYS.between(date(2026, 2, 13), date(2026, 2, 24)) == 2


def test_a_table_of_one_year_and_years_without():
    made = calendar({2030: ([date(2030, 1, 1)], [date(2030, 1, 5)])})
    assert not made.works(date(2030, 1, 1))  # a Tuesday
    assert made.works(date(2030, 1, 5))  # a Saturday
    assert made.unlisted([date(2030, 5, 1), date(2031, 1, 1)]) == [2031]
    assert DAYS.unlisted([date(2026, 1, 1)]) == []


@given(day, st.integers(1, 90))
def test_counting_on_and_back_meet(first, days):
    for one in (DAYS, PLAIN):
        last = one.last_of(first, days)
        assert one.works(last)
        assert one.first_of(last, days) == one.at_or_after(first)
        assert one.between(one.at_or_after(first), last) == days - 1
        assert one.last_of(first, days + 1) > last
        assert one.last_of(first + timedelta(days=1), days) >= last
