"""A raster basemap, opened by a process of its own (`tile_child`), asked tile by tile, begun anew when it dies."""

from __future__ import annotations

import json
import os
import queue
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyproj

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.library import web_maps
from layers.sources.checks.crs import SATELLITE_RADIUS_M
from layers.sources.limits import STANDARD

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 30.0
"""How long one tile may take; a file that takes longer is ended, and said to be too slow."""
_FAILED = 0xFFFFFFFF
_MODERN_M = 3.0
"""How far the semi-major axis of a datum of the satellite age may be off that of GRS 80."""


@dataclass(frozen=True)
class RasterPlace:
    """Where a raster lies: (west, south, east, north) in degrees, least and greatest zoom it can be drawn at."""

    extent: tuple[float, float, float, float]
    zooms: tuple[int, int]


@dataclass
class RasterTiles:
    """Tiles of a GeoTIFF of any size.

    Parameters
    ----------
    path : Path
    crs : str
        Its system where the file does not say, "" where it does.
    """

    path: Path
    crs: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _child: subprocess.Popen[bytes] | None = None
    _answers: queue.Queue[bytes | BlockedError | None] = field(default_factory=queue.Queue)

    def place(self) -> RasterPlace:
        """Return where the raster lies.

        Raises
        ------
        BlockedError
            No GeoTIFF, damaged, without a system or a place, or of a datum whose shift nobody told.
        """
        with self._lock:
            self._end()
            told = json.loads(self._started())
        return self._checked(told)

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Return a tile as PNG, empty bytes where there is nothing.

        Raises
        ------
        BlockedError
            The file is gone or broken, or takes too long.
        """
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                self._checked(json.loads(self._started()))
            return self._asked(json.dumps([z, x, y]))

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _checked(self, told: dict[str, Any]) -> RasterPlace:
        """Refuse a system whose shift against today's datum nobody told, and one of web maps."""
        system = pyproj.CRS.from_user_input(told["crs"])
        if shifted := web_maps.of_words(system.name):
            raise BlockedError(reason("basemap_shifted_crs", name=system.name, system=shifted.system))
        axis = system.ellipsoid.semi_major_metre if system.ellipsoid else 0.0
        if abs(axis - SATELLITE_RADIUS_M) > _MODERN_M:
            raise BlockedError(reason("basemap_old_datum", file=self.path.name, name=system.name))
        west, south, east, north = told["extent"]
        low, high = told["zooms"]
        return RasterPlace((west, south, east, north), (low, high))

    def _started(self) -> bytes:
        if not self.path.is_file():
            raise BlockedError(reason("basemap_file_lost", file=self.path.name))
        self._end()
        self._answers = queue.Queue()
        nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
        self._child = subprocess.Popen(
            [sys.executable, "-m", "layers.sources.tile_child"],
            cwd=ROOT, stdin=pipe, stdout=pipe, stderr=nothing, env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert self._child.stdout is not None
        threading.Thread(target=_read, args=(self._child.stdout, self._answers), daemon=True).start()
        return self._asked(json.dumps({"path": str(self.path), "crs": self.crs, "limits": asdict(STANDARD)}))

    def _asked(self, question: str) -> bytes:
        assert self._child is not None
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(question.encode() + b"\n")
            self._child.stdin.flush()
            answer = self._answers.get(timeout=WAIT_S)
        except (OSError, queue.Empty):
            answer = None
        if answer is None:
            self._end()
            raise BlockedError(reason("basemap_too_slow", file=self.path.name, seconds=int(WAIT_S)))
        if isinstance(answer, BlockedError):
            raise answer
        return answer

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            if child.stdin is not None:
                with suppress(OSError):
                    child.stdin.close()
            child.wait()

    def __del__(self) -> None:
        if self._child is not None:
            self._child.kill()  # who reads its answers closes them


def _read(stream: BinaryIO, answers: queue.Queue[bytes | BlockedError | None]) -> None:
    """Hand on answers as they come; None once the process has ended."""
    with suppress(OSError, ValueError):
        while len(head := stream.read(4)) == 4:
            (length,) = struct.unpack("<I", head)
            if length != _FAILED:
                answers.put(stream.read(length))
                continue
            (length,) = struct.unpack("<I", stream.read(4))
            answers.put(BlockedError(Reason.from_json(stream.read(length).decode())))
    stream.close()
    answers.put(None)
