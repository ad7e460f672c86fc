"""What was found in the field: written beside the official value, never over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.study import edits
from layers.study.edits import Edit

KIND, RECOVERED = "field_check", "recovered"
FOUND = ("in_use", "part_vacant", "idle", "started", "not_started", "not_found")
"""What a person can have found on the spot."""


@dataclass(frozen=True)
class FieldCheck:
    """One result from the field.

    Parameters
    ----------
    asset_id : str
    found : str
        One of `FOUND`.
    on : date
        The day somebody was there.
    person, note : str
    written : str
        When it was written down, ISO 8601.
    version : int
        Of the edit, so that two people do not overwrite each other unknowingly.
    withdrawn : bool
        It was taken back later.
    """

    asset_id: str
    found: str
    on: date
    person: str
    note: str
    written: str
    version: int
    withdrawn: bool = False


def record(
    folder: Path, asset_id: str, found: str, on: date, by: tuple[str, str], after: int | None = None
) -> FieldCheck:
    """Write down what was found of an asset.

    Parameters
    ----------
    folder : Path
        The study folder.
    asset_id, found, on
        As in `FieldCheck`.
    by : (person, note)
        Who was there, and what was seen; neither may be empty.
    after : int or None
        Version the person had seen; a newer one refuses the result.

    Raises
    ------
    CallError
        A finding nobody knows, or no person, or no note.
    BlockedError
        Somebody else wrote down another result meanwhile.
    """
    if found not in FOUND:
        raise CallError(reason("field_finding_unknown", given=found, known=list(FOUND)))
    person, note = by
    return _check(edits.record(folder, KIND, asset_id, {"found": found, "on": on.isoformat()}, person, note, after))


def withdraw(folder: Path, asset_id: str, person: str, why: str) -> None:
    """Take the newest result of an asset back."""
    edits.withdraw(folder, KIND, asset_id, person, why)


def current(folder: Path) -> dict[str, FieldCheck]:
    """Return the result that counts for every asset that has one."""
    return {asset: _check(edit) for asset, edit in edits.current(folder).of(KIND).items()}


def history(folder: Path, asset_id: str) -> tuple[FieldCheck, ...]:
    """Return every result ever written of an asset, newest first; withdrawals are marked."""
    mine = [e for e in edits.history(folder) if e.kind == KIND and e.subject == asset_id]
    return tuple(_check(e) for e in reversed(mine))


def _check(edit: Edit) -> FieldCheck:
    value = edit.value
    return FieldCheck(edit.subject, str(value["found"]), date.fromisoformat(str(value["on"])), edit.person, edit.reason,
                 edit.at, edit.version, edit.withdrawn)  # fmt: skip


def recovered(folder: Path) -> dict[str, Edit]:
    """Return what is taken as recovered now (收回), by asset; `layers.words.idle` writes and undoes it."""
    return dict(edits.current(folder).of(RECOVERED))
