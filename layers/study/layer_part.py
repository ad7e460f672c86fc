"""One file of a layer that is kept in several (分幅、分乡镇交来的图层): what it is called and how it is read."""

from __future__ import annotations

from pydantic import Field, field_validator

from geo.basis.frozen import Frozen

SIGN = ":"
"""Between the name of a part and the row in its file."""
PREFIX = "part:"
"""Before a proposal that is for one part alone: ``part:青石镇:crs:EPSG:4549``."""


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


def name_of(row: str) -> str:
    """Return the part a row is of: ``青石镇`` of ``青石镇:12``."""
    return row.rpartition(SIGN)[0]
