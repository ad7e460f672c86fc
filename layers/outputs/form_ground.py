"""The annex of the pre-review (用地预审与选址意见书 附表) of a red line or a site: fields, areas by class and tenure.

Amounts are hectares with the decimals of the form, rounded so that they add up; what is not known is a marked blank.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.basis.area import basis
from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from geo.basis.units import HA_M2
from geo.measure import robust
from geo.rules.spec import Rule
from layers.ask import landform
from layers.ask.landform import LandForm
from layers.ask.redline import THREE_LINES, RedlineAnswer
from layers.library import forms
from layers.library.forms import FormRow
from layers.outputs import form_sheet, meeting_facts
from layers.outputs.dossier_rows import plan_word
from layers.outputs.form_book import FormBook
from layers.outputs.form_table import cell, heads
from layers.outputs.redline_rows import planned
from layers.outputs.word import WordTable
from layers.study.run.layer_rows import rows_used
from layers.study.run.released import masks
from layers.study.run.results import Results
from layers.text import Language, both, code, joined, say

KIND = "pre-review"
COLUMNS = ("class", "total", "state", "collective", "open")
"""Columns of the table of areas; ``open`` is ground whose tenure is not known."""
_OF = {"state": "state", "collective": "collective", "open": ""}


@dataclass(frozen=True)
class AskedGround:
    """The ground a form is about: its areas, its single fields, and what lies on the layers of its rows (ha)."""

    results: Results
    name: str
    land: LandForm
    values: Mapping[str, Any]
    layers: Mapping[str, float | None]

    def amount(self, row: FormRow, tenure: str | None) -> float | None:
        """Return hectares of a row, of one tenure or of all; None where they are not known."""
        if row.layer:
            return self.layers.get(row.layer) if tenure is None else None
        cells = self.land.cells
        mine = cells if tenure is None else cells[cells["tenure"] == tenure]
        if row.of is not None:
            mine = mine[mine["of"] == row.of]
        elif row.group:
            mine = mine[mine["group"] == row.group]
        else:
            tilled = mine[mine["group"] == "cultivated"]
            if not set(tilled["scheme"]) <= set(row.codes):
                return None  # the codes of another scheme do not say it
            pairs = zip(mine["scheme"], mine["code"], strict=True)
            mine = mine[np.array([str(c) in row.codes.get(str(s), ()) for s, c in pairs], bool)]
        return float(int(mine["units"].sum()) * self.land.digit_m2 / HA_M2)


def of_check(answer: RedlineAnswer, language: Language) -> AskedGround:
    """Return the ground of a red line as it was asked about, before any cut."""
    head, form = answer.check.head, forms.form(KIND).form
    land = landform.land_form(answer, form.decimals, form.tolerance_m2, False)
    lines = {c.rule.layer: _found(c.outcome, c.low, c.high, c.aside) for c in answer.three_lines if _whole(c.rule)}
    outside = lines.get("development_boundary")
    quota = answer.quota(False).farmland_balance_m2
    uses = list(dict.fromkeys(plan_word(answer, p, language) for p in planned(answer) or ()))
    values = {
        "name": head["name"], "place": _places(land), "investment_wan": head["asked"].get("investment_wan"),
        "plan": joined(uses, language, apart=True) or None,
        "outside_ha": outside, "inside_ha": None if outside is None else answer.gross_m2 / HA_M2 - outside,
        "balance_ha": quota / HA_M2 if math.isfinite(quota) else None,
    }  # fmt: skip
    return _asked(answer.check, head["name"], land, values, lines)


def _whole(rule: Rule) -> bool:
    """Tell whether a rule measures a control line as such: no part, no class and no strip along it."""
    wanted = "outside_m2" if rule.layer == "development_boundary" else "overlap_m2"
    return rule.test == wanted and not (rule.where or rule.minus or rule.buffer_m)


def _found(outcome: str, low: float, high: float, aside: bool) -> float | None:
    """Return hectares that are settled; an interval, a withheld or an unexamined line is not known."""
    if aside or outcome == "unknown" or math.isnan(low):
        return None
    if outcome == "clear" and not math.isfinite(low):
        return 0.0
    return low / HA_M2 if math.isfinite(high) and high - low < SETTLED_M2 else None


def of_site(results: Results, site: str, language: Language) -> AskedGround:
    """Return the ground of a site.

    Raises
    ------
    BlockedError
        No site of that id, or its shape may not leave.
    """
    sites = gpd.GeoDataFrame(results.table("sites")) if results.has("sites") else gpd.GeoDataFrame({"site_id": []})
    own = sites[sites["site_id"] == site]
    if own.empty or own.geometry.iloc[0] is None:
        raise BlockedError(reason("ground_unknown", name=site))
    row, shape = own.iloc[0], own.geometry.iloc[0]
    ground = gpd.GeoDataFrame({"parcel_id": [site]}, geometry=[shape], crs=results.study.crs)
    form = forms.form(KIND).form
    land = landform.of_ground(results, site, ground, form.decimals, form.tolerance_m2)
    inside = {layer: _on_layer(results, layer, shape) for layer in THREE_LINES}
    bound = inside["development_boundary"]
    plan = meeting_facts.plan(results, ground.assign(area_m2=shape.area), language).use[0]
    low, high = float(row["balance_m2"]), float(row["balance_hi_m2"])
    values = {
        "name": None, "place": _places(land), "plan": str(plan), "inside_ha": bound,
        "outside_ha": None if bound is None else max(land.control_m2 / HA_M2 - bound, 0.0),
        "balance_ha": low / HA_M2 if math.isfinite(high) and high - low < SETTLED_M2 else None,
    }  # fmt: skip
    return _asked(results, site, land, values, inside)


def _asked(
    results: Results, name: str, land: LandForm, values: dict[str, Any], lines: Mapping[str, float | None]
) -> AskedGround:
    digits = forms.form(KIND).form.decimals
    area = round(land.control_m2 / HA_M2 + 1e-12, digits)
    said = values | {"area_ha": area, "ecological_redline_ha": lines.get("ecological_redline")}
    said |= {k: round(v, digits) for k, v in said.items() if k.endswith("_ha") and v is not None}
    if said["outside_ha"] is not None:
        said["inside_ha"] = round(area - said["outside_ha"], digits)
    return AskedGround(results, name, land, said, lines)


def _places(land: LandForm) -> str | None:
    return "、".join(dict.fromkeys(str(p) for p in land.cells["place"] if p)) or None


def _on_layer(results: Results, layer: str, shape: Any) -> float | None:
    """Return hectares of a shape on a layer where that is settled; else it is to be verified.

    What is not found is settled by a complete layer alone; what covers the whole shape is settled by any.
    """
    spec = results.layer(layer)
    if spec is None or spec.use_only or layer in masks(results).layers:
        return None
    rows = rows_used(results, spec)
    if rows is None or (rows.maybe & shapely.intersects(rows.shapes, shape)).any():
        return None
    near = rows.shapes[shapely.intersects(rows.shapes, shape)]
    cut = shapely.intersection(shapely.union_all(robust.valid(robust.polygonal(near))), shape)
    parts = robust.polygonal(np.array([cut], object))
    measured = basis(results.study.area, results.study.crs, tuple(shape.bounds))
    found, whole = (float(a) for a in measured.areas(np.array([parts[0], shape], object))) if len(near) else (0.0, 1.0)
    return found / HA_M2 if spec.coverage == "complete" or whole - found < SETTLED_M2 else None


SETTLED_M2 = 0.01
"""Ends of an interval that lie closer than this are one amount."""


# --- written -----------------------------------------------------------------------------------


def write(asked: AskedGround, path: Path, language: Language) -> None:
    """Write the form, by the ending of the file."""
    if path.suffix.lower() == ".docx":
        path.write_bytes(document(asked, language))
        return
    wanted = forms.form(KIND)
    with FormBook(asked.results, wanted, language) as book:
        below = [] if wanted.form.text_found else [book.say("no_text")]
        page, row = book.sheet(book.say("sheet_form"), book.title(asked.name), below, (34, 60, 30))
        for number, one in enumerate(wanted.fields, row):
            book.text(page, number, 0, both(one.title, language), "head")
            cell(book, page, number, 1, one, asked.values.get(one.read) if one.read else None)
            book.text(page, number, 2, code("mark", wanted.mark(one), language))
        book.sign(page, row + len(wanted.fields) + 1, 3)
        _areas(book, asked)
        book.about([both(wanted.form.note, language)])
    book.save(path)


def _areas(book: FormBook, asked: AskedGround) -> None:
    """Write the table of areas: totals over tenures and over classes are formulas."""
    title = book.say("sheet_ground")
    page, row = book.sheet(title, book.title(asked.name), [book.say("ground_unit")], (34, *(18 for _ in COLUMNS)))
    first = heads(book, page, row, [*(book.say(f"ground_{c}") for c in COLUMNS), book.say("ground_mark")])
    letters = {c: "ABCDE"[k] for k, c in enumerate(COLUMNS)}
    last = letters[COLUMNS[-1]]
    for k, one in enumerate(book.form.rows):
        at = first + k
        book.text(page, at, 0, both(one.title, book.language), "head")
        for column, name in enumerate(COLUMNS[1:], 1):
            value = asked.amount(one, None if name == "total" else _OF[name])
            if one.layer and name != "total":
                book.text(page, at, column, "–")
            elif value is None:
                book.blank(page, at, column)
            elif name == "total" and not one.layer:
                book.formula(page, at, column, f"=SUM(C{at + 1}:{last}{at + 1})", value, "ha0")
            else:
                book.number(page, at, column, value, "ha0")
        book.text(page, at, len(COLUMNS), code("mark", book.form.mark(one), book.language))
    end = first + len(book.form.rows)
    summed = [first + k + 1 for k, one in enumerate(book.form.rows) if one.of is not None]
    book.text(page, end, 0, book.say("total"), "strong")
    for column, name in enumerate(COLUMNS[1:], 1):
        letter = letters[name]
        cells = ",".join(f"{letter}{k}" for k in summed)
        book.formula(page, end, column, f"=SUM({cells})", _total(asked, name), "ha_strong")


def _total(asked: AskedGround, name: str) -> float:
    amounts = (
        asked.amount(r, None if name == "total" else _OF[name]) for r in forms.form(KIND).rows if r.of is not None
    )
    return round(math.fsum(a for a in amounts if a is not None), forms.form(KIND).form.decimals)


def table(asked: AskedGround, language: Language) -> WordTable:
    """Return the table of areas as words."""
    wanted = forms.form(KIND)
    lines = [
        (both(one.title, language), *("–" if one.layer and n != "total" else
                                      _word(asked.amount(one, None if n == "total" else _OF[n]), language)
                                      for n in COLUMNS[1:])) for one in wanted.rows
    ]  # fmt: skip
    total = (say("officeform.total", language), *(_word(_total(asked, n), language) for n in COLUMNS[1:]))
    heading = tuple(say(f"officeform.ground_{c}", language) for c in COLUMNS)
    widths = (2.4, *(1.2 for _ in COLUMNS[1:]))
    return WordTable(say("officeform.ground_title", language), heading, (*lines, total), widths,
                     tuple(range(1, len(COLUMNS))), (total,), say("officeform.ground_unit", language),
                     name="areas", columns=COLUMNS)  # fmt: skip


def _word(value: float | None, language: Language) -> str:
    if value is None:
        return say("officeform.fill", language)
    return f"{value:,.{forms.form(KIND).form.decimals}f}"


def document(asked: AskedGround, language: Language) -> bytes:
    """Return the form as the bytes of a DOCX file."""
    return form_sheet.document(asked.results, KIND, asked.name, asked.values, language, (table(asked, language),))
