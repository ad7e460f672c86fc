"""How much a file may cost; the child process is held to it by the operating system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one parse; beyond them the file is refused with the number and the limit.

    Parameters
    ----------
    file_bytes, unpacked_bytes : int
        Size of the upload, and of an archive's contents counted while unpacking.
    rows, vertices, cells : int
        Features, coordinates, raster cells (one band).
    memory_bytes, cpu_seconds, wall_seconds : int
        Of the child process; memory and CPU where the OS has limits.
    """

    file_bytes: int = 8_000_000_000
    unpacked_bytes: int = 8_000_000_000
    rows: int = 20_000_000
    vertices: int = 200_000_000
    cells: int = 200_000_000
    memory_bytes: int = 16_000_000_000
    cpu_seconds: int = 1_800
    wall_seconds: int = 3_600


STANDARD = Limits()
