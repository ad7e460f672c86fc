"""Land consolidation as a study lists it (土地整治、增减挂钩): what it yields to which account, and from which day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.place import sources
from geo.place.sources import Source
from layers.library import resources as counted
from layers.library import standards
from layers.library.roles import Role
from layers.study.registers.facilities import AccountRow, AccountSheet, Found, opened_sheet
from layers.study.registers.record_cells import worded
from layers.study.spec import Study

ROLE: Role = "quota_source"
KINDS, STAGES = "quota_kinds", "quota_stages"
CODE_LISTS = (KINDS, STAGES)
UNKNOWN = "unknown"
"""A stage nobody knows: such a source is not counted on."""
WHOLE_PCT = 100.0


def read(study: Study, folder: Path, budgets: pd.DataFrame, found: Found) -> pd.DataFrame:
    """Return the table `quota_sources`; what is to be said of the file is added to `found`.

    Parameters
    ----------
    study : Study
    folder : Path
    budgets : DataFrame
        The accounts of the county as given: ``budget_id date``.
    found : list
    """
    days = pd.to_datetime(budgets["date"])
    ledgers = {str(b): None if pd.isna(d) else d.date() for b, d in zip(budgets["budget_id"], days, strict=True)}
    sheets = [opened_sheet(spec, study, folder, found) for spec in study.with_role(ROLE)]
    rows = [row for sheet in sheets for row in _rows(sheet, ledgers, study.as_of, found)]
    if not rows:
        return empty("quota_sources")
    frame = pd.DataFrame(rows, columns=empty("quota_sources").columns)
    return frame.assign(ready_on=pd.to_datetime(frame["ready_on"]).astype("datetime64[s]"))


def _rows(
    sheet: AccountSheet, ledgers: Mapping[str, date | None], on: date, found: Found
) -> list[dict[str, Any]]:  # fmt: skip
    out: dict[str, dict[str, Any]] = {}
    cells: dict[str, Mapping[str, str]] = {}
    for line, cell, maybe in sheet.rows:
        name = cell.get("source_id") or cell.get("name", "") or line
        row = AccountRow(sheet.spec, line, cell, found)
        if name not in out:
            cells[name], out[name] = cell, _row(sheet, row, name, (maybe, ledgers, on))
            continue
        same = cells[name] == cell
        row.say("rejected", "counted_twice" if same else "counted_otherwise")
        if not same:  # which of the two holds nobody can tell
            out[name] |= {"amount": math.nan, "counts": sources.OPEN, "reason": reason("quota_source_amount").to_json()}
    return list(out.values())


def _row(
    sheet: AccountSheet, row: AccountRow, name: str, about: tuple[bool, Mapping[str, date | None], date]
) -> dict[str, Any]:
    maybe, ledgers, on = about
    cell = row.cell
    kind = worded(KINDS, cell.get("kind", ""))
    if cell.get("kind") and not kind:
        row.say("warn", "quota_kind_unknown", text=cell["kind"])
    account = _account(row, kind)
    stage = worded(STAGES, cell.get("stage", "")) or UNKNOWN if "stage" in cell else ""
    amount, ready = _amount(row, account), row.day("ready_on", last=True)
    counts, why = sources.judged(Source(account, amount, stage, ready, maybe), ledgers, on)
    return {
        "source_id": name, "name": cell.get("name", ""), "kind": kind, "account": account, "amount": amount,
        "unit": counted.unit(account, "").unit if account else "", "stage": stage, "ready_on": ready,
        "counts": counts, "reason": why.to_json(), "source": cell.get("source") or sheet.spec.owner or sheet.spec.title,
        "layer_id": sheet.spec.id, "row": row.name,
    }  # fmt: skip


def _account(row: AccountRow, kind: str) -> str:
    """Return the account a source adds to: as the list says, else that of its kind."""
    text = row.cell.get("account", "")
    if text:
        named = counted.recognised(text)
        if not named:
            row.say("warn", "account_unknown", text=text)
        return named or text
    group = standards.codes(KINDS).group_of(kind)
    return group.id if group else ""


def _amount(row: AccountRow, account: str) -> float:
    """Return what a source yields: as stated, else the area that is worked over times its share of new land."""
    worked = bool(row.cell.get("area") and row.cell.get("yield_pct"))
    if row.cell.get("amount") or not worked:
        return float(row.figures(account, ("amount",))["amount"]) if "amount" in row.cell else math.nan
    area, share = row.figures(account, ("area",))["area"], row.number("yield_pct")
    if share > WHOLE_PCT:
        row.unreadable("yield_pct")
        return math.nan
    return float(area * share / WHOLE_PCT)


def of_account(table: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return account → names of the sources that are in its limit on the day of the study."""
    mine = table[table["counts"] == sources.COUNTED]
    out: dict[str, tuple[str, ...]] = {}
    for account, name, source_id in mine[["account", "name", "source_id"]].itertuples(index=False):
        out[str(account)] = (*out.get(str(account), ()), str(name) or str(source_id))
    return out
