"""The month's report, quarter's ranking and year's score in words: order, measures with definitions, what moved."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.project.league import Move
from layers.ask import listed
from layers.ask.league import League
from layers.text import Language, both, code, joined, number, say
from layers.words.office import origin
from layers.words.pipeline import park_names


def title(found: League, language: Language) -> str:
    """Return the title of the report."""
    return say(f"league.title_{found.period}", language, year=found.span.last.year, month=found.span.last.month,
               quarter=(found.span.last.month + 2) // 3, by=code("leagueby", found.by, language))  # fmt: skip


def measures(found: League, language: Language) -> dict[str, str]:
    """Return the titles of the measures by id."""
    return {m.id: both(m.title, language) for m in found.table.measures}


def group(found: League, name: str, language: Language) -> str:
    """Return the name of a group; one without says so."""
    known = park_names(found.results) if found.by == "park" else {}
    return known.get(name, name) or say("league.nobody", language)


def order(found: League, language: Language) -> pd.DataFrame:
    """Return the order: place, name, score, points by measure, place and score of the month before, machine names."""
    points = found.found.pivot_table(index="name", columns="measure", values="points", sort=False)
    before = found.before.set_index("name")
    out = []
    for r in rows(found.standing):
        old = before.loc[r["name"]] if r["name"] in before.index else {"place": math.nan, "score": math.nan}
        place = float(old["place"])
        line: dict[str, Any] = {
            "place": r["place"],
            "name": group(found, str(r["name"]), language),
            "score": r["score"],
        }
        line |= {m.id: float(points.loc[r["name"], m.id]) for m in found.table.measures}
        line |= {"place_before": place, "moved": _moved(place, float(r["place"]), language),
                 "score_before": float(old["score"])}  # fmt: skip
        out.append(line)
    names = [m.id for m in found.table.measures]
    return pd.DataFrame(out, columns=["place", "name", "score", *names, "place_before", "moved", "score_before"])


def _moved(before: float, now: float, language: Language) -> str:
    if math.isnan(before) or math.isnan(now):
        return ""
    if before == now:
        return say("league.same", language)
    return say("league.up" if before > now else "league.down", language, places=abs(before - now))


def lines(found: League, language: Language) -> pd.DataFrame:
    """Return every measure of every group with target, what was done, completion and points, machine names."""
    titles = measures(found, language)
    kinds = {m.id: m.kind for m in found.table.measures}
    return pd.DataFrame(
        [
            {
                "name": group(found, str(r["name"]), language), "measure": titles[r["measure"]],
                "target": _amount(r["target"], kinds[r["measure"]], language),
                "actual": _actual(r, kinds[r["measure"]], language),
                "completion": number(r["completion"], "share", language) if r["completion"] == r["completion"]
                else _why_none(r, kinds[r["measure"]], language),
                "points": r["points"], "unknown": r["unknown"],
            }
            for r in rows(found.found)
        ],
        columns=["name", "measure", "target", "actual", "completion", "points", "unknown"],
    )  # fmt: skip


def _amount(value: float, kind: str, language: Language) -> str:
    if math.isnan(value):
        return say("league.no_target", language)
    return number(value, {"rate": "share", "number": "n"}.get(kind, "x"), language)


def _actual(r: dict[str, Any], kind: str, language: Language) -> str:
    if kind != "rate":
        return number(r["part"], "n" if kind == "number" else "x", language)
    word = "x" if r["measure"] == "funds" else "n"
    parts = {k: number(r[k], word, language) for k in ("part", "whole")}
    return say("league.rate", language, **parts)


def _why_none(r: dict[str, Any], kind: str, language: Language) -> str:
    return say("league.nothing_to_count" if kind == "rate" and not r["whole"] else "league.no_target", language)


def moves(found: League, language: Language) -> list[str]:
    """Say what moved each group since the month before."""
    return [_move(found, m, language) for m in found.moves]


def _move(found: League, move: Move, language: Language) -> str:
    titles = measures(found, language)
    names = listed.names(found.results)
    came = [say("league.came", language, project=p, name=names[p], before=code("projectstage", a, language),
                now=code("projectstage", b, language)) for p, a, b in move.projects]  # fmt: skip
    gained = [say("league.gained", language, measure=titles[m], points=f"{v:+.2f}") for m, v in move.measures]
    why = joined([*came, *gained], language, apart=True) or say("league.others", language)
    places = {k: number(v, "n", language) for k, v in (("before", move.place_before), ("now", move.place))}
    return say("league.move", language, name=group(found, move.name, language), why=why, **places)


def notes(found: League, language: Language) -> tuple[str, ...]:
    """Return what stands under the tables: the period, each definition, where points come from, what is not dated."""
    out = [say("league.head", language, first=found.span.first.isoformat(), last=found.span.last.isoformat(),
               before=found.span.before.isoformat(), points=sum(m.points for m in found.table.measures))]  # fmt: skip
    out += [say("league.definition", language, title=both(m.title, language), points=m.points,
                definition=both(m.definition, language)) for m in found.table.measures]  # fmt: skip
    out.append(origin(found.table, language))
    if found.undated:
        out.append(say("league.undated", language, count=found.undated))
    return tuple(out)


def heads(found: League, frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of these tables."""
    own = {} if "measure" in frame else measures(found, language)  # one of them is called as a column of the lines
    by = {"name": code("leagueby", found.by, language)}
    return {str(c): by.get(str(c)) or own.get(str(c)) or say(f"leaguelist.{c}", language) for c in frame}


def titled(found: League, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return one of these tables under its headings."""
    return frame.rename(columns=heads(found, frame, language))


def text(found: League, language: Language) -> Iterator[str]:
    """Yield the report for the command line."""
    yield title(found, language)
    yield from notes(found, language)
    for r in rows(order(found, language)):
        if r["place"] != r["place"]:
            yield say("league.line_apart", language, name=r["name"], score=r["score"])
        elif r["moved"]:
            before = number(r["place_before"], "n", language)
            yield say("league.line", language, before=before, **{k: r[k] for k in ("place", "name", "score", "moved")})
        else:
            yield say("league.line_new", language, **{k: r[k] for k in ("place", "name", "score")})
    yield from moves(found, language)


def plain(found: League) -> dict[str, Any]:
    """Return the report as plain values for scripts."""

    def bare(frame: pd.DataFrame) -> list[dict[str, Any]]:
        return rows(frame.astype(object).where(frame.notna(), None))

    return {
        "period": found.period, "by": found.by, "first": found.span.first.isoformat(),
        "last": found.span.last.isoformat(), "standing": bare(found.standing), "before": bare(found.before),
        "measures": bare(found.found),
        "moves": [{"name": m.name, "from": None if math.isnan(m.place_before) else m.place_before, "to": m.place,
                   "projects": [list(p) for p in m.projects], "measures": dict(m.measures)} for m in found.moves],
    }  # fmt: skip
