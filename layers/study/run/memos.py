"""Numbers of shapes that are dear to compute, kept from run to run in the cache of a study.

They are known by the coordinates of the shape and the code that computes them, so what is kept can be lost or left
behind without anything changing but time.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from geo.basis.memo import Memo
from layers.basis import keys
from layers.study.load import CACHE
from layers.study.run import store

_DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a file raises that is not whole any more, whichever byte of it: an archive, a header, an array."""
WIDTHS = "geo.measure.shape:widths"


def opened(folder: Path, root: str) -> Memo:
    """Return what is kept of a function, named as ``module:name``; nothing where it cannot be read."""
    try:
        with np.load(_path(folder, root)) as kept:
            made = Memo(kept["keys"], kept["values"])
    except _DAMAGED:
        return Memo()
    whole = made.keys.dtype == Memo().keys.dtype and made.values.dtype == np.float64
    return made if whole and made.keys.shape == made.values.shape else Memo()


def keep(folder: Path, root: str, memo: Memo) -> None:
    """Keep what was asked for in this run, in the place of what was kept before."""
    path = _path(folder, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part.npz")
    try:
        words, values = memo.kept()
        np.savez(part, keys=words, values=values)
        store.swap(part, path)
    except OSError:
        part.unlink(missing_ok=True)  # no room: the next run computes again
    for old in path.parent.glob(f"{path.stem.rpartition('-')[0]}-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)


def _path(folder: Path, root: str) -> Path:
    return folder / CACHE / f"{root.rpartition(':')[2]}-{keys.code((root,))[:12]}.npz"
