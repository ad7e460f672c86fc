"""The part of a layer a rule speaks of: features of some classes, and how far each of them reaches."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Field of the layer → classes it may have there; every field must fit. Empty: every feature."""


@dataclass(frozen=True, order=True)
class Width:
    """How far features of some classes reach beyond their edge, in metres.

    Parameters
    ----------
    where : Where
        Empty: every feature.
    m, m_hi : float
        It is at least `m` and at most `m_hi`; both are one number where the text gives one. 0 says that such
        features have no zone, not even the ground they stand on.
    """

    where: Where
    m: float
    m_hi: float


@dataclass(frozen=True, order=True)
class Edge:
    """How far the edge that widths are measured from lies off a line that stands for a thing with a width.

    Parameters
    ----------
    field : str
        Field of the layer that holds the whole width in metres; "" where none does.
    m, m_hi : float
        Least and greatest distance of the edge from the line where the field says nothing.
    """

    field: str = ""
    m: float = 0.0
    m_hi: float = 0.0


@dataclass(frozen=True, order=True)
class Part:
    """Which features of a layer, and how far they reach.

    Parameters
    ----------
    where : Where
    widths : tuple of Width
        Empty: no feature reaches beyond itself. Otherwise a feature of a class no width fits is not
        of the part, and one whose class is not known has one of those that could fit: list the classes
        that have no zone with a width of 0, or a feature of unknown class is taken to have the least width listed.
    edge : Edge
        Of lines only.
    """

    where: Where = ()
    widths: tuple[Width, ...] = ()
    edge: Edge = Edge()

    @property
    def name(self) -> str:
        """Text form, "" for the whole layer: ``"[grade=1/2]"``, or a short key where widths differ by class."""
        if not self.widths:
            return "".join(f"[{field}={'/'.join(values)}]" for field, values in self.where)
        key = hashlib.sha256(repr(self).encode()).hexdigest()[:8]
        return "".join(f"[{field}={'/'.join(values)}]" for field, values in self.where) + f"[{key}]"

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the layer that are read, sorted; the width of a thing is not among them, it may be absent."""
        wheres = (self.where, *(w.where for w in self.widths))
        return tuple(sorted({field for where in wheres for field, _ in where}))

    @property
    def reach_m(self) -> float:
        """Farthest a feature of this part may reach beyond its shape."""
        if not self.widths:
            return 0.0
        return max(w.m_hi for w in self.widths) + self.edge.m_hi

    @property
    def sound(self) -> bool:
        """True when every width and the edge is a range of finite numbers from 0 up."""
        ranges = [(w.m, w.m_hi) for w in self.widths] + [(self.edge.m, self.edge.m_hi)]
        return all(0 <= low <= high and math.isfinite(high) for low, high in ranges)


WHOLE = Part()
"""All of a layer."""
