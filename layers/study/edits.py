"""What people decided beside the files: pins, bans, corrections, field checks, scenarios (`study.sqlite`).

Edits are only ever added. The newest of a kind and subject counts; withdrawing one is a
newer edit too, so the whole history stays readable as an audit. A scenario is a named
picture of the decisions that count; loading it adds what is needed to get back there, and leaves what
people told (`TOLD`) as it is.

Whoever writes holds the study for that moment. The file is made whole with its first edit, so
one that is empty or not what SQLite wrote is damaged: it is said, never begun anew.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import Reason, reason
from layers.basis import disk
from layers.study import formats
from layers.study.changes import DECISIONS, commit
from layers.study.lock import PRIVATE, WAIT_S, writing

FILE = DECISIONS
KINDS = tuple(kind for kinds in formats.KINDS_SINCE.values() for kind in kinds)
"""Kinds of edits: pin and ban of a project; fields of a project or parcel corrected; idle land taken as
recovered; what was found in the field; more capacity of a facility or account in a scenario;
what a person scored of a project; what an office says of a step of its schedule; the list an industry is put on
in a park; what a department answers of a project; a note on an entry of a library, or what it is linked with."""
TOLD = ("score", "step", "answer", "entry")
"""Kinds that say what people found or answered: no choice among plans, so that no scenario takes them back."""
_SCHEMA = """
create table if not exists edits (
    version integer primary key autoincrement, at text not null, person text not null, kind text not null,
    subject text not null, value text not null, reason text not null, withdrawn integer not null default 0);
create index if not exists edits_newest on edits (kind, subject, version);
create table if not exists scenarios (
    version integer primary key autoincrement, at text not null, person text not null, name text not null,
    edits text not null);
"""
UNSEEN = -1
"""Of a version somebody has seen: none was looked at."""
_NUMBERED = f"pragma user_version = {formats.EDITS}"
_NEWEST = "version in (select max(version) from edits group by kind, subject)"


@dataclass(frozen=True)
class Edit:
    """One decision: about what, which value, who, when and why."""

    version: int
    at: str
    person: str
    kind: str
    subject: str
    value: Mapping[str, Any]
    reason: str
    withdrawn: bool = False


@dataclass(frozen=True)
class Edits:
    """The edits that count now, by kind and subject."""

    newest: Mapping[str, Mapping[str, Edit]] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[str, Edit]:
        """Return subject → edit of one kind."""
        return self.newest.get(kind, {})

    def values(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return subject → value of one kind."""
        return {subject: dict(edit.value) for subject, edit in self.of(kind).items()}

    def plain(self, *kinds: str) -> dict[str, dict[str, dict[str, Any]]]:
        """Return what can change a result, for the keys of stages: no names, no days."""
        return {kind: self.values(kind) for kind in kinds or KINDS if self.of(kind)}


def record(
    folder: Path,
    kind: str,
    subject: str,
    value: Mapping[str, Any],
    person: str,
    why: str,
    after: int | None = None,
) -> Edit:
    """Add an edit.

    Parameters
    ----------
    folder : Path
        The study folder.
    kind : str
        One of `KINDS`.
    subject : str
        What it is about: a project, an asset, ``parcel:P001``.
    value : mapping
        Plain values that can be written as JSON.
    person, why : str
        Who decided and on what ground; neither may be empty.
    after : int or None
        The version the person had seen (0: none). If somebody was quicker the edit is refused.
        `UNSEEN`: nobody has looked, so a decision that stands and says otherwise is told, not replaced.

    Raises
    ------
    CallError
        An unknown kind, no subject, no person or no ground.
    BlockedError
        Somebody else edited the same thing meanwhile, or the file cannot be used.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    _complete(kind, subject, person, why)
    with _changing(folder, f"edit {kind} {subject}", "did_edit", subject=subject) as base:
        if after == UNSEEN:
            _agrees(base, kind, subject, value)
        elif after is not None:
            _unchanged(base, kind, subject, after)
        return _add(base, Edit(0, _now(), person.strip(), kind, subject, dict(value), why.strip()))


def record_all(
    folder: Path, kind: str, values: Mapping[str, Mapping[str, Any]], person: str, why: str, gone: bool = False
) -> None:
    """Add edits of one kind that are one decision: all of them or none; see `record`.

    Parameters
    ----------
    values : mapping
        Subject → value.
    gone : bool
        They are taken back.
    """
    for subject in values:
        _complete(kind, subject, person, why)
    if not values:
        return
    several = ", ".join(values)
    with _changing(folder, f"edit {kind} {several}", "did_edit", subject=several) as base:
        for subject, value in values.items():
            _add(base, Edit(0, _now(), person.strip(), kind, subject, dict(value), why.strip(), gone))


def withdraw(folder: Path, kind: str, subject: str, person: str, why: str, after: int | None = None) -> None:
    """Take an edit back; what it changed is as if it had never been made, and the history keeps both.

    Raises
    ------
    BlockedError
        There is nothing to take back, or it is not what the person had seen (`after`).
    """
    _complete(kind, subject, person, why)
    with _changing(folder, f"edit {kind} {subject}", "did_edit", subject=subject) as base:
        old = _standing(base, kind, subject)
        if old is not None and after is not None:
            _unchanged(base, kind, subject, after)
        if old is None:
            raise BlockedError(reason("edit_nothing_to_withdraw", kind=kind, subject=subject))
        _add(base, Edit(0, _now(), person.strip(), kind, subject, old.value, why.strip(), True))


def current(folder: Path) -> Edits:
    """Return the edits that count now; a study without any has no file."""
    if not os.path.lexists(folder / FILE):
        return Edits()
    with _reading(folder) as base:
        return _current(base)


def version(folder: Path, kind: str, subject: str) -> int:
    """Return the newest version about a subject, withdrawn or not; 0 where there is none."""
    return max((e.version for e in history(folder) if (e.kind, e.subject) == (kind, subject)), default=0)


def history(folder: Path) -> tuple[Edit, ...]:
    """Return every edit ever made, oldest first."""
    if not os.path.lexists(folder / FILE):
        return ()
    with _reading(folder) as base:
        return tuple(map(_edit, base.execute("select * from edits order by version")))


# --- scenarios --------------------------------------------------------------------


def save_scenario(folder: Path, name: str, person: str) -> None:
    """Keep the edits that count now under a name; saving again replaces what the name means."""
    if not name.strip():
        raise CallError(reason("scenario_without_name"))
    with _changing(folder, "scenario", "did_scenario", name=name.strip()) as base:
        body = json.dumps(_current(base).plain(), ensure_ascii=False, sort_keys=True)
        row = (_now(), person, name.strip(), body)
        base.execute("insert into scenarios (at, person, name, edits) values (?, ?, ?, ?)", row)


def load_scenario(folder: Path, name: str, person: str) -> int:
    """Bring the edits back to what they were when the scenario was saved; return how many changed.

    Raises
    ------
    BlockedError
        No scenario of that name; the error names those there are.
    """
    with _changing(folder, "scenario", "did_scenario_loaded", name=name) as base:
        saved = _scenarios(base)
        if name not in saved:
            raise BlockedError(reason("scenario_unknown", name=name, known=sorted(saved)))
        now, wanted = _current(base).plain(), saved[name]
        changes = list(_steps(now, wanted))
        for kind, subject, value, gone in changes:
            _add(base, Edit(0, _now(), person or name, kind, subject, value, f"scenario:{name}", gone))
    return len(changes)


def scenarios(folder: Path) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
    """Return name → kind → subject → value of every saved scenario."""
    if not os.path.lexists(folder / FILE):
        return {}
    with _reading(folder) as base:
        return _scenarios(base)


def _scenarios(base: sqlite3.Connection) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
    rows = base.execute("select name, edits from scenarios order by version")
    return {str(name): _mapping(body) for name, body in rows}


def _steps(now: dict[str, Any], wanted: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    for kind in (k for k in KINDS if k not in TOLD):
        old, new = now.get(kind, {}), wanted.get(kind, {})
        yield from ((kind, s, v, False) for s, v in sorted(new.items()) if old.get(s) != v)
        yield from ((kind, s, v, True) for s, v in sorted(old.items()) if s not in new)


# --- the file ---------------------------------------------------------------------


def _complete(kind: str, subject: str, person: str, why: str) -> None:
    if kind not in KINDS:
        raise CallError(reason("edit_kind_unknown", given=kind, known=list(KINDS)))
    given = {"subject": subject, "person": person, "reason": why}
    empty = [name for name, text in given.items() if not text.strip()]
    if empty:
        raise CallError(reason("edit_incomplete", missing=empty))


def _newest(base: sqlite3.Connection, kind: str, subject: str) -> Edit | None:
    found = base.execute(f"select * from edits where {_NEWEST} and kind=? and subject=?", (kind, subject))
    return next(map(_edit, found), None)


def _standing(base: sqlite3.Connection, kind: str, subject: str) -> Edit | None:
    newest = _newest(base, kind, subject)
    return None if newest is None or newest.withdrawn else newest


def _unchanged(base: sqlite3.Connection, kind: str, subject: str, after: int) -> None:
    newest = _newest(base, kind, subject)
    if newest is not None and newest.version > after:
        code = "edit_taken_back" if newest.withdrawn else "edit_overtaken"
        raise BlockedError(reason(code, **said(newest)))


def _agrees(base: sqlite3.Connection, kind: str, subject: str, value: Mapping[str, Any]) -> None:
    stands = _standing(base, kind, subject)
    if stands is not None and dict(stands.value) != dict(value):
        raise BlockedError(reason("edit_stands", **said(stands)))


def said(edit: Edit) -> dict[str, Any]:
    """Return what an edit says, for a message about it: subject, value in words, person, day, ground, version."""
    value = [str(v) if not isinstance(v, (dict, list)) else json.dumps(v, ensure_ascii=False)
             for v in edit.value.values()]  # fmt: skip
    return {"subject": edit.subject, "stands": value, "person": edit.person, "at": edit.at[:16].replace("T", " "),
            "ground": edit.reason, "version": edit.version}  # fmt: skip


def _add(base: sqlite3.Connection, edit: Edit) -> Edit:
    body = json.dumps(dict(edit.value), ensure_ascii=False, sort_keys=True)
    row = (edit.at, edit.person, edit.kind, edit.subject, body, edit.reason, int(edit.withdrawn))
    names = "at, person, kind, subject, value, reason, withdrawn"
    made = base.execute(f"insert into edits ({names}) values (?, ?, ?, ?, ?, ?, ?)", row)
    return Edit(made.lastrowid or 0, *row[:4], edit.value, edit.reason, edit.withdrawn)


def _current(base: sqlite3.Connection) -> Edits:
    found: dict[str, dict[str, Edit]] = {}
    rows = base.execute(f"select * from edits where {_NEWEST} and withdrawn = 0 order by kind, subject")
    for edit in map(_edit, rows):
        found.setdefault(edit.kind, {})[edit.subject] = edit
    return Edits(found)


def _edit(row: tuple[Any, ...]) -> Edit:
    version, at, person, kind, subject, value, why, withdrawn = row
    if kind not in KINDS or not all(isinstance(text, str) for text in (at, person, subject, why)):
        raise sqlite3.DatabaseError(f"edit {version}")
    return Edit(version, at, person, kind, subject, _mapping(value), why, bool(withdrawn))


def _mapping(text: Any) -> dict[str, Any]:
    """Return a value as it was written; one that is no JSON object any more was damaged."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, dict):
        raise sqlite3.DatabaseError("a value is not what was written")
    return found


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


@contextmanager
def _changing(folder: Path, command: str, code: str, **values: Any) -> Iterator[sqlite3.Connection]:
    """Hold the study and open its file for one change, which happens whole or not at all."""
    with writing(folder, command, WAIT_S), _spoken(folder):
        if not os.path.lexists(folder / FILE):
            _begun(folder)
        noted = f"{code} {values}"
        with _opened(folder) as base, formats.numbered(base, folder / FILE), commit(noted, code, **values):
            base.execute("begin immediate")
            base.execute(_NUMBERED)
            yield base
            base.execute("commit")


@contextmanager
def _reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one look at it; a writer does not hold it up."""
    with _spoken(folder), _opened(folder) as base:
        base.execute("begin")
        yield base


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the file that is there, never a new one, and look whether it is whole."""
    base = sqlite3.connect(
        f"{(folder / FILE).absolute().as_uri()}?mode=rw", uri=True, timeout=30.0, isolation_level=None
    )
    try:
        [told] = base.execute("pragma quick_check(1)").fetchone()
        if told != "ok":
            raise sqlite3.DatabaseError(told)
        [version] = base.execute("pragma user_version").fetchone()
        if version > formats.EDITS:
            raise BlockedError(reason("edits_newer", file=FILE, found=version, known=formats.EDITS))
        base.execute("select 1 from edits, scenarios limit 1")
        yield base
    finally:
        base.close()


@contextmanager
def _spoken(folder: Path) -> Iterator[None]:
    """Turn what SQLite says into words; a file that is damaged is named, whatever the damage."""
    try:
        yield
    except sqlite3.Error as problem:
        raise BlockedError(_trouble(folder, problem)) from None


def _trouble(folder: Path, problem: sqlite3.Error) -> Reason:
    failed_writing = str(getattr(problem, "sqlite_errorname", "")).startswith(("SQLITE_FULL", "SQLITE_IOERR"))
    if disk.is_full(problem) or (failed_writing and disk.has_no_room(folder / PRIVATE)):
        return disk.no_space(folder)
    return reason("edits_unreadable", file=FILE, detail=str(problem))


def _begun(folder: Path) -> None:
    """Make the file whole beside its place and put it there in one step."""
    part = folder / f".{FILE}.part"
    part.unlink(missing_ok=True)
    try:
        base = sqlite3.connect(part)
        try:
            base.executescript(_SCHEMA)
            base.execute(_NUMBERED)
        finally:
            base.close()
        os.replace(part, folder / FILE)
    finally:
        part.unlink(missing_ok=True)
