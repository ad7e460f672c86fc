"""What the study decides about screening, apart from its inputs."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo.rules.spec import Rule
from geo.screen.status import CANDIDATE_MIN_M2, CANDIDATE_MIN_WIDTH_M, Minimum


@dataclass(frozen=True)
class Setting:
    """Rules and what they are read with.

    Parameters
    ----------
    rules : tuple of Rule
        Effective rules in order.
    aside : set of rule ids
        Not examined this round (未审查).
    use_class : str
        What the land is screened for.
    minimum : Minimum
        What is left of a parcel must reach it.
    candidate : Minimum
        A part that is left must reach it to be a candidate by itself; less is a remnant, which keeps its
        status and may be assembled with its neighbours.
    """

    rules: tuple[Rule, ...]
    aside: frozenset[str] = frozenset()
    use_class: str = "general"
    minimum: Minimum = field(default_factory=Minimum)
    candidate: Minimum = field(default_factory=lambda: Minimum(CANDIDATE_MIN_M2, CANDIDATE_MIN_WIDTH_M))

    @property
    def applicable(self) -> tuple[Rule, ...]:
        """Rules that judge parcels for this use."""
        return tuple(r for r in self.rules if r.applies(self.use_class))

    @property
    def examined(self) -> tuple[Rule, ...]:
        """Applicable rules that count this round."""
        return tuple(r for r in self.applicable if r.id not in self.aside)
