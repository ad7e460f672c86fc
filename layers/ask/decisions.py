"""Pins and bans (指定与排除): a project fixed on, or kept out of, a site, a park or a red line, by whom and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from layers.ask.placement import shown
from layers.study import check_sites, edits
from layers.study.run.released import open_results
from layers.study.run.results import Results, there
from layers.study.wishes import OF
from layers.text import Language, say


@dataclass(frozen=True)
class DecisionBasis:
    """Who decides, on what ground, whether the decision is taken back, and which one was seen before.

    Parameters
    ----------
    seen : int or None
        Version of what stood when the person looked (`version`); None where nobody looked.
    """

    person: str
    why: str
    undo: bool = False
    seen: int | None = None


@dataclass(frozen=True)
class Decision:
    """A decision that was recorded."""

    kind: str
    project_id: str
    name: str
    place: dict[str, str]
    undone: bool


def decide(folder: Path, kind: str, project: str, place: dict[str, str], ground: DecisionBasis) -> Decision:
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
    ground : DecisionBasis

    Raises
    ------
    BlockedError
        No run yet; no such site, park or red line; another decision stands that was not seen; or
        a pin and a ban of one project would contradict each other.
    CallError
        Project not known, no place for a pin, or no person or ground.
    """
    results = there(open_results(folder), folder)
    results.table("projects")
    project_id, name = named(results, project)
    given = {k: v for k, v in place.items() if v}
    subject = subject_of(kind, project_id, given)
    if ground.undo:
        edits.withdraw(folder, kind, subject, ground.person, ground.why, ground.seen)
        return Decision(kind, project_id, name, given, True)
    if len(given) > 1 or (kind == "pin" and not given):
        raise CallError(reason("pin_without_place"))
    _exists(results, folder, given)
    _contradiction(results, kind, project_id, given)
    seen = edits.UNSEEN if ground.seen is None else ground.seen
    edits.record(folder, kind, subject, given, ground.person, ground.why, seen)
    return Decision(kind, project_id, name, given, False)


def subject_of(kind: str, project_id: str, place: Mapping[str, str]) -> str:
    """Return what a decision is about: a project has one pin, and a ban of every place."""
    return project_id if kind == "pin" else OF.join([project_id, *(v for v in place.values() if v)])


def version(folder: Path, kind: str, project_id: str, place: Mapping[str, str]) -> int:
    """Return the version of a decision as it stands now, 0 for none; a page hands it back with what is decided."""
    return edits.version(folder, kind, subject_of(kind, project_id, place))


def _contradiction(results: Results, kind: str, project_id: str, given: Mapping[str, str]) -> None:
    """Refuse a pin on what is banned and a ban of what is pinned; both are named."""
    park_of = {s: p for t in ("sites", "building_sites", "check_sites") if results.has(t)
               for s, p in results.table(t)[["site_id", "park_id"]].astype(str).itertuples(index=False)}  # fmt: skip
    other = "ban" if kind == "pin" else "pin"
    for subject, edit in edits.current(results.folder).of(other).items():
        if subject.split(OF, 1)[0] != project_id:
            continue
        pin, ban = (given, edit.value) if kind == "pin" else (edit.value, given)
        if contradict(check_sites.meant(pin), check_sites.meant(ban), park_of):
            told = {k: v for k, v in edits.said(edit).items() if k in ("person", "at", "ground")}
            places = {"pin": " ".join(map(str, pin.values())), "ban": " ".join(map(str, ban.values())) or project_id}
            raise BlockedError(reason("pin_and_ban", project=project_id, **places, **told))


def contradict(pin: tuple[str, str], ban: tuple[str, str], park_of: Mapping[str, str]) -> bool:
    """Tell whether a ban leaves nothing of a pin; both are site and park, "" where they name none.

    A pin to a park of which one site is banned can still be kept.
    """
    if not any(ban):
        return True
    park = pin[1] or park_of.get(pin[0], "")
    return ban[0] in ("", pin[0]) and ban[1] in ("", park)


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
