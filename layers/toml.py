"""TOML files into frozen objects; whatever is wrong with them is told together, with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from geo.basis.errors import SpecError
from geo.basis.reason import Reason, reason

M = TypeVar("M", bound=BaseModel)
_CODES = {"extra_forbidden": "key_unknown", "missing": "key_missing", "literal_error": "choice_unknown"}


def read(path: Path) -> dict[str, Any]:
    """Read a TOML file (UTF-8, with or without byte order mark).

    Raises
    ------
    SpecError
        Not TOML; the reason names the place.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecError(reason("toml_unreadable", file=path.name, detail=str(error))) from None


def names(shipped: Path) -> tuple[str, ...]:
    """Return the names of the files a folder of ours comes with, sorted."""
    return tuple(sorted(path.stem for path in shipped.glob("*.toml")))


def found(name: str, shipped: Path, folder: Path, missing: str) -> Path:
    """Return a shipped file by its name, or a file of the study folder.

    Raises
    ------
    SpecError
        No such file: the reason `missing` names those that are shipped.
    """
    own = shipped / f"{name}.toml"
    path = own if own.is_file() else folder / name
    if not path.is_file():
        raise SpecError(reason(missing, name=name, known=list(names(shipped))))
    return path


def pack(model: type[M], name: str, shipped: Path, folder: Path) -> tuple[Path, M]:
    """Return file and frozen object of a pack, see `found` and `validated`; its id is settled."""
    path = found(name, shipped, folder, "rule_pack_missing")
    body = read(path)
    head = body.pop("pack", {})
    head.setdefault("id", path.stem)
    return path, validated(model, head | body, path.name)


def validated(model: type[M], body: dict[str, Any], file: str) -> M:
    """Return the frozen object of a model; unknown keys and wrong values are all reported together.

    Raises
    ------
    SpecError
        One reason per problem, with the place in the file.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise SpecError([_problem(e, file) for e in error.errors()]) from None


def _problem(error: Any, file: str) -> Reason:
    where = ".".join(str(p + 1) if isinstance(p, int) else str(p) for p in error["loc"]) or "-"
    given = str(error["input"])
    given = given if len(given) <= 60 else given[:57] + "…"
    if error["type"] == "value_error":
        return reason(str(error["ctx"]["error"]), file=file, where=where, given=given)
    expected = str(error.get("ctx", {}).get("expected", error["msg"]))
    return reason(_CODES.get(error["type"], "value_wrong"), file=file, where=where, given=given, expected=expected)
