"""Placing a study's pipeline from its tables: the stage does it once, pages and commands ask what if.

No geometry and no file is touched here: a question (another day, more quota, a pin) is
answered from tables in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from geo import study as flow
from geo.basis.progress import Progress, silent
from geo.basis.tables import empty
from geo.place import accounts, fit, headroom, land, later
from geo.place import capacity as capacity_room
from geo.place.answer import Answer, Worth
from geo.place.capacity import Book
from geo.place.headroom import Headroom
from geo.place.match import Wish, Wishes
from geo.place.solve import Work
from geo.place.why import UNPLACED
from geo.place.worth import STEP, Objective
from geo.project.gate import MEMBERSHIP
from layers.library import resources as counted
from layers.study import check_sites

Read = Callable[[str], pd.DataFrame]
TABLES = ("fits", "facilities", "capacity", "budgets", "matches", "misses", "draws", "placing")
SITE_COLUMNS = ("site_id", "kind", "outcome", "status", "unknowns", "park_id", "net_m2", "net_hi_m2", "quota_m2",
                "quota_hi_m2", "balance_m2", "balance_hi_m2", "forest_m2", "forest_hi_m2", "rect_length_m",
                "rect_width_m")  # fmt: skip
EDITS = ("pin", "ban", "capacity")
"""Kinds of edits that change where projects are placed."""
OF = "@"
"""Between project and place in the subject of a ban."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Parameters
    ----------
    on : date
        Facilities commissioned later hold nothing yet.
    objective : Objective
    wishes : Wishes
    extra : mapping of facility or account to amount
        More capacity than the registers state.
    work : Work or None
    """

    on: date
    objective: Objective = field(default_factory=Objective)
    wishes: Wishes = field(default_factory=Wishes)
    extra: Mapping[str, float] = field(default_factory=dict)
    work: Work | None = None


def question(on: date, objective: Objective, decided: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Question:
    """Return the question a study itself asks: with the pins, bans and capacities people decided.

    Parameters
    ----------
    on : date
    objective : Objective
    decided : mapping of kind to subject to value
        Edits as plain values (`layers.study.edits.Edits.plain`).
    """
    extra = {name: float(value.get("extra", 0.0)) for name, value in decided.get("capacity", {}).items()}
    return Question(on, objective, wishes(decided), extra)


def wishes(decided: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Wishes:
    """Return pins and bans; a project has one pin and any number of bans (``XM-04@S1…`` names one of them)."""
    bans: dict[str, tuple[Wish, ...]] = {}
    for subject, value in decided.get("ban", {}).items():
        project = subject.split(OF, 1)[0]
        bans[project] = (*bans.get(project, ()), _wish(value))
    return Wishes({project: _wish(value) for project, value in decided.get("pin", {}).items()}, bans)


def _wish(value: Mapping[str, Any]) -> Wish:
    return Wish(*check_sites.meant(value))


# --- tables of a study ------------------------------------------------------------


@dataclass(frozen=True)
class Base:
    """Everything placing reads of a study, as it is before anything is placed.

    Parameters
    ----------
    read : callable
        Hands over a table of the stages before by name.
    facilities, budgets : DataFrame
        As given by the registers, nothing drawn, no scenario applied.
    has : callable
        Tells whether the study has a table.
    """

    read: Read
    has: Callable[[str], bool]
    facilities: pd.DataFrame
    budgets: pd.DataFrame

    def accounts(self, on: date, extra: Mapping[str, float]) -> pd.DataFrame:
        """Return the account book of a day, nothing drawn."""
        return accounts.accounts(self.facilities, self.budgets, on, extra)

    @cached_property
    def sites(self) -> pd.DataFrame:
        """Assembled sites and red lines together, with the figures that draw accounts."""
        whole = pd.DataFrame(self.read("sites")).drop(columns="geometry", errors="ignore")
        whole = whole.merge(self._forest(), on="site_id", how="left")
        lines = pd.DataFrame(self.read("check_sites"))
        frames = [f.reindex(columns=SITE_COLUMNS) for f in (whole, lines) if len(f)]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=SITE_COLUMNS)

    def _forest(self) -> pd.DataFrame:
        """Return forest ground of each site that building on it would convert, m²."""
        entry = counted.entry("forest_quota")
        parcels = pd.DataFrame(self.read("parcels"))[["parcel_id", "land_use", "land_use_scheme"]]
        heads = entry.classes if entry else {}
        pairs = zip(parcels["land_use_scheme"].astype(str), parcels["land_use"].astype(str), strict=True)
        parcels = parcels.assign(forest=[code.startswith(heads.get(scheme, ())) if scheme in heads else False
                                         for scheme, code in pairs])  # fmt: skip
        supply = pd.DataFrame(self.read("supply"))[["parcel_id", "new_construction_m2"]]
        rows = self.read("members").merge(parcels, on="parcel_id").merge(supply, on="parcel_id")
        draws_ = rows["forest"] & (rows["new_construction_m2"].fillna(1.0) > 0)
        area = rows["area_m2"].where(draws_, 0.0).groupby(rows["site_id"]).sum()
        return pd.DataFrame({"site_id": area.index, "forest_m2": area.to_numpy(), "forest_hi_m2": area.to_numpy()})

    @cached_property
    def members(self) -> pd.DataFrame:
        """Land parts of every site, red lines among them."""
        names = ["site_id", "parcel_id", "part"]
        return pd.concat([self.read("members")[names], self.read("check_members")[names]], ignore_index=True)

    @cached_property
    def tables(self) -> fit.Tables:
        """What feasibility reads."""
        lines = self.read("check_sites")
        own = dict(zip(lines["site_id"].astype(str), lines["project_id"].astype(str), strict=True))
        names = ("projects", "demand", "gates", "gate_results")
        demand = self.read("demand")
        return fit.Tables(
            *(demand if n == "demand" else self.read(n) for n in names), self.sites, self._or_empty("building_sites"),
            self._or_empty("reuse"), self._scores(), own, self._or_empty("site_gates"),
            frozenset(self._or_empty("sites_measured")["site_id"].astype(str)),
        )  # fmt: skip

    def _or_empty(self, name: str) -> pd.DataFrame:
        return pd.DataFrame(self.read(name)) if self.has(name) else empty(name)

    def _scores(self) -> dict[str, float]:
        if not self.has("ranking"):
            return {}
        rows = self.read("ranking")[["site_id", "score"]].dropna()
        return dict(zip(rows["site_id"].astype(str), rows["score"].astype(float), strict=True))

    @cached_property
    def park_land(self) -> pd.DataFrame:
        """The land account of each park, nothing placed."""
        supply = self.read("supply")
        net = pd.DataFrame(self.read("candidates")).set_index("parcel_id")["net_m2"]
        share = {}
        for name, column in (("new_construction", "new_construction_m2"), ("farmland_balance", "balance_m2")):
            drawn = supply.set_index("parcel_id")[column]
            share[name] = (drawn / net.reindex(drawn.index).where(lambda n: n > 0)).clip(0.0, 1.0)
        size = self.read("stack_pieces").groupby("stack_id", as_index=False)["area_m2"].sum()
        stacks = self.read("stacks").merge(size, on="stack_id")
        return land.park_land(pd.DataFrame(self.read("parcels")), supply, self.read("availability"), share, stacks)

    @cached_property
    def open_share(self) -> pd.Series:
        """Share of each site's land that is open; the rest of a red line stands on ground used already."""
        parts = pd.concat([self.read("members"), self.read("check_members")], ignore_index=True)
        listed = self.read("availability")
        clear = listed.loc[listed["outcome"] == "clear", ["parcel_id", "part"]].assign(open=1.0)
        parts = parts.merge(clear, on=["parcel_id", "part"], how="left")
        area = parts["area_m2"].groupby(parts["site_id"]).sum()
        return (parts["area_m2"] * parts["open"].fillna(0.0)).groupby(parts["site_id"]).sum() / area


@dataclass(frozen=True)
class Outcome:
    """An answer to a question, as tables."""

    question: Question
    answer: Answer
    tables: Mapping[str, pd.DataFrame]


def answer(base: Base, asked: Question, source: tuple[str, Any] = ("", None), progress: Progress = silent) -> Outcome:
    """Place the pipeline of a study.

    Parameters
    ----------
    base : Base
    asked : Question
    source : (str, date or None)
        Where the land of the parks is read from, and its day.
    progress : Progress

    Returns
    -------
    Outcome
        Tables `TABLES`.
    """
    book = base.accounts(asked.on, asked.extra)
    room = Headroom(book, headroom.pools(book, counted.resources()))
    done = flow.place(base.tables, base.members, room, asked.objective, asked.wishes, asked.work, progress)
    worth = Worth(asked.objective.id, asked.objective.unit, STEP)
    made = Answer(done.matching, done.portfolio, worth, fit.result_of(base.tables.gate_results))
    tables = {
        "fits": done.fits, "draws": done.draws,
        "facilities": accounts.of_facilities(done.accounts, _columns("facilities")),
        "budgets": accounts.of_budgets(done.accounts, _columns("budgets")),
        "matches": made.matches(), "misses": made.misses(), "placing": made.placing().assign(on=pd.Timestamp(asked.on)),
        "capacity": _capacity(base, done, source),
    }  # fmt: skip
    return Outcome(asked, made, tables)


def _columns(table: str) -> list[str]:
    return list(empty(table).columns)


def _capacity(base: Base, done: flow.Placed, source: tuple[str, Any]) -> pd.DataFrame:
    gates = base.read("gate_results")
    columns = gates[["project_id", "parks", "result", "unknowns"]].itertuples(index=False)
    admitted = {
        str(p): set(str(parks).split("|"))
        for p, parks, result, open_ in columns
        if result != "conflict" and MEMBERSHIP not in str(open_).split("|")
    }
    served = {p for cell in done.accounts["serves"] for p in str(cell).split(accounts.SEPARATOR) if p}
    account = land.drawn(base.park_land, done.draws, base.open_share, served)
    area = base.read("demand").set_index("project_id")["land_m2"].fillna(0.0).to_dict()
    typical = {p: capacity_room.typical(done.portfolio.needs, area, [k for k, parks in admitted.items() if p in parks])
               for p in account["park_id"]}  # fmt: skip
    account = account.assign(source=source[0], date=pd.Timestamp(source[1]) if source[1] else pd.NaT)
    return capacity_room.capacity(account, Book(done.accounts, counted.resources()), typical)


# --- questions --------------------------------------------------------------------


def pinned(asked: Question, project: str, site: str) -> Question:
    """Return a question with one more pin: what if the project stood there."""
    pins = dict(asked.wishes.pins) | {project: Wish(site)}
    return replace(asked, wishes=Wishes(pins, asked.wishes.bans))


def from_day(base: Base, outcome: Outcome) -> dict[str, date]:
    """Return for each unplaced project the first later day on which it would fit, all others held.

    Projects that no commissioning of a facility helps are missing.
    """
    asked, made = outcome.question, outcome.answer
    waiting = [p for p, left in made.left.items() if left.status == UNPLACED]
    commissioned = pd.to_datetime(base.facilities["in_service"]).dropna().dt.date
    pools = {
        day: headroom.pools(base.accounts(day, asked.extra), counted.resources())
        for day in sorted({d for d in commissioned if d > asked.on})
    }
    return later.first_days(made.placed, made.portfolio, waiting, pools)
