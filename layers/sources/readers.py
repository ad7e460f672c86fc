"""The code of the reader of each kind of file: what a parsed copy, and every stage that reads it, depends on.

Only the parts that serve a kind are in its key, so a new format, or a mended one, leaves
everything read from the others as it is.
"""

from __future__ import annotations

from functools import cache

from layers.basis import keys
from layers.sources.formats import vector

_HERE = "layers.sources.formats"
_COMMON = (f"{_HERE}.contents:of",)
_BY_KIND = frozenset({
    f"{_HERE}.vector:_READ", f"{_HERE}.vector:_LAYERS", f"{_HERE}.vector:_MANY", f"{_HERE}.contents:DATA",
    f"{_HERE}.contents:_SUFFIX", "layers.sources.sniff:sniff", "layers.sources.sniff:SUPPORTED",
})  # fmt: skip
"""What chooses among kinds: what it chose stands in the key."""
_RASTERS = (f"{_HERE}.raster:parse", f"{_HERE}.imagery:parse")
_TABLES = (f"{_HERE}.tabular:parse",)
_TABULAR = ("table", "records", "xlsx", "xls", "dbf")


@cache
def key(kind: str) -> str:
    """Return the key of the code that reads a kind of file; of "" (nothing we read) that of all of them."""
    return keys.code(_roots(kind), _BY_KIND if kind else frozenset())


@cache
def sniffing() -> str:
    """Return the key of the code that tells what a file is."""
    return keys.code((f"{_HERE}.contents:kind",))


def _roots(kind: str) -> tuple[str, ...]:
    if kind == "tiff":
        return (*_COMMON, *_RASTERS)
    if kind not in vector._READ:
        return (*_COMMON, *_RASTERS, *_TABLES, f"{_HERE}.vector:parse", f"{_HERE}.vector:layers_of")
    more = (*vector._LAYERS.items(), *vector._MANY.items())
    own = [vector._READ[kind], *(f for k, f in more if k == kind)]
    found = tuple(f"{_HERE}.vector:{f.__name__}" for f in own)
    return (*_COMMON, f"{_HERE}.vector:parse", *found, *(_TABLES if kind in _TABULAR else ()))
