"""Reading and writing the tables of one run folder; nobody else names its files.

What was written is known by its sha256: that of a table stands in the manifest, that of a
JSON file in a line of its own. What does not agree with it is damaged and never believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.basis.tables import TABLES, settled
from layers.basis import sealed

MANIFEST = "manifest.json"
GROUP = 1 << 15
"""Rows of a group: what is read of a long table for a few parcels."""
read_json = sealed.read


@dataclass
class _Writing:
    """A table on its way to the disk: what came first waits, for most tables come in one part."""

    folder: Path
    name: str
    first: pd.DataFrame
    stream: pq.ParquetWriter | None = None
    last: tuple[Any, ...] = ()
    rows: int = 0

    @property
    def part(self) -> Path:
        return self.folder / f".{self.name}.parquet.part"

    def more(self, frame: pd.DataFrame) -> None:
        """Take further rows; they come after those that are there in the order of the key."""
        if not len(frame):
            return
        if self.stream is None and not len(self.first):
            self.first = frame
            return
        if self.stream is None:
            made = _arrow(self.name, self.first)
            self.stream = pq.ParquetWriter(self.part, made.schema, compression="zstd")
            self._put(self.first, made)
            self.first = self.first.iloc[:0]
        self._put(frame, _arrow(self.name, frame).replace_schema_metadata(self.stream.schema.metadata))

    def _put(self, frame: pd.DataFrame, made: pa.Table) -> None:
        key = list(TABLES[self.name].key)
        first, last = (tuple(str(v) for v in frame[key].iloc[k]) for k in (0, -1))
        if self.rows and first[0] <= self.last[0]:
            raise ValueError(f"{self.name}: parts of a table come in the order of its key")
        self.stream.write_table(made, row_group_size=GROUP)  # type: ignore[union-attr]
        self.last, self.rows = last, self.rows + len(frame)

    def done(self) -> dict[str, Any]:
        """Put the table in its place and return its entry in the manifest."""
        if self.stream is None:
            _write_parquet(self.part, self.first, self.name)
            self.rows = len(self.first)
        else:
            self.stream.close()
        return _put(self.part, self.folder / f"{self.name}.parquet") | {"rows": self.rows}

    def drop(self) -> None:
        """Leave nothing behind of what was not put in its place."""
        if self.stream is not None:
            self.stream.close()
        self.part.unlink(missing_ok=True)


def write_tables(folder: Path, parts: Iterable[Mapping[str, pd.DataFrame]]) -> dict[str, dict[str, Any]]:
    """Write tables whole (temporary files, then swaps) and return their manifest entries.

    Ids and codes are dictionary-coded, rows are in key order, nothing in the files depends on the time they were
    written.

    Parameters
    ----------
    folder : Path
        Of the run.
    parts : iterable of mapping from name to DataFrame
        Rows of declared tables may come in several parts, in the order of the first column of their key: no more than
        one part lies in memory. Tables with shapes come in one.
    """
    open_: dict[str, _Writing] = {}
    try:
        for part in parts:
            for name, frame in part.items():
                ready = _settled(name, frame)
                if name in open_:
                    open_[name].more(ready)
                else:
                    open_[name] = _Writing(folder, name, ready)
        return {name: table.done() for name, table in open_.items()}
    finally:
        for table in open_.values():
            table.drop()


def _settled(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    declared = TABLES.get(name)
    frame = settled(name, frame) if declared else frame
    return gpd.GeoDataFrame(frame, geometry=declared.geometry) if declared and declared.geometry else frame


def _write_parquet(part: Path, frame: pd.DataFrame, name: str) -> None:
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_parquet(part, index=False, compression="zstd", write_covering_bbox=False)
        return
    pq.write_table(_arrow(name, frame), part, compression="zstd", row_group_size=GROUP)


def _arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    """Return a table without shapes as it is written: words that repeat are codes, of one width in every part."""
    declared = TABLES.get(name)
    codes = [c for c in frame if declared and declared.column(str(c)).kind in ("id", "code", "reason")]
    plain = frame.astype(dict.fromkeys(codes, "category"))
    made = pa.Table.from_pandas(plain, preserve_index=False)
    fields = [f.with_type(pa.dictionary(pa.int32(), pa.string())) if f.name in codes else f for f in made.schema]
    return made.cast(pa.schema(fields, metadata=made.schema.metadata))


def read_table(folder: Path, name: str, shapes: bool = True) -> pd.DataFrame:
    """Read one table as it was written; ids and codes come back as plain text columns, without `shapes` no geometry."""
    path = folder / f"{name}.parquet"
    told = pq.read_schema(path)
    geo = json.loads((told.metadata or {}).get(b"geo", b"{}"))
    if geo and shapes:
        whole: pd.DataFrame = gpd.read_parquet(path)
        return whole
    return _plain(pd.read_parquet(path, columns=[c for c in told.names if c not in geo.get("columns", {})]))


def read_rows(folder: Path, name: str, column: str, values: Sequence[str]) -> pd.DataFrame:
    """Read the rows of a table without shapes that hold one of some values, in their order.

    Of a table sorted by the column only the groups that may hold them are read.
    """
    wanted = sorted(set(values))
    with pq.ParquetFile(folder / f"{name}.parquet") as file:
        place = file.schema_arrow.get_field_index(column)
        groups = [g for g in range(file.num_row_groups) if _may_hold(file.metadata.row_group(g).column(place), wanted)]
        found = [_holding(file.read_row_group(group), column, wanted) for group in groups]
        nothing = file.schema_arrow.empty_table()
    return _plain(pa.concat_tables([nothing, *found]).unify_dictionaries().to_pandas())


def _holding(rows: pa.Table, column: str, wanted: Sequence[str]) -> pa.Table:
    return rows.filter(pc.is_in(rows[column].cast(pa.string()), value_set=pa.array(wanted, pa.string())))


def _may_hold(chunk: pq.ColumnChunkMetaData, wanted: Iterable[str]) -> bool:
    """Tell whether a group of rows may hold one of some values; one without statistics may."""
    known = chunk.statistics
    return known is None or not known.has_min_max or any(known.min <= value <= known.max for value in wanted)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    words = [c for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(words, "str"))


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
