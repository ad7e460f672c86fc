"""Reading and writing the tables of one run folder; nobody else names its files."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geo.basis.tables import TABLES, settled

MANIFEST = "manifest.json"


def write_table(folder: Path, name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Write one table whole (temporary file, then swap) and return its manifest entry.

    Ids and codes are dictionary-coded, rows are in key order, nothing in the file
    depends on the time it was written.
    """
    declared = TABLES.get(name)
    frame = settled(name, frame) if declared else frame
    if declared and declared.geometry:
        frame = gpd.GeoDataFrame(frame, geometry=declared.geometry)
    path = folder / f"{name}.parquet"
    part = folder / f".{name}.parquet.part"
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_parquet(part, index=False, compression="zstd", write_covering_bbox=False)
    else:
        codes = [c for c in frame if declared and declared.column(str(c)).kind in ("id", "code", "reason")]
        arrow = pa.Table.from_pandas(frame.astype(dict.fromkeys(codes, "category")), preserve_index=False)
        pq.write_table(arrow, part, compression="zstd")
    return _put(part, path) | {"rows": len(frame)}


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read one table as it was written; ids and codes come back as plain text columns."""
    path = folder / f"{name}.parquet"
    if b"geo" in (pq.read_schema(path).metadata or {}):
        return gpd.read_parquet(path)
    frame = pd.read_parquet(path)
    plain = [c for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(plain, "str"))


def has_table(folder: Path, name: str) -> bool:
    """Tell whether a run folder holds a table."""
    return (folder / f"{name}.parquet").is_file()


def write_json(folder: Path, name: str, body: Any) -> None:
    """Write a JSON file whole."""
    part = folder / f".{name}.part"
    part.write_text(json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    _put(part, folder / name)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file; an absent one is empty."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def digest(*parts: Any) -> str:
    """Return the sha256 of plain values, independent of key order."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def _put(part: Path, path: Path) -> dict[str, Any]:
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
        stream.seek(0)
        sha = hashlib.file_digest(stream, "sha256").hexdigest()
    os.replace(part, path)
    return {"sha256": sha}
