"""Write plots as a boundary TXT (报盘 TXT): CGCS2000, Gauss-Krüger, X north, Y east.

The format is known from descriptions only; what `layers.sources.redline` reads back is
what was written, to half a millimetre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BufferedIOBase, RawIOBase
from pathlib import Path
from typing import Any, Literal

import pyproj
import shapely
from shapely.geometry.polygon import orient

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.units import hectares
from layers.outputs.target import replaced
from layers.sources.redline_model import Plot
from layers.sources.redline_zones import meridian, zone_of

Encoding = Literal["utf-8", "gbk"]
DECIMALS = 3
OWN = ("坐标系", "几度分带", "投影类型", "计量单位", "带号")
"""Keys that follow from the CRS and are written by this module."""
HEAD = ("格式版本号", "数据产生单位", "数据产生日期", *OWN, "精度", "转换参数")


def write_txt(
    target: Path | BufferedIOBase | RawIOBase,
    plots: Iterable[Plot],
    crs: str,
    attributes: Mapping[str, str] | None = None,
    *,
    encoding: Encoding = "utf-8",
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
    encoding : {"utf-8", "gbk"}
        Many receiving programs take GBK only.

    Raises
    ------
    CallError
        Not a CGCS2000 zone; no plots; an unknown encoding.
    BlockedError
        A shape is empty or not an area, a text cannot be written in the encoding, two
        points of a ring fall together when rounded to the millimetre, or the disk refuses.
    """
    taken = tuple(plots)
    data = _encoded(text(taken, crs, attributes or {}), encoding)
    if not isinstance(target, Path):
        target.write(data)
        return
    replaced(target, lambda part: part.write_bytes(data))


def text(plots: Sequence[Plot], crs: str, attributes: Mapping[str, str]) -> str:
    """Return the text of a boundary TXT with Windows line ends (see `write_txt`)."""
    zone = zone_of(crs)
    if zone is None:
        raise CallError(reason("redline_write_crs", crs=crs, name=pyproj.CRS.from_user_input(crs).name))
    if not plots:
        raise CallError(reason("redline_write_nothing"))
    _check(plots)
    lines = ["[属性描述]", *(f"{key}={value}" for key, value in _head(zone, attributes).items()), "[地块坐标]"]
    for plot in plots:
        lines += _plot_lines(plot)
    return "\r\n".join(lines) + "\r\n"


def _head(zone: tuple[int, int, bool], attributes: Mapping[str, str]) -> dict[str, str]:
    own = dict(zip(OWN, ("2000国家大地坐标系", str(zone[1]), "高斯克吕格", "米", str(zone[0])), strict=True))
    usual = {"格式版本号": "", "数据产生单位": "", "数据产生日期": "", "精度": "0.001", "转换参数": ",,,,,,"}
    given = {key: _one_line(value) for key, value in attributes.items() if key not in OWN}
    values = usual | {key: value for key, value in given.items() if value or key not in usual} | own
    return {key: values[key] for key in HEAD} | {k: v for k, v in given.items() if k not in HEAD}


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


def _plot_lines(plot: Plot) -> list[str]:
    """Header and points; the points are counted with the closing ones, as they are written."""
    rings = [ring for part in shapely.get_parts(plot.shape) for ring in shapely.get_rings(orient(part, -1.0))]
    body: list[str] = []
    number = 1
    for position, ring in enumerate(rings, 1):
        places = [(f"{y:.{DECIMALS}f}", f"{x:.{DECIMALS}f}") for x, y in shapely.get_coordinates(ring)[:-1]]
        body += [f"J{number + k},{position},{x},{y}" for k, (x, y) in enumerate(places)]
        body.append(f"J{number},{position},{places[0][0]},{places[0][1]}")
        number += len(places)
    area = f"{hectares(plot.shape.area):.4f}"
    header = [str(len(body)), area, _cell(plot.plot_id), _cell(plot.name), "面", "", "", "", "@"]
    return [",".join(header), *body]


def _cell(value: str) -> str:
    """Commas part the fields of a header and @ ends it: inside a name they are written full-width."""
    return _one_line(value).replace(",", ";").replace("，", "；").replace("、", "；").replace("@", "＠")


def _encoded(content: str, encoding: str) -> bytes:
    if encoding not in ("utf-8", "gbk"):
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
