"""What a format of files is, and the table of those that are known; `formats` fills it.

Every writer takes where to write, the projection (frame in the reader's words, headers, notes), the shapes in
the study CRS or None, and the name of the table. It must carry every row, and the notes: no list travels without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.outputs.plain import plain
from layers.outputs.projected import Projection

Writer = Callable[[Path, Projection, gpd.GeoSeries | None, str], None]
Counter = Callable[[Path, str], int]
Shapes = Literal["none", "taken", "asked"]


@dataclass(frozen=True)
class Format:
    """A format of files.

    Parameters
    ----------
    ending : str
        Of the file's name, without the first dot; it names the format in `luodi export DIR OUT.ending`.
    title : str
        As a button names it, the same in both languages.
    shapes : {"none", "taken", "asked"}
        Whether shapes are left out, written where the table has some, or asked for: a table without is refused.
    write : callable
    count : callable or None
        Opens a written file with another reader and returns its rows (path, name of the table); every file is
        counted before it takes the place of an older one.
    most : int or None
        Lines a file of it can hold, those of the notes and the header among them; None: as many as there are.
    """

    ending: str
    title: str
    shapes: Shapes
    write: Writer
    count: Counter | None = None
    most: int | None = None


FORMATS: dict[str, Format] = {}
"""By ending, in the order in which the pages offer them."""


def writes(
    ending: str, title: str, shapes: Shapes = "none", count: Counter | None = None, most: int | None = None
) -> Callable[[Writer], Writer]:
    """Return what makes a function the writer of a format.

    Raises
    ------
    KeyError
        The ending has a writer already.
    """

    def keep(write: Writer) -> Writer:
        if ending in FORMATS:
            raise KeyError(f".{ending} has a writer already")
        FORMATS[ending] = Format(ending, title, shapes, write, count, most)
        return write

    return keep


NOTES = "notes"
"""The column of notes, in files that keep the plain names of columns."""


def marked(made: Projection) -> pd.DataFrame:
    """Return the frame with the notes as a last column, so that no list travels without them.

    All of them stand in the first row and every row says what it comes from: six thousand copies of two pages of text
    were four fifths of a file.
    """
    said = [" / ".join(made.notes), *made.notes[:1] * (len(made.frame) - 1)]
    return made.frame.assign(**{NOTES: pd.Series(said[: len(made.frame)], index=made.frame.index, dtype=object)})


def fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame as files of maps can hold it: finite numbers or nothing, dates as days, texts without breaks."""
    return pd.DataFrame({str(name): _field(frame[name]) for name in frame}, index=frame.index)


def _field(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.astype("int32")
    if pd.api.types.is_numeric_dtype(values):
        if values.hasnans and values.dtype.kind != "f":  # whole numbers some of which nobody knows
            values = values.astype("float64")
        whole = values.dtype.kind != "f"
        if whole and values.abs().max() < 2**31:  # long ones are floats to a geodatabase
            return values.astype("int32")
        return values if whole else values.where(np.isfinite(values.to_numpy(np.float64, na_value=np.nan)))
    if pd.api.types.is_datetime64_any_dtype(values):
        days = [None if pd.isna(v) else str(v)[:10] for v in values]
        return pd.Series(days, index=values.index, dtype=object)
    return pd.Series([None if v is None or v != v else plain(v) for v in values], index=values.index, dtype=object)


def multi(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return all polygons as multipolygons: one geometry type per layer, as departments expect."""
    made = [shapely.multipolygons(shapely.get_parts(s)) if _is_polygon(s) else s for s in shapes]
    return gpd.GeoSeries(made, index=shapes.index, crs=shapes.crs)


def _is_polygon(shape: object) -> bool:
    return getattr(shape, "geom_type", "") == "Polygon"


def by_dimension(shapes: gpd.GeoSeries) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which rows go to which layer of a format that holds one kind of shape a layer, by ending of its name.

    Areas come without an ending, and with them what has no shape at all.
    """
    kinds = shapely.get_dimensions(shapes.to_numpy())
    endings = {2: "", 1: "_line", 0: "_point"}
    main = next((d for d in (2, 1, 0) if (kinds == d).any()), 2)
    groups = {d: (kinds == d) | ((kinds < 0) & (d == main)) for d in (2, 1, 0)}
    return {"" if d == main else endings[d]: rows for d, rows in groups.items() if rows.any() or d == main}
