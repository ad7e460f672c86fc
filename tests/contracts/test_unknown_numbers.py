"""What a study does not know it states as no number: a walk over every table it writes.

One study is run three times: without some layers, with them empty, with them everywhere. The first
knows less than the two others. So a number it states holds in both of them; one end of an interval
lies beyond both; and where the two others differ and no interval is given, the cell is empty.
"""

import numpy as np
import pandas as pd
import pytest

from geo.basis.progress import silent
from geo.basis.tables import TABLES
from geo.basis.units import hi
from layers.outputs.project import projection
from layers.study.run import runs
from layers.study.run.results import open_results
from tests import worlds
from tests.layers.outputs import joint_study

OPEN = {
    ("ledger", "left_m2"): "what is left once all that is proved is taken: an upper end, closed by the line in doubt",
    ("ledger", "unknown_m2"): "the open ground itself",
    ("candidates", "net_hi_ha"): "upper end", ("candidates", "net_hi_m2"): "upper end",
}  # fmt: skip
"""Columns that say of themselves how much is open."""
LAYERS = {
    "basic_farmland": "farm.geojson", "development_boundary": "edge.gpkg", "ecological_redline": "red.gpkg",
    "flood": "flood.gpkg", "planned_use": "plan.gpkg",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return world → the projected tables of its run."""
    out = {}
    for kind in worlds.WORLDS:
        folder = joint_study.written(tmp_path_factory.mktemp(kind) / "study")
        for layer, source in LAYERS.items():
            worlds.world(folder, layer, source, kind)
        runs.update(folder, "supply", silent)
        results = open_results(folder)
        names = [t for t in TABLES if results.has(t)]
        out[kind] = {t: projection(results, t, "en").frame for t in names}
    return out


def keyed(frame, table):
    keys = [k for k in TABLES[table].key if k in frame]
    return frame.set_index(keys) if keys else frame


def numbers(told):
    """Yield table, column, and the cells of the three worlds, on the keys of the first."""
    for table, first in told["missing"].items():
        first = keyed(first, table)
        others = [keyed(told[k][table], table) for k in ("empty", "full")]
        if not all(f.index.is_unique for f in (first, *others)):
            continue
        for name in first:
            if pd.api.types.is_numeric_dtype(first[name]) and all(name in f for f in others):
                yield table, str(name), first, [f.reindex(first.index) for f in others]


def same(a, b):
    return np.isclose(a.astype(float), b.astype(float), rtol=1e-9, atol=1e-6) | b.isna()


@pytest.mark.long
def test_a_number_that_two_worlds_disagree_about_is_not_stated(told):
    wrong, seen = {}, set()
    for table, name, first, others in numbers(told):
        seen.add((table, name))
        if (table, name) in OPEN or name.endswith(("_hi_m2", "_hi")) or "_hi_" in name:
            continue
        cell = first[name]
        held = [same(cell, f[name]) for f in others]
        if (upper := hi(name)) in first or name.replace("net_", "net_hi_") in first:
            top = first[upper if upper in first else name.replace("net_", "net_hi_")].fillna(np.inf)
            held = [(cell <= f[name] + 1e-6) & (f[name] <= top + 1e-6) | f[name].isna() for f in others]
        bad = cell.notna() & ~(held[0] & held[1])
        if bad.any():
            wrong[table, name] = (bad.idxmax(), cell[bad].iloc[0])
    assert wrong == {}
    assert {("candidates", "cut_farm_ha"), ("supply", "plan_share"), ("ledger", "exclusive_m2")} <= seen
