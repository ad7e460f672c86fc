"""What the study decides about screening, apart from its inputs."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo.rules.spec import Rule
from geo.screen.status import Minimum


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
    """

    rules: tuple[Rule, ...]
    aside: frozenset[str] = frozenset()
    use_class: str = "general"
    minimum: Minimum = field(default_factory=Minimum)

    @property
    def applicable(self) -> tuple[Rule, ...]:
        """Rules that judge parcels for this use."""
        return tuple(r for r in self.rules if r.applies(self.use_class))

    @property
    def examined(self) -> tuple[Rule, ...]:
        """Applicable rules that count this round."""
        return tuple(r for r in self.applicable if r.id not in self.aside)
