"""The opener of a layer's file, or of its files: what arrives in several is one layer to everything behind (分幅图层).

Each part is read, and brought into the CRS of the study, by itself: systems, encodings, units and column names may
differ. Rows are named with their part (``青石镇:12``), so that nothing found in one is looked for in another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.errors import BlockedError, LuodiError
from geo.basis.reason import Reason
from layers.sources import gate
from layers.sources.checks import crs, place
from layers.sources.checks.crs import BALLPARK, SWAP, UNIT
from layers.sources.checks.datum_shift import GIVEN
from layers.sources.checks.place import AS_READ
from layers.sources.checks.preflight import SUFFIX_IDS, id_text
from layers.sources.finding import Finding, finding
from layers.sources.opened import VectorFile
from layers.study.layer_part import PREFIX, SIGN, LayerPart, name_of
from layers.study.spec import LayerSpec

CACHE = Path(".luodi") / "cache"
PART_IDS = "ids:part"
"""Proposal: the name of its part stands before the id of a parcel."""
MEET_M2 = 10.0
"""Ground two parts share from which it is told; less is how edges were drawn."""
NAMED = 5
_OF_ONE = ("crs:", SWAP, UNIT, BALLPARK, AS_READ, *GIVEN)
"""Beginnings of proposals that hold for the file they were made for, and for no other part of its layer."""


@dataclass(frozen=True)
class PartRead:
    """What came of one part: its rows in the CRS of the study, and what was found."""

    part: LayerPart
    frame: pd.DataFrame
    shapes: npt.NDArray[np.object_]
    rows: npt.NDArray[np.object_]
    findings: tuple[Finding, ...]
    sha256: str = ""
    total: int = 0

    @property
    def failed(self) -> bool:
        """True when the part cannot be used as it is."""
        return any(f.severity == "block" for f in self.findings)


def opened(spec: LayerSpec, folder: Path, study_crs: str, declared: str | None = None) -> VectorFile:
    """Open a layer of a study, in however many files it is kept.

    Parameters
    ----------
    spec : LayerSpec
    folder : Path
        The study folder.
    study_crs : str
        System the parts of a layer are brought into.
    declared : str or None
        System of a layer in one file, where it is not what the settings say.

    Returns
    -------
    VectorFile
        Of a layer in parts: rows of all, in `study_crs`, each named with its part. What blocks a part is among the
        findings; its rows are missing then.

    Raises
    ------
    BlockedError
        The file cannot be read; of a layer in parts: none of them can.
    """
    if not spec.parts:
        wanted = spec.crs if declared is None else declared
        return gate.open_vector(
            folder / spec.source, folder / CACHE, layer=spec.layer, crs=wanted, encoding=spec.encoding
        )
    read = [_read(spec, part, folder, study_crs) for part in spec.parts]
    if all(one.failed for one in read):
        raise BlockedError([f.reason for one in read for f in one.findings if f.severity == "block"])
    return _joined(spec, read, study_crs)


def sources(spec: LayerSpec, folder: Path) -> tuple[Path, ...]:
    """Return the files of a layer."""
    return tuple(dict.fromkeys(folder / p.source for p in spec.parts)) or (folder / spec.source,)


def _read(spec: LayerSpec, part: LayerPart, folder: Path, study_crs: str) -> PartRead:
    accept = _accepted(spec, part)
    said = part.crs or spec.crs
    wanted = crs.accepted(accept) or said
    none = np.empty(0, object)
    try:
        file = gate.open_vector(folder / part.source, folder / CACHE, layer=part.layer, crs=wanted,
                                encoding=part.encoding or spec.encoding)  # fmt: skip
    except LuodiError as error:
        lost = [Finding("", r.code, "block", str(r.values.get("proposal", "")), r) for r in error.reasons]
        return PartRead(part, pd.DataFrame(), none, none, tuple(_told(f, part.name) for f in lost))
    settled = place.settle(file.shapes, file.frame, file.crs, study_crs, accept, said)
    found = [_told(f, part.name) for f in file.findings] + [_own(_told(f, part.name)) for f in settled.findings]
    if not settled.usable:
        return PartRead(part, pd.DataFrame(), none, none, tuple(found), file.sha256, file.total)
    shapes, finite = crs.transformed(file.shapes, settled, study_crs)
    rows = np.array([f"{part.name}{SIGN}{r}" for r in file.rows], object)
    found += [finding("rejected", "geometry_not_finite", row=r) for r in rows[~finite]]
    frame = file.frame[finite].reset_index(drop=True)
    called = {theirs: ours for ours, theirs in part.columns.items() if theirs in frame}
    frame = frame.drop(columns=[c for c in called.values() if c in frame and c not in called]).rename(columns=called)
    return PartRead(part, frame, shapes[finite], rows[finite], tuple(found), file.sha256, file.total)


def _accepted(spec: LayerSpec, part: LayerPart) -> tuple[str, ...]:
    """Return what is accepted for a part: said of it by name, or of the layer and of no single file."""
    own = f"{PREFIX}{part.name}{SIGN}"
    mine = [p.removeprefix(own) for p in spec.accept if p.startswith(own)]
    return (*mine, *(p for p in spec.accept if not p.startswith((PREFIX, *_OF_ONE))))


def _told(found: Finding, name: str) -> Finding:
    """Return a finding of a part that says which: its row with the name, or the name before what is said."""
    values = dict(found.reason.values)
    row = f"{name}{SIGN}{found.row}" if found.row else ""
    values |= {"row": row} if row else {"of_part": name}
    return replace(found, row=row, reason=Reason(found.code, values))


def _own(found: Finding) -> Finding:
    """Return a finding whose proposal is for its part alone."""
    name, values = str(found.reason.values.get("of_part", "")), dict(found.reason.values)
    ways = {key: f"{PREFIX}{name}{SIGN}{values[key]}" for key in ("proposal", "keep") if values.get(key)}
    if not ways or not name:
        return found
    return replace(found, proposal=ways.get("proposal", ""), reason=Reason(found.code, values | ways))


def _joined(spec: LayerSpec, read: Sequence[PartRead], study_crs: str) -> VectorFile:
    """Return the rows of all parts as one file."""
    used = [one for one in read if not one.failed]
    found = [f for one in read for f in one.findings]
    found += [finding("warn", "part_failed", parts=[o.part.name for o in read if o.failed])] if len(used) < len(read) \
        else []  # fmt: skip
    found += _lacking(spec, used)
    total = hashlib.sha256("".join(f"{o.part.name}:{o.sha256}\n" for o in read).encode())
    return VectorFile(
        frame=stacked([o.frame for o in used]),
        shapes=np.concatenate([o.shapes for o in used]),
        rows=np.concatenate([o.rows for o in used]),
        crs=study_crs,
        findings=tuple(found),
        sha256=total.hexdigest(),
        layer=spec.layer,
        layers=(spec.layer,),
        total=sum(o.total for o in used),
    )


def _lacking(spec: LayerSpec, used: Sequence[PartRead]) -> list[Finding]:
    """Name the parts without a column the layer is read by, where another part has it."""
    asked = {*spec.fields.values(), *filter(None, (spec.class_field,))}
    there = {str(c) for one in used for c in one.frame.columns}
    out = []
    for one in used:
        if lost := sorted((asked & there) - {str(c) for c in one.frame.columns}):
            out.append(_told(finding("warn", "part_lacks_columns", columns=lost, count=len(one.rows)), one.part.name))
    return out


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return rows of frames below each other; a column that is figures here and text there becomes text."""
    names = list(dict.fromkeys(str(c) for f in frames for c in f.columns))
    body: dict[str, Any] = {}
    for name in names:
        pieces = [f[name] if name in f else pd.Series([None] * len(f), dtype=object) for f in frames]
        figures = [pd.api.types.is_float_dtype(p) for p in pieces]
        worded = any(p.notna().any() for p, is_figure in zip(pieces, figures, strict=True) if not is_figure)
        if any(figures) and not worded:
            body[name] = np.concatenate([pd.to_numeric(p).to_numpy(np.float64) for p in pieces])
        else:
            texts = [p.astype(object).where(p.notna(), np.nan) for p in pieces]
            texts = [t.map(id_text, na_action="ignore") if f else t for t, f in zip(texts, figures, strict=True)]
            body[name] = np.concatenate([t.to_numpy(object) for t in texts])
    return pd.DataFrame(body, index=range(sum(map(len, frames))))


# --- what parts say of each other --------------------------------------------------------


def overlapping(shapes: npt.NDArray[np.object_], rows: npt.NDArray[Any]) -> list[Finding]:
    """Name the parts whose areas lie on each other (study CRS), with the ground they share.

    Points and lines are not asked; ground that is less than `MEET_M2` is how edges were drawn.
    """
    flat = shapely.get_dimensions(shapes) == 2
    mine = pd.Series([name_of(str(r)) for r in rows[flat]])
    if mine.nunique() < 2:
        return []
    whole = shapes[flat]
    of = {name: whole[mine == name] for name in mine.unique()}
    trees = {name: shapely.STRtree(v) for name, v in of.items()}
    out = []
    for one, two in combinations(of, 2):
        left, right = trees[two].query(of[one], predicate="intersects")
        shared = shapely.area(shapely.intersection(of[one][left], of[two][right]))
        if (area := float(shared.sum())) >= MEET_M2:
            count = int((shared > 0).sum())
            out.append(finding("warn", "parts_overlap", parts=[one, two], count=count, area_m2=area))
    return out


def told_apart(spec: LayerSpec, given: pd.Series, rows: npt.NDArray[Any]) -> tuple[pd.Series, list[Finding]]:
    """Return the ids of parcels that come in parts; one that stands in two parts blocks until they are told apart.

    Each town numbers from 1: ``ids:part`` puts the name of the part before every id. A layer in one file is left as
    it is.
    """
    if not spec.parts or not spec.fields.get("parcel_id"):
        return given, []
    ids = given.astype("object").where(given.notna(), "").map(id_text)
    part = pd.Series([name_of(str(r)) for r in rows], index=ids.index)
    if PART_IDS in spec.accept:
        return (part + "-" + ids).where(ids != "", ""), [finding("fixed", "ids_with_part")]
    count = part[ids != ""].groupby(ids[ids != ""], sort=False).nunique()
    twice = [str(i) for i in count.index[count > 1]]
    if not twice or SUFFIX_IDS in spec.accept:
        return given, []
    return given, [finding("block", "ids_in_parts", proposal=PART_IDS, count=len(twice), ids=twice[:NAMED])]
