"""Which fields a role reads, and columns of a file that bear their names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from layers import toml
from layers.sources.finding import Finding, finding

FILE = Path(__file__).resolve().parents[2] / "data" / "fields.toml"
ALIKE = 0.8
"""A name this close to one of ours is taken for a slip."""


@cache
def known() -> dict[str, dict[str, Any]]:
    """Return role → our names with what files call them, and whether further fields may be mapped."""
    return toml.read(FILE)


def names(role: str) -> tuple[str, ...]:
    """Return the fields of a role; none where the role reads columns in its own way."""
    return tuple(name for name in known().get(role, {}) if name != "further")


def unknown(role: str, fields: Iterable[str]) -> list[Finding]:
    """Refuse fields a role does not have: all others where it takes no further ones, else slips of its own."""
    listed = names(role)
    others = [f for f in fields if f not in listed]
    if listed and known()[role]["further"]:
        legal = [f for f in others if f.startswith("legal_")]
        others = [f for f in others if f in legal or difflib.get_close_matches(f, listed, 1, ALIKE)]
    return [finding("block", "field_unknown", fields=others, known=list(listed))] if listed and others else []


def named(role: str, fields: Mapping[str, str], columns: Iterable[str]) -> tuple[dict[str, str], list[Finding]]:
    """Return the fields with columns of the very names a role reads, and say which were taken.

    A column two of our names could mean, or one that is mapped already, is left alone.
    """
    free = {str(c).strip().casefold(): str(c) for c in columns if str(c) not in fields.values()}
    found: dict[str, str] = {}
    for name in names(role):
        hits = [free[w.casefold()] for w in (name, *known()[role][name]) if w.casefold() in free]
        twice = name.startswith("legal_") and any(f.startswith("legal_") for f in (*fields, *found))
        if hits and name not in fields and not twice:
            found[name] = hits[0]
    told = [f"{ours} = {theirs}" for ours, theirs in found.items()]
    return dict(fields) | found, [finding("fixed", "fields_taken", fields=told)] if told else []
