"""Rows of a layer as a run or a check used them, with every mapped field: what is quoted beside the results.

They stand in the tables ``shape_<layer>``, so that no page and no export opens a user's file again.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.study.layer_tables import CLASS, named
from layers.study.run.results import Results
from layers.study.spec import LayerSpec

Texts = npt.NDArray[np.object_]
UNSURE = "?"
"""What a row that only may belong to its layer says of the fields that are facts of the ground."""
_FACTS = (
    "use",
    "far_min",
    "far_max",
    "height_max_m",
    "limit",
    "used",
    "committed",
    "reserved",
    "leading",
    "industries",
)


@dataclass(frozen=True)
class LayerRows:
    """The rows of one layer.

    Parameters
    ----------
    spec : LayerSpec
    frame : GeoDataFrame
        ``id``, ``maybe``, the mapped fields by our names, ``class``; study CRS.
    """

    spec: LayerSpec
    frame: gpd.GeoDataFrame

    @property
    def shapes(self) -> Texts:
        """Shape of every row."""
        return np.asarray(self.frame.geometry.to_numpy())

    @property
    def ids(self) -> Texts:
        """Identity of every row."""
        return np.asarray(self.frame["id"], object)

    @property
    def maybe(self) -> npt.NDArray[np.bool_]:
        """True where a row only may belong."""
        return np.asarray(self.frame["maybe"], bool)

    def texts(self, ours: str) -> Texts:
        """Return a mapped field as texts, "" where the file has no value or no such field is mapped."""
        column = CLASS if ours == "use" and ours not in self.frame else ours
        if column not in self.frame:
            return np.full(len(self.frame), "", object)
        told = np.array([_plain(v) for v in self.frame[column].astype("object")], object)
        return np.where(self.maybe, UNSURE, told).astype(object) if ours in _FACTS else told


def rows_used(results: Results, spec: LayerSpec) -> LayerRows | None:
    """Return the rows of a layer, or None where they cannot be quoted.

    Parameters
    ----------
    results : Results
        A run or a check.
    spec : LayerSpec
        A vector layer of that study.

    Returns
    -------
    LayerRows or None
        None when its file was not there, could not be read, or may not leave the study.
    """
    name = named(spec.id)
    return LayerRows(spec, gpd.GeoDataFrame(results.table(name))) if results.has(name) else None


def _plain(value: object) -> str:
    """Write a whole number without its decimal point: codes arrive as 100102.0 from some files."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
