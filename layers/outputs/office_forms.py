"""Forms the next office expects, by name (`data/forms`): filled from the study and written to a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from layers.ask.redline import RedlineAnswer
from layers.library import forms
from layers.outputs import form_ground, form_land, form_ledger, form_lines, form_sheet, pdf
from layers.outputs.target import ending, replaced
from layers.study import checks
from layers.study.run.released import refusal, require
from layers.text import Language
from layers.words import idle

RIDGES = ("own", "fields")


@dataclass(frozen=True)
class Asked:
    """Which form, about what; `ridges` says where field ridges (田坎) stand, ``own`` or ``fields``."""

    kind: str
    subject: str
    on: date | None = None
    ridges: str = "own"


def write(folder: Path, asked: Asked, path: Path, language: Language) -> None:
    """Write a form; a file that is there is replaced once the new one is whole.

    Raises
    ------
    CallError
        No such form, or an ending it has not.
    BlockedError
        Nothing of that id, results that are stale, or the file cannot be written.
    """
    kind = ending(path, endings(asked.kind))
    if asked.ridges not in RIDGES:
        raise CallError(reason("form_ridges", given=asked.ridges, known=list(RIDGES)))
    made = WRITERS[asked.kind](folder, asked, language)
    if kind != pdf.ENDING:
        replaced(path, made, folder)
        return
    kinds = forms.form(asked.kind).form.endings
    own = next((e for e in kinds if pdf.program() is None and f".{e}" == pdf.LAID_OUT), kinds[0])
    replaced(path, lambda part: pdf.write(part, f"{asked.kind}.{own}", made, language), folder)


def endings(kind: str) -> tuple[str, ...]:
    """Return the endings a form can be written with: those it is edited in, and PDF laid out from the first."""
    return (*forms.form(kind).form.endings, pdf.ENDING)


Made = Callable[[Path], object]


def _land(folder: Path, asked: Asked, language: Language) -> Made:
    answer = RedlineAnswer(checks.open_check(folder, asked.subject))
    return lambda part: form_land.write(answer, part, language, asked.ridges == "fields")


def _lines(folder: Path, asked: Asked, language: Language) -> Made:
    answer = RedlineAnswer(checks.open_check(folder, asked.subject))
    return lambda part: form_lines.write(answer, part, language)


def _ledger(folder: Path, asked: Asked, language: Language) -> Made:
    results = require(folder, "idle_records")
    return lambda part: form_ledger.write(results, part, language)


def _ground(folder: Path, asked: Asked, language: Language) -> Made:
    """Return what writes a form about a check, or else about a site of the run."""
    if asked.subject in {check.check_id for check in checks.listing(folder)}:
        ground = form_ground.of_check(RedlineAnswer(checks.open_check(folder, asked.subject)), language)
    else:
        ground = form_ground.of_site(require(folder, "candidates"), asked.subject, language)
    return lambda part: form_ground.write(ground, part, language)


def _site(folder: Path, asked: Asked, language: Language) -> Made:
    results = require(folder, "candidates")
    if why := refusal(results, "parcels"):
        raise BlockedError(why)
    values = form_sheet.site_values(results, asked.subject, language)
    return lambda part: form_sheet.write(results, asked.kind, asked.subject, values, part, language)


def _idle(folder: Path, asked: Asked, language: Language) -> Made:
    results = require(folder, "idle_records")
    values = form_sheet.idle_values(results, idle.shown(results, asked.on), asked.subject, language)
    return lambda part: form_sheet.write(results, asked.kind, asked.subject, values, part, language)


WRITERS: dict[str, Callable[[Path, Asked, Language], Made]] = {
    form_land.KIND: _land, form_lines.KIND: _lines, form_ledger.KIND: _ledger,
    form_ground.KIND: _ground,
    **{kind: _site for kind in forms.kinds() if forms.form(kind).form.subject == "site"},
    **{kind: _idle for kind in forms.kinds() if forms.form(kind).form.subject == "idle"},
}  # fmt: skip
"""What writes each form of `data/forms`."""
