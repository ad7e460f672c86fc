"""The project list of a study (项目库) as a frozen register: messy workbooks in, table `projects` out.

Rows of a file = projects + rows listed among the findings. What people changed in the
app (`layers/study/edits.py`) is laid over it; the official value stays beside in `edited`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.tables import TABLES, empty
from geo.basis.units import hi
from geo.project.stages import DAY_OF, STAGES
from layers.library.roles import Role
from layers.sources.cells import quantity, recognise
from layers.sources.finding import Finding, finding
from layers.study import sheets
from layers.study.edits import Edit
from layers.study.registers import links
from layers.study.registers import project_cells as cells
from layers.study.registers.project_cells import Heading
from layers.study.spec import LayerSpec, Study

ROLES: tuple[Role, ...] = ("project", "link", "enterprise")
CODE_LISTS = ("project_columns", "project_facts", "project_stages", "industries")
"""Code lists the register depends on; a change of one makes the stage stale."""
TABLE = TABLES["projects"]
NUMBERS = tuple(c.name for c in TABLE.columns if c.kind == "float")
DATES = tuple(c.name for c in TABLE.columns if c.kind == "date")
TEXTS = tuple(c.name for c in TABLE.columns if c.kind not in ("float", "date"))
OWN = (
    "layer_id",
    "row",
    "edited",
    "may_belong",
    "industry_text",
    "industries",
    "wish_park_id",
    "project_id",
    "catalogue_new_build_class_code",
)
"""Columns nobody edits."""
ZERO_SAID = ("asked_m2", "investment_wan", "investment_total_wan")
"""Figures of which 0 may be meant and may stand for an empty cell: it is read as 0, and said."""


@dataclass(frozen=True)
class Register:
    """Projects, chain links and everything found while reading them, by layer; of links the amounts of parks."""

    projects: pd.DataFrame
    links: pd.DataFrame
    findings: tuple[tuple[str, Finding], ...] = ()
    amounts: pd.DataFrame = field(default_factory=lambda: empty("link_amounts"))


@dataclass
class _Reading:
    """Records of all layers so far, and what was found."""

    study: Study
    folder: Path
    records: list[dict[str, Any]] = field(default_factory=list)
    found: list[tuple[str, Finding]] = field(default_factory=list)

    def say(self, spec: LayerSpec, *findings: Finding) -> None:
        self.found += [(spec.id, f) for f in findings]


def read(
    study: Study, folder: Path, parks: Mapping[str, str] | None = None, edits: Mapping[str, Edit] | None = None
) -> Register:
    """Read every layer of role ``project`` and ``link``.

    Parameters
    ----------
    study : Study
    folder : Path
        The study folder.
    parks : mapping of park id to its name, or None
        A wish that names one of them is resolved.
    edits : mapping of project id to Edit, or None
        Columns changed in the app, with person and reason.

    Returns
    -------
    Register
        An empty cell is NaN or "": unknown. A range keeps its upper end in a column of
        its own (`geo.basis.tables.hi`). Files that are missing or cannot be read are findings.
    """
    at = _Reading(study, folder)
    for spec in study.with_role("project"):
        _layer(spec, at)
    records = _identified(at)
    _edit(records, edits or {}, at)
    for record in records:
        _derive(record, parks or {})
        at.found += [(record["layer_id"], f) for f in _doubts(record, parks or {})]
    joined, amounts, told = links.read(study, folder, parks)
    return Register(_table(records), joined, (*at.found, *told), amounts)


# --- one file ---------------------------------------------------------------------


def _layer(spec: LayerSpec, at: _Reading) -> None:
    rows = sheets.read(spec, at.study, at.folder)
    at.say(spec, *rows.findings)
    if rows.state not in ("ok", "stale"):
        return
    plain = [quantity.plain_unit(u) for u in rows.units]
    columns, notes = cells.recognised([str(c) for c in rows.frame], spec.fields, plain)
    at.say(spec, *notes)
    if stop := cells.nameless([str(c) for c in rows.frame], columns):
        at.say(spec, *stop)
        return
    lines = zip(rows.rows, _rows(rows.frame), rows.doubt, strict=True)
    read_ = [(_record(row, int(line), columns, spec, at), doubt) for line, row, doubt in lines]
    taken = [r if r is None or not doubt else r | {"may_belong": doubt} for r, doubt in read_]
    at.records += [r for r in taken if r is not None]
    _total_only(spec, columns, [r for r in taken if r], at)
    _units_missing(spec, columns, at)


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _record(
    row: Mapping[str, str], line: int, columns: Mapping[str, Heading], spec: LayerSpec, at: _Reading
) -> dict[str, Any] | None:
    """Read one row; a row that names no project is listed and left out."""
    record: dict[str, Any] = {"layer_id": spec.id, "row": str(line), "units_missing": []}
    called = [row.get(columns[c].heading, "").strip() for c in ("project_id", "name") if c in columns]
    if not any(text.casefold() not in cells.BLANK for text in called):
        at.say(spec, finding("rejected", "project_unnamed", row=line))
        return None
    for name, heading in columns.items():
        found = cells.read(row.get(heading.heading, ""), heading)
        record |= _private(found.values, name, line, heading, spec, at)
        if found.problem == "unit_missing":
            record["units_missing"].append(name)
        elif found.problem:
            text = row[heading.heading].strip()[:40]
            values = {"column": heading.heading, "text": text, "project": called[-1] or called[0]}
            at.say(spec, finding("warn", f"project_cell_{found.problem}", row=line, **values))
        elif found.either:
            text = row[heading.heading].strip()[:40]
            at.say(spec, finding("warn", "project_cell_either", row=line, column=heading.heading, text=text))
        elif found.about:
            at.say(spec, finding("warn", "project_cell_about", row=line, column=heading.heading))
    return record


def _private(
    values: Mapping[str, Any], name: str, line: int, heading: Heading, spec: LayerSpec, at: _Reading
) -> Mapping[str, Any]:
    """Leave telephone numbers out of names, and say so."""
    if name not in cells.PEOPLE or name not in values:
        return values
    bare = cells.without_phones(str(values[name]))
    if bare == values[name]:
        return values
    at.say(spec, finding("fixed", "project_phone_left_out", row=line, column=heading.heading))
    return dict(values) | {name: bare}


def _units_missing(spec: LayerSpec, columns: Mapping[str, Heading], at: _Reading) -> None:
    """Say once per column that its numbers have no unit; they stay unknown."""
    for name in columns:
        rows = [r["row"] for r in at.records if r["layer_id"] == spec.id and name in r["units_missing"]]
        if rows:
            values: dict[str, Any] = {
                "column": columns[name].heading,
                "ours": name,
                "count": len(rows),
                "rows": rows[:5],
            }
            at.say(spec, finding("warn", "project_unit_missing", **values))


def _total_only(
    spec: LayerSpec, columns: Mapping[str, Heading], records: Sequence[dict[str, Any]], at: _Reading
) -> None:
    """Say that the list has no column of fixed assets: its total is the most they can be, never what they are."""
    if "investment_wan" in columns or "investment_ex_land_wan" in columns or "investment_total_wan" not in columns:
        return
    given = [r for r in records if "investment_total_wan" in r]
    at.say(spec, finding("warn", "project_total_only", column=columns["investment_total_wan"].heading,
                         count=len(given)))  # fmt: skip


# --- identity ---------------------------------------------------------------------


def _identified(at: _Reading) -> list[dict[str, Any]]:
    """Give every record a unique id; rows that say the same twice are listed and left out."""
    out: list[dict[str, Any]] = []
    by_id: dict[str, list[dict[str, Any]]] = {}
    # a row that certainly belongs comes before its like that may
    for record in sorted(at.records, key=lambda r: bool(r.get("may_belong"))):
        project_id = record.get("project_id", "") or _made_id(record, at)
        same = by_id.setdefault(project_id, [])
        values = {"row": record["row"], "project": project_id, "first": same[0]["row"] if same else ""}
        if any(_said(r) == _said(record) for r in same):
            at.found.append((record["layer_id"], finding("rejected", "project_repeated", **values)))
            continue
        if same:
            at.found.append((record["layer_id"], finding("warn", "project_id_repeats", **values)))
        same.append(record)
        out.append(record | {"project_id": project_id if len(same) == 1 else f"{project_id}#{len(same)}"})
    _twice_named(out, at)
    return out


def _made_id(record: Mapping[str, Any], at: _Reading) -> str:
    """Make an id out of the name: the same in every run, wherever the row stands."""
    made = "P" + hashlib.sha256(str(record["name"]).encode()).hexdigest()[:6]
    at.found.append((record["layer_id"], finding("fixed", "project_id_made", row=record["row"], project=made)))
    return made


def _said(record: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in _APART}


_APART = ("row", "layer_id", "project_id", "units_missing", "may_belong")
"""What two rows about one project may differ in and still say the same."""


def _twice_named(records: Sequence[Mapping[str, Any]], at: _Reading) -> None:
    names: dict[str, list[str]] = {}
    for record in records:
        names.setdefault(str(record.get("name", "")), []).append(str(record["project_id"]))
    for name, ids in names.items():
        if name and len(ids) > 1:
            layer = next(str(r["layer_id"]) for r in records if r["project_id"] == ids[0])
            at.found.append((layer, finding("warn", "project_name_repeats", name=name, projects=ids)))


# --- what people changed ----------------------------------------------------------


def _edit(records: list[dict[str, Any]], edits: Mapping[str, Edit], at: _Reading) -> None:
    known = {r["project_id"]: r for r in records}
    for project_id, edit in edits.items():
        if project_id not in known:
            layer = at.study.with_role("project")
            if layer:
                at.say(layer[0], finding("warn", "project_edit_lost", project=project_id, person=edit.person))
            continue
        _laid_over(known[project_id], edit)


def _laid_over(record: dict[str, Any], edit: Edit) -> None:
    """Put the changed values over the official ones, which stay in `edited` with who and why."""
    kept: dict[str, Any] = {}
    for column, value in edit.value.items():
        kept[column] = {"official": _plain(record.get(column)), "value": value}
        record[column] = _typed(column, value)
        if column == "industry":
            record["industry_text"] = str(value)
    note = {"columns": kept, "person": edit.person, "reason": edit.reason, "at": edit.at, "version": edit.version}
    record["edited"] = json.dumps(note, ensure_ascii=False, sort_keys=True)


def _typed(column: str, value: Any) -> Any:
    if column in NUMBERS:
        low, high = value if isinstance(value, list) else (value, value)
        return tuple(np.nan if v is None else float(v) for v in (low, high))
    if column in DATES:
        found = recognise.day(value) if value else None
        return found.value if found else None
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        low, high = (None if not np.isfinite(v) else v for v in value)
        return low if low == high else [low, high]
    return value.isoformat() if isinstance(value, date) else value


# --- what follows from the record -------------------------------------------------


def _derive(record: dict[str, Any], parks: Mapping[str, str]) -> None:
    record["catalogue_new_build_class_code"] = new_build(record)
    record["wish_park_id"] = park_named(str(record.get("wish", "")), parks)


def new_build(record: Mapping[str, Any]) -> tuple[float, float]:
    """Return the catalogue class as it counts for new building; an upgrade counts as permitted.

    Unknown whether new or upgrade: both ends. Only the class "restricted" (2) depends on it.
    """
    low, high = record.get("catalogue_class_code", (np.nan, np.nan))
    restricted = 2.0
    if low != restricted or record.get("build_kind") in ("new", "expand"):
        return low, high
    return (1.0, 1.0) if record.get("build_kind") == "upgrade" else (1.0, high)


def park_named(wish: str, parks: Mapping[str, str]) -> str:
    """Return the park a wish names: its id, its name, or a text that holds just one of the names; "" for none."""
    if not wish:
        return ""
    exact = [p for p, name in parks.items() if wish in (p, name)]
    held = exact or [p for p, name in parks.items() if name and (name in wish or (len(wish) > 2 and wish in name))]
    return held[0] if len(held) == 1 else ""


def _doubts(record: Mapping[str, Any], parks: Mapping[str, str]) -> list[Finding]:
    """Return what a careful reader would ask about a record as a whole."""
    out = []
    row, name = record["row"], record.get("name") or record["project_id"]
    if record.get("wish") and parks and not record["wish_park_id"]:
        out.append(finding("warn", "project_wish_unknown", row=row, project=name, wish=record["wish"]))
    for column in ZERO_SAID:
        if record.get(column) == (0.0, 0.0):
            out.append(finding("warn", "project_zero", row=row, project=name, column=column))
    days = [(k, record.get(DAY_OF[k])) for k in STAGES]
    dated = [(k, d) for k, d in days if isinstance(d, date)]
    for (early, first), (late, then) in pairwise(dated):
        if then < first:
            values: dict[str, Any] = {"first": early, "first_on": first, "then": late, "then_on": then}
            out.append(finding("warn", "project_days_reversed", row=row, project=name, **values))
    names = ("paid_wan", "investment_wan", "investment_ex_land_wan", "investment_total_wan")
    paid, whole, bare, total = (record.get(k, (np.nan, np.nan)) for k in names)
    if above := [low for low, _ in (whole, bare) if low > total[1]]:
        out.append(finding("warn", "project_fixed_above_total", row=row, project=name, fixed=above[0], total=total[1]))
    whole = total if np.isnan(whole[1]) else whole
    if paid[0] > whole[1]:
        out.append(finding("warn", "project_paid_above", row=row, project=name, paid=paid[0], investment=whole[1]))
    return out


# --- tables -----------------------------------------------------------------------


def _table(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    if not records:
        return empty("projects")
    told = [n for n in TEXTS if n not in ("may_belong", "industries") or any(r.get(n) for r in records)]
    columns: dict[str, Any] = {name: [str(r.get(name, "") or "") for r in records] for name in told}
    for name in DATES:
        columns[name] = pd.to_datetime(pd.Series([r.get(name) for r in records]), errors="coerce")
    for name in NUMBERS:
        pairs = np.array([r.get(name, (np.nan, np.nan)) for r in records], dtype=np.float64)
        pairs[~np.isfinite(pairs)] = np.nan
        columns[name] = pairs[:, 0]
        if (~np.isclose(pairs[:, 0], pairs[:, 1], rtol=0, atol=0, equal_nan=True)).any():
            columns[hi(name)] = pairs[:, 1]
    return pd.DataFrame(columns)
