"""Files of an add: copied aside first, moved into `inputs/` in one go, taken back unless the study names them.

Copying may take long and holds nobody up. What is moved is recorded before the first move, so
that an add that dies between moving and naming leaves nothing behind (`layers.study.litter`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError
from layers.basis import disk
from layers.basis.owned import owned
from layers.sources import gate
from layers.study import litter, names
from layers.study.lock import PRIVATE

INPUTS = "inputs"
PART = "part_"
"""Beginning of the names by which the further files of a layer in parts are staged."""


@dataclass(frozen=True)
class Copy:
    """A dataset copied aside.

    Parameters
    ----------
    aside : Path
        A folder: the dataset's files, or a folder named as `ending` says (a .gdb).
    stem, ending : str
        What it is to be called among the inputs.
    place : str
        Where it lies in the study already; "" for one that has to be moved in.
    """

    aside: Path
    stem: str = ""
    ending: str = ""
    place: str = ""

    def files(self, stem: str) -> dict[str, Path]:
        """Return the names the files are to have, and where they are now."""
        found = sorted(self.aside.iterdir())
        if self.folder:
            return {p.name: p for p in found}
        return {f"{stem}{self.ending if p.name == 'data' else p.suffix}": p for p in found}

    @property
    def folder(self) -> bool:
        """Whether the dataset is a folder of files."""
        return self.ending == ".gdb"


@dataclass
class StagedFiles:
    """Where the datasets lie now; they stay only when `kept` is set before the end."""

    places: dict[str, str]
    kept: bool = False
    made: list[Path] = field(default_factory=list)

    def keep(self) -> None:
        """The study names them now: they stay."""
        self.kept = True


def copied(sources: Mapping[str, Path], folder: Path, aside: Path) -> dict[str, Copy]:
    """Copy datasets with their side files into a folder of ours; one among the inputs stays where it is."""
    inside = (folder / INPUTS).resolve()
    out = {}
    for key, file in sources.items():
        place = aside / key
        if inside in file.resolve().parents:
            out[key] = Copy(place, place=file.resolve().relative_to(folder.resolve()).as_posix())
            continue
        place.mkdir()
        stem, ending = names.split(file)
        out[key] = Copy(place, names.slug(stem), ".gdb" if file.is_dir() else ending)
        for item in gate.members(file):
            name = item.name if file.is_dir() else "data" if item == file else f"side{item.suffix.lower()}"
            shutil.copyfile(item, place / name)
    return out


def sources(file: Path, entry: Mapping[str, Any]) -> dict[str, Path]:
    """Return the files of an entry: its own, those of its other parts, and the one its coverage names."""
    coverage = str(entry.get("coverage", "unknown"))
    others = [f for f in dict.fromkeys(Path(p["source"]) for p in entry.get("parts", ())) if f != file]
    out = {"source": file} | {f"{PART}{k}": other for k, other in enumerate(others, 2)}
    return out | ({} if coverage in ("complete", "unknown") else {"coverage": Path(coverage)})


def laid(entry: Mapping[str, Any], files: Mapping[str, Path], places: Mapping[str, str]) -> dict[str, Any]:
    """Return an entry with the places its files have now in the study.

    Parameters
    ----------
    entry : mapping
        As it was given, with files where they lay.
    files : mapping
        Those of `sources`.
    places : mapping
        Where each of them lies now, by the same names.
    """
    now = {str(file): places[key] for key, file in files.items() if key != "coverage"}
    body = dict(entry) | {k: v for k, v in places.items() if not k.startswith(PART)}
    if entry.get("parts"):
        body["parts"] = [dict(p) | {"source": now[str(p["source"])]} for p in entry["parts"]]
    return body


@contextmanager
def aside(folder: Path, files: Mapping[str, Path]) -> Iterator[tuple[dict[str, Copy], Path]]:
    """Copy files of an entry, by its key, into a folder of ours; yield copies and folder.

    Raises
    ------
    BlockedError
        The disk refuses, here or in what is done with the copies.
    """
    private = folder / PRIVATE
    try:
        private.mkdir(exist_ok=True)
        with owned(private, litter.ADDING) as place:
            yield copied(files, folder, place), place
    except OSError as error:
        raise BlockedError(disk.refusal(error, folder / INPUTS)) from None


@contextmanager
def moved(copies: Mapping[str, Copy], folder: Path, aside: Path) -> Iterator[StagedFiles]:
    """Move copies among the inputs; the caller holds the study and sets `kept` once the study names them."""
    inside = folder / INPUTS
    inside.mkdir(exist_ok=True)
    stems: dict[str, str] = {}
    for key, copy in copies.items():  # datasets of one name in one entry are told apart by what they are
        if not copy.place:
            held = {s.casefold() for s in stems.values()}
            stem = f"{copy.stem}_{key}" if copy.stem.casefold() in held else copy.stem
            stems[key] = names.free(inside, stem, copy.ending)
            if stems[key].casefold() in held:
                stems[key] = names.free(inside, f"{stems[key]}_{key}", copy.ending)
    places = {k: c.place or f"{INPUTS}/{stems[k]}{c.ending}" for k, c in copies.items()}
    found = StagedFiles(places)
    _record(copies, found, stems, aside)
    try:
        for key, stem in stems.items():
            _move(copies[key], stem, inside, found)
        yield found
    finally:
        if not found.kept:
            for path in found.made:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _record(copies: Mapping[str, Copy], found: StagedFiles, stems: Mapping[str, str], aside: Path) -> None:
    plan = {
        found.places[key]: {name: litter.identity(now) for name, now in copies[key].files(stem).items()}
        for key, stem in stems.items()
    }
    part = aside / f"{litter.PLAN}.part"
    part.write_text(json.dumps(plan), encoding="utf-8")
    os.replace(part, aside / litter.PLAN)


def _move(copy: Copy, stem: str, inside: Path, found: StagedFiles) -> None:
    target = inside / f"{stem}{copy.ending}" if copy.folder else inside
    if copy.folder:
        found.made.append(target)
        target.mkdir()
    for name, now in copy.files(stem).items():
        if not copy.folder:
            found.made.append(target / name)
        shutil.move(now, target / name)
