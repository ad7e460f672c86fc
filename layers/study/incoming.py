"""Red lines handed to the screen, kept under names of ours until a check has read them.

What a visitor uploads is bytes and a name nobody can trust. The bytes go to
``.luodi/incoming/<digest>/``; of the name only letters, digits and a known ending stay.
The folder is cache: it may be deleted, and the oldest files leave by themselves.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.basis.sealed import SEAL
from layers.study.lock import shelving
from layers.study.names import slug
from layers.study.run.store import read_json, write_json

ENDINGS = ("shp.zip", "gdb.zip", "txt", "csv", "dat", "xlsx", "xls", "dxf", "kml", "zip", "gpkg", "geojson", "json")
"""What a red line may arrive as; the gate looks at the content once more."""
MAX_BYTES = 50_000_000
SHELF = Path(".luodi") / "incoming"
KEPT = 40
LINKS = "checks.json"


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Keep an uploaded file and return its place.

    Parameters
    ----------
    folder : Path
        The study folder.
    name : str
        As the browser told it; only used to call the file something a person knows again.
    content : bytes

    Raises
    ------
    BlockedError
        Nothing in it, larger than `MAX_BYTES`, or an ending not in `ENDINGS`; or no room for it.
    """
    known = name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    ending = next((e for e in ENDINGS if known.lower().endswith(f".{e}")), "")
    if not ending:
        raise BlockedError(reason("incoming_kind", file=known[:80], known=[*ENDINGS]))
    if not content.strip():
        raise BlockedError(reason("incoming_empty", file=known[:80]))
    if len(content) > MAX_BYTES:
        raise BlockedError(reason("incoming_large", file=known[:80], mb=len(content) / 1e6, limit=MAX_BYTES / 1e6))
    with shelving(folder):
        place = _shelf(folder) / hashlib.sha256(content).hexdigest()[:20]
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{slug(known[: -len(ending) - 1])}.{ending}"
        part = path.with_name(f".{path.name}.part")
        try:
            part.write_bytes(content)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        os.utime(place)
        _forget(folder)
    return path


def keep_text(folder: Path, text: str) -> Path:
    """Keep pasted coordinates as a file; equal texts are the same file.

    Raises
    ------
    BlockedError
        Nothing but blanks, or too long.
    """
    content = text.encode("utf-8", "replace")
    return keep(folder, f"pasted-{hashlib.sha256(content).hexdigest()[:6]}.txt", content)


def link(folder: Path, check_id: str, path: Path) -> None:
    """Remember which kept file a check was read from, so that it can be read again."""
    with shelving(folder):
        known = _links(folder) | {check_id: f"{path.parent.name}/{path.name}"}
        write_json(_shelf(folder), LINKS, dict(list(known.items())[-4 * KEPT :]))


def source_of(folder: Path, check_id: str) -> Path | None:
    """Return the kept file of a check, None when it is not there any more."""
    place = _links(folder).get(check_id, "")
    path = _shelf(folder) / place
    return path if place and path.is_file() else None


def _shelf(folder: Path) -> Path:
    path = folder / SHELF
    path.mkdir(parents=True, exist_ok=True)
    return path


def _links(folder: Path) -> dict[str, str]:
    """Return what is linked; the file is cache, and one that cannot be read is no link."""
    try:
        told = read_json(_shelf(folder) / LINKS)
    except (ValueError, OSError):
        return {}
    return {k: v for k, v in told.items() if isinstance(v, str) and ".." not in v and k != SEAL}


def _forget(folder: Path) -> None:
    """Let the files go that were not asked for longest, and what an upload that was killed left half written."""
    for part in _shelf(folder).glob("*/.*.part"):
        part.unlink(missing_ok=True)
    places = sorted((p for p in _shelf(folder).iterdir() if p.is_dir()), key=lambda p: -p.stat().st_mtime)
    for place in places[KEPT:]:
        shutil.rmtree(place, ignore_errors=True)
