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
MAX_DEPTH = 3
"""So many archives may lie in one another below the outermost; a township's zip in an office's is one."""
LITTER = (".ds_store", "thumbs.db", "desktop.ini")
INNER = (".zip", ".kmz")
_OTHER_ARCHIVES = (".rar", ".7z", ".gz", ".tar")
_GDB_FILE = re.compile(r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+){0,3}$")


@dataclass(frozen=True)
class ArchiveEntry:
    """A file of the archive: the name it had (in the right letters) and where it lies now."""

    name: str
    path: Path


@dataclass
class _Room:
    """What an archive may still cost, with all archives inside it together."""

    archive: str
    packed_bytes: int
    max_bytes: int
    left_bytes: int
    entries: int = 0
    full_bytes: int = 0


def unzip(archive: Path, folder: Path, max_bytes: int) -> tuple[list[ArchiveEntry], list[str]]:
    """Unpack what we can read, archives inside too; return the entries and the names left out.

    An entry of an archive inside is named ``inner.zip/name``. Every limit is one for the archive with all that is
    inside it: packing it twice does not buy room.

    Raises
    ------
    BlockedError
        Too many entries, too large, packed too tightly, encrypted, archives in archives deeper than
        `MAX_DEPTH` or of a kind we do not unpack, or names that lead outside (absolute, drive, ``..``, link).
    """
    folder.mkdir(parents=True, exist_ok=True)
    room = _Room(archive.name, archive.stat().st_size, max_bytes, max_bytes)
    taken: list[ArchiveEntry] = []
    ignored: list[str] = []
    _unpack(archive, (), folder, room, taken, ignored)
    return taken, ignored


def _unpack(
    archive: Path, within: tuple[str, ...], folder: Path, room: _Room, taken: list[ArchiveEntry], ignored: list[str]
) -> None:
    """Unpack one archive; `within` names those it lies in, the outermost one left out."""
    called = within[-1] if within else room.archive
    with _opened(archive, called) as packed:
        infos = [i for i in packed.infolist() if not i.is_dir()]
        _refuse(called, infos, room, len(within))
        for info in infos:
            name = "/".join((*within, info.filename))
            inner = Path(info.filename).suffix.lower() in INNER and not litter(info.filename)
            number = len(taken) + len(ignored)
            target = folder / f"inner{len(within)}_{number}.zip" if inner else _target(name, folder, number)
            if target is None:
                ignored.append(name)
                continue
            room.left_bytes -= _copy(packed, info, target, room, called)
            if not inner:
                taken.append(ArchiveEntry(name, target))
                continue
            _unpack(target, (*within, info.filename), folder, room, taken, ignored)
            target.unlink()


def _opened(archive: Path, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive, metadata_encoding="gbk")  # Windows zips name files in GBK, flag unset
    except UnicodeDecodeError:
        return zipfile.ZipFile(archive)
    except zipfile.BadZipFile:
        raise BlockedError(reason("zip_broken", file=name)) from None


def _refuse(name: str, infos: list[zipfile.ZipInfo], room: _Room, depth: int) -> None:
    """Refuse what no archive of data has; entries and sizes are counted over all archives so far."""
    problems = []
    room.entries += len(infos)
    room.full_bytes += sum(i.file_size for i in infos)
    if room.entries > MAX_ENTRIES:
        problems.append(reason("zip_too_many", file=room.archive, count=room.entries, limit=MAX_ENTRIES))
    outside = [i.filename for i in infos if _leads_outside(i)]
    if outside:
        problems.append(reason("zip_leads_outside", file=name, count=len(outside), rows=outside[:5]))
    if any(i.flag_bits & 1 for i in infos):
        problems.append(reason("file_encrypted", file=name))
    inside = [i.filename for i in infos if not litter(i.filename)]
    other = [n for n in inside if Path(n).suffix.lower() in _OTHER_ARCHIVES]
    if other:
        problems.append(reason("zip_in_zip", file=name, count=len(other), rows=other[:5]))
    deeper = [n for n in inside if Path(n).suffix.lower() in INNER]
    if deeper and depth >= MAX_DEPTH:
        problems.append(reason("zip_too_deep", file=room.archive, limit=MAX_DEPTH, rows=deeper[:5]))
    problems += _packing(name, infos) or _tight(room.archive, room.packed_bytes, room.full_bytes)
    if problems:
        raise BlockedError(problems)


def refuse_packing(name: str, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that is packed too tightly to be data."""
    if problems := _packing(name, infos):
        raise BlockedError(problems)


def _packing(name: str, infos: list[zipfile.ZipInfo]) -> list[Reason]:
    return _tight(name, sum(i.compress_size for i in infos), sum(i.file_size for i in infos))


def _tight(name: str, packed: int, full: int) -> list[Reason]:
    if full <= RATIO_FROM_BYTES or full <= MAX_RATIO * max(packed, 1):
        return []
    return [reason("zip_bomb", file=name, ratio=full / max(packed, 1), limit=MAX_RATIO)]


def _leads_outside(info: zipfile.ZipInfo) -> bool:
    name = info.filename.replace("\\", "/")
    link = stat.S_ISLNK(info.external_attr >> 16)
    return link or name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts


def litter(name: str) -> bool:
    """Tell whether an entry is what an operating system puts beside the files of people."""
    path = PurePosixPath(name.replace("\\", "/"))
    return "__MACOSX" in path.parts or path.name.startswith("._") or path.name.lower() in LITTER


def _target(name: str, folder: Path, number: int) -> Path | None:
    """Give the entry a name of our own; None for what we have no reader for."""
    if litter(name):
        return None
    path = PurePosixPath(name.replace("\\", "/"))
    if path.parent.suffix.lower() == ".gdb":
        inside = folder / f"gdb{crc32(str(path.parent).encode()):08x}.gdb"
        return inside / path.name if _GDB_FILE.match(path.name) else None
    suffix = path.suffix.lower()
    return folder / f"f{number}{suffix}" if suffix in TAKEN else None


def _copy(packed: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, room: _Room, name: str) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    try:
        with packed.open(info) as source, target.open("xb") as sink:
            while chunk := source.read(1 << 20):
                done += len(chunk)
                if done > room.left_bytes:
                    raise BlockedError(reason("zip_too_large", file=room.archive, limit_mb=room.max_bytes / 1e6))
                sink.write(chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        if disk.is_full(error):
            raise
        raise BlockedError(reason("zip_broken", file=name, detail=str(error))) from None
    return done
