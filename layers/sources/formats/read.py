"""Child side: what every reader of a layer returns, and its columns on the way to Parquet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.basis.reason import Reason
from layers.sources.finding import Finding

ROW, WKB = "__row", "__wkb"
"""Names of our own columns in the Parquet file."""
PROGRESS = "progress"
"""File in which a reader of very many rows leaves word of how far it is: a share."""


@dataclass
class RawLayer:
    """A layer as read, before repair.

    `lost` and `wrong` name rows by position from 1; `lines` gives the number people see
    for each position where that is another one (lines of a sheet, entities of a drawing);
    `layer` is set where the reader chose it.
    """

    columns: dict[str, list[Any]]
    shapes: npt.NDArray[np.object_]
    crs: str
    lost: list[tuple[int, str]] = field(default_factory=list)
    wrong: list[tuple[int, Reason]] = field(default_factory=list)
    absent: npt.NDArray[np.bool_] | None = None
    lines: list[int] | None = None
    findings: list[Finding] = field(default_factory=list)
    layer: str = ""


def column(values: list[Any]) -> Any:
    """Return an Arrow column: float64 where numbers have decimals, otherwise text that keeps every digit."""
    import pyarrow as pa

    real = [v for v in values if v is not None]
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in real)
    if real and numbers and any(isinstance(v, float) for v in real):
        return pa.array([None if v is None else float(v) for v in values], pa.float64(), from_pandas=True)
    return pa.array([None if v is None else _text(v) for v in values], pa.string())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def plain(values: Any) -> list[Any]:
    """Return an Arrow column as texts, or floats; null where it holds nothing or bytes."""
    import pyarrow as pa

    if pa.types.is_floating(values.type):
        return [None if v is None or v != v else v for v in values.to_pylist()]
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        return [None] * len(values)
    return [None if v is None else _text(v) for v in values.to_pylist()]
