"""Rows of a layer as a run or a check used them, with the fields its tables do not keep.

Results hold shapes and areas. Planned use, plot ratios or the names of parks stand in the
file itself; they may be quoted beside the results only while the file is still the one
that was measured, which its digest tells.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import LuodiError
from layers.sources import gate
from layers.study import load
from layers.study.placed import Loaded, placed
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


def rows_used(results: Results, spec: LayerSpec) -> Loaded | None:
    """Return the rows of a layer in the study CRS, or None where they cannot be quoted.

    Parameters
    ----------
    results : Results
        A run or a check; its manifest names the digest of every input.
    spec : LayerSpec
        A vector layer of that study.

    Returns
    -------
    Loaded or None
        None when the file is gone, cannot be read, or is not the one the results rest on.
    """
    source = load.source_path(results.folder, spec)
    if not source.exists():
        return None
    declared = next((p[4:] for p in spec.accept if p.startswith("crs:")), spec.crs)
    try:
        file = gate.open_vector(
            source, results.folder / load.CACHE, layer=spec.layer, crs=declared, encoding=spec.encoding
        )
    except LuodiError:
        return None
    if file.sha256 != results.manifest["inputs"].get(spec.id):
        return None
    rows = placed(file, spec, results.study.crs)
    return rows if rows.state == "ok" else None


def texts(rows: Loaded, ours: str) -> Texts:
    """Return a mapped field as texts, "" where the file has no value or no such field is mapped."""
    theirs = rows.spec.fields.get(ours) or (rows.spec.class_field if ours == "use" else "")
    if not theirs or theirs not in rows.frame:
        return np.full(len(rows.frame), "", object)
    values = rows.frame[theirs].astype("object")
    if ours in _FACTS and rows.maybe.any():  # a row that may not belong vouches for nothing
        return np.array([UNSURE if m else ("" if pd.isna(v) else _plain(v))
                         for v, m in zip(values, rows.maybe, strict=True)], object)  # fmt: skip
    return np.array([("" if pd.isna(v) else _plain(v)) for v in values], object)


def _plain(value: object) -> str:
    """Write a whole number without its decimal point: codes arrive as 100102.0 from some files."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
