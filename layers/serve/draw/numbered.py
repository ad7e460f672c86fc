"""What the map is told of polygons instead of their shapes: a number per pixel, a class and a ground per number."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.outputs.plain import visible
from layers.serve.draw.published import FACTS, Address
from layers.serve.draw.tiles import Ink, ParcelTiles

OVER = 2
"""A tile of numbers is drawn twice as fine as it is shown: smooth at 100 %, sharp at 200 %."""
SPEED = 1
Bytes = npt.NDArray[np.uint8]


def packed(content: bytes) -> bytes:
    """Return bytes as they go to the browser; equal bytes stay equal."""
    return gzip.compress(content, SPEED, mtime=0)


def told(content: Any) -> bytes:
    """Return words and numbers as they go to the browser."""
    return packed(json.dumps(content, ensure_ascii=False, allow_nan=False).encode())


def ids_url(tiles: ParcelTiles, name: str) -> str:
    """Return the address of the tiles of numbers, 513 × 513 uint32 each: one row above, one column before."""

    def draw(at: Address) -> bytes:
        return packed(np.ascontiguousarray(tiles.numbers(*at, OVER), "<u4").tobytes())

    return f"/ids/{FACTS.put(f'{name}|ids', draw)}/{{z}}/{{x}}/{{y}}"


def bytes_url(values: npt.NDArray[Any]) -> str:
    """Return the address of some numbers; equal numbers share it."""
    content = np.ascontiguousarray(values).tobytes()
    name = hashlib.sha256(content).hexdigest()
    return f"/facts/{FACTS.put(f'bytes|{name}', lambda _: packed(content))}/0"


def words_url(name: str, words: Callable[[], Any]) -> str:
    """Return the address of words made when they are first asked for."""
    return f"/facts/{FACTS.put(f'{name}|words', lambda _: told(words()))}/0"


def cards_url(name: str, card: Callable[[int], tuple[str, Sequence[str]] | None]) -> str:
    """Return the address of the cards by number; ``{n}`` stands for it."""

    def answer(n: int) -> bytes:
        found = card(n)
        return told(
            {"title": visible(found[0]), "lines": [visible(line) for line in found[1]]}
            if found
            else {"title": "", "lines": []}
        )

    return f"/facts/{FACTS.put(f'{name}|cards', answer)}/{{n}}"


def find_url(name: str, find: Callable[[str], Any]) -> str:
    """Return the address of a search."""
    return f"/find/{FACTS.put(f'{name}|find', lambda text: told(find(text)))}"


def inks(given: Sequence[Ink]) -> list[dict[str, Any]]:
    """Return inks as the map takes them."""
    return [{"fill": list(i.fill), "line": list(i.line), "stripe": i.stripe and list(i.stripe),
             "seam": i.seam and list(i.seam)} for i in given]  # fmt: skip
