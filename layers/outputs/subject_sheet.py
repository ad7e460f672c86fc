"""The dossier of a parcel, a site or a project (DOCX): what is known of it, maps, tables, a block per department.

Everything a study says goes in as text: no field codes, no links. The same run gives the same bytes.
An office may lay it out itself (`layers.outputs.template`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.basis.tables import rows as lines_of
from layers.ask import argued
from layers.library import standards
from layers.outputs import ground_tables, office_pages, sheet_tables, signoff, word
from layers.outputs.dossier_rows import use_of_plan
from layers.outputs.page_head import PageHead
from layers.outputs.plain import plain
from layers.outputs.project import headlines, notes, projection
from layers.outputs.sheet_tables import area, table
from layers.outputs.target import replaced
from layers.outputs.word import WordTable
from layers.study.run.released import require
from layers.study.run.results import Results
from layers.text import Language, code, joined, number, say, sentence
from layers.words import answers, explain, explain_site, place_lines, project_card
from layers.words.explain import Explanation
from layers.words.measures import held_to

SITE_FACTS = (
    "park_id", "township", "tenure", "supply_status", "gross_m2", "net_m2", "net_hi_m2", "cultivated_m2", "farm_m2",
    "construction_m2", "unused_m2", "use_unknown_m2", "quota_m2", "balance_m2", "plan_use", "far_min", "far_max",
    "height_max_m", "access_m", "min_width_m", "conditions", "unknowns",
)  # fmt: skip
"""What is told of a site, in this order, under the titles of its columns."""


@dataclass(frozen=True)
class SubjectSheet:
    """What a dossier says of one id; `paper` is its name among templates, `called` what its ground is on the map."""

    paper: str
    called: str
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
        Nothing of that id, stale results, a template that cannot be filled, or the file cannot be written.
    """
    results = require(folder, "candidates")
    made = sheet(results, folder, subject, language)
    body = document(made, results, language)
    replaced(path, lambda part: part.write_bytes(body), folder)


def sheet(results: Results, folder: Path, subject: str, language: Language) -> SubjectSheet:
    """Collect what is said of an id."""
    if project_card.is_project(results, subject):
        return _project(require(folder, "gates"), subject, language)
    if explain_site.is_site(results, subject):
        return _site(require(folder, "ranking"), subject, language)
    return _parcel(results, explain.explain(results, subject, language), language)


def document(made: SubjectSheet, results: Results, language: Language) -> bytes:
    """Return the bytes of the DOCX: by the template of the office where there is one."""
    from layers.outputs import ground_map  # the library that draws is loaded where something is drawn

    moment = datetime.fromisoformat(results.manifest["written"]).replace(tzinfo=None)
    drawn = ground_map.of_shape(results, made.shape, made.called, language, sheet_tables.marks(results, made.tables))
    picture = drawn.png if drawn else None
    below = (*made.notes, *(sentence(n, language) for n in (drawn.notes if drawn else ())))
    head = PageHead(made.title, results, moment, language)
    own = office_pages.filled(
        made.paper, head, lambda: {"lines": made.lines, "notes": below} | office_pages.tables(made.tables), picture
    )
    if own is not None:
        return own
    origin = headlines(results, language)[:1]
    page = head.page(origin)
    for text in made.lines:
        word.tight(word.line(page, text, word.BODY_PT, None))
    if picture is not None:
        word.picture(page, picture)
    (signed,) = word.sections(page, made.tables, language, (say("sheet.signoff", language),))
    signoff.block(page, signed, language)
    said_above = (*origin, head.values()["demonstration"])
    signoff.notes(page, [text for text in below if text not in said_above])
    return word.fixed(page, moment)


# --- a parcel ------------------------------------------------------------------------


def _parcel(results: Results, found: Explanation, language: Language) -> SubjectSheet:
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id")
    shape, park = parcels.geometry[found.parcel_id], str(parcels["park_id"][found.parcel_id] or "")
    head = say("sheet.parcel", language, id=found.parcel_id, status=found.status_word)
    ranked = sheet_tables.run_with(results.folder, "ranking")
    over = _sites_of(ranked, found.parcel_id)
    tables = (
        _facts(tuple(found.facts), language),
        ground_tables.ledger(found.ledger, language),
        ground_tables.rules(results, found.rules, language),
        sheet_tables.other_sites(ranked or results, {found.parcel_id, *over}, found.net_m2, language),
        sheet_tables.score(ranked, over[0] if over else "", language),
        *_supply(results, shape, park, language),
        sheet_tables.sources(results, language),
        sheet_tables.corners(shape, language),
    )  # fmt: skip
    lines = (found.why, *filter(None, (found.withheld,)), *found.changes)
    below = (*found.unused, *notes(results, language, "candidates", layers=False))
    return SubjectSheet(
        "dossier-parcel", say("map.parcel", language, id=found.parcel_id), head, lines, tables, below, shape
    )


def _facts(pairs: tuple[tuple[str, str], ...], language: Language) -> WordTable:
    heads = tuple(say(f"sheet.head_{c}", language) for c in ("fact", "value"))
    return WordTable(
        say("sheet.facts", language), heads, pairs, (1.25, 1.75), name="facts", columns=("fact", "value"), paired=True
    )


def _sites_of(ranked: Results | None, parcel: str) -> list[str]:
    """Return the sites a parcel is part of, the best ranked first."""
    if ranked is None or not ranked.has("members"):
        return []
    members = ranked.table("members")
    ours = set(members.loc[members["parcel_id"] == parcel, "site_id"].astype(str))
    return [str(s) for s in ranked.table("ranking")["site_id"] if str(s) in ours]


def _supply(results: Results, shape: Any, park: str, language: Language) -> tuple[WordTable, WordTable]:
    """Return what supplies some ground: the facilities that count for it, and the accounts of its park."""
    return (
        sheet_tables.utilities(results, shape, park, language),
        sheet_tables.headroom(sheet_tables.run_with(results.folder, "capacity"), park, language),
    )


# --- a site ---------------------------------------------------------------------------


def _site(results: Results, subject: str, language: Language) -> SubjectSheet:
    found = explain_site.explain_site(results, subject, language)
    sites = gpd.GeoDataFrame(results.table("sites")).set_index("site_id")
    row, shape, park = sites.loc[subject], sites.geometry[subject], str(sites["park_id"][subject] or "")
    size = float(row["net_m2"])
    tables = (
        _facts(_site_facts(results, subject, language), language),
        *ground_tables.of_site(results, subject, language),
        sheet_tables.score(results, subject, language),
        sheet_tables.other_sites(results, {subject}, size, language),
        table("members", ("parcel", "part", "area", "use", "tenure", "status"), _members(results, subject, language),
              (2.4, 0.7, 2.0, 2.2, 1.2, 1.4), language),
        *_supply(results, shape, park, language),
        sheet_tables.sources(results, language),
        sheet_tables.corners(shape, language),
    )  # fmt: skip
    head = say("sheet.site", language, id=subject, status=found.state_word)
    lines = (say("sheet.net", language, area=area(size, language)), found.why)
    return SubjectSheet(
        "dossier-site",
        say("map.site", language, id=subject),
        head,
        lines,
        tables,
        notes(results, language, "ranking", layers=False),
        shape,
    )


def _site_facts(results: Results, subject: str, language: Language) -> tuple[tuple[str, str], ...]:
    """Return what is told of a site in pairs, by the words and within the limits of every list that leaves."""
    made = projection(results, "sites", language)
    row = made.frame[made.frame["site_id"] == subject].iloc[0]
    scheme = next((s.land_use_scheme for s in results.study.with_role("plan")), "")
    named = {c: row[c] for c in SITE_FACTS if c in row.index}
    if named.get("plan_use"):
        uses = [use_of_plan(u, scheme, language) for u in str(named["plan_use"]).split("|")]
        named["plan_use"] = joined(uses, language, apart=True)
    if named.get("park_id"):
        named["park_id"] = sheet_tables.park_text(results, str(named["park_id"]))
    told = [(made.headers.get(c, c), v) for c, v in named.items()]
    return tuple((title, _value(v, language)) for title, v in told if str(v) not in ("", "None"))


def _value(value: Any, language: Language) -> str:
    if isinstance(value, (int, float)):
        return say("word.not_known", language) if value != value else number(float(value), "x", language)
    return plain(value)


def _members(results: Results, subject: str, language: Language) -> tuple[tuple[str, ...], ...]:
    if not results.has("members"):
        return ()
    members = results.table("members")
    mine = members[members["site_id"] == subject]
    parcels = results.table("parcels").drop(columns=["geometry"], errors="ignore").set_index("parcel_id")
    status = results.table("candidates").set_index("parcel_id")["status"]
    return tuple(
        (str(m["parcel_id"]), str(m["part"]), area(float(m["area_m2"]), language),
         *_land(parcels, str(m["parcel_id"]), language), code("status", str(status.get(m["parcel_id"], "")), language))
        for m in lines_of(mine)
    )  # fmt: skip


def _land(parcels: Any, parcel: str, language: Language) -> tuple[str, str]:
    """Return present use and tenure of a parcel in words."""
    if parcel not in parcels.index:
        return "–", "–"
    row = parcels.loc[parcel]
    use = standards.coded(str(row["land_use_scheme"]), str(row["land_use"]), language)
    return use or "–", standards.worded(standards.TENURE, str(row["tenure"]), language) or "–"


# --- a project ------------------------------------------------------------------------


def _project(results: Results, subject: str, language: Language) -> SubjectSheet:
    card = project_card.card(results, subject, language)
    placed = place_lines.explained(results, subject, language)
    demand = tuple((d.title, d.value, d.method, " ".join(filter(None, (d.why, d.mark)))) for d in card.demand)
    gates = tuple(
        (g.title, say("sheet.to_verify", language) if g.outcome == "unknown" else g.outcome_word,
         held_to(g.value, g.limit, language), " · ".join(filter(None, (g.why, g.clause, g.mark))))
        for g in card.gates
    )  # fmt: skip
    site, park = _placed(results, card.project_id)
    shape = _ground(results, site)
    ranked = sheet_tables.run_with(results.folder, "ranking")
    over = sheet_tables.sites_over(ranked, shape)
    tables = (
        _facts(tuple((t, v) for t, v in card.facts), language),
        table("demand", ("item", "value", "method", "basis"), demand, (1.5, 1.5, 2.0, 3.0), language),
        table("gates", ("rule", "outcome", "measured", "basis"), gates, (2.0, 1.0, 2.0, 3.0), language),
        *ground_tables.of_site(results, site, language),
        _argued(results, card.project_id, language),
        sheet_tables.fitting(results, card.project_id, site, language),
        sheet_tables.score(
            ranked, site if ranked and explain_site.is_site(ranked, site) else next(iter(over), ""), language
        ),
        *_supply(results, shape, park, language),
        sheet_tables.sources(results, language),
        sheet_tables.corners(shape, language),
    )
    head = say("sheet.project", language, id=card.project_id, name=card.name, status=card.result_word)
    colon = say("sheet.colon", language)
    lines = (card.why, *(colon.join(line.strip().split("  ")) for line in _said(placed.lines)))
    called = say("map.project", language, id=card.project_id)
    below = notes(results, language, "matches", layers=False)
    return SubjectSheet("dossier-project", called, head, lines, tables, below, shape)


def _argued(results: Results, project: str, language: Language) -> WordTable:
    """Show by department what it still has to answer and since when, beside what it has answered."""
    rows = answers.summary(argued.argued(results, project), language) if results.has("matches") else ()
    columns = ("department", "open", "text")
    head = tuple(say(f"answerlist.{n}", language) for n in columns)
    title = say("sheet.argument", language)
    return WordTable(title, head, rows, (1.5, 2.5, 3.5), name="argument", columns=columns)


def _said(lines: Any) -> Iterator[str]:
    return (str(line) for line in lines if str(line).strip())


def _placed(results: Results, project: str) -> tuple[str, str]:
    if not results.has("matches"):
        return "", ""
    rows = results.table("matches")
    mine = rows[rows["project_id"] == project]
    return (str(mine["site_id"].iloc[0] or ""), str(mine["park_id"].iloc[0] or "")) if len(mine) else ("", "")


def _ground(results: Results, site: str) -> Any:
    """Return the ground a project stands on: a site, or a red line that was accepted as one."""
    for name in ("sites", "check_sites"):
        if site and results.has(name):
            sites = gpd.GeoDataFrame(results.table(name)).set_index("site_id").geometry
            if site in sites.index:
                return sites[site]
    return None
