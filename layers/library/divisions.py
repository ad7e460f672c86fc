"""Provinces and prefectures (行政区) by the beginnings of their codes, with rough extents: ``data/divisions.toml``."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from geo.basis.age import Text
from geo.basis.figure import Confidence
from geo.basis.frozen import Frozen
from layers import toml

PATH = Path(__file__).resolve().parents[2] / "data" / "divisions.toml"
Extent = tuple[float, float, float, float]
PROVINCE, PREFECTURE = 2, 4
"""Digits of a code that tell the province, and the prefecture."""
_ISLANDS = frozenset({"4603"})
"""Prefectures of sea: that a place is within their extent does not make it land."""


class Division(Frozen):
    """A province or a prefecture.

    Parameters
    ----------
    zh, en : str
        Its name; of a prefecture in Chinese alone.
    box : (west, south, east, north)
        Rough extent, degrees; nothing finer may be read out of it.
    """

    zh: str
    en: str = ""
    box: Extent


class DivisionFields(Frozen):
    """Names of fields that hold codes of divisions; `long` ones begin with one where they have 18 digits or more."""

    fields: tuple[str, ...]
    long: tuple[str, ...]


class _Divisions(Frozen):
    source: str
    checked_on: date
    confidence: Confidence
    nowhere: Text
    codes: DivisionFields
    provinces: dict[str, Division]
    prefectures: dict[str, Division]


@cache
def _table() -> _Divisions:
    return toml.validated(_Divisions, toml.read(PATH), PATH.name)


def fields() -> DivisionFields:
    """Return the names of fields that hold codes of divisions."""
    return _table().codes


def of_code(code: str) -> tuple[str, Division] | None:
    """Return the prefecture of a code, else its province, with the digits that told it; None for no code of ours."""
    known = _table()
    found = known.prefectures.get(code[:PREFECTURE]) or known.provinces.get(code[:PROVINCE])
    if found is None:
        return None
    return code[: PREFECTURE if code[:PREFECTURE] in known.prefectures else PROVINCE], found


def of_name(text: str) -> tuple[str, Division] | None:
    """Return the one division a text names in full (``衢州市``), the prefecture before its province; None otherwise."""
    for listed in (_table().prefectures, _table().provinces):
        named = [(code, one) for code, one in listed.items() if one.zh in text]
        if len(named) == 1:
            return named[0]
    return None


def title(code: str) -> Text:
    """Return what the division of a code is called, with its province before it."""
    found = of_code(code)
    if found is None:
        return Text()
    digits, division = found
    if len(digits) == PROVINCE:
        return Text(zh=division.zh, en=division.en)
    province = _table().provinces[digits[:PROVINCE]]
    return Text(zh=province.zh + division.zh, en=f"{province.en} ({digits})")


def at(lon: float, lat: float, margin_deg: float = 0.0) -> tuple[str, ...]:
    """Return the codes of divisions whose extent holds a place; where none does it is at sea or abroad."""
    return tuple(c for c, d in _land().items() if apart_deg(d.box, lon, lat) <= margin_deg)


@cache
def _land() -> dict[str, Division]:
    """Return the finest divisions: prefectures, and the provinces that have none in the list."""
    known = _table()
    whole = {code[:PROVINCE] for code in known.prefectures}
    alone = {code: d for code, d in known.provinces.items() if code not in whole}
    return {code: d for code, d in known.prefectures.items() if code not in _ISLANDS} | alone


def there(lon: float, lat: float) -> Text:
    """Return the provinces a place may be in, by name; the word for none where there is none."""
    codes = dict.fromkeys(c[:PROVINCE] for c in at(lon, lat))
    if not codes:
        return _table().nowhere
    named = [_table().provinces[c] for c in codes]
    return Text(zh="、".join(d.zh for d in named), en=", ".join(d.en for d in named))


def apart_deg(box: Extent, lon: float, lat: float) -> float:
    """Return how far a place lies outside an extent, degrees; 0 within."""
    west, south, east, north = box
    return max(0.0, west - lon, lon - east, south - lat, lat - north)
