"""What the tile route may show: drawings put on a shelf under keys nobody can guess.

A key names the content of its tiles, so browsers may keep them for ever; it is signed
with a secret of this process, so a page elsewhere cannot know it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Hashable
from typing import Any

from cachetools import LRUCache

Address = tuple[int, int, int]
Draw = Callable[[Address], bytes]
Answer = Callable[[Any], bytes]


class Shelf:
    """Drawings by key, and the tiles lately drawn; both forget what was not asked for longest."""

    def __init__(self, drawings: int = 256, tile_bytes: int = 64_000_000):
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._drawings: LRUCache[str, Answer] = LRUCache(drawings)
        self._tiles: LRUCache[tuple[str, Hashable], bytes] = LRUCache(tile_bytes, getsizeof=len)

    def put(self, content: str, draw: Answer) -> str:
        """Put a drawing on the shelf and return its key; equal `content` means equal tiles."""
        key = hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()[:32]
        with self._lock:
            self._drawings[key] = draw
        return key

    def tile(self, key: str, address: Hashable) -> bytes | None:
        """Return a tile, or None when the key is not on the shelf."""
        with self._lock:
            draw: Answer | None = self._drawings.get(key)
            kept: bytes | None = self._tiles.get((key, address))
        if draw is None:
            return None
        if kept is not None:
            return kept
        made = draw(address)
        with self._lock:
            if len(made) <= self._tiles.maxsize:
                self._tiles[key, address] = made
        return made


SHELF = Shelf()
"""Pictures: tiles as PNG."""
FACTS = Shelf()
"""What the map is told in numbers and words, gzipped: tiles of polygon numbers, class bytes, cards, names, finds."""
