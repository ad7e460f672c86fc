"""The map of funds of a run: funds and investors' money stay in the libraries, what projects need in their list."""

from __future__ import annotations

from dataclasses import dataclass

from geo.project import fundmap
from geo.project.fundmap import FundMap
from geo.project.library import FUND
from layers.ask import library
from layers.ask.listed import only_own
from layers.study.run.results import Results

CONFLICT = "conflict"


@dataclass(frozen=True)
class Funding:
    """The map, and how many entries of use-only libraries are not told."""

    results: Results
    found: FundMap
    held: int


def funding(results: Results) -> Funding:
    """Draw up who needs money and who could give it.

    Raises
    ------
    BlockedError
        The project list is use-only.
    """
    only_own(results)
    whole = library.found(results)
    gates = results.table("gate_results")
    lost = tuple(gates.loc[gates["result"] == CONFLICT, "project_id"].astype(str))
    brought = bool(results.study.with_role(FUND)) and not any(s.use_only for s in results.study.with_role(FUND))
    made = fundmap.chart(whole.entries, whole.links, results.table("projects"), lost, results.study.as_of, brought)
    return Funding(results, made, whole.held)
