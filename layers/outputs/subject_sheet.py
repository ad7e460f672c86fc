"""The dossier of a parcel, a site or a project (DOCX): what is known of it, a map, tables, a block per department.

Everything a study says goes in as text: no field codes, no links. The same run gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geo.basis.units import MU_M2
from geo.place.portfolio import YES
from geo.rules.terms import AREA_TESTS
from layers.ask import argued
from layers.outputs import field_map, signoff, word
from layers.outputs.plain import plain
from layers.outputs.project import notes
from layers.outputs.target import replaced
from layers.outputs.word import WordTable
from layers.study.run.released import require
from layers.study.run.results import Results
from layers.text import Language, code, number, say
from layers.words import answers, explain, explain_site, place_lines, project_card
from layers.words.explain import Explanation, RuleLine
from layers.words.measures import measure_text

MOST_CORNERS = 400
ALTERNATIVES = 3
"""Other sites shown beside one, so that a choice can be seen to be one."""


@dataclass(frozen=True)
class SubjectSheet:
    """What a dossier says of one id."""

    title: str
    lines: tuple[str, ...]
    tables: tuple[WordTable, ...]
    notes: tuple[str, ...]
    shape: Any


def write(folder: Path, subject: str, path: Path, language: Language) -> None:
    """Write the dossier of a parcel, a site or a project.

    Raises
    ------
    BlockedError
        Nothing of that id, stale results, or the file cannot be written.
    """
    results = require(folder, "candidates")
    made = sheet(results, folder, subject, language)
    moment = datetime.fromisoformat(results.manifest["written"]).replace(tzinfo=None)
    picture = field_map.draw(results, made.shape)
    body = document(made, picture, moment, language)
    replaced(path, lambda part: part.write_bytes(body), folder)


def sheet(results: Results, folder: Path, subject: str, language: Language) -> SubjectSheet:
    """Collect what is said of an id."""
    if project_card.is_project(results, subject):
        return _project(require(folder, "gates"), subject, language)
    if explain_site.is_site(results, subject):
        return _site(require(folder, "ranking"), subject, language)
    return _parcel(results, explain.explain(results, subject, language), language)


def document(made: SubjectSheet, picture: bytes | None, moment: datetime, language: Language) -> bytes:
    """Return the bytes of the DOCX."""
    page = word.blank(made.title, moment, language)
    word.tight(word.line(page, made.title, word.TITLE_PT, None, bold=True, face=word.HEI), after=2)
    for text in made.lines:
        word.tight(word.line(page, text, word.BODY_PT, None))
    if picture is not None:
        word.picture(page, picture)
    for grid in (g for g in made.tables if g.rows):
        word.section(page, grid)
    signoff.block(page, say("sheet.signoff", language), language)
    signoff.notes(page, made.notes)
    return word.fixed(page, moment)


# --- a parcel ------------------------------------------------------------------------


def _parcel(results: Results, found: Explanation, language: Language) -> SubjectSheet:
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id").geometry
    shape = parcels[found.parcel_id]
    head = say("sheet.parcel", language, id=found.parcel_id, status=found.status_word)
    ledger = tuple(
        (line.title, *(_area(v, language) for v in (line.taken_m2, line.shared_m2, line.unknown_m2, line.left_m2)))
        for line in found.ledger
    )
    tables = (
        WordTable(say("sheet.facts", language), (), tuple(found.facts), (1.0, 3.0)),
        WordTable(say("explain.ledger", language), _heads(("layer", "taken", "shared", "unknown", "left"), language),
                  ledger, (3.0, 1.2, 1.2, 1.2, 1.2), (1, 2, 3, 4)),
        WordTable(say("explain.rules", language), _heads(("rule", "outcome", "measured", "limit", "basis"), language),
                  tuple(_rule(results, line, language) for line in found.rules), (2.0, 0.9, 1.4, 1.4, 4.3)),
        _sources(results, language),
        _corners(shape, language),
    )  # fmt: skip
    lines = (found.why, *filter(None, (found.withheld,)), *found.changes)
    return SubjectSheet(head, lines, tables, (*found.unused, *notes(results, language, "candidates")), shape)


def _rule(results: Results, line: RuleLine, language: Language) -> tuple[str, ...]:
    """Say that nothing is involved only where it is proved; what is not known is to be verified."""
    rule = results.rule(line.rule_id)
    said = line.outcome_word
    if line.outcome == "unknown":
        said = say("sheet.to_verify", language)
    elif line.outcome == "clear" and rule.test in AREA_TESTS and rule.threshold == 0 and rule.operator == "<=":
        said = say("sheet.not_involved", language)
    basis = " · ".join(filter(None, (line.clause, line.mark, line.layer, line.vintage, line.age)))
    return line.title, said, line.measured, line.limit, basis


def _area(value: float | None, language: Language) -> str:
    return "–" if value is None or math.isnan(value) else measure_text(value, "m2", language)


def _heads(names: tuple[str, ...], language: Language) -> tuple[str, ...]:
    return tuple(say(f"sheet.head_{n}", language) for n in names)


def _sources(results: Results, language: Language) -> WordTable:
    """List the layers the answer rests on, with their day and who keeps them."""
    rows = tuple(
        (plain(s.title or s.id), str(s.vintage or "–"), plain(s.owner or "–")) for s in results.study.layers
        if not s.use_only
    )  # fmt: skip
    return WordTable(say("sheet.sources", language), _heads(("layer", "vintage", "owner"), language), rows, (3, 1, 2))


def _corners(shape: Any, language: Language) -> WordTable:
    """List the corners as a surveyor does: number, X north, Y east, in the study CRS; one ring after the other."""
    rows: list[tuple[str, ...]] = []
    rings: Any = shapely.get_rings(shapely.get_parts(shape)) if shape is not None else []
    for k, ring in enumerate(rings, 1):
        for x, y in shapely.get_coordinates(ring)[:-1]:
            rows.append((f"J{len(rows) + 1}", str(k), f"{y:.3f}", f"{x:.3f}"))
    below = say("sheet.corners_cut", language, count=len(rows)) if len(rows) > MOST_CORNERS else ""
    head = _heads(("point", "ring", "north", "east"), language)
    title = say("sheet.corners", language)
    return WordTable(title, head, tuple(rows[:MOST_CORNERS]), (1.0, 1.0, 2.0, 2.0), (2, 3), below=below)


# --- a site ---------------------------------------------------------------------------


def _site(results: Results, subject: str, language: Language) -> SubjectSheet:
    found = explain_site.explain_site(results, subject, language)
    sites = gpd.GeoDataFrame(results.table("sites")).set_index("site_id")
    row, shape = sites.loc[subject], sites.geometry[subject]
    scored = tuple(
        (line.title, line.value, number(line.weight, "share", language), number(line.points, "x", language),
         say("word.unverified", language) if line.unverified else line.source) for line in found.lines
    )  # fmt: skip
    land = _members(results, subject, language)
    tables = (
        WordTable(say("sheet.score", language), _heads(("criterion", "value", "weight", "points", "basis"), language),
                  scored, (2.0, 2.0, 1.0, 1.0, 2.0), (2, 3)),
        _alternatives(results, subject, language),
        WordTable(say("sheet.members", language), _heads(("parcel", "part", "area"), language), land, (3, 1, 2), (2,)),
        _headroom(results, str(row["park_id"]), language),
        _sources(results, language),
        _corners(shape, language),
    )  # fmt: skip
    head = say("sheet.site", language, id=subject, status=found.state_word)
    size = say("sheet.net", language, area=_area(float(row["net_m2"]), language))
    return SubjectSheet(head, (size, found.why), tables, notes(results, language, "ranking"), shape)


def _members(results: Results, subject: str, language: Language) -> tuple[tuple[str, ...], ...]:
    if not results.has("members"):
        return ()
    members = results.table("members")
    mine = members[members["site_id"] == subject].to_dict("records")
    return tuple((str(m["parcel_id"]), str(m["part"]), _area(float(m["area_m2"]), language)) for m in mine)


def _alternatives(results: Results, subject: str, language: Language) -> WordTable:
    """Show the best other sites, so that a choice is seen as one."""
    ranking = results.table("ranking")
    area = results.table("sites").set_index("site_id")["net_m2"]
    others = ranking[(ranking["site_id"] != subject) & ranking["rank"].notna()].head(ALTERNATIVES)
    rows = tuple(
        (str(s), number(float(r), "n", language), number(float(p), "x", language), _area(float(area[s]), language))
        for s, r, p in zip(others["site_id"], others["rank"], others["score"], strict=True)
    )
    head = _heads(("site", "rank", "points", "area"), language)
    return WordTable(say("sheet.alternatives", language), head, rows, (3, 1, 1, 2), (1, 2, 3))


def _headroom(results: Results, park: str, language: Language) -> WordTable:
    """Show what the park can still give; what is not known is said so, never left out."""
    rows: tuple[tuple[str, ...], ...] = ()
    if results.has("capacity"):
        found = results.table("capacity")
        mine = found[found["park_id"] == park]
        rows = tuple(
            (code("resource", str(r["resource"]), language), number(float(r["limit"]), "x", language),
             number(float(r["left"]), "x", language), str(r["unit"]), str(r["source"] or "–"))
            for r in mine.to_dict("records")
        )  # fmt: skip
    head = _heads(("resource", "limit", "left", "unit", "basis"), language)
    return WordTable(say("sheet.headroom", language), head, rows, (2, 1, 1, 1, 3), (1, 2))


# --- a project ------------------------------------------------------------------------


def _project(results: Results, subject: str, language: Language) -> SubjectSheet:
    card = project_card.card(results, subject, language)
    placed = place_lines.explained(results, subject, language)
    demand = tuple((d.title, d.value, d.method, " ".join(filter(None, (d.why, d.mark)))) for d in card.demand)
    gates = tuple(
        (g.title, say("sheet.to_verify", language) if g.outcome == "unknown" else g.outcome_word,
         " ".join(filter(None, (g.value, g.limit))), " · ".join(filter(None, (g.why, g.clause, g.mark))))
        for g in card.gates
    )  # fmt: skip
    site, park = _placed(results, card.project_id)
    shape = _ground(results, site)
    tables = (
        WordTable(say("sheet.facts", language), (), tuple((t, v) for t, v in card.facts), (1.0, 3.0)),
        WordTable(say("project.demand", language), _heads(("item", "value", "method", "basis"), language), demand,
                  (1.5, 1.5, 2.0, 3.0)),
        WordTable(say("project.gates", language), _heads(("rule", "outcome", "measured", "basis"), language), gates,
                  (2.0, 1.0, 2.0, 3.0)),
        _argued(results, card.project_id, language),
        _fitting(results, card.project_id, site, language),
        _headroom(results, park, language),
        _sources(results, language),
    )  # fmt: skip
    head = say("sheet.project", language, id=card.project_id, name=card.name, status=card.result_word)
    lines = (card.why, *(line.strip() for line in _said(placed.lines)))
    return SubjectSheet(head, lines, tables, notes(results, language, "matches"), shape)


def _argued(results: Results, project: str, language: Language) -> WordTable:
    """Show by department what it still has to answer and since when, beside what it has answered."""
    rows = answers.summary(argued.argued(results, project), language) if results.has("matches") else ()
    head = tuple(say(f"answerlist.{n}", language) for n in ("department", "open", "text"))
    return WordTable(say("table.argument", language), head, rows, (1.5, 2.5, 3.5))


def _said(lines: Any) -> Iterator[str]:
    return (str(line) for line in lines if str(line).strip())


def _placed(results: Results, project: str) -> tuple[str, str]:
    if not results.has("matches"):
        return "", ""
    rows = results.table("matches")
    mine = rows[rows["project_id"] == project]
    return (str(mine["site_id"].iloc[0] or ""), str(mine["park_id"].iloc[0] or "")) if len(mine) else ("", "")


def _ground(results: Results, site: str) -> Any:
    if not site or not results.has("sites"):
        return None
    sites = gpd.GeoDataFrame(results.table("sites")).set_index("site_id").geometry
    return sites[site] if site in sites.index else None


def _fitting(results: Results, project: str, site: str, language: Language) -> WordTable:
    """Show the other sites that would take the project, best first."""
    rows: tuple[tuple[str, ...], ...] = ()
    if results.has("fits"):
        found = results.table("fits")
        mine = found[(found["project_id"] == project) & (found["site_id"] != site) & (found["feasible"] == YES)]
        best = mine.sort_values(["worth", "score", "site_id"], ascending=[False, False, True]).head(ALTERNATIVES)
        rows = tuple(
            (str(s), str(p), number(float(t) / MU_M2, "x", language), number(float(c), "x", language))
            for s, p, t, c in zip(best["site_id"], best["park_id"], best["take_m2"], best["score"], strict=True)
        )
    head = _heads(("site", "park", "takes_mu", "points"), language)
    return WordTable(say("sheet.alternatives", language), head, rows, (3, 1, 1, 1), (2, 3))
