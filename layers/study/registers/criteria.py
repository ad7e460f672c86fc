"""Criteria sets of ``data/criteria`` and of a study, read and checked like rule packs.

A bound may be a figure of a standard: ``figure = "mu-evaluation:benchmark-2022-tax"`` and
``full_at = "low"`` take value, unit, source and mark from there, so no number of a
document is written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geo.basis.errors import SpecError
from geo.basis.reason import reason
from geo.rank import weights
from geo.rank.robust import Draws
from geo.rank.spec import CriteriaSet, Criterion, Weighting, merged
from layers import toml
from layers.library import standards
from layers.library.office import INPUTS
from layers.study.spec import Study

FOLDER = standards.DATA / "criteria"
ENDS = ("low", "high")


def names() -> tuple[str, ...]:
    """Return the names of the shipped sets."""
    return toml.names(FOLDER)


def own(folder: Path) -> tuple[str, ...]:
    """Return the sets a study folder has of its own, as they are asked for: ``inputs/ours.toml``, sorted."""
    files = sorted((folder / INPUTS).glob("*.toml"))
    return tuple(f"{INPUTS}/{path.name}" for path in files if _is_set(path))


def _is_set(path: Path) -> bool:
    """Tell whether a file is a set of criteria; what is no TOML is none, and says so where it is asked for."""
    try:
        return {"set", "criteria"} <= set(toml.read(path))
    except SpecError:
        return False


def named(name: str, folder: Path) -> CriteriaSet:
    """Read one set: a shipped one by its name, or a file of the study folder.

    Raises
    ------
    SpecError
        No such set, or one that does not hold together; all problems of the file together.
    """
    path = toml.found(name, FOLDER, folder, "criteria_set_missing")
    body = toml.read(path)
    head = body.pop("set", None)
    if not isinstance(head, dict):
        raise SpecError(reason("data_section_missing", file=path.name, section="set"))
    given = [_with_figure(c, path.name) for c in body.pop("criteria", [])]
    if head.pop("weights", "") == "equal":
        given = _equal(given)
    made: CriteriaSet = toml.validated(CriteriaSet, {"id": path.stem} | head | body | {"criteria": given}, path.name)
    return made


def _equal(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every criterion the same weight, and the parts of one the same share of it."""
    heads = [str(c.get("group") or f"-{k}") for k, c in enumerate(given)]
    return [{"weight": 1.0 / len(set(heads)) / heads.count(head)} | c for c, head in zip(given, heads, strict=True)]


def effective(
    base: CriteriaSet,
    own: Sequence[Criterion] = (),
    changes: dict[str, float] | None = None,
    weighting: Weighting | None = None,
    judgements: Sequence[tuple[str, str, float]] = (),
) -> CriteriaSet:
    """Return a set as a study uses it.

    Parameters
    ----------
    base : CriteriaSet
    own : sequence of Criterion
        Replace those of the same id; others follow.
    changes : mapping of criterion to weight, or None
        With `own` criteria or changes, all weights become shares of their sum.
    weighting, judgements
        Instead of those of the set.

    Raises
    ------
    CallError
        A weight of a criterion that does not exist, or no weight above 0.
    """
    criteria = merged(base.criteria, own)
    if own or changes:
        shares = weights.changed({c.id: c.weight for c in criteria}, changes or {})
        criteria = tuple(c.model_copy(update={"weight": shares[c.id]}) for c in criteria)
    update: dict[str, Any] = {"criteria": criteria}
    if weighting:
        update |= {"weighting": weighting, "judgements": tuple(judgements) or base.judgements}
    return base.model_copy(update=update)


def of_study(study: Study, folder: Path) -> CriteriaSet:
    """Return the criteria a study ranks its sites by.

    Raises
    ------
    SpecError, CallError
        As `named` and `effective`; or the set is for projects.
    """
    asked = study.ranking
    base = named(asked.criteria, folder)
    if base.unit != "site":
        raise SpecError(reason("criteria_set_wrong_unit", name=asked.criteria))
    return effective(base, study.criteria, asked.weights, asked.weighting, asked.judgements)


def standards_of(study: Study, folder: Path) -> tuple[str, ...]:
    """Return the standards whose figures the criteria of a study take, sorted."""
    path = toml.found(study.ranking.criteria, FOLDER, folder, "criteria_set_missing")
    figures = (str(c.get("figure", "")) for c in toml.read(path).get("criteria", []))
    return tuple(sorted({f.partition(":")[0] for f in figures if f}))


def draws_of(study: Study) -> Draws:
    """Return the weightings a study tries."""
    return Draws(count=study.ranking.draws, kind=study.ranking.around, top=study.ranking.top)


def _with_figure(given: dict[str, Any], file: str) -> dict[str, Any]:
    """Put the figure of a standard where a criterion asks for its low or high end."""
    name, _, entry = str(given.get("figure", "")).partition(":")
    if not name:
        return given
    figure = standards.load(name).figure(entry)
    ends = {"low": figure.low, "high": figure.high}

    def put(key: str, value: Any) -> Any:
        if value not in ENDS:
            return value
        if ends[value] is None:
            raise SpecError(reason("criteria_figure_open", file=file, figure=given["figure"], key=key, end=value))
        return ends[value]

    value = {k: put(k, v) for k, v in given.get("value", {}).items()}
    hard = {k: put(k, given[k]) for k in ("hard_min", "hard_max") if k in given}
    marks = {"source": figure.source, "confidence": figure.confidence, "verified_by": figure.verified_by}
    return marks | given | hard | {"value": value}
