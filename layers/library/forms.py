"""Forms the next office expects (`data/forms`): their fields, where each was seen, what stands for it in Luodi."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from geo.basis.age import Text
from geo.basis.errors import CallError
from geo.basis.figure import Confidence
from geo.basis.frozen import Frozen
from geo.basis.reason import reason
from layers import toml

FOLDER = Path(__file__).resolve().parents[2] / "data" / "forms"
WHOLE = "-"
"""Stands for the id where a form is about the whole study."""


class FormField(Frozen):
    """One field of a form.

    Parameters
    ----------
    id, title
    kind : str
        How its value is written; amounts are numbers of the workbook.
    read : str
        What of Luodi fills it; "" leaves a blank that is marked.
    note : Text
        What is to be written there by hand, or what the value is.
    confidence : {"S", "S2", "C", "M", "local"} or None
        Where the field was seen; None takes the mark of the form.
    """

    id: str
    title: Text
    kind: Literal["text", "count", "m2", "ha", "mu", "wan", "rate", "share", "date"] = "text"
    read: str = ""
    note: Text = Text()
    confidence: Confidence | None = None


class FormRow(Frozen):
    """One row of a table of areas: which ground it adds up.

    Parameters
    ----------
    id, title
    of : str or None
        Class of the land law; "" is ground whose class is not known.
    group : str
        Group of land uses.
    codes : mapping of scheme to tuple of str
        Codes of a scheme.
    layer : str
        Or what lies on a layer, whatever its use and tenure.
    confidence : {"S", "S2", "C", "M", "local"} or None
        Where the row was seen; None takes the mark of the form.
    """

    id: str
    title: Text
    of: Literal["agricultural", "construction", "unused", ""] | None = None
    group: str = ""
    codes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    layer: str = ""
    confidence: Confidence | None = None


class FormHead(Frozen):
    """What a form is: `subject` says of what (``ground``: a check or a site).

    `text_found` says whether its public wording was found.
    """

    title: Text
    subject: Literal["redline", "study", "site", "idle", "ground"]
    endings: tuple[str, ...] = ("xlsx",)
    confidence: Confidence
    source: str
    decimals: int = Field(4, ge=0, le=8)
    tolerance_m2: float = Field(1.0, ge=0)
    text_found: bool = True
    note: Text = Text()


class OfficeForm(Frozen):
    """A form with its fields and the rows of its table of areas, in their order."""

    form: FormHead
    fields: tuple[FormField, ...] = Field(min_length=1)
    rows: tuple[FormRow, ...] = ()

    def mark(self, one: FormField | FormRow) -> Confidence:
        """Return the mark of a field or a row."""
        return one.confidence or self.form.confidence


def kinds() -> tuple[str, ...]:
    """Return the names of the forms, sorted."""
    return toml.names(FOLDER)


@cache
def form(kind: str) -> OfficeForm:
    """Return a form by its name.

    Raises
    ------
    CallError
        None of that name.
    """
    if kind not in kinds():
        raise CallError(reason("form_unknown", given=kind, known=list(kinds())))
    path = FOLDER / f"{kind}.toml"
    return toml.validated(OfficeForm, toml.read(path), path.name)
