"""Two runs compared: who entered, who left, and what did it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from geo.rules.gather import evidence
from geo.screen.diff import Side
from geo.screen.diff import diff as compared
from geo.screen.setting import Setting
from geo.screen.status import Minimum
from layers.study.run import store
from layers.study.run.released import inside, open_results, read_only, touched
from layers.study.run.results import Results, there
from layers.text import Language, code, land_unit, number, say

SHOWN = 20


def diff(before: Path, after: Path) -> pd.DataFrame:
    """Compare two runs; see `geo.screen.diff.diff` for the columns.

    Parameters
    ----------
    before, after : Path
        A study folder (its newest run) or a run folder.

    Raises
    ------
    BlockedError
        No run there.
    """
    sides = [opened(before), opened(after)]
    found = compared(side(sides[0]), side(sides[1]))
    held = found["parcel_id"].isin(touched(sides[0]) | touched(sides[1]))
    return found.assign(**{c: found[c].mask(held) for c in ("net_a_m2", "net_b_m2")})


def opened(path: Path) -> Results:
    """Return the run a path means."""
    if (path / store.MANIFEST).is_file():
        return read_only(path.parent.parent, path)
    return there(open_results(path), path)


def setting_of(results: Results) -> Setting:
    """Return the setting a run was judged with."""
    study = results.study
    return Setting(
        rules=results.rules,
        aside=frozenset(n.rule for n in study.not_examined),
        use_class=study.use_class,
        minimum=Minimum(study.screen.min_area_m2, study.screen.min_width_m),
        candidate=Minimum(study.screen.candidate_min_m2, study.screen.candidate_min_width_m),
    )


def side(results: Results) -> Side:
    """Return a run as what was measured and how it was judged; what is said of it goes through `diff`."""
    results = inside(results)
    tables = (results.table(name) for name in ("parcels", "zones", "pieces", "facts"))
    return Side(evidence(*tables), setting_of(results))


def moves(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare two lists of the same parcels, for example a run and a trial of other settings.

    Parameters
    ----------
    before, after : DataFrame
        ``parcel_id, status, net_m2`` (m²), the same parcels in any order.

    Returns
    -------
    DataFrame
        As `geo.screen.diff.diff` without causes: ``parcel_id, change`` (entered, left or
        changed; "in" is eligible or conditional), both states, both areas; only parcels
        that differ in status or by more than 0.01 m², by parcel_id.
    """
    names = ["parcel_id", "status", "net_m2"]
    both = before[names].merge(after[names], on="parcel_id", suffixes=("_a", "_b"), validate="1:1")
    both = both.rename(columns={"net_m2_a": "net_a_m2", "net_m2_b": "net_b_m2"})
    was, now = (both[s].isin(("eligible", "conditional")) for s in ("status_a", "status_b"))
    both["change"] = "changed"
    both.loc[~was & now, "change"] = "entered"
    both.loc[was & ~now, "change"] = "left"
    differ = (both["status_a"] != both["status_b"]) | ((both["net_a_m2"] - both["net_b_m2"]).abs() > 0.01)
    columns = ["parcel_id", "change", "status_a", "status_b", "net_a_m2", "net_b_m2"]
    return both.loc[differ, columns].sort_values("parcel_id", ignore_index=True)


def as_text(found: pd.DataFrame, language: Language) -> Iterator[str]:
    """Yield a summary by kind of change and cause, then the first parcels."""
    if found.empty:
        yield say("diff.same", language)
        return
    for (change, causes), rows in found.groupby(["change", "causes"]):
        yield say("diff.line", language, change=code("change", str(change), language), count=len(rows),
                  causes=[code("cause", c, language) for c in str(causes).split("|")])  # fmt: skip
    unit = land_unit(language).word
    for row in found.head(SHOWN).to_dict("records"):
        words = [code("status", row[s], language) if row[s] else "–" for s in ("status_a", "status_b")]
        areas = [number(row[a], unit, language) for a in ("net_a_m2", "net_b_m2")]
        yield f"  {row['parcel_id']}: {words[0]} {areas[0]} → {words[1]} {areas[1]}"
    if len(found) > SHOWN:
        yield say("diff.more", language, count=len(found) - SHOWN)
