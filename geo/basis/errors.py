"""The error tree. An error carries every problem found, each as a reason.

LuodiError                something the user must know            exit
├── BlockedError          the input cannot be used as it is          1
│   ├── CrsError          coordinates without a usable system        1
│   └── DamagedError      a kept result is not what was written      1
├── SpecError             study, rule pack or other settings wrong   1
├── LockedError           another process is writing this study      1
└── CallError             the call itself is wrong                   2
Cancelled                 the user stopped the work                  1
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from geo.basis.reason import Reason, reason


class LuodiError(Exception):
    """Base of all errors a user is shown; `reasons` lists every problem found."""

    exit_code = 1

    def __init__(self, reasons: Reason | Iterable[Reason]):
        self.reasons: tuple[Reason, ...] = (reasons,) if isinstance(reasons, Reason) else tuple(reasons)
        super().__init__("; ".join(r.to_json() for r in self.reasons))

    def __reduce__(self) -> tuple[type[LuodiError], tuple[tuple[Reason, ...]]]:
        """Keep the reasons on the way from one process to another."""
        return type(self), (self.reasons,)


class BlockedError(LuodiError):
    """An input cannot be used until the user decides or mends it."""


class CrsError(BlockedError):
    """Coordinates without a usable coordinate reference system."""


class DamagedError(BlockedError):
    """A kept result is not what was written; making it again heals it."""


class SpecError(LuodiError):
    """A setting is unknown, missing or contradictory."""


class LockedError(LuodiError):
    """Another process holds the study."""


class CallError(LuodiError):
    """A command or function was called with values it does not take."""

    exit_code = 2


class Cancelled(Exception):  # noqa: N818 - a wish of the user, not a failure
    """Raised by a progress callable to stop the work."""


def rows_reason(code: str, rows: Sequence[Any] | np.ndarray[Any, Any], /, **values: Any) -> Reason:
    """Build a reason about rows: their count and the first five ids."""
    return reason(code, count=len(rows), rows=[str(r) for r in list(rows)[:5]], **values)
