"""PMTiles archives (version 3): one file of map tiles, read by place; nothing of a file is believed unchecked.

The published package unpacks directories without any bound; this one takes bounded pieces alone, so that a
file of a kilobyte cannot ask for the memory of the computer. Tiles themselves are handed on as they are.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from geo.basis.errors import BlockedError
from geo.basis.reason import reason

MAGIC, VERSION = b"PMTiles", 3
HEADER = 127
LONGEST_DIRECTORY, LONGEST_UNPACKED, MOST_ENTRIES = 8_000_000, 32_000_000, 500_000
LONGEST_TILE = 4_000_000
DEEPEST = 4
"""Directories below one another; the specification knows two."""
MOST_ZOOM = 22
NONE, GZIP = 1, 2
KINDS = {1: "vector", 2: "png", 3: "jpeg", 4: "webp", 5: "avif"}
_NUMBERS = struct.Struct("<11Q6B4i")


class _Entry(NamedTuple):
    first: int
    run: int
    offset: int
    length: int


@dataclass(frozen=True)
class Archive:
    """An archive whose head has been read.

    Parameters
    ----------
    path : Path
    kind : str
        One of `KINDS`, "" for one nobody knows.
    zooms : (int, int)
        Least and greatest zoom.
    extent : (west, south, east, north)
        Degrees, as the file says.
    size : int
        Bytes of the file.
    """

    path: Path
    kind: str
    zooms: tuple[int, int]
    extent: tuple[float, float, float, float]
    size: int
    root: tuple[int, int]
    leaves: int
    tiles: int
    packed: int

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Return a tile as it lies in the file, empty bytes where there is none.

        Raises
        ------
        BlockedError
            The file is gone, ends too early or is not what its head says.
        """
        if not self.zooms[0] <= z <= self.zooms[1]:
            return b""
        number, place = number_of(z, x, y), self.root
        for _ in range(DEEPEST):
            found = _found(_directory(self.path, self.size, place, self.packed), number)
            if found is None or (found.run and number >= found.first + found.run):
                return b""
            if found.run:
                return _piece(self.path, self.tiles + found.offset, found.length, LONGEST_TILE)
            place = (self.leaves + found.offset, found.length)
        raise _broken(self.path, "directory depth")


def opened(path: Path) -> Archive:
    """Read the head of an archive.

    Raises
    ------
    BlockedError
        It is no archive, of another version, or its head does not hold together.
    """
    head = _piece(path, 0, HEADER, HEADER)
    if head[:7] != MAGIC:
        raise BlockedError(reason("basemap_not_pmtiles", file=path.name))
    if head[7] != VERSION:
        raise BlockedError(reason("basemap_pmtiles_version", file=path.name, found=head[7], known=VERSION))
    (root, root_size, _, _, leaves, _, tiles, _, _, _, _, _, packed, tiles_packed, kind, low, high,
     west, south, east, north) = _NUMBERS.unpack_from(head, 8)  # fmt: skip
    degrees = (west / 1e7, south / 1e7, east / 1e7, north / 1e7)
    fits = -180 <= degrees[0] < degrees[2] <= 180 and -90 <= degrees[1] < degrees[3] <= 90
    if not (low <= high <= MOST_ZOOM and fits):
        raise _broken(path, "zoom, bounds")
    if packed not in (NONE, GZIP) or (KINDS.get(kind) not in (None, "vector") and tiles_packed not in (0, NONE)):
        raise BlockedError(reason("basemap_pmtiles_packed", file=path.name))
    made = Archive(path, KINDS.get(kind, ""), (low, high), degrees, path.stat().st_size, (root, root_size), leaves,
                   tiles, packed)  # fmt: skip
    _directory(path, made.size, made.root, packed)
    return made


def number_of(z: int, x: int, y: int) -> int:
    """Return the number of a tile: zooms one after the other, each along the curve of Hilbert."""
    out, side = ((1 << (2 * z)) - 1) // 3, 1 << z
    for level in reversed(range(z)):
        s = 1 << level
        right, down = int(x & s > 0), int(y & s > 0)
        out += s * s * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
    return out


def _found(entries: tuple[_Entry, ...], number: int) -> _Entry | None:
    """Return the last entry that begins at or before a number."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if entries[middle].first <= number else (low, middle)
    return entries[low - 1] if low else None


@lru_cache(maxsize=64)
def _directory(path: Path, size: int, place: tuple[int, int], packed: int) -> tuple[_Entry, ...]:
    """Return the entries of a directory; `size` tells that the file is another one now."""
    raw = _piece(path, *place, LONGEST_DIRECTORY)
    if packed == GZIP:
        raw = _unpacked(path, raw)
    try:
        return _entries(raw)
    except (StopIteration, RuntimeError, ValueError):
        raise _broken(path, "directory") from None


def _unpacked(path: Path, raw: bytes) -> bytes:
    loose = zlib.decompressobj(wbits=31)
    try:
        out = loose.decompress(raw, LONGEST_UNPACKED)
    except zlib.error:
        raise _broken(path, "gzip") from None
    if loose.unconsumed_tail or not loose.eof:
        raise _broken(path, "gzip")
    return out


def _entries(raw: bytes) -> tuple[_Entry, ...]:
    numbers = _varints(raw)
    count = next(numbers)
    if not 0 < count <= MOST_ENTRIES:
        raise ValueError("entries")
    steps, runs, lengths, offsets = ([next(numbers) for _ in range(count)] for _ in range(4))
    out: list[_Entry] = []
    at = end = 0
    for step, run, length, offset in zip(steps, runs, lengths, offsets, strict=True):
        at += step
        start = end if offset == 0 and out else offset - 1
        if start < 0 or length == 0:
            raise ValueError("entry")
        out.append(_Entry(at, run, start, length))
        end = start + length
    return tuple(out)


def _varints(raw: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in raw:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
        elif shift > 63:
            raise ValueError("number")


def _piece(path: Path, start: int, length: int, most: int) -> bytes:
    """Read a piece of a file; one that is not there whole, or larger than such a piece is, is a broken file."""
    if length > most:
        raise _broken(path, f"{length} B")
    try:
        with path.open("rb") as stream:
            stream.seek(start)
            found = stream.read(length)
    except (OSError, OverflowError, ValueError):
        raise BlockedError(reason("basemap_file_lost", file=path.name)) from None
    if len(found) != length:
        raise BlockedError(reason("basemap_not_pmtiles", file=path.name)) if start == 0 else _broken(path, "end")
    return found


def _broken(path: Path, detail: str) -> BlockedError:
    return BlockedError(reason("basemap_broken", file=path.name, detail=detail))
