"""Reading and writing the tables of one run folder; nobody else names its files.

What was written is known by its sha256: that of a table stands in the manifest, that of a
JSON file in a line of its own. What does not agree with it is damaged and never believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geo.basis.tables import TABLES, settled
from layers.basis import sealed

MANIFEST = "manifest.json"
read_json = sealed.read


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
    try:
        _write_parquet(part, frame, name)
        return _put(part, path) | {"rows": len(frame)}
    finally:
        part.unlink(missing_ok=True)


def _write_parquet(part: Path, frame: pd.DataFrame, name: str) -> None:
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_parquet(part, index=False, compression="zstd", write_covering_bbox=False)
        return
    declared = TABLES.get(name)
    codes = [c for c in frame if declared and declared.column(str(c)).kind in ("id", "code", "reason")]
    arrow = pa.Table.from_pandas(frame.astype(dict.fromkeys(codes, "category")), preserve_index=False)
    pq.write_table(arrow, part, compression="zstd")


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read one table as it was written; ids and codes come back as plain text columns."""
    path = folder / f"{name}.parquet"
    if b"geo" in (pq.read_schema(path).metadata or {}):
        shapes: pd.DataFrame = gpd.read_parquet(path)
        return shapes
    frame = pd.read_parquet(path)
    plain = [c for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(plain, "str"))


def has_table(folder: Path, name: str) -> bool:
    """Tell whether a run folder holds a table."""
    return (folder / f"{name}.parquet").is_file()


def is_whole(folder: Path, name: str, entry: Mapping[str, Any]) -> bool:
    """Tell whether a table is there and is byte for byte what its manifest entry says was written."""
    try:
        return bool(sealed.sha256(folder / f"{name}.parquet") == entry["sha256"])
    except OSError:
        return False


def write_json(folder: Path, name: str, body: Mapping[str, Any]) -> None:
    """Write a JSON object whole, with its own sum in the second line."""
    part = folder / f".{name}.part"
    try:
        part.write_text(sealed.text(body), encoding="utf-8")
        _put(part, folder / name)
    finally:
        part.unlink(missing_ok=True)


def digest(*parts: Any) -> str:
    """Return the sha256 of plain values, independent of key order."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def _put(part: Path, path: Path) -> dict[str, Any]:
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
        stream.seek(0)
        sha = hashlib.file_digest(stream, "sha256").hexdigest()
    swap(part, path)
    return {"sha256": sha}


def swap(part: Path, path: Path) -> None:
    """Put a whole file in its place; a folder there is none of ours and makes room."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    os.replace(part, path)
