"""A delivery (数据交付包): a folder or files as departments send them, every layer recognised by name *and* fields.

Nothing is taken without being asked for: what is recognised is proposed with role, id and fields,
what is not is said with guesses, and what is no data is listed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.basis.errors import CallError, LuodiError
from geo.basis.progress import Progress, silent
from geo.basis.reason import Reason, reason
from layers.library import roles
from layers.sources import gate
from layers.sources.finding import Finding
from layers.sources.formats.contents import DATA, SIDES
from layers.study import catalog, load, packs, part_files, recognition, spec
from layers.study.delivered import described
from layers.study.proposal import DeliveredTable, Proposal
from layers.study.recognition import RECORDS, proposed

_DATA = {*DATA, ".zip", ".kmz", ".dbf", ".tsv", ".geoparquet"}
"""What is data beside an archive as well as in one, and what is only so by itself."""
_BESIDE = {*SIDES, ".sbn", ".sbx", ".qix", ".qmd", ".aih", ".ain", ".atx", ".fbn", ".fbx"}
"""Side files of a shapefile: they travel with it."""
STEP_BYTES = 1_000_000
_FEW = 64
"""Distinct values of a column that may be classes."""
_PEAKS_M = (-450.0, 9000.0)
"""Heights of the ground anywhere on land."""
COVERED = frozenset(roles.silent())
"""Roles of which it matters whether the layer is complete."""


@dataclass(frozen=True)
class Delivery:
    """Everything found in a delivery: what is proposed, and what takes no part with its reason."""

    proposals: tuple[Proposal, ...]
    left: tuple[tuple[Path, Reason], ...]


@dataclass(frozen=True)
class Taken:
    """What became of a proposal that was to be taken: its id with what was found, or why it was not."""

    proposal: Proposal
    id: str
    findings: tuple[Finding, ...]
    refused: tuple[Reason, ...] = ()


def delivery(folder: Path, given: Sequence[Path], progress: Progress = silent) -> Delivery:
    """Look through files and folders and say what each layer is.

    Parameters
    ----------
    folder : Path
        The study they are meant for: its rules say what a layer would be judged by.
    given : sequence of Path
        Files, ``.gdb`` folders, or folders with any of them, however deep.

    Raises
    ------
    CallError
        A path that is not there.
    """
    study = spec.read(folder)
    rules = packs.effective_rules(study, folder)
    if lost := [p for p in given if not p.exists()]:
        raise CallError(reason("file_missing", file=lost[0].name, path=str(lost[0])))
    files, left = _files(given)
    found: list[DeliveredTable] = []
    for file, told in weighed(files, progress):
        try:
            with gate.watching(told):
                found += tables(file, folder / load.CACHE)
        except LuodiError as problem:
            left += [(file, r) for r in problem.reasons]
    whole = part_files.joined(found, rules, study.crs, folder / load.CACHE)
    return Delivery(tuple(_once([p for t in whole for p in proposed(t, rules)])), tuple(left))


def weighed(files: Sequence[Path], progress: Progress) -> Iterator[tuple[Path, Callable[[float], None]]]:
    """Yield files, each with what tells how far it is: a step is a megabyte, so that the time left can be told."""
    sizes = [max(1, _bytes(f) // STEP_BYTES) for f in files]
    whole, done = sum(sizes), 0
    for file, size in zip(files, sizes, strict=True):
        progress(done, whole, "load")
        yield file, partial(_told, progress, (done, size, whole))
        done += size
    progress(whole, whole, "load")


def _told(progress: Progress, at: tuple[int, int, int], share: float) -> None:
    done, size, whole = at
    progress(done + int(share * size), whole, "load")


def _bytes(file: Path) -> int:
    return sum(p.stat().st_size for p in gate.members(file))


def take(folder: Path, chosen: Iterable[Proposal], said: Mapping[str, Any] | None = None) -> list[Taken]:
    """Add proposals to the study, each by itself: one that blocks hinders no other, and nothing of it is written.

    Parameters
    ----------
    folder : Path
    chosen : iterable of Proposal
    said : mapping
        Keys of a ``[[layers]]`` entry that hold for all of them: vintage, owner, crs … ``coverage`` is what somebody
        states of every layer of which it matters whether it is complete.
    """
    out = []
    for one in chosen:
        if one.kind is None:
            out.append(Taken(one, "", (), (reason("delivery_not_recognised", file=one.table.title),)))
            continue
        stated = {k: v for k, v in (said or {}).items() if k != "coverage" or one.kind.role in COVERED}
        try:
            made = catalog.added(folder, one.table.file, stated | one.entry())
        except LuodiError as problem:
            out.append(Taken(one, "", (), tuple(problem.reasons)))
        else:
            out.append(Taken(one, made.id, tuple(made.findings)))
    return out


def as_one(folder: Path, given: Sequence[Path], layer: str = "") -> dict[str, Any]:
    """Return ``source``, ``layer`` and ``parts`` of an entry for files people say are one layer.

    Parameters
    ----------
    folder : Path
        The study they are meant for.
    given : sequence of Path
        Files or folders.
    layer : str
        Layer inside each of them; ``DLTB`` is ``甲镇/DLTB`` of an archive too.

    Raises
    ------
    CallError
        A path that is not there, a file none of whose layers is meant, or more than one layer in it and none named.
    """
    study = spec.read(folder)
    found: list[DeliveredTable] = []
    for file in data_files(given):
        inside = tables(file, folder / load.CACHE)
        fitting = [t for t in inside if not layer or not t.layer or t.layer.rpartition("/")[2] == layer]
        if not fitting or (not layer and len(inside) > 1):
            raise CallError(reason("parts_which_layer", file=file.name, known=[t.layer for t in inside]))
        found += fitting
    whole = part_files.of_one(found, packs.effective_rules(study, folder), study.crs, folder / load.CACHE)
    return whole.entry()


def chosen(found: Delivery, words: str) -> list[Proposal]:
    """Return the proposals named by ``all`` (name and fields agree) or by their numbers, ``1,3,5``.

    Raises
    ------
    CallError
        A word that is no number of the table.
    """
    if words.strip() == "all":
        return [p for p in found.proposals if p.sure]
    named = [w.strip() for w in words.split(",") if w.strip()]
    wrong = [w for w in named if not w.isdecimal() or not 1 <= int(w) <= len(found.proposals)]
    if wrong or not named:
        raise CallError(reason("delivery_number_unknown", given=wrong or [words], count=len(found.proposals)))
    return [found.proposals[int(w) - 1] for w in dict.fromkeys(named)]


def corrected(folder: Path, found: Delivery, said: Mapping[int, str]) -> Delivery:
    """Return a delivery in which people have said of some lines what they are.

    Parameters
    ----------
    folder : Path
    found : Delivery
    said : mapping of int to str
        Number of a line, from 1, to the code of a kind (``data/codes/layers.toml``).

    Raises
    ------
    CallError
        A number that is no line, or a kind nobody knows.
    """
    if wrong := [str(n) for n in said if not 1 <= n <= len(found.proposals)]:
        raise CallError(reason("delivery_number_unknown", given=wrong, count=len(found.proposals)))
    rules = packs.effective_rules(spec.read(folder), folder)
    made = [recognition.as_kind(p.table, said[n], rules) if n in said else replace(p, again=False, number=1)
            for n, p in enumerate(found.proposals, 1)]  # fmt: skip
    return replace(found, proposals=tuple(_once(made)))


def _once(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return proposals of which no two are the same layer: registers are numbered, of others people choose one."""
    seen: Counter[str] = Counter()
    out = []
    for one in proposals:
        code = one.kind.code if one.kind else ""
        seen[code] += 1
        several = one.kind is not None and (one.kind.role in RECORDS or bool(one.kind.raster))
        out.append(replace(one, number=seen[code]) if several else one)
    ids = Counter(p.entry()["id"] for p in out if p.sure)
    return [replace(p, again=p.sure and ids[p.entry()["id"]] > 1) for p in out]


# --- files ------------------------------------------------------------------------


def data_files(given: Sequence[Path]) -> list[Path]:
    """Return the data files among files and folders, as a delivery is looked through.

    Raises
    ------
    CallError
        A path that is not there.
    """
    if lost := [p for p in given if not p.exists()]:
        raise CallError(reason("file_missing", file=lost[0].name, path=str(lost[0])))
    return _files(given)[0]


def _files(given: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, Reason]]]:
    """Return the data files of what was given, and everything else with the reason it takes no part."""
    files: list[Path] = []
    left: list[tuple[Path, Reason]] = []
    for path in sorted(f for g in given for f in _walked(g)):
        suffix = path.suffix.lower()
        if suffix in _DATA and not (suffix == ".dbf" and path.with_suffix(".shp").exists()):
            files.append(path)
        elif suffix == ".dwg":
            left.append((path, reason("delivery_dwg", file=path.name)))
        elif suffix not in _BESIDE and not path.name.lower().endswith(".shp.xml"):
            left.append((path, reason("delivery_no_data", file=path.name)))
    return files, left


def _walked(given: Path) -> Iterator[Path]:
    """Return the files under a path; a ``.gdb`` folder is one, links are not followed, hidden things are left."""
    if given.is_file() or given.suffix.lower() == ".gdb":
        yield given
        return
    for top, folders, names in os.walk(given):
        here = Path(top)
        yield from (here / f for f in folders if f.lower().endswith(".gdb"))
        folders[:] = [f for f in folders if not f.startswith(".") and not f.lower().endswith(".gdb")]
        yield from (here / n for n in names if not n.startswith(("~$", ".")) and not (here / n).is_symlink())


def tables(file: Path, cache_folder: Path) -> list[DeliveredTable]:
    """Return the layers of a file as recognition looks at them."""
    if file.suffix.lower() in (".tif", ".tiff"):
        return [_raster(file, cache_folder)]
    inside = gate.listing(file, cache_folder)
    if len(inside) > 1:
        return [_table(file, name, cache_folder) for name in inside]
    return [replace(_table(file, "", cache_folder), inner=name) for name in inside]


def _table(file: Path, layer: str, cache_folder: Path) -> DeliveredTable:
    try:
        opened = gate.open_vector(file, cache_folder, layer=layer)
    except LuodiError as problem:
        if not any(r.code == "table_without_coordinates" for r in problem.reasons):
            raise
        table = gate.open_table(file, cache_folder, sheet=layer)
        return described(file, layer, table.frame, "table")
    dimension = shapely.get_dimensions(opened.shapes)
    shape = {2: "polygon", 1: "line", 0: "point"}.get(int(dimension.max()) if len(dimension) else -1, "table")
    return described(file, opened.layer if layer else "", opened.frame, shape)


def _raster(file: Path, cache_folder: Path) -> DeliveredTable:
    """Return a raster with what its values can be: heights, classes, or several bands of light."""
    image = gate.open_image(file, cache_folder)
    bands = int(image.bands.shape[0])
    if bands > 1:
        return DeliveredTable(file, "", (), 0, "raster", shows=("imagery",), bands=bands)
    values = gate.open_raster(file, cache_folder).values
    seen = values[np.isfinite(values)]
    if not len(seen):
        return DeliveredTable(file, "", (), 0, "raster", bands=1)
    whole = bool(np.all(seen == np.round(seen)))
    few = len(np.unique(seen[:: max(1, len(seen) // 100_000)])) <= _FEW
    low, high = float(seen.min()), float(seen.max())
    shows = ["classes"] if whole and few and low >= 0 and high < 256 else []
    shows += ["dem"] if _PEAKS_M[0] <= low and high <= _PEAKS_M[1] and not (whole and few) else []
    shows += ["slope"] if low >= 0 and not few else []
    shows += ["index"] if low >= -1 and high <= 1 and not whole else []
    return DeliveredTable(file, "", (), 0, "raster", shows=tuple(shows), bands=1)
