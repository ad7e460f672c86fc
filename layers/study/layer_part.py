"""One file of a layer that is kept in several (分幅、分乡镇交来的图层): what it is called and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import Field, field_validator

from geo.basis.frozen import Frozen
from layers.library import roles

SIGN = ":"
"""Between the name of a part and the row in its file."""
PREFIX = "part:"
"""Before a proposal that is for one part alone: ``part:青石镇:crs:EPSG:4549``."""


class EarlierFile(Frozen):
    """A file that was in the place of a layer: file and layer in it as they were, and the day another one came."""

    source: str
    layer: str = ""
    until: date


class Origin(Frozen):
    """The table of a database a file is a copy of (`layers.study.origins`).

    Parameters
    ----------
    table : str
        ``postgis:SERVICE/SCHEMA.TABLE``.
    rows, sum
        What it held: rows, and a sum over their content.
    on : date
        The day it was copied.
    """

    table: str
    rows: int = Field(ge=0)
    sum: str
    on: date


class LayerPart(Frozen):
    """One file of a layer.

    Parameters
    ----------
    name : str
        What people call it: the town, the sheet. Rows are named with it: ``青石镇:12``.
    source, layer : str
        File (relative to the study folder) and the layer inside it.
    crs, encoding : str
        Given only where this file does not say, or says it wrongly; "" takes those of the layer.
    columns : mapping
        Column of the layer → what this file calls it, where that is another name.
    """

    name: str
    source: str
    layer: str = ""
    crs: str = ""
    encoding: str = ""
    columns: dict[str, str] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip() or SIGN in value:
            raise ValueError("part_name_wrong")
        return value


def may_be_kept(role: str, kind: str = "") -> bool:
    """Tell whether a layer of a role (of rasters: of a kind) can be kept in several files.

    Registers and images are taken one by one instead.
    """
    if role == "raster":
        return kind not in ("", "imagery")
    return role in roles.opened_as("parcels", "boundary", "layer")


def hold_together(parts: Sequence[LayerPart], source: str, role: str, kind: str) -> None:
    """Look whether the parts of a layer hold together; none do.

    Raises
    ------
    ValueError
        With the code of a reason: a role that is not kept in parts, two of one name, or a first that is not the source.
    """
    if parts and not may_be_kept(role, kind):
        raise ValueError("parts_of_role")
    if len({p.name for p in parts}) < len(parts) or any(p.source != source for p in parts[:1]):
        raise ValueError("parts_wrong")


def name_of(row: str) -> str:
    """Return the part a row is of: ``青石镇`` of ``青石镇:12``."""
    return row.rpartition(SIGN)[0]
