"""Whatever an id stands for, explained: a project, idle land or a building, a site, a parcel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from layers.outputs import field_sheet, pdf, rank_page, redline_files, subject_sheet
from layers.outputs.card import card_text
from layers.outputs.idle_words import criteria_met
from layers.outputs.page import explanation_text
from layers.outputs.target import ending, replaced
from layers.study import checks
from layers.study.run.released import open_results, require
from layers.study.run.results import Results, there
from layers.text import Language, say
from layers.words import corrections, explain, explain_site, idle, place_lines, project_card

Told = tuple[dict[str, Any], Iterator[str]]


def told(folder: Path, subject: str, on: date | None, language: Language) -> Told:
    """Explain one id of a study, as plain values and as lines of text.

    Parameters
    ----------
    folder : Path
    subject : str
    on : date or None
        For idle land and buildings: another day than that of the study.
    language : {"en", "zh"}

    Raises
    ------
    BlockedError
        No run, results that are stale, or nothing of that id.
    """
    subject, results = _asset(folder, subject), require(folder, "candidates")
    corrected = corrections.lines(results, language)
    told = _other_than_parcel(results, folder, subject, on, language)
    if told is not None:
        plain, lines = told
        head = [say("correction.head", language)] if corrected else []
        return plain | {"corrected": corrected}, chain(lines, head, (f"  {line}" for line in corrected))
    parcel = explain.explain(results, subject, language)
    return asdict(parcel), explanation_text(parcel, language)


def _other_than_parcel(
    results: Results, folder: Path, subject: str, on: date | None, language: Language
) -> Told | None:
    """Return what is told of a project, idle land or a building, or a site; None where the id is none of them."""
    if project_card.is_project(results, subject):
        card = project_card.card(require(folder, "gates"), subject, language)
        placed = place_lines.explained(results, subject, language)
        return asdict(card) | {"placing": placed.plain}, chain(card_text(card, language), placed.lines)
    if idle.holds(results, subject):
        asset = idle.shown(require(folder, "idle"), on)
        lines = chain(idle.explained(asset, subject, language), criteria_met(results, subject, language))
        return idle.as_plain(asset, subject), lines
    if explain_site.is_site(results, subject):
        site = explain_site.explain_site(require(folder, "ranking"), subject, language)
        return asdict(site), rank_page.explanation_text(site, results.study.ranking.top, language)
    return None


def _asset(folder: Path, subject: str) -> str:
    """Return an id without blanks around it; the building behind a site placing has made of one."""
    found, subject = open_results(folder), subject.strip()
    if found is not None and found.has("building_sites"):
        sites = found.table("building_sites")
        mine = sites.loc[sites["site_id"].astype(str) == subject, "building_id"]
        return str(mine.iloc[0]) if len(mine) else subject
    return subject


REPORTS = ("docx", pdf.ENDING)


def report(folder: Path, subject: str, path: Path, on: date | None, language: Language) -> None:
    """Write the dossier of an id as DOCX or PDF: a red line by the name of its check, idle land as its field sheet.

    Raises
    ------
    CallError
        Another ending.
    BlockedError
        Nothing of that id, results that are stale, or no LibreOffice for a PDF.
    """
    if ending(path, REPORTS) == pdf.ENDING:

        def made(at: Path) -> None:
            report(folder, subject, at, on, language)

        replaced(path, lambda part: pdf.write(part, "dossier.docx", made, language), folder)
        return
    subject = _asset(folder, subject)
    if subject in {check.check_id for check in checks.listing(folder)}:
        redline_files.write(redline_files.answer_of(checks.open_check(folder, subject)), path, language)
        return
    found = there(open_results(folder), folder)
    asset = found.has("idle") and idle.holds(found, subject)
    if asset or not found.has("candidates"):
        shown = idle.shown(require(folder, "idle"), on)
        field_sheet.write(found, shown, subject, path, language)
        return
    subject_sheet.write(folder, subject, path, language)
