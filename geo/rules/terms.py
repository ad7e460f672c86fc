"""What judging reads of a rule: its limit and what it does to land. All else about a rule is words.

Kept apart from `geo.rules.spec`, which reads and checks rule packs, so that a process that
only judges columns loads neither the checking of packs nor tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from geo.basis.layer import Zone

Test = Literal["overlap_m2", "overlap_share", "outside_m2", "distance_m", "value"]
Operator = Literal["<=", ">="]
Severity = Literal["exclude", "restrict", "procedure", "prefer"]
Effect = Literal["cut", "parcel"]
UseClass = Literal["general", "discharging", "chemical", "logistics"]

AREA_TESTS = ("overlap_m2", "overlap_share", "outside_m2")


class Terms(Protocol):
    """Anything that can be judged: a `geo.rules.spec.Rule`, or its `Limit`."""

    @property
    def id(self) -> str:
        """Name of the rule."""

    @property
    def layer(self) -> str:
        """Layer that is measured; empty for a fact."""

    @property
    def fact(self) -> str:
        """Column of the facts that is read; empty for a layer."""

    @property
    def test(self) -> Test:
        """What is measured."""

    @property
    def operator(self) -> Operator:
        """The rule holds when ``measured operator threshold``."""

    @property
    def threshold(self) -> float:
        """Limit, in the unit of what is measured."""

    @property
    def zone(self) -> Zone:
        """Part of the layer that is measured, widened as the rule says."""

    @property
    def minus(self) -> tuple[str, ...]:
        """Layers whose ground is left out of the zone."""

    @property
    def tolerance(self) -> float:
        """In the unit of what is measured; changes the word, never the number."""

    @property
    def binding(self) -> Severity:
        """Severity that counts for the status."""

    @property
    def cuts(self) -> bool:
        """True when the measured shape is taken out of the land."""

    @property
    def doubted(self) -> bool:
        """True for a rule that may not hold here: it proves no conflict and takes no ground for sure."""

    @property
    def doubt(self) -> str:
        """Code of the reason why it may not hold."""


@dataclass(frozen=True)
class Limit:
    """A rule reduced to its terms; `geo.rules.spec.Rule.limit` makes it."""

    id: str
    layer: str
    fact: str
    test: Test
    operator: Operator
    threshold: float
    zone: Zone
    minus: tuple[str, ...]
    tolerance: float
    binding: Severity
    cuts: bool
    doubted: bool = False
    doubt: str = "rule_out_of_force"
