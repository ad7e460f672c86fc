"""What rules read about projects: facts as intervals, and which projects a rule speaks of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.units import hi
from geo.rules.judge import Measured
from geo.rules.spec import Rule

Floats = npt.NDArray[np.float64]
NO, MAYBE, YES = 0, 1, 2
LISTED = "listed_code"
"""Fact that is 1 for every project: a rule with industries and this fact is an entry of a negative list (负面清单)."""


APART = "nearest_project_m"
"""Fact that is known only of projects on sites together: how far the next one stands (`geo.project.apart`)."""
SEVERAL = "|"
"""Between the industries of a project that states several: one of them holds for its land, nobody says which."""


def industries(projects: pd.DataFrame) -> list[str]:
    """Return what is known of every project's industry: a code, "" for none, several joined by `SEVERAL`."""
    one = projects["industry"].astype(str)
    if "industries" not in projects:
        return one.tolist()
    all_ = projects["industries"].fillna("").astype(str)
    return one.where(one != "", all_).tolist()


def of_projects(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules that judge projects: those that name industries or uses."""
    return tuple(r for r in rules if (r.industries or r.use_classes) and not (r.stood_for or r.absent))


def about_land(rule: Rule, projects: pd.DataFrame) -> bool:
    """Tell whether a rule reads the land, not the project: it waits for a site."""
    return rule.test != "value" or not (rule.fact == LISTED or rule.fact in projects)


def limits(rule: Rule, projects: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the limit of a rule for every project, from … to: its own figure where the rule asks for it.

    NaN where a project states none, or none at all (0): such a rule does not speak of it.
    """
    if not rule.limit_fact:
        same = np.full(len(projects), rule.threshold)
        return same, same
    return column_limits(rule.limit_fact, projects)


def column_limits(column: str, projects: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the figure of a column for every project, from … to; NaN where it states none, or none at all (0)."""
    if column not in projects:
        none = np.full(len(projects), np.nan)
        return none, none
    low = projects[column].to_numpy(np.float64)
    high = projects[hi(column)].to_numpy(np.float64) if hi(column) in projects else low
    silent = (np.isnan(low) & np.isnan(high)) | (high <= 0)
    return np.where(silent, np.nan, np.nan_to_num(low)), np.where(
        silent, np.nan, np.where(np.isnan(high), np.inf, high)
    )


def concerns(codes: Sequence[str], industry: str) -> int:
    """Tell whether codes speak of an industry: NO, MAYBE (the industry is unknown or given too coarsely), YES."""
    if any(industry.startswith(code) for code in codes) and industry:
        return YES
    # "C" may be C26: a code above the one a rule names leaves it open
    return MAYBE if not industry or any(code.startswith(industry) for code in codes) else NO


def measured(rule: Rule, projects: pd.DataFrame) -> Measured:
    """Return the interval a rule reads about every project; an empty cell is unbounded."""
    if rule.fact == LISTED:
        ones = np.ones(len(projects))
        return Measured.interval(ones, ones, "")
    low = projects[rule.fact].to_numpy(np.float64)
    high = projects[hi(rule.fact)].to_numpy(np.float64) if hi(rule.fact) in projects else low
    return Measured.interval(low, high, "project_fact_blank")
