"""Who stands where after placing: the projects that have a site, the land of all sites, and the days it can be had.

Land is an assembled site or a red line pinned to a project; a building has no land of its own.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.place.answer import STANDS
from geo.screen import handover
from geo.screen.handover import Path
from layers.library import approvals
from layers.library.approvals import ApprovalTable
from layers.study.run.results import Results

LAND = ("sites", "check_sites")
MEMBERS = ("members", "check_members")


def standing(results: Results) -> dict[str, dict[str, Any]]:
    """Return project → its row of `matches`, of all that have a site; empty where nothing was placed yet."""
    if not results.has("matches"):
        return {}
    found = results.table("matches")
    return {str(m["project_id"]): m for m in rows(found[found["status"].isin(STANDS)])}


def land(results: Results) -> dict[str, dict[str, Any]]:
    """Return site → its row, without its shape; what a red line does not say is not in its row."""
    found = [rows(results.table(t).drop(columns="geometry")) for t in LAND if results.has(t)]
    return {str(r["site_id"]): r for some in found for r in some}


def members(results: Results) -> pd.DataFrame:
    """Return the parcels of every site: ``site_id, parcel_id``."""
    found = [results.table(t)[["site_id", "parcel_id"]].astype(str) for t in MEMBERS if results.has(t)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["site_id", "parcel_id"])


def paths(results: Results) -> tuple[ApprovalTable, dict[str, Path]]:
    """Return the approvals of the study, and site → what is open of its land and when it can be handed over.

    Raises
    ------
    SpecError
        The study's own approvals are not as they must be.
    """
    known = approvals.table(results.folder)
    steps = [e.approval for e in known.approvals]
    return known, {s: handover.path(r, steps, results.study.as_of) for s, r in land(results).items()}
