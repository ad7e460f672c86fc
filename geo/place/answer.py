"""The answer as tables: matches, misses, and the run itself with its bound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.place.match import Placed
from geo.place.portfolio import BUILDING, LAND, Option, Portfolio
from geo.place.why import PLACED, UNPLACED, Gates, Left, left_out, told

FEW = 5_000
"""Options up to which every project gets its runner-up by re-solving; above, one is asked for when wanted."""


CONDITIONAL = "conditional"
"""Placed, if the project's fixed assets reach what its land needs; never counted as placed."""
STANDS = (PLACED, CONDITIONAL)
"""A project has a site; with a condition it is counted apart."""


def subject_to(matches: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """Return the matches with what a placed project must still put into fixed assets (万元; NaN: nothing).

    A project that goes into a building takes no land, and no intensity of land is asked of it.
    """
    needed = demand.set_index("project_id")["condition_wan"].reindex(matches["project_id"]).to_numpy(np.float64)
    binds = (matches["status"] == PLACED).to_numpy() & (matches["kind"] == LAND).to_numpy() & np.isfinite(needed)
    return matches.assign(
        status=matches["status"].mask(binds, CONDITIONAL), condition_wan=np.where(binds, needed, np.nan)
    )


_COLUMNS = [c for c in empty("matches").columns if c != "condition_wan"]


@dataclass(frozen=True)
class Worth:
    """The declared objective: what one whole unit of an option's value means.

    Parameters
    ----------
    id, unit : str
        ``tax`` in ``万元/年`` …
    step : float
        One whole unit of value in `unit`.
    """

    id: str
    unit: str
    step: float = 0.01


@dataclass(frozen=True)
class Answer:
    """A placed portfolio with what its tables need beside it."""

    placed: Placed
    portfolio: Portfolio
    worth: Worth
    gates: Gates

    @cached_property
    def left(self) -> dict[str, Left]:
        """Every project that is not placed, and why."""
        out = (p for p in self.placed.booked.project_ids if self.placed.option_of(p) is None)
        return {p: left_out(self.placed, self.portfolio, self.gates, p) for p in out}

    def matches(self) -> pd.DataFrame:
        """Return the table `matches`: every project of the pipeline once."""
        rows = [self._match(p) for p in self.placed.booked.project_ids]
        return pd.DataFrame(rows, columns=_COLUMNS) if rows else empty("matches")

    def misses(self) -> pd.DataFrame:
        """Return the table `misses`: every amount an unplaced project lacks; a project's rows are needed together."""
        rows = [
            {"project_id": p, "account": lack.account, "resource": lack.resource, "unit": lack.unit,
             "amount": lack.amount} | self._at(left)
            for p, left in self.left.items() if left.status == UNPLACED for lack in left.lacks
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=empty("misses").columns) if rows else empty("misses")

    def placing(self) -> pd.DataFrame:
        """Return the table `placing`: one row about the run; bound and gap stand beside the objective."""
        solved, step = self.placed.solved, self.worth.step
        bound = solved.value if solved.gap == 0.0 else solved.bound
        return pd.DataFrame([{
            "objective": self.worth.id, "unit": self.worth.unit, "worth": solved.value * step, "bound": bound * step,
            "gap": solved.gap, "options": len(self.placed.booked.options),
            "ways": "|".join(f"{name}={value * step:.2f}" for name, value in solved.ways),
        }])  # fmt: skip

    # --- one project --------------------------------------------------------------

    def _match(self, project_id: str) -> dict[str, Any]:
        option = self.placed.option_of(project_id)
        row = _EMPTY | {"project_id": project_id, "pinned": project_id in self.placed.wishes.pins}
        if option is not None:
            return row | self._placed(option) | self._second(project_id)
        left = self.left[project_id]
        row |= {"status": left.status, "reason": left.why.to_json()}
        if left.status != UNPLACED or left.miss.option < 0:
            return row
        row |= {"missing": "|".join(told(x) for x in left.lacks)} | self._relief(project_id, left)
        if left.why.code == "unplaced_short" and not row["relief_kept"]:
            # with the amounts the best answer moves others too: that they stay is not promised
            row |= {"reason": Reason("unplaced_short_now", left.why.values).to_json()}
        return row | self._at(left) | self._second(project_id)

    def _relief(self, project_id: str, left: Left) -> dict[str, Any]:
        """Return what the amounts a project lacks would bring if they were there: by re-solving, nobody held."""
        booked = self.placed.booked
        if not left.lacks or left.miss.taken_by or left.miss.near or len(booked.options) > FEW:
            return {}
        view = self.placed.view()
        found = view.with_more(left.miss.accounts, left.miss.amounts)
        if found.chosen is None:
            return {}
        names = {k: "|".join(booked.project_ids[p] for p in who) for k, who in
                 (("relief_enters", found.enters), ("relief_leaves", found.leaves))}  # fmt: skip
        kept = found.enters == (booked.number(project_id),) and view.stays(found.chosen)
        return names | {"relief_worth": -found.price * self.worth.step, "relief_kept": kept}

    def _at(self, left: Left) -> dict[str, Any]:
        option = self.placed.booked.options[left.miss.option]
        return {"site_id": option.site_id, "park_id": option.park_id}

    def _placed(self, option: Option) -> dict[str, Any]:
        building = option.kind == BUILDING
        saved = self._saved(option) if building else 0.0
        remnant = self._remnant(option)
        why = reason(
            "placed_building" if building else "placed_land", site=option.site_id, park=option.park_id,
            take_m2=option.take_m2, saved_m2=saved, remnant_m2=remnant,
        )  # fmt: skip
        return {
            "status": PLACED, "site_id": option.site_id, "park_id": option.park_id, "kind": option.kind,
            "land_m2": 0.0 if building else option.take_m2, "floor_m2": option.take_m2 if building else 0.0,
            "saved_m2": saved, "remnant_m2": remnant, "worth": option.value * self.worth.step,
            "uncounted": "|".join(self.placed.booked.uncounted.get(option.project_id, ())), "reason": why.to_json(),
        }  # fmt: skip

    def _saved(self, option: Option) -> float:
        """Return the land a project does not take because it goes into a building."""
        fits = self.portfolio.fits
        row = fits[(fits["project_id"] == option.project_id) & (fits["site_id"] == option.site_id)]
        return float(row["saved_m2"].iloc[0])

    def _remnant(self, option: Option) -> float:
        """Return what is left of the block a site belongs to, m² (of a building: floor)."""
        block = self.placed.block_of(option)
        mine = [o for o in self.placed.placed_options() if self.placed.block_of(o) == block]
        return max(max(self._room[o.site_id] for o in mine) - sum(o.take_m2 for o in mine), 0.0)

    @cached_property
    def _room(self) -> dict[str, float]:
        pairs = self.portfolio.sites[["site_id", "room_m2"]].itertuples(index=False)
        return {str(s): float(r) for s, r in pairs}

    def _second(self, project_id: str) -> dict[str, Any]:
        """Return runner-up and price of forcing it; nothing where there is none or the pipeline is too large."""
        booked = self.placed.booked
        if len(booked.options) > FEW:
            return {}
        found = self.placed.view(project_id).forced(project_id)
        if found.chosen is None:
            return {}
        option = booked.options[int(found.chosen[booked.number(project_id)])]
        return {
            "runner_up": option.site_id, "price": found.price * self.worth.step, "price_exact": found.exact,
            "leaves": "|".join(booked.project_ids[p] for p in found.leaves),
            "enters": "|".join(booked.project_ids[p] for p in found.enters),
        }  # fmt: skip


_EMPTY: dict[str, Any] = {
    "status": UNPLACED, "site_id": "", "park_id": "", "kind": "", "land_m2": 0.0, "floor_m2": 0.0, "saved_m2": 0.0,
    "remnant_m2": 0.0, "worth": 0.0, "runner_up": "", "price": np.nan, "price_exact": False, "leaves": "",
    "enters": "", "missing": "", "uncounted": "", "reason": "",
    "relief_worth": np.nan, "relief_enters": "", "relief_leaves": "", "relief_kept": False,
}  # fmt: skip
