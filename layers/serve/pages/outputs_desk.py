"""Everything that can leave a study (成果): what it is, what it needs, in which formats, and its content.

A list more is a line in `OUTPUTS`. The content is written by the same functions as the commands use, read back and
told with its rows and its fingerprint, so that what was handed over can be told from what was changed afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.basis.errors import CallError
from geo.basis.progress import silent
from geo.basis.reason import reason
from layers.outputs import files, findings_list, formats, handover_list, rule_list
from layers.outputs.target import bytes_of
from layers.study import catalog
from layers.study.run import released
from layers.study.run.results import Results
from layers.text import Language

LISTS, MAPS = ("xlsx", "csv"), tuple(formats.FORMATS)
Make = Callable[[Path, Path, Language], int]


@dataclass(frozen=True)
class Output:
    """Something that can leave.

    Parameters
    ----------
    id : str
        Its words are ``uioutputs.what_ID`` and ``uioutputs.for_ID``.
    table : str
        What a run must have come to; "" for what needs no run.
    kinds : tuple of str
        Endings it can have.
    make : callable
        Told the study folder, where to write and the language; returns the rows written.
    """

    id: str
    table: str
    kinds: tuple[str, ...]
    make: Make


@dataclass(frozen=True)
class OutputFile:
    """A file that was made: its name, its bytes, its rows (None for a document) and its fingerprint."""

    name: str
    content: bytes
    rows: int | None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()


def _table(name: str, layout: str = "") -> Make:
    def make(folder: Path, path: Path, language: Language) -> int:
        return files.export(released.require(folder, name), path, name, language, layout=layout)

    return make


def _handover(folder: Path, path: Path, language: Language) -> int:
    results = released.require(folder, "sites")
    handover_list.write(results, path, language)
    return len(results.table("sites"))


def _findings(folder: Path, path: Path, language: Language) -> int:
    found = findings_list.frame(catalog.check(folder, silent), folder, language)
    findings_list.write(found, path, language, folder)
    return len(found)


def _rules(folder: Path, path: Path, language: Language) -> int:
    found = rule_list.of_study(folder, language)
    rule_list.write(found, path, language, folder)
    return len(found)


OUTPUTS: tuple[Output, ...] = (
    Output("candidates", "candidates", MAPS, _table("candidates")),
    Output("meeting", "candidates", ("xlsx",), _table("candidates", "meeting")),
    Output("ledger", "ledger", LISTS, _table("ledger")),
    Output("sites", "sites", MAPS, _table("sites")),
    Output("ranking", "ranking", MAPS, _table("ranking")),
    Output("handover", "sites", LISTS, _handover),
    Output("stages", "projects", ("xlsx",), _table("projects", "stages")),
    Output("matches", "matches", LISTS, _table("matches")),
    Output("accounts", "accounts", LISTS, _table("accounts")),
    Output("capacity", "capacity", LISTS, _table("capacity")),
    Output("idle", "idle", LISTS, _table("idle")),
    Output("findings", "", LISTS, _findings),
    Output("rules", "", LISTS, _rules),
)


def output(name: str) -> Output:
    """Return an output by its id.

    Raises
    ------
    CallError
        There is none of this id.
    """
    found = next((o for o in OUTPUTS if o.id == name), None)
    if found is None:
        raise CallError(reason("output_unknown", given=name, known=[o.id for o in OUTPUTS]))
    return found


def ready(results: Results | None) -> dict[str, str]:
    """Return by output why it cannot leave now: no run yet, stale, withheld; "" when it can."""
    late = results.stale() if results is not None else {}
    return {one.id: _ready(one, results, late) for one in OUTPUTS}


def _ready(one: Output, results: Results | None, late: Collection[str]) -> str:
    if not one.table:
        return ""
    if results is None or not results.has(one.table):
        return "no_run"
    if one.table in late:
        return "stale"
    return "withheld" if released.refusal(results, one.table) else ""


def made(folder: Path, name: str, kind: str, language: Language) -> OutputFile:
    """Write an output in one format and return it.

    Raises
    ------
    LuodiError
        It cannot leave, for the reason the command would tell.
    """
    one = output(name)
    if kind not in one.kinds or kind not in formats.FORMATS:
        raise CallError(reason("format_unknown", format=kind, known=list(one.kinds)))
    file, rows = f"luodi-{name}-{date.today():%Y%m%d}.{kind}", [0]
    body = bytes_of(file, lambda path: rows.append(one.make(folder, path, language)))
    return OutputFile(file, body, rows[-1])


def content(folder: Path, name: str, kind: str, language: Language) -> bytes:
    """Return the bytes of an output, for a download."""
    return made(folder, name, kind, language).content
