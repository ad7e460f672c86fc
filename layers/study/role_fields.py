"""Which fields a role reads, and columns of a file that bear their names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from layers import toml
from layers.sources.cells import quantity
from layers.sources.finding import Finding, finding

FILE = Path(__file__).resolve().parents[2] / "data" / "fields.toml"
SHOWN = 40
"""Columns of a file that are named."""
ALIKE = 0.8
"""A name this close to one of ours is taken for a slip."""
_SETTINGS = ("further", "needs", "cells", "personal")
"""Keys of a role that are no field; ``unit`` is one where it is a word, and a field where it has headings."""
_ENDS = {"m2": "m2", "ha": "ha", "mu": "亩", "wan": "万元", "kwh": "kwh", "m3": "m3"}
"""Endings of our names and the unit they stand for."""
_WORDS = {"kwh": ("kwh", "度", "千瓦时"), "m3": ("m3", "m³", "立方米", "方", "吨")}
"""Other words for units the tables of quantities do not hold."""
_UNIT = re.compile(
    r"[万亿元亩畝顷米尺²³㎡方吨度时]|(?:acres?|hectares?|sq\.?\s*(?:ft|m|km))\b|\b(?:ft2|m2|m3|ha|hm2|km2|k?wh|kw|mw|t)\b"
)
"""What a word in brackets shows when it is a unit."""
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)(?:[)\]】]|$)")


@cache
def known() -> dict[str, dict[str, Any]]:
    """Return role → our names with what files call them, and whether further fields may be mapped.

    ``unit`` of a role is the unit of the fields whose name ends in none.
    """
    return toml.read(FILE)


def names(role: str) -> tuple[str, ...]:
    """Return the fields of a role; none where the role reads columns in its own way."""
    return tuple(n for n, v in known().get(role, {}).items() if n not in _SETTINGS and not isinstance(v, str))


@cache
def cells(role: str) -> dict[str, str]:
    """Return field → what its cells must hold, of the fields that are no plain texts."""
    stated = known().get(role, {}).get("cells", {})
    return {name: kind for kind, names_ in stated.items() for name in names_}


def personal(role: str) -> frozenset[str]:
    """Return the fields of a role that are about a person: kept in the file, read into no table, written to no list."""
    return frozenset(known().get(role, {}).get("personal", ()))


def lacking(role: str, fields: Iterable[str], columns: Iterable[str]) -> list[Finding]:
    """Say which fields a role cannot do without no column of a file was named for."""
    mapped = set(fields)
    lost = [group for group in known().get(role, {}).get("needs", ()) if not mapped & set(group)]
    if not lost:
        return []
    words = [" | ".join(group) for group in lost]
    return [finding("warn", "fields_needed", fields=words, known=[str(c) for c in columns][:SHOWN])]


def unknown(role: str, fields: Iterable[str]) -> list[Finding]:
    """Refuse fields a role does not have: all others where it takes no further ones, else slips of its own."""
    listed = names(role)
    others = [f for f in fields if f not in listed]
    if listed and known()[role]["further"]:
        legal = [f for f in others if f.startswith("legal_")]
        others = [f for f in others if f in legal or difflib.get_close_matches(f, listed, 1, ALIKE)]
    return [finding("block", "field_unknown", fields=others, known=list(listed))] if listed and others else []


def meant(role: str, columns: Iterable[str]) -> dict[str, str]:
    """Return our fields with the columns of a file that bear their names, the likeliest first.

    A heading may name the unit its field is in, in brackets (``出让价款（万元）``); one that names another unit is
    not that field. A heading of two rows (``时间/合同签订日期``) is read as one word, else by its lower row where no
    other column has the same. A field with several columns takes the one whose name stands first in the list.
    """
    own: dict[str, str] = {}
    for column in columns:
        own.setdefault(_key(str(column)), str(column))
    bare: dict[str, list[str]] = {}
    for column in own.values():
        bare.setdefault(_key(_BRACKETS.sub("", _folded(column))), []).append(column)
    under = _of_two_rows(own.values())
    out: dict[str, str] = {}
    for name in names(role):
        for word in map(_key, (name, *known()[role][name])):
            likely = bare.get(word) or under.get(word) or []
            hits = [own[word]] if word in own else [c for c in likely if _fits(role, name, c)]
            if hits:
                out[name] = hits[0]
                break
    return out


def _of_two_rows(columns: Iterable[str]) -> dict[str, list[str]]:
    """Return what headings of two rows say, as one word or the lower row alone, with the one column that says so."""
    said: dict[str, set[str]] = {}
    for column in columns:
        rows = [r for r in _BRACKETS.sub("", _folded(column)).split("/") if r.strip()]
        if "/" in _folded(column) and rows:
            for word in {"".join(rows), rows[-1]}:
                said.setdefault(_key(word), set()).add(column)
    return {word: list(those) for word, those in said.items() if len(those) == 1}


def named(role: str, fields: Mapping[str, str], columns: Iterable[str]) -> tuple[dict[str, str], list[Finding]]:
    """Return the fields with columns of the very names a role reads, and say which were taken.

    A column that is mapped already is left alone.
    """
    free = [str(c) for c in columns if str(c) not in fields.values()]
    found: dict[str, str] = {}
    for name, column in meant(role, free).items():
        twice = name.startswith("legal_") and any(f.startswith("legal_") for f in (*fields, *found))
        if name not in fields and not twice and column not in found.values():
            found[name] = column
    told = [f"{ours} = {theirs}" for ours, theirs in found.items()]
    return dict(fields) | found, [finding("fixed", "fields_taken", fields=told)] if told else []


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _key(text: str) -> str:
    return re.sub(r"\s+", "", _folded(text)).casefold()


def _fits(role: str, name: str, column: str) -> bool:
    """Tell whether the unit a heading names in brackets, if any, is the one of our field."""
    whole = known()[role].get("unit", "")
    ours = _ENDS.get(name.rpartition("_")[2], "") or (whole if isinstance(whole, str) else "")
    named_units = [
        quantity.plain_unit(inside.removeprefix("单位").lstrip(":")) for inside in _BRACKETS.findall(_folded(column))
    ]
    return not ours or all(_same(unit, quantity.plain_unit(ours)) for unit in named_units if _UNIT.search(unit))


def _same(unit: str, ours: str) -> bool:
    """Tell whether two units are one: by the tables of units, else by the word."""
    both = [table for table in quantity.UNITS.values() if ours in table]
    return unit in _WORDS.get(ours, (ours,)) or any(table.get(unit) == table[ours] for table in both)
