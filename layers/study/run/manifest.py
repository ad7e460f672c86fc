"""The manifest of a run or a check: what it was made from, and the sum of each of its tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from geo.basis.errors import DamagedError
from geo.basis.reason import reason
from geo.rank.spec import CriteriaSet
from geo.rules.spec import Rule
from layers.study.run import store
from layers.study.spec import Study


def _day_and_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True)

    sha256: str
    rows: int
    key: str = ""
    stage: str = ""


class _Manifest(BaseModel):
    """What every reader of a manifest relies on; settings are read by their own models."""

    run_id: str
    written: Annotated[str, AfterValidator(_day_and_time)]
    study: Study
    rules: tuple[Rule, ...]
    criteria: CriteriaSet
    not_applied: tuple[str, ...] = ()
    inputs: dict[str, str]
    edits: dict[str, dict[str, dict[str, Any]]] = {}
    versions: dict[str, str]
    tables: dict[str, _Entry]


def read(run: Path) -> dict[str, Any]:
    """Read the manifest of a run folder as plain values.

    Raises
    ------
    DamagedError
        It is not there, not what was written, or does not hold what every reader relies on.
    """
    try:
        body = store.read_json(run / store.MANIFEST)
        _Manifest.model_validate(body)
    except (OSError, ValueError, RecursionError, ValidationError):
        raise DamagedError(reason("run_unreadable", path=run.name)) from None
    return body


def known(run: Path) -> dict[str, Any]:
    """Read the manifest of a run folder; one that is damaged or not there names no table."""
    try:
        return read(run)
    except DamagedError:
        return {"tables": {}}
