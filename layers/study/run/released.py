"""The one door through which every output takes its tables: a run as it may leave the study folder.

`released` returns the run with its use-only layers (受控图层) reduced to what a verdict may say: that a
restricted layer stands against a parcel. No name, no shape, no amount, and nothing an amount could be
reckoned from. Whoever computes rather than shows asks for `inside` and hands nothing of it on.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from geo.basis.errors import BlockedError, LuodiError
from geo.basis.reason import Reason, reason
from geo.rank.spec import CriteriaSet
from geo.rules.spec import Rule
from layers.study import spec
from layers.study.run import masked
from layers.study.run import results as runs
from layers.study.run.masks import Masks
from layers.study.run.results import BY_PARCEL, Results
from layers.study.spec import Study


def open_results(folder: Path) -> Results | None:
    """Return the newest run of a study as it may leave; raises as `layers.study.run.results.open_results`."""
    found = runs.open_results(folder)
    return None if found is None else released(found)


def read_only(folder: Path, run: Path) -> Results:
    """Return one run of a study as it may leave; raises as `layers.study.run.results.read_only`."""
    return released(runs.read_only(folder, run))


def require(folder: Path, table: str) -> Results:
    """Return the run with one table up to date, as it may leave.

    Raises
    ------
    BlockedError
        As `layers.study.run.results.require`; or the table is nothing but what a use-only layer says.
    """
    found = released(runs.require(folder, table))
    if why := refusal(found, table):
        raise BlockedError(why)
    return found


def released(results: Results) -> Results:
    """Return the run as it may leave; the run itself where no layer is use-only, or where it is released already."""
    if isinstance(results, _Released):
        return results
    given = Masks(_as_marked_now(results), results.rules, results.criteria)
    if not given:
        return results
    kind = cast(Hashable, type(results))  # the checker holds the hash of a run against its class
    made = _kind(kind)(results.folder, results.run, tuple(given.layers))
    made.__dict__["inside"] = results
    made.__dict__["masks"] = given
    return made


def _as_marked_now(results: Results) -> Study:
    """Return the study of the run with what `study.toml` marks today: who marks a layer does not wait for a run."""
    try:
        marked = {s.id for s in spec.read(results.folder).layers if s.use_only}
    except LuodiError:
        return results.study
    layers = tuple(s.model_copy(update={"use_only": s.use_only or s.id in marked}) for s in results.study.layers)
    return results.study.model_copy(update={"layers": layers})


def inside(results: Results) -> Results:
    """Return the run with everything it holds, for computing; what is shown of it goes through `released`."""
    return results.inside if isinstance(results, _Released) else results


def refusal(results: Results, table: str) -> Reason | None:
    """Return why a table stays inside: it is nothing but what a use-only layer says; None where it may leave."""
    role = masked.withheld(table, masks(results))
    if role == "parcels":
        return None if results.of_plots and table != "composition" else reason("parcels_use_only")
    return reason("table_restricted", table=table, role=role) if role else None


def as_told(results: Results, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables somebody computed from `inside` as they may leave."""
    if not isinstance(results, _Released):
        return dict(tables)
    sites = results.touched_sites
    if "members" in tables:
        rows = tables["members"]
        sites |= frozenset(rows.loc[rows["parcel_id"].isin(results.touched), "site_id"].astype(str))
    hidden = masked.Hidden(results.masks, results.touched, sites)
    return {name: masked.table(name, frame, hidden, results.inside) for name, frame in tables.items()}


def masks(results: Results) -> Masks:
    """Return what of a run may not leave; nothing of a run without use-only layers."""
    return results.masks if isinstance(results, _Released) else Masks(results.study, results.rules, results.criteria)


def touched(results: Results) -> frozenset[str]:
    """Return the parcels whose amounts are withheld, because a use-only layer takes part of them or may do so."""
    return results.touched if isinstance(results, _Released) else frozenset()


@dataclass(frozen=True)
class _Released(Results):
    """A run seen from outside; `inside` and `masks` are set by `released`, `secret` tells it from others in caches."""

    secret: tuple[str, ...]

    @cached_property
    def inside(self) -> Results:
        """The run with everything it holds."""
        raise AttributeError("made by `released` only")

    @cached_property
    def masks(self) -> Masks:
        """What may not leave."""
        raise AttributeError("made by `released` only")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """As the run has it; what is drawn of a table as it may leave is not what is drawn of the table."""
        whole = self.inside.manifest
        mark = "|".join(("released", *self.secret))
        tables = {k: v | {"sha256": f"{v.get('sha256')}|{mark}"} for k, v in whole["tables"].items()}
        return whole | {"tables": {k: v for k, v in tables.items() if self._may_be_named(k)}}

    def _may_be_named(self, table: str) -> bool:
        return table.removeprefix("shape_") not in self.masks.layers

    @cached_property
    def study(self) -> Study:
        """The study with its use-only layers as places and roles."""
        return self.masks.settings()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Rules in order; those on use-only layers say what they do and nothing else."""
        return tuple(self.masks.rule(r) for r in self.inside.rules)

    @cached_property
    def criteria(self) -> CriteriaSet:
        """Criteria; those that read a use-only layer have no name."""
        whole = self.inside.criteria
        return whole.model_copy(update={"criteria": tuple(self.masks.criterion(c) for c in whole.criteria)})

    @cached_property
    def touched(self) -> frozenset[str]:
        """Parcels whose amounts are withheld."""
        return masked.touched(self.inside, self.masks)

    @cached_property
    def touched_sites(self) -> frozenset[str]:
        """Sites that hold land of such a parcel."""
        return masked.touched_sites(self.inside, self.touched)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as it may leave; see `layers.study.run.masked`."""
        if name not in self._tables:
            raw = self.inside.table(name)
            hidden = masked.Hidden(self.masks, self.touched, self.touched_sites)
            self._tables[name] = masked.table(name, raw, hidden, self.inside)
        return self._tables[name]

    def rows_of(self, name: str, ids: Sequence[str], column: str = "parcel_id") -> pd.DataFrame:
        """Return the rows of some parcels, or with some other ids, as they may leave."""
        if name not in BY_PARCEL:
            return super().rows_of(name, ids, column)
        words = {word: rule for rule, word in self.masks.rule_names.items()} if column == "rule_id" else {}
        inside = [words.get(i, i) for i in ids if column != "rule_id" or i not in self.masks.rule_names]
        hidden = masked.Hidden(self.masks, self.touched, self.touched_sites)
        return masked.table(name, self.inside.rows_of(name, inside, column), hidden, self.inside)

    def layer_shapes(self, layer_id: str) -> gpd.GeoDataFrame:
        """Return the shapes of a layer; a use-only one has none outside."""
        if layer_id in self.masks.layers or layer_id in self.masks.layers.values():
            return gpd.GeoDataFrame({"id": [], "maybe": []}, geometry=[], crs=self.study.crs)
        return self.inside.layer_shapes(layer_id)

    def has(self, name: str) -> bool:
        """Tell whether the run holds a table; shapes of a use-only layer it does not, seen from outside."""
        return self._may_be_named(name) and self.inside.has(name)


@cache
def _kind(kind: type[Results]) -> type[_Released]:
    """Return a run or a check seen from outside, with whatever else that kind of run can say."""
    if kind is Results:
        return _Released
    return cast(type[_Released], type(f"Released{kind.__name__}", (_Released, kind), {}))
