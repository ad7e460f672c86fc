"""What placing reads of a study: its tables, put together once, before anything is placed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from geo.basis.tables import empty
from geo.place import accounts, capacity, fit, land, sources
from geo.place.capacity import Book
from geo.place.headroom import Headroom, pools
from geo.place.portfolio import Portfolio
from geo.place.resource import Resources
from geo.place.spacing import Spacing
from geo.project.apart import limits_of
from geo.project.gate import MEMBERSHIP

Read = Callable[[str], pd.DataFrame]
SITE_COLUMNS = ("site_id", "kind", "outcome", "status", "unknowns", "park_id", "net_m2", "net_hi_m2", "quota_m2",
                "quota_hi_m2", "balance_m2", "balance_hi_m2", "forest_m2", "forest_hi_m2", "rect_length_m",
                "rect_width_m")  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """What is counted when projects are placed.

    Parameters
    ----------
    resources : Resources
    forest : mapping of scheme to tuple of str
        Beginnings of the land classes that draw the forest quota; a scheme that is missing draws nothing.
    """

    resources: Resources
    forest: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Base:
    """Everything placing reads of a study, as it is before anything is placed.

    Parameters
    ----------
    read : callable
        Hands over a table of the stages before by name.
    given : DataFrame
        The account book as the registers state it (`geo.place.accounts.given`), nothing drawn, no scenario applied.
    has : callable
        Tells whether the study has a table.
    counted : Counted
    land_source : (str, date or None)
        Layer the land of the parks is counted from, and its day.
    growth : mapping
        What land consolidation brings to the accounts of the county, and when.
    parks : tuple of str
        Layers of parks; where one is not complete, ground outside all parks that are known may be in another.
    """

    read: Read
    has: Callable[[str], bool]
    given: pd.DataFrame
    counted: Counted
    land_source: tuple[str, date | None] = ("", None)
    growth: sources.Growth = field(default_factory=dict)
    parks: tuple[str, ...] = ()

    def accounts(self, on: date, extra: Mapping[str, float]) -> pd.DataFrame:
        """Return the account book of a day, nothing drawn."""
        more = sources.come_in(self.growth, on)
        return accounts.opened(self.given, on, {k: more.get(k, 0.0) + extra.get(k, 0.0) for k in (*more, *extra)})

    def headroom(self, on: date, extra: Mapping[str, float]) -> Headroom:
        """Return the account book of a day with the pools it is drawn from."""
        book = self.accounts(on, extra)
        return Headroom(book, pools(book, self.counted.resources))

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
        parcels = pd.DataFrame(self.read("parcels"))[["parcel_id", "land_use", "land_use_scheme"]]
        heads = self.counted.forest
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
        measured = frozenset(self._or_empty("sites_measured")["site_id"].astype(str))
        return fit.Tables(
            projects=self.read("projects"), demand=self.read("demand"), gates=self.read("gates"),
            gate_results=self.read("gate_results"), sites=self.sites, buildings=self._or_empty("building_sites"),
            reuse=self._or_empty("reuse"), scores=self._scores(), own=own, site_gates=self._or_empty("site_gates"),
            measured=measured, parks_complete=self._parks_complete(),
        )  # fmt: skip

    def _parks_complete(self) -> bool:
        """Tell whether every layer of parks is there and complete: only then is ground of no park outside all."""
        if not self.parks or not self.has("zones"):
            return not self.parks
        seen = self.read("zones")
        mine = seen[seen["layer_id"].astype(str).isin(self.parks) & (seen["buffer_m"] == 0.0)]
        whole = mine[(mine["state"] == "ok") & (mine["coverage"] == "complete")]
        return set(whole["layer_id"].astype(str)) == set(self.parks)

    def _or_empty(self, name: str) -> pd.DataFrame:
        return pd.DataFrame(self.read(name)) if self.has(name) else empty(name)

    def _scores(self) -> dict[str, float]:
        if not self.has("ranking"):
            return {}
        rows = self.read("ranking")[["site_id", "score"]].dropna()
        return dict(zip(rows["site_id"].astype(str), rows["score"].astype(float), strict=True))

    @cached_property
    def grounds(self) -> dict[str, Any]:
        """Ground of every site, red line and building."""
        out: dict[str, Any] = {}
        frames = [self.read("sites"), self.read("check_sites"), self._or_empty("building_sites")]
        for frame in frames:
            if "geometry" in frame:
                out |= dict(zip(frame["site_id"].astype(str), frame["geometry"], strict=True))
        return out

    @cached_property
    def spacing(self) -> Spacing:
        """Distances projects ask all others to keep, as far as they keep anybody out."""
        listed = self._or_empty("protection")
        asked = limits_of(listed[listed["binding"].astype(bool)])
        return Spacing(asked, self.grounds) if asked else Spacing()

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


def of_parks(base: Base, portfolio: Portfolio, draws: pd.DataFrame, book: pd.DataFrame) -> pd.DataFrame:
    """Return the table `capacity`: what each park can still hold once the draws are made.

    Parameters
    ----------
    base : Base
    portfolio : Portfolio
        Needs of the projects, for a typical draw on each account.
    draws : DataFrame
        What the placed projects draw, land of parks among it.
    book : DataFrame
        The accounts after it.
    """
    gates = base.read("gate_results")
    columns = gates[["project_id", "parks", "result", "unknowns"]].itertuples(index=False)
    admitted = {
        str(p): set(str(parks).split("|"))
        for p, parks, result, open_ in columns
        if result != "conflict" and MEMBERSHIP not in str(open_).split("|")
    }
    served = {p for cell in book["serves"] for p in str(cell).split(accounts.SEPARATOR) if p}
    account = land.drawn(base.park_land, draws, base.open_share, served)
    source, day = base.land_source
    account["source"], account["date"] = source, pd.Timestamp(day) if day else pd.NaT
    demand = base.read("demand")
    area = dict(zip(demand["project_id"].astype(str), demand["land_m2"].fillna(0.0).astype(float), strict=True))
    typical = {p: capacity.typical(portfolio.needs, area, [k for k, parks in admitted.items() if p in parks])
               for p in account["park_id"]}  # fmt: skip
    return capacity.capacity(account, Book(book, base.counted.resources), typical)
