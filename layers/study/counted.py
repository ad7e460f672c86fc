"""What is counted (``data/resources.toml``): resources and accounts, their units, steps and names."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from geo.basis.age import Text
from geo.place.resource import Resource, Resources
from layers import toml
from layers.text import Language, both

FILE = "data/resources.toml"
PATH = Path(__file__).resolve().parents[2] / FILE


class Entry(BaseModel):
    """One resource as the file has it.

    Parameters
    ----------
    id, title, unit, step, column, site, factor
        See `geo.place.resource.Resource`.
    county : bool
        True for an account of the county, kept in a ledger and not by a facility.
    classes : mapping of scheme to tuple of str
        Beginnings of the land classes that draw it, where the tables have no figure of their own.
    also : mapping of unit to factor
        Other units it may be stated in.
    aliases : tuple of str
        Words by which files name it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: Text
    unit: str
    step: float = Field(gt=0)
    column: str = ""
    site: str = ""
    factor: float = 1.0
    county: bool = False
    classes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    also: dict[str, float] = Field(default_factory=dict)
    aliases: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    resources: tuple[Entry, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Return every resource of the shipped file."""
    return toml.validated(_File, toml.read(PATH), PATH.name).resources


@cache
def resources() -> Resources:
    """Return the resources as the core counts them."""
    return Resources(tuple(Resource(e.id, e.unit, e.step, e.column, e.site, e.factor) for e in entries()))


def entry(resource_id: str) -> Entry | None:
    """Return a resource by its id, None for one nobody declared."""
    return next((e for e in entries() if e.id == resource_id), None)


def recognised(word: str) -> str:
    """Return the id of a resource named by id, title or alias; "" for another word."""
    plain = word.strip().casefold()
    for e in entries():
        if plain in {n.casefold() for n in (e.id, e.title.zh, e.title.en, *e.aliases)}:
            return e.id
    return ""


def unit(resource_id: str, stated: str) -> tuple[str, float]:
    """Return the unit a figure is kept in and the factor to it; an unknown unit stays as stated."""
    plain = unicodedata.normalize("NFKC", stated).strip()
    known = entry(resource_id)
    if known is None:
        return plain, 1.0
    if plain.casefold() == known.unit.casefold():
        return known.unit, 1.0
    factor = next((f for name, f in known.also.items() if name.casefold() == plain.casefold()), None)
    return (plain, 1.0) if factor is None else (known.unit, factor)


def titled(resource_id: str, language: Language) -> str:
    """Return the name of a resource; one nobody declared is named by its id."""
    known = entry(resource_id)
    return both(known.title, language) if known else resource_id
