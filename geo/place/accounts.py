"""The account book (账本): what every facility and county account holds, has given away and has left.

One published table, one row per facility and per county account, every figure in the unit its resource is
counted in. Headroom, pools, capacity and what is drawn down all read it, and `together` is
the only place that says what several accounts hold: one whose figures are not known adds
nothing and is named, one that is overdrawn gives nothing and takes nothing from the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geo.place.resource import Resource, Resources

SEPARATOR = "|"
"""Between the parks a facility serves."""
TOGETHER = "+"
"""Between the facilities that are drawn from as one."""
FACILITY, COUNTY = "facility", "county"
TAKEN = ("used", "committed", "reserved")
SET_ASIDE = ("earmarked", "committed", "used")
SUMMED = ("limit", *TAKEN, "drawn")
RUNNING, NOT_YET, UNKNOWN, OVERDRAWN, PARTLY = "in_service", "not_yet", "unknown", "overdrawn", "partly"
"""States: of an account the first four, of several together also that only part of them is known."""


GIVEN = ("account", "scope", "name", "kind", "resource", "unit", "stated_unit", "limit", *TAKEN, "serves", "in_service",
         "date", "source", "layer_id")  # fmt: skip
"""Columns of the book as the registers state them; the others are worked out."""
COUNTED = ("free", "drawn", "unverified", "left", "state")


def given(facilities: pd.DataFrame, budgets: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the rows of the account book as registers state them.

    Parameters
    ----------
    facilities : DataFrame
        ``facility_id name kind resource unit stated_unit limit used committed reserved serves in_service date
        source``; NaN for a figure that is not given or stands in a unit nobody declared, NaT for a day;
        `serves` joins park ids by ``|``; `stated_unit` is a unit nobody declared, else "".
    budgets : DataFrame or None
        ``budget_id name unit stated_unit limit earmarked committed used source date``; what is earmarked stands
        in `reserved`.

    Returns
    -------
    DataFrame
        Columns `GIVEN`, facilities first.
    """
    works = facilities.assign(account=facilities["facility_id"], scope=FACILITY)
    if budgets is None or budgets.empty:
        return works.reindex(columns=list(GIVEN))
    county = budgets.assign(
        account=budgets["budget_id"], resource=budgets["budget_id"], reserved=budgets["earmarked"], scope=COUNTY,
        kind="", serves="", in_service=pd.Timestamp("NaT"),
    )  # fmt: skip
    frames = [f.reindex(columns=list(GIVEN)) for f in (works, county) if len(f)]
    return pd.concat(frames, ignore_index=True)


def accounts(
    facilities: pd.DataFrame,
    budgets: pd.DataFrame,
    on: date,
    extra: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the table `accounts` of registers for a day, nothing drawn yet; see `given` and `opened`."""
    return opened(given(facilities, budgets), on, extra)


def opened(stated: pd.DataFrame, on: date, extra: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return the table `accounts` for a day, nothing drawn yet.

    Parameters
    ----------
    stated : DataFrame
        Columns `GIVEN`.
    on : date
        A facility commissioned later holds nothing yet.
    extra : mapping of account to amount
        More of a scenario, in the account's unit; of facilities that are drawn from as one (``A+B``) one gets it.

    Returns
    -------
    DataFrame
        Columns `GIVEN` and `COUNTED`. limit − used − committed − reserved = free, which is
        negative where more was given away than there is (state "overdrawn") and NaN where a
        figure is missing ("unknown").
    """
    table = stated.copy()
    taken = table[list(TAKEN)].sum(axis=1, skipna=False)
    more = _given(table.assign(free=table["limit"] - taken), extra or {})
    table["limit"] = table["limit"] + table["account"].map(more).astype(float).fillna(0.0)
    free = table["limit"] - taken
    late = pd.to_datetime(table["in_service"]) > pd.Timestamp(on)
    table["free"] = np.where(late, 0.0, free)
    conditions = [late, free.isna(), free < 0.0]
    table["state"] = np.select(conditions, [NOT_YET, UNKNOWN, OVERDRAWN], RUNNING).astype(object)
    return table.assign(drawn=0.0, unverified=0.0, left=table["free"])


def _given(table: pd.DataFrame, extra: Mapping[str, float]) -> dict[str, float]:
    """Return who gets what is given: of several facilities the first that is not overdrawn, else the one least so."""
    free = dict(zip(table["account"].astype(str), table["free"], strict=True))
    out: dict[str, float] = {}
    for name, amount in extra.items():
        members = [name] if name in free else [m for m in name.split(TOGETHER) if m in free]
        if members:
            chosen = max(members, key=lambda m: min(free[m], 0.0))
            out[chosen] = out.get(chosen, 0.0) + amount
    return out


def drawn_down(book: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """Return the accounts with what is drawn and what is left.

    Parameters
    ----------
    book : DataFrame
        Table `accounts`.
    draws : DataFrame
        ``account amount unverified``; what rests on an M figure alone stands in `unverified` and lowers nothing.
    """
    loose = draws["unverified"].astype(bool)
    sums = {"drawn": draws[~loose], "unverified": draws[loose]}
    columns = {
        name: book["account"].map(rows.groupby("account")["amount"].sum()).fillna(0.0).astype(float)
        for name, rows in sums.items()
    }
    return book.assign(**columns, left=book["free"] - columns["drawn"])


def of_scope(book: pd.DataFrame, scope: str) -> pd.DataFrame:
    """Return the facilities or the county accounts of the book."""
    return book[(book["scope"] == scope).to_numpy(bool)].reset_index(drop=True)


def serving(book: pd.DataFrame, park_id: str) -> pd.DataFrame:
    """Return the facilities that serve a park."""
    served = np.array([park_id in str(s).split(SEPARATOR) for s in book["serves"]], bool)
    return book[served & (book["scope"] == FACILITY).to_numpy(bool)]


@dataclass(frozen=True)
class Held:
    """What accounts of one resource hold together.

    Parameters
    ----------
    state : str
        "in_service"; "partly" where some are not known; "unknown" where all are; "not_yet" before the
        first comes into service; "overdrawn" where nothing but overdrawn ones is known.
    sums : mapping of figure to float
        ``limit used committed reserved drawn`` of those that are known, NaN where none is, and
        ``overdrawn``: how much more than their limits some have given away.
        limit − used − committed − reserved + overdrawn = free; free − drawn = left.
    free, left : float
        What may be drawn before and after placing, whole steps; NaN where nothing is known.
    debt : float
        What must be given before anything can be drawn: where all are overdrawn, what the least of them is.
    members : tuple of str
        Those known, in the order they are filled: oldest first.
    unknown : tuple of str
        Those whose figures are not known: they may hold more.
    stated_units : tuple of str
        Units of those that nobody declared.
    """

    state: str
    sums: Mapping[str, float]
    free: float
    left: float
    debt: float
    members: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    stated_units: tuple[str, ...] = ()


def together(rows: pd.DataFrame, resource: Resource) -> Held:
    """Return what accounts of one resource hold together; those not yet in service hold nothing.

    Parameters
    ----------
    rows : DataFrame
        Rows of the table `accounts`, at least one.
    resource : Resource
    """
    rows = rows.sort_values(["in_service", "account"], na_position="first", kind="stable")
    running = rows[rows["state"] != NOT_YET]
    if running.empty:
        return Held(NOT_YET, dict.fromkeys((*SUMMED, "overdrawn"), 0.0), 0.0, 0.0, 0.0, _names(rows))
    if running["unit"].nunique() > 1:  # amounts of a resource nobody declared, in units that cannot be added
        return _not_known(running, dict.fromkeys((*SUMMED, "overdrawn"), np.nan))
    known, open_ = running[running["state"] != UNKNOWN], running[running["state"] == UNKNOWN]
    if known.empty:
        sums = {name: float(running[name].sum(skipna=False)) for name in SUMMED}
        return _not_known(running, sums | {"overdrawn": np.nan})
    sums = {name: float(known[name].sum()) for name in SUMMED}
    sums["overdrawn"] = float(-known["free"].clip(upper=0.0).sum())
    free, left = (sum(usable(resource, v) for v in known[name]) for name in ("free", "left"))
    state = PARTLY if len(open_) else OVERDRAWN if (known["state"] == OVERDRAWN).all() else RUNNING
    debt = max(-float(known["free"].max()), 0.0)
    return Held(state, sums, free, left, debt, _names(known), _names(open_), _units(open_))


def _not_known(rows: pd.DataFrame, sums: Mapping[str, float]) -> Held:
    return Held(UNKNOWN, sums, np.nan, np.nan, 0.0, (), _names(rows), _units(rows))


def usable(resource: Resource, amount: float) -> float:
    """Return what an account lets be drawn, as fine as it is kept: nothing where it is overdrawn."""
    return resource.amount(max(resource.steps(amount), 0))


def _names(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(rows["account"].astype(str))


def _units(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(dict.fromkeys(u for u in rows["stated_unit"].astype(str) if u))


def resource_of(rows: pd.DataFrame, resources: Resources) -> Resource:
    """Return the resource of accounts that count the same."""
    return resources.get(str(rows["resource"].iloc[0]), str(rows["unit"].iloc[0]))
