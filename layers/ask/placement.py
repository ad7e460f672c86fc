"""The answer of placing as pages, commands and explanations show it: from a run, or from a question put to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from geo import study as flow
from geo.basis.errors import CallError
from geo.basis.progress import silent
from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.place import sources
from geo.place.accounts import FACILITY, GIVEN, TOGETHER, of_scope
from geo.place.answer import STANDS
from geo.place.base import Base
from geo.place.question import Question, pinned
from geo.place.solve import QUICK, Work
from geo.place.worth import Objective
from geo.project import apart
from geo.project.apart import Near
from layers.ask import listed
from layers.library import resources
from layers.study import wishes
from layers.study.run.released import as_told, inside
from layers.study.run.results import Results

DAY = "placing"


@dataclass(frozen=True)
class PlaceQuestion:
    """What a user asks beside the study's own question.

    Parameters
    ----------
    on : date or None
        Another day.
    extra : tuple of (str, float)
        More capacity of facilities or accounts, in their units.
    pins : tuple of (str, str)
        Project and site: what if it stood there.
    """

    on: date | None = None
    extra: tuple[tuple[str, float], ...] = ()
    pins: tuple[tuple[str, str], ...] = ()

    @property
    def nothing(self) -> bool:
        """True when the run itself is the answer."""
        return self == PlaceQuestion()


@dataclass(frozen=True)
class PlaceTables:
    """Tables of an answer with the names people know things by."""

    results: Results
    asked: PlaceQuestion
    tables: Mapping[str, pd.DataFrame]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the answer; what the question does not change comes from the run."""
        return self.tables[name] if name in self.tables else self.results.table(name)

    @property
    def on(self) -> date:
        """Day of the answer."""
        return pd.Timestamp(self.table("placing")["on"].iloc[0]).date()

    @cached_property
    def names(self) -> dict[str, str]:
        """Project → name."""
        return listed.names(self.results)

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Facility or account → name."""
        rows = self.table("accounts")[["account", "name"]].itertuples(index=False)
        return {str(i): str(n) or str(i) for i, n in rows}

    @cached_property
    def parks(self) -> dict[str, str]:
        """Park → name, where the study knows one."""
        rows = self.results.table("park_land")[["park_id", "name"]].fillna("").itertuples(index=False)
        return {str(p): str(n) or str(p) for p, n in rows}

    @cached_property
    def sites(self) -> dict[str, str]:
        """Site → the name people know it by: a building's, a red line's; others keep their id."""
        out: dict[str, str] = {}
        if self.results.has("building_sites"):
            rows = self.results.table("building_sites")[["site_id", "building_id", "name"]].itertuples(index=False)
            out |= {str(s): f"{b} {n}".strip() for s, b, n in rows}
        lines = self.results.table("check_sites")[["site_id", "check_id"]].itertuples(index=False)
        return out | {str(s): str(c) for s, c in lines}

    def project(self, given: str) -> str:
        """Return the id of a project named by id or name.

        Raises
        ------
        CallError
            None or several of that name.
        """
        found = [p for p, name in self.names.items() if given in (p, name)]
        if len(found) > 1:
            raise CallError(reason("project_ambiguous", given=given, known=found))
        if not found:
            near = [p for p, name in self.names.items() if given and given in name] or list(self.names)[:5]
            raise CallError(reason("project_unknown", project=given, near=near))
        return found[0]

    def match(self, project_id: str) -> dict[str, Any]:
        """Return the row of a project."""
        rows = self.table("matches")
        return {str(k): v for k, v in rows[rows["project_id"] == project_id].iloc[0].items()}

    @cached_property
    def near(self) -> tuple[Near, ...]:
        """Pairs of placed projects that stand nearer to each other than one of them states."""
        own = apart.limits_of(self.results.table("protection")) if self.results.has("protection") else {}
        if not own:
            return ()
        found = self.table("matches")
        # who is not placed has the site that comes nearest in the same column
        placed = found.loc[found["status"].isin(STANDS), ["project_id", "site_id"]].astype(str).to_numpy()
        shapes: dict[str, Any] = {}
        for name in ("sites", "check_sites", "building_sites"):
            frame = self.results.table(name) if self.results.has(name) else pd.DataFrame()
            shapes |= dict(zip(frame["site_id"].astype(str), frame["geometry"], strict=True)) if len(frame) else {}
        return apart.too_near({str(p): shapes[s] for p, s in placed if s in shapes}, own)

    def rows(self, table: str, project_id: str) -> list[dict[str, Any]]:
        """Return the rows of a project in a table."""
        frame = self.table(table)
        return [{str(k): v for k, v in r.items()} for r in frame[frame["project_id"] == project_id].to_dict("records")]


def shown(results: Results, asked: PlaceQuestion | None = None) -> PlaceTables:
    """Return the answer of a run, or the answer to a question, computed from the run's tables.

    Raises
    ------
    CallError
        A facility, account, project or site nobody knows.
    """
    asked = asked or PlaceQuestion()
    if asked.nothing:
        return PlaceTables(results, asked, {})
    return PlaceTables(results, asked, as_told(results, outcome(results, asked).tables))


def outcome(results: Results, asked: PlaceQuestion) -> flow.Placed:
    """Answer a question from the tables of a run."""
    _known(results, asked)
    results = inside(results)
    put = question(results)
    for project, site in asked.pins:
        put = pinned(put, project, site)
    large = len(results.table("fits")) > Work().small
    put = Question(asked.on or put.on, put.objective, put.wishes, dict(asked.extra), QUICK if large else None)
    return flow.place(base(results), put, silent)


def base(results: Results) -> Base:
    """Return what placing reads, from a run; capacities decided by people are in its limits already."""
    given = results.table("accounts")[list(GIVEN)]
    growth = sources.growth(_to_come(results))
    return Base(results.table, results.has, given, resources.counted(), results.study.land_source, growth,
                parks=tuple(s.id for s in results.study.with_role("park")))  # fmt: skip


def _to_come(results: Results) -> pd.DataFrame:
    """Return the land consolidation that is in no limit of the run yet."""
    if not results.has("quota_sources"):
        return empty("quota_sources")
    listed = results.table("quota_sources")
    return listed[listed["counts"] == sources.LATER]


def question(results: Results) -> Question:
    """Return the question the run answered, its extra capacities being part of its limits."""
    study = results.study
    decided = {k: v for k, v in results.manifest.get("edits", {}).items() if k != "capacity"}
    return wishes.question(study.as_of, Objective(study.objective), decided)


def _as_one(name: str, resource: Mapping[str, str]) -> bool:
    """Tell whether a name is that of several facilities of one resource, as misses name them."""
    parts = name.split(TOGETHER)
    return all(p in resource for p in parts) and len({resource[p] for p in parts}) == 1


def _known(results: Results, asked: PlaceQuestion) -> None:
    book = results.table("accounts")
    known = book["account"].tolist()
    works = of_scope(book, FACILITY)
    resource = dict(zip(works["account"], works["resource"], strict=True))
    lost = [name for name, _ in asked.extra if name not in known and not _as_one(name, resource)]
    if lost:
        raise CallError(reason("account_not_known", given=lost[0], known=known))
    tables = [t for t in ("sites", "building_sites", "check_sites") if asked.pins and results.has(t)]
    places = [str(s) for t in tables for s in results.table(t)["site_id"]]
    strange = [site for _, site in asked.pins if site not in places]
    if strange:
        raise CallError(reason("pin_site_unknown", given=strange[0], known=places[:12]))
