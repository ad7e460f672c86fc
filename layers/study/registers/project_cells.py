"""Columns and cells of project lists: which heading is which column, and what a cell says.

What a heading or a code word means is data (`data/codes/project_*.toml`); how a quantity
is written is `layers/sources/cells/quantity.py`. Nothing is guessed: what cannot be read is a
finding and stays unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from geo.project.facts import SEVERAL
from layers.library import standards
from layers.library.codelist import Code
from layers.sources.cells import quantity, recognise
from layers.sources.finding import Finding, finding
from layers.study.registers import industry
from layers.study.registers.record_cells import NO, YES

BLANK = frozenset({"", "-", "--", "—", "——", "/", "\\", "待定", "未定", "暂无", "不详", "待补充", "?", "n/a", "na",
                   "tbd", "null", "none"})  # fmt: skip
"""Cells that say nothing: unknown, never a no."""
NONE_WORDS = frozenset({"无", "没有", "不涉及", "不用", "nil"})
ZERO_KINDS = frozenset({"flow", "steam", "mass", "apparent", "volume", "traffic"})
"""Kinds of which 无 means none at all."""
BUILD = {"新建": "new", "new": "new", "迁建": "new", "扩建": "expand", "改扩建": "expand", "技改": "upgrade",
         "技术改造": "upgrade", "改建": "upgrade", "upgrade": "upgrade", "expansion": "expand"}  # fmt: skip
_UNIT_WORDS = {"yi": "亿元", "wan": "万元", "yuan": "元", "mu": "亩", "ha": "ha", "m2": "m2", "mva": "mva",
               "kva": "kva", "kw": "kw", "mw": "mw", "m": "m", "m3d": "m3/d", "th": "t/h", "t": "t",
               "tce": "tce"}  # fmt: skip
_QUANTITIES = ("money", "money_mu", "area", "length", "count", "ratio", "percent", "apparent", "flow", "steam",
               "mass", "volume", "traffic", "energy", "load")  # fmt: skip
_PHONE = re.compile(
    r"(?:电话|手机号?|微信号?|vx|wechat|tel|联系方式)?[:：\s]*(?<!\d)(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8})(?!\d)",
    re.I,
)
TERMS = ("start_promised_on", "production_promised_on", "due")
"""Days by which something is to be done: who promises a month has it until its last day."""
PEOPLE = ("leader", "unit", "remark")
"""Columns in which offices write names with their telephone numbers."""
WHOLE_PCT = 100.0
SHORTEST_PART = 3
"""A heading that merely contains an alias must contain at least this many characters of it."""


@dataclass(frozen=True)
class Heading:
    """One column of the file that was recognised: ours, the file's heading, the unit the heading names."""

    code: Code
    heading: str
    unit: str = ""


@cache
def known_columns() -> dict[str, Code]:
    """Return our columns by name."""
    return {c.code: c for c in standards.codes("project_columns").codes}


def recognised(headings: Sequence[str], fields: Mapping[str, str], units: Sequence[str]) -> tuple[
    dict[str, Heading], list[Finding]
]:  # fmt: skip
    """Tell which column each heading of a file is.

    Parameters
    ----------
    headings : sequence of str
    fields : mapping
        Ours → heading as given in study.toml; ours may end in a unit (``asked_mu``,
        ``investment_total_yi``), which is then the unit of the column.
    units : sequence of str
        Units named once for the whole sheet (单位：万元、亩).

    Returns
    -------
    dict of our column → Heading, list of Finding
        A heading nobody knows, or a second one for the same column, is a finding.
    """
    out: dict[str, Heading] = {}
    found: list[Finding] = []
    for ours, heading in fields.items():
        code, unit = _given(ours)
        if code is None:
            found.append(finding("warn", "project_field_unknown", name=ours, known=sorted(known_columns())))
        else:
            out[code.code] = Heading(code, heading, unit or _unit(heading, code, units))
    lost = []
    for heading in [h for h in headings if h not in fields.values()]:
        code = column_of(heading)
        if code is None:
            lost.append(heading)
        elif code.code in out:
            found.append(finding("warn", "project_column_twice", column=heading, first=out[code.code].heading))
        elif code.group != "ignored":
            out[code.code] = Heading(code, heading, _unit(heading, code, units))
    if lost:
        found.append(finding("warn", "project_column_unknown", columns=lost, count=len(lost)))
    return out, found


def nameless(headings: Sequence[str], columns: Mapping[str, Heading]) -> list[Finding]:
    """Block a list in which no recognised column names its projects; nothing to say of any other."""
    if "name" in columns or "project_id" in columns:
        return []
    return [finding("block", "project_name_missing", known=list(headings)[:40])]


def _given(ours: str) -> tuple[Code | None, str]:
    known = known_columns()
    if ours in known:
        return known[ours], ""
    stem, _, tail = ours.rpartition("_")
    unit = _UNIT_WORDS.get(tail, "")
    fitting = [c for name, c in known.items() if unit and name.rpartition("_")[0] == stem]
    return (fitting[0], unit) if len(fitting) == 1 else (None, "")


def _unit(heading: str, code: Code, units: Sequence[str]) -> str:
    if code.group not in _QUANTITIES:
        return ""
    named = quantity.heading_unit(heading, code.group)
    shared = {u for u in units if any(u in quantity.UNITS[k] for k in quantity.kinds_of(code.group))}
    # two units of one kind for a whole sheet (亿元、万元) say nothing about a column
    return named or (shared.pop() if len(shared) == 1 else "") or quantity.plain_unit(code.unit)


def column_of(heading: str) -> Code | None:
    """Return the column a heading means: an equal alias, else the longest one it contains, if only one does."""
    words = [_key(heading), *(_key(part) for part in reversed(_parts(heading)))]
    table = _aliases()
    exact = next((table[w] for w in words if w in table), None)
    if exact is not None:
        return exact
    held = [a for a in table if len(a) >= SHORTEST_PART and a in words[0]]
    longest = max(map(len, held), default=0)
    best = {table[a].code: table[a] for a in held if len(a) == longest}
    return next(iter(best.values())) if len(best) == 1 else None


@cache
def _aliases() -> dict[str, Code]:
    out: dict[str, Code] = {}
    for code in known_columns().values():
        for word in (code.code, code.title.zh, code.title.en, *code.aliases):
            out.setdefault(_key(word), code)
    return out


def _parts(heading: str) -> list[str]:
    return re.sub(r"[(（\[【].*?[)）\]】]", "", heading).split("/")


def _key(text: str) -> str:
    """Return a heading without brackets, spaces, signs, and a unit at its end."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = re.sub(r"[(\[【].*?[)\]】]", "", plain)
    for unit in ("亿元", "万元", "亩", "公顷", "kva", "mva", "m2", "吨标准煤", "tce"):
        bare = bare.removesuffix(unit) if len(bare) > len(unit) + 1 else bare
    return re.sub(r"[\s,、:：*※.·_-]+", "", bare)


# --- cells ------------------------------------------------------------------------


def without_phones(text: str) -> str:
    """Return a name without the telephone numbers beside it: they are personal and go into no list of ours."""
    plain = unicodedata.normalize("NFKC", text)
    left = _PHONE.sub(" ", plain)
    if left == plain:
        return text
    bare = re.sub(r"[(（]\s*[)）]", "", re.sub(r"\s+", " ", left))
    return re.sub(r"\s+(?=[,，、;；])", "", bare).strip(" ,，、;；:：/()（）")


@dataclass(frozen=True)
class CellReading:
    """What one cell says: values by column, and what is to be said about it."""

    values: Mapping[str, Any]
    problem: str = ""
    about: bool = False
    either: bool = False
    """It may be read in two ways, and both are kept."""


def read(cell: str, at: Heading) -> CellReading:
    """Read one cell; an empty one, or a word for "not known", gives nothing."""
    cell = recognise.visible(cell)
    text = unicodedata.normalize("NFKC", cell).strip()
    if text.casefold() in BLANK:
        return CellReading({})
    group, name = at.code.group, at.code.code
    if group in _QUANTITIES:
        return _quantity(text, at)
    if group == "size":
        return _size(text)
    if group == "date":
        return _day(text, name)
    if group == "industry":
        return _industry(text, name, at.heading)
    reader = _WORDS.get(group)
    return reader(text, name) if reader else CellReading({name: cell.strip()})


def _quantity(text: str, at: Heading) -> CellReading:
    name, kind = at.code.code, at.code.group
    if text in NONE_WORDS:
        return CellReading({name: (0.0, 0.0)}) if kind in ZERO_KINDS else CellReading({}, "unreadable")
    if kind == "percent":
        return _percent(text, name)
    found = quantity.read(text, kind, at.unit)
    if found.problem:
        return CellReading({}, found.problem)
    # a load in kW is not the capacity in kVA it needs: kept apart, see geo/project/demand.py
    column = "power_kw" if found.kind == "real" else name
    return CellReading({column: (found.low, found.high)}, about=found.about)


def _percent(text: str, name: str) -> CellReading:
    """Read a share: a bare 0.07 may be 7 % (Excel keeps it so) or 0.07 %, and stays both."""
    found = quantity.read(text, "percent", "%")
    if found.problem or found.low > WHOLE_PCT or (np.isfinite(found.high) and found.high > WHOLE_PCT):
        return CellReading({}, found.problem or "unreadable")
    bare = not any(sign in text for sign in ("%", "‰", "percent"))
    wide = found.high * WHOLE_PCT if bare and found.high <= 1.0 else found.high
    return CellReading({name: (found.low, min(wide, WHOLE_PCT))}, about=found.about, either=wide > found.high)


def _size(text: str) -> CellReading:
    parts = [recognise.number(re.sub(r"(米|m)$", "", p.strip())) for p in re.split(r"[×xX*✕]", text)]
    if len(parts) not in (2, 3) or any(p is None or p.value <= 0 for p in parts):
        return CellReading({}, "unreadable")
    sides = [p.value for p in parts if p is not None]
    long, short = max(sides[:2]), min(sides[:2])
    out = {"hall_length_m": (long, long), "hall_width_m": (short, short)}
    return CellReading(out | ({"clear_height_m": (sides[2], sides[2])} if len(sides) == len("长宽高") else {}))


def _day(text: str, name: str) -> CellReading:
    found = recognise.day(text)
    if found is None or found.value is None:
        return CellReading({}, "date_ambiguous" if found else "unreadable")
    return CellReading({name: found.last if name in TERMS else found.value})


def _yes(text: str, name: str) -> CellReading:
    word = text.casefold()
    return (
        CellReading({name: "yes"})
        if word in YES
        else CellReading({name: "no"})
        if word in NO
        else CellReading({}, "word_unknown")
    )


def _build(text: str, name: str) -> CellReading:
    return CellReading({name: BUILD[text]}) if text in BUILD else CellReading({}, "word_unknown")


def _stage(text: str, name: str) -> CellReading:
    found = standards.codes("project_stages").recognised(text)
    return CellReading({name: found[0].code}) if len(found) == 1 else CellReading({}, "word_unknown")


def _choice(text: str, name: str) -> CellReading:
    codes = [c for c in standards.codes("project_facts").codes if c.group == name]
    words = {c.code: {c.title.zh, c.title.en.casefold(), *c.aliases} for c in codes}
    fitting = [c for c, w in words.items() if text.casefold() in w]
    if not fitting and {w for ws in words.values() for w in ws} >= {"是", "否"}:
        answer = "是" if text.casefold() in YES else "否" if text.casefold() in NO else ""
        fitting = [c for c, w in words.items() if answer in w]
    if len(fitting) != 1:
        return CellReading({}, "word_unknown")
    value = float(fitting[0].rpartition(":")[2])
    return CellReading({name: (value, value)})


def _industry(text: str, name: str, heading: str) -> CellReading:
    found = industry.named(text, industry.edition_of(heading))
    kept = {"industries": SEVERAL.join(dict.fromkeys(found.several))} if found.several else {}
    return CellReading({name: found.code, "industry_text": text} | kept, found.problem)


_WORDS = {"yesno": _yes, "build": _build, "stage": _stage, "choice": _choice}
