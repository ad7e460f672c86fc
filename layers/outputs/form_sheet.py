"""Forms of one sheet of fields, as a workbook or a page for Word: conditions of a sale, documents of idle land."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from docx.enum.text import WD_ALIGN_PARAGRAPH

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from geo.basis.tables import rows
from geo.basis.units import mu
from layers.library import forms
from layers.library.forms import FormField, OfficeForm
from layers.library.standards import coded
from layers.outputs import office_pages, word
from layers.outputs.form_book import FormBook, about
from layers.outputs.form_table import NUMBERS, cell
from layers.outputs.page_head import PageHead
from layers.outputs.word import WordTable
from layers.study.run.results import Results
from layers.text import Language, both, code, say, sentence
from layers.words.idle import IdleTables
from layers.words.park_name import park_text

Values = Mapping[str, Any]
"""By what the fields of a form read."""


def write(results: Results, kind: str, name: str, values: Values, path: Path, language: Language) -> None:
    """Write a form of single fields, by the ending of the file."""
    wanted = forms.form(kind)
    if path.suffix.lower() == ".docx":
        path.write_bytes(document(results, kind, name, values, language))
        return
    with FormBook(results, wanted, language) as book:
        page, row = book.sheet(book.say("sheet_form"), book.title(name), _below(wanted, language), (34, 60, 30))
        for number, one in enumerate(wanted.fields, row):
            book.text(page, number, 0, both(one.title, language), "head")
            cell(book, page, number, 1, one, values.get(one.read) if one.read else None)
            book.text(page, number, 2, code("mark", wanted.mark(one), language))
        book.sign(page, row + len(wanted.fields) + 1, 3)
        book.about(())
    book.save(path)


def document(
    results: Results, kind: str, name: str, values: Values, language: Language, tables: tuple[WordTable, ...] = ()
) -> bytes:
    """Return the form, with tables below its fields, as the bytes of a DOCX file.

    The same run and day give the same bytes; the page of an office comes first.
    """
    wanted = forms.form(kind)
    moment = datetime.fromisoformat(results.manifest["written"]).replace(tzinfo=None)
    title = say("officeform.title", language, title=both(wanted.form.title, language), name=name)

    def said() -> Values:
        texts = {f.id: shown(f, values, language) for f in wanted.fields}
        return texts | office_pages.tables(tables) | {"notes": list(about(results, wanted, language))}

    if (own := office_pages.filled(kind, PageHead(title, results, moment, language), said)) is not None:
        return own
    page = word.blank(title, moment, language)
    first = page.add_paragraph()
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.tight(word.run(first, title, word.TITLE_PT, bold=True, face=word.HEI), after=4)
    for text in _below(wanted, language):
        word.tight(word.line(page, text, word.SMALL_PT, word.RED))
    if results.study.demonstration:
        word.tight(word.line(page, say("note.demonstration", language), word.BODY_PT, word.RED, bold=True))
    lines = tuple((both(f.title, language), shown(f, values, language)) for f in wanted.fields)
    for grid in (WordTable("", (), lines, (1.3, 3.0)), *tables):
        word.section(page, grid)
    signs = [say(f"officeform.sign_{n}", language) for n in ("maker", "checker", "office", "day")]
    word.tight(word.line(page, "        ".join(signs), word.BODY_PT, None), before=14, after=10)
    for text in about(results, wanted, language):
        word.tight(word.line(page, text, word.SMALL_PT, word.GREY))
    return word.fixed(page, moment)


def _below(wanted: OfficeForm, language: Language) -> list[str]:
    return [] if wanted.form.text_found else [say("officeform.no_text", language)]


def shown(one: FormField, values: Values, language: Language) -> str:
    """Return a value in words; what is not known is a blank that says so."""
    value = values.get(one.read) if one.read else None
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        hint = both(one.note, language)
        return say("officeform.blank", language, hint=hint) if hint else say("officeform.fill", language)
    if one.kind in NUMBERS and isinstance(value, (int, float)):
        return f"{value:,.4f}" if one.kind == "ha" else f"{value:,.2f}"
    return str(value)


# --- what fills them --------------------------------------------------------------


def idle_values(results: Results, shown: IdleTables, asset: str, language: Language) -> dict[str, Any]:
    """Return what the register and the clock say of idle land.

    Raises
    ------
    BlockedError
        No land of that id: documents are of land, not of buildings.
    """
    found = rows(pd.DataFrame(shown.assets[(shown.assets["asset_id"] == asset) & (shown.assets["kind"] == "land")]))
    if not found:
        raise BlockedError(reason("asset_unknown", asset=asset))
    row = found[0]
    kept = results.table("idle_records")
    record = next(iter(rows(kept[kept["asset_id"] == asset])), {})
    days = {n: str(record.get(n) or "") for n in ("start_by", "delivered", "deliver_by", "started", "finish_by",
                                                  "finished")}  # fmt: skip
    return {
        "record_id": row["asset_id"], "parcel_ids": str(row["parcel_ids"]).replace("|", ", ") or None,
        "area_m2": row["area_m2"] if row["area_m2"] > 0 else None, **{n: v or None for n, v in days.items()},
        "situation": sentence(row["reason"], language) if row["reason"] else None,
        "one_year_on": _on(row["one_year_on"]), "two_years_on": _on(row["two_years_on"]),
        "cause": row["cause_word"] or None, "permit": record.get("permit") or None,
        "consequence": code("consequence", row["consequence"], language) if row["consequence"] else None,
        "fee_wan": _settled(row["fee_wan"], row["fee_hi_wan"]) if row["consequence"] == "fee" else None,
        "price_wan": row["price_wan"],
    }  # fmt: skip


def _on(value: Any) -> str | None:
    return None if pd.isna(value) else f"{value:%Y-%m-%d}"


def _settled(low: float, high: float) -> float | None:
    """Return an amount that is certain; one of which only bounds are known is left to be filled in."""
    return low if math.isfinite(low) and low == high and low > 0 else None


def site_values(results: Results, subject: str, language: Language) -> dict[str, Any]:
    """Return what a study knows of a parcel or a site that is to be sold.

    Raises
    ------
    BlockedError
        Nothing of that id.
    """
    members, area = _members(results, subject)
    parcels = results.table("parcels")
    own = parcels[parcels["parcel_id"].isin(members)]
    if own.empty:
        raise BlockedError(reason("parcel_unknown", parcel=subject))
    supply = results.table("supply") if results.has("supply") else None
    plan = supply[supply["parcel_id"].isin(members)] if supply is not None else pd.DataFrame()
    places = sorted({" ".join(str(r[n]) for n in ("township", "village") if r.get(n)) for r in rows(own)} - {""})
    uses = {coded(r["plan_scheme"], r["plan_use"], language) for r in rows(plan) if r["plan_use"]}
    limits = {n: _one(plan, n) for n in ("far_min", "far_max", "height_max_m")}
    known = area is not None and math.isfinite(area)
    return {
        "id": subject, "place": "、".join(places) or None, "parcels": ", ".join(sorted(members)),
        "park_id": ", ".join(park_text(results, p) for p in sorted({str(v) for v in own["park_id"]} - {""})) or None,
        "status": _status(results, subject, language), "plan_use": "；".join(sorted(uses)) or None,
        "area_m2": area if known else None,
        "area_mu": mu(area) if area is not None and known else None, **limits,
        "investment_wan_mu": results.study.standards.investment(""),
    }  # fmt: skip


def _members(results: Results, subject: str) -> tuple[set[str], float | None]:
    """Return the parcels of a site or the parcel itself, with the net area that is sold."""
    if results.has("sites"):
        sites = results.table("sites")
        own = sites[sites["site_id"] == subject]
        if len(own):
            members = results.table("members")
            ids = set(members.loc[members["site_id"] == subject, "parcel_id"].astype(str))
            return ids, float(own["net_m2"].iloc[0])
    found = results.table("candidates")
    own = found[found["parcel_id"] == subject]
    return {subject}, float(own["net_m2"].iloc[0]) if len(own) else None


def _status(results: Results, subject: str, language: Language) -> str | None:
    """Return the status of a parcel or a site: what is excluded is not to be sold by this form without a word."""
    sites = results.table("sites") if results.has("sites") else pd.DataFrame({"site_id": []})
    found, key = (sites, "site_id") if subject in set(sites["site_id"]) else (results.table("candidates"), "parcel_id")
    own = found[found[key] == subject]
    return code("status", str(own["status"].iloc[0]), language) if len(own) else None


def _one(plan: pd.DataFrame, name: str) -> float | None:
    """Return a limit all parcels share; where they differ, it is left to be filled in."""
    values = set(plan[name].dropna()) if name in plan else set()
    whole = name in plan and len(plan) > 0 and plan[name].notna().all()
    return float(next(iter(values))) if len(values) == 1 and whole else None
