"""The demonstration county, made once per state of the code and shared by every suite, worker and call.

Made folders lie in `.stamps/counties`, named by what they were made from: any change of the
program, its data or its libraries makes them anew, and the old ones go. A test works on a copy.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from filelock import FileLock

from county import county
from geo.basis.progress import silent
from layers.study.load import CACHE
from layers.study.run import runs
from tests.scenes.shared import scene_two

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".stamps" / "counties"
MADE_FROM = ("geo", "layers", "county", "data", "luodi.py", "requirements.lock")
OURS = {".py", ".toml", ".csv", ".lock"}


def _written(folder: Path) -> None:
    county.write(folder, silent)


def _run(folder: Path) -> None:
    shutil.copytree(made("written"), folder, symlinks=True)
    runs.update(folder, "all", silent)


def _wednesday(folder: Path) -> None:
    shutil.copytree(made("run"), folder, symlinks=True)
    runs.update(scene_two(folder), "all", silent)


def _opened(folder: Path) -> None:
    shutil.copytree(made("written"), folder, symlinks=True)
    shutil.copytree(made("run") / CACHE.parent, folder / CACHE.parent, dirs_exist_ok=True)


STATES: dict[str, Callable[[Path], None]] = {
    "written": _written,
    "opened": _opened,
    "run": _run,
    "wednesday": _wednesday,
}
"""As delivered; as delivered with its files read; every stage run; 丽人 pinned to its accepted red line and every stage
run."""


@cache
def _digest() -> str:
    found = hashlib.sha256()
    for top in MADE_FROM:
        place = ROOT / top
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.suffix in OURS and path.is_file():
                found.update(str(path.relative_to(ROOT)).encode())
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


@cache
def made(state: str) -> Path:
    """Return a county in a state of `STATES`; treat it as read-only."""
    place = KEPT / f"{_digest()}-{state}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with FileLock(KEPT / f"{state}.lock"):
        if not place.is_dir():
            for old in KEPT.glob(f"*-{state}"):
                shutil.rmtree(old)
            part = KEPT / f"part-{state}"
            shutil.rmtree(part, ignore_errors=True)
            STATES[state](part)
            part.rename(place)
    return place


def copied(state: str, folder: Path) -> Path:
    """Copy a county in a state of `STATES` to a folder of a test's own."""
    shutil.copytree(made(state), folder, symlinks=True)
    return folder
