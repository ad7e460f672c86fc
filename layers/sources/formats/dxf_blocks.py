"""Child side: how much of a drawing its blocks become. Ten blocks of ten each are a few lines, and a billion shapes.

Read before the drawing is: GDAL draws every block wherever it stands, and a block within a block again and again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST = 5_000_000
"""Shapes a drawing may become; a county in one drawing has fewer."""
_WHOLE = ""
"""Name under which the drawing itself stands among its blocks."""


@dataclass
class Blocks:
    """Takes the pairs of a drawing one by one and counts what each block holds, and which blocks."""

    own: Counter[str] = field(default_factory=Counter)
    within: dict[str, Counter[str]] = field(default_factory=dict)
    _section: str = ""
    _block: str = _WHOLE
    _kind: str = ""
    _name: str = ""
    _grid: list[int] = field(default_factory=lambda: [1, 1])

    def take(self, code: str, value: str) -> None:
        """Take the next pair."""
        if code == "0":
            self._close()
            self._kind, self._name, self._grid = value, "", [1, 1]
        elif code == "2":
            self._name = value.casefold()
            self._section = value if self._kind == "SECTION" else self._section
        elif code in ("70", "71") and self._kind == "INSERT" and value.isdecimal():
            self._grid[int(code) - 70] = max(1, int(value))

    def _close(self) -> None:
        if self._section not in ("ENTITIES", "BLOCKS"):
            return
        if self._kind == "BLOCK":
            self._block = self._name
        elif self._kind in ("ENDBLK", "ENDSEC"):
            self._block = _WHOLE
        elif self._kind == "INSERT":
            self.within.setdefault(self._block, Counter())[self._name] += self._grid[0] * self._grid[1]
        elif self._kind not in ("SECTION", "VERTEX", "SEQEND"):
            self.own[self._block] += 1

    def becomes(self) -> int:
        """Return how many shapes the drawing becomes; a block within itself counts once."""
        sizes: dict[str, int] = {}
        for name in self._deepest_first():
            sizes[name] = self.own[name] + sum(n * sizes.get(b, 0) for b, n in self.within.get(name, {}).items())
        return sizes[_WHOLE]

    def _deepest_first(self) -> Iterable[str]:
        """Return the blocks so that what a block holds comes before it."""
        done: dict[str, None] = {}
        waiting: list[tuple[str, bool]] = [(_WHOLE, False)]
        begun: set[str] = set()
        while waiting:
            name, whole = waiting.pop()
            if whole:
                done[name] = None
            elif name not in begun:
                begun.add(name)
                waiting += [(name, True), *((b, False) for b in self.within.get(name, {}) if b not in begun)]
        return done
