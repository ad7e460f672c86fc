"""The chain map (产业链图谱): stations and links, what is weak or missing, clusters, and who would fill a gap.

A station is an industry; it stands where enough firms work in it, is weak where some do or where what it supplies is
less than a taker asks for, missing where none does, and open where none is known but firms of unknown industry are
near, or the enterprises are not known. A link stands where both its ends have a firm; it is short where it stands and
its supply is below its demand. Amounts are of the county; the map of a park has those that are stated of the park.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.project.length import condensed, longest
from geo.project.stations import EVERYWHERE

STRONG, WEAK, MISSING, OPEN = "strong", "weak", "missing", "open"
STATES = (STRONG, WEAK, MISSING, OPEN)
HALF, ABSENT, SHORT = "half", "absent", "short"


@dataclass(frozen=True)
class Station:
    """An industry on the map: its state, firms, the column and row it is drawn at, the cluster it is of (0: none)."""

    industry: str
    state: str
    firms: float
    named: tuple[str, ...]
    unknown: float
    column: int
    row: int
    cluster: int


@dataclass(frozen=True)
class Link:
    """A link: ``strong`` (both ends have firms), ``short``, ``half``, ``absent`` (none), ``open``.

    ``supply`` and ``demand`` are NaN where they are not known of the place the map is of.
    """

    giver: str
    taker: str
    strength: float
    state: str
    supply: float = np.nan
    demand: float = np.nan
    unit: str = ""

    @property
    def lacking(self) -> float:
        """What the supply falls short of the demand; 0 where it does not, or that is not known."""
        return max(self.demand - self.supply, 0.0) if self.demand > self.supply else 0.0


@dataclass(frozen=True)
class Filler:
    """Who would fill a station: projects of the pipeline, and the links that would then stand.

    Parameters
    ----------
    industry : str
    state : str
    projects : tuple of str
        Not rejected at a gate; empty: an industry to be looked for.
    partners : tuple of str
        Industries linked with it that have firms.
    gain : float
        Sum of the strengths of those links; NaN where a strength is not known.
    lacking : tuple of (taker, amount, unit)
        What takers ask for beyond what it supplies.
    """

    industry: str
    state: str
    projects: tuple[str, ...]
    partners: tuple[str, ...]
    gain: float
    lacking: tuple[tuple[str, float, str], ...] = ()


@dataclass(frozen=True)
class ChainMap:
    """The map of one park, or of the county."""

    park_id: str
    stations: tuple[Station, ...]
    links: tuple[Link, ...]
    fillers: tuple[Filler, ...]
    clusters: int


def chart(
    links: pd.DataFrame, near: pd.DataFrame, projects: pd.DataFrame, rejected: Sequence[str],
    park_id: str = EVERYWHERE, enough: int = 2, amounts: pd.DataFrame | None = None,
) -> ChainMap:  # fmt: skip
    """Draw up the chain of a park or, with "", of the county.

    Parameters
    ----------
    links, near, projects : DataFrame
        The tables `links`, `chain_stations` and `projects`.
    rejected : sequence of str
        Projects that fill nothing: they fail a gate.
    park_id : str
    enough : int
        Firms from which a station is strong.
    amounts : DataFrame or None
        The table `link_amounts`: what parks supply and ask for.
    """
    mine = near[near["park_id"] == park_id].set_index("industry")
    codes = sorted({*links["from_industry"].astype(str), *links["to_industry"].astype(str)})
    columns = [mine[c].reindex(codes).tolist() for c in ("firms", "named", "unnamed")]
    firms, named, unknown = (dict(zip(codes, values, strict=True)) for values in columns)
    states = {c: _state(firms[c], unknown[c], enough) for c in codes}
    made = _linked(_of_place(links, park_id, amounts), states)
    short = {x.giver for x in made if x.state == SHORT}
    states |= dict.fromkeys(short, WEAK)
    cluster, count = _clusters(codes, made)
    places = layout(codes, made)
    stations = tuple(
        Station(c, states[c], firms[c], tuple(filter(None, str(named[c] or "").split("|"))) if firms[c] > 0 else (),
                unknown[c], *places[c], cluster[c]) for c in codes
    )  # fmt: skip
    return ChainMap(park_id, stations, tuple(made), _fillers(states, made, projects, set(rejected)), count)


def _state(firms: float, unknown: float, enough: int) -> str:
    if np.isnan(firms):
        return OPEN
    if firms > 0:
        return STRONG if firms >= enough else WEAK
    return OPEN if unknown > 0 else MISSING


def _of_place(links: pd.DataFrame, park_id: str, amounts: pd.DataFrame | None) -> pd.DataFrame:
    """Return the links with the amounts of the place: of the county as they are, of a park what is stated of it."""
    if park_id == EVERYWHERE:
        return links
    ends = ["from_industry", "to_industry"]
    if amounts is None or amounts.empty:
        return links[[*ends, "strength"]]
    return links[[*ends, "strength"]].merge(amounts[amounts["park_id"] == park_id], on=ends, how="left")


def _linked(links: pd.DataFrame, states: Mapping[str, str]) -> list[Link]:
    """Return the links with their states, by the amounts where there are any."""
    out = []
    for r in links.to_dict("records"):
        giver, taker = str(r["from_industry"]), str(r["to_industry"])
        supply, demand = (float(r.get(n, np.nan)) for n in ("supply", "demand"))
        state = _link(states[giver], states[taker])
        state = SHORT if state == STRONG and supply < demand else state
        unit = r.get("amount_unit", "")
        out.append(
            Link(giver, taker, float(r["strength"]), state, supply, demand, unit if isinstance(unit, str) else "")
        )
    return out


def _link(giver: str, taker: str) -> str:
    ends = [s in (STRONG, WEAK) for s in (giver, taker)]
    if all(ends):
        return STRONG
    if OPEN in (giver, taker):
        return OPEN
    return HALF if any(ends) else ABSENT


def _clusters(codes: Sequence[str], links: Sequence[Link]) -> tuple[dict[str, int], int]:
    """Return the cluster of every station, numbered by size from 1; 0 for one no standing link reaches."""
    at = {c: k for k, c in enumerate(codes)}
    pairs = [(at[x.giver], at[x.taker]) for x in links if x.state in (STRONG, SHORT)]
    if not pairs:
        return dict.fromkeys(codes, 0), 0
    ends = np.array(pairs)
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(codes), len(codes)))
    _, part = connected_components(graph, directed=False)
    reached = {int(k) for pair in pairs for k in pair}
    sizes = {int(p): int((part == p).sum()) for p in {part[k] for k in reached}}
    number = {p: k for k, (p, _) in enumerate(sorted(sizes.items(), key=lambda x: (-x[1], x[0])), 1)}
    return {c: number[int(part[k])] if k in reached else 0 for c, k in at.items()}, len(sizes)


def _fillers(
    states: Mapping[str, str], links: Sequence[Link], projects: pd.DataFrame, rejected: set[str]
) -> tuple[Filler, ...]:
    listed = list(zip(projects["project_id"].astype(str), projects["industry"].astype(str), strict=True))
    out = []
    for code, state in states.items():
        if state == STRONG:
            continue
        who = tuple(p for p, i in listed if i.startswith(code) and p not in rejected)
        ends = [(x.taker if x.giver == code else x.giver, x.strength) for x in links if code in (x.giver, x.taker)]
        with_firms = [(other, s) for other, s in ends if states[other] in (STRONG, WEAK) and other != code]
        partners = tuple(sorted({other for other, _ in with_firms}))
        lacks = tuple((x.taker, x.lacking, x.unit) for x in links if x.giver == code and x.state == SHORT)
        out.append(Filler(code, state, who, partners, float(sum(s for _, s in with_firms)), lacks))
    order = {MISSING: 0, OPEN: 1, WEAK: 2}
    return tuple(sorted(out, key=lambda f: (order[f.state], -f.gain if f.gain == f.gain else 0.0, f.industry)))


# --- where stations are drawn -------------------------------------------------------


def layout(codes: Sequence[str], links: Sequence[Link]) -> dict[str, tuple[int, int]]:
    """Return column and row of every station: givers left of takers, linked ones near each other.

    Rings are broken where they close; what no link reaches further stands in the first column.
    """
    onward: dict[str, list[str]] = {c: [] for c in codes}
    for x in links:
        if x.giver != x.taker:
            onward[x.giver].append(x.taker)
    depth = _depths(codes, onward)
    columns: dict[int, list[str]] = {}
    for c in codes:
        columns.setdefault(depth[c], []).append(c)
    back: dict[str, list[str]] = {c: [] for c in codes}
    for c, others in onward.items():
        for other in others:
            back[other].append(c)
    row: dict[str, float] = {c: float(k) for one in columns.values() for k, c in enumerate(one)}
    for turn in range(6):  # barycentres, from the left and from the right in turn
        for k in sorted(columns, reverse=bool(turn % 2)):
            near = back if turn % 2 == 0 else onward
            columns[k].sort(key=lambda c: (float(np.mean([row[o] for o in near[c]])) if near[c] else row[c], c))
            row |= {c: float(i) for i, c in enumerate(columns[k])}
    return {c: (k, i) for k, one in columns.items() for i, c in enumerate(one)}


def _depths(codes: Sequence[str], onward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return how many links lead to each station at most, a ring counted as one station."""
    at = {c: k for k, c in enumerate(codes)}
    station, between = condensed([(at[a], at[b]) for a, others in onward.items() for b in others], len(codes))
    depth = longest({(b, a) for a, b in between})
    return {c: depth.get(station[k], 0) for c, k in at.items()}
