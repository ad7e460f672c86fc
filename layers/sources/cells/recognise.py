"""Numbers, areas and dates as people write them in tables.

Every reader returns what it understood beside the text, or None; nothing is guessed:
``03/04/2024`` has two readings and is ambiguous, not March.
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from geo.basis.units import HA_M2, MU_M2

_FACTORS = {"亿": 1e8, "千万": 1e7, "百万": 1e6, "十万": 1e5, "万": 1e4, "千": 1e3}
AREA_UNITS = {
    "亩": MU_M2, "mu": MU_M2, "公顷": HA_M2, "ha": HA_M2, "hm2": HA_M2, "平方公里": 1e6, "km2": 1e6,
    "平方千米": 1e6, "平方米": 1.0, "平米": 1.0, "m2": 1.0, "㎡": 1.0, "sqm": 1.0,
    "hectare": HA_M2, "hectares": HA_M2, "sqkm": 1e6, "畝": MU_M2, "公亩": 100.0,
    "acre": 4046.8564224, "acres": 4046.8564224, "英亩": 4046.8564224,
    "sqft": 0.09290304, "ft2": 0.09290304, "squarefeet": 0.09290304, "平方英尺": 0.09290304,
}  # fmt: skip
"""Area units and the square metres in one of them."""
_ABOUT = ("大约", "约", "近", "approx.", "approx", "about", "ca.", "~", "≈")
_NUMBER = re.compile(
    r"^(?P<sign>[+-])?(?:[¥$€])?"
    r"(?P<body>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?:\.\d+)?|\d*\.?\d+(?:e[+-]?\d+)?|\d+\.)"
    r"\s*(?P<factor>亿|千万|百万|十万|万|千)?(?P<unit>[^\d\s.,+-][^\s\d]*[23]?)?$"
)
_APART = re.compile(r"(?<=[A-Za-z])[.\s]+(?=[A-Za-z])|(?<=[A-Za-z])\.$")
"""What stands between and behind the letters of a unit: ``sq. ft.``."""
_SERIAL = (20_000, 80_000)
"""Excel day numbers believed to be dates: 1954 to 2119."""


@dataclass(frozen=True)
class ParsedNumber:
    """A number read from a text.

    Parameters
    ----------
    value : float
        With 万 and 亿 multiplied in; NaN never occurs.
    unit : str
        What followed the number (``"亩"``, ``"元"``, ``"%"``), "" if nothing did.
    about : bool
        The text said 约 or the like.
    """

    value: float
    unit: str = ""
    about: bool = False


def visible(text: str) -> str:
    """Return a cell without the signs nobody sees in it (zero width, byte order, direction)."""
    if text.isascii():
        return text
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def number(text: object) -> ParsedNumber | None:
    """Read one number; None for an empty or unreadable text.

    Full-width digits, thousands separators, 万 and 亿, a trailing unit and 约 are
    understood: ``"1,200.5"``, ``"350亩"``, ``"３２"``, ``"3.2亿"``, ``"约3万"``,
    ``"(1,200)"`` (minus, as accountants write it). A comma that does not stand before
    three digits is not understood.
    """
    if isinstance(text, bool) or text is None:
        return None
    if isinstance(text, (int, float)):
        return ParsedNumber(float(text)) if math.isfinite(text) else None
    plain = unicodedata.normalize("NFKC", str(text)).strip().replace("−", "-").replace("'", "")
    plain, about = _about(plain)
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1].strip()
    plain = _APART.sub("", plain)
    match = _NUMBER.match(plain.lower() if "e" in plain.lower() else plain)
    if match is None:
        return None
    value = float(match["body"].replace(",", "").replace(" ", ""))
    value *= _FACTORS.get(match["factor"] or "", 1.0) * (-1.0 if match["sign"] == "-" else 1.0)
    return ParsedNumber(value, match["unit"] or "", about) if math.isfinite(value) else None


def _about(plain: str) -> tuple[str, bool]:
    for word in _ABOUT:
        if plain.lower().startswith(word):
            return plain[len(word) :].strip(), True
    tail = plain.removesuffix("左右")
    return tail.strip(), tail != plain


def area_m2(text: object, unit: str = "") -> float | None:
    """Read an area in m²; a unit in the text wins over `unit` (that of the header, default m²)."""
    found = number(text)
    if found is None:
        return None
    factor = AREA_UNITS.get((found.unit or unit or "m2").lower())
    return None if factor is None else found.value * factor


def header_unit(header: str) -> str:
    """Return the unit a header names: ``"面积（亩）"`` → ``"亩"``; "" if none."""
    plain = unicodedata.normalize("NFKC", header).lower()
    bracket = re.search(r"[(\[/_]\s*(?P<unit>[^()\[\]/_]+?)\s*[)\]]?$", plain)
    unit = bracket["unit"] if bracket else ""
    return unit if unit in AREA_UNITS or any(unit.startswith(f) for f in (*_FACTORS, "元")) else ""


@dataclass(frozen=True)
class ParsedDate:
    """A date read from a text; `ambiguous` when day and month could be exchanged (`value` is then None)."""

    value: date | None
    ambiguous: bool = False
    precision: Literal["day", "month", "year"] = "day"

    @property
    def last(self) -> date | None:
        """The last day it may mean: of a month or year, its last one."""
        if self.value is None or self.precision == "day":
            return self.value
        month = self.value.month if self.precision == "month" else 12
        return date(self.value.year, month, calendar.monthrange(self.value.year, month)[1])


_YMD = re.compile(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)(?:[ T]\d{1,2}:\d{2}.*)?$")
_DMY = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")


def day(text: object) -> ParsedDate | None:
    """Read one date; None for an empty or unreadable text.

    ``2024/3/1``, ``2024-03-01``, ``2024.3.1``, ``20240301``, ``2024年3月1日``,
    ``二〇二四年三月一日``, ``2024年3月1日 星期五``, ``2024年3月1号``, ``2024、3、1``, ``1 March 2024``,
    ``Mar 1, 2024``,
    ``2024年3月`` or ``202403`` (first day, precision month), ``2024年``, Excel day numbers of the
    1900 system, and ``13/04/2024`` where only one reading is a date. ``2024.1`` is ambiguous: a cell of a number
    loses the last digit of 2024.10.
    """
    if text is None or isinstance(text, bool):
        return None
    if isinstance(text, date):
        return ParsedDate(date(text.year, text.month, text.day))
    plain = _in_digits(unicodedata.normalize("NFKC", str(text)).strip())
    plain = re.sub(r"\.0+$", "", plain)
    if re.fullmatch(r"\d{4}\.1", plain):  # a spreadsheet makes this of 2023.10 too
        return ParsedDate(None, ambiguous=True)
    if re.fullmatch(r"\d{8}", plain):
        return _day(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    if re.fullmatch(r"(19|20)\d{4}", plain):
        return _day(int(plain[:4]), int(plain[4:]), 1, "month")
    if re.fullmatch(r"\d{5}(?:\.\d+)?", plain) and _SERIAL[0] <= float(plain) <= _SERIAL[1]:
        return ParsedDate(date(1899, 12, 30) + timedelta(days=int(float(plain))))
    if match := _YMD.match(re.sub(r"\s*([年月日])\s*", r"\1", plain)):
        year, month, dom = match.groups()
        return _day(int(year), int(month), int(dom or 1), "day" if dom else "month")
    if match := re.fullmatch(r"(\d{4})年", plain):
        return _day(int(match[1]), 1, 1, "year")
    return _either(plain)


_NUMERALS = {
    c: str(n) for n, cs in enumerate(("〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九")) for c in cs
}
_WRITTEN = re.compile(
    r"^([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,4})[日号])?)?$"
)
_WEEKDAY = re.compile(r"\s*[(（]?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*[)）]?$")
_MONTHS = {name.lower(): k for names in (calendar.month_name, calendar.month_abbr) for k, name in enumerate(names) if k}
_ENGLISH = (re.compile(r"^(?P<d>\d{1,2})[\s-](?P<m>[A-Za-z]{3,9})\.?,?[\s-](?P<y>\d{4})$"),
            re.compile(r"^(?P<m>[A-Za-z]{3,9})\.?\s(?P<d>\d{1,2}),?\s(?P<y>\d{4})$"))  # fmt: skip


def _in_digits(plain: str) -> str:
    """Return a date as figures: numerals, names of months, days of the week and gaps are how it was written."""
    plain = _WEEKDAY.sub("", plain)
    if match := _WRITTEN.match(plain):
        year = "".join(_NUMERALS[c] for c in match[1])
        return "".join(f"{_tens(n) if k else n}{unit}" for k, (n, unit) in enumerate(
            zip((year, match[2], match[3]), "年月日", strict=True)) if n)  # fmt: skip
    for form in _ENGLISH:
        if (match := form.match(plain)) and (month := _MONTHS.get(match["m"].lower())):
            return f"{match['y']}-{month}-{match['d']}"
    plain = re.sub(r"(?<=\d)\s*([-/.])\s*(?=\d)", r"\1", plain)
    plain = re.sub(r"^(\d{4})、(\d{1,2})、(\d{1,2})$", r"\1-\2-\3", plain)
    return re.sub(r"(\d)号$", r"\1日", plain)


def _tens(numeral: str) -> str:
    """Return a numeral of Chinese up to 31 in digits."""
    left, ten, right = numeral.rpartition("十")
    if not ten:
        return "".join(_NUMERALS[c] for c in numeral)
    return str(int(_NUMERALS.get(left, "1")) * 10 + int(_NUMERALS.get(right, "0")))


def _day(year: int, month: int, dom: int, precision: Literal["day", "month", "year"] = "day") -> ParsedDate | None:
    try:
        return ParsedDate(date(year, month, dom), precision=precision)
    except ValueError:
        return None


def _either(plain: str) -> ParsedDate | None:
    match = _DMY.match(plain)
    if match is None:
        return None
    one, two, year = (int(v) for v in match.groups())
    readings = {d.value for d in (_day(year, one, two), _day(year, two, one)) if d is not None}
    if len(readings) > 1:
        return ParsedDate(None, ambiguous=True)
    return ParsedDate(readings.pop()) if readings else None
