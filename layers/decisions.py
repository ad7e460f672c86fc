"""Pins and bans (指定与排除): a project fixed on, or kept out of, a site, a park or a red line, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from layers.placement import shown
from layers.placing import OF
from layers.study import edits
from layers.study.released import open_results
from layers.study.results import Results
from layers.text import Language, say


@dataclass(frozen=True)
class Ground:
    """Who decides, on what ground, and whether the decision is taken back."""

    person: str
    why: str
    undo: bool = False


@dataclass(frozen=True)
class Decision:
    """A decision that was recorded."""

    kind: str
    project_id: str
    name: str
    place: dict[str, str]
    undone: bool


def decide(folder: Path, kind: str, project: str, place: dict[str, str], ground: Ground) -> Decision:
    """Record a pin or a ban of a project, or take it back.

    Parameters
    ----------
    folder : Path
        The study folder.
    kind : {"pin", "ban"}
    project : str
        Id or name.
    place : mapping
        ``site``, ``park``, ``check``: at most one is given; a ban of none keeps the project out altogether.
    ground : Ground

    Raises
    ------
    BlockedError
        No run yet, or no such site, park or red line.
    CallError
        Project not known, no place for a pin, or no person or ground.
    """
    results = open_results(folder)
    if results is None or not results.has("projects"):
        raise BlockedError(reason("no_run_yet", path=str(folder)))
    project_id, name = named(results, project)
    given = {k: v for k, v in place.items() if v}
    subject = project_id if kind == "pin" else OF.join([project_id, *given.values()])
    if ground.undo:
        edits.withdraw(folder, kind, subject, ground.person, ground.why)
        return Decision(kind, project_id, name, given, True)
    if len(given) > 1 or (kind == "pin" and not given):
        raise CallError(reason("pin_without_place"))
    _exists(results, folder, given)
    edits.record(folder, kind, subject, given, ground.person, ground.why)
    return Decision(kind, project_id, name, given, False)


def named(results: Results, project: str) -> tuple[str, str]:
    """Return id and name of a project given by either."""
    found = shown(results)
    project_id = found.project(project)
    return project_id, found.names[project_id]


def _exists(results: Results, folder: Path, place: dict[str, str]) -> None:
    for key, value in place.items():
        known = known_places(results, folder)[key]
        if value not in known:
            raise BlockedError(reason(f"pin_{key}_unknown", given=value, known=known[:12]))


def known_places(results: Results, folder: Path) -> dict[str, list[str]]:
    """Return the sites, parks and red lines a decision may name."""
    from layers.study import checks

    out: dict[str, list[str]] = {"site": [], "park": [], "check": [c.check_id for c in checks.listing(folder)]}
    for table in ("sites", "building_sites", "check_sites"):
        if results.has(table):
            out["site"] += results.table(table)["site_id"].astype(str).tolist()
    if results.has("park_land"):
        out["park"] = results.table("park_land")["park_id"].astype(str).tolist()
    return out


def told(made: Decision, language: Language) -> str:
    """Return what was recorded as a sentence."""
    where = next(iter(made.place.values()), say("place.anywhere", language))
    if made.undone:
        return say("place.edit_withdrawn", language, project=f"{made.project_id} {made.name}")
    key = "place.pin_recorded" if made.kind == "pin" else "place.ban_recorded"
    return say(key, language, project=f"{made.project_id} {made.name}", place=where)


def plain(made: Decision) -> dict[str, Any]:
    """Return what was recorded as plain values."""
    return {"kind": made.kind, "project_id": made.project_id, "place": made.place, "withdrawn": made.undone}
