"""One way to tell progress: ``progress(done, total, stage)``; it may raise `Cancelled`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Callable told how far a stage is; raises `geo.basis.errors.Cancelled` to stop it."""

    def __call__(self, done: int, total: int, stage: str) -> None:
        """Take note that `done` of `total` steps of `stage` are behind us."""


def silent(done: int, total: int, stage: str) -> None:
    """Tell nobody."""


def steps(items: Sequence[T], stage: str, progress: Progress) -> Iterator[T]:
    """Yield the items, telling progress before each and once at the end."""
    for k, item in enumerate(items):
        progress(k, len(items), stage)
        yield item
    progress(len(items), len(items), stage)
