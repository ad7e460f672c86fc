"""What can be offered to the next investor (投资机会清单), and which of it suits a wish.

Land nobody is placed on, empty floors of buildings, and gaps of the chain. Ground is offered once: of sites that share
a parcel the largest is offered, the others are named beside it. What is not known of an offer stays open, and a wish
is met, not met, or open by each of its tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.tables import rows
from geo.basis.units import MU_M2
from geo.project.chainmap import Filler
from geo.screen.handover import Path

LAND, BUILDING, CHAIN = "land", "building", "link"
KINDS = (LAND, BUILDING, CHAIN)
COLUMNS = ("offer_id", "kind", "subject", "park_id", "township", "use", "net_m2", "net_hi_m2", "far_min",
           "far_max", "height_max_m", "power_kva", "earliest", "latest", "state", "conditions", "unknowns",
           "partners")  # fmt: skip
CLEAR, CONFLICT, UNKNOWN = "clear", "conflict", "unknown"
TESTS = ("land", "area", "park", "industry", "intensity", "power", "day")
KVA = 1000.0


@dataclass(frozen=True)
class Held:
    """What is not offered: a site or building, why, and what it is held by (a project, or the offer of the ground)."""

    subject: str
    code: str
    by: str


def offers(
    sites: pd.DataFrame, members: pd.DataFrame, buildings: pd.DataFrame, placed: Mapping[str, str],
    paths: Mapping[str, Path], fillers: Sequence[Filler],
) -> tuple[pd.DataFrame, tuple[Held, ...]]:  # fmt: skip
    """Return the offers and what is held back.

    Parameters
    ----------
    sites, members, buildings : DataFrame
        The tables `sites`, `members` and `building_sites`.
    placed : mapping of site to project
        Sites somebody is placed on; what shares their ground is held too.
    paths : mapping of site to Path
        What is open of each, and between which days it can be handed over.
    fillers : sequence of Filler
        Gaps of the chain; those no project fills are offered.
    """
    parcels: dict[str, set[str]] = {}
    for site, parcel in zip(members["site_id"].astype(str), members["parcel_id"].astype(str), strict=True):
        parcels.setdefault(site, set()).add(parcel)
    taken = {p: site for site in placed for p in parcels.get(site, ())}
    out, held = [], []
    for r in sorted(rows(sites), key=lambda s: (-float(s["net_m2"]), str(s["site_id"]))):
        site = str(r["site_id"])
        by = next((taken[p] for p in sorted(parcels.get(site, ())) if p in taken), "")
        if site in placed or by in placed:
            held.append(Held(site, "offer_placed", placed[site if site in placed else by]))
        elif by:
            held.append(Held(site, "offer_same_ground", by))
        else:
            taken |= dict.fromkeys(parcels.get(site, ()), site)
            out.append(_land(r, paths.get(site)))
    for r in rows(buildings):
        site = str(r["site_id"])
        if site in placed:
            held.append(Held(site, "offer_placed", placed[site]))
        elif float(r["net_hi_m2"]) > 0.0 or np.isnan(float(r["net_hi_m2"])):
            out.append(_building(r))
    out += [_gap(f) for f in fillers if not f.projects and f.partners]
    frame = pd.DataFrame(out, columns=list(COLUMNS[1:]))
    frame.insert(0, "offer_id", [f"{_LETTER[k]}{n:02d}" for k, n in _numbered(frame["kind"])])
    return frame, tuple(held)


_LETTER = {LAND: "L", BUILDING: "B", CHAIN: "C"}


def _numbered(kinds: pd.Series) -> list[tuple[str, int]]:
    count: dict[str, int] = {}
    out = []
    for kind in kinds:
        count[kind] = count.get(kind, 0) + 1
        out.append((str(kind), count[kind]))
    return out


def _land(r: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    same = (
        "park_id", "township", "net_m2", "net_hi_m2", "far_min", "far_max", "height_max_m", "conditions", "unknowns",
    )  # fmt: skip
    return _blank() | {k: r[k] for k in same} | {
        "kind": LAND, "subject": r["site_id"], "use": r["plan_use"],
        "earliest": path.earliest if path else None, "latest": path.latest if path else None,
        "state": CLEAR if r["outcome"] == CLEAR else UNKNOWN,
    }  # fmt: skip


def _building(r: Mapping[str, Any]) -> dict[str, Any]:
    same = ("park_id", "use", "net_m2", "net_hi_m2", "power_kva")
    return _blank() | {k: r[k] for k in same} | {"kind": BUILDING, "subject": r["site_id"], "state": CLEAR}


def _gap(f: Filler) -> dict[str, Any]:
    return _blank() | {"kind": CHAIN, "subject": f.industry, "partners": "|".join(f.partners)}


def _blank() -> dict[str, Any]:
    numbers = ("net_m2", "net_hi_m2", "far_min", "far_max", "height_max_m", "power_kva")
    return dict.fromkeys(COLUMNS[1:], "") | dict.fromkeys(numbers, np.nan) | {"earliest": None, "latest": None}


@dataclass(frozen=True)
class Wish:
    """What an investor asks for; None or "" asks nothing.

    Parameters
    ----------
    land_m2, floor_m2 : float or None
        With only one of them, offers of the other kind do not answer.
    park_id : str
    power_kva : float or None
        Of land: what is left in its park; of a building: its own.
    by : date or None
        The day it must be handed over.
    industry : str
        Code of GB/T 4754-2017.
    investment_wan : float or None
        万元; held against the least investment of the industry on the land that is taken.
    """

    land_m2: float | None = None
    floor_m2: float | None = None
    park_id: str = ""
    power_kva: float | None = None
    by: date | None = None
    industry: str = ""
    investment_wan: float | None = None


@dataclass(frozen=True)
class WishGround:
    """What a wish is held against beside the offers.

    Parameters
    ----------
    power_mva : mapping of park to MVA left
        A park that is not in it: not known.
    takes : mapping of park to outcome
        Whether a park takes the industry in; a park that is not in it: not known.
    intensity : (float, float) or None
        Least investment of the industry, 万元/亩, from … to; None where the place has none that is known.
    binding : bool
        The least investment rejects; one from memory leaves open.
    """

    power_mva: Mapping[str, float]
    takes: Mapping[str, str] = field(default_factory=dict)
    intensity: tuple[float, float] | None = None
    binding: bool = True


def answer(found: pd.DataFrame, known: WishGround, wish: Wish) -> pd.DataFrame:
    """Return the offers of land and buildings with each test, what suits best first.

    Columns ``offer_id, outcome``, those of `TESTS`, ``spare_m2``; `land` is what is known of the ground, `outcome` the
    worst of the tests. Of those that suit alike the one with least to spare comes first.

    Parameters
    ----------
    found : DataFrame
        Offers.
    known : WishGround
    wish : Wish
    """
    out = []
    for r in rows(found[found["kind"] != CHAIN]):
        need = wish.land_m2 if r["kind"] == LAND else wish.floor_m2
        if need is None and (wish.land_m2 is not None or wish.floor_m2 is not None):
            continue
        tests = {
            "land": r["state"], "area": _at_least(r["net_m2"], r["net_hi_m2"], need),
            "park": _park(str(r["park_id"]), wish.park_id),
            "industry": known.takes.get(str(r["park_id"]), UNKNOWN) if wish.industry else CLEAR,
            "intensity": _intensity(r, need, wish.investment_wan, known),
            "power": _power(r, known.power_mva, wish.power_kva), "day": _day(r, wish.by),
        }  # fmt: skip
        worst = next((w for w in (CONFLICT, UNKNOWN) if w in tests.values()), CLEAR)
        spare = float(r["net_m2"]) - (need or 0.0)
        out.append({"offer_id": r["offer_id"], "outcome": worst} | tests | {"spare_m2": spare})
    frame = pd.DataFrame(out, columns=["offer_id", "outcome", *TESTS, "spare_m2"])
    order = frame["outcome"].map({CLEAR: 0, UNKNOWN: 1, CONFLICT: 2})
    missed = -(frame[list(TESTS)] == CLEAR).sum(axis=1)
    frame = frame.assign(order=order, missed=missed, short=frame["spare_m2"].abs())
    frame = frame.sort_values(["order", "missed", "short", "offer_id"], kind="stable", ignore_index=True)
    return frame.drop(columns=["order", "missed", "short"])


def _at_least(low: Any, high: Any, need: float | None) -> str:
    if need is None or float(low) >= need:
        return CLEAR
    return CONFLICT if float(high) < need else UNKNOWN


def _park(park: str, asked: str) -> str:
    if not asked or park == asked:
        return CLEAR
    return CONFLICT if park else UNKNOWN


def per_mu(r: Mapping[str, Any], need: float | None, investment: float) -> tuple[float, float]:
    """Return what an investment (万元) is on the land that is taken, 万元/亩, from … to; NaN where nobody knows."""
    areas = (need, need) if need is not None else (float(r["net_hi_m2"]), float(r["net_m2"]))
    low, high = (investment / (a / MU_M2) if a > 0.0 else np.inf if a == 0.0 else np.nan for a in areas)
    return low, high


def _intensity(r: Mapping[str, Any], need: float | None, investment: float | None, known: WishGround) -> str:
    if investment is None or r["kind"] == BUILDING:
        return CLEAR
    if known.intensity is None:
        return UNKNOWN
    low, high = per_mu(r, need, investment)
    if low >= known.intensity[1]:
        return CLEAR
    return CONFLICT if known.binding and high < known.intensity[0] else UNKNOWN


def _power(r: Mapping[str, Any], left: Mapping[str, float], need: float | None) -> str:
    if need is None:
        return CLEAR
    own = float(r["power_kva"]) if r["kind"] == BUILDING else left.get(str(r["park_id"]), np.nan) * KVA
    return UNKNOWN if np.isnan(own) else CLEAR if own >= need else CONFLICT


def _day(r: Mapping[str, Any], by: date | None) -> str:
    if by is None or r["kind"] == BUILDING:
        return CLEAR
    earliest, latest = r["earliest"], r["latest"]
    if earliest is None or pd.isna(earliest):
        return UNKNOWN
    return CLEAR if latest <= by else CONFLICT if earliest > by else UNKNOWN
