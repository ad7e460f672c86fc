"""The chain map of a run: of the county, or of one park."""

from __future__ import annotations

from dataclasses import dataclass

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.project import chainmap
from geo.project.chainmap import ChainMap
from geo.project.stations import EVERYWHERE
from layers.ask.listed import only_own
from layers.study.run.results import Results

CONFLICT = "conflict"


@dataclass(frozen=True)
class Chained:
    """The map, the parks it could be drawn for, and the rejected projects that fill nothing."""

    results: Results
    found: ChainMap
    parks: tuple[str, ...]
    rejected: tuple[str, ...]


def chained(results: Results, park: str = EVERYWHERE) -> Chained:
    """Draw up the chain of a park, or with "" of the county.

    Raises
    ------
    CallError
        No such park.
    BlockedError
        The project list is use-only.
    """
    only_own(results)
    near = results.table("chain_stations")
    parks = tuple(sorted(set(near["park_id"].astype(str)) - {EVERYWHERE}))
    if park not in (EVERYWHERE, *parks):
        raise CallError(reason("league_choice_unknown", given=park, known=list(parks)))
    gates = results.table("gate_results")
    lost = tuple(gates.loc[gates["result"] == CONFLICT, "project_id"].astype(str))
    amounts = results.table("link_amounts") if results.has("link_amounts") else None
    made = chainmap.chart(results.table("links"), near, results.table("projects"), lost, park, amounts=amounts)
    return Chained(results, made, parks, lost)
