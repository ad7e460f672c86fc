"""A study as one file for another computer or an archive: settings, decisions, inputs, the newest run, sums of all."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError, DamagedError
from geo.basis.reason import reason
from layers.basis import sealed
from layers.outputs.target import ending, replaced
from layers.study import basemaps, edits, role_fields, spec
from layers.study.record import RECORD, Recorded
from layers.study.run import manifest, runs, store

SPECIAL = (".luodi", "runs", "results", RECORD)
UNDER = (basemaps.FILE, basemaps.FOLDER)
"""What lies under the maps: it changes no result, may hold a key to a service, and leaves only when it is asked for."""
_DAY = (2000, 1, 1, 0, 0, 0)
"""The time every part carries, so that the same study gives the same bundle."""


def write(folder: Path, path: Path, inside: bool = False, under: bool = False) -> int:
    """Write a bundle; return the files in it.

    Parameters
    ----------
    folder : Path
    path : Path
        Ends in ``.zip``.
    inside : bool
        True: it stays in the office that owns the use-only layers.
    under : bool
        True: the basemaps of the study and their settings go in too.

    Raises
    ------
    BlockedError
        There is no run, the run has changed, or a use-only layer or a file with personal data would leave.
    """
    ending(path, ("zip",))
    run = _allowed(folder, inside)
    body = manifest.read(run)
    files = dict(_files(folder, run, path, under))
    record = sealed.text(
        {
            "run_id": body["run_id"],
            "written": body["written"],
            "versions": body["versions"],
            "inputs": body["inputs"],
            "files": {name: sealed.sha256(file) for name, file in sorted(files.items())},
        }
    )
    replaced(path, lambda part: _zipped(part, files, record, run.name), folder)
    return len(files)


def _allowed(folder: Path, inside: bool) -> Path:
    """Return the run that goes in; refuse what `write` refuses."""
    study = spec.read(folder)
    secret = [s.id for s in study.layers if s.use_only]
    if secret and not inside:
        raise BlockedError(reason("bundle_use_only", count=len(secret)))
    run = runs.current(folder)
    if run is None:
        raise BlockedError(reason("no_run_yet", path=folder.name))
    people = _of_people(study, run)
    if people and not inside:
        raise BlockedError(reason("bundle_personal", layers=people))
    return run


def _of_people(study: spec.Study, run: Path) -> list[str]:
    """Return the layers whose files hold what is personal: tables leave it out, but a bundle has the files."""
    named = {s.id for s in study.layers if role_fields.personal(s.role) & set(s.fields)}
    held = manifest.read(run)["tables"]
    for name in [t for t in PROBLEMS if t in held]:
        told = store.read_table(run, name)
        named |= set(told.loc[told["code"] == PHONES, "layer_id"].astype(str))
    return sorted(named)


PROBLEMS, PHONES = ("project_problems", "library_problems"), "project_phone_left_out"
"""Where it is said of a file that telephone numbers stand in its cells."""


@dataclass(frozen=True)
class BundlePart:
    """What a bundle holds of one kind: a code of `PARTS`, its files, their bytes before they are packed."""

    kind: str
    files: int
    size: int


PARTS = ("settings", "decisions", "inputs", "checks", "run", "other")
"""What a bundle holds: settings and packs of the study, decisions, inputs, checks of red lines, the newest run."""
_BY_FOLDER = {"inputs": "inputs", "checks": "checks", "runs": "run"}


def contents(folder: Path) -> tuple[BundlePart, ...]:
    """Return what a bundle would hold, by kind; nothing is written.

    Raises
    ------
    BlockedError
        As `write` without `inside`.
    """
    run = _allowed(folder, False)
    counted = {kind: [0, 0] for kind in PARTS}
    for name, file in _files(folder, run, folder / RECORD):
        top, _, below = name.partition("/")
        kind = _BY_FOLDER.get(top, "other") if below else _LOOSE.get(file.suffix, "other")
        counted[kind][0] += 1
        counted[kind][1] += file.stat().st_size
    return tuple(BundlePart(kind, *found) for kind, found in counted.items() if found[0])


_LOOSE = {".toml": "settings", Path(edits.FILE).suffix: "decisions"}
"""Files beside the folders of a study, by their ending."""


def _files(folder: Path, run: Path, target: Path, under: bool = False) -> Iterator[tuple[str, Path]]:
    """Yield what goes in, by its name there: the study without its caches and basemaps, and its newest run."""
    left = SPECIAL if under else SPECIAL + UNDER
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        own = name.parts[0] in left or (name.name.startswith((edits.FILE, ".")) and name.name != edits.FILE)
        if file.is_file() and not own and file.resolve() != target.resolve():
            yield name.as_posix(), file
    for file in sorted(run.iterdir()):
        if file.is_file() and not file.name.startswith("."):
            yield f"runs/{run.name}/{file.name}", file


def _zipped(part: Path, files: dict[str, Path], record: str, run: str) -> None:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            with archive.open(zipfile.ZipInfo(name, _DAY), "w", force_zip64=True) as stream, file.open("rb") as source:
                while chunk := source.read(1 << 20):
                    stream.write(chunk)
        archive.writestr(zipfile.ZipInfo("results", _DAY), f"runs/{run}")
        archive.writestr(zipfile.ZipInfo(RECORD, _DAY), record)


def verified(path: Path) -> list[Recorded]:
    """Hold the files of a bundle against its list without unpacking it.

    Raises
    ------
    DamagedError
        It is no bundle, or its list is not what was written.
    """
    import hashlib

    try:
        with zipfile.ZipFile(path) as archive:
            told = _record(archive)
            names = set(archive.namelist())
            out = []
            for name, sha in sorted(told["files"].items()):
                if name not in names:
                    out.append(Recorded("file", name, "missing"))
                    continue
                with archive.open(name) as stream:
                    same = hashlib.file_digest(stream, "sha256").hexdigest() == sha  # type: ignore[arg-type]
                out.append(Recorded("file", name, "same" if same else "changed"))
            extra = names - set(told["files"]) - {RECORD, "results"}
            return [*out, *(Recorded("file", name, "new") for name in sorted(extra))]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise DamagedError(reason("bundle_unreadable", path=path.name)) from None


def _record(archive: zipfile.ZipFile) -> dict[str, Any]:
    return sealed.parsed(archive.read(RECORD).decode("utf-8"), RECORD, strict=True)
