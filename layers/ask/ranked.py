"""The sites of a run ranked this way and that, on tables held in memory: what the weights of the screen move.

Nothing here is written; a full run is started by `layers/study/jobs.py` when the user
keeps a setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import Reason, reason
from geo.rank import answer, facts, weights
from geo.rank.ahp import Compared, compared
from geo.rank.scale import Scaled, scaled
from geo.rank.spec import CriteriaSet, Weighting
from geo.rank.twins import twins
from layers import toml
from layers.ask import rated
from layers.study.registers import criteria
from layers.study.run.results import Results

Judgement = tuple[str, str, float]


@dataclass(frozen=True)
class RankTrial:
    """Weights under trial.

    Parameters
    ----------
    weights : mapping of criterion to weight
        Instead of those of the run; all weights then become shares of their sum.
    weighting : {"given", "ahp", "entropy"} or None
        None: as in the run.
    judgements : tuple of (id, id, number)
        For ahp.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    weighting: Weighting | None = None
    judgements: tuple[Judgement, ...] = ()


AS_RUN = RankTrial()


@dataclass(frozen=True)
class Ranked:
    """One answer: the criteria with their weights, every score, and how far the order holds."""

    criteria: CriteriaSet
    weights: dict[str, float]
    comparison: Compared | None
    scores: pd.DataFrame
    ranking: pd.DataFrame
    tolerance: pd.DataFrame


class Bench:
    """Sites of one run, or its projects, ready to be ranked again.

    Parameters
    ----------
    results : Results
    sites : DataFrame or None
        Columns of the table `sites`; None: the units of the run.
    asked : CriteriaSet or None
        None: those of the run. A set for projects ranks the table `projects`.
    """

    def __init__(self, results: Results, sites: pd.DataFrame | None = None, asked: CriteriaSet | None = None):
        self.results = results
        self.criteria = asked or results.criteria
        projects = self.criteria.unit == "project"
        table = results.table("projects" if projects else "sites") if sites is None else sites
        self.sites = table
        units = rated.units(results) if projects else facts.of_sites(table)
        found = scaled(units, self.criteria.criteria, self.criteria.unit_id)
        self.found: Scaled = replace(found, barred=_rejected(results, table)) if projects else found

    def asked(self, trial: RankTrial = AS_RUN) -> CriteriaSet:
        """Return the criteria of a trial.

        Raises
        ------
        CallError
            A weight of a criterion that does not exist, or no weight above 0.
        """
        weighting: Weighting | None = "given" if trial.weights and trial.weighting is None else trial.weighting
        return criteria.effective(self.criteria, (), dict(trial.weights), weighting, trial.judgements)

    def answer(self, trial: RankTrial = AS_RUN) -> Ranked:
        """Rank the sites under a trial; raises as `asked`, and for judgements that are not complete."""
        asked = self.asked(trial)
        comparison = None
        if asked.weighting == "ahp":
            comparison = compared([c.id for c in asked.criteria], asked.judgements)
        weighed = comparison.weights if comparison else weights.of(asked, self.found)
        draws = criteria.draws_of(self.results.study)
        made = answer.tables(self.found, weighed, draws, self.criteria.unit_id)
        return Ranked(asked, weighed, comparison, **made)

    def twins(self, site_id: str, weighed: Mapping[str, float], count: int = 3) -> pd.DataFrame:
        """Return the sites most like one (see `geo.rank.twins`)."""
        return twins(self.found, weighed, site_id, count, self.criteria.unit_id)


def _rejected(results: Results, projects: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return why projects that do not pass the gates are not ranked, None for the others."""
    if not results.has("gate_results"):
        return np.full(len(projects), None, object)
    rows = results.table("gate_results")
    rows = rows[rows["result"] == "conflict"]
    why = dict(zip(rows["project_id"], map(Reason.from_json, rows["reason"].astype(str)), strict=True))
    return np.array([why.get(p) for p in projects["project_id"]], object)


def by_set(results: Results, name: str) -> Bench:
    """Return the bench of another set than that of the run: a shipped one, or a file of the study folder.

    Raises
    ------
    SpecError
        No such set, or one that does not hold together.
    """
    return Bench(results, asked=criteria.named(name, results.folder))


@lru_cache(maxsize=2)
def bench(results: Results) -> Bench:
    """Return the bench of the results, built once per run; two stay in memory."""
    return Bench(results)


def weights_of(words: Sequence[str]) -> dict[str, float]:
    """Read weights as a command gives them: ``id=0.3``, or a file with lines ``id = 0.3``.

    Raises
    ------
    CallError
        A word that is neither, or a weight that is not a number.
    SpecError
        A file that is not TOML.
    """
    out: dict[str, object] = {}
    for word in words:
        name, equals, number = word.partition("=")
        if equals:
            out[name.strip()] = number
        elif Path(word).is_file():
            out |= toml.read(Path(word))
        else:
            raise CallError(reason("weight_pair_unreadable", given=[word]))
    try:
        return {name: float(str(value)) for name, value in out.items()}
    except ValueError:
        raise CallError(reason("weight_pair_unreadable", given=[f"{k}={v}" for k, v in out.items()])) from None
