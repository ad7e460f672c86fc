"""What the Place page shows: projects by status, the map, accounts, the price of another site, what if."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.place.accounts import FACILITY, of_scope
from geo.place.answer import STANDS
from layers.ask import placement
from layers.ask.placement import PlaceQuestion, PlaceTables
from layers.library import resources as counted
from layers.serve.held import Held
from layers.serve.pages.place_map import Fill, Scene, SiteMap, Tagged
from layers.study.run.results import Results
from layers.text import Language, code, number, say
from layers.words import place_lines as words

SIGNS = {"placed": "●", "conditional": "◐", "unplaced": "○", "unknown": "◌", "rejected": "✕"}
MAP_PIXELS = (570, 520)
QUOTA = "new_construction"


@dataclass(frozen=True)
class PlaceView:
    """One answer, from a run or to a question; built once and shared by all visitors."""

    results: Results
    found: PlaceTables
    sites: SiteMap

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Projects in the order of the list: placed, unplaced, 待核实, rejected."""
        rows = self.found.table("matches")
        place = {s: k for k, s in enumerate(words.ORDER)}
        order = sorted(zip(rows["status"].map(place), rows["project_id"], strict=True))
        return tuple(str(p) for _, p in order)

    def status(self, project: str) -> str:
        """Return the status of a project."""
        return str(self.found.match(project)["status"])

    def listing(self, language: Language) -> pd.DataFrame:
        """Return the list as shown."""
        heads = [say(f"uiplace.col_{n}", language) for n in ("sign", "project", "status", "told")]
        return pd.DataFrame([self._line(p, language) for p in self.ids], columns=heads)

    def _line(self, project: str, language: Language) -> tuple[str, ...]:
        row = self.found.match(project)
        status = str(row["status"])
        if status in STANDS:
            key, size = ("m2", row["floor_m2"]) if row["kind"] == "building" else ("mu", row["land_m2"])
            told = f"{words.park(self.found, str(row['park_id']))} {number(size, key, language)}"
            if status == "conditional":
                told += say("uiplace.condition", language, needed=float(row["condition_wan"]))
        else:
            lacks = words.missing(self.found, project, language)
            told = say("uiplace.lacks", language, missing=lacks) if lacks else words.why(self.found, row, language)
        return SIGNS[status], self.found.names[project], code("placestatus", status, language), told

    def told_in_a_line(self, project: str, language: Language) -> str:
        """Return a project's status, and where it stands or what it lacks."""
        return " · ".join(filter(None, self._line(project, language)[2:]))

    # --- map ----------------------------------------------------------------------

    def scene(self, selected: str | None, choice: str) -> Scene:
        """Return the map: every project that has a site, the chosen alternative of the selected one."""
        calls: dict[str, Tagged] = {}
        fills: list[Fill] = []
        for project in self.ids:
            row = self.found.match(project)
            site, status = str(row["site_id"]), str(row["status"])
            if site and self.sites.has(site):
                calls[project] = Tagged(site, self.found.names[project], status, status not in STANDS)
                if status in STANDS or project == selected:
                    fills += [f for f in [self.sites.fill(site, status)] if f is not None]
        if choice:
            fills += [f for f in [self.sites.fill(choice, "choice")] if f is not None]
        return Scene(tuple(fills), self._cuts(), self.sites.calls(calls), self.sites.bounds)

    def _cuts(self) -> tuple[dict[str, Any], ...]:
        """Return the cut lines of placed projects that take part of a site."""
        if not self.results.has("offers"):
            return ()
        placed = self.found.table("matches").query("status in @STANDS")
        offers = self.results.table("offers").merge(placed[["project_id", "site_id"]], on=["project_id", "site_id"])
        lines = (self.sites.cut(str(w)) for w in offers["line"])
        return tuple(line for line in lines if line is not None)

    # --- one project --------------------------------------------------------------

    def told(self, project: str, language: Language) -> list[str]:
        """Return what is to be said of a project, one sentence each."""
        return list(words.told(self.found, self.found.match(project), language))

    def draws(self, project: str, language: Language) -> list[tuple[str, str]]:
        """Return what a placed project draws: account and amount."""
        rows = self.found.rows("draws", project)
        drawn = ((r, words.quantity(r["amount"], str(r["resource"]), str(r["unit"]), language)) for r in rows)
        return [(self._drawn_from(row, language), amount) for row, amount in drawn]

    def _drawn_from(self, row: Mapping[str, Any], language: Language) -> str:
        if row["kind"] == "park":
            return f"{words.park(self.found, str(row['account']))} {counted.titled('land', language)}"
        return words.account(self.found, str(row["account"]), language)

    def choices(self, project: str) -> list[str]:
        """Return the sites a project could have, as it likes them: feasible ones, its own left out."""
        rows = self.found.rows("fits", project)
        mine = str(self.found.match(project)["site_id"]) if self.status(project) in STANDS else ""
        able = [r for r in rows if r["feasible"] == "yes" and r["site_id"] != mine]
        return [str(r["site_id"]) for r in sorted(able, key=lambda r: (-r["worth"], -r["liking"]))]

    def choice_label(self, project: str, site: str, language: Language) -> str:
        """Return a site as an entry of the list of choices: park, name, size."""
        row = next(r for r in self.found.rows("fits", project) if r["site_id"] == site)
        size = number(row["take_m2"], "m2" if row["kind"] == "building" else "mu", language)
        name = self.found.sites.get(site, site)
        return f"{words.park(self.found, str(row['park_id']))} · {name} · {size}"

    def sites_looked_at(self, project: str, language: Language) -> pd.DataFrame:
        """Return every site with whether it would do and why not, nearest first."""
        rows = sorted(
            self.found.rows("fits", project),
            key=lambda r: (r["feasible"] != "yes", r["feasible"] != "unknown", r["lack_share"], r["site_id"]),
        )
        heads = [say(f"uiplace.col_{n}", language) for n in ("site", "park", "fits", "why")]
        from layers.text import sentence

        lines = [
            (
                self.found.sites.get(str(r["site_id"]), str(r["site_id"])),
                words.park(self.found, str(r["park_id"])),
                code("feasible", str(r["feasible"]), language),
                sentence(str(r["reason"]), language),
            )
            for r in rows
        ]
        return pd.DataFrame(lines, columns=heads)  # fmt: skip


@dataclass(frozen=True)
class Priced:
    """What it costs to put a project on a site: in words."""

    possible: bool
    lines: tuple[str, ...]


def priced(desk_: PlaceView, project: str, site: str, language: Language) -> Priced:
    """Answer "what if it stood there": the price, who leaves, who enters, what is missing."""
    asked = desk_.found.asked
    there = PlaceQuestion(asked.on or desk_.found.on, asked.extra, (*asked.pins, (project, site)))
    other = desk(desk_.results, there)
    before, after = (d.found.table("placing").iloc[0] for d in (desk_, other))
    if other.status(project) not in STANDS:
        lacks = words.missing(other.found, project, language)
        text = say("uiplace.not_there", language, missing=lacks) if lacks else other.told(project, language)[0]
        return Priced(False, (text,))
    unit = code("aimunit", str(before["unit"]), language)
    cost = float(before["worth"]) - float(after["worth"])
    lines = [say("uiplace.price", language, cost=words.amount(cost, unit))]
    gap = max(float(before["gap"]), float(after["gap"]))
    if gap > 0:
        lines.append(say("uiplace.not_proved", language, gap=gap))
    for key, first, second in (("uiplace.leaves", desk_, other), ("uiplace.enters", other, desk_)):
        names = [desk_.found.names[p] for p in desk_.ids
                 if first.status(p) in STANDS and second.status(p) not in STANDS]  # fmt: skip
        if names:
            lines.append(say(key, language, projects=names))
    return Priced(True, tuple(lines))


# --- what if ----------------------------------------------------------------------


@dataclass(frozen=True)
class ServiceDay:
    """A day on which something comes into service."""

    on: date
    names: tuple[str, ...]


def days(results: Results) -> list[ServiceDay]:
    """Return the study's own day and those on which facilities are commissioned, or quota comes in, later."""
    works = of_scope(results.table("accounts"), FACILITY)[["in_service", "name"]]
    later = works.rename(columns={"in_service": "on"})
    if results.has("quota_sources"):
        coming = results.table("quota_sources").query("counts == 'later'")[["ready_on", "name"]]
        later = pd.concat([later, coming.rename(columns={"ready_on": "on"})], ignore_index=True)
    later = later.assign(on=pd.to_datetime(later["on"]))
    later = later[later["on"] > pd.Timestamp(results.study.as_of)]
    found = {pd.Timestamp(str(day)).date(): tuple(g["name"].astype(str)) for day, g in later.groupby("on")}
    return [ServiceDay(results.study.as_of, ()), *(ServiceDay(d, n) for d, n in sorted(found.items()))]


def asked(results: Results, on: date, quota: float) -> PlaceQuestion:
    """Return the question of the controls; the study's own day and no extra quota ask nothing."""
    extra = ((QUOTA, quota),) if quota and QUOTA in set(results.table("accounts")["account"]) else ()
    return PlaceQuestion(None if on == results.study.as_of else on, extra)


def accounts(desk_: PlaceView) -> list[dict[str, Any]]:
    """Return the county's accounts as bars: shares of the limit, and what is left in words."""
    out = []
    for row in words.budgets(desk_.found):
        limit = row["limit"] or 0.0
        parts = {k: (row[k] or 0.0) / limit if limit else 0.0 for k in ("earmarked", "committed", "used", "drawn")}
        out.append(row | {"parts": parts})
    return out


def desk(results: Results, question: PlaceQuestion | None = None) -> PlaceView:
    """Return the answer of a run, or to a question; asked again it is there at once."""
    question = question or PlaceQuestion()
    name = f"{results.name('matches', 'fits', 'accounts', 'draws')} {question!r}"
    return _desks.get(name, lambda: PlaceView(results, placement.shown(results, question), _sites(results)))


GROUNDS = ("sites", "check_sites", "building_sites")


def ground(results: Results, more: str, further: Callable[[], list[gpd.GeoDataFrame]]) -> SiteMap:
    """Return the ground of all sites, and further ground under a name of its own: ``site_id`` and geometry."""

    def made() -> SiteMap:
        frames = [gpd.GeoDataFrame(results.table(n)) for n in GROUNDS if results.has(n)]
        bounds = shapely.total_bounds(gpd.GeoDataFrame(results.table("parcels")).geometry.to_numpy())
        west, south, east, north = map(float, bounds)
        return SiteMap([*frames, *further()], (west, south, east, north), results.study.crs)

    return _maps.get(f"{results.name(*GROUNDS)} {more}", made)


def _sites(results: Results) -> SiteMap:
    return ground(results, "", list)


_desks: Held[PlaceView] = Held(24)
_maps: Held[SiteMap] = Held(4)
