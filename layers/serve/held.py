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
