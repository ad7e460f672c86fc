"""What the Red line page and the list of checks read: answers, the checks of a study, files to hand over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from geo.basis.errors import BlockedError, LuodiError
from geo.basis.reason import Reason, reason
from layers.ask.redline import RedlineAnswer
from layers.outputs import pdf, redline_files
from layers.outputs.redline_rows import Planned, planned
from layers.outputs.target import bytes_of
from layers.serve.held import Held
from layers.study import checks
from layers.study.checks import RedlineCheck
from layers.study.names import slug
from layers.study.run import runs
from layers.text import Language, number, say

OFFERS = ("dxf_several_layers", "several_layers", "layer_unknown")
"""Reasons that name the layers of a file; one of them has to be chosen."""
WHOLE = "entities"
"""A drawing with all its CAD layers."""


@dataclass(frozen=True)
class Kept:
    """One named check of a study.

    `stale` tells that settings or data changed since; `status` is "" for a check whose
    files cannot be read (`readable` is False then).
    """

    check_id: str
    name: str
    parent: str
    written: str
    status: str
    gross_m2: float
    net_m2: float
    stale: bool
    readable: bool = True


def kept_checks(folder: Path) -> list[Kept]:
    """Return the checks of a study, newest first; damaged ones are in it and say so."""
    try:
        now = runs.plan(folder).land_id
    except LuodiError:
        now = ""  # settings that cannot be read: no check rests on them
    return [_kept(check, now) for check in checks.listing(folder)]


_known: dict[tuple[str, int], Kept] = {}
"""What the list says of a check, by folder and time of writing: a hundred checks are read once, not on every visit."""


def _kept(check: RedlineCheck, now: str) -> Kept:
    try:
        name = _name(check)
        if name not in _known:
            answer, head = _whole(check), check.head
            _known[name] = Kept(
                check.check_id, str(head["name"]), str(head["parent"]), str(check.manifest["written"]), answer.status,
                answer.gross_m2, answer.net_m2, stale=False,
            )  # fmt: skip
        return replace(_known[name], stale=check.run_id != now)
    except (LuodiError, OSError, ValueError, KeyError, TypeError):
        return Kept(check.check_id, check.check_id, "", "", "", 0.0, 0.0, stale=True, readable=False)


def _name(check: RedlineCheck) -> tuple[str, int]:
    return str(check.run), (check.run / checks.HEAD).stat().st_mtime_ns


_answers: Held[RedlineAnswer] = Held(32)


def opened(folder: Path, check_id: str) -> RedlineAnswer:
    """Return the answer of a check, read once for all visitors and again when the check was renewed.

    Raises
    ------
    BlockedError
        There is none of that id, or its files cannot be read.
    """
    check = checks.open_check(folder, check_id)
    return _answers.get(_name(check), lambda: _whole(check))


def _whole(check: RedlineCheck) -> RedlineAnswer:
    """Open a check and read what every page shows of it, so that damage is found here and said."""
    try:
        answer = redline_files.answer_of(check)
        _ = check.study, check.rules, check.head["name"], answer.plots, answer.land, answer.status, answer.uses
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        raise BlockedError(reason("check_unreadable", name=check.check_id)) from None
    return answer


def late(answer: RedlineAnswer) -> bool:
    """Tell whether a check rests on settings or data that have changed since."""
    try:
        return bool(answer.check.stale())
    except LuodiError:
        return True


def formats() -> tuple[str, ...]:
    """Return the kinds of file a check can be written as here, the ones for a meeting first."""
    order = ("docx", "pdf", "xlsx", "txt", "html")
    here = [k for k in redline_files.WRITERS if k != pdf.ENDING or pdf.program() is not None]
    return tuple(sorted(here, key=lambda k: (order.index(k) if k in order else len(order), k)))


def as_file(answer: RedlineAnswer, kind: str, language: Language) -> bytes:
    """Return a check as a file.

    Raises
    ------
    BlockedError
        The check is stale: nothing that no longer follows from the study leaves it.
    """
    if told := answer.check.stale():
        raise BlockedError(next(iter(told.values())))
    return bytes_of(f"check.{kind}", lambda path: redline_files.write(answer, path, language))


def file_name(answer: RedlineAnswer, kind: str) -> str:
    """Return the name a check is handed over under."""
    return f"{slug(str(answer.check.head['name']))}.{kind}"


_plans: WeakKeyDictionary[RedlineAnswer, tuple[Planned, ...] | None] = WeakKeyDictionary()


def planned_use(answer: RedlineAnswer) -> tuple[Planned, ...] | None:
    """Return the planned use of a red line, laid over the plan once; None when no plan can be quoted."""
    if answer not in _plans:
        _plans[answer] = planned(answer)
    return _plans[answer]


def layers_offered(messages: Iterable[str], language: Language) -> dict[str, str]:
    """Return the layers of a file that a refused red line may be read from, each with what it holds.

    Parameters
    ----------
    messages : iterable of str
        Reasons as JSON, as a job told them; those that name no layers offer none.
    """
    found = [Reason.from_json(m) for m in messages]
    held = {str(r.values["layer"]): r.values for r in found if r.code == "dxf_layer_holds"}
    names = list(dict.fromkeys(str(n) for r in found if r.code in OFFERS for n in r.values.get("layers", ())))
    if held and WHOLE not in names:
        names.append(WHOLE)
    return {name: _layer(name, held.get(name), language) for name in names}


def _layer(name: str, held: Mapping[str, Any] | None, language: Language) -> str:
    if held is not None:
        area = number(float(held["area_m2"]), "m2", language)
        return say("uiredline.layer_holds", language, layer=name, areas=held["areas"], area=area, lines=held["lines"])
    return say("uiredline.layer_whole", language) if name == WHOLE else name
