"""Things built once for all visitors and kept while they are among the most recently asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

T = TypeVar("T")


class Held(Generic[T]):
    """At most `most` things by name; a second visitor waits for the first instead of building again."""

    def __init__(self, most: int):
        self._things: LRUCache[Hashable, T] = LRUCache(most)
        self._lock = threading.Lock()

    def get(self, name: Hashable, build: Callable[[], T]) -> T:
        """Return the thing of this name, building it when it is not held; an error of `build` keeps nothing."""
        with self._lock:
            if name not in self._things:
                self._things[name] = build()
            thing: T = self._things[name]
            return thing


class Noted(Generic[T]):
    """Things put under a name and found again while there is room; those longest not asked for go first.

    Parameters
    ----------
    room : int
        Sum of the sizes that are kept; one thing alone is kept whatever its size.
    size : callable
        Of a thing, at least 1.
    """

    def __init__(self, room: int, size: Callable[[T], int]):
        self._things: LRUCache[Hashable, T] = LRUCache(room, getsizeof=lambda thing: min(size(thing), room))
        self._lock = threading.Lock()

    def put(self, name: Hashable, thing: T) -> None:
        """Put a thing under a name."""
        with self._lock:
            self._things[name] = thing

    def get(self, name: Hashable) -> T | None:
        """Return the thing of this name, None where it is not known (any more)."""
        with self._lock:  # asking moves a thing to the front: two at once would tear the order
            found: T | None = self._things.get(name)
            return found
