"""The field sheet of idle land or a building (现场核查表, DOCX): what is known, what contradicts it, blanks to fill in.

One asset, one sheet of A4. What registers say is printed; what is found is written by hand and
then entered beside it. The same run and day give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from docx.document import Document
from docx.shared import Pt

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.library import roles
from layers.outputs import office_pages, signoff, word
from layers.outputs.page_head import PageHead, Values
from layers.outputs.project import layer_lines
from layers.outputs.target import folder_there, replaced
from layers.outputs.word import WordTable
from layers.study import field_checks
from layers.study.field_checks import FOUND, FieldCheck
from layers.study.run.results import Results
from layers.text import Language, code, number, say, sentence
from layers.words import idle, law
from layers.words.idle import IdleTables
from layers.words.measures import measure_text
from layers.words.park_name import park_text

BLANKS = {
    "land": ("found", "works", "fence", "people", "photos", "remarks"),
    "building": ("found", "machines", "meters", "people", "vacant", "photos", "remarks"),
}
"""What is looked at on the spot, by kind of asset."""
ROOMY = ("remarks",)
PAPER = "field-sheet"
"""Its name among templates, where its tables have these columns."""
FACTS, SPOT = ("fact", "value"), ("what", "boxes")
SIGN = ("signal", "value", "share", "on", "says", "source", "found")
IMAGE = ("taken_on", "green_share", "bare_share", "built_share", "unknown_share")
CHECK = ("on", "found", "person", "note")
SIGNERS = ("checker", "second", "holder")


@dataclass(frozen=True)
class FieldSheet:
    """What a sheet is made from."""

    results: Results
    shown: IdleTables
    row: Mapping[Any, Any]
    signs: Sequence[Mapping[Any, Any]]
    images: Sequence[Mapping[Any, Any]]
    checks: Sequence[FieldCheck]


def sheet(results: Results, shown: IdleTables, asset: str) -> FieldSheet:
    """Collect what a sheet says.

    Raises
    ------
    BlockedError
        No asset of that id.
    """
    rows = shown.assets[shown.assets["asset_id"] == asset].to_dict("records")
    if not rows:
        raise BlockedError(reason("asset_unknown", asset=asset))
    signs = shown.signals[shown.signals["asset_id"] == asset].sort_values(["weight", "signal"], ascending=[False, True])
    images: list[dict[Any, Any]] = []
    if results.has("imagery"):
        seen = results.table("imagery")
        kind = "plot" if rows[0]["kind"] == "land" else "building"
        images = (
            seen[(seen["unit_kind"] == kind) & (seen["unit_id"] == asset)].sort_values("taken_on").to_dict("records")
        )
    checks = [c for c in field_checks.history(results.folder, asset) if not c.withdrawn]
    return FieldSheet(results, shown, rows[0], signs.to_dict("records"), images, checks)


def write(results: Results, shown: IdleTables, asset: str, path: Path, language: Language) -> None:
    """Write the sheet of an asset; a file that is there is replaced once the new one is whole.

    Raises
    ------
    BlockedError
        No asset of that id, no such folder, or the file cannot be written.
    """
    folder_there(path)
    content = document(sheet(results, shown, asset), language)
    replaced(path, lambda part: part.write_bytes(content), results.folder)


def document(made: FieldSheet, language: Language) -> bytes:
    """Return the sheet as the bytes of a DOCX file."""
    from layers.outputs import ground_map  # the library that draws is loaded where something is drawn

    moment = datetime.fromisoformat(made.results.manifest["written"]).replace(tzinfo=None)
    title = say("fieldsheet.title", language, asset=made.row["asset_id"], name=made.row["name"])
    head, called = PageHead(title, made.results, moment, language), str(made.row["asset_id"])
    drawn = ground_map.of_shape(made.results, made.row.get("geometry"), called, language)
    grids, lines = tuple(_grids(made, language)), tuple(idle.asset_lines(dict(made.row), language))
    notes = (*_notes(made, language), *(sentence(n, language) for n in (drawn.notes if drawn else ())))

    def values() -> Values:
        blanks = _blanks(made.row["kind"], language)
        checked = {"as_of": made.shown.on.isoformat(), "lines": lines, "notes": notes}
        return checked | office_pages.tables((*grids, blanks))

    if (own := office_pages.filled(PAPER, head, values, drawn.png if drawn else None)) is not None:
        return own
    page = head.page((_origin(made, language),))
    against = made.row["evidence_status"] == "contradictory" or bool(made.row["contradictions"])
    for k, text in enumerate(lines):
        colour = word.RED if against and k == 0 else None
        word.tight(word.line(page, text, word.HEAD_PT, colour, bold=True, face=word.HEI))
    if drawn is not None:
        word.picture(page, drawn.png)
    below = [say(f"fieldsheet.{n}", language) for n in ("blanks", "signatures")]
    to_fill, to_sign = word.sections(page, grids, language, below)
    _to_fill(page, to_fill, made.row["kind"], language)
    _signatures(page, to_sign, language)
    signoff.notes(page, notes)
    return word.fixed(page, moment)


def _origin(made: FieldSheet, language: Language) -> str:
    study = made.results.study
    return say("fieldsheet.origin", language, study=study.name, on=made.shown.on.isoformat(), run=made.results.run_id)


# --- what is known ----------------------------------------------------------------


def _grids(made: FieldSheet, language: Language) -> Iterator[WordTable]:
    yield _about(made, language)
    if made.row["clock_state"]:
        yield _clock(made.row, language)
    if made.signs:
        yield _signs(made, language)
    if made.images:
        yield _images(made, language)
    if made.checks:
        yield _checks(made.checks, language)


def _about(made: FieldSheet, language: Language) -> WordTable:
    row = made.row
    size = (
        measure_text(row["area_m2"], "m2", language)
        if row["kind"] == "land"
        else number(row["area_m2"], "m2", language)
    )
    pairs = [
        ("asset_id", row["asset_id"]), ("name", row["name"]), ("kind", code("idlekind", row["kind"], language)),
        ("area", size), ("park_id", park_text(made.results, str(row["park_id"] or ""))),
        ("parcel_ids", str(row["parcel_ids"]).replace("|", ", ")),
        ("on_land", row["on_land"]), ("centre", _centre(made)),
    ]  # fmt: skip
    if row["kind"] == "building":
        pairs += [("floors", number(row["floors"], "n", language)), ("vacant", _vacant(row, language))]
    words = [(say(f"fieldsheet.{name}", language), str(text)) for name, text in pairs if text]
    return _pairs("about", words, language)


def _pairs(name: str, words: Sequence[tuple[str, str]], language: Language, below: str = "") -> WordTable:
    heads = tuple(say(f"sheet.head_{c}", language) for c in FACTS)
    return WordTable(say(f"fieldsheet.{name}", language), heads, tuple(words), (1.0, 2.4), below=below, name=name,
                     columns=FACTS, paired=True)  # fmt: skip


def _vacant(row: Mapping[Any, Any], language: Language) -> str:
    floors = number(row["vacant_floors"], "n", language)
    return say("fieldsheet.vacant_of", language, floors=floors, area=number(row["vacant_m2"], "m2", language))


def _centre(made: FieldSheet) -> str:
    """Return where the asset lies: longitude and latitude of a point on it, for the map of a phone."""
    shape = made.row.get("geometry")
    if shape is None or shapely.is_missing(shape) or shape.is_empty:
        return ""
    point = gpd.GeoSeries([shape.representative_point()], crs=made.shown.assets.crs).to_crs(4490).iloc[0]
    return f"{point.x:.6f}°E  {point.y:.6f}°N"


def _clock(row: Mapping[Any, Any], language: Language) -> WordTable:
    days = [(n, row[n]) for n in ("start_on", "one_year_on", "two_years_on", "recognisable_on") if pd.notna(row[n])]
    words = [(say(f"column.{n}", language), f"{day:%Y-%m-%d}") for n, day in days]
    words += [(say("column.start_basis", language), code("startbasis", row["start_basis"], language))]
    words += [(say("column.cause", language), idle.cause(row, language))] if row["cause"] else []
    if pd.notna(row["price_wan"]):
        words.append((say("fieldsheet.price", language), idle.wan(row["price_wan"], language)))
    words.append(
        (say("column.recognition", language), row["ruling"] or code("recognition", row["recognition"], language))
    )
    return _pairs("clock", [(title, str(text)) for title, text in words], language, sentence(row["reason"], language))


def _signs(made: FieldSheet, language: Language) -> WordTable:
    head = tuple(say(f"fieldsheet.sign_{n}", language) for n in SIGN)
    rows = tuple(_sign(s, made.shown.titles, language) for s in made.signs)
    return WordTable(say("fieldsheet.signs", language), head, rows, (1.1, 1.7, 1.9, 1.2, 1.0, 2.0, 2.2), (1,),
                below=sentence(made.row["evidence_reason"], language), name="signs", columns=SIGN)  # fmt: skip


def _sign(sign: Mapping[Any, Any], titles: Mapping[str, str], language: Language) -> tuple[str, ...]:
    unit = code("idleunit", str(sign["unit"]), language)
    share = f"{number(sign['share'], 'share', language)} {code('reading', sign['code'], language)}"
    on = f"{sign['on']:%Y-%m-%d}" if pd.notna(sign["on"]) else ""
    return (code("signal", sign["signal"], language), f"{number(sign['value'], 'x', language)} {unit}", share, on,
            code("says", sign["says"], language), titles.get(sign["source"], ""), "")  # fmt: skip


def _images(made: FieldSheet, language: Language) -> WordTable:
    names = IMAGE[1:]
    head = (say("fieldsheet.image", language), *(say(f"column.{n}", language) for n in names))
    rows = tuple(
        (f"{made.shown.titles.get(i['layer_id'], i['layer_id'])} {i['taken_on']:%Y-%m-%d}",
         *(number(i[n], "share", language) for n in names))
        for i in made.images
    )  # fmt: skip
    return WordTable(say("fieldsheet.images", language), head, rows, (2.4, 1.0, 1.0, 1.0, 1.0), (1, 2, 3, 4),
                     name="images", columns=IMAGE)  # fmt: skip


def _checks(checks: Sequence[FieldCheck], language: Language) -> WordTable:
    head = tuple(say(f"fieldsheet.check_{n}", language) for n in CHECK)
    rows = tuple((c.on.isoformat(), code("fieldfound", c.found, language), c.person, c.note) for c in checks)
    return WordTable(say("fieldsheet.checks", language), head, rows, (1.0, 1.2, 1.2, 4.0), name="checks", columns=CHECK)


# --- what is to be filled in ------------------------------------------------------


def _blanks(kind: str, language: Language) -> WordTable:
    """Return what is looked at on the spot, with the boxes to tick."""
    rows = tuple((say(f"fieldsheet.blank_{n}", language), _choices(n, kind, language)) for n in BLANKS[kind])
    head = tuple(say(f"fieldsheet.spot_{n}", language) for n in SPOT)
    return WordTable(say("fieldsheet.blanks", language), head, rows, (1.0, 5.2), name="blanks", columns=SPOT)


def _to_fill(page: Document, title: str, kind: str, language: Language) -> None:
    word.heading(page, title)
    blanks = _blanks(kind, language)
    table = word.table_of(page, len(blanks.rows), blanks.widths)
    for row, name, texts in zip(table.rows, BLANKS[kind], blanks.rows, strict=True):
        word.fill(row.cells, texts)
        row.cells[1].paragraphs[0].paragraph_format.space_after = Pt(22 if name in ROOMY else 4)
    word.whole(table)


def _choices(name: str, kind: str, language: Language) -> str:
    """Return the boxes to tick of a blank, or nothing."""
    if name != "found":
        return say(f"fieldsheet.hint_{name}", language)
    fitting = [f for f in FOUND if f not in (("part_vacant",) if kind == "land" else ("started", "not_started"))]
    return "    ".join(f"□ {code('fieldfound', f, language)}" for f in fitting)


def _signatures(page: Document, title: str, language: Language) -> None:
    word.heading(page, title)
    table = word.table_of(page, 2, (1.0,) * len(SIGNERS))
    word.fill(
        table.rows[0].cells, [say(f"fieldsheet.signer_{s}", language) for s in SIGNERS], bold=True, shade=word.SHADE
    )
    word.with_next(table)
    for cell in table.rows[1].cells:
        word.put(cell, say("dossier.signature", language), word.SMALL_PT)
        cell.paragraphs[0].paragraph_format.space_after = Pt(12)
        word.tight(word.run(cell.add_paragraph(), say("dossier.date", language), word.SMALL_PT))
    word.whole(table)


def _notes(made: FieldSheet, language: Language) -> Iterator[str]:
    yield say("fieldsheet.note_evidence", language)
    yield from law.lines(made.results, language, "idle")
    if made.row["kind"] == "land":
        yield say("fieldsheet.note_start", language)
    if made.images:
        yield say("fieldsheet.note_images", language)
    yield from layer_lines(made.results, language, roles.of_used_land())
