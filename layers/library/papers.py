"""Documents an office may lay out itself, and the fields each of them has (``data/templates/fields.toml``)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from geo.basis.age import Text
from geo.basis.errors import CallError
from geo.basis.frozen import Frozen
from geo.basis.reason import reason
from layers import toml
from layers.library import forms

FOLDER = Path(__file__).resolve().parents[2] / "data" / "templates"
DOSSIERS = ("dossier-parcel", "dossier-site", "dossier-project", "dossier-redline")
SHEETS = ("field-sheet", "argument")
"""Documents with fields of their own beside those of every document."""
ENDING = "docx"


class TemplateField(Frozen):
    """One field a template may place.

    Parameters
    ----------
    id, title
        Its name in a template, and what it holds.
    kind : {"text", "lines", "picture", "table"}
        A table has rows of texts, one for each of `columns`.
    papers : tuple of str
        Documents that have it; none named is every dossier.
    forms : bool
        Whether forms have it too.
    words : str
        Beginning of the keys of the titles of its columns.
    columns : tuple of str
    widths : tuple of float
        How the template to begin with shares out its columns; none named are equal.
    """

    id: str
    title: Text
    kind: Literal["text", "lines", "picture", "table"] = "text"
    papers: tuple[str, ...] = ()
    forms: bool = False
    words: str = ""
    columns: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()


AREAS = TemplateField(
    id="areas", title=Text(zh="按地类与权属的面积", en="Areas by class and tenure"), kind="table",
    words="officeform.ground_", columns=("class", "total", "state", "collective", "open"),
)  # fmt: skip
"""The table of a form with rows of its own."""


class _Fields(Frozen):
    fields: tuple[TemplateField, ...]


def papers() -> tuple[str, ...]:
    """Return every document that takes a template: dossiers, sheets, then the forms that are written as DOCX."""
    return (*DOSSIERS, *SHEETS, *(k for k in forms.kinds() if ENDING in forms.form(k).form.endings))


@cache
def fields(paper: str) -> tuple[TemplateField, ...]:
    """Return the fields of a document, in the order they are usually shown.

    Raises
    ------
    CallError
        No document of that name takes a template.
    """
    if paper not in papers():
        raise CallError(reason("template_paper_unknown", given=paper, known=list(papers())))
    known = toml.validated(_Fields, toml.read(FOLDER / "fields.toml"), "fields.toml").fields
    if paper in DOSSIERS:
        return tuple(f for f in known if paper in f.papers or not f.papers)
    if paper in SHEETS:
        return tuple(f for f in known if f.forms or paper in f.papers)
    shared = [f for f in known if f.forms]
    own = [TemplateField(id=f.id, title=f.title) for f in forms.form(paper).fields]
    if forms.form(paper).rows:
        own.append(AREAS)
    return (*shared[:-1], *own, shared[-1])
