"""One command from call to exit code, and what commands share: pairs, days, fresh stages, lists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geo.basis.errors import CallError, Cancelled, LuodiError
from geo.basis.reason import Reason, reason
from layers.basis import disk
from layers.outputs.console import Console
from layers.study import changes
from layers.text import LANGUAGES, Language, say

if TYPE_CHECKING:
    from layers.study.run.results import Results
    from layers.study.run.runs import Hire, Report


def system_language() -> Language:
    """Return zh when the system speaks Chinese, else en."""
    words = [os.environ.get(name, "") for name in ("LUODI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    return "zh" if next((w for w in words if w), "").lower().startswith("zh") else "en"


def run(as_json: bool, lang: str, work: Callable[[Console], None]) -> None:
    """Run one command; whatever goes wrong, the user gets sentences and an exit code."""
    chosen: Language = next((known for known in LANGUAGES if known == lang), system_language())
    console = Console(as_json, chosen)
    with changes.noting() as done:
        try:
            if lang and lang not in LANGUAGES:
                raise CallError(reason("language_unknown", given=lang, known=list(LANGUAGES)))
            work(console)
            for brought in changes.brought_up(done):
                console.note(brought)
        except LuodiError as problem:
            console.error(LuodiError([*problem.reasons, *done.values()]))
            raise typer.Exit(problem.exit_code) from None
        except (Exception, KeyboardInterrupt) as problem:
            why = _system_reason(problem)
            if why.code == "internal" and os.environ.get("LUODI_DEBUG"):
                raise
            console.error(LuodiError([why, *changes.told(done)]))
            raise typer.Exit(1) from None
        finally:
            console.close()


def _system_reason(problem: BaseException) -> Reason:
    """Return why a command ended that did not end in words of its own."""
    if isinstance(problem, (Cancelled, KeyboardInterrupt)):
        return reason("cancelled")
    if isinstance(problem, MemoryError):
        return reason("out_of_memory")
    if disk.is_full(problem):
        return disk.no_space(disk.place_of(problem, Path.cwd()))
    if isinstance(problem, OSError):
        detail = problem.strerror or str(problem)
        return reason("system_refused", file=disk.place_of(problem, Path()).name, detail=detail)
    return reason("internal", kind=type(problem).__name__, detail=str(problem)[:300])


def day(text: str) -> date | None:
    """Return a day as it was given, None for none; what is no day is refused."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CallError(reason("date_unreadable", given=text)) from None


def fields(pairs: list[str]) -> dict[str, str]:
    """Return ``ours=theirs`` pairs; what has no `=` is refused."""
    wrong = [p for p in pairs if "=" not in p]
    if wrong:
        raise CallError(reason("field_pair_unreadable", given=wrong))
    return dict((part.strip() for part in p.split("=", 1)) for p in pairs)  # type: ignore[misc]


def pairs(given: list[str]) -> list[tuple[str, str]]:
    """Return ``name=amount`` pairs, parted at the last `=`: a name may hold one."""
    wrong = [p for p in given if "=" not in p]
    if wrong:
        raise CallError(reason("amount_pair_unreadable", given=wrong[0]))
    return [tuple(part.strip() for part in p.rsplit("=", 1)) for p in given]  # type: ignore[misc]


def amounts(given: list[str] | None) -> tuple[tuple[str, float], ...]:
    """Return ``name=amount`` pairs with the amounts as numbers."""
    return tuple((name, number(amount)) for name, amount in pairs(given or []))


def number(text: str) -> float:
    """Return an amount; what is no finite number is refused."""
    try:
        amount = float(text)
    except ValueError:
        amount = float("nan")
    if not abs(amount) < 1e12:
        raise CallError(reason("amount_pair_unreadable", given=text))
    return amount


def fresh(folder: Path, until: str, console: Console, hire: Hire | None = None) -> Report:
    """Bring the stages a command rests on up to date, and say what was found damaged on the way."""
    from layers.study.run import runs

    report = runs.update(folder, until, console.progress, hire)
    for note in report.notes:
        console.note(note)
    return report


def law(console: Console, results: Results, table: str = "") -> None:
    """Say what of the law an answer rests on is out of force, unchecked or about to change."""
    from layers.words import law

    for notice in law.notices(results, console.language, table):
        console.note(notice.reason)


def tell(console: Console, lines: Iterable[str]) -> None:
    """Say lines."""
    for line in lines:
        console.text(line)


def listed(console: Console, out: Path | None, write: Callable[[Path], int]) -> None:
    """Write a list where one is asked for, and say so."""
    if out is not None:
        count = write(out)
        console.text(say("command.list_written", console.language, path=out.name, count=count))
