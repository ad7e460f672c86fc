"""Runs of a study side by side: which there are, and what differs between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.errors import BlockedError, DamagedError
from geo.basis.reason import reason
from layers.ask import compare
from layers.serve.held import Held
from layers.serve.pages import place_desk
from layers.serve.pages.place_map import Scene
from layers.study import edits
from layers.study.run import manifest, released, store
from layers.study.run.results import Results
from layers.text import Language, code, joined, land_unit, say
from layers.words import beside

PLACED = ("status", "site_id")
_SHOWN = 500
"""Rows of parcels in the table; on the map all of them are marked."""


@dataclass(frozen=True)
class KeptRun:
    """A run that is kept: its id, when it was written, and the scenario whose decisions it was made with, if any."""

    run_id: str
    at: str
    scenario: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Parameters
    ----------
    before, after : Results
    lines : tuple of str
        What differs, by kind of change and cause.
    rows : DataFrame
        Parcels and projects that differ, in words.
    parcels, projects : tuple of str
        Their ids; projects are None where one of the runs placed none.
    """

    before: Results
    after: Results
    lines: tuple[str, ...]
    rows: pd.DataFrame
    parcels: tuple[str, ...]
    projects: tuple[str, ...] | None

    def scene(self, results: Results) -> Scene | None:
        """Return where the projects stand in one of the two, with tags on those that stand otherwise in the other."""
        if self.projects is None:
            return None
        whole = place_desk.desk(results).scene(None, "")
        calls = tuple(c for c in whole.calls if c.project_id in self.projects)
        return Scene(whole.fills, whole.cuts, calls, whole.bounds)


def runs(folder: Path) -> list[KeptRun]:
    """Return the runs a study keeps that have come to a list of candidates, newest first."""
    found = [p for p in (folder / "runs").glob("*") if (p / store.MANIFEST).is_file()]
    told = [r for r in (_told(p) for p in found if (p / "candidates.parquet").is_file()) if r is not None]
    known = [(name, _choices(kept)) for name, kept in edits.scenarios(folder).items()] if told else []
    runs_ = sorted(told, key=lambda r: (r.written, r.touched), reverse=True)
    return [KeptRun(r.run_id, f"{r.written.astimezone():%Y-%m-%d %H:%M}",
                    next((name for name, choices in reversed(known) if choices == r.choices), ""))
            for r in runs_]  # fmt: skip


@dataclass(frozen=True)
class _Told:
    run_id: str
    written: datetime
    touched: int
    choices: dict[str, dict[str, Any]]


def _told(run: Path) -> _Told | None:
    """Return what the manifest of a run says; one that is damaged is no run to compare."""

    def read() -> _Told:
        body = manifest.read(run)
        return _Told(run.name, datetime.fromisoformat(body["written"]), touched, _choices(body.get("edits", {})))

    try:
        touched = (run / store.MANIFEST).stat().st_mtime_ns  # two runs of one second keep their order
        return _manifests.get((run, touched), read)
    except (DamagedError, OSError):
        return None


_manifests: Held[_Told] = Held(256)


def _choices(kept: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the decisions a scenario is made of: what people told is none."""
    return {kind: dict(of) for kind, of in kept.items() if of and kind not in edits.TOLD}


def compared(folder: Path, before: str, after: str, language: Language) -> Comparison:
    """Return two runs of a study side by side; asked again it is there at once.

    Parameters
    ----------
    folder : Path
    before, after : str
        Ids of runs of the study.
    language : {"en", "zh"}

    Raises
    ------
    BlockedError
        One of them is not kept any more.
    """
    paths = [folder / "runs" / run for run in (before, after)]
    lost = [p.name for p in paths if p.parent != folder / "runs" or not (p / store.MANIFEST).is_file()]
    if lost:
        raise BlockedError(reason("run_gone", run=lost[0][:8]))
    return _compared.get((paths[0], paths[1], language), lambda: _made(folder, paths[0], paths[1], language))


_compared: Held[Comparison] = Held(4)


def _made(folder: Path, before: Path, after: Path, language: Language) -> Comparison:
    found = compare.diff(before, after)
    one, two = (released.read_only(folder, path) for path in (before, after))
    lines = [line for line in compare.as_text(found, language) if not line.startswith("  ")]
    placed = _projects(one, two)
    if found.empty:
        lines = [say("uiscenario.parcels_same", language)]
    if placed is not None:
        lines.append(say("uiscenario.projects", language, count=len(placed)))
    lines += beside.causes(one, two, language)
    if len(found) > _SHOWN:
        lines.append(say("uiscenario.more", language, count=len(found), shown=_SHOWN))
    desks = [] if placed is None else [place_desk.desk(r) for r in (one, two)]
    rows = [*(_project(str(p), desks, language) for p in ([] if placed is None else placed["project_id"])),
            *(_parcel(r, language) for r in found.head(_SHOWN).to_dict("records"))]  # fmt: skip
    parcels, projects = tuple(found["parcel_id"].astype(str)), None if placed is None else tuple(placed["project_id"])
    return Comparison(one, two, tuple(lines), pd.DataFrame(rows), parcels, projects)


def _projects(one: Results, two: Results) -> pd.DataFrame | None:
    """Return the projects that stand elsewhere, or otherwise, in the second run; None where one placed none."""
    if not (one.has("matches") and two.has("matches")):
        return None
    a, b = (pd.DataFrame(r.table("matches"))[["project_id", *PLACED]].astype(str) for r in (one, two))
    both = a.merge(b, on="project_id", how="outer", suffixes=("_a", "_b")).fillna("")
    differ = (both["status_a"] != both["status_b"]) | (both["site_id_a"] != both["site_id_b"])
    return both[differ]


def _row(name: str, words: tuple[str, str, str], language: Language) -> dict[str, str]:
    return {
        say("uiscenario.col_what", language): name,
        say("uiscenario.col_before", language): words[0],
        say("uiscenario.col_after", language): words[1],
        say("uiscenario.col_cause", language): words[2],
    }


def _parcel(row: dict[Any, Any], language: Language) -> dict[str, str]:
    size, unit = land_unit(language).m2, say(f"uitrial.unit_{land_unit(language).word}", language)
    sides = [
        f"{code('status', str(row[f'status_{s}']), language)} {float(str(row[f'net_{s}_m2'])) / size:,.2f} {unit}"
        if row[f"status_{s}"] else "–"
        for s in ("a", "b")
    ]  # fmt: skip
    causes = joined([code("cause", c, language) for c in str(row["causes"]).split("|")], language)
    return _row(str(row["parcel_id"]), (sides[0], sides[1], causes), language)


def _project(project: str, desks: list[place_desk.PlaceView], language: Language) -> dict[str, str]:
    """Return a project as a row: its name, and where it stands or what it lacks on either side."""
    known = [d for d in desks if project in d.ids]
    sides = [d.told_in_a_line(project, language) if d in known else "–" for d in desks]
    return _row(known[-1].found.names[project], (sides[0], sides[1], ""), language)
