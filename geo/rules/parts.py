"""How a rule names the part of a layer it speaks of: classes, and widths by class."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from geo.basis.frozen import Frozen
from geo.basis.part import WHOLE, Edge, Part, Where, Width

_FIELD = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]*$")
_CLASS = re.compile(r"^[^|?+/=,\[\]\s]+$")


def _plain(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for field, classes in value.items():
        if not _FIELD.match(field) or not classes or any(not _CLASS.match(c) for c in classes):
            raise ValueError("rule_class_not_plain")
    return value


Classes = Annotated[dict[str, tuple[str, ...]], AfterValidator(_plain)]
"""Field of a layer → classes; a feature whose class is not known may have any of them."""
Metres = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Reach(Frozen):
    """How far features of some classes reach beyond their edge (metres); `m_hi` where the text leaves a range."""

    where: Classes = Field(default_factory=dict)
    m: Metres
    m_hi: Metres | None = None

    @property
    def width(self) -> Width:
        """The same as measuring reads it."""
        return Width(_where(self.where), self.m, self.m if self.m_hi is None else self.m_hi)


class LineEdge(Frozen):
    """Where widths are measured from when a thing with a width is drawn as a line, see `geo.basis.part.Edge`."""

    field: str = ""
    m: Metres = 0.0
    m_hi: Metres = 0.0


def made(where: Classes, widths: tuple[Reach, ...], edge: LineEdge) -> Part:
    """Return the part of a layer as measuring reads it."""
    if not (where or widths):
        return WHOLE
    return Part(_where(where), tuple(r.width for r in widths), Edge(edge.field, edge.m, edge.m_hi))


def _where(given: Classes) -> Where:
    return tuple(sorted((field, tuple(sorted(set(values)))) for field, values in given.items()))
