"""Child side: copy what was given into the job's folder under names of our own, and find the data in it."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.finding import Finding, Severity, finding
from layers.sources.formats import logs
from layers.sources.limits import Limits
from layers.sources.sniff import SUPPORTED, sniff
from layers.sources.unzip import INNER, ArchiveEntry, litter, unzip

SIDES = (".shx", ".dbf", ".prj", ".cpg")
DATA = (
    ".shp", ".gpkg", ".geojson", ".json", ".topojson", ".kml", ".parquet", ".csv", ".xlsx", ".xls",
    ".tif", ".tiff", ".dxf", ".gdb",
)  # fmt: skip
"""Endings of data files, as they are looked for in archives."""
BESIDE = (
    ".sbn", ".sbx", ".fbn", ".fbx", ".ain", ".aih", ".atx", ".ixs", ".mxs", ".idx", ".idm", ".ind", ".qix", ".xml",
    ".cst", ".qpj", ".qml", ".qmd", ".sld", ".lyr", ".lyrx", ".mxd", ".aprx", ".qgs", ".qgz", ".aux", ".rrd", ".ovr",
    ".tfw", ".lock", ".fix", ".gpkg-shm",
)  # fmt: skip
"""Indexes, styles, descriptions and locks that programs write beside data."""
PAPERS = (".pdf", ".doc", ".docx", ".wps", ".ppt", ".pptx", ".txt", ".md", ".rtf", ".jpg", ".jpeg", ".png")


@dataclass
class Contents:
    """One dataset: its kind, its file in our folder, its side files by ending, and what to call it."""

    kind: str
    path: Path
    name: str
    label: str
    sides: dict[str, Path] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def of(source: Path, folder: Path, job: dict[str, Any], limits: Limits) -> Contents:
    """Return the dataset a job is about.

    Raises
    ------
    BlockedError
        Not a supported file; an archive with several datasets and no ``layer`` named.
    """
    name = job["name"]
    kind = sniff(source)
    if kind in ("zip", "kmz"):
        return _packed(source, folder, job, limits)
    if kind == "gpkg":
        logs.refuse_pending(source, logs.beside(source), name, folder)
    inside = Contents(kind, _private(source, folder, kind), name, source.stem)
    if kind == "shp":
        inside.sides = {s: _private(p, folder, "shp") for s, p in sides(source).items()}
    return inside


def kind(source: Path, folder: Path, job: dict[str, Any], limits: Limits) -> str:
    """Return the kind of a file, of an archive that of the dataset a job names; errors as in `of`."""
    found = sniff(source)
    return _packed(source, folder, job, limits).kind if found in ("zip", "kmz") else found


def sides(shp: Path) -> dict[str, Path]:
    """Return the side files of a shapefile, whatever the case of their endings."""
    near = {p.name.lower(): p for p in shp.parent.iterdir() if p.stem.lower() == shp.stem.lower() and p.is_file()}
    return {s: near[f"{shp.stem}{s}".lower()] for s in SIDES if f"{shp.stem}{s}".lower() in near}


_SUFFIX = {"gdb": ".gdb", "tiff": ".tif", "table": ".csv", "geojson": ".json", "topojson": ".json", "records": ".json"}


def _private(source: Path, folder: Path, kind: str) -> Path:
    suffix = source.suffix.lower() if kind == "shp" else _SUFFIX.get(kind, f".{kind}")
    target = folder / "work" / f"data{suffix}"
    target.parent.mkdir(exist_ok=True)
    if source.is_dir():
        target.mkdir()
        for item in source.iterdir():  # flat by definition; links and folders are not followed
            if item.is_file() and not item.is_symlink():
                shutil.copyfile(item, target / item.name)
    else:
        shutil.copyfile(source, target)
    return target


def _packed(source: Path, folder: Path, job: dict[str, Any], limits: Limits) -> Contents:
    entries, ignored = unzip(source, folder / "work", limits.unpacked_bytes)
    found = _datasets(entries)
    if not found:
        raise BlockedError(reason("zip_without_data", file=job["name"], supported=SUPPORTED))
    chosen = _chosen(found, job)
    if chosen.kind == "":
        chosen.kind = sniff(chosen.path)
    if chosen.kind == "gpkg":
        packed = {e: x.path for x in entries for e in logs.ENDINGS if x.name == f"{chosen.name}{e}"}
        logs.refuse_pending(chosen.path, {e: p for e, p in packed.items() if p.stat().st_size}, job["name"], folder)
    chosen.name = job["name"]
    chosen.findings += _left_aside(ignored)
    return chosen


def _left_aside(names: list[str]) -> list[Finding]:
    """Tell what was not read of an archive: papers as a note, what may be data as a warning, side files not at all."""
    others = [n for n in names if not _beside(n)]
    papers = [n for n in others if PurePosixPath(n).suffix.lower() in PAPERS]
    odd = [n for n in others if n not in papers]
    told: list[tuple[Severity, str, list[str]]] = [
        ("warn", "zip_entries_ignored", odd),
        ("fixed", "zip_papers", papers),
    ]
    return [finding(severity, code, count=len(rows), rows=rows[:5]) for severity, code, rows in told if rows]


def _beside(name: str) -> bool:
    """Tell whether an entry only indexes, draws or describes data, or is litter of an operating system."""
    return litter(name) or PurePosixPath(name.replace("\\", "/")).suffix.lower() in BESIDE


def _chosen(found: list[Contents], job: dict[str, Any]) -> Contents:
    labels = [c.label for c in found]
    if len(found) == 1:
        return found[0]
    wanted = [c for c in found if c.label == job.get("layer")]
    if job["task"] == "listing" and not wanted:
        raise SeveralError(labels)
    if len(wanted) == 1:
        job["layer"] = ""
        return wanted[0]
    code = "layer_unknown" if job.get("layer") else "several_layers"
    raise BlockedError(reason(code, file=job["name"], layer=job.get("layer", ""), layers=labels))


class SeveralError(BlockedError):
    """A listing of an archive with several datasets: their labels are the answer."""

    def __init__(self, labels: list[str]):
        self.labels = labels
        super().__init__(reason("several_layers", layers=labels))


def _datasets(entries: list[ArchiveEntry]) -> list[Contents]:
    found: dict[Path, Contents] = {}
    by_stem = {(str(PurePosixPath(e.name).with_suffix("")).lower(), e.path.suffix.lower()): e for e in entries}
    for entry in entries:
        folder = entry.path.parent
        at, name = (folder, PurePosixPath(entry.name).parent.name) if folder.suffix == ".gdb" else (entry.path, "")
        if at.suffix.lower() not in DATA:
            continue
        kind = "gdb" if at.suffix == ".gdb" else ""
        found[at] = Contents(kind, at, entry.name, PurePosixPath(name or entry.name).stem)
        if at.suffix == ".shp":
            stem = str(PurePosixPath(entry.name).with_suffix("")).lower()
            found[at].sides = {s: by_stem[stem, s].path for s in SIDES if (stem, s) in by_stem}
    _told_apart(list(found.values()))
    return list(found.values())


def _told_apart(found: list[Contents]) -> None:
    """Name datasets that are called the same (DLTB of every township) with the folder or archive they lie in."""
    counts = Counter(c.label for c in found)
    for one in (c for c in found if counts[c.label] > 1):
        path = PurePosixPath(one.name.replace("\\", "/"))
        path = path.parent if one.kind == "gdb" else path
        parts = [_bare(p) if p.lower().endswith(INNER) else p for p in path.parent.parts]
        one.label = "/".join([*parts, one.label])
    counts = Counter(c.label for c in found)
    for label in [name for name, times in counts.items() if times > 1]:  # one name in two formats
        for number, one in enumerate([c for c in found if c.label == label], 1):
            one.label = f"{label} ({number})"


def _bare(name: str) -> str:
    return PurePosixPath(name).stem
