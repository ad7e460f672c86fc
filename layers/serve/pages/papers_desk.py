"""Dossiers and forms (文书与表单): what each is, about what it can be written, in which formats, and its content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from layers.library import forms
from layers.outputs import office_forms, pdf, told
from layers.outputs.office_forms import Asked
from layers.outputs.target import bytes_of
from layers.serve.pages import redlines
from layers.serve.pages.outputs_desk import OutputFile
from layers.study.names import slug
from layers.study.run import released
from layers.study.run.results import Results
from layers.text import Language, both, say, sentence

DOSSIER = "dossier"
TABLES = {"site": ("ranking", "site_id"), "project": ("projects", "project_id"), "idle": ("idle_assets", "asset_id")}
"""What a document can be about: the table it is listed in, and its id there."""


MANY = {"any": ("project", "site", "redline", "idle"), "ground": ("redline", "site")}
"""What may be about several kinds of things."""


@dataclass(frozen=True)
class Paper:
    """A document that can be written.

    Parameters
    ----------
    id : str
        Kind of a form of `data/forms`, or ``dossier``.
    title, note : str
        What it is called, and where its wording comes from.
    about : {"any", "redline", "study", "site", "idle", "ground"}
    kinds : tuple of str
        Endings; without LibreOffice there is no PDF among them.
    """

    id: str
    title: str
    note: str
    about: str
    kinds: tuple[str, ...]


def papers(language: Language) -> tuple[Paper, ...]:
    """Return every document, the dossier first."""
    ours = Paper(DOSSIER, say("uioutputs.what_dossier", language), say("uioutputs.for_dossier", language), "any",
                 _here(told.REPORTS))  # fmt: skip
    return ours, *(_form(kind, language) for kind in forms.kinds())


def _form(kind: str, language: Language) -> Paper:
    head = forms.form(kind).form
    note = " ".join(filter(None, (
        both(head.note, language), "" if head.text_found else say("officeform.no_text", language),
    )))  # fmt: skip
    return Paper(kind, both(head.title, language), note, head.subject, _here(office_forms.endings(kind)))


def _here(endings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(e for e in endings if e != pdf.ENDING or pdf.program() is not None)


def subjects(folder: Path, results: Results | None, paper: Paper, language: Language) -> dict[str, str]:
    """Return what a document can be about: id and what it is called; what may not leave is not among it."""
    if paper.about == "study":
        return {forms.WHOLE: say("uioutputs.whole_study", language)} if results is not None else {}
    found: dict[str, str] = {}
    for kind in MANY.get(paper.about, (paper.about,)):
        found |= dict(_of_kind(folder, results, kind, paper, language))
    return found


def _of_kind(
    folder: Path, results: Results | None, kind: str, paper: Paper, language: Language
) -> Iterator[tuple[str, str]]:
    if kind == "redline":
        for check in redlines.kept_checks(folder):
            if check.readable and not check.stale:
                yield check.check_id, say("uioutputs.about_redline", language, name=check.name)
        return
    table, column = TABLES[kind]
    if results is None or not results.has(table) or released.refusal(results, table):
        return
    rows = results.table(table)
    if kind == "idle" and paper.about == "idle":
        rows = rows[rows["kind"] == "land"]  # the documents are of land, not of buildings
    names = rows["name"].fillna("").astype(str) if "name" in rows else [""] * len(rows)
    for one, name in zip(rows[column].astype(str), names, strict=True):
        yield one, say(f"uioutputs.about_{kind}", language, name=" ".join(filter(None, (one, name))))


def shut(results: Results | None, paper: Paper, language: Language) -> str:
    """Return why a document cannot be written now, "" where it can."""
    needed = {"redline": "", "ground": "", "idle": "idle_records", "study": "idle_records"}.get(
        paper.about, "candidates"
    )
    if not needed:
        return ""
    if results is None or not results.has(needed):
        return say("uioutputs.no_run", language)
    if needed in results.stale():
        return say("uioutputs.stale", language)
    return sentence(why, language) if (why := released.refusal(results, needed)) else ""


def made(folder: Path, asked: Asked, kind: str, language: Language) -> OutputFile:
    """Write a document in one format and return it.

    Raises
    ------
    LuodiError
        It cannot be written, for the reason the command would tell.
    """
    name = f"luodi-{asked.kind}-{slug(asked.subject) or 'study'}-{date.today():%Y%m%d}.{kind}"

    def write(path: Path) -> None:
        if asked.kind == DOSSIER:
            told.report(folder, asked.subject, path, asked.on, language)
        else:
            office_forms.write(folder, asked, path, language)

    return OutputFile(name, bytes_of(name, write), None)
