"""What the Drive page shows and keeps: rating, reserve library and schedules, live on decisions; their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from geo.basis.tables import rows
from layers.ask import chained, league, listed, rated, scheduled
from layers.ask.chained import Chained
from layers.ask.league import League
from layers.ask.rated import Rated
from layers.ask.scheduled import Scheduled
from layers.outputs import chain_picture, gantt, league_book, rating_list, schedule_list
from layers.outputs.target import bytes_of
from layers.serve.pages import drive_map
from layers.serve.pages.drive_map import DriveScene
from layers.study.run.results import Results
from layers.text import Language, both, say
from layers.words import chain_map, pipeline, rating, schedule
from layers.words import league as league_words


@dataclass(frozen=True)
class DriveTable:
    """One table of the page: what is said over it, its rows under their headings, the project of each row."""

    notes: tuple[str, ...]
    frame: pd.DataFrame
    ids: tuple[str, ...]


def sets(results: Results, language: Language) -> tuple[tuple[str, str], ...]:
    """Return the sets projects are rated by, the study's own among them: the name and its word."""
    return tuple((name, rating.set_title(name, made, language)) for name, made in rated.sets(results.folder).items())


def rating_of(results: Results, name: str) -> Rated:
    """Return the projects rated by a set, with the scores that count now."""
    return rated.rated(results, name)


def schedule_of(results: Results) -> Scheduled:
    """Return the schedules, with what offices said until now."""
    return scheduled.scheduled(results)


def ranking_table(found: Rated, language: Language) -> DriveTable:
    """Return the ranking as shown."""
    frame = rating.ranking(found, language)
    frame = frame.astype(dict.fromkeys(("rank", "place"), "Int64"))  # places are whole numbers
    return DriveTable(rating.notes(found, language), rating.titled(frame, language), tuple(frame["project_id"]))


def reserve_table(found: Rated, language: Language) -> DriveTable:
    """Return the reserve library as shown."""
    frame = rating.library(found, language)
    return DriveTable(rating.reserve_notes(found, language), rating.titled(frame, language), tuple(frame["project_id"]))


def schedule_table(found: Scheduled, language: Language) -> DriveTable:
    """Return the schedules as shown."""
    frame = schedule.listed(found, language)
    return DriveTable(schedule.notes(found, language), schedule.titled(frame, language), tuple(frame["project_id"]))


def on_map(found: Scheduled, way: str, selected: str | None, language: Language) -> DriveScene:
    """Return the projects on the map by lateness or by stage."""
    return drive_map.scene(found, way, selected, language)


def charts(found: Scheduled, project: str | None, language: Language) -> str:
    """Return the chart of a project, or of all of them."""
    return gantt.project(found, project, language) if project else gantt.everyone(found, language)


def items(found: Rated, language: Language) -> tuple[tuple[str, str], ...]:
    """Return what people score in a set: the id and its word."""
    return tuple((i, rating.item(i, found.criteria, language)) for i in rated.people(found.criteria))


def steps(found: Scheduled, language: Language) -> tuple[tuple[str, str], ...]:
    """Return the steps of the schedule: the id and its title."""
    return tuple((s.id, both(s.title, language)) for s in found.steps.steps)


def lines(found: Rated, project: str, language: Language) -> tuple[pd.DataFrame, list[str], pd.DataFrame]:
    """Return of a project: its criteria, what would raise it most, the scores given."""
    scores = rating.scores(found, language, project).drop(columns=["project_id", "name"])
    return (rating.titled(rating.lines_of(found, project, language), language),
            rating.raises(found, project, language), rating.titled(scores, language))  # fmt: skip


def step_lines(found: Scheduled, project: str, language: Language) -> pd.DataFrame:
    """Return the steps of a project as shown."""
    return schedule.titled(schedule.steps(found, project, language), language)


def score(results: Results, project: str, item: str, points: float, person: str, why: str) -> None:
    """Keep what a person scored; raises as `layers.ask.rated.give`."""
    rated.give(results, project, item, points, person, why)


def done(results: Results, project: str, step: str, on: date, who: tuple[str, str]) -> None:
    """Keep that a step was done; raises as `layers.ask.scheduled.say_of`."""
    scheduled.say_of(results, project, step, {"done_on": on.isoformat()}, *who)


def rating_file(results: Results, name: str, language: Language) -> bytes:
    """Return the workbook of the rating."""
    return bytes_of("list.xlsx", lambda path: rating_list.write(rated.rated(results, name), path, language))


def schedule_file(results: Results, language: Language) -> bytes:
    """Return the workbook of the schedules."""
    return bytes_of("list.xlsx", lambda path: schedule_list.write(scheduled.scheduled(results), path, language))


def title(results: Results, project: str, language: Language) -> str:
    """Return id and name of a project."""
    return say("uidrive.project", language, project=project, name=listed.names(results)[project])


# --- units against targets ---------------------------------------------------------

PERIODS, GROUPS = ("month", "quarter", "year"), ("unit", "leader", "county", "park")


def league_of(results: Results, period: str, by: str) -> League:
    """Return the units against their targets; raises as `layers.ask.league.ranked`."""
    return league.ranked(results, period, by)


@dataclass(frozen=True)
class LeagueView:
    """The report as shown: title, order, measures, what moved, what is defined how."""

    title: str
    order: pd.DataFrame
    measures: pd.DataFrame
    moves: tuple[str, ...]
    notes: tuple[str, ...]


def league_view(found: League, language: Language) -> LeagueView:
    """Return the report in words."""
    order, lines = league_words.order(found, language), league_words.lines(found, language)
    order = order.astype(dict.fromkeys(("place", "place_before"), "Int64"))  # places are whole numbers
    return LeagueView(
        league_words.title(found, language), league_words.titled(found, order, language),
        league_words.titled(found, lines, language), tuple(league_words.moves(found, language)),
        league_words.notes(found, language),
    )  # fmt: skip


def league_file(results: Results, period: str, by: str, ending: str, language: Language) -> bytes:
    """Return the report as a workbook or a page for Word."""
    found, late = league.ranked(results, period, by), scheduled.scheduled(results)
    return bytes_of(f"list.{ending}", lambda path: league_book.write(found, late, path, language))


@dataclass(frozen=True)
class Wall:
    """What the wall screen shows: title, stages with numbers, places, late projects."""

    title: str
    stages: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str, str, str], ...]
    late: tuple[tuple[str, str, str], ...]
    late_title: str
    notes: tuple[str, ...] = ()


def wall(results: Results, period: str, by: str, language: Language) -> Wall:
    """Return the wall screen: few words, large."""
    found, plans = league.ranked(results, period, by), scheduled.scheduled(results)
    order, listed = league_words.order(found, language), schedule.listed(plans, language)
    stages = [(str(r["stage"]), f"{r['projects']:.0f}") for r in rows(pipeline.by_stage(results, language))]
    places = [(f"{r['place']:.0f}" if r["place"] == r["place"] else "–", str(r["name"]), f"{r['score']:.2f}",
               str(r["moved"])) for r in rows(order)]  # fmt: skip
    late = [
        (f"{r['name']}", say("uidrive.late_days", language, days=r["late_days"]), f"{r['critical']} · {r['holder']}")
        for r in rows(listed) if r["project_id"] in plans.late
    ]  # fmt: skip
    title = league_words.title(found, language)
    told = tuple(schedule.standing(plans, language))
    return Wall(title, tuple(stages), tuple(places), tuple(late), say("uidrive.late", language, count=len(late)), told)


# --- the chain ----------------------------------------------------------------------


def chain_of(results: Results, park: str) -> Chained:
    """Return the chain map of a park, or with "" of the county."""
    return chained.chained(results, park)


def chain_parks(found: Chained, language: Language) -> tuple[tuple[str, str], ...]:
    """Return what a map can be drawn of: the county first, then the parks."""
    return tuple((p, chain_map.place(found, p, language)) for p in ("", *found.parks))


def chain_view(found: Chained, language: Language) -> tuple[str, pd.DataFrame]:
    """Return the picture and the list of gaps as shown."""
    frame = chain_map.fillers(found, language)
    return chain_picture.svg(found, language), frame.rename(columns=chain_map.heads(frame, language))


def chain_file(results: Results, language: Language) -> bytes:
    """Return the list of gaps of the county as a workbook."""
    return bytes_of("list.xlsx", lambda path: chain_picture.write(chained.chained(results), path, language))
