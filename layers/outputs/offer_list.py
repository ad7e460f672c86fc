"""The offers as files: the list (XLSX, CSV, maps), or one page for Word an offer, in both languages (DOCX)."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

from docx.document import Document

from geo.basis.tables import rows
from layers.ask.offering import Offering
from layers.outputs import lists, pdf, signoff, word
from layers.outputs.files import places_of
from layers.outputs.project import grounds, headlines
from layers.outputs.projected import Projection
from layers.outputs.target import ending
from layers.outputs.word import WordTable
from layers.text import LANGUAGES, Language, say
from layers.words import offers as words

KINDS = (*lists.MAPS, *pdf.DOCUMENTS)


def write(found: Offering, path: Path, language: Language) -> int:
    """Write the list, or as DOCX a sheet an offer. Return the number of offers.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    kind, frame = ending(path, KINDS), words.listed(found, language)
    if kind in pdf.DOCUMENTS:
        ids = frame["offer_id"].astype(str).tolist()
        pdf.written(path, lambda: sheets(found, ids), found.results.folder, language)
    else:
        said = (*grounds(found.results, language, "sites"), *words.notes(found, language))
        made = Projection(frame, words.heads(frame, language), said, language)
        subjects = found.found["subject"].astype(str)
        lists.write(made, path, "offer_list", found.results, lambda: places_of(found.results, subjects))
    return len(frame)


def sheets(found: Offering, ids: list[str]) -> bytes:
    """Return the pages for Word: each offer in both languages on a page of its own."""
    moment = datetime.combine(found.results.study.as_of, time())
    page = word.blank(say("offer.sheet_title", "zh"), moment, "zh")
    for k, offer in enumerate(ids):
        if k:
            page.add_page_break()  # type: ignore[no-untyped-call]
        for language in LANGUAGES[::-1]:
            _sheet(page, found, offer, language)
    for language in LANGUAGES[::-1]:
        word.heading(page, say("offer.grounds", language))
        signoff.notes(page, (*grounds(found.results, language, "sites"), *words.notes(found, language)))
    return word.fixed(page, moment)


def _sheet(page: Document, found: Offering, offer: str, language: Language) -> None:
    frame = words.listed(found, language)
    row = next(r for r in rows(frame) if r["offer_id"] == offer)
    heads = words.heads(frame, language)
    basis, study = headlines(found.results, language)[0], found.results.study
    title = say("offer.sheet", language, offer=offer, kind=row["kind"], subject=row["subject"])
    word.tight(word.line(page, title, word.TITLE_PT, None, bold=True, face=word.HEI), before=6, after=2)
    word.tight(word.line(page, basis, word.SMALL_PT, word.GREY))
    if study.demonstration:
        word.tight(word.line(page, say("note.demonstration", language), word.BODY_PT, word.RED, bold=True))
    cells = tuple((heads[str(k)], str(v)) for k, v in row.items() if str(v).strip())
    word.section(page, WordTable("", (), cells, (1.0, 3.4)))
