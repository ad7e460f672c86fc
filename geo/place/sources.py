"""Land consolidation as a source of quota (土地整治、增减挂钩): what it yields, and from which day it counts.

A project of consolidation adds its yield to an account of the county from the day it is accepted into the ledger
(入库). What the ledger of the account, as it stands on its own day, holds already is not counted again; what is only
planned, or has neither amount nor day, is never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geo.basis.reason import Reason, reason

COUNTED, LATER, HELD, OPEN = "counted", "later", "in_ledger", "open"
STATES = (COUNTED, LATER, HELD, OPEN)
FIRM = ("approved", "works", "accepted")
"""Stages whose yield may be counted on."""
Growth = Mapping[str, tuple[tuple[date, float], ...]]
"""Account → days on which something comes in, and how much, in the unit of the account."""


@dataclass(frozen=True)
class Source:
    """One project of consolidation.

    Parameters
    ----------
    account : str
        Account of the county it adds to.
    amount : float
        What it yields, in the unit of the account; NaN: not known.
    stage : str
        "" where nobody states stages at all.
    ready_on : date or None
        The day it is accepted into the ledger.
    doubt : bool
        It only may be one of the list.
    """

    account: str
    amount: float
    stage: str
    ready_on: date | None
    doubt: bool = False


def judged(source: Source, ledgers: Mapping[str, date | None], on: date) -> tuple[str, Reason]:
    """Tell whether a source counts on a day, and why.

    Parameters
    ----------
    source : Source
    ledgers : mapping of account to date or None
        The day each account's ledger speaks of; None where it states none.
    on : date
    """
    if source.account not in ledgers:
        return OPEN, reason("quota_source_no_account", account=source.account)
    if source.doubt:
        return OPEN, reason("quota_source_doubt")
    if source.stage and source.stage not in FIRM:
        return OPEN, reason("quota_source_planned", stage=source.stage)
    if not source.amount > 0.0:
        return OPEN, reason("quota_source_amount")
    if source.ready_on is None:
        return OPEN, reason("quota_source_undated")
    ledger = ledgers[source.account]
    if ledger is None:
        return OPEN, reason("quota_source_ledger_undated", account=source.account)
    if source.ready_on <= ledger:
        return HELD, reason("quota_source_held", on=source.ready_on.isoformat(), ledger=ledger.isoformat())
    code = COUNTED if source.ready_on <= on else LATER
    return code, reason(f"quota_source_{code}", on=source.ready_on.isoformat())


def growth(table: pd.DataFrame) -> dict[str, tuple[tuple[date, float], ...]]:
    """Return what comes into each account and when, of the sources that count or will; `table` is `quota_sources`."""
    firm = table[table["counts"].isin((COUNTED, LATER))].sort_values("ready_on", kind="stable")
    out: dict[str, tuple[tuple[date, float], ...]] = {}
    for account, day, amount in firm[["account", "ready_on", "amount"]].itertuples(index=False):
        out[str(account)] = (*out.get(str(account), ()), (pd.Timestamp(day).date(), float(amount)))
    return out


def come_in(given: Growth, on: date) -> dict[str, float]:
    """Return what has come into each account by a day."""
    sums = {account: sum(amount for day, amount in lines if day <= on) for account, lines in given.items()}
    return {account: amount for account, amount in sums.items() if amount > 0.0}


def days(given: Growth) -> Iterable[date]:
    """Return the days on which something comes in."""
    return {day for lines in given.values() for day, _ in lines}


def told(table: pd.DataFrame, given: Growth, on: date) -> pd.DataFrame:
    """Return the table `capacity` with the next day on which each county account grows, and by how much."""
    out = table.copy()
    for account, lines in given.items():
        later = sorted((day, amount) for day, amount in lines if day > on)
        if not later:
            continue
        first = later[0][0]
        mine = ((out["scope"] == "county") & (out["resource"] == account)).to_numpy(bool)
        out["later_on"] = out["later_on"].mask(mine, np.datetime64(first))
        out["later"] = out["later"].mask(mine, sum(amount for day, amount in later if day == first))
    return out
