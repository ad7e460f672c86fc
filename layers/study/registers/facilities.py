"""Facilities (变电站、水厂、污水厂…) and county accounts (指标台账) of a study, read for the core.

A figure that is not given, or cannot be read, stays unknown; each one is listed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.inputs import Inputs
from geo.place import accounts as book
from geo.place.accounts import SEPARATOR, SET_ASIDE, TAKEN
from layers.library import resources as counted
from layers.sources.cells import recognise
from layers.sources.finding import Finding, finding
from layers.study import load, sheets
from layers.study.layer_part import SIGN
from layers.study.placed import Loaded
from layers.study.spec import LayerSpec, Study

FIGURES = ("limit", *TAKEN)
ACCOUNT_FIGURES = ("limit", *SET_ASIDE)
GIVEN = ("facility_id", "name", "kind", "resource", "unit", "stated_unit", *FIGURES, "serves", "in_service", "date",
         "source", "layer_id")  # fmt: skip
ACCOUNT = ("budget_id", "name", "unit", "stated_unit", *ACCOUNT_FIGURES, "source", "date", "layer_id")
QUOTA = "new_construction"
EARMARK = ("budget_id", "row", "name", "amount", "unit")
MOST = 1e12
"""A larger figure is a slip of the keyboard, or no number at all (``inf``); it is taken as not known."""
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_SPLIT = re.compile(r"[;；,，、|\s]+")

Found = list[tuple[str, Finding]]


@dataclass(frozen=True)
class OpenedFacilities:
    """Facilities, accounts and earmarks as given, and what was found while reading."""

    facilities: pd.DataFrame
    budgets: pd.DataFrame
    earmarks: pd.DataFrame
    findings: tuple[tuple[str, Finding], ...]

    @property
    def given(self) -> pd.DataFrame:
        """Facilities and accounts as rows of the account book."""
        return book.given(self.facilities, self.budgets)


def read(study: Study, folder: Path, inputs: Inputs, parks: Sequence[str]) -> OpenedFacilities:
    """Read the layers of role facility, budget and earmark.

    Parameters
    ----------
    study : Study
    folder : Path
        The study folder.
    inputs : Inputs
        Facilities are among its layers; one that is stale knows no figure.
    parks : sequence of str
        Parks of the study: a facility that serves another one is told.
    """
    found: Found = []
    given = [(spec, _facilities(spec, inputs, parks, found)) for spec in study.with_role("facility")]
    listed = [(spec, _accounts(opened_sheet(spec, study, folder, found), found)) for spec in study.with_role("budget")]
    known = {str(row["resource"]) for _, own in given for row in own}
    known |= {str(row["budget_id"]) for _, own in listed for row in own}
    rows = [r for spec, own in given for r in own or _silent(spec, parks, known, found)]
    accounts = [r for spec, own in listed for r in own or _silent_accounts(spec, known, found)]
    listed_marks = [opened_sheet(spec, study, folder, found) for spec in study.with_role("earmark")]
    several = len(listed_marks) > 1  # rows are numbered alike in each
    marks = [
        row | {"row": f"{one.spec.id}{SIGN}{row['row']}"} if several else row
        for one in listed_marks
        for row in _earmarks(one, found)
    ]
    earmarks = pd.DataFrame(marks, columns=list(EARMARK))
    budgets = pd.DataFrame(_once(accounts, "budget_id", found), columns=list(ACCOUNT))
    _compare(budgets, earmarks, found)
    return OpenedFacilities(
        _frame(_once(rows, "facility_id", found), GIVEN), _frame(budgets, ACCOUNT), earmarks, tuple(found)
    )


def _frame(rows: Any, columns: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns))
    numbers = [c for c in columns if c in (*FIGURES, *ACCOUNT_FIGURES)]
    frame[numbers] = frame[numbers].astype("float64")
    for day in ("in_service", "date"):
        if day in frame:
            frame[day] = pd.to_datetime(frame[day]).astype("datetime64[s]")
    return frame


def _once(rows: list[dict[str, Any]], key: str, found: Found) -> list[dict[str, Any]]:
    """Keep one row per id; a second one is told and left out, so nothing counts twice.

    Two rows that say different things leave the figures unknown: which one stands first proves nothing.
    """
    kept: dict[str, dict[str, Any]] = {}
    for row in rows:
        first = kept.setdefault(row[key], row)
        if first is row:
            continue
        same = str(first) == str(row)
        found.append((row["layer_id"], finding("rejected", "counted_twice" if same else "counted_otherwise",
                                               id=row[key])))  # fmt: skip
        if not same:
            kept[row[key]] = first | {c: math.nan for c in (*FIGURES, *ACCOUNT_FIGURES) if c in first}
    return list(kept.values())


# --- registers that say nothing ---------------------------------------------------


def _silent(spec: LayerSpec, parks: Sequence[str], known: set[str], found: Found) -> list[dict[str, Any]]:
    """Return facilities of unknown figures for a register without a row: what it would say is not known."""
    mine = [e for e in counted.entries() if e.column and not e.county and e.id not in known]
    found.append((spec.id, finding("warn", "register_silent", resources=[e.id for e in mine])))
    return [_unknown(spec, e) | {
        "facility_id": f"{spec.id}:{e.id}", "kind": spec.id, "resource": e.id, "serves": SEPARATOR.join(parks),
        "in_service": None, "date": None, **dict.fromkeys(FIGURES, math.nan),
    } for e in mine]  # fmt: skip


def _silent_accounts(spec: LayerSpec, known: set[str], found: Found) -> list[dict[str, Any]]:
    mine = [e for e in counted.entries() if e.county and e.id not in known]
    found.append((spec.id, finding("warn", "register_silent", resources=[e.id for e in mine])))
    return [
        _unknown(spec, e) | {"budget_id": e.id, "date": spec.vintage, **dict.fromkeys(ACCOUNT_FIGURES, math.nan)}
        for e in mine
    ]


def _unknown(spec: LayerSpec, entry: counted.ResourceEntry) -> dict[str, Any]:
    about = {"name": spec.title or spec.id, "unit": entry.unit, "stated_unit": ""}
    return about | {"source": spec.owner or spec.title, "layer_id": spec.id}


# --- facilities -------------------------------------------------------------------


@dataclass(frozen=True)
class FacilityRow:
    """One row of a register of facilities: its id, its cells by our names, and why it may not count ("" if it does)."""

    id: str
    cell: Mapping[str, str]
    doubt: str = ""


def _facilities(spec: LayerSpec, inputs: Inputs, parks: Sequence[str], found: Found) -> list[dict[str, Any]]:
    layer = inputs.layers[spec.id]
    old = "facility_not_current" if layer.state != "ok" else ""
    columns = layer.attributes.items()
    rows = [
        FacilityRow(str(i), {n: str(v[k]).strip() for n, v in columns}, old or ("facility_may_belong" if maybe else ""))
        for k, (i, maybe) in enumerate(zip(layer.ids, layer.maybe, strict=True))
    ]
    return facilities(spec, rows, parks, found)


def rows_of(item: Loaded) -> list[FacilityRow]:
    """Return the rows of a placed file of facilities as a run would read them."""
    columns = load.attributes(item).items()
    return [
        FacilityRow(str(i), {n: str(v[k]).strip() for n, v in columns}, "facility_may_belong" if maybe else "")
        for k, (i, maybe) in enumerate(zip(item.names, item.maybe, strict=True))
    ]


def facilities(
    spec: LayerSpec, rows: Sequence[FacilityRow], parks: Sequence[str], found: Found
) -> list[dict[str, Any]]:
    """Return rows of a register as given facilities, figures in the unit their resource is counted in."""
    out = []
    for stated in rows:
        cell, row = stated.cell, AccountRow(spec, stated.id, stated.cell, found)
        resource = counted.recognised(cell.get("resource", "")) or cell.get("resource", "")
        if not resource:
            row.say("rejected", "facility_without_resource")
            continue
        if counted.entry(resource) is None:
            row.say("warn", "resource_unknown", text=resource)
        figures = row.figures(resource, FIGURES)
        since = row.day("in_service", last=True)
        if "in_service" in cell and since is None:
            row.say("warn", "facility_day_not_known")
            figures |= dict.fromkeys(FIGURES, math.nan)
        if stated.doubt:
            row.say("warn", stated.doubt)
            figures |= dict.fromkeys(FIGURES, math.nan)
        row.ask(resource, figures)
        row.weigh(figures, TAKEN)
        out.append({
            "facility_id": stated.id, "name": cell.get("name", ""), "kind": spec.id, "resource": resource,
            "serves": SEPARATOR.join(row.parks(parks)), "in_service": since,
            "date": row.day("date"), "source": cell.get("source") or spec.owner or spec.title, "layer_id": spec.id,
        } | figures)  # fmt: skip
    return out


def frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return given facilities as a table."""
    return _frame(rows, GIVEN)


class AccountRow:
    """One row of a register: reads cells and notes what cannot be read."""

    def __init__(self, spec: LayerSpec, name: str, cell: Mapping[str, str], found: Found):
        self.spec, self.name, self.cell, self.found = spec, name, cell, found

    def say(self, severity: str, code: str, **values: Any) -> None:
        """Note what is to be said of the row."""
        self.found.append((self.spec.id, finding(severity, code, row=self.name, id=self.called, **values)))  # type: ignore[arg-type]

    @property
    def called(self) -> str:
        """Name of the row for people: the id of a facility; of a sheet what the row is about, and its line."""
        if self.spec.role == "facility":
            return self.name
        named = next((self.cell[k] for k in ("name", "budget_id", "source_id") if self.cell.get(k)), "")
        return f"{named} #{self.name}".strip()

    def number(self, column: str, factor: float = 1.0) -> float:
        """Return a figure; NaN where the cell is empty or unreadable, 0 where the register has no such column."""
        if column not in self.cell:
            return 0.0 if column != "limit" else math.nan
        text = self.cell[column]
        if not text:
            self.say("warn", "figure_blank", column=self.spec.fields.get(column, column))
            return math.nan
        found = recognise.number(text)
        if found is None or found.about or not 0 <= found.value <= MOST:
            self.unreadable(column)
            return math.nan
        return found.value * factor

    def unreadable(self, column: str) -> None:
        """Say that a cell cannot be read, by the heading of its column."""
        heading = self.spec.fields.get(column, column)
        self.say("warn", "figure_unreadable", column=heading, text=self.cell[column])

    def figures(self, resource: str, columns: Sequence[str]) -> dict[str, Any]:
        """Return figures in the unit the resource is counted in, that unit, and one nobody declared as it is stated.

        One figure in a unit that says nothing leaves all of them unknown: the account does not add up without it.
        """
        said = {column: self._unit(resource, column) for column in columns if column in self.cell}
        kept = next((unit.unit for _, unit in said.values()), counted.unit(resource, "").unit)
        for problem in dict.fromkeys(u.problem for _, u in said.values()):
            stated = "、".join(dict.fromkeys(s for s, u in said.values() if u.problem == problem))
            if problem:
                self.say("warn", problem, unit=stated, counted=kept, known=counted.units(resource))
        strange = [stated for stated, unit in said.values() if not unit.known]
        values = {name: self.number(name, said[name][1].factor if name in said else 1.0) for name in columns}
        values |= dict.fromkeys(columns, math.nan) if strange else {}
        return values | {"unit": kept, "stated_unit": next(iter(strange), "")}

    def _unit(self, resource: str, column: str) -> tuple[str, counted.Unit]:
        """Return the unit of a figure: beside it in its cell, else of the row, else in brackets in its heading."""
        inside = recognise.number(self.cell.get(column, ""))
        stated = (inside.unit if inside else "") or self.cell.get("unit", "")
        heading = _BRACKETS.findall(unicodedata.normalize("NFKC", self.spec.fields.get(column, "")))
        named = [w for w in heading if not stated and counted.unit(resource, w).known]
        stated = next(iter(named), stated)
        return stated, counted.unit(resource, stated)

    def ask(self, resource: str, figures: Mapping[str, Any]) -> None:
        """Ask about the unit of a limit that no facility of the kind has."""
        known = counted.entry(resource)
        limit, unit = figures["limit"], figures["unit"]
        if known and known.plausible and limit > 0 and not known.plausible[0] <= limit <= known.plausible[1]:
            low, high = known.plausible
            stated = f"{self.cell.get('limit', '')} {self.cell.get('unit', '')}".strip()
            self.say("warn", "account_unit_doubtful", stated=stated,
                     limit=f"{limit:.10g} {unit}", low=f"{low:.10g}", high=f"{high:.10g} {unit}")  # fmt: skip

    def weigh(self, figures: Mapping[str, Any], given: Sequence[str]) -> None:
        """Say where more was given away than there is."""
        over = sum(figures[name] for name in given) - figures["limit"]
        if over > 1e-9:
            self.say("warn", "account_overdrawn", amount=f"{over:.10g} {figures['unit']}")

    def day(self, column: str, *, last: bool = False) -> Any:
        """Return a day; None where the cell is empty, or cannot be read, which is said.

        `last` takes the last day of a month or year: what is to come by then is surely there.
        """
        text = self.cell.get(column, "")
        read_ = recognise.day(text) if text else None
        if text and (read_ is None or read_.value is None):
            self.unreadable(column)
        return None if read_ is None else read_.last if last else read_.value

    def parks(self, known: Sequence[str]) -> list[str]:
        """Return the parks a facility serves, those nobody knows named."""
        named = sorted({w for w in _SPLIT.split(self.cell.get("serves", "")) if w})
        if not named:
            self.say("warn", "facility_serves_nobody")
        strange = [p for p in named if known and p not in known]
        if strange:
            self.say("warn", "facility_serves_unknown", parks=strange)
        return named


# --- county accounts --------------------------------------------------------------


@dataclass(frozen=True)
class AccountSheet:
    """Line, mapped cells and whether it only may belong, of every row of a sheet; one that is too old has no row."""

    spec: LayerSpec
    rows: list[tuple[str, dict[str, str], bool]]


def opened_sheet(spec: LayerSpec, study: Study, folder: Path, found: Found) -> AccountSheet:
    """Open a sheet of accounts, earmarks or sources; what is found is added to `found`."""
    opened = sheets.read(spec, study, folder)
    found += [(spec.id, f) for f in opened.findings]
    if opened.state != "ok":
        return AccountSheet(spec, [])
    columns = {ours: opened.column(ours) for ours in spec.fields}
    cells = [{ours: values[k] for ours, values in columns.items()} for k in range(len(opened.rows))]
    maybe = opened.maybe if len(opened.doubt) else [False] * len(cells)
    return AccountSheet(spec, [(str(n), cell, bool(m)) for n, cell, m in zip(opened.rows, cells, maybe, strict=True)])


def _accounts(sheet: AccountSheet, found: Found) -> list[dict[str, Any]]:
    spec, out = sheet.spec, []
    for line, cell, maybe in sheet.rows:
        row = AccountRow(spec, line, cell, found)
        name = cell.get("budget_id") or cell.get("name", "")
        if not name and not {"budget_id", "name"} & set(spec.fields):
            continue  # said once: no column names the accounts
        known = counted.recognised(name) or counted.recognised(cell.get("name", ""))
        if not known:
            row.say("warn" if name else "rejected", "account_unknown", text=name)
        if not name:
            continue
        figures = row.figures(known or name, ACCOUNT_FIGURES)
        if maybe:  # said with the rows of the filter
            figures |= dict.fromkeys(ACCOUNT_FIGURES, math.nan)
        row.weigh(figures, SET_ASIDE)
        out.append({
            "budget_id": known or name, "name": cell.get("name", ""), "layer_id": spec.id,
            "source": cell.get("source") or spec.owner or spec.title, "date": row.day("date") or spec.vintage,
        } | figures)  # fmt: skip
    return out


def _earmarks(sheet: AccountSheet, found: Found) -> list[dict[str, Any]]:
    """Return what county accounts are reserved for; a file without a column naming the account speaks of the quota.

    A row of an account nobody counts is listed under the name it states, and told.
    """
    out: list[dict[str, Any]] = []
    strange: dict[str, list[str]] = {}
    for line, cell, maybe in sheet.rows:
        row = AccountRow(sheet.spec, line, cell, found)
        text = cell.get("budget_id", "")
        account = counted.recognised(text) or text if "budget_id" in sheet.spec.fields else QUOTA
        if counted.entry(account) is None:
            strange.setdefault(text, []).append(line)
        figures = row.figures(account, ("amount",))
        amount = math.nan if maybe else figures["amount"]
        out.append({"budget_id": account, "row": line, "name": cell.get("name", ""), "amount": amount,
                    "unit": figures["unit"]})  # fmt: skip
    for text, lines in strange.items():
        code = "earmark_account_unknown" if text else "earmark_without_account"
        found.append((sheet.spec.id, finding("warn", code, row=lines[0], rows=lines, text=text)))
    return out


def _compare(budgets: pd.DataFrame, earmarks: pd.DataFrame, found: Found) -> None:
    """Say where the earmarks do not add up to what the account sets aside; with an open amount they are at least."""
    for account, rows in earmarks.groupby("budget_id"):
        stated = budgets.loc[budgets["budget_id"] == account, "earmarked"]
        if stated.empty or rows["amount"].isna().all():
            continue
        over = float(rows["amount"].sum()) - float(stated.iloc[0])
        if over > 0.005 or (over < -0.005 and rows["amount"].notna().all()):
            layer = str(budgets.loc[budgets["budget_id"] == account, "layer_id"].iloc[0])
            values: dict[str, Any] = {
                "account": account,
                "stated": float(stated.iloc[0]),
                "total": float(rows["amount"].sum()),
            }
            found.append((layer, finding("warn", "earmarks_do_not_add_up", **values)))
