"""Supply status (供应状态) of every parcel, what it would draw of the county's accounts, and its planned use.

The status follows from supply records, present use and plan, each with a reason; what
the sources do not say is unknown (待核实), and so is what they contradict each other in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.area import AreaBasis
from geo.basis.layer import Layer
from geo.basis.reason import Reason, reason
from geo.measure import ridges
from geo.screen import supplied
from geo.screen.planned import Construction, Intent, dominant, doubtful_share, plots_on
from geo.screen.records import STATUS, Standing, standing
from geo.screen.supplied import WHOLE_SHARE, Links, Register

UNKNOWN = "unknown"
IDLE = "suspected_idle"
CONVERTED = ("approved", "supplied", "built", IDLE)
"""Land whose conversion was approved: its quota is drawn already and is not drawn again."""
Ground = Literal["built", "vacant", "open", "unknown"]
Weight = Literal["known", "lack", "contested"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PresentUse:
    """What a class of present use means for supply.

    Parameters
    ----------
    ground : {"built", "vacant", "open"}
        Built over; construction land with nothing on it (空闲地); farm or unused land.
    new_construction, balance : bool
        Building on it draws new-construction quota; farmland balance (占补) as well.
    """

    ground: Ground
    new_construction: bool = False
    balance: bool = False


@dataclass(frozen=True)
class Meaning:
    """What codes and words of the study's files mean; a code without its scheme means nothing.

    Parameters
    ----------
    as_of : date
        Day of the study.
    surveyed : date or None
        Vintage of the parcels' present use.
    use : callable (scheme, code) → PresentUse or None
    construction : callable (scheme, code) → bool or None
        Whether a planned use is construction; None when nobody can tell.
    stated : callable (text) → code
        Code of a supply status in a file; "" for a word nobody knows.
    schemes : mapping of plan layer to the scheme of its codes
    """

    as_of: date
    surveyed: date | None
    use: Callable[[str, str], PresentUse | None]
    construction: Construction
    stated: Callable[[str], str]
    schemes: dict[str, str]


@dataclass(frozen=True)
class Case:
    """Everything that is known of one parcel's supply."""

    land_use: str = ""
    scheme: str = ""
    ground: Ground = "unknown"
    stated_text: str = ""
    stated: str = ""
    records: tuple[Standing, ...] = ()
    covered_share: float = 0.0
    absence_known: bool = False
    register: str = "none"
    intent: Intent = "no_plan"
    plan_use: str = ""
    plan_share: float = 0.0
    surveyed: date | None = None
    recovered: bool = False


@dataclass(frozen=True)
class Finding:
    """A status with its reason; `weight` tells a gap in the sources from a contradiction."""

    status: str
    reason: Reason
    weight: Weight = "known"


def _lack(code: str, /, **values: object) -> Finding:
    return Finding(UNKNOWN, reason(code, **values), "lack")


def _contested(why: Reason) -> Finding:
    return Finding(UNKNOWN, why, "contested")


# --- one parcel ------------------------------------------------------------------


def settled(case: Case) -> Finding:
    """Return the status of a parcel: what is derived, held against what its file states.

    A stated status stands unless records or present use say otherwise; then both are
    named and the status is unknown. Land taken as recovered is approved and unsupplied,
    whatever was said of it before.
    """
    if case.recovered and case.covered_share >= WHOLE_SHARE:
        return Finding("approved", reason("supply_recovered", record=case.records[0].record))
    found = derived(case)
    if not case.stated_text or found.weight == "contested":
        return found
    if not case.stated:
        return _contested(reason("supply_stated_unknown_word", stated_text=case.stated_text))
    if case.stated == IDLE:
        return _idle(found)
    if found.weight == "known":
        if found.status != case.stated:
            return _differs(case.stated, found)
        return Finding(case.stated, reason("supply_stated_confirmed", stated=case.stated))
    if (case.stated == "built" and case.ground in ("open", "vacant")) or (
        case.stated != "built" and case.ground == "built"
    ):
        values = {"stated": case.stated, "land_use": case.land_use, "scheme": case.scheme}
        return _contested(reason("supply_stated_against_use", **values))
    return Finding(case.stated, reason("supply_as_stated", stated=case.stated))


def _differs(stated: str, found: Finding) -> Finding:
    return _contested(reason("supply_stated_differs", stated=stated, derived=found.status))


def _idle(found: Finding) -> Finding:
    """Let a stated 疑似闲置 stand only on a record of supplied land: without one nothing is called idle."""
    if found.weight == "lack":
        return _contested(reason("supply_idle_without_record"))
    if found.status != "supplied":
        return _differs(IDLE, found)
    return Finding(IDLE, reason("supply_stated_confirmed", stated=IDLE))


def derived(case: Case) -> Finding:
    """Return the status records, present use and plan lead to, whatever the parcel's file states."""
    if case.register != "ok":
        return _lack(f"supply_register_{case.register}")
    if not case.records:
        return _without_record(case)
    doubt = next((s for s in case.records if s.stage == "doubt"), None)
    if doubt is not None:
        return _contested(doubt.reason)
    said = [s for s in case.records if s.stage != "silent"]
    if not said:
        return Finding(UNKNOWN, case.records[0].reason, "lack")
    # an approval comes before a supply: beside a record of supply it says nothing more
    later = [s for s in said if s.stage not in ("unapproved", "approved")] or said
    if len({STATUS[s.stage] for s in later}) > 1:
        return _contested(reason("supply_records_differ", records=sorted(s.record for s in later)))
    if case.covered_share < WHOLE_SHARE:
        values = {"record": later[0].record, "share": case.covered_share}
        return _contested(reason("supply_record_partly", **values))
    return _against_use(case, next((s for s in later if s.stage == "started"), later[0]))


def _against_use(case: Case, said: Standing) -> Finding:
    """Hold a record against the land survey: building must show, and unbuilt land must not."""
    status = STATUS[said.stage]
    values = {"record": said.record, "derived": status, "land_use": case.land_use, "scheme": case.scheme}
    if said.stage == "built" and case.ground in ("open", "vacant"):
        if said.on is not None and case.surveyed is not None and said.on > case.surveyed:
            dates = {"on": said.on.isoformat(), "surveyed": case.surveyed.isoformat()}
            return Finding(status, reason("supply_built_after_survey", record=said.record, **dates))
        return _contested(reason("supply_contradiction", **values))
    if said.stage in ("unapproved", "approved", "supplied") and case.ground == "built":
        return _contested(reason("supply_contradiction", **values))
    return Finding(status, said.reason)


def _without_record(case: Case) -> Finding:
    """Return what can be said without a record; every gap is named."""
    use = {"land_use": case.land_use, "scheme": case.scheme}
    if not case.absence_known:
        return _lack("supply_register_open")
    if case.ground == "unknown":
        return _lack("supply_use_unknown", **use)
    if case.ground != "open":
        return _lack(f"supply_{case.ground}_without_record", **use)
    plan = {"plan_use": case.plan_use, "share": case.plan_share}
    if case.intent == "construction":
        return Finding("unapproved", reason("supply_planned_unapproved", **plan, **use))
    return _lack(f"supply_plan_{case.intent}", **plan)


def draws(found: Finding, use: PresentUse | None, net_m2: float, ridge_share: float = np.nan) -> tuple[float, float]:
    """Return new-construction quota and farmland balance (m²) that building on a parcel would draw.

    Parameters
    ----------
    found : Finding
    use : PresentUse or None
        None: the present use is not known.
    net_m2 : float
        Usable area.
    ridge_share : float
        Share of it that is field ridges (田坎): they draw quota and no balance. NaN: nothing states
        it, and all of it counts (the most it can draw).

    Returns
    -------
    tuple of float
        Stock land and land whose conversion was approved draw nothing. NaN where the
        use is unknown, or where the sources contradict each other on land that would draw.
    """
    if use is None:
        return np.nan, np.nan
    if found.status in CONVERTED or not use.new_construction:
        return 0.0, 0.0
    if found.weight == "contested":
        return np.nan, np.nan if use.balance else 0.0
    return net_m2, float(ridges.net(np.array([net_m2]), np.array([ridge_share]))[0]) if use.balance else 0.0


# --- all parcels -----------------------------------------------------------------


def tables(
    parcels: gpd.GeoDataFrame,
    candidates: pd.DataFrame,
    plans: Sequence[Layer],
    register: Register,
    meaning: Meaning,
    basis: AreaBasis,
) -> dict[str, pd.DataFrame]:
    """Return the tables `supply` (one row per parcel) and `supply_records` (one per record).

    Parameters
    ----------
    parcels : GeoDataFrame
        Table `parcels`, study CRS; its ``supply_status`` is what the file states.
    candidates : DataFrame
        ``parcel_id`` and ``net_m2``: the usable area the quota is taken on.
    plans : sequence of Layer
    register : Register
    meaning : Meaning
    basis : AreaBasis
    """
    found = supplied.links(parcels, register, plans, basis)
    standings = _standings(register, found, meaning.as_of)
    complete = any(p.state == "ok" and p.coverage == "complete" for p in plans)
    plots = plots_on(parcels, plans, meaning.schemes, basis)
    open_share = doubtful_share(parcels, plans, basis)
    plan = dominant(plots, len(parcels), meaning.construction, complete, open_share).reset_index(drop=True)
    uses = [meaning.use(s, c) for s, c in zip(parcels["land_use_scheme"], parcels["land_use"], strict=True)]
    cases = _cases(parcels, register, meaning, uses, plan)
    absent = supplied.within(parcels, register, basis).tolist()
    settled_ = _settled(cases, found, standings, absent, register.recovered)
    net = candidates.set_index("parcel_id")["net_m2"].reindex(parcels["parcel_id"].to_numpy(object))
    columns = _columns(parcels, settled_, uses, net.to_numpy(np.float64))
    return {
        "supply": pd.concat([pd.DataFrame(columns), plan.drop(columns=["intent"])], axis=1),
        "supply_records": _records(register, standings, found),
    }


def _standings(register: Register, found: Links, as_of: date) -> list[Standing]:
    """Return what each record says; one whose number and shape name different land is doubtful."""
    out = [standing(r, as_of) for r in register.records]
    for code, records in (("supply_plot_unsure", found.unsure), ("supply_record_astray", found.astray)):
        for k in records:
            name = register.records[k].name
            out[k] = Standing("doubt", reason(code, record=name), record=name)
    return out


def _settled(
    cases: Sequence[Case], found: Links, standings: Sequence[Standing], absent: Sequence[bool], back: frozenset[int]
) -> list[Finding]:
    records: list[tuple[Standing, ...]] = [()] * len(cases)
    recovered = [False] * len(cases)
    for row in found.pairs.groupby("parcel")["record"].agg(list).items():
        records[int(str(row[0]))] = tuple(standings[k] for k in row[1])
        recovered[int(str(row[0]))] = back.issuperset(row[1])
    each = zip(cases, records, found.covered_share.tolist(), absent, recovered, strict=True)
    return [
        settled(replace(case, records=mine, covered_share=share, absence_known=none, recovered=gone))
        for case, mine, share, none, gone in each
    ]


def _columns(
    parcels: gpd.GeoDataFrame, settled_: Sequence[Finding], uses: Sequence[PresentUse | None], net: Floats
) -> dict[str, object]:
    share = ridges.shares(pd.DataFrame(parcels))
    drawn = [draws(f, u, n, r) for f, u, n, r in zip(settled_, uses, net, share, strict=True)]
    quota = np.array(drawn).reshape(-1, 2)
    tilled = np.array([np.nan if u is None else float(u.balance) for u in uses])
    ridged = np.where(tilled == 0, 0.0, net * share * tilled)
    return {
        "parcel_id": parcels["parcel_id"].to_numpy(object),
        "supply_status": [f.status for f in settled_],
        "stated": parcels["supply_status"].to_numpy(object),
        "reason": [f.reason.to_json() for f in settled_],
        "new_construction_m2": quota[:, 0],
        "balance_m2": quota[:, 1],
        "cultivated_net_m2": ridges.net(net * tilled, np.where(tilled == 1, share, 0.0)),
        "ridges_m2": ridged,
    }


def _cases(
    parcels: gpd.GeoDataFrame,
    register: Register,
    meaning: Meaning,
    uses: Sequence[PresentUse | None],
    plan: pd.DataFrame,
) -> list[Case]:
    words = {text: meaning.stated(text) if text else "" for text in set(parcels["supply_status"])}
    columns = (parcels["land_use"], parcels["land_use_scheme"], parcels["supply_status"], uses)
    about = zip(*columns, plan["intent"], plan["plan_use"], plan["plan_share"], strict=True)
    return [
        Case(
            land_use=code,
            scheme=scheme,
            ground=use.ground if use else "unknown",
            stated_text=text,
            stated=words[text],
            register=register.state,
            intent=intent,
            plan_use=plan_use,
            plan_share=share,
            surveyed=meaning.surveyed,
        )
        for code, scheme, text, use, intent, plan_use, share in about
    ]


def _records(register: Register, standings: Sequence[Standing], found: Links) -> pd.DataFrame:
    """Return every record with what it says, by what it was matched and to how many parcels."""
    grouped = found.pairs.groupby("record")
    count = grouped.size()
    by = grouped["by"].agg(lambda words: "|".join(sorted(set(words))))
    rows = [
        (r.row, r.record_id, s.stage, by.get(k, ""), int(count.get(k, 0)), _record_reason(k, s, found))
        for k, (r, s) in enumerate(zip(register.records, standings, strict=True))
    ]
    return pd.DataFrame(rows, columns=["row", "record_id", "stage", "matched_by", "parcels", "reason"])


def _record_reason(k: int, said: Standing, found: Links) -> str:
    lost = found.unmatched.get(k)
    return (reason(lost, record=said.record) if lost else said.reason).to_json()
