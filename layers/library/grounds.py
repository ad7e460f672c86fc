"""Colours of present use (现状用地底色), from ``data/ground.toml``: the ground of every map."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from layers import toml
from layers.library.standards import of_scheme

PATH = Path(__file__).resolve().parents[2] / "data" / "ground.toml"


class GroundLook(Frozen):
    """How a kind of ground is drawn.

    Parameters
    ----------
    id, title
    colour : str
        ``#RRGGBB``.
    codes : mapping of scheme to tuple of str
        Beginnings of codes; the longest that fits decides.
    group : str
        Group of land uses that takes this look where no beginning fits.
    """

    id: str
    title: Text
    colour: str = Field(pattern="^#[0-9A-F]{6}$")
    codes: dict[str, tuple[str, ...]]
    group: str = ""


class _Grounds(Frozen):
    grounds: tuple[GroundLook, ...]


@cache
def looks() -> tuple[GroundLook, ...]:
    """Return every look in the order of the file; the last is that of ground whose use is not known.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return toml.validated(_Grounds, toml.read(PATH), PATH.name).grounds


@cache
def place_of(scheme: str, code: str) -> int:
    """Return the place in `looks` of what a land-use code is drawn as."""
    all_looks = looks()
    fits = [
        (len(start), k)
        for k, look in enumerate(all_looks)
        for start in look.codes.get(scheme, ())
        if code.startswith(start)
    ]
    if code and fits:
        return max(fits)[1]
    known = of_scheme(scheme)
    group = known.group_of(code) if known and code else None
    named = [k for k, look in enumerate(all_looks) if group is not None and look.group == group.id]
    return named[0] if named else len(all_looks) - 1
