"""Red lines written out as WKT: pasted, or in a text file of nothing else."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.sources.redline.chars import decoded

_START = re.compile(
    r"(?:SRID\s*=\s*\d+\s*;\s*)?(?:(?:MULTI|CURVE)?POLYGON|MULTISURFACE|GEOMETRYCOLLECTION)\s*[ZM]{0,2}\s*\(",
    re.IGNORECASE,
)
_HEX = re.compile(r"(?:^|[\s,;\t\"])01(?:0[36]|E[BE]|D[36])0[037]00[02A][0-9A-F]{60,}", re.IGNORECASE)
_LOOKED_AT = 100_000


def holds(source: str | bytes) -> bool:
    """Tell whether a text holds areas as WKT, or as the hexadecimal WKB of a database."""
    head = _text(source[:_LOOKED_AT])
    return _START.search(head) is not None or _HEX.search(head) is not None


def bare(source: str | bytes) -> bool:
    """Tell whether it begins with one, so that it is no table with a column of them."""
    return _START.match(_text(source[:_LOOKED_AT]).lstrip(" \t\r\n\"'\ufeff")) is not None


@contextmanager
def as_table(source: str | bytes) -> Iterator[Path]:
    """Write the shapes of a text into a table of one column, which the gate reads; it is removed again."""
    data = source.encode() if isinstance(source, str) else source
    text, _ = decoded(data, "-")
    starts = [found.start() for found in _START.finditer(text)]
    ends = [*starts[1:], len(text)]
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        path = Path(folder) / "redline.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["plot_id", "wkt"])
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
                shape = text[start:end]
                writer.writerow([number, " ".join(shape[: shape.rfind(")") + 1 or None].split())])
        yield path


def _text(head: str | bytes) -> str:
    if isinstance(head, str):
        return head
    return head.decode("utf-16", "ignore") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("latin-1")
