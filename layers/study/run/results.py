"""The newest run, read-only: what the pages, the explanations and the exports look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.basis.errors import BlockedError, DamagedError, LuodiError
from geo.basis.layer import Layer
from geo.basis.reason import Reason, reason
from geo.rank.spec import CriteriaSet
from geo.rules.spec import Rule
from layers.study.layer_tables import named
from layers.study.run import manifest, runs, store
from layers.study.spec import LayerSpec, Study

BY_PARCEL = ("verdicts",)
"""Tables that hold every parcel times every rule: too long to lie in memory for the sake of a few parcels."""
LONG = 500_000
"""Rows up to which such a table is read whole, once."""

_HELD: WeakValueDictionary[tuple[str, str, str], pd.DataFrame] = WeakValueDictionary()
"""Tables that are in memory, by run, name and sum: pages and outputs open a run each for itself."""


@dataclass(frozen=True)
class Results:
    """One run folder. Tables are read once, held against their sum first, and must not be changed."""

    folder: Path
    run: Path

    of_plots: ClassVar[bool] = False
    """True where the table `parcels` holds plots somebody asked about, not the parcels of the study."""

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the run was made from: study, rules, inputs, versions, tables.

        Raises
        ------
        DamagedError
            It is not what was written.
        """
        return manifest.read(self.run)

    @property
    def run_id(self) -> str:
        """Name of the run."""
        return str(self.manifest["run_id"])

    @cached_property
    def study(self) -> Study:
        """The study as it was when the run was made."""
        return Study.model_validate(self.manifest["study"])

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Effective rules of the run, in order."""
        return tuple(Rule.model_validate(r) for r in self.manifest["rules"])

    def rule(self, rule_id: str) -> Rule:
        """Return one rule of the run."""
        return next(r for r in self.rules if r.id == rule_id)

    @cached_property
    def criteria(self) -> CriteriaSet:
        """Criteria the sites of the run were ranked by."""
        return CriteriaSet.model_validate(self.manifest["criteria"])

    def name(self, *tables: str) -> str:
        """Return a name that only the same contents of the same run have; what is made from them is kept under it.

        Parameters
        ----------
        *tables : str
            What is made of: tables of the run, also such as it may not have; none stands for all of them.
        """
        held = self.manifest["tables"]
        sums = {n: held.get(n, {}).get("sha256") for n in tables or held}
        return json.dumps([str(self.run), self.manifest.get("written"), sums], sort_keys=True)

    def layer(self, layer_id: str) -> LayerSpec | None:
        """Return the settings of one layer, None if the study has none of that id."""
        return self.study.layer(layer_id)

    def has(self, name: str) -> bool:
        """Tell whether the run holds a table."""
        return name in self.manifest["tables"]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table; parcels and land come as GeoDataFrame in the study CRS.

        Raises
        ------
        BlockedError
            The run has not come that far.
        DamagedError
            The file is not there or not what was written; a damaged table is never handed over.
        """
        if name not in self._tables:
            if not self.has(name):
                stage = runs.TABLE_STAGE.get(name)
                raise BlockedError(reason("table_not_built", table=name, stage=stage.name if stage else "run"))
            if not store.is_whole(self.run, name, self.manifest["tables"][name]):
                raise self.damage(name)
            self._tables[name] = self._read(name)
        return self._tables[name]

    def _read(self, name: str) -> pd.DataFrame:
        """Return a table that was found whole; what somebody else holds of the same run is handed to all."""
        key = (str(self.run), name, str(self.manifest["tables"][name]["sha256"]))
        held = _HELD.get(key)
        if held is None:
            held = _HELD[key] = store.read_table(self.run, name)
        return held

    def damage(self, table: str) -> DamagedError:
        """Return the error that says a table is not what was written."""
        return DamagedError(reason("table_damaged", table=table, run=self.run_id))

    @cached_property
    def _whole(self) -> set[str]:
        """Tables that were held against their sum and not read as a whole."""
        return set()

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def layer_shapes(self, layer_id: str) -> gpd.GeoDataFrame:
        """Return the shapes of a layer as the run used them, in the study CRS; empty if it had none."""
        name = named(layer_id)
        if not self.has(name):
            return gpd.GeoDataFrame({"id": [], "maybe": []}, geometry=[], crs=self.study.crs)
        return gpd.GeoDataFrame(self.table(name))

    def as_layer(self, layer_id: str, doubtful: bool) -> Layer:
        """Return the shapes of a layer as the core takes them, for drawing what a cut takes off.

        Parameters
        ----------
        layer_id : str
        doubtful : bool
            True: shapes that only may belong count as belonging; False: they are left out.
        """
        shapes = self.layer_shapes(layer_id)
        if not doubtful:
            shapes = shapes[~shapes["maybe"].to_numpy(bool)]
        sure = np.zeros(len(shapes), bool)
        told = {c: shapes[c].to_numpy() for c in shapes if c not in ("id", "maybe", "geometry")}
        return Layer(
            layer_id, shapes.geometry.to_numpy(), shapes["id"].to_numpy(object), sure, coverage="complete",
            attributes=told,
        )  # fmt: skip

    def stale(self) -> dict[str, Reason]:
        """Return the tables that no longer follow from the study folder, with the reason."""
        try:
            late = runs.stale(self.folder)
        except LuodiError as error:
            return dict.fromkeys(runs.TABLE_STAGE, error.reasons[0])
        return {name: reason("table_stale", table=name, stage=stage) for name, stage in late.items()}

    def parcel_row(self, name: str, parcel_id: str) -> pd.DataFrame:
        """Return the rows of one parcel in a table."""
        return self.rows_of(name, [parcel_id])

    def rows_of(self, name: str, ids: Sequence[str], column: str = "parcel_id") -> pd.DataFrame:
        """Return the rows of some parcels, or with some other ids, in a table; of a very long one no others are kept.

        Raises
        ------
        BlockedError, DamagedError
            As `table`.
        """
        long = self.has(name) and int(self.manifest["tables"][name].get("rows", 0)) > LONG
        if name not in BY_PARCEL or name in self._tables or not long:
            frame = self.table(name)
            return frame[frame[column].isin(list(ids))]
        if name not in self._whole:
            if not store.is_whole(self.run, name, self.manifest["tables"][name]):
                raise self.damage(name)
            self._whole.add(name)
        return store.read_rows(self.run, name, column, list(ids))


def open_results(folder: Path) -> Results | None:
    """Return the newest whole run of a study folder, or None before the first one.

    Raises
    ------
    DamagedError
        The results lead to no run, or to one whose manifest is not what was written.
    """
    run = runs.current(folder)
    return None if run is None else read_only(folder, run)


def there(results: Results | None, folder: Path) -> Results:
    """Return the results, or say that nothing has been run yet.

    Raises
    ------
    BlockedError
        No run yet.
    """
    if results is None:
        raise BlockedError(reason("no_run_yet", path=str(folder)))
    return results


def read_only(folder: Path, run: Path) -> Results:
    """Return one run of a study folder, the newest or an earlier one.

    Raises
    ------
    DamagedError
        Its manifest is not what was written.
    """
    results = Results(folder, run)
    _ = results.manifest
    return results


def require(folder: Path, table: str) -> Results:
    """Return the results with one table up to date; stale tables are never handed over.

    Raises
    ------
    BlockedError
        No run yet, the table is missing, damaged, or stale.
    """
    results = there(open_results(folder), folder)
    results.table(table)
    late = results.stale()
    if table in late:
        raise BlockedError(late[table])
    return results
