"""Child side: what of a drawing no reader hands over.

Solids, regions, areas of civil-engineering programs and objects of other programs cannot be read; a block may be
missing or lie in another file (外部参照). What they would cover is not known, so the drawing is not whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from layers.sources.formats.dxf_text import readable

UNREAD = frozenset({
    "ACAD_PROXY_ENTITY", "BODY", "DGNUNDERLAY", "DWFUNDERLAY", "EXTRUDEDSURFACE", "LOFTEDSURFACE", "MESH", "MPOLYGON",
    "NURBSURFACE", "PDFUNDERLAY", "PLANESURFACE", "REGION", "REVOLVEDSURFACE", "SURFACE", "SWEPTSURFACE", "3DSOLID",
})  # fmt: skip
"""Entities that may cover ground and that GDAL passes over without a word."""
MESHED = 16
"""Flag of a polyline that is a mesh of surfaces."""
NO_BLOCK, OTHER_FILE = "INSERT", "XREF"
_OUTSIDE = 4 | 8
"""Flags of a block that lies in another file."""
_TAIL = 256


def cut(path: Path) -> bool:
    """Tell whether a drawing breaks off: the last thing in it must be EOF."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        return not stream.read().rstrip(b"\x00\x1a \t\r\n").endswith(b"EOF")


def _text(value: str) -> str:
    """Return a name as people read it: what is no UTF-8 is GB 18030 in drawings from here."""
    raw = value.encode("utf-8", "surrogateescape")
    return readable(value) if value.isascii() else raw.decode("utf-8" if _is_utf8(raw) else "gb18030", "replace")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class _Entity:
    kind: str = ""
    layer: str = "0"
    name: str = ""
    paper: bool = False
    flags: int = 0
    controls: int = 0

    def unread(self) -> bool:
        """Tell whether no reader hands it over; a spline known by the places it goes through alone is none to GDAL."""
        meshed = self.kind == "POLYLINE" and bool(self.flags & MESHED)
        return self.kind in UNREAD or meshed or (self.kind == "SPLINE" and not self.controls)


@dataclass
class Scan:
    """Takes the pairs of a drawing one by one and counts what cannot be read, by CAD layer and kind."""

    _section: str = ""
    _now: _Entity = field(default_factory=_Entity)
    _own: Counter[tuple[str, str]] = field(default_factory=Counter)
    _inserted: Counter[str] = field(default_factory=Counter)
    _blocks: dict[str, int] = field(default_factory=dict)

    def take(self, code: str, value: str) -> None:
        """Take the next pair."""
        if code == "0":
            self._close()
            self._now = _Entity(value)
        elif code == "2" and self._now.kind == "SECTION":
            self._section = value
        elif code == "2":
            self._now.name = value
        elif code == "8":
            self._now.layer = _text(value)
        elif code == "67":
            self._now.paper = value == "1"
        elif code == "70" and self._now.kind in ("BLOCK", "POLYLINE") and value.isdecimal():
            self._now.flags = int(value)
        elif code == "73" and self._now.kind == "SPLINE" and value.isdecimal():
            self._now.controls = int(value)

    def _close(self) -> None:
        now = self._now
        if now.kind == "BLOCK":
            self._blocks[now.name.casefold()] = now.flags
        elif self._section not in ("ENTITIES", "BLOCKS") or now.paper:
            return
        elif now.kind == "INSERT":
            self._inserted[now.name.casefold()] += 1
        elif now.unread():
            self._own[now.layer, now.kind] += 1

    def held(self, layers: Iterable[str] | None) -> Counter[str]:
        """Return how many entities of each kind are not read.

        Parameters
        ----------
        layers : iterable of str or None
            CAD layers that were asked for; None: all. What stands on layer 0 takes the layer of the block it is in,
            and what lies in a block nobody has may stand on any.
        """
        wanted = None if layers is None else {"0", *layers}
        out: Counter[str] = Counter()
        for (layer, kind), count in self._own.items():
            if wanted is None or layer in wanted:
                out[kind] += count
        for name, count in self._inserted.items():
            flags = self._blocks.get(name)
            if flags is None:
                out[NO_BLOCK] += count
            elif flags & _OUTSIDE:
                out[OTHER_FILE] += count
        return out
