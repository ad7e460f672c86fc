"""Kernels compiled on first use and kept beside the source, so later processes start with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a numeric function (numba, cached on disk).

    Modules of kernels are imported inside the functions that call them: numba alone takes
    a second to load, which no command without a kernel should pay.
    """
    import numba

    # code for any processor of the kind, without the instructions only some have: the same bits on every computer,
    # and a cache that was filled at installing still counts when the folder moves
    settings: Any = numba.config
    settings.CPU_NAME, settings.CPU_FEATURES = "generic", ""
    return cast(F, numba.njit(cache=True, error_model="numpy")(function))
