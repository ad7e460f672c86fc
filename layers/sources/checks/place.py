"""Where a file says it lies, held against where its numbers put it (坐标系核对).

A file of land names its district on every row (XZQDM, ZLDWDM, the first digits of BSM). Numbers read in a wrong zone
land in another prefecture, and nothing else in the first file of a study says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.age import Text
from layers.library import divisions
from layers.library.divisions import PREFECTURE, PROVINCE, Extent
from layers.sources.checks import crs, series
from layers.sources.checks.crs import Bounds, Settled
from layers.sources.checks.crs_name import titled
from layers.sources.finding import Finding, finding

AS_READ = "place-as-read"
"""Consent: the file lies where its coordinates say, whatever its codes say."""
_DEGREES, _WEB = "EPSG:4490", "EPSG:3857"
_OFF_DEG, _WITHIN_DEG, _LAND_DEG = 0.4, 0.1, 0.5
"""How far outside its district a file is elsewhere, how near another reading must lie, how far off land is sea."""
_SHARE, _SOME, _DIGITS, _LONG = 0.8, 2_000, 6, 18
"""Part of the codes that must agree; rows looked at; digits of a code of a county, of a number that begins with one."""
_KM_DEG = 111.2
_UNSAID = ("crs_missing", "crs_unknown", "crs_lost", "crs_degrees_expected")


@dataclass(frozen=True)
class SaidPlace:
    """Where the rows of a file say they are.

    Parameters
    ----------
    column, code : str
        The field that says so, and the first digits most rows share.
    title : Text
    box : Extent
        Rough extent of the division, degrees.
    """

    column: str
    code: str
    title: Text
    box: Extent

    @property
    def values(self) -> dict[str, Any]:
        """What a sentence needs of it."""
        return {"column": self.column, "code": self.code, "place": self.title.model_dump()}


def said(frame: pd.DataFrame) -> SaidPlace | None:
    """Return the division the codes of a file name; None where no field holds any, or rows lie all over the country."""
    own = {unicodedata.normalize("NFKC", str(c)).strip().casefold(): str(c) for c in reversed(frame.columns)}
    known = divisions.fields()
    for names, least in ((known.fields, _DIGITS), (known.long, _LONG)):
        for column in (own[n.casefold()] for n in names if n.casefold() in own):
            if (found := _most(frame[column], least)) is not None:
                return SaidPlace(column, *found)
    return None


def _most(values: pd.Series, least: int) -> tuple[str, Text, Extent] | None:
    """Return the division most codes of a column begin with."""
    some = values.iloc[_spread(len(values))].dropna().astype(str).str.strip().str.removesuffix(".0")
    some = some[some != ""]
    codes = some[some.str.match(rf"\d{{{_DIGITS}}}") & (some.str.len() >= least)]
    if not len(some) or len(codes) < _SHARE * len(some):
        return None
    for digits in (PREFECTURE, PROVINCE):
        counts = codes.str[:digits].value_counts()
        if counts.iloc[0] >= _SHARE * len(some) and (found := divisions.of_code(str(counts.index[0]))):
            code, division = found
            return code, divisions.title(code), division.box
    return None


def _spread(count: int) -> npt.NDArray[np.int64]:
    """Return places of some rows, evenly spread over all."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, _SOME)).astype(np.int64))


def settle(
    shapes: npt.NDArray[np.object_], frame: pd.DataFrame, declared: str, study: str, accept: Collection[str],
    given: str = "",
) -> Settled:  # fmt: skip
    """Decide what coordinates are in as `crs.settle` does, and hold it against the codes of the rows.

    Parameters
    ----------
    frame : DataFrame
        Fields of the rows, by their names in the file.
    """
    settled = crs.settle(shapes, declared, study, accept, given)
    middle, named = _middle(shapes), said(frame)
    if middle is None:
        return settled
    if named is None:
        return _with(settled, _no_land(middle, settled, accept))
    stop = next((f for f in settled.findings if f.severity == "block"), None)
    if stop is not None and stop.code.removesuffix("_open") in _UNSAID:
        return _asked(settled, stop, named, middle, study)
    return _with(settled, _elsewhere(named, middle, settled, study, accept))


def _with(settled: Settled, found: list[Finding]) -> Settled:
    return replace(settled, findings=(*settled.findings, *found)) if found else settled


def _middle(shapes: npt.NDArray[np.object_]) -> tuple[float, float] | None:
    """Return where most of a file lies, in its own numbers; None of nothing."""
    if not len(shapes):
        return None
    west, south, east, north = shapely.bounds(shapes[_spread(len(shapes))]).T
    x, y = np.nanmedian((west + east) / 2), np.nanmedian((south + north) / 2)
    return (float(x), float(y)) if np.isfinite([x, y]).all() else None


def _landing(middle: tuple[float, float], settled: Settled) -> tuple[float, float] | None:
    """Return longitude and latitude of a place under a reading."""
    x, y = reversed(middle) if settled.swap else middle
    moved = crs.moved_box((x, y, x, y), settled, _DEGREES)
    return None if moved is None else (moved[0], moved[1])


def _fitting(named: SaidPlace, middle: tuple[float, float], settled: Settled, study: str) -> list[str]:
    """Return the other readings under which a file lies in its district: the study's own first, each place once."""
    found: dict[tuple[float, float], str] = {}
    web = Settled(_WEB, settled.swap, unit_m=settled.unit_m)
    datum = series.old_datum(crs.parsed(settled.crs) if settled.crs else None)
    ways = [*crs.readings(settled, study), (f"crs:{_WEB}", web)]
    ways.sort(key=lambda way: series.old_datum(crs.parsed(way[1].crs)) != datum)  # an old datum stays what it is
    for proposal, other in ways:
        place = _landing(middle, other)
        if place is not None and divisions.apart_deg(named.box, *place) <= _WITHIN_DEG:
            found.setdefault((round(place[0], 3), round(place[1], 3)), proposal)
    return list(found.values())


def _proposal(ways: list[str], study: str) -> str:
    """Return the way that is proposed: the only one, or the study's own system; of several nobody can tell."""
    return ways[0] if len(ways) == 1 or ways[:1] == [f"crs:{study}"] else ""


def _asked(
    settled: Settled, stop: Finding, named: SaidPlace, middle: tuple[float, float], study: str
) -> Settled:  # fmt: skip
    """Ask for the system of a file that states none that fits, with those under which it lies in its district."""
    ways = _fitting(named, middle, settled, study)
    if not ways:
        return settled
    values = {k: v for k, v in stop.reason.values.items() if k in ("x_min", "x_max", "y_min", "y_max")}
    way = _proposal(ways, study)
    asked = finding("block", "crs_by_codes" if way else "crs_by_codes_open", proposal=way,
                    candidates=[w.removeprefix("crs:") for w in ways], **named.values, **values)  # fmt: skip
    return replace(settled, findings=tuple(asked if f is stop else f for f in settled.findings))


def _elsewhere(
    named: SaidPlace, middle: tuple[float, float], settled: Settled, study: str, accept: Collection[str]
) -> list[Finding]:
    """Say that a file lands outside its district, and how it would lie in it."""
    place, found = _landing(middle, settled), crs.parsed(settled.crs)
    if place is None or found is None:
        return []
    apart = divisions.apart_deg(named.box, *place)
    if apart <= _OFF_DEG:
        return []
    values = named.values | {"crs": titled(found), "lon": place[0], "lat": place[1], "distance_km": apart * _KM_DEG,
                             "there": divisions.there(*place).model_dump()}  # fmt: skip
    if AS_READ in accept:
        return [finding("fixed", "place_as_read", **values)]
    ways = _fitting(named, middle, settled, study)
    if not ways:
        # no system brings it there: the codes may be those of an example, so it is said and asks for nothing
        return [finding("note", "place_not_of_codes_open", **values)]
    way = _proposal(ways, study)
    return [finding("block", "place_not_of_codes" if way else "place_not_of_codes_several", proposal=way,
                    candidates=[w.removeprefix("crs:") for w in ways], keep=AS_READ, **values)]  # fmt: skip


def _no_land(middle: tuple[float, float], settled: Settled, accept: Collection[str]) -> list[Finding]:
    """Say that a file in a system of China lands at sea or abroad."""
    found = crs.parsed(settled.crs) if settled.crs and settled.usable else None
    if found is None or not series.is_chinese(found):
        return []
    place = _landing(middle, settled)
    if place is None or divisions.at(*place, margin_deg=_LAND_DEG):
        return []
    values: dict[str, Any] = {"crs": titled(found), "lon": place[0], "lat": place[1]}
    if AS_READ in accept:
        return [finding("fixed", "place_off_land_as_read", **values)]
    return [finding("warn", "place_off_land", proposal=AS_READ, **values)]


def of_name(name: str, box: Bounds, study: str) -> list[Finding]:
    """Hold the district a study is named after against where its ground lies (bounds in the study CRS)."""
    found, system = divisions.of_name(name), crs.parsed(study)
    if found is None or system is None:
        return []
    code, division = found
    west, south, east, north = crs.geographic(box, system)
    lon, lat = (west + east) / 2, (south + north) / 2
    apart = divisions.apart_deg(division.box, lon, lat)
    if not np.isfinite(apart) or apart <= _OFF_DEG:
        return []
    return [finding("warn", "place_not_of_name", name=name, place=divisions.title(code).model_dump(), lon=lon, lat=lat,
                    there=divisions.there(lon, lat).model_dump(), distance_km=apart * _KM_DEG)]  # fmt: skip
