"""Unpack an archive under our own names, within limits, refusing what only attacks contain."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zlib import crc32

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.basis import disk

MAX_ENTRIES = 1_000
MAX_RATIO = 200
RATIO_FROM_BYTES = 10_000_000
"""Below this a high ratio is harmless (a sparse DBF of blanks packs 300 to 1)."""
TAKEN = (
    ".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg", ".geojson", ".json", ".topojson", ".kml",
    ".parquet", ".csv", ".txt", ".xlsx", ".xls", ".tif", ".tiff", ".dxf",
    ".gpkg-wal", ".gpkg-journal",
)  # fmt: skip
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar", ".kmz")
_GDB_FILE = re.compile(r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+){0,3}$")


@dataclass(frozen=True)
class ArchiveEntry:
    """A file of the archive: the name it had (in the right letters) and where it lies now."""

    name: str
    path: Path


def unzip(archive: Path, folder: Path, max_bytes: int) -> tuple[list[ArchiveEntry], list[str]]:
    """Unpack what we can read; return the entries and the names left out.

    Raises
    ------
    BlockedError
        Too many entries, too large, packed too tightly, encrypted, an archive in the
        archive, or names that lead outside (absolute, drive, ``..``, link).
    """
    with _opened(archive) as packed:
        infos = [i for i in packed.infolist() if not i.is_dir()]
        _refuse(archive.name, infos)
        folder.mkdir(parents=True, exist_ok=True)
        taken, ignored, left = [], [], max_bytes
        for number, info in enumerate(infos):
            target = _target(info.filename, folder, number)
            if target is None:
                ignored.append(info.filename)
                continue
            left -= _copy(packed, info, target, left, archive.name)
            taken.append(ArchiveEntry(info.filename, target))
    return taken, ignored


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive, metadata_encoding="gbk")  # Windows zips name files in GBK, flag unset
    except UnicodeDecodeError:
        return zipfile.ZipFile(archive)
    except zipfile.BadZipFile:
        raise BlockedError(reason("zip_broken", file=archive.name)) from None


def _refuse(name: str, infos: list[zipfile.ZipInfo]) -> None:
    problems = []
    if len(infos) > MAX_ENTRIES:
        problems.append(reason("zip_too_many", file=name, count=len(infos), limit=MAX_ENTRIES))
    outside = [i.filename for i in infos if _leads_outside(i)]
    if outside:
        problems.append(reason("zip_leads_outside", file=name, count=len(outside), rows=outside[:5]))
    if any(i.flag_bits & 1 for i in infos):
        problems.append(reason("file_encrypted", file=name))
    nested = [i.filename for i in infos if Path(i.filename).suffix.lower() in _ARCHIVES]
    if nested:
        problems.append(reason("zip_in_zip", file=name, count=len(nested), rows=nested[:5]))
    problems += _packing(name, infos)
    if problems:
        raise BlockedError(problems)


def refuse_packing(name: str, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that is packed too tightly to be data."""
    if problems := _packing(name, infos):
        raise BlockedError(problems)


def _packing(name: str, infos: list[zipfile.ZipInfo]) -> list[Reason]:
    packed, full = sum(i.compress_size for i in infos), sum(i.file_size for i in infos)
    if full <= RATIO_FROM_BYTES or full <= MAX_RATIO * max(packed, 1):
        return []
    return [reason("zip_bomb", file=name, ratio=full / max(packed, 1), limit=MAX_RATIO)]


def _leads_outside(info: zipfile.ZipInfo) -> bool:
    name = info.filename.replace("\\", "/")
    link = stat.S_ISLNK(info.external_attr >> 16)
    return link or name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts


def _target(name: str, folder: Path, number: int) -> Path | None:
    """Give the entry a name of our own; None for what we have no reader for."""
    path = PurePosixPath(name.replace("\\", "/"))
    if "__MACOSX" in path.parts or path.name.startswith("._"):
        return None
    if path.parent.suffix.lower() == ".gdb":
        inside = folder / f"gdb{crc32(str(path.parent).encode()):08x}.gdb"
        return inside / path.name if _GDB_FILE.match(path.name) else None
    suffix = path.suffix.lower()
    return folder / f"f{number}{suffix}" if suffix in TAKEN else None


def _copy(packed: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int, name: str) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    try:
        with packed.open(info) as source, target.open("xb") as sink:
            while chunk := source.read(1 << 20):
                done += len(chunk)
                if done > left:
                    raise BlockedError(reason("zip_too_large", file=name, limit_mb=left / 1e6))
                sink.write(chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        if disk.is_full(error):
            raise
        raise BlockedError(reason("zip_broken", file=name, detail=str(error))) from None
    return done
