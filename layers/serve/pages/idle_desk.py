"""What the Idle page shows: the assets of a day by group, results from the field, images, and the days of change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from geo.idle.mu import GRADES
from geo.idle.upstairs import verdicts
from layers.serve.draw.idle_symbols import GROUPS, group_of, picture
from layers.serve.held import Held
from layers.serve.pages.idle_map import IdleMap
from layers.serve.pages.parks import park_names
from layers.study import field_checks
from layers.study.field_checks import FieldCheck
from layers.study.run.results import Results
from layers.text import Language, code, number, say, sentence
from layers.words import idle
from layers.words.idle import IdleTables, state_word, wan

NOT_STARTED = ("start_on", "warning_1y_on", "one_year_on", "warning_2y_on", "two_years_on")
STARTED = ("start_on", "warning_b_on", "recognisable_on")
BUILDING = ("in_build", "suspended", "warning_b", "may_be_recognised")
"""States of land on which works have started: the days of the other test no longer count."""
YEARS_BACK, YEARS_ON = 2, 2
MAP_PIXELS = (430, 520)


@dataclass(frozen=True)
class IdleView:
    """The assets of one day; built once per run and day and shared by all visitors."""

    results: Results
    shown: IdleTables
    groups: tuple[str, ...]
    map: IdleMap

    @property
    def on(self) -> date:
        """The day."""
        return self.shown.on

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of assets by group, those without a place included."""
        found = pd.Series(self.groups).value_counts()
        return {g: int(found.get(g, 0)) for g in GROUPS}

    @cached_property
    def _rows(self) -> dict[str, dict[Any, Any]]:
        frame = pd.DataFrame(self.shown.assets.drop(columns=["geometry"]))
        rows = frame.to_dict("records")
        return {str(r["asset_id"]): r | {"group": g} for r, g in zip(rows, self.groups, strict=True)}

    def has(self, asset: str) -> bool:
        """Tell whether the run knows an asset."""
        return asset in self._rows

    def row(self, asset: str) -> dict[Any, Any]:
        """Return the row of an asset in the table ``idle``, with its group."""
        return self._rows[asset]

    def signs(self, asset: str) -> list[dict[Any, Any]]:
        """Return the signs of an asset, heaviest first."""
        mine = self.shown.signals[self.shown.signals["asset_id"] == asset]
        return mine.sort_values(["weight", "signal"], ascending=[False, True]).to_dict("records")

    def ids(self, groups: Iterable[str], text: str = "", only: Iterable[str] | None = None) -> list[str]:
        """Return the assets of some groups in the order of the list, those a text is found in, of these only."""
        wanted, word, named = set(groups), text.strip().casefold(), None if only is None else set(only)
        return [
            asset
            for asset, row in self._rows.items()
            if row["group"] in wanted
            and (named is None or asset in named)
            and (not word or word in self._findable(row))
        ]

    def _findable(self, row: Mapping[Any, Any]) -> str:
        return f"{row['asset_id']}\n{row['name']}\n{row['park_id']}\n{self.park(row)}".casefold()

    def park(self, row: Mapping[Any, Any]) -> str:
        """Return the name of the park an asset lies in, its id where no name is known, "" outside every park."""
        park = str(row["park_id"] or "")
        return park_names(self.results).get(park) or park

    @cached_property
    def _evaluated(self) -> pd.DataFrame:
        """Rows of the evaluation per mu (亩均评价) whose land is one of the assets."""
        if not self.results.has("mu_evaluation"):
            return pd.DataFrame(columns=["asset_id", "year", "grade"])
        found = pd.DataFrame(self.results.table("mu_evaluation"))
        return found[found["asset_id"].astype(str).isin(set(self._rows))]

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years of which enterprises on the assets are evaluated, the latest first."""
        return tuple(sorted({int(y) for y in self._evaluated["year"]}, reverse=True))

    def grades(self, year: int) -> dict[str, str]:
        """Return asset → grade of a year: the worst of those on it, "" where it is open."""
        rows = self._evaluated[self._evaluated["year"] == year]
        out: dict[str, str] = {}
        for asset, some in rows.groupby(rows["asset_id"].astype(str)):
            known = sorted(g for g in some["grade"].astype(str) if g)
            open_ = (some["grade"].astype(str) == "").any()
            out[str(asset)] = known[-1] if known and (known[-1] == GRADES[-1] or not open_) else ""
        return out

    @cached_property
    def unplaced(self) -> int:
        """Assets that have no place on the map."""
        return int((self.shown.assets["located"] == "none").sum())

    def images(self, asset: str) -> list[dict[Any, Any]]:
        """Return what the images show of an asset, oldest first."""
        if not self.results.has("imagery"):
            return []
        kind = "plot" if self.row(asset)["kind"] == "land" else "building"
        seen = self.results.table("imagery")
        mine = seen[(seen["unit_kind"] == kind) & (seen["unit_id"] == asset)]
        return mine.sort_values(["taken_on", "layer_id"]).to_dict("records")


# --- days -------------------------------------------------------------------------


def span(results: Results) -> tuple[date, date]:
    """Return the first and last day the slider offers."""
    day = results.study.as_of
    return day - timedelta(days=366 * YEARS_BACK), day + timedelta(days=366 * YEARS_ON)


def changes(results: Results) -> list[tuple[date, tuple[str, ...]]]:
    """Return the days of the slider's span on which the clock of an asset may change, with the assets.

    They are read from the days of the study's own date: a day that something unforeseen moves
    shows when it is reached.
    """
    first, last = span(results)
    frame = results.table("idle")
    found: dict[date, set[str]] = {}
    for row in pd.DataFrame(frame.drop(columns=["geometry"])).to_dict("records"):
        for _, day in days_of(row)[1:]:
            if first <= day <= last:
                found.setdefault(day, set()).add(str(row["asset_id"]))
    return [(day, tuple(sorted(assets))) for day, assets in sorted(found.items())]


def days_of(row: Mapping[Any, Any]) -> list[tuple[str, date]]:
    """Return the days that count for an asset, the agreed start first; none once it is finished."""
    if row["clock_state"] in ("", "finished"):
        return []
    names = STARTED if row["clock_state"] in BUILDING else NOT_STARTED
    return [(n, pd.Timestamp(row[n]).date()) for n in names if pd.notna(row[n])]


# --- the list ---------------------------------------------------------------------


def listing(desk: IdleView, ids: Iterable[str], checks: Mapping[str, FieldCheck], language: Language) -> pd.DataFrame:
    """Return the list as shown: symbol, number, name, size, state, since, money, what follows, field result."""
    rows = [_line(desk.row(i), checks.get(i), language) for i in ids]
    names = ("symbol", "asset_id", "name", "state", "since", "fee", "field", "next")
    heads = [say(f"uiidle.col_{n}", language) for n in names]
    return pd.DataFrame(rows, columns=heads)


def _line(row: Mapping[Any, Any], check: FieldCheck | None, language: Language) -> tuple[Any, ...]:
    following = ""
    if row["next_state"]:
        following = f"{row['next_from']:%Y-%m-%d} {state_word(row['next_state'], row['recognition'], language)}"
    found = f"{code('fieldfound', check.found, language)} {check.on:%m-%d}" if check else ""
    since = f"{row['clock_from']:%Y-%m-%d}" if pd.notna(row["clock_from"]) else ""
    named = (picture(row["group"]), row["asset_id"], row["name"], state(row, language))
    return (*named, since, money(row, language), found, following)


def state(row: Mapping[Any, Any], language: Language) -> str:
    """Return the one phrase for an asset: its contradiction, its clock, or its signs."""
    if row["evidence_status"] == "contradictory":
        return sentence_of_contradiction(row, language)
    clock = state_word(row["clock_state"], row["recognition"], language) if row["clock_state"] else ""
    quiet = row["clock_state"] in ("", "finished", "not_supplied")
    signs = code("evidence", row["evidence_status"], language) if quiet else ""
    if row["evidence_status"] == "part_vacant":
        floors = {n: number(row[n], "n", language) for n in ("vacant_floors", "floors")}
        signs = say("uiidle.part_vacant", language, vacant=floors["vacant_floors"], floors=floors["floors"])
    return " · ".join(filter(None, (clock, signs)))


def sentence_of_contradiction(row: Mapping[Any, Any], language: Language) -> str:
    """Return in short which signs stand against which."""
    values = json.loads(row["evidence_reason"])
    sides = [[code("signal", s, language) for s in values.get(k, ())] for k in ("idle", "active")]
    if not all(sides):
        return code("evidence", "contradictory", language)
    return say("uiidle.against", language, idle=sides[0], active=sides[1])


def money(row: Mapping[Any, Any], language: Language) -> str:
    """Return the fee of an asset, 万元: what is proved, or what is open; "" where none is due."""
    if row["consequence"] == "fee":
        return number(row["fee_wan"], "x", language)
    if row["consequence"] == "takeback":
        return say("uiidle.fee_past", language, was=number(row["fee_wan"], "x", language))
    if row["consequence"] != "open":
        return ""
    return say("uiidle.fee_open", language, most=number(row["fee_hi_wan"], "x", language))


def fees(desk: IdleView, language: Language) -> str:
    """Say what fees are proved altogether, and what is open."""
    frame = desk.shown.assets
    kinds = (("fee", "fee_wan", "fees", "due"), ("open", "fee_hi_wan", "fees_open", "most"),
             ("takeback", "fee_wan", "fees_past", "was"))  # fmt: skip
    sums = [(k, name, frame[frame["consequence"] == c][column]) for c, column, k, name in kinds]
    # assets none of which has an amount sum up to what is not known, not to 0
    totals = [(k, name, float(v.sum(min_count=1))) for k, name, v in sums if len(v)]
    told = [say(f"uiidle.{k}", language, **{name: wan(v, language)}) for k, name, v in totals if v]
    return " · ".join(told) or say("uiidle.fees_none", language)


# --- reuse ------------------------------------------------------------------------


def _project_names(results: Results) -> dict[str, str]:
    if not results.has("projects"):
        return {}
    found = results.table("projects")
    return dict(zip(found["project_id"], found["name"], strict=True))


def reuse_lines(desk: IdleView, asset: str, language: Language) -> list[str]:
    """Return which projects a building would suit, and what speaks for production upstairs."""
    out = []
    if desk.results.has("reuse"):
        found = desk.results.table("reuse")
        names = _project_names(desk.results)
        for row in found[found["site_id"] == f"B-{asset}"].to_dict("records"):
            out.append(f"{names.get(row['project_id'], row['project_id'])}: {sentence(row['reason'], language)}")
    if desk.results.has("upstairs"):
        tests = desk.results.table("upstairs")
        for told in verdicts(tests[tests["building_id"] == asset]).to_dict("records"):
            out.append(say("uiidle.upstairs", language, outcome=code("upstairsverdict", told["outcome"], language),
                           met=told["met"], missed=told["missed"], open=told["open"]))  # fmt: skip
    return out


def grade_lines(desk: IdleView, asset: str, language: Language) -> list[str]:
    """Return the grades of the land of an asset by year, the latest first."""
    told = [(year, desk.grades(year)) for year in desk.years]
    return [say("uiidle.mu_line", language, year=year, grade=grade_word(found[asset], language))
            for year, found in told if asset in found]  # fmt: skip


def grade_word(grade: str, language: Language) -> str:
    """Return a grade as shown; one that is not sure is not known."""
    return grade or say("word.not_known", language)


def results_of(desk: IdleView) -> dict[str, FieldCheck]:
    """Return the field results that count now."""
    return field_checks.current(desk.results.folder)


_desks: Held[IdleView] = Held(24)


def desk(results: Results, on: date) -> IdleView:
    """Return the assets of a run on a day; the second visitor waits for the first instead of asking again."""
    name = f"{results.name('idle', *idle_tables(results))} {on}"
    return _desks.get(name, lambda: _made(results, on, name))


def idle_tables(results: Results) -> list[str]:
    """Return the tables the assets of another day are worked out from."""
    return sorted(n for n in results.manifest["tables"] if n.startswith("idle_"))


def _made(results: Results, on: date, name: str) -> IdleView:
    found = idle.shown(results, on)
    groups = tuple(group_of(row) for row in found.assets.drop(columns=["geometry"]).to_dict("records"))
    return IdleView(results, found, groups, IdleMap(found.assets, groups, name))
