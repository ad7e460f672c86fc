"""What the tile route may show: drawings put on a shelf under keys nobody can guess.

A key names the content of its tiles, so browsers may keep them for ever; it is signed
with a secret of this process, so a page elsewhere cannot know it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable

Address = tuple[int, int, int]
Draw = Callable[[Address], bytes]


class Shelf:
    """Drawings by key, and the tiles lately drawn; both forget what was not asked for longest."""

    def __init__(self, drawings: int = 256, tile_bytes: int = 64_000_000):
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._drawings: OrderedDict[str, Draw] = OrderedDict()
        self._tiles: OrderedDict[tuple[str, Address], bytes] = OrderedDict()
        self._most, self._room, self._held = drawings, tile_bytes, 0

    def put(self, content: str, draw: Draw) -> str:
        """Put a drawing on the shelf and return its key; equal `content` means equal tiles."""
        key = hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()[:32]
        with self._lock:
            self._drawings[key] = draw
            self._drawings.move_to_end(key)
            while len(self._drawings) > self._most:
                self._drawings.popitem(last=False)
        return key

    def tile(self, key: str, address: Address) -> bytes | None:
        """Return a tile as PNG, or None when the key is not on the shelf."""
        with self._lock:
            draw = self._drawings.get(key)
            if draw is None:
                return None
            self._drawings.move_to_end(key)
            kept = self._tiles.get((key, address))
            if kept is not None:
                self._tiles.move_to_end((key, address))
                return kept
        made = draw(address)
        with self._lock:
            self._keep((key, address), made)
        return made

    def _keep(self, name: tuple[str, Address], tile: bytes) -> None:
        self._held += len(tile) - len(self._tiles.pop(name, b""))
        self._tiles[name] = tile
        while self._held > self._room:
            _, dropped = self._tiles.popitem(last=False)
            self._held -= len(dropped)


SHELF = Shelf()
"""The one shelf of this server."""
