"""The one door through which every output takes its tables: a run as it may leave the study folder.

`released` returns the run with its use-only layers (受控图层) reduced to what a verdict may say: that a
restricted layer stands against a parcel. No name, no shape, no amount, and nothing an amount could be
reckoned from. Whoever computes rather than shows asks for `inside` and hands nothing of it on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from geo.rank.spec import CriteriaSet
from geo.rules.spec import Rule
from layers.study import masked
from layers.study.masks import Masks
from layers.study.results import Results
from layers.study.spec import Study


def released(results: Results) -> Results:
    """Return the run as it may leave; the run itself where no layer is use-only, or where it is released already."""
    if isinstance(results, _Released):
        return results
    given = Masks(results.study, results.rules, results.criteria)
    if not given:
        return results
    made = _kind(type(results))(results.folder, results.run)
    made.__dict__["inside"] = results
    made.__dict__["masks"] = given
    return made


def inside(results: Results) -> Results:
    """Return the run with everything it holds, for computing; what is shown of it goes through `released`."""
    return results.inside if isinstance(results, _Released) else results


def masks(results: Results) -> Masks:
    """Return what of a run may not leave; nothing of a run without use-only layers."""
    return results.masks if isinstance(results, _Released) else Masks(results.study, results.rules, results.criteria)


def touched(results: Results) -> frozenset[str]:
    """Return the parcels whose amounts are withheld, because a use-only layer takes part of them or may do so."""
    return results.touched if isinstance(results, _Released) else frozenset()


@dataclass(frozen=True)
class _Released(Results):
    """A run seen from outside; `inside` and `masks` are set by `released`."""

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
        """As the run has it: sums and counts of tables, which name no layer to a reader."""
        return self.inside.manifest

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
        """Return a table as it may leave; see `layers.study.masked`."""
        if name not in self._tables:
            raw = self.inside.table(name)
            hidden = masked.Hidden(self.masks, self.touched, self.touched_sites)
            self._tables[name] = masked.table(name, raw, hidden, self.inside)
        return self._tables[name]

    def layer_shapes(self, layer_id: str) -> gpd.GeoDataFrame:
        """Return the shapes of a layer; a use-only one has none outside."""
        if layer_id in self.masks.layers or layer_id in self.masks.layers.values():
            return gpd.GeoDataFrame({"id": [], "maybe": []}, geometry=[], crs=self.study.crs)
        return self.inside.layer_shapes(layer_id)

    def has(self, name: str) -> bool:
        """Tell whether the run holds a table; shapes of a use-only layer it does not, seen from outside."""
        return name.removeprefix("shape_") not in self.masks.layers and self.inside.has(name)


@cache
def _kind(kind: type[Results]) -> type[_Released]:
    """Return a run or a check seen from outside, with whatever else that kind of run can say."""
    if kind is Results:
        return _Released
    return cast(type[_Released], type(f"Released{kind.__name__}", (_Released, kind), {}))
