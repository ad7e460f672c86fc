"""What use an industry is (排污、化工、物流): a table of data, open where the code given is too coarse to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import numpy.typing as npt

from geo.basis.reason import reason
from geo.project.facts import MAYBE, NO, SEVERAL, YES, concerns
from geo.rules.applied import NotApplied, out_of_time
from geo.rules.spec import Rule
from geo.rules.terms import UseClass

GENERAL = "general"
USES: tuple[UseClass, ...] = get_args(UseClass)


@dataclass(frozen=True)
class Uses:
    """Which industries are of which use.

    Parameters
    ----------
    known : mapping of use to (mapping of industry code to NO, MAYBE or YES)
        The longest code that begins an industry answers for it. A use that is not in it is
        not known of any industry.
    """

    known: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, industry: str, use: str) -> int:
        """Tell whether an industry is of a use: NO, MAYBE (unknown, open, or given too coarsely), YES.

        An industry is general when it is of no other use.
        """
        if use == GENERAL:
            others = [self.of(industry, u) for u in USES if u != GENERAL]
            return {YES: NO, MAYBE: MAYBE, NO: YES}[max(others)]
        listed = self.known.get(use)
        if not industry or listed is None:
            return MAYBE
        own = max((c for c in listed if industry.startswith(c)), key=len, default="")
        answer = listed[own] if own else NO
        below = {listed[c] for c in listed if c.startswith(industry) and c != industry}
        return answer if below <= {answer} else MAYBE

    def all_of(self, industry: str) -> dict[str, int]:
        """Return the answer for every use."""
        return {use: self.of(industry, use) for use in USES}


def speaks(rule: Rule, industry: str, uses: Mapping[str, int]) -> int:
    """Tell whether a rule speaks of a project: by its industry and by its use, both where a rule names both.

    Parameters
    ----------
    rule : Rule
    industry : str
        Code of GB/T 4754-2017, "" where it is not known.
    uses : mapping of use to NO, MAYBE or YES
        See `Uses.all_of`; a use that is not in it is not known.
    """
    by_industry = concerns(rule.industries, industry) if rule.industries else YES
    by_use = max(uses.get(u, MAYBE) for u in rule.use_classes) if rule.use_classes else YES
    return min(by_industry, by_use)


def spoken_of(rule: Rule, industries: Sequence[str], uses: Uses) -> npt.NDArray[np.uint8]:
    """Return `speaks` for every industry."""
    answers = {i: _speaks_of(rule, i, uses) for i in set(industries)}
    return np.array([answers[i] for i in industries], np.uint8)


def _speaks_of(rule: Rule, industry: str, uses: Uses) -> int:
    """Tell whether a rule speaks of a project; of one with several industries only what holds for all is sure."""
    found = {speaks(rule, i, uses.all_of(i)) for i in industry.split(SEVERAL)}
    return found.pop() if len(found) == 1 else MAYBE


def why_open(rule: Rule, industry: str) -> str:
    """Return the code of the reason why a rule may or may not speak of a project."""
    if SEVERAL in industry:
        return "gate_industry_unknown"
    by_industry = bool(rule.industries) and concerns(rule.industries, industry) == MAYBE
    return "gate_industry_unknown" if by_industry or not industry else "gate_use_unknown"


def not_applied_to(
    rules: Sequence[Rule], industry: str, uses: Uses, states: frozenset[str] | None = None
) -> tuple[NotApplied, ...]:
    """Return what does not judge a project, on any site, with the reason.

    `states` are the columns in which the project gives a figure; None takes every one as given.

    All other rules do: those of its industry and use, and those of every use, which judge the parcels
    a site is made of.
    """
    silent = [r for r in rules if not r.stood_for and _speaks_of(r, industry, uses) == NO]
    named = (reason("applied_not_spoken", uses=list(r.use_classes), industries=list(r.industries)) for r in silent)
    unstated = [r for r in rules if not (r.stood_for or r in silent) and r.limit_fact and
                states is not None and r.limit_fact not in states]  # fmt: skip
    own = [NotApplied(r, reason("applied_no_figure")) for r in unstated]
    return (*(NotApplied(r, why) for r, why in zip(silent, named, strict=True)), *own, *out_of_time(rules))
