"""Write plots as a boundary TXT (报盘 TXT): CGCS2000, Gauss-Krüger, X north, Y east.

The layout is that of the receiving system (`txt_layouts`); what `layers.sources.redline.read` reads back
is what was written, to half a millimetre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from io import BufferedIOBase, RawIOBase
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry.polygon import orient

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.units import hectares
from layers.outputs.target import replaced
from layers.outputs.txt_layouts import ENCODINGS, HEAD, OWN, USUAL_FORM, Form, Layout
from layers.sources.redline.model import Plot
from layers.sources.redline.zones import meridian, zone_of

DECIMALS = 3
MILLIMETRE = 0.001
ZONE_M = 1_000_000
"""What a zone number adds to an easting."""


def write_txt(
    target: Path | BufferedIOBase | RawIOBase,
    plots: Iterable[Plot],
    crs: str,
    attributes: Mapping[str, str] | None = None,
    form: Form = USUAL_FORM,
) -> None:
    """Write plots as a boundary TXT.

    Parameters
    ----------
    target : Path or binary stream
        A file at a Path is written beside the target and swapped in.
    plots : iterable of Plot
        Polygons or multipolygons in `crs`. Every ring is closed by its first point;
        shells come before their holes, ring numbers count through the plot.
    crs : str
        A CGCS2000 3° or 6° zone, EPSG:4491-4554, with or without the zone in the easting.
    attributes : Mapping or None
        Further values for the ``[属性描述]`` block (数据产生单位, 数据产生日期, 精度 …).
        Keys that follow from the CRS are written by this function.
    form : Form
        Layout, zone number in front of the easting or not, encoding.

    Raises
    ------
    CallError
        Not a CGCS2000 zone; no plots; an unknown layout or encoding.
    BlockedError
        A shape is empty or not an area, a text cannot be written in the encoding, two
        points of a ring fall together when rounded to the millimetre, or the disk refuses.
    """
    taken = tuple(plots)
    data = _encoded(text(taken, crs, attributes or {}, form), form.encoding)
    if not isinstance(target, Path):
        target.write(data)
        return
    replaced(target, lambda part: part.write_bytes(data))


def text(plots: Sequence[Plot], crs: str, attributes: Mapping[str, str], form: Form = USUAL_FORM) -> str:
    """Return the text of a boundary TXT with Windows line ends (see `write_txt`)."""
    zone = zone_of(crs)
    if zone is None:
        raise CallError(reason("redline_write_crs", crs=crs, name=pyproj.CRS.from_user_input(crs).name))
    if not plots:
        raise CallError(reason("redline_write_nothing"))
    layout = form.laid_out
    prefix = zone[2] if form.prefix is None else form.prefix
    east = ((zone[0] if prefix else 0) - (zone[0] if zone[2] else 0)) * ZONE_M
    plots = [replace(p, shape=_moved(p.shape, east)) for p in plots] if east else plots
    _check(plots)
    lines = ["[属性描述]", *(f"{key}={value}" for key, value in _head(zone, attributes, layout).items()), "[地块坐标]"]
    for plot in plots:
        lines += _plot_lines(plot, layout)
    return "\r\n".join(lines) + "\r\n"


def _moved(shape: Any, east: float) -> Any:
    return shapely.transform(shape, lambda xy: xy + np.array([east, 0.0]))


def _head(zone: tuple[int, int, bool], attributes: Mapping[str, str], layout: Layout) -> dict[str, str]:
    own = dict(zip(OWN, ("2000国家大地坐标系", str(zone[1]), "高斯克吕格", "米", str(zone[0])), strict=True))
    usual = {"格式版本号": "", "数据产生单位": "", "数据产生日期": "", "精度": "0.001", "转换参数": ",,,,,,"}
    given = {key: _one_line(value) for key, value in attributes.items() if key not in OWN}
    values = usual | {key: value for key, value in given.items() if value or key not in usual} | own
    return {key: values[key] for key in layout.head} | {k: v for k, v in given.items() if k not in HEAD}


def _one_line(value: str) -> str:
    return " ".join(str(value).split())


def _check(plots: Sequence[Plot]) -> None:
    bad = [p.plot_id for p in plots if not _is_area(p.shape)]
    if bad:
        raise BlockedError(reason("redline_write_not_area", count=len(bad), rows=bad[:5]))
    lost = [p.plot_id for p in plots if not shapely.set_precision(p.shape, 10**-DECIMALS, mode="pointwise").is_valid]
    if lost:
        raise BlockedError(reason("redline_write_too_fine", count=len(lost), rows=lost[:5]))


def _is_area(shape: Any) -> bool:
    return shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and shape.is_valid and shape.area > 0


def _plot_lines(plot: Plot, layout: Layout) -> list[str]:
    """Header and points; the points are counted with the closing ones, as they are written."""
    rings = [ring for part in shapely.get_parts(plot.shape) for ring in shapely.get_rings(orient(part, -1.0))]
    body: list[str] = []
    number = 1
    for position, ring in enumerate(rings, 1):
        places = [(f"{y:.{DECIMALS}f}", f"{x:.{DECIMALS}f}") for x, y in shapely.get_coordinates(ring)[:-1]]
        labelled = [*enumerate(places, number), (number, places[0])]
        body += [layout.point.format(label=f"J{k}", ring=position, x=x, y=y) for k, (x, y) in labelled]
        number += len(places)
    own = {
        "count": str(len(body) - (layout.count == "less_one")), "area": f"{hectares(plot.shape.area):.4f}",
        "plot_id": plot.plot_id, "name": plot.name, "kind": "面", "": "",
    }  # fmt: skip
    fields = [_cell(own[key] if key in own else plot.attributes.get(key, "")) for key in layout.fields]
    return [",".join([*fields, "@"]), *body]


def _cell(value: str) -> str:
    """Commas part the fields of a header and @ ends it: inside a name they are written full-width."""
    return _one_line(value).replace(",", ";").replace("，", "；").replace("、", "；").replace("@", "＠")


def _encoded(content: str, encoding: str) -> bytes:
    if encoding not in ENCODINGS:
        raise CallError(reason("redline_write_encoding", given=encoding))
    try:
        return content.encode(encoding)
    except UnicodeEncodeError as error:
        raise BlockedError(
            reason("redline_write_letters", letters=content[error.start : error.end], encoding="GBK")
        ) from None


def central_meridian(crs: str) -> int | None:
    """Return the central meridian in degrees east of a CGCS2000 zone; None for any other CRS."""
    zone = zone_of(crs)
    return None if zone is None else meridian(zone[0], zone[1])
