"""Memory that is done with goes back to the system: how the C library keeps its heap.

glibc raises by itself the size from which an array has pages of its own, up to 32 MB; large arrays then lie between
small ones, and what was freed stays with the process. A run of 100,000 parcels held 300 MB more that way, and a server
never came down again. The figures are told to the C library when the program starts; nothing else depends on them.
"""

from __future__ import annotations

import ctypes
import os
import sys

OWN_PAGES = 128 * 1024
"""Bytes from which an array has pages of its own; they go back when it is freed."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of <malloc.h>


def give_back() -> bool:
    """Set the heap of this process; False where the C library is another one, which is left as it is.

    Tables of pyarrow use the same heap afterwards.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if (arrow := sys.modules.get("pyarrow")) is not None:
        arrow.set_memory_pool(arrow.system_memory_pool())
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # musl has no such call
        return False
    return bool(mallopt(_MMAP_THRESHOLD, OWN_PAGES)) and bool(mallopt(_TRIM_THRESHOLD, OWN_PAGES))
