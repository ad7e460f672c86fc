"""Child side: a layer of very many rows as it is opened to be read in pieces, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.formats import arrow
from layers.sources.formats.read import RawLayer, plain


@dataclass(frozen=True)
class Batches:
    """A layer while it is open.

    Parameters
    ----------
    crs : str
        What the file says; "" where it does not.
    figures : frozenset of str
        Columns of numbers with decimals.
    layers : iterator of RawLayer
        Its rows, some at a time, each with `lost` and `absent` by position in the piece; what its findings say they say
        by rows of the whole layer.
    """

    crs: str
    figures: frozenset[str]
    layers: Iterator[RawLayer]


Opener = Callable[[bool, int], AbstractContextManager[Batches]]
"""Opens a layer: shapes alone or not, and how many rows at a time."""


@contextmanager
def of_gdal(path: Path, layer: str | None, name: str, only_shapes: bool, rows: int) -> Iterator[Batches]:
    """Open a layer by GDAL's Arrow path.

    Parameters
    ----------
    path, layer
        The file and the layer in it.
    name : str
        What the file is called in messages.
    only_shapes : bool
    rows : int
        Of a piece.
    """
    from pyogrio.raw import open_arrow

    how: dict[str, Any] = {"columns": []} if only_shapes else {}
    with open_arrow(
        path, layer=layer, use_pyarrow=True, batch_size=rows, datetime_as_string=True, **how
    ) as (meta, reader):  # fmt: skip
        column = meta["geometry_name"] or "wkb_geometry"
        if column not in reader.schema.names:
            raise BlockedError(reason("layer_without_geometry", file=name, layer=layer or ""))
        yield Batches(arrow.crs_text(meta["crs"]), figures(reader.schema), _read(reader, path, layer, column))


def _read(reader: Any, path: Path, layer: str | None, column: str) -> Iterator[RawLayer]:
    at = 0
    for batch in reader:
        shapes, lost, curved = arrow.built(path, layer, batch.column(column).to_pylist(), at)
        columns = {c: plain(batch.column(c)) for c in batch.schema.names if c != column}
        yield RawLayer(columns, shapes, "", lost, findings=curved)
        at += batch.num_rows


def figures(schema: Any) -> frozenset[str]:
    """Return the columns of an Arrow schema that hold numbers with decimals."""
    import pyarrow as pa

    return frozenset(f.name for f in schema if pa.types.is_floating(f.type))
