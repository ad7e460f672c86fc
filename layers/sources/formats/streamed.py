"""Child side: a layer of very many rows is read, repaired and written a piece at a time: memory does not grow with it.

What is found does not depend on the pieces: what only all shapes together tell (are the numbers degrees, are all of
them far off) is settled in a pass of its own before, and what is counted is counted over all pieces. A layer with a
total row among its rows is read whole: a total is held against all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.sources.checks import digits, repair
from layers.sources.finding import Finding, numbered
from layers.sources.formats import arrow, domains, totals
from layers.sources.formats.batches import Opener
from layers.sources.formats.domains import Domains
from layers.sources.formats.read import PROGRESS, ROW, WKB, RawLayer
from layers.sources.limits import Limits

PIECE = 25_000
"""Rows in memory at a time."""
FROM_ROWS = 100_000
"""A layer with fewer rows is read whole."""
_NAMED = 5
_ONCE = ("domains_read",)
"""What is said of the layer by every piece in the same words."""


@dataclass
class Source:
    """A layer that is read in pieces.

    Parameters
    ----------
    name : str
        What the file is called.
    opened : callable
        Opens the layer, see `layers.sources.formats.batches`.
    count : int
        Rows it says it holds.
    geographic : callable
        Tells of a system whether it is one of degrees; None where nobody can.
    coded : mapping
        Its coded domains.
    notes : sequence of Finding
        What is to be said of the file beside the layer.
    """

    name: str
    opened: Opener
    count: int
    geographic: Callable[[str], bool | None]
    coded: Domains = field(default_factory=dict)
    notes: Sequence[Finding] = ()


@dataclass(frozen=True)
class Streamed:
    """What came of it: the system, rows in the file and of the layer, and what was found; the rows are written."""

    crs: str
    read: int
    total: int
    findings: tuple[Finding, ...]


def parse(source: Source, job: Mapping[str, Any], folder: Path, limits: Limits) -> Streamed | None:
    """Read a layer in pieces and write ``frame.parquet``; None where it has to be read whole.

    Raises
    ------
    BlockedError
        No shapes, or more rows or vertices than the limits allow.
    """
    if source.count > limits.rows:
        raise BlockedError(reason("too_many_rows", file=source.name, count=source.count, limit=limits.rows))
    work = _Work(source, folder, limits)
    arrow.configure()
    whole = repair.Whole()
    with source.opened(True, PIECE) as batches:
        at = 0
        for read in batches.layers:
            whole = whole.with_more(read.shapes)
            work.progress(at := at + len(read.shapes), 0.0)
    if not work.read(whole, str(job.get("crs") or "")):
        return None
    return Streamed(work.crs, work.at, work.at - work.deleted, tuple(work.told()))


class _Work:
    """The second pass: pieces repaired and written, and what was found in them."""

    def __init__(self, source: Source, folder: Path, limits: Limits):
        self.source, self.folder, self.limits = source, folder, limits
        self.findings: list[Finding] = []
        self.cut = digits.Search()
        self.at = self.deleted = self.vertices = 0
        self.crs = ""
        self._writer: Any = None

    def progress(self, done: int, begun: float) -> None:
        """Leave word of how far the reading is, of both passes together."""
        share = begun + done / max(self.source.count, 1) * (1.0 - begun) * (0.25 if begun == 0.0 else 1.0)
        (self.folder / PROGRESS).write_text(f"{min(share, 1.0):.4f}", encoding="ascii")

    def read(self, whole: repair.Whole, declared: str) -> bool:
        """Read, repair and write all pieces; False where a total row stands among the rows."""
        with self.source.opened(False, PIECE) as batches:
            self.crs = batches.crs
            degrees = self.source.geographic(declared or self.crs)
            try:
                for read in batches.layers:
                    if not self._piece(read, degrees, whole, batches.figures):
                        return False
                    self.progress(self.at, 0.25)
            finally:
                if self._writer is not None:
                    self._writer.close()
        return True

    def _piece(self, read: RawLayer, degrees: bool | None, whole: repair.Whole, figures: frozenset[str]) -> bool:
        curved, read.findings = read.findings, []
        domains.told(read, self.source.coded)
        notes = [_moved(f, self.at) for f in read.findings] + curved
        read.findings = []
        if totals.of_layer(read):
            return False
        self._bounded(read.shapes)
        count = len(read.shapes)
        gone = np.zeros(count, bool) if read.absent is None else read.absent
        listed = frozenset((np.flatnonzero(gone) + 1).tolist())
        fixed = repair.repaired(read.shapes, read.lost, degrees, listed, whole)
        told = [f for f in fixed.findings if not f.row or int(f.row) not in listed]
        self.findings += notes + [_moved(f, self.at) for f in told]
        self.cut.feed(read.columns, range(self.at + 1, self.at + count + 1))
        fixed.shapes[gone] = None
        self._write(read, fixed.shapes, figures)
        self.at += count
        self.deleted += len(listed)
        return True

    def _bounded(self, shapes: Any) -> None:
        self.vertices += int(shapely.get_num_coordinates(shapes).sum())
        if self.vertices > self.limits.vertices:
            why = {"file": self.source.name, "count": self.vertices, "limit": self.limits.vertices}
            raise BlockedError(reason("too_many_vertices", **why))

    def _write(self, read: RawLayer, shapes: Any, figures: frozenset[str]) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        taken = np.flatnonzero(~shapely.is_missing(shapes))
        body: dict[str, Any] = {ROW: pa.array(taken + self.at + 1, pa.int64())}
        for name, values in read.columns.items():
            kind = pa.float64() if name in figures else pa.string()
            body[name] = pa.array([values[k] for k in taken], kind)
        body[WKB] = pa.array(shapely.to_wkb(shapes[taken]), pa.binary())
        table = pa.table(body)
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self.folder / "frame.parquet", table.schema, compression="zstd")
        self._writer.write_table(table)

    def told(self) -> list[Finding]:
        """Return what was found, counted over all pieces."""
        return _counted(self.findings) + self.cut.found()


def _moved(found: Finding, by: int) -> Finding:
    """Return a finding of a piece with its rows as the layer counts them."""
    if found.row:
        return numbered(found, int(found.row) + by)
    rows = found.reason.values.get("rows")
    if not isinstance(rows, list) or found.code in _ONCE:
        return found
    return replace(found, reason=Reason(found.code, dict(found.reason.values) | {"rows": [int(r) + by for r in rows]}))


def _counted(findings: list[Finding]) -> list[Finding]:
    """Return findings in which what pieces say of the layer as a whole is said once."""
    rows = [f for f in findings if f.row]
    alike: dict[tuple[str, str], list[Finding]] = {}
    for one in (f for f in findings if not f.row):
        alike.setdefault((one.code, str(one.reason.values.get("field", ""))), []).append(one)
    return [_one(several) for several in alike.values()] + rows


def _one(several: list[Finding]) -> Finding:
    first = several[0]
    if len(several) == 1 or first.code in _ONCE:
        return first
    values = dict(first.reason.values)
    for name in ("rows", "codes"):
        if name in values:
            joined = itertools.chain.from_iterable(f.reason.values[name] for f in several)
            values[name] = list(dict.fromkeys(joined))[:_NAMED]
    if "count" in values:
        values["count"] = sum(f.reason.values["count"] for f in several)
    return replace(first, reason=Reason(first.code, values))
