"""Quantities with their units, as people write them in lists: ``3.5亿元``, ``140-160亩``, ``约12 MVA``, ``≤500``.

A value is never taken without a unit: the unit of the cell wins over that of the heading,
and where neither names one the caller may give the only unit in use; otherwise the
quantity stays unread, with what is missing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from layers.sources.cells import recognise
from layers.sources.cells.recognise import AREA_UNITS

UNITS: dict[str, dict[str, float]] = {
    "money": {
        "亿元": 1e4, "亿": 1e4, "亿人民币": 1e4, "千万元": 1e3, "百万元": 100.0, "万元": 1.0, "万": 1.0,
        "万人民币": 1.0,
        "千元": 0.1, "元": 1e-4, "人民币": 1e-4, "100mcny": 1e4, "millioncny": 100.0, "millionyuan": 100.0,
        "mcny": 100.0, "10kcny": 1.0, "10kyuan": 1.0, "cny": 1e-4, "yuan": 1e-4, "rmb": 1e-4,
    },
    "money_mu": {"万元/亩": 1.0, "万/亩": 1.0, "元/亩": 1e-4, "万元/公顷": 1 / 15, "亿元/亩": 1e4, "元/m2": 2000 / 3e4,
                 "10kcny/mu": 1.0},
    "area": {**AREA_UNITS, "万m2": 1e4, "万平方米": 1e4, "万平米": 1e4, "万㎡": 1e4, "m²": 1.0, "平方": 1.0, "平": 1.0},
    "length": {"m": 1.0, "米": 1.0, "metres": 1.0, "km": 1000.0, "公里": 1000.0},
    "ratio": {"1": 1.0},
    "share": {"1": 1.0, "%": 0.01, "％": 0.01, "percent": 0.01, "‰": 0.001},
    "percent": {"%": 1.0, "％": 1.0, "percent": 1.0, "‰": 0.1},
    "count": {"人": 1.0, "名": 1.0, "个": 1.0, "部": 1.0, "台": 1.0, "万人": 1e4, "people": 1.0},
    "apparent": {"kva": 1.0, "千伏安": 1.0, "mva": 1000.0, "兆伏安": 1000.0, "万kva": 1e4, "万千伏安": 1e4},
    "real": {"kw": 1.0, "千瓦": 1.0, "mw": 1000.0, "兆瓦": 1000.0, "万kw": 1e4, "万千瓦": 1e4},
    "flow": {"m3/d": 1.0, "m3/日": 1.0, "m3/天": 1.0, "立方米/日": 1.0, "立方米/天": 1.0, "方/日": 1.0, "方/天": 1.0,
             "t/d": 1.0, "吨/日": 1.0, "吨/天": 1.0, "万m3/d": 1e4, "万吨/日": 1e4, "万立方米/日": 1e4, "m3/h": 24.0,
             "m³/d": 1.0, "nm3/d": 1.0, "标方/日": 1.0},
    "load": {"kn/m2": 1.0, "kpa": 1.0, "t/m2": 9.81, "吨/平方米": 9.81, "kg/m2": 9.81e-3},
    "steam": {"t/h": 1.0, "吨/时": 1.0, "吨/小时": 1.0, "蒸吨": 1.0},
    "mass": {"t": 1.0, "吨": 1.0, "吨/年": 1.0, "t/a": 1.0, "万吨": 1e4, "万吨/年": 1e4, "万t": 1e4, "kg": 1e-3,
             "kg/a": 1e-3, "公斤": 1e-3, "千克/年": 1e-3, "公斤/年": 1e-3, "kg/年": 1e-3, "t/年": 1.0},
    "volume": {"m3": 1.0, "立方米": 1.0, "立方": 1.0, "方": 1.0, "万m3": 1e4, "万立方米": 1e4, "万方": 1e4},
    "traffic": {"pcu/h": 1.0, "pcu/小时": 1.0, "标准车/小时": 1.0, "标准车/h": 1.0, "当量标准小客车/小时": 1.0},
    "electricity": {"kwh": 1.0, "度": 1.0, "千瓦时": 1.0, "kw·h": 1.0, "万kwh": 1e4, "万度": 1e4, "万千瓦时": 1e4,
                    "mwh": 1e3, "兆瓦时": 1e3},
    "water": {"m3": 1.0, "m³": 1.0, "立方米": 1.0, "立方": 1.0, "方": 1.0, "吨": 1.0, "t": 1.0, "万m3": 1e4,
              "万立方米": 1e4, "万方": 1e4, "万吨": 1e4},
    "bare": {"1": 1.0, "人": 1.0, "名": 1.0, "个": 1.0, "层": 1.0, "户": 1.0, "家": 1.0},
    "energy": {"tce": 1.0, "吨标准煤": 1.0, "吨标煤": 1.0, "吨标准煤/年": 1.0, "万tce": 1e4, "万吨标准煤": 1e4,
               "万吨标煤": 1e4, "tce/a": 1.0, "tce/年": 1.0},
}  # fmt: skip
"""Units of each kind, and what one is in the kind's own (万元, 万元/亩, m², m, 1, kVA, kW, m³/d, t/h, t, m³, tce …)."""
ENDINGS = {
    "": ("bare", "1"), "share": ("share", "1"),
    "wan_mu": ("money_mu", "万元/亩"), "wan": ("money", "万元"), "ha": ("area", "ha"),
    "mu": ("area", "亩"), "m2": ("area", "m2"), "m": ("length", "m"), "km": ("length", "km"), "pct": ("percent", "%"),
    "mva": ("apparent", "mva"), "kva": ("apparent", "kva"), "kw": ("real", "kw"), "m3d": ("flow", "m3/d"),
    "th": ("steam", "t/h"), "kpa": ("load", "kpa"), "tce": ("energy", "tce"), "t": ("mass", "t"),
    "kwh": ("electricity", "kwh"), "m3": ("water", "m3"), "pcuh": ("traffic", "pcu/h"),
}  # fmt: skip
"""End of a field's name: what it is a quantity of, and the unit it is in."""
MOST = 1e12
"""A larger number is a slip of the keyboard; it says nothing."""
_WORDS = {"万": 1e4, "亿": 1e8, "千": 1e3}
_ABOUT = ("大约", "预计", "约", "近", "approx.", "about", "~", "≈")
_LEAST, _MOST = ("不低于", "不少于", "至少", "≥", ">=", "大于"), ("不超过", "不高于", "最多", "≤", "<=", "小于", "上限")
_NUMBER = re.compile(
    r"^\(?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d+)?)\s*\)?\s*(.*)$", re.I
)
_RANGE = re.compile(r"^(.*?\d[^-~～—–至到]*?)\s*(?:-|~|～|—+|–|至|到)\s*(\d.*)$")


@dataclass(frozen=True)
class Quantity:
    """What a cell says.

    Parameters
    ----------
    low, high : float
        In the unit of the kind; equal for a single value, infinite where the cell leaves an end open.
    about : bool
        The cell says 约 or the like.
    problem : str
        "" when it was read; else why not: ``unit_missing``, ``unit_unknown``,
        ``unreadable`` or ``negative``. The bounds are NaN then.
    kind : str
        Kind whose unit the cell or heading names; power may come in kVA (``apparent``) or kW (``real``).
    """

    low: float = math.nan
    high: float = math.nan
    about: bool = False
    problem: str = ""
    kind: str = ""


def plain_unit(text: str) -> str:
    """Return a unit as the tables of `UNITS` spell it."""
    plain = unicodedata.normalize("NFKC", text).lower().replace(" ", "").replace("・", "/").replace("每", "/")
    return (
        re.sub(r"(?<=[a-z])\.(?=[a-z])", "", plain.replace("^", ""))
        .rstrip("。.;,")
        .removesuffix("左右")
        .removesuffix("以上")
        .removesuffix("以内")
    )


def kinds_of(kind: str) -> tuple[str, ...]:
    """Return the kinds a column of one kind may be written in."""
    return ("apparent", "real") if kind == "apparent" else (kind,)


def heading_unit(heading: str, kind: str) -> str:
    """Return the unit a heading names for a kind, "" if none: in brackets, after a slash or comma, or at its end."""
    plain = unicodedata.normalize("NFKC", heading)
    inside = re.findall(r"[(\[【]([^()\[\]【】]*)[)\]】]", plain)
    outside = re.sub(r"[(\[【][^()\[\]【】]*[)\]】]", "", plain)
    words = [*inside, *(w for part in inside for w in re.split(r"[:,、;]", part)), *re.split(r"[\n,、:]", outside)[1:]]
    known = [u for k in kinds_of(kind) for u in UNITS[k]]
    for word in words:
        if plain_unit(word.removeprefix("单位")) in known:
            return plain_unit(word.removeprefix("单位"))
    tail = plain_unit(outside)
    fitting = [u for u in known if tail.endswith(u) and len(tail) > len(u)]
    # one Chinese character at the end of a word is rarely a unit (员工人数 does not end in 数)
    return max((u for u in fitting if len(u) > 1 or u in "亩"), key=len, default="")


def read(text: str, kind: str, unit: str = "") -> Quantity:
    """Read one cell.

    Parameters
    ----------
    text : str
        Not empty.
    kind : str
        Key of `UNITS`.
    unit : str
        What the heading names (see `heading_unit`), or the only unit in use; "" if neither.

    Returns
    -------
    Quantity
        A range ``140-160`` keeps both ends, ``≥100`` is open above, ``约100`` is about 100.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("，", ",").replace("−", "-")
    plain, about = _without(plain, _ABOUT)
    plain, least = _without(plain, _LEAST)
    plain, most = _without(plain, _MOST)
    about = about or plain.endswith("左右")
    least, most = least or plain.endswith("以上"), most or plain.endswith(("以内", "以下"))
    plain = re.sub(r"(左右|以上|以内|以下)$", "", plain).strip()
    parts = _RANGE.match(plain)
    ends = [parts[1], parts[2]] if parts else [plain]
    read_ = [_one(e, kind, unit, ends[-1]) for e in ends]
    if failed := next((q for q in read_ if q.problem), None):
        return failed
    low, high = read_[0].low, read_[-1].low
    if low > high:
        return Quantity(problem="unreadable")
    return Quantity(0.0 if most else low, math.inf if least else high, about, "", read_[-1].kind)


def number_of(text: str, field: str, heading: str = "") -> float | None:
    """Return the number of a cell in the unit its field's name ends in: 约3万 of a field in 万元 is 3, not 30,000.

    Parameters
    ----------
    text : str
    field : str
        Ours; its end says the unit of the result (`ENDINGS`), no such end a bare number.
    heading : str
        Of the file; a unit it names is that of cells without one of their own.

    Returns
    -------
    float or None
        None where the cell is empty or cannot be read: a range, a unit of another kind, less than 0.
    """
    kind, own = ENDINGS[_ending(field)]
    unit = (heading_unit(heading, kind) if heading else "") or own
    made = read(text, kind, unit) if text else Quantity(problem="unreadable")
    if made.problem not in ("", "negative") and kind != "money":
        plain = recognise.number(text)  # 1 200.5, which no table of units knows
        made = made if plain is None or plain.unit or plain.value < 0 else _point(plain.value * UNITS[kind][unit], kind)
    return made.low / UNITS[kind][own] if not made.problem and made.low == made.high else None


def with_unit(heading: str, field: str, units: Sequence[str]) -> str:
    """Return a heading with the unit a line above the table gives columns that name none (单位：亩、万元)."""
    kind = ENDINGS[_ending(field)][0]
    known = {u for k in kinds_of(kind) for u in UNITS[k]}
    fitting = [u for u in units if plain_unit(u) in known]
    return heading if not fitting or heading_unit(heading, kind) else f"{heading}（{fitting[0]}）"


def _ending(field: str) -> str:
    parts = field.split("_")
    ends = ("_".join(parts[k:]) for k in range(1, len(parts)))
    return next((e for e in ends if e in ENDINGS), "")


def _without(text: str, words: tuple[str, ...]) -> tuple[str, bool]:
    for word in words:
        if text.lower().startswith(word):
            return text[len(word) :].strip(), True
    return text, False


def _one(text: str, kind: str, unit: str, last: str) -> Quantity:
    match = _NUMBER.match(text)
    if match is None:
        return Quantity(problem="unreadable")
    value = float(match[1].replace(",", "").replace(" ", ""))
    if value < 0 or (text.startswith("(") and ")" in text and not match[2]):
        return Quantity(problem="negative")
    if value > MOST:
        return Quantity(problem="unreadable")
    # 140-160亩: the unit behind the range belongs to both ends
    tail = _NUMBER.match(last)
    said = plain_unit(match[2]) or (plain_unit(tail[2]) if tail else "")
    return _scaled(value, said, kind, unit)


def _scaled(value: float, said: str, kind: str, unit: str) -> Quantity:
    for name in kinds_of(kind):
        if said in UNITS[name]:
            return _point(value * UNITS[name][said], name)
    for name in kinds_of(kind):
        if said[:1] in _WORDS and said[1:] in UNITS[name]:  # 万亩, 千米
            return _point(value * _WORDS[said[0]] * UNITS[name][said[1:]], name)
    if said in _WORDS:
        value, said = value * _WORDS[said], ""
    if said:
        return Quantity(problem="unit_unknown")
    for name in kinds_of(kind):
        if unit in UNITS[name]:
            return _point(value * UNITS[name][unit], name)
    return Quantity(problem="unit_missing")


def _point(value: float, kind: str) -> Quantity:
    return Quantity(value, value, False, "", kind)
