"""Working days (工作日): weekends, public holidays and the days worked in their place, as tables of years say.

A year without a table has its weekends only; who reads a day in it is told (`Calendar.unlisted`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Days off and days worked.

    Parameters
    ----------
    off : frozenset of date
        Holidays, whatever day of the week they fall on.
    on : frozenset of date
        Days of a weekend that are worked (调休).
    years : frozenset of int
        Years a table speaks of.
    """

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    _memo: dict[tuple[date, int], date] = field(default_factory=dict, compare=False, repr=False)

    def works(self, day: date) -> bool:
        """Tell whether a day is worked."""
        return day in self.on or (day.weekday() < SATURDAY and day not in self.off)

    def at_or_after(self, day: date) -> date:
        """Return the first working day from a day on."""
        while not self.works(day):
            day += ONE
        return day

    def at_or_before(self, day: date) -> date:
        """Return the last working day up to a day."""
        while not self.works(day):
            day -= ONE
        return day

    def last_of(self, first: date, days: int) -> date:
        """Return the day on which so many working days, begun on `first`, are over; `days` at least 1."""
        key = (first, days)
        if key not in self._memo:
            day = self.at_or_after(first)
            for _ in range(days - 1):
                day = self.at_or_after(day + ONE)
            self._memo[key] = day
        return self._memo[key]

    def first_of(self, last: date, days: int) -> date:
        """Return the day on which so many working days must begin to be over by `last`; `days` at least 1."""
        key = (last, -days)
        if key not in self._memo:
            day = self.at_or_before(last)
            for _ in range(days - 1):
                day = self.at_or_before(day - ONE)
            self._memo[key] = day
        return self._memo[key]

    def between(self, first: date, last: date) -> int:
        """Return the working days after `first` up to `last`; below 0 where `last` comes before."""
        if last < first:
            return -self.between(last, first)
        return sum(self.works(first + ONE * k) for k in range(1, (last - first).days + 1))

    def unlisted(self, days: Iterable[date]) -> list[int]:
        """Return the years of some days no table speaks of, in order."""
        return sorted({d.year for d in days} - self.years)


def calendar(tables: Mapping[int, tuple[Iterable[date], Iterable[date]]]) -> Calendar:
    """Return the calendar of tables: year → its days off, its days worked."""
    off = frozenset(d for days, _ in tables.values() for d in days)
    on = frozenset(d for _, days in tables.values() for d in days)
    return Calendar(off, on, frozenset(tables))
