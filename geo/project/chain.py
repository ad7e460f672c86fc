"""Chain fit (产业链契合): partners near a park, how far they are, and the missing link a project would fill.

Links say which industry supplies which, with a strength from 0 to 1. Points are a sum that
can be followed by hand: every link of the project's industry counts its strength, times how
near its nearest partner is, in full where the project fills a missing link (nobody of its
own industry works near the park yet) and by a share where it joins others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.reason import Reason, reason
from geo.basis.tables import empty

Floats = npt.NDArray[np.float64]
FULL = 100.0


@dataclass(frozen=True)
class Terms:
    """How fit is counted; conventions, not law (`data/standards/chain-fit.toml`).

    Parameters
    ----------
    radius_m : float
        Partners farther away than this count nothing; nearness falls evenly to 0 there.
    joined_share : float
        What a link counts, of 1, where others of the project's industry are near already.
    """

    radius_m: float
    joined_share: float


@dataclass(frozen=True)
class Firms:
    """Enterprises.

    Parameters
    ----------
    ids : array of str
    industries : array of str
        Codes of GB/T 4754-2017; "" where unknown: such a firm is no proved partner, and is counted.
    points : array of shapely geometries
        In the study CRS, metres.
    known : bool
        False when the study has no usable layer of enterprises: nothing can be scored.
    doubtful : bool array or None
        True where a firm only may be one of the list; None: all are.
    """

    ids: npt.NDArray[np.object_]
    industries: npt.NDArray[np.object_]
    points: npt.NDArray[np.object_]
    known: bool = True
    doubtful: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class _Link:
    """A partner industry of a project: which, on which side, how strong."""

    partner: str
    side: str
    strength: float


_Near = tuple[_Link, npt.NDArray[np.bool_]]
"""A link, and the firms of its partner near by."""


def fit(
    projects: pd.DataFrame, links: pd.DataFrame, firms: Firms, places: Mapping[str, Any], terms: Terms
) -> pd.DataFrame:
    """Return the table `chain_fit`: project × place.

    Parameters
    ----------
    projects : DataFrame
        Columns ``project_id, industry``.
    links : DataFrame
        Table `links`.
    firms : Firms
    places : mapping of id to shapely geometry
        Parks, or sites: distance is from their ground to the firm, 0 inside.
    terms : Terms

    Returns
    -------
    DataFrame
        `points` from 0 to 100; NaN where the industry, the links or the enterprises are not known:
        that never scores. `nearest_m` and `mean_m` are NaN without partners within the radius.
    """
    away = {place: _distances(shape, firms.points) for place, shape in places.items()}
    rows = []
    for project_id, industry in zip(projects["project_id"].astype(str), projects["industry"].astype(str), strict=True):
        mine = _links_of(industry, links)
        for place in places:
            row = _row(industry, mine, firms, away[place], terms)
            rows.append({"project_id": project_id, "park_id": place} | row)
    return pd.DataFrame(rows, columns=list(empty("chain_fit").columns)) if rows else empty("chain_fit")


def _distances(shape: Any, points: npt.NDArray[np.object_]) -> Floats:
    return np.asarray(shapely.distance(shape, points), np.float64)


def _links_of(industry: str, links: pd.DataFrame) -> list[_Link]:
    """Return the partner industries of an industry, suppliers first; a link speaks of all codes under its own."""
    found = []
    columns = (links["from_industry"].astype(str), links["to_industry"].astype(str), links["strength"].astype(float))
    for giver, taker, strength in zip(*columns, strict=True):
        if industry and industry.startswith(taker):
            found.append(_Link(giver, "supplier", strength))
        if industry and industry.startswith(giver):
            found.append(_Link(taker, "customer", strength))
    return sorted(found, key=lambda k: (k.side != "supplier", k.partner))


def _row(industry: str, mine: Sequence[_Link], firms: Firms, away: Floats, terms: Terms) -> dict[str, Any]:
    if not industry or not firms.known or not mine:
        cause = "chain_industry_unknown" if not industry else "chain_no_firms" if not firms.known else "chain_no_links"
        return _nothing(reason(cause))
    near = away <= terms.radius_m
    same = near & _of(firms, industry)
    if open_ := _open(mine, firms, near, industry):
        return _nothing(open_)
    missing = not same.any()
    partners = [(k, near & _of(firms, k.partner)) for k in mine]
    everyone = np.logical_or.reduce([p for _, p in partners])
    points = FULL * sum(_points(k, away[p], missing, terms) for k, p in partners) / sum(k.strength for k in mine)
    distances = away[everyone]
    filled = dict.fromkeys(k.partner for k, p in partners if p.any()) if missing else {}
    unknown = int((near & (firms.industries == "")).sum())
    return {
        "partners": int(everyone.sum()),
        "suppliers": _ids(firms, [p for k, p in partners if k.side == "supplier"]),
        "customers": _ids(firms, [p for k, p in partners if k.side == "customer"]),
        "nearest_m": float(distances.min()) if len(distances) else np.nan,
        "mean_m": float(distances.mean()) if len(distances) else np.nan,
        "missing": "|".join(filled),
        "points": float(points),
        "reason": _why(mine, partners, missing, unknown, terms).to_json(),
    }  # fmt: skip


def _open(mine: Sequence[_Link], firms: Firms, near: npt.NDArray[np.bool_], industry: str) -> Reason | None:
    """Return why points cannot be told: a link, or a firm near by that would count, only may be one of the list."""
    if any(np.isnan(k.strength) for k in mine):
        return reason("chain_link_open", partners=sorted({k.partner for k in mine if np.isnan(k.strength)}))
    if firms.doubtful is None:
        return None
    counts = np.logical_or.reduce([_of(firms, industry), *(_of(firms, k.partner) for k in mine)])
    lost = firms.ids[near & firms.doubtful & counts]
    return reason("chain_firms_open", count=len(lost), firms=[str(i) for i in lost[:5]]) if len(lost) else None


def _of(firms: Firms, industry: str) -> npt.NDArray[np.bool_]:
    """Tell which firms belong to an industry: its code, or one below it."""
    return np.array([bool(i) and str(i).startswith(industry) for i in firms.industries], bool)


def _points(link: _Link, away: Floats, missing: bool, terms: Terms) -> float:
    if not len(away):
        return 0.0
    nearness = 1.0 - float(away.min()) / terms.radius_m
    return link.strength * nearness * (1.0 if missing else terms.joined_share)


def _ids(firms: Firms, parts: Sequence[npt.NDArray[np.bool_]]) -> str:
    some = np.logical_or.reduce(list(parts)) if parts else np.zeros(len(firms.ids), bool)
    return "|".join(str(i) for i in firms.ids[some])


def _why(mine: Sequence[_Link], partners: Sequence[_Near], missing: bool, unknown: int, terms: Terms) -> Reason:
    code = "chain_fills" if missing and any(p.any() for _, p in partners) else "chain_joins"
    if not any(p.any() for _, p in partners):
        code = "chain_no_partners"
    near = sorted({k.partner for k, p in partners if p.any()})
    return reason(code, near=near, linked=len(mine), radius=terms.radius_m, unknown=unknown)


def _nothing(why: Reason) -> dict[str, Any]:
    return {"partners": 0, "suppliers": "", "customers": "", "nearest_m": np.nan, "mean_m": np.nan, "missing": "",
            "points": np.nan, "reason": why.to_json()}  # fmt: skip
