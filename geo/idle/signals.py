"""Signs of use, weighed without settling what contradicts itself.

A sign says idle, low, part (a part stands vacant), active, or nothing. It is evidence and
never a verdict: the legal clock reads none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from geo.basis.reason import Reason, reason

Says = Literal["idle", "low", "part", "active", "contradictory", "none"]
Status = Literal["likely_idle", "under_used", "part_vacant", "in_use", "contradictory", "unknown"]
SIGNALS: Mapping[str, tuple[str, ...]] = {
    "building": ("power", "water", "tax", "staff", "registration", "vacancy", "imagery"),
    "land": ("built", "permit", "imagery", "buildings"),
}
"""Signals that can speak of a building and of a piece of land; confidence is held against all of them."""

SUMMED = "buildings"
"""A sign that sums up several signs of its own, and is enough by itself."""


@dataclass(frozen=True)
class Bounds:
    """Parameters of the evidence (`data/standards/idle-signals.toml`): from memory, editable.

    Parameters
    ----------
    idle_share, active_share : float
        A reading below the one share of its baseline says idle, from the other on active,
        between them low.
    window_months, short_months : int
        Months a low reading must last; lasting only the shorter stretch it says low.
    age_months : int
        A reading older than this on the day says nothing.
    vacancy_months : int
        Months a recorded vacancy must have lasted.
    bare_share, built_share : float
        Ground under buildings: below the one a plot says idle, below the other low. More
        says that it is built, which is not that it is used.
    least_weight, least_signs
        What it takes for any answer: one sign alone (electricity alone) is not enough.
    weights : mapping of signal to weight
    """

    idle_share: float
    active_share: float
    window_months: int
    short_months: int
    age_months: int
    vacancy_months: int
    bare_share: float
    built_share: float
    least_weight: float
    least_signs: int
    weights: Mapping[str, float]

    def weight(self, signal: str) -> float:
        """Return the weight of a signal; one nobody weighed counts nothing."""
        return self.weights.get(signal, 0.0)


@dataclass(frozen=True)
class Evidence:
    """What the signs of one asset come to.

    `confidence` is the weight of the signs behind the status over that of every signal
    that could speak of such an asset; 0 where there is no answer.
    """

    status: Status
    confidence: float
    reason: Reason

    @property
    def disagrees(self) -> bool:
        """True when signs contradict each other."""
        return self.status == "contradictory"


def weigh(said: Sequence[tuple[str, Says]], kind: str, bounds: Bounds) -> Evidence:
    """Weigh the signs of one asset.

    Parameters
    ----------
    said : sequence of (signal, says)
    kind : {"land", "building"}
    bounds : Bounds

    Returns
    -------
    Evidence
        ``contradictory`` whenever one sign says idle and another active, whatever they
        weigh, and however many more agree: a sign added to a set it contradicts never
        leaves a definite status. Signs that say nothing change nothing.
    """
    by = {word: sorted({s for s, says in said if says == word}) for word in ("idle", "low", "part", "active")}
    torn = sorted({s for s, says in said if says == "contradictory"})
    if by["idle"] and by["active"]:
        return Evidence("contradictory", 0.0, reason("evidence_contradictory", **by, torn=torn))
    if torn:
        return Evidence("contradictory", 0.0, reason("evidence_handed_on", **by, torn=torn))
    status, behind = _agreed(by, bounds)
    if status == "unknown":
        return Evidence("unknown", 0.0, reason("evidence_unknown" if any(by.values()) else "evidence_none", **by))
    whole = sum(bounds.weight(s) for s in {*SIGNALS[kind], *behind})
    share = sum(bounds.weight(s) for s in behind) / whole if whole else 0.0
    return Evidence(status, share, reason(f"evidence_{status}", **by))


def _agreed(by: Mapping[str, list[str]], bounds: Bounds) -> tuple[Status, list[str]]:
    """Return the status of signs that do not contradict each other, and the signs behind it."""
    weight = {word: sum(bounds.weight(s) for s in signals) for word, signals in by.items()}
    if by["part"] and not by["idle"]:
        return "part_vacant", by["part"]
    if _enough(by["idle"], bounds):
        return "likely_idle", by["idle"]
    weak = by["idle"] + by["low"]
    if by["active"]:
        if weight["low"] >= weight["active"] and _enough(weak, bounds):
            return "under_used", weak
        return ("in_use", by["active"]) if _enough(by["active"], bounds) else ("unknown", [])
    return ("under_used", weak) if by["low"] and _enough(weak, bounds) else ("unknown", [])


def _enough(signals: Sequence[str], bounds: Bounds) -> bool:
    heavy = sum(bounds.weight(s) for s in signals) >= bounds.least_weight
    return heavy and (len(signals) >= bounds.least_signs or SUMMED in signals)
