"""How much a file may cost; the child process is held to it by the operating system."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """Bounds of one parse; beyond them the file is refused with the number and the limit.

    Parameters
    ----------
    file_bytes, unpacked_bytes : int
        Size of the upload, and of an archive's contents counted while unpacking.
    rows, vertices, cells, sheet_cells : int
        Features, coordinates, raster cells (one band), cells of a sheet up to its last one.
    memory_bytes, cpu_seconds, wall_seconds : int
        Of the child process; memory and CPU where the OS has limits.
    """

    file_bytes: int = 8_000_000_000
    unpacked_bytes: int = 8_000_000_000
    rows: int = 20_000_000
    vertices: int = 200_000_000
    cells: int = 200_000_000
    sheet_cells: int = 20_000_000
    memory_bytes: int = 16_000_000_000
    cpu_seconds: int = 1_800
    wall_seconds: int = 3_600


def machine_bytes() -> int:
    """Return the memory this computer or container may use; 0 where nobody tells."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return 0
    group = Path("/sys/fs/cgroup/memory.max")
    text = group.read_text(encoding="ascii").strip() if group.is_file() else ""
    return min(pages * size, int(text)) if text.isdecimal() else pages * size


def standard() -> Limits:
    """Return the limits for this computer: a parse may take two thirds of its memory, unpacked data a third."""
    plain, memory = Limits(), machine_bytes()
    if memory <= 0:
        return plain
    return replace(
        plain,
        memory_bytes=min(plain.memory_bytes, memory * 2 // 3),
        unpacked_bytes=min(plain.unpacked_bytes, memory // 3),
    )


STANDARD = standard()
