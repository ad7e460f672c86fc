"""The gate: the only opener of a user's file.

The parent process hashes bytes and reads its own cache; it never parses what a user
gave. Parsing happens in a child process with limits (`layers/sources/child.py`, `forks.py`). A cache
entry is keyed by the content of the file and the options, so the same bytes are parsed
once; it holds Parquet, a plain array and JSON, never a pickle. An entry knows the sums of its
files and the code of its reader (`layers/sources/readers.py`): one that is damaged, or that
another reader wrote, is parsed again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyarrow import parquet

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import Reason, reason
from layers.basis import disk, postgis, sealed
from layers.basis.owned import owned
from layers.sources import alone, forks, readers
from layers.sources.finding import Finding
from layers.sources.formats import logs
from layers.sources.formats.contents import sides
from layers.sources.formats.imagery import BANDS, VALID
from layers.sources.formats.read import PROGRESS, ROW, WKB
from layers.sources.limits import STANDARD, Limits
from layers.sources.opened import ImageFile, RasterFile, TableFile, VectorFile

LIMITS: Limits = STANDARD
RESULT, SUMS = "result.json", "sums"
KINDS = "kinds"
"""Folder beside the parsed copies, with notes of what files are."""
PARSE = "parse-"
PIECE = 50_000
"""Shapes built at a time."""
_PASSED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "PROJ_DATA", "LD_LIBRARY_PATH", "HOME")


def open_vector(path: Path | str, cache: Path, *, layer: str = "", crs: str = "", encoding: str = "") -> VectorFile:
    """Open one layer of a vector file or of a table with coordinates.

    Parameters
    ----------
    path : path
        File, or a .gdb folder. URLs and GDAL connection strings are refused.
    cache : Path
        Folder for parsed copies; made when missing.
    layer : str
        Layer inside the file; must be given when there are several.
    crs : str
        What the coordinates are, when the file does not say; the returned `crs` is
        what the file itself says.
    encoding : str
        Of attribute texts, for shapefiles; "" finds out.

    Raises
    ------
    BlockedError
        The file cannot be read as a whole; the reasons say why and what to do.
        Single rows that cannot be used are listed in `findings` instead.
    """
    source = _source(path)
    options = {"layer": layer, "crs": crs, "encoding": encoding}
    sha256, entry = _parsed("vector", source, cache, options)
    result = _result(entry)
    frame, shapes, rows = _rows(entry / "frame.parquet")
    return VectorFile(
        frame=frame,
        shapes=shapes,
        rows=rows,
        crs=result["crs"],
        findings=_findings(result),
        sha256=sha256,
        layer=result["layer"],
        layers=tuple(result["layers"]),
        total=result["total"],
    )


def _rows(path: Path) -> tuple[pd.DataFrame, npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return attributes, shapes and rows of a parsed copy; of very many no column lies in memory twice."""
    with parquet.ParquetFile(path) as file:
        built = [shapely.from_wkb(b.column(WKB).to_numpy(zero_copy_only=False))
                 for b in file.iter_batches(PIECE, columns=[WKB])]  # fmt: skip
        shapes = np.concatenate(built) if built else np.empty(0, object)
        del built
        rows = file.read([ROW]).column(ROW).to_numpy()
        table = file.read([c for c in file.schema_arrow.names if c not in (ROW, WKB)])
    frame = table.to_pandas(self_destruct=True, split_blocks=len(rows) > PIECE)
    return (pd.DataFrame(frame, index=range(len(shapes))) if frame.empty else frame), shapes, rows


def open_raster(path: Path | str, cache: Path) -> RasterFile:
    """Open the first band of a GeoTIFF: scale and offset applied, no data as NaN, north up.

    Raises
    ------
    BlockedError
        Not a GeoTIFF, too many cells, no CRS or no georeference.
    """
    sha256, entry = _parsed("raster", _source(path), cache, {})
    result = _result(entry)
    values = np.load(entry / "values.npy", allow_pickle=False)
    return RasterFile(values, tuple(result["transform"]), result["crs"], _findings(result), sha256)


def open_image(path: Path | str, cache: Path) -> ImageFile:
    """Open all bands of a GeoTIFF as arrays that stay on disk until a block of them is looked at.

    Raises
    ------
    BlockedError
        Not a GeoTIFF, too many cells, no CRS or no georeference, rotated.
    """
    sha256, entry = _parsed("imagery", _source(path), cache, {})
    result = _result(entry)
    bands, valid = (np.load(entry / name, mmap_mode="r", allow_pickle=False) for name in (BANDS, VALID))
    return ImageFile(bands, valid, tuple(result["transform"]), result["crs"], _findings(result), sha256)


def open_table(path: Path | str, cache: Path, *, sheet: str = "", raw: bool = False) -> TableFile:
    """Open a CSV, XLSX or XLS as text: header found, title and total rows set apart and checked.

    `raw` leaves all rows that hold anything as they stand, columns without names.

    Raises
    ------
    BlockedError
        Not a table, encrypted, no header found, or several sheets and none named.
    """
    sha256, entry = _parsed("table", _source(path), cache, {"layer": sheet} | ({"raw": "yes"} if raw else {}))
    result = _result(entry)
    table = parquet.read_table(entry / "frame.parquet")
    frame = table.drop_columns([ROW]).to_pandas()
    rows = table.column(ROW).to_numpy()
    return TableFile(frame, rows, _findings(result), sha256, result["layer"], tuple(result["layers"]))


def listing(path: Path | str, cache: Path) -> list[str]:
    """Return the layers (or sheets, or datasets of an archive) inside a file."""
    _, entry = _parsed("listing", _source(path), cache, {})
    return list(_result(entry)["layers"])


def digest(path: Path | str) -> str:
    """Return the sha256 of a file with its side files, or of a .gdb folder."""
    return _digest(_source(path))


def kinds(files: Sequence[tuple[Path, str]], cache: Path) -> list[str]:
    """Return what files are by their content, an archive by what is inside; "" for what is nothing we read.

    Parameters
    ----------
    files : sequence of (path, layer)
        Each with the dataset that is wanted of an archive.
    cache : Path
        Folder for parsed copies, which know already; what they do not know one process finds out.
    """
    notes = [_note(path, layer, cache) for path, layer in files]
    found = [_noted(note) for note in notes]
    open_ones = [k for k, kind in enumerate(found) if kind is None]
    if open_ones:
        cache.mkdir(parents=True, exist_ok=True)
        for k, kind in zip(open_ones, _asked([files[k] for k in open_ones], cache), strict=True):
            found[k] = kind
            _write_note(notes[k], kind)
    return [kind or "" for kind in found]


def _note(path: Path, layer: str, cache: Path) -> Path:
    name = json.dumps([_digest(path), path.suffix.lower(), layer])
    return cache.parent / KINDS / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"


def _noted(note: Path) -> str | None:
    """Return the kind that was found by the code that would find it today; None if nobody has looked."""
    try:
        found = sealed.read(note, strict=True)
        return str(found["kind"]) if found["sniffing"] == readers.sniffing() else None
    except (OSError, ValueError, KeyError):
        return None


def _write_note(note: Path, kind: str) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    part = note.with_name(f".{note.name}.{os.getpid()}.part")
    part.write_text(sealed.text({"kind": kind, "sniffing": readers.sniffing()}), encoding="utf-8")
    os.replace(part, note)


def _asked(files: Sequence[tuple[Path, str]], cache: Path) -> list[str]:
    """Let one process look at files; where it fails, one at a time."""
    with owned(cache, PARSE) as own:
        folder = own / "made"
        folder.mkdir()
        several = [{"source": str(path.resolve()), "name": path.name, "layer": layer} for path, layer in files]
        job = {"task": "kinds", "name": files[0][0].name, "files": several, "limits": asdict(LIMITS)}
        (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
        try:
            return list(run(folder, files[0][0].name)["kinds"])
        except BlockedError:
            return [""] if len(files) == 1 else [k for one in files for k in _asked([one], cache)]


def members(source: Path) -> list[Path]:
    """Return the files a dataset consists of: the file itself, its side files, or a folder's files."""
    if source.is_dir():
        return sorted(p for p in source.iterdir() if p.is_file() and not p.is_symlink())
    return [source, *(sides(source).values() if source.suffix.lower() == ".shp" else ())]


def parts(source: Path) -> list[Path]:
    """Return the files whose content is that of a dataset: its members, and logs that would change it."""
    return [*members(source), *logs.beside(source).values()]


def _source(path: Path | str) -> Path:
    """Only paths of this computer pass; no user text reaches GDAL as a connection string."""
    text = str(path)
    postgis.only_files(Path(path))
    if "://" in text or text.startswith("/vsi") or "\0" in text:
        raise CallError(reason("path_not_local", path=text[:100]))
    source = Path(path)
    if not source.exists():
        raise BlockedError(reason("file_missing", file=source.name, path=text))
    if not (source.is_file() or source.is_dir()):
        raise BlockedError(reason("file_missing", file=source.name, path=text))
    size = sum(p.stat().st_size for p in members(source))
    if size > LIMITS.file_bytes:
        raise BlockedError(
            reason("file_too_large", file=source.name, size_mb=size / 1e6, limit_mb=LIMITS.file_bytes / 1e6)
        )
    return source.resolve()


def _digest(source: Path) -> str:
    total = hashlib.sha256()
    for part in parts(source):
        with part.open("rb") as stream:
            inner = hashlib.file_digest(stream, "sha256").hexdigest()
        total.update(f"{part.suffix.lower() if source.is_file() else part.name}:{inner}\n".encode())
    return total.hexdigest()


def _parsed(task: str, source: Path, cache: Path, options: dict[str, str]) -> tuple[str, Path]:
    """Return the digest of the file and the cache entry that holds what was parsed from it."""
    try:
        sha256 = _digest(source)
    except OSError as error:
        raise BlockedError(reason("file_unreadable", file=source.name, detail=error.strerror or "")) from None
    key = json.dumps([task, sha256, source.suffix.lower(), source.stem, options, asdict(LIMITS)])
    entry = cache / hashlib.sha256(key.encode()).hexdigest()[:32]
    if not (_whole(entry) and _current(entry)):
        _parse(task, source, options, entry)
        _write_note(_note(source, options.get("layer", ""), cache), _result(entry)["kind"])
    return sha256, entry


def _current(entry: Path) -> bool:
    """Tell whether the reader of an entry's kind is the one that wrote it."""
    found = _result(entry)
    return bool(found.get("reader") == _reader(found))


def _reader(result: dict[str, Any]) -> list[str]:
    return [readers.sniffing(), readers.key(str(result.get("kind", "")))]


def _whole(entry: Path) -> bool:
    """Tell whether an entry is there and every file of it is what was written."""
    try:
        sums = sealed.read(entry / RESULT, strict=True)[SUMS]
        return all(sealed.sha256(entry / name) == known for name, known in sums.items())
    except (OSError, ValueError, KeyError):
        return False


def _parse(task: str, source: Path, options: dict[str, str], entry: Path) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True)
    with owned(entry.parent, PARSE) as own:
        folder = own / "made"
        folder.mkdir()
        job = {"task": task, "source": str(source), "name": source.name, "limits": asdict(LIMITS), **options}
        (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
        result = run(folder, source.name)
        shutil.rmtree(folder / "work", ignore_errors=True)
        sums = {p.name: sealed.sha256(p) for p in sorted(folder.iterdir()) if p.is_file() and p.name != RESULT}
        result |= {"reader": _reader(result), SUMS: sums}
        (folder / RESULT).write_text(sealed.text(result), encoding="utf-8")
        _put(folder, entry, own)


def _put(folder: Path, entry: Path, own: Path) -> None:
    """Put an entry in its place; a damaged one makes room, a whole one of another process is as good."""
    try:
        folder.rename(entry)
    except OSError:
        if _whole(entry) and _current(entry):
            return
        if entry.exists():
            os.replace(entry, own / "damaged")
        folder.rename(entry)


def run(folder: Path, name: str, more: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run the child and return what it found; a crash, a kill or running out of time is a reason of a BlockedError.

    Parameters
    ----------
    folder : Path
        With the job; the result is put beside it.
    name : str
        What the source is called in messages.
    more : mapping or None
        Of the environment, for a job that needs some: its process is one of its own.
    """
    env = {k: v for k, v in os.environ.items() if k in _PASSED} | {"PYTHONIOENCODING": "utf-8"}
    try:
        code = _done((folder / "job.json").resolve(), env | dict(more or {}), more is None)
    except subprocess.TimeoutExpired:
        raise BlockedError(reason("parse_timeout", file=name, seconds=LIMITS.wall_seconds)) from None
    if code == disk.NO_ROOM or (code != 0 and disk.has_no_room(folder)):
        raise disk.full(folder.parent.parent)
    if code in (-6, -9):  # a library that gets no memory aborts; the system kills whoever takes the last
        raise BlockedError(reason("parse_gave_up", file=name, limit_gb=LIMITS.memory_bytes / 1e9))
    if code == -24:  # SIGXCPU
        raise BlockedError(reason("parse_timeout", file=name, seconds=LIMITS.cpu_seconds))
    if code != 0 or not (folder / RESULT).is_file():
        raise BlockedError(reason("parse_crashed", file=name, code=code))
    result = _result(folder)
    if "blocked" in result:
        raise BlockedError([Reason.from_json(text) for text in result["blocked"]])
    return result


def _done(job_file: Path, env: dict[str, str], may_fork: bool) -> int:
    """Parse in a fork of the warm process, or in a process of its own; return the exit code."""
    tick = partial(_tick, job_file.parent / PROGRESS, _watching.get())
    code = forks.WARM.run(job_file, env, LIMITS.wall_seconds, tick) if forks.POSSIBLE and may_fork else None
    return alone.run(job_file, env, LIMITS.wall_seconds, tick) if code is None else code


_watching: ContextVar[Callable[[float], None] | None] = ContextVar("watching", default=None)


@contextmanager
def watching(told: Callable[[float], None]) -> Iterator[None]:
    """Tell how far the reading of a file of very many rows is, as a share, while it is read in here.

    What `told` raises (`geo.basis.errors.Cancelled`) ends the reading; nothing of it stays.
    """
    token = _watching.set(told)
    try:
        yield
    finally:
        _watching.reset(token)


def _tick(word: Path, told: Callable[[float], None] | None) -> None:
    if told is None:
        return
    try:
        share = float(word.read_text(encoding="ascii") or 0.0)
    except (OSError, ValueError):  # not begun, or being written
        share = 0.0
    told(share)


def _result(entry: Path) -> dict[str, Any]:
    return json.loads((entry / RESULT).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _findings(result: dict[str, Any]) -> tuple[Finding, ...]:
    return tuple(Finding.from_dict(body) for body in result["findings"])
