"""Tables every dossier shares, whatever it is about: alternatives, score, utilities, layers with their day, corners.

Each has a name and columns, by which a template of an office places it (`data/templates/fields.toml`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.basis.errors import BlockedError
from geo.basis.tables import rows as lines_of
from geo.place.portfolio import YES
from layers.outputs import meeting_facts
from layers.outputs.plain import plain
from layers.outputs.project import open_layers
from layers.outputs.word import WordTable
from layers.study.run.released import refusal, require
from layers.study.run.results import Results
from layers.text import Language, code, number, say
from layers.words import explain_site, park_name
from layers.words.explain import layer_name
from layers.words.measures import measure_text
from layers.words.place_lines import unit_text

MOST_CORNERS = 400
ALTERNATIVES = 3
"""Other sites shown beside one, so that a choice can be seen to be one."""
STATUSES = ("eligible", "conditional")
"""Status of parcels that can stand beside another as a choice."""
Rows = Sequence[tuple[str, ...]]


def table(
    name: str, columns: tuple[str, ...], rows: Rows, widths: tuple[float, ...], language: Language, below: str = ""
) -> WordTable:  # fmt: skip
    """Return a table under the words ``sheet.NAME`` with the heads ``sheet.head_COLUMN``."""
    heads = tuple(say(f"sheet.head_{c}", language) for c in columns)
    numbers = tuple(k for k, c in enumerate(columns) if c in NUMBERS)
    return WordTable(
        say(f"sheet.{name}", language), heads, tuple(rows), widths, numbers, below=below, name=name, columns=columns
    )


NUMBERS = (
    "taken",
    "shared",
    "unknown",
    "left",
    "hectares",
    "weight",
    "points",
    "area",
    "rank",
    "limit",
    "north",
    "east",
)
"""Columns of amounts, set at the right."""


def area(value: float | None, language: Language) -> str:
    """Return an area in words; a dash where there is none."""
    return "–" if value is None or math.isnan(value) else measure_text(value, "m2", language)


def run_with(folder: Path, name: str) -> Results | None:
    """Return the newest run with a table that may leave now; None where there is none, or it is stale."""
    try:
        return require(folder, name)
    except BlockedError:
        return None


# --- what the answer rests on -----------------------------------------------------------


def sources(results: Results, language: Language) -> WordTable:
    """List the layers the answer rests on, with their day and who keeps them."""
    told = open_layers(results)
    rows = tuple((plain(layer_name(s, language)), str(s.vintage or "–"), plain(s.owner or "–")) for s in told)
    return replace(table("sources", ("layer", "vintage", "owner"), rows, (2.3, 1.1, 1.6), language), beside=2)


def corners(shape: Any, language: Language) -> WordTable:
    """List the corners as a surveyor does: number, X north, Y east, in the study CRS; one ring after the other."""
    rows: list[tuple[str, ...]] = []
    rings: Any = shapely.get_rings(shapely.get_parts(shape)) if shape is not None else []
    for k, ring in enumerate(rings, 1):
        for x, y in shapely.get_coordinates(ring)[:-1]:
            rows.append((f"J{len(rows) + 1}", str(k), f"{y:.3f}", f"{x:.3f}"))
    below = say("sheet.corners_cut", language, count=len(rows)) if len(rows) > MOST_CORNERS else ""
    made = table(
        "corners", ("point", "ring", "north", "east"), rows[:MOST_CORNERS], (0.9, 0.7, 1.8, 1.8), language, below
    )
    return replace(made, beside=2)


# --- what supplies it ----------------------------------------------------------------------


def headroom(results: Results | None, park: str, language: Language) -> WordTable:
    """Show what the park can still give; what is not known is said so, never left out."""
    columns, widths = ("resource", "limit", "left", "unit", "basis"), (2.0, 1.0, 1.0, 0.8, 3.2)
    if not park:
        return table("headroom", columns, (), widths, language, say("sheet.no_park", language))
    if results is None or not results.has("capacity"):
        return table("headroom", columns, (), widths, language, say("sheet.no_capacity", language))
    found = results.table("capacity")
    unknown = say("word.not_known", language)
    rows = tuple(
        (code("resource", str(r["resource"]), language), _amount(r["limit"], unknown, language),
         _amount(r["left"], unknown, language), unit_text(str(r["unit"]), language), plain(r["source"] or "–"))
        for r in lines_of(found[found["park_id"] == park])
    )  # fmt: skip
    below = "" if rows else say("sheet.no_capacity", language)
    below = below or say("sheet.of_park", language, park=park_text(results, park))
    return table("headroom", columns, rows, widths, language, below)


def park_text(results: Results, park: str) -> str:
    """Return a park by id and name; a dash for none."""
    return plain(park_name.park_text(results, park)) or "–"


def _amount(value: float, unknown: str, language: Language) -> str:
    return number(float(value), "x", language) if math.isfinite(float(value)) else unknown


def utilities(results: Results | None, shape: Any, park: str, language: Language) -> WordTable:
    """Name per utility the facility in service that counts for the ground: how far, what it has left."""
    columns, widths = ("resource", "facility"), (1.0, 5.0)
    if results is None or shape is None or shape.is_empty:
        return table("utilities", columns, (), widths, language, say("sheet.no_facilities", language))
    one = gpd.GeoDataFrame({"parcel_id": [""], "park_id": [park]}, geometry=[shape], crs=results.study.crs)
    found = meeting_facts.utilities(results, one, language)
    rows = tuple((code("resource", name, language), plain(cells[0])) for name, cells in found.items())
    return table("utilities", columns, rows, widths, language)


# --- the choice -------------------------------------------------------------------------------


def score(results: Results | None, site: str, language: Language) -> WordTable:
    """Show how a site scores, criterion by criterion; where nothing is ranked, that is said."""
    columns, widths = ("criterion", "value", "weight", "points", "basis"), (2.4, 2.4, 0.8, 0.8, 1.6)
    if results is None or not site or not explain_site.is_site(results, site):
        return table("score", columns, (), widths, language, say("sheet.not_scored", language))
    found = explain_site.explain_site(results, site, language)
    rows = tuple(
        (line.title, line.value, number(line.weight, "share", language), number(line.points, "x", language),
         say("word.unverified", language) if line.unverified else line.source) for line in found.lines
    )  # fmt: skip
    return table("score", columns, rows, widths, language, say("sheet.score_of", language, site=site, why=found.why))


CHOICE = ("no", "choice", "park", "area", "rank", "points")


def other_sites(results: Results | None, own: set[str], least_m2: float, language: Language) -> WordTable:
    """Show the best other sites that are large enough, then the best of the rest; else the nearest in size of parcels.

    Parameters
    ----------
    results : Results or None
    own : set of str
        Sites and parcels that are no alternative: the subject itself, and what it is part of.
    least_m2 : float
        Area an alternative should have; NaN asks for nothing.
    language : {"en", "zh"}
    """
    if results is not None and results.has("ranking"):
        ranking, sites = results.table("ranking"), results.table("sites").set_index("site_id")
        others = ranking[~ranking["site_id"].isin(own) & ranking["rank"].notna()]
        size = others["site_id"].map(sites["net_m2"]).astype(float)
        best = others[~(size < least_m2)]
        best = pd.concat([best, others[size < least_m2]]).head(ALTERNATIVES)
        rows = tuple(
            (str(r["site_id"]), park_text(results, str(sites["park_id"][r["site_id"]] or "")),
             area(float(sites["net_m2"][r["site_id"]]), language), number(float(r["rank"]), "n", language),
             number(float(r["score"]), "x", language)) for r in lines_of(best)
        )  # fmt: skip
        if rows:
            return _choice(rows, "of_sites", language)
    return _other_parcels(results, own, least_m2, language)


def _other_parcels(results: Results | None, own: set[str], least_m2: float, language: Language) -> WordTable:
    if results is None or not results.has("candidates"):
        return _choice((), "no_choice", language)
    found = results.table("candidates")
    found = found[found["status"].isin(STATUSES) & ~found["parcel_id"].isin(own)]
    miss = (found["net_m2"] - (0.0 if math.isnan(least_m2) else least_m2)).abs()
    best = found.assign(miss=miss).sort_values(["miss", "parcel_id"], kind="stable").head(ALTERNATIVES)
    parks = results.table("parcels").set_index("parcel_id")["park_id"]
    rows = tuple(
        (f"{r['parcel_id']} {code('status', r['status'], language)}",
         park_text(results, str(parks.get(r["parcel_id"], "") or "")), area(float(r["net_m2"]), language), "–", "–")
        for r in lines_of(best)
    )  # fmt: skip
    return _choice(rows, "of_parcels" if rows else "no_choice", language)


def fitting(results: Results, project: str, own: str, language: Language) -> WordTable:
    """Show the other sites that would take a project, best first."""
    rows: Rows = ()
    if results.has("fits"):
        found = results.table("fits")
        mine = found[(found["project_id"] == project) & (found["site_id"] != own) & (found["feasible"] == YES)]
        best = mine.sort_values(["worth", "score", "site_id"], ascending=[False, False, True]).head(ALTERNATIVES)
        places = results.table("ranking").set_index("site_id")["rank"] if results.has("ranking") else pd.Series()
        rows = tuple(
            (str(r["site_id"]), park_text(results, str(r["park_id"] or "")), area(float(r["take_m2"]), language),
             _place(places.get(r["site_id"]), language), number(float(r["score"]), "x", language))
            for r in lines_of(best)
        )  # fmt: skip
    return _choice(rows, "of_fits" if rows else "no_choice", language)


def _place(value: Any, language: Language) -> str:
    return "–" if value is None or value != value else number(float(value), "n", language)


def _choice(rows: Rows, below: str, language: Language) -> WordTable:
    numbered = [(str(k), *row) for k, row in enumerate(rows, 1)]
    widths = (0.4, 2.4, 2.2, 2.2, 0.8, 0.8)
    return table("alternatives", CHOICE, numbered, widths, language, say(f"sheet.{below}", language))


def marks(results: Results | None, grids: Iterable[WordTable]) -> tuple[tuple[str, Any], ...]:
    """Return where the alternatives of a dossier lie, by their number in its table: a point each, never an outline."""
    if results is None:
        return ()
    places: dict[str, Any] = {}
    for name, key in (("parcels", "parcel_id"), ("sites", "site_id")):
        if results.has(name) and not refusal(results, name):
            frame = gpd.GeoDataFrame(results.table(name))
            places |= dict(zip(frame[key].astype(str), frame.geometry, strict=True))
    rows = [r for grid in grids if grid.name == "alternatives" for r in grid.rows]
    found = ((row[0], places.get(row[1].split()[0])) for row in rows)
    return tuple((number, shape.representative_point()) for number, shape in found if shape is not None)


def sites_over(results: Results | None, shape: Any) -> list[str]:
    """Return the sites that lie on a shape, the best ranked first; those without a rank come last."""
    if results is None or shape is None or not results.has("ranking"):
        return []
    sites = gpd.GeoDataFrame(results.table("sites"))
    near = sites[sites.geometry.intersects(shape)]
    ours = {str(s) for s, g in zip(near["site_id"], near.geometry, strict=True) if g.intersection(shape).area > 1.0}
    return [str(s) for s in results.table("ranking")["site_id"] if str(s) in ours]


def parcels_on(results: Results | None, shape: Any) -> list[str]:
    """Return the parcels of a run that lie on a shape, those with the most ground on it first."""
    return [str(p) for p in _on(results, shape)["parcel_id"]]


def park_of(results: Results | None, shape: Any) -> str:
    """Return the park most of a shape lies in by its parcels; "" where it lies in none."""
    found = _on(results, shape)
    sums = found.groupby("park_id")["on_m2"].sum().sort_values(ascending=False, kind="stable")
    return str(sums.index[0]) if len(sums) else ""


def _on(results: Results | None, shape: Any) -> pd.DataFrame:
    if results is None:
        return pd.DataFrame({"parcel_id": [], "park_id": [], "on_m2": []})
    parcels = gpd.GeoDataFrame(results.table("parcels"))
    near = parcels[parcels.geometry.intersects(shape)]
    on = pd.DataFrame({"parcel_id": near["parcel_id"], "park_id": near["park_id"].fillna("").astype(str)})
    on = on.assign(on_m2=shapely.area(shapely.intersection(near.geometry.to_numpy(), shape)))
    return on[on["on_m2"] > 1.0].sort_values("on_m2", ascending=False, kind="stable")
