"""The declared objective (目标): what placing a project is worth, in whole units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.units import MU_M2

Floats = npt.NDArray[np.float64]
STEP = 0.01
"""One whole unit of value, in the unit of the objective."""
TERMS = {
    "tax": "wan_a", "output": "wan_a", "investment": "wan", "jobs": "person", "land_saved": "mu", "score": "point",
    "count": "project",
}  # fmt: skip
"""What may be maximised, and the code of its unit."""


@dataclass(frozen=True)
class Objective:
    """What is maximised.

    Parameters
    ----------
    terms : mapping of term to weight
        One term with weight 1 is that quantity itself; several are added, each times its
        weight: the weight is what one unit of the term is worth.
    """

    terms: Mapping[str, float] = field(default_factory=lambda: {"tax": 1.0})

    @property
    def id(self) -> str:
        """Name of the objective, ``tax`` or ``tax+jobs``."""
        return "+".join(self.terms)

    @property
    def unit(self) -> str:
        """Unit of a single plain term, "" for a sum of different ones."""
        plain = list(self.terms.items())
        return TERMS[plain[0][0]] if len(plain) == 1 and plain[0][1] == 1.0 else ""


def worths(objective: Objective, project: Mapping[str, object], fits: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the value of one project's options in whole units.

    Parameters
    ----------
    objective : Objective
    project : mapping
        Columns of `projects` and `demand`; a figure that is not given counts nothing, since
        what is not known never scores.
    fits : DataFrame
        ``given_m2`` (land the project is given, or would be given if it went onto land),
        ``saved_m2``, ``score`` per option.
    """
    total = np.zeros(len(fits))
    for term, weight in objective.terms.items():
        total += weight * _term(term, project, fits)
    return np.rint(np.maximum(total, 0.0) / STEP).astype(np.int64)


def _term(term: str, project: Mapping[str, object], fits: pd.DataFrame) -> Floats:
    if term == "tax":
        return _per_land(project, "tax_wan_mu", "tax_wan", fits)
    if term == "land_saved":
        return _known(fits["saved_m2"]) / MU_M2
    if term == "score":
        return _known(fits["score"])
    column = {"output": "output_wan", "investment": "investment_wan", "jobs": "staff"}.get(term)
    return np.full(len(fits), 1.0 if column is None else _number(project.get(column)))


def _per_land(project: Mapping[str, object], rate: str, whole: str, fits: pd.DataFrame) -> Floats:
    """Return rate × land given where a rate is stated, else the sum stated for the project."""
    per_mu = _number(project.get(rate))
    if per_mu > 0:
        return per_mu * _known(fits["given_m2"]) / MU_M2
    return np.full(len(fits), _number(project.get(whole)))


def _known(values: pd.Series) -> Floats:
    return np.asarray(values.fillna(0.0), np.float64)


def _number(value: object) -> float:
    number = float(value) if isinstance(value, (int, float, np.floating, np.integer)) else np.nan
    return 0.0 if np.isnan(number) else number
