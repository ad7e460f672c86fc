"""Runs of a study side by side: which there are, and what differs between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from layers.ask import compare
from layers.study.run import released, store
from layers.study.run.results import Results
from layers.text import Language, code, joined, land_unit, say

PLACED = ("status", "site_id")


@dataclass(frozen=True)
class KeptRun:
    """A run that is kept: its id and when it was written."""

    run_id: str
    at: str


def runs(folder: Path) -> list[KeptRun]:
    """Return the runs a study keeps that have come to a list of candidates, newest first."""
    found = [p for p in (folder / "runs").glob("*") if (p / store.MANIFEST).is_file()]
    found = [p for p in found if (p / "candidates.parquet").is_file()]
    times = {p.name: (p / store.MANIFEST).stat().st_mtime for p in found}
    return [KeptRun(name, f"{datetime.fromtimestamp(at):%Y-%m-%d %H:%M}")
            for name, at in sorted(times.items(), key=lambda item: -item[1])]  # fmt: skip


def compared(folder: Path, before: str, after: str, language: Language) -> tuple[list[str], pd.DataFrame]:
    """Return what differs between two runs: lines by kind of change and cause, and parcels and projects as rows.

    Parameters
    ----------
    folder : Path
    before, after : str
        Ids of runs of the study.
    language : {"en", "zh"}
    """
    known = {r.run_id for r in runs(folder)}
    paths = [folder / "runs" / run for run in (before, after) if run in known]
    found = compare.diff(paths[0], paths[1])
    lines = [line for line in compare.as_text(found, language) if not line.startswith("  ")]
    placed = _projects(*(released.read_only(folder, path) for path in paths))
    if placed is not None:
        lines.append(say("uiscenario.projects", language, count=len(placed)))
    rows = [*(_parcel(r, language) for r in found.head(500).to_dict("records")),
            *(_project(r, language) for r in ([] if placed is None else placed.to_dict("records")))]  # fmt: skip
    return lines, pd.DataFrame(rows)


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


def _project(row: dict[Any, Any], language: Language) -> dict[str, str]:
    sides = [
        " ".join(filter(None, (code("placestatus", str(row[f"status_{s}"]), language), str(row[f"site_id_{s}"]))))
        for s in ("a", "b")
    ]
    return _row(str(row["project_id"]), (sides[0] or "–", sides[1] or "–", ""), language)
