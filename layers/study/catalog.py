"""Make a study, add files to it, check it. `study.toml` keeps its comments; nothing half is written.

Whoever writes holds the study and reads its settings again under the lock: of two that add at
once neither is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.errors import BlockedError, CallError, LuodiError, SpecError
from geo.basis.progress import Progress, silent
from geo.basis.reason import reason
from layers import toml
from layers.basis import postgis
from layers.sources import gate
from layers.sources.finding import Finding, blocked, gravest_first
from layers.study import formats, inspection, load, parts, role_fields, settings, spec, staged
from layers.study.changes import commit
from layers.study.load import Home
from layers.study.lock import PRIVATE, WAIT_S, writing
from layers.study.names import alike, slug, split
from layers.study.spec import LayerSpec, Study
from layers.study.staged import INPUTS

__all__ = ["INPUTS", "Added", "add", "added", "check", "new", "slug"]


@dataclass(frozen=True)
class Added:
    """The layer a file became, and what is worth knowing of it."""

    id: str
    findings: list[Finding]


def new(
    folder: Path, *, crs: str, name: str = "", as_of: date | None = None, area: str = "ellipsoidal",
    rules: tuple[str, ...] = (),
) -> Path:  # fmt: skip
    """Write an empty study and return the path of its `study.toml`.

    Parameters
    ----------
    folder : Path
        Made when missing; must be empty.
    crs : str
        Projected, in metres.
    as_of : date or None
        The day every clock reads; None is today.

    Raises
    ------
    CallError
        The folder is not empty.
    SpecError
        A geographic CRS, or another setting that does not hold.
    """
    _unused(folder)
    body: dict[str, Any] = {"format": formats.FORMAT, "name": name or folder.name, "crs": crs, "area": area}
    body["as_of"] = as_of or date.today()
    body["rules"] = list(rules or ("cn-national", "joint-review-cn"))
    _checked(Study, body)
    section = tomlkit.table()
    for key, value in body.items():
        section.add(key, value)
    document = tomlkit.document()
    document.add("study", section)
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder, "new", WAIT_S):
        _unused(folder)  # somebody may have been quicker
        (folder / INPUTS).mkdir(exist_ok=True)
        settings.put(folder, document, commit(spec.FILE, "did_study", path=str(folder)))
    return folder / spec.FILE


def _unused(folder: Path) -> None:
    """Refuse a folder that holds anything but what a study begun and not finished leaves."""
    if folder.exists() and not folder.is_dir():
        raise CallError(reason("folder_not_empty", path=str(folder)))
    found = list(folder.iterdir()) if folder.exists() else []
    if any(p.name not in (PRIVATE, INPUTS) or (p.name == INPUTS and any(p.iterdir())) for p in found):
        raise CallError(reason("folder_not_empty", path=str(folder)))


def add(folder: Path, file: Path, given: Mapping[str, Any]) -> list[Finding]:
    """Check a file, copy it into the study and describe it in `study.toml`.

    Parameters
    ----------
    folder : Path
        A study folder.
    file : Path
        Any supported file; a shapefile brings its side files.
    given : Mapping
        Keys of a ``[[layers]]`` entry: role (required), id, layer, crs, encoding,
        fields, class, where, coverage, vintage, owner, kind, accept …

    Returns
    -------
    list of Finding
        What is worth knowing; nothing in it blocks.

    Raises
    ------
    BlockedError
        Something blocks: every reason with the proposal that lifts it. Nothing was written.
    SpecError
        The entry does not hold together (unknown role, id taken, …).
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    return added(folder, file, given).findings


def added(folder: Path, file: Path, given: Mapping[str, Any], progress: Progress = silent) -> Added:
    """Add a file as `add` does, and tell which layer it became: an id nobody gave is settled last.

    `progress` is told how far a file of very many rows is read, in hundredths.
    """
    study, file = spec.read(folder), Path(file).resolve()
    with _watched(progress):
        entry, found = _examined(folder, study, _entry(file, given, study))
    if stop := [f for f in found if f.severity == "block"]:
        raise blocked(stop)
    return Added(_commit(folder, file, entry, study, bool(given.get("id"))), found)


def _watched(progress: Progress) -> AbstractContextManager[None]:
    """Tell how far a file of very many rows is read, in hundredths."""
    return gate.watching(lambda share: progress(int(share * 100), 100, "load"))


def checked(folder: Path, file: Path, given: Mapping[str, Any]) -> list[Finding]:
    """Return what `add` would find in a file, blocking things first; nothing is written.

    Raises
    ------
    SpecError
        As for `add`.
    """
    study = spec.read(folder)
    return _examined(folder, study, _entry(Path(file).resolve(), given, study))[1]


def _examined(folder: Path, study: Study, entry: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Return the entry with the columns its role reads by name, and what was found, blocking things first.

    The id is held against the settings it was made from; what others added meanwhile is settled under the lock.
    """
    entry, taken = _named(folder, entry)
    layer = _checked(LayerSpec, entry)
    if (held := _held(study, layer.id)) is not None:
        raise SpecError(reason("layer_id_taken", id=held))
    home = Home(study, folder)
    found = taken + role_fields.unknown(layer.role, layer.fields) + inspection.check_layer(layer, home)
    found += inspection.added_before(layer, home)
    return entry, gravest_first(found + inspection.of_area(entry))


def _entry(file: Path, given: Mapping[str, Any], study: Study) -> dict[str, Any]:
    """Return a ``[[layers]]`` entry for a file where it lies now."""
    layer_id = given.get("id") or _layer_id(file, study)
    return {"id": layer_id, **{k: v for k, v in given.items() if k not in ("id", "source")}, "source": str(file)}


def _named(folder: Path, entry: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Return an entry with the columns that bear the very names its role reads.

    A file that cannot be read says so when it is checked.
    """
    layer = _checked(LayerSpec, entry)
    if not role_fields.names(layer.role):
        return entry, []
    cache, source = folder / load.CACHE, load.source_path(folder, layer)
    try:
        frame = parts.opened(layer, folder, spec.read(folder).crs).frame
    except LuodiError:
        try:
            frame = gate.open_table(source, cache, sheet=layer.layer).frame
        except LuodiError:
            return entry, []
    fields, found = role_fields.named(layer.role, layer.fields, [str(c) for c in frame.columns])
    return entry | ({"fields": fields} if fields else {}), found


def check(
    target: Path, progress: Progress = silent, given: Mapping[str, Any] | None = None, study: Path | None = None, *,
    asking: bool = False,
) -> list[Finding]:  # fmt: skip
    """Check a whole study, or a file, and return what was found, blocking things first.

    Parameters
    ----------
    target : Path
        A study folder, or a file.
    given : Mapping
        For a file: keys of a ``[[layers]]`` entry. Without a role only the file itself is
        looked at, as its ``layer``, ``crs``, ``encoding`` and ``accept`` say.
    study : Path or None
        The study the file is meant for: it is checked as `add` would.
    asking : bool
        Of a study: ask databases whether tables it has copies of are others now; nothing else touches a network.

    Raises
    ------
    BlockedError
        Neither a file nor a study.
    CallError
        A study is named for the file, and no role.
    """
    target, given = Path(target), given or {}
    postgis.only_files(target)
    if (target / spec.FILE).is_file():
        return gravest_first(inspection.of_study(target, progress, asking=asking))
    if target.is_dir() and target.suffix.lower() != ".gdb":
        raise BlockedError(reason("not_a_study", path=str(target)))
    if study is not None and not given.get("role"):
        raise CallError(reason("check_needs_role", file=target.name))
    with _watched(progress):
        return checked(study, target, given) if study is not None else gravest_first(inspection.report(target, given))


# --- writing ---------------------------------------------------------------------


def _checked(model: Any, body: Mapping[str, Any]) -> Any:
    """Validate as `spec.read` would, with the same reasons; of a file that is handed in they name the file."""
    return toml.validated(model, dict(body), Path(str(body["source"])).name if "source" in body else spec.FILE)


def _held(study: Study, layer_id: str) -> str | None:
    """Return the layer that has an id already; ids that differ in case alone would be one file on some systems."""
    return next((layer.id for layer in study.layers if alike(layer.id, layer_id)), None)


def _layer_id(file: Path, study: Study) -> str:
    """Make a plain name from a file name: Latin letters where there are any, else layer_1, layer_2 …"""
    stem = re.sub(r"[^A-Za-z0-9]+", "_", split(file)[0]).strip("_").lower()
    stem = stem if re.match(r"[A-Za-z_]", stem) else f"layer_{stem}".rstrip("_")
    number, out = 1, stem
    while _held(study, out) is not None or out == "layer":
        out, number = f"{stem}_{number}", number + 1
    return out


def _commit(folder: Path, file: Path, entry: dict[str, Any], seen: Study, named: bool) -> str:
    """Copy aside, then move in and write the entry under the lock; return the id of the layer."""
    files = staged.sources(file, entry)
    aside = staged.aside(folder, files)
    with aside as (copies, place), writing(folder, "add", WAIT_S):
        body = dict(entry) | {"id": _settled_id(folder, file, entry, seen, named)}
        with staged.moved(copies, folder, place) as found:
            _append(folder, staged.laid(body, files, found.places), found)
    return str(body["id"])


def _settled_id(folder: Path, file: Path, entry: Mapping[str, Any], seen: Study, named: bool) -> str:
    """Look at the settings again now that nobody else writes them; return the id of the new layer."""
    study = spec.read(folder)
    if study.model_copy(update={"layers": ()}) != seen.model_copy(update={"layers": ()}):
        raise BlockedError(reason("study_overtaken", file=spec.FILE))
    held = _held(study, str(entry["id"]))
    if held is None:
        return str(entry["id"])
    if named:
        raise SpecError(reason("layer_id_taken", id=held))
    return _layer_id(file, study)


def _append(folder: Path, body: Mapping[str, Any], found: staged.StagedFiles) -> None:
    """Write the entry; from then on the study names the files, so they stay."""
    document = settings.read(folder)
    table = tomlkit.table()
    for key in ("id", "role", "source", *sorted(set(body) - {"id", "role", "source"})):
        table.add(key, settings.inline(body[key]))
    layers = document.setdefault("layers", tomlkit.aot())
    layers.append(table)
    done = commit(f"layer {body['id']}", "did_layer", id=body["id"], file=spec.FILE)
    settings.put(folder, document, done, then=found.keep)
