"""A delivered layer as recognition looks at it: its columns, what stands in those that tell, what calls its rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from layers.library import kinds
from layers.sources.checks import columns as audited
from layers.study.proposal import DeliveredTable


def described(file: Path, layer: str, frame: pd.DataFrame, shape: str) -> DeliveredTable:
    """Return a table with what recognition asks of its columns."""
    columns = [str(c) for c in frame.columns]
    telling = {f.casefold() for k in kinds.kinds().codes if k.part for f in k.part.fields}
    words = {
        name: tuple(sorted({str(v).strip() for v in frame.iloc[:, place].dropna().unique()}))
        for place, name in enumerate(columns)
        if name.casefold() in telling
    }
    key = next((name for place, name in enumerate(columns) if _tells_apart(frame.iloc[:, place])), "")
    nearly = audited.nearly(frame) if shape == "polygon" else ()
    return DeliveredTable(file, layer, tuple(columns), len(frame), shape, words, key, nearly=nearly)


def _tells_apart(values: pd.Series) -> bool:
    """Tell whether every row has a value of its own; a measured figure is no name."""
    return (
        len(values) > 1
        and not pd.api.types.is_float_dtype(values)
        and bool(values.notna().all())
        and bool(values.is_unique)
    )
