"""Header lines of plots in a boundary TXT, as the receiving systems lay them out (报盘, 报省部标, 一张图, 执法 …).

Programs leave out, add and move fields; what stays is the kind of the plot (点, 线 or 面), with the name of the
plot before it and sheet, use and land class behind it. So fields are counted from the kind, never from the start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

KINDS = {"面": "面", "点": "点", "线": "线", "面状": "面", "点状": "点", "线状": "线", "polygon": "面", "point": "点",
         "line": "线"}  # fmt: skip
TAIL = ("图幅号", "地块用途", "地类编码", "图斑类型", "地类", "改造前质量等别", "改造后质量等别", "备注")
"""Fields behind the kind; the last five are those of farmland works (高标准农田, 补充耕地)."""
LEVEL, TOWN, VILLAGE, FLOW = "空间层次", "乡镇代码", "行政区名称", "类型"
_LEVELS, _FLOWS = ("地上", "地下", "地表"), ("流入", "流出")
_USUAL, _PROVINCIAL = 4, 6  # places of the kind in the common layouts, looked at first


@dataclass(frozen=True)
class Head:
    """What a header line says of its plot; texts as written, "" where it says nothing.

    Parameters
    ----------
    plot_id, name : str
    kind : {"", "点", "线", "面"}
    count, area : str
        Number of points and area, not yet read.
    attributes : Mapping of str to str
        Every other field that holds something; unknown places are called 字段 and their number.
    """

    plot_id: str = ""
    name: str = ""
    kind: str = ""
    count: str = ""
    area: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def kind_at(fields: Sequence[str]) -> int | None:
    """Return the place of the kind among the fields; None where there is none."""
    places = [k for k, text in enumerate(fields) if text.lower() in KINDS and k > 0]
    return next((k for k in (_USUAL, _PROVINCIAL) if k in places), places[0] if places else None)


def head(fields: Sequence[str], points: int) -> Head:
    """Read a header line.

    Parameters
    ----------
    fields : sequence of str
        Without the closing @.
    points : int
        Lines of points that follow: they tell a number of points from a plot number.
    """
    texts = [text.strip(" \t　") for text in fields]
    found = kind_at(texts)
    place = found if found is not None else _PROVINCIAL if len(texts) >= 10 else min(_USUAL, len(texts))
    if place == 2:
        return _short(texts, points)
    names = _names(texts, place)
    tail = {TAIL[k] if k < len(TAIL) else f"字段{place + 2 + k}": t for k, t in enumerate(texts[place + 1 :])}
    if tail.get("地类编码") in _LEVELS:
        tail[LEVEL] = tail.pop("地类编码")
    kind = KINDS[texts[found].lower()] if found is not None else ""
    said = {key: text for key, text in (names | tail).items() if text}
    own = {key: said.pop(key, "") for key in ("plot_id", "name", "count", "area")}
    return Head(kind=kind, attributes=said, **own)


def _short(texts: list[str], points: int) -> Head:
    """Four fields: number, name, kind and a use or flow; the number counts the points or names the plot."""
    number, rest = texts[0], texts[3] if len(texts) > 3 else ""
    counts = number.isdecimal() and points - 2 <= int(number) <= points + 1 and bool(rest)
    extra = {FLOW if rest in _FLOWS else "地块用途": rest} | {f"字段{k}": t for k, t in enumerate(texts[4:], 5)}
    return Head(
        "" if counts else number, texts[1], KINDS[texts[2].lower()], number if counts else "",
        attributes={key: text for key, text in extra.items() if text},
    )  # fmt: skip


def _names(texts: list[str], place: int) -> dict[str, str]:
    """Name the fields before the kind: the plot's name stands next to it, its id before that."""
    before = texts[:place]
    keys = ["count", "area", "plot_id", "name"]
    if place == _PROVINCIAL:
        keys = ["count", "area", TOWN, VILLAGE, "plot_id", "name"]
    elif place == 3:
        whole = re.fullmatch(r"\d+", before[0]) is not None
        decimal = re.fullmatch(r"\d*\.\d+\D*", before[1]) is not None
        keys = ["count", "area", "name"] if whole and decimal else ["count" if whole else "area", "plot_id", "name"]
    elif place > _USUAL:
        keys = ["count", "area", *(f"字段{k}" for k in range(3, place - 1)), "plot_id", "name"]
    return dict(zip(keys, before, strict=False))
