"""What a register says of itself when its own reader reads it: the same words in a check as in a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd

from geo.basis.inputs import Inputs
from layers.study import sheets
from layers.study.load import Home
from layers.study.placed import Loaded
from layers.study.registers import facilities, idle_records, libraries, projects, quota_sources, supply, zones
from layers.study.registers.facilities import Found
from layers.study.spec import LayerSpec, Study

ACCOUNTS = ("budget", "earmark")
"""Roles that are held against each other: what is set aside and what for."""


def of_sheet(layer: LayerSpec, home: Home) -> Found:
    """Return what the reader of a register's role finds in it, by layer; nothing for a role without one of its own.

    Parameters
    ----------
    layer : LayerSpec
        Declared in the study, or about to be.
    home : Home
        Parks that are named are looked up among those of the study.
    """
    reader = _READERS.get(layer.role)
    if reader is None:
        return []
    others = [s for s in home.study.layers if s.id != layer.id and layer.role in ACCOUNTS and s.role in ACCOUNTS]
    alone = home.study.model_copy(update={"layers": (*others, layer)})
    return [(name, f) for name, f in reader(alone, home) if name == layer.id]


def of_facilities(item: Loaded, home: Home) -> Found:
    """Return what the reader of facilities finds in a placed file."""
    found: Found = []
    facilities.facilities(item.spec, facilities.rows_of(item), tuple(home.parks), found)
    return found


def _projects(alone: Study, home: Home) -> Found:
    return list(projects.read(alone, home.folder, home.parks).findings)


def _accounts(alone: Study, home: Home) -> Found:
    nothing = Inputs(gpd.GeoDataFrame(), {}, {}, None, pd.DataFrame(), {})
    return list(facilities.read(alone, home.folder, nothing, ()).findings)


def _sources(alone: Study, home: Home) -> Found:
    found: Found = []
    quota_sources.read(alone, home.folder, pd.DataFrame({"budget_id": [], "date": []}), found)
    return found


def _libraries(alone: Study, home: Home) -> Found:
    return libraries.read(alone, home.folder)[1]


def _supply(alone: Study, home: Home) -> Found:
    opened = [(spec.id, sheets.read(spec, alone, home.folder)) for spec in alone.with_role("supply")]
    return [
        (name, one)
        for name, sheet in opened
        if sheet.state == "ok"
        for one in (*supply.findings(sheet, alone.as_of), *idle_records.findings(sheet, alone.as_of))
    ]


def _zones(alone: Study, home: Home) -> Found:
    return list(zones.read(alone, home.folder)[1])


_READERS: Mapping[str, Callable[[Study, Home], Found]] = {
    "project": _projects, "link": _projects, "budget": _accounts, "earmark": _accounts, "quota_source": _sources,
    "zone": _zones, "supply": _supply, **dict.fromkeys(libraries.ROLES, _libraries),
}  # fmt: skip
