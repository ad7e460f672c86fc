"""Roles of layers (图层角色), from ``data/roles.toml``: what is opened, measured and drawn because of its role."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, cast

from pydantic import Field

from geo.basis.frozen import Frozen
from layers import toml

FILE = "data/roles.toml"
PATH = Path(__file__).resolve().parents[2] / FILE

Role = Literal[
    "parcels", "redline", "plan", "constraint", "park", "facility", "network", "building", "supply",
    "enterprise", "signal", "project", "link", "budget", "earmark", "zone", "boundary", "raster",
    "redevelopment", "quota_source", "investor", "talent", "fund",
]  # fmt: skip
"""Names of the table, for the checker; a contract holds both against each other."""
Opens = Literal["parcels", "boundary", "raster", "layer", "sheet", "nothing"]
Treatment = Literal["listed", "widens", "left_out", "none"]


class RoleEntry(Frozen):
    """What follows from a role.

    Parameters
    ----------
    opens : str
        What its files are opened as.
    doubt : {"listed", "widens", "left_out", "none"}
        What a row that only may belong does to the answers.
    polygons : bool
        Only areas count.
    silence : bool
        Absence proves something where the layer is complete, so somebody has to say whether it is.
    measured : {"", "overlap", "distance"}
        What is measured of every parcel.
    drawn : int
        Place on a map from the ground up, 0: not drawn.
    used_land : bool
        What is said of a record of the supply register, and of the use of its ground, rests on it.
    """

    opens: Opens
    doubt: Treatment
    polygons: bool = False
    silence: bool = False
    measured: Literal["", "overlap", "distance"] = ""
    drawn: int = Field(0, ge=0)
    used_land: bool = False


@cache
def roles() -> dict[Role, RoleEntry]:
    """Return every role with what follows from it, in the order of the file."""
    given = {name: toml.validated(RoleEntry, body, PATH.name) for name, body in toml.read(PATH).items()}
    return cast("dict[Role, RoleEntry]", given)


@cache
def opened_as(*kinds: Opens) -> tuple[Role, ...]:
    """Return the roles whose files are opened as one of these."""
    return tuple(name for name, role in roles().items() if role.opens in kinds)


@cache
def measured(how: Literal["overlap", "distance"]) -> tuple[Role, ...]:
    """Return the roles every parcel is measured against."""
    return tuple(name for name, role in roles().items() if role.measured == how)


@cache
def polygons() -> tuple[Role, ...]:
    """Return the roles of which only areas count."""
    return tuple(name for name, role in roles().items() if role.polygons)


@cache
def silent() -> tuple[Role, ...]:
    """Return the roles of which it matters whether the layer is complete."""
    return tuple(name for name, role in roles().items() if role.silence)


@cache
def drawn() -> tuple[Role, ...]:
    """Return the roles that are drawn, from the ground up."""
    known = roles()
    return tuple(sorted((n for n in known if known[n].drawn), key=lambda n: known[n].drawn))


@cache
def of_used_land() -> tuple[Role, ...]:
    """Return the roles a paper about a record of the supply register rests on."""
    return tuple(name for name, role in roles().items() if role.used_land)
