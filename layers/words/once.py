"""Totals over parcels that overlap, on the tables of a run: ground counted once, and who shares it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from geo.basis.tables import rows
from geo.rules.terms import Terms
from geo.screen import once
from geo.screen.once import AREAS, Stacks
from layers.ask.compare import setting_of
from layers.study.run.released import masks
from layers.study.run.results import Results
from layers.text import Language, number, say

NAMED = 5
"""So many of the largest shared grounds are named."""


@lru_cache(maxsize=4)
def stacks(results: Results) -> Stacks:
    """Return the ground that several parcels share, in the order of the table `candidates`."""
    ids = results.table("candidates")["parcel_id"].to_numpy(object)
    tables = (results.table(name) for name in ("stacks", "zones", "stack_pieces"))
    return once.stacks(ids, *tables)


def areas(
    results: Results, found: pd.DataFrame, by: pd.Series, order: Sequence[str], rules: Sequence[Terms] | None = None
) -> pd.DataFrame:
    """Return parcels and areas of each group, shared ground once within a group.

    Parameters
    ----------
    found : DataFrame
        ``parcel_id`` and `AREAS`, rows as in the table `candidates`.
    by : Series
        Group of each row.
    order : sequence of str
        The groups, in the order of the rows returned; rows of no group count nowhere.
    rules : sequence of rules or None
        Those examined; None: as in the run.
    """
    group = pd.Index(order).get_indexer(pd.Index(by))
    # what a use-only rule takes is told of no parcel: those it touches count from nothing to all of their ground
    hidden = set(masks(results).rule_names.values())
    asked = [r for r in (setting_of(results).examined if rules is None else rules) if r.id not in hidden]
    made = once.areas(bounded(found), stacks(results), asked, np.where(group < 0, len(order), group), len(order) + 1)
    count = np.bincount(group[group >= 0], minlength=len(order))
    return made.iloc[: len(order)].set_axis(list(order)).assign(parcels=count)[["parcels", *AREAS]]


def bounded(found: pd.DataFrame) -> pd.DataFrame:
    """Return candidates ready to be added up: a usable area withheld is anything from nothing to the whole parcel."""
    return found.assign(net_m2=found["net_m2"].fillna(0.0), net_hi_m2=found["net_hi_m2"].fillna(found["gross_m2"]))


def total(results: Results, found: pd.DataFrame, rules: Sequence[Terms] | None = None) -> pd.Series:
    """Return parcels and areas of the whole study, shared ground once."""
    return areas(results, found, pd.Series("", index=found.index), [""], rules).iloc[0]


def overlap(results: Results) -> bool:
    """Tell whether any parcels of the run overlap."""
    return results.has("stacks") and len(results.table("stacks")) > 0


def shared(results: Results) -> pd.DataFrame:
    """Return per parcel that shares ground: ``parcel_id shared_m2 shared_with`` (ids of the others, by area)."""
    found = _grounds(results)
    rows = [
        (one, other, row["area_m2"]) for row in found.to_dict("records") for one in row["parcels"]
        for other in row["parcels"] if other != one
    ]  # fmt: skip
    pairs = pd.DataFrame(rows, columns=["parcel_id", "other", "area_m2"])
    pairs = pairs.groupby(["parcel_id", "other"], as_index=False)[["area_m2"]].sum()
    pairs = pairs.sort_values(["parcel_id", "area_m2", "other"], ascending=[True, False, True])
    own = found.explode("parcels").groupby("parcels")["area_m2"].sum()
    named = pairs.groupby("parcel_id")["other"].agg(lambda ids: "; ".join(ids.head(NAMED)))
    return pd.DataFrame({"shared_m2": own, "shared_with": named}).rename_axis("parcel_id").reset_index()


def beside(results: Results, frame: pd.DataFrame) -> pd.DataFrame:
    """Name with which parcels those of a list overlap: parcel by parcel, or the members of each site."""
    key = next((k for k in ("parcel_id", "site_id") if k in frame), "")
    if not key or not overlap(results):
        return frame
    named = shared(results).set_index("parcel_id")["shared_with"]
    if key == "site_id":
        members = results.table("members")[["site_id", "parcel_id"]].drop_duplicates()
        rows = members.assign(others=members["parcel_id"].map(named)).dropna(subset=["others"])
        pairs = rows["parcel_id"].astype(str) + " × " + rows["others"].astype(str)
        named = pairs.groupby(rows["site_id"]).agg(lambda cells: "; ".join(cells.head(NAMED)))
    return frame.assign(shared_with=frame[key].map(named).astype(object).fillna(""))


def facts(results: Results, parcel_id: str, language: Language) -> list[tuple[str, str]]:
    """Return with which parcels one overlaps and on how much ground, as a line of facts."""
    if not overlap(results) or parcel_id not in set(results.table("stacks")["parcel_id"]):
        return []
    found = shared(results)
    row = rows(found[found["parcel_id"] == parcel_id])[0]
    area = number(float(row["shared_m2"]), "m2", language)
    return [(say("column.shared_with", language), f"{row['shared_with']} ({area})")]


def note(results: Results, language: Language) -> tuple[str, ...]:
    """Say which parcels overlap and on how much ground, if any do; a line for every list and total."""
    if not overlap(results):
        return ()
    found = _grounds(results).sort_values("area_m2", ascending=False, kind="stable")
    pairs = [f"{' × '.join(row['parcels'][:3])} ({number(row['area_m2'], 'm2', language)})"
             for row in found.head(NAMED).to_dict("records")]  # fmt: skip
    count = results.table("stacks")["parcel_id"].nunique()
    return (say("note.stacks", language, parcels=count, area=float(found["area_m2"].sum()), pairs=pairs),)


def _grounds(results: Results) -> pd.DataFrame:
    """Return every shared ground: ``parcels`` (ids) and ``area_m2``."""
    who = results.table("stacks").groupby("stack_id", sort=False)["parcel_id"].agg(list)
    size = results.table("stack_pieces").groupby("stack_id")["area_m2"].sum()
    return pd.DataFrame({"parcels": who, "area_m2": size.reindex(who.index)})
