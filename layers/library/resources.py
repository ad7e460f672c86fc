"""What is counted (``data/resources.toml``): resources and accounts, their units, steps and names."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from geo.place.base import Counted
from geo.place.resource import Resource, Resources
from layers import toml
from layers.text import Language, both

FILE = "data/resources.toml"
PATH = Path(__file__).resolve().parents[2] / FILE


class ResourceEntry(Frozen):
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
    asks : mapping of unit to factor
        Units of something near it: counted at the value that promises least, with a finding that asks.
    shared : bool
        Nothing is drawn: a project fits where it alone does (an emergency pool).
    plausible : (float, float) or None
        What one facility holds, in `unit`; a limit outside is asked about.
    aliases : tuple of str
        Words by which files name it.
    """

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
    asks: dict[str, float] = Field(default_factory=dict)
    shared: bool = False
    plausible: tuple[float, float] | None = None
    aliases: tuple[str, ...] = ()


class _File(Frozen):
    spellings: dict[str, str]
    multiples: dict[str, float]
    resources: tuple[ResourceEntry, ...]


@cache
def _file() -> _File:
    return toml.validated(_File, toml.read(PATH), PATH.name)


def entries() -> tuple[ResourceEntry, ...]:
    """Return every resource of the shipped file."""
    return _file().resources


@cache
def resources() -> Resources:
    """Return the resources as the core counts them."""
    return Resources(tuple(Resource(e.id, e.unit, e.step, e.column, e.site, e.factor, e.shared) for e in entries()))


@cache
def counted() -> Counted:
    """Return the resources with the land classes that draw the forest quota, as placing counts them."""
    forest = entry("forest_quota")
    return Counted(resources(), forest.classes if forest else {})


def entry(resource_id: str) -> ResourceEntry | None:
    """Return a resource by its id, None for one nobody declared."""
    return next((e for e in entries() if e.id == resource_id), None)


def recognised(word: str) -> str:
    """Return the id of a resource named by id, title or alias; "" for another word."""
    plain = word.strip().casefold()
    for e in entries():
        if plain in {n.casefold() for n in (e.id, e.title.zh, e.title.en, *e.aliases)}:
            return e.id
    return ""


@dataclass(frozen=True)
class Unit:
    """What a stated unit means for a resource.

    Parameters
    ----------
    unit : str
        Unit the figures are kept in; of a resource nobody declared, the one stated.
    factor : float
        Figure × factor = amount in `unit`; NaN where the stated unit says nothing.
    problem : {"", "account_unit_missing", "account_unit_unknown", "account_unit_near"}
        ``account_unit_near``: it measures something near (kW for kVA), the figure is converted and asked about.
    """

    unit: str
    factor: float
    problem: str = ""

    @property
    def known(self) -> bool:
        """True when figures in it can be counted."""
        return math.isfinite(self.factor)


def unit(resource_id: str, stated: str) -> Unit:
    """Return what a unit means for a resource, however it is spelled: ``KW``, ``㎥/d``, ``万吨／日``."""
    known = entry(resource_id)
    if known is None:
        return Unit(unicodedata.normalize("NFKC", stated).strip(), 1.0)
    if not stated.strip():
        return Unit(known.unit, math.nan, "account_unit_missing")
    plain = spelled(stated)
    for problem, units in (("", {known.unit: 1.0} | known.also), ("account_unit_near", known.asks)):
        for name, factor in units.items():
            if (multiple := _multiples().get(plain.removesuffix(spelled(name)))) and plain.endswith(spelled(name)):
                return Unit(known.unit, multiple * factor, problem)
    return Unit(known.unit, math.nan, "account_unit_unknown")


@cache
def spelled(text: str) -> str:
    """Return a unit in the one spelling it is compared in."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip("。.;,")
    words = sorted(_file().spellings, key=len, reverse=True)
    for word in words:
        plain = plain.replace(word, _file().spellings[word])
    return plain


def _multiples() -> dict[str, float]:
    return {"": 1.0} | _file().multiples


def units(resource_id: str) -> list[str]:
    """Return the units a resource may be stated in."""
    known = entry(resource_id)
    return [known.unit, *known.also, *known.asks] if known else []


def titled(resource_id: str, language: Language) -> str:
    """Return the name of a resource; one nobody declared is named by its id."""
    known = entry(resource_id)
    return both(known.title, language) if known else resource_id
