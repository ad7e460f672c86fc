"""What the Red line page and the list of checks read: answers, the checks of a study, files to hand over."""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from geo.basis.errors import BlockedError, LuodiError
from geo.basis.reason import Reason, reason
from layers.outputs import redline_files
from layers.redline import Answer
from layers.study import checks, runs
from layers.study.catalog import slug
from layers.study.checks import Check
from layers.text import Language


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
        now = runs.plan(folder).run_id
    except LuodiError:
        now = ""  # settings that cannot be read: no check rests on them
    return [_kept(check, now) for check in checks.listing(folder)]


def _kept(check: Check, now: str) -> Kept:
    try:
        answer, head = opened(check.folder, check.check_id), check.head
        return Kept(
            check.check_id, str(head["name"]), str(head["parent"]), str(check.manifest["written"]), answer.status,
            answer.gross_m2, answer.net_m2, check.run_id != now,
        )  # fmt: skip
    except (LuodiError, OSError, ValueError, KeyError, StopIteration):
        return Kept(check.check_id, check.check_id, "", "", "", 0.0, 0.0, True, readable=False)


_answers: OrderedDict[tuple[str, int], Answer] = OrderedDict()
_opening = threading.Lock()
HELD = 32


def opened(folder: Path, check_id: str) -> Answer:
    """Return the answer of a check, read once for all visitors and again when the check was renewed.

    Raises
    ------
    BlockedError
        There is none of that id, or its files cannot be read.
    """
    check = checks.open_check(folder, check_id)
    name = (str(check.run), (check.run / checks.HEAD).stat().st_mtime_ns)
    with _opening:
        if name not in _answers:
            _answers[name] = _whole(check)
            while len(_answers) > HELD:
                _answers.popitem(last=False)
        _answers.move_to_end(name)
        return _answers[name]


def _whole(check: Check) -> Answer:
    """Open a check and read what every page shows of it, so that damage is found here and said."""
    try:
        answer = redline_files.answer_of(check)
        _ = check.study, check.rules, check.head["name"], answer.plots, answer.land, answer.status, answer.uses
    except (OSError, ValueError, KeyError, StopIteration):
        raise BlockedError(reason("check_unreadable", name=check.check_id)) from None
    return answer


def late(answer: Answer) -> bool:
    """Tell whether a check rests on settings or data that have changed since."""
    try:
        return bool(answer.check.stale())
    except LuodiError:
        return True


def formats() -> tuple[str, ...]:
    """Return the kinds of file a check can be written as, the ones for a meeting first."""
    order = ("docx", "xlsx", "txt", "pdf", "html")
    return tuple(sorted(redline_files.WRITERS, key=lambda k: (order.index(k) if k in order else len(order), k)))


def as_file(answer: Answer, kind: str, language: Language) -> bytes:
    """Return a check as a file.

    Raises
    ------
    BlockedError
        The check is stale: nothing that no longer follows from the study leaves it.
    """
    if told := answer.check.stale():
        raise BlockedError(next(iter(told.values())))
    with tempfile.TemporaryDirectory(prefix="luodi-") as place:
        path = Path(place) / f"check.{kind}"
        redline_files.write(answer, path, language)
        return path.read_bytes()


def file_name(answer: Answer, kind: str) -> str:
    """Return the name a check is handed over under."""
    return f"{slug(str(answer.check.head['name']))}.{kind}"


def unknowns(answer: Answer) -> dict[str, Reason]:
    """Return why rules could not be answered, by rule id."""
    return {c.rule.id: reason(c.cause) for c in answer.constraints if c.cause and not c.aside}
