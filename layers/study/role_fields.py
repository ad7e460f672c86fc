"""Which fields a role reads, and columns of a file that bear their names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from geo.basis.tables import TABLES
from layers import toml
from layers.library.roles import opened_as
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
_TAIL = re.compile(
    r"(?<=[^\s_/:,-])[\s_/:,-]*((?:万|亿)?(?:亩|公顷|平方米|平方公里|平方千米|元)|(?<![A-Za-z])(?:m2|hm2|ha|km2))$",
    re.IGNORECASE,
)
"""A unit at the end of a heading."""
LEGAL = "legal_"
"""Beginning of fields with a reader of their own: one of them is taken, the one whose unit the heading names."""
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


def kind_of(role: str, ours: str) -> str:
    """Return what the cells of a field must hold, "" where any text will do."""
    if stated := cells(role).get(ours, ""):
        return stated
    # these keep their fields as they are mapped, those that end in a unit as numbers
    measured = role in opened_as("parcels", "layer") and TABLES["parcels"].column(ours).kind == "float"
    return "number" if measured and not ours.startswith(LEGAL) else ""


def personal(role: str) -> frozenset[str]:
    """Return the fields of a role that are about a person: kept in the file, read into no table, written to no list."""
    return frozenset(known().get(role, {}).get("personal", ()))


def needed(role: str, fields: Iterable[str]) -> list[list[str]]:
    """Return the groups of fields a role cannot do without of which none is mapped: any of a group would do."""
    mapped = set(fields)
    return [list(group) for group in known().get(role, {}).get("needs", ()) if not mapped & set(group)]


def lacking(role: str, fields: Iterable[str], columns: Iterable[str]) -> list[Finding]:
    """Say which fields a role cannot do without no column of a file was named for."""
    lost = needed(role, fields)
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

    A heading may name a unit, in brackets or at its end (``出让价款（万元）``, ``供应面积/亩``); cells that are read as
    numbers are brought into the unit of the field, other fields are those of their own unit alone. A heading of
    several rows (``时间/合同签订日期``) is read as one word, else by its lowest row where no other column has the same.
    A field with several columns takes the one whose name stands first in the list.
    """
    own: dict[str, str] = {}
    for column in columns:
        own.setdefault(_key(str(column)), str(column))
    bare: dict[str, list[str]] = {}
    for column in own.values():
        bare.setdefault(_key(_bare(column)), []).append(column)
    under = _of_two_rows(own.values())
    out: dict[str, str] = {}
    for name in names(role):
        for word in map(_key, (name, *known()[role][name])):
            likely = bare.get(word) or under.get(word) or []
            named_so = word in own and (word == _key(name) or _fits(role, name, own[word]))
            hits = [own[word]] if named_so else [c for c in likely if _fits(role, name, c)]
            if hits:
                out[name] = hits[0]
                break
    return out


def _of_two_rows(columns: Iterable[str]) -> dict[str, list[str]]:
    """Return what headings of several rows say, as one word or the lowest alone, with the one column that says so."""
    said: dict[str, set[str]] = {}
    for column in columns:
        rows = [r for r in _bare(column).split("/") if r.strip()]
        if "/" in _folded(column) and rows:
            for word in {"".join(rows), "".join(rows[-2:]), rows[-1]}:
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
    left = _of_other_units(role, {**fields, **found}, free)
    said = [finding("fixed", "fields_taken", fields=told)] if told else []
    return dict(fields) | found, said + ([finding("warn", "fields_other_unit", fields=left)] if left else [])


def _of_other_units(role: str, fields: Mapping[str, str], columns: Iterable[str]) -> list[str]:
    """Return columns that bear the name of a field nothing was taken for, with a unit that is none of it."""
    bare: dict[str, str] = {}
    for column in columns:
        if column not in fields.values() and _units(column):
            bare.setdefault(_key(_bare(column)), column)
    out = []
    for name in names(role):
        legal = name.startswith(LEGAL) and any(f.startswith(LEGAL) for f in fields)
        hit = next((bare[w] for w in map(_key, (name, *known()[role][name])) if w in bare), "")
        if hit and name not in fields and not legal:
            out.append(f"{hit} ≠ {name}")
    return list({text.partition(" ≠ ")[0]: text for text in reversed(out)}.values())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _key(text: str) -> str:
    return re.sub(r"\s+", "", _folded(text)).casefold()


def _bare(column: str) -> str:
    """Return a heading without the unit it names."""
    plain = _BRACKETS.sub("", _folded(column)).strip()
    return plain if _BRACKETS.search(_folded(column)) else _TAIL.sub("", plain)


def _units(column: str) -> list[str]:
    """Return the units a heading names: in brackets, else at its end."""
    inside = [quantity.plain_unit(w.removeprefix("单位").lstrip(":")) for w in _BRACKETS.findall(_folded(column))]
    tail = [] if inside else _TAIL.findall(_folded(column).strip())
    return [u for u in (*inside, *map(quantity.plain_unit, tail)) if _UNIT.search(u)]


def _fits(role: str, name: str, column: str) -> bool:
    """Tell whether the unit a heading names, if any, is one our field can be read from."""
    whole, given = known()[role].get("unit", ""), _units(column)
    if name.startswith(LEGAL) and not given:  # which of them it is the unit says
        return False
    ours = _ENDS.get(name.rpartition("_")[2], "") or (whole if isinstance(whole, str) else "")
    same = _alike if kind_of(role, name) == "number" else _same
    return not ours or all(same(unit, quantity.plain_unit(ours)) for unit in given)


def _alike(unit: str, ours: str) -> bool:
    """Tell whether two units measure the same: cells that are read as numbers are brought from one to the other."""
    return _same(unit, ours) or any(unit in table and ours in table for table in quantity.UNITS.values())


def _same(unit: str, ours: str) -> bool:
    """Tell whether two units are one: by the tables of units, else by the word."""
    both = [table for table in quantity.UNITS.values() if ours in table]
    return unit in _WORDS.get(ours, (ours,)) or any(table.get(unit) == table[ours] for table in both)
