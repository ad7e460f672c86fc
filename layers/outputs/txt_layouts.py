"""Layouts of the boundary TXT the receiving systems take (data/txt_layouts.toml), and the form a file is asked in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from geo.basis.age import Text
from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers import toml
from layers.sources.redline.model import Plot

FILE = Path(__file__).resolve().parents[2] / "data" / "txt_layouts.toml"
USUAL = "v9"
Encoding = Literal["utf-8", "utf-8-sig", "gbk"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-8-sig", "gbk")
OWN = ("坐标系", "几度分带", "投影类型", "计量单位", "带号")
"""Keys that follow from the CRS."""
HEAD = ("格式版本号", "数据产生单位", "数据产生日期", *OWN, "精度", "转换参数")


@dataclass(frozen=True)
class Layout:
    """How a receiving system lays out header lines and points.

    Parameters
    ----------
    layout_id : str
    title : Text
    fields : tuple of str
        Of the header line before @: count, area, plot_id, name, kind, or a key of the plot's attributes.
    point : str
        A line of a point, with label, ring, x (north) and y (east).
    count : {"lines", "less_one"}
        What the number of points counts.
    head : tuple of str
        Keys before the plots, in order.
    """

    layout_id: str
    title: Text
    fields: tuple[str, ...]
    point: str = "{label},{ring},{x},{y}"
    count: str = "lines"
    head: tuple[str, ...] = HEAD

    def left_out(self, plots: Iterable[Plot]) -> list[str]:
        """Return the attributes of plots this layout has no place for."""
        keys = {key for plot in plots for key, text in plot.attributes.items() if text}
        return sorted(keys - set(self.fields))


@dataclass(frozen=True)
class Form:
    """In what form a boundary TXT is asked.

    Parameters
    ----------
    layout : str
        Id of a layout.
    prefix : bool or None
        Whether the zone stands in front of the easting (加带号); None: as in the CRS.
    encoding : {"utf-8", "utf-8-sig", "gbk"}
        Many receiving programs take GBK only.
    head : tuple of (str, str)
        Values for keys of [属性描述] that the office gives.
    """

    layout: str = USUAL
    prefix: bool | None = None
    encoding: Encoding = "utf-8"
    head: tuple[tuple[str, str], ...] = ()

    def said(self) -> dict[str, str]:
        """Return what the office gives for the head."""
        return dict(self.head)

    @property
    def laid_out(self) -> Layout:
        """The layout.

        Raises
        ------
        CallError
            There is none of that id.
        """
        if self.layout not in layouts():
            raise CallError(reason("redline_write_layout", given=self.layout[:40], known=[*layouts()]))
        return layouts()[self.layout]


USUAL_FORM = Form()


@cache
def layouts() -> Mapping[str, Layout]:
    """Return the layouts by id, the usual one first."""
    return {body["id"]: _layout(body) for body in toml.read(FILE)["layouts"]}


def _layout(body: Mapping[str, Any]) -> Layout:
    more = {key: body[key] for key in ("point", "count") if key in body}
    head = tuple(body.get("head", HEAD))
    return Layout(body["id"], Text(**body["title"]), tuple(body["fields"]), head=head, **more)


OFFICE = {"unit": "数据产生单位", "date": "数据产生日期", "version": "格式版本号", "shift": "转换参数"}
"""Word of a command: the key of the head an office gives with it, as in ``unit=江山市自然资源和规划局``."""


def form(words: str) -> Form:
    """Read a form as it is asked on a command: ``v11,prefix,gbk,unit=…``, in any order.

    Raises
    ------
    CallError
        A word is no layout, no encoding, neither ``prefix`` nor ``plain``, and gives nothing of the head.
    """
    layout, prefix, encoding = USUAL, None, ENCODINGS[0]
    head: dict[str, str] = {}
    for given in filter(None, (w.strip() for w in words.split(","))):
        word = given.lower()
        if word in ("prefix", "plain"):
            prefix = word == "prefix"
        elif word in ENCODINGS:
            encoding = next(e for e in ENCODINGS if e == word)
        elif word in layouts():
            layout = word
        elif "=" in given and word.partition("=")[0] in OFFICE:
            head[OFFICE[word.partition("=")[0]]] = given.partition("=")[2].strip()
        else:
            known = [*layouts(), "prefix", "plain", *ENCODINGS, *(f"{w}=" for w in OFFICE)]
            raise CallError(reason("redline_write_layout", given=given[:40], known=known))
    return Form(layout, prefix, encoding, tuple(head.items()))
