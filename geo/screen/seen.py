"""Parcels judged once: the tables of screening follow from it, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.measure import cut
from geo.rules import verdicts
from geo.rules.evidence import Evidence, measured
from geo.rules.judge import Judgement, Measured, judge
from geo.rules.terms import Terms
from geo.screen import candidates, ledger, status, uses
from geo.screen.remains import Deductions, deductions
from geo.screen.setting import Setting
from geo.screen.status import Minimum

Bools = npt.NDArray[np.bool_]
BLOCK = 8192
"""Parcels judged at a time: with rules × parcels in memory at once a million would take gigabytes."""


@dataclass(frozen=True)
class Seen:
    """Judgements and deductions of some parcels: the standing and the tables, with and without what is too narrow."""

    data: Evidence
    setting: Setting
    judged: Judgement
    found: Deductions

    def standing(self, narrow: Bools | None) -> status.Standing:
        """Return the status of every parcel; `narrow` as for `geo.screen.status.standing`."""
        return status.standing(self.judged, self.found.total, self.setting.aside, self.setting.minimum, narrow)

    def kept(self) -> Bools:
        """Tell which parcels are not excluded as far as tables tell."""
        return np.asarray(self.standing(None).code != status.S_EXCLUDED)

    def candidates(self, narrow: Bools | None) -> pd.DataFrame:
        """Return the table `candidates`."""
        stand = self.standing(narrow)
        return candidates.table(stand, self.judged, self.found.total, self.data, self.setting.aside)

    def tables(self, narrow: Bools | None) -> dict[str, pd.DataFrame]:
        """Return the tables `verdicts`, `candidates` and `ledger`."""
        stand = self.standing(narrow)
        return {
            "verdicts": verdicts.table(self.judged, self.setting.aside),
            "candidates": self.candidates(narrow),
            "ledger": ledger.table(self.found, self.data, stand.code == status.S_EXCLUDED, stand.unsure_whole),
        }


def seen(data: Evidence, setting: Setting, like: Seen | None = None) -> Seen:
    """Judge parcels by the rules of a setting; what `like` has read and deducted of the same parcels is not done again.

    Parameters
    ----------
    data : Evidence
    setting : Setting
    like : Seen or None
        The same parcels under another setting.
    """
    known = {} if like is None else {r.id: (r, m) for r, m in zip(like.judged.rules, like.judged.measured, strict=True)}

    def read(rule: Terms) -> Measured:
        same, found = known.get(rule.id, (None, None))
        return found if found is not None and same == rule else measured(rule, data)

    judged = judge(setting.applicable, data.parcel_ids, read)
    cutting = tuple(r for r in setting.examined if r.cuts)
    taken = like.found if like is not None and like.found.rules == cutting else deductions(setting.examined, data)
    return Seen(data, setting, judged, taken)


def in_blocks(data: Evidence) -> Iterator[tuple[Evidence, slice]]:
    """Yield the evidence of `BLOCK` parcels after another with their places; one block where there are none."""
    for start in range(0, max(len(data.parcel_ids), 1), BLOCK):
        rows = slice(start, min(start + BLOCK, len(data.parcel_ids)))
        yield data.between(rows.start, rows.stop), rows


def screened(data: Evidence, setting: Setting, narrow: Bools, large: Bools) -> dict[str, pd.DataFrame]:
    """Return the tables of screening of some parcels.

    Parameters
    ----------
    data : Evidence
    setting : Setting
    narrow : bool array
        Parcels of which no part that is left reaches the minimum.
    large : bool array
        Parcels of which a part is a candidate by itself; the others, if not excluded, are remnants.

    Returns
    -------
    dict of DataFrame
        ``verdicts``, ``candidates``, ``ledger``, ``use_status``.
    """
    own = seen(data, setting)
    tables = own.tables(narrow)
    found = tables["candidates"]
    small = np.where(large, "no", "yes").astype(object)
    small[(found["status"] == "excluded").to_numpy()] = ""
    tables["candidates"] = found.assign(remnant=small)
    tables["use_status"] = uses.table(found, setting, lambda other: seen(data, other, own).candidates(narrow))
    return tables


def holding(ids: npt.NDArray[np.object_], land: gpd.GeoDataFrame, least: Minimum) -> Bools:
    """Tell of every parcel whether a part of its net land reaches an area and a width.

    Parameters
    ----------
    ids : array of str
    land : GeoDataFrame
        The table `land`, study CRS, metres.
    least : Minimum
    """
    some = land[land["net_m2"].to_numpy() >= least.area_m2]
    shapes = some.geometry.to_numpy()
    # a circle of radius area ÷ perimeter lies in every polygon without holes: only others have to be looked at
    wide = 2.0 * shapely.area(shapes) >= max(least.width_m, 0.0) * shapely.length(shapes)
    wide &= (shapely.area(shapes) > 0) & (shapely.get_num_interior_rings(shapes) == 0)
    wide[~wide] = cut.wide_enough(shapes[~wide], least.width_m)
    return np.asarray(pd.Index(ids).isin(some.loc[wide, "parcel_id"]))
