"""What if a threshold, a severity, an effect or the rules were others: tables only, at the speed of thought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geo.basis.layer import Zone
from geo.rules.evidence import Evidence, measured
from geo.rules.judge import Judgement, Measured, judge
from geo.rules.terms import Terms
from geo.screen.remains import Left, remaining
from geo.screen.status import STATUSES, Minimum, Standing, standing

if TYPE_CHECKING:
    from geo.screen.once import Stacks

Amounts = Callable[[Evidence], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Answer:
    """Status of every parcel under one setting of the rules, and how many stand where."""

    judged: Judgement
    left: Left
    standing: Standing

    @property
    def counts(self) -> dict[str, int]:
        """Parcels per status word."""
        found = np.bincount(self.standing.code, minlength=len(STATUSES))
        return {word: int(n) for word, n in zip(STATUSES, found, strict=True)}

    def area_m2(self, of: npt.NDArray[np.float64]) -> dict[str, float]:
        """Sum a per-parcel area by status word."""
        summed = np.bincount(self.standing.code, weights=of, minlength=len(STATUSES))
        return {word: float(a) for word, a in zip(STATUSES, summed, strict=True)}


@dataclass(frozen=True)
class Board:
    """Measured tables held in memory; intervals are read once per measured thing, not per threshold."""

    data: Evidence
    shared: Stacks | None = None
    _read: dict[tuple[Zone, str, str, tuple[str, ...]], Measured] = field(default_factory=dict)

    def measured(self, rule: Terms) -> Measured:
        """Return the interval a rule reads; rules that differ only in their limit share it."""
        key = (rule.zone, rule.fact, rule.test, rule.minus)
        if key not in self._read:
            self._read[key] = measured(rule, self.data)
        return self._read[key]

    def once(self, amount: npt.NDArray[np.float64], counted: npt.NDArray[np.bool_], shared: Amounts) -> float:
        """Sum an amount over parcels; of ground they share, `shared` tells how much is to be counted once.

        Parameters
        ----------
        amount : float array
            Per parcel.
        counted : bool array
            Parcels in the sum.
        shared : callable (Evidence) → float array
            The same amount of each stack, worked out as if it were a parcel.
        """
        whole = float(amount[counted].sum())
        if self.shared is None or not len(self.shared):
            return whole
        return whole - self.shared.surplus(shared(self.shared.data), counted)

    def answer(self, rules: Sequence[Terms], aside: frozenset[str], minimum: Minimum) -> Answer:
        """Judge every parcel again.

        Parameters
        ----------
        rules : sequence of Terms
            Those that apply to the use, in order.
        aside : set of rule ids
            Not examined: judged, but out of status and ledger.
        minimum : Minimum
            The area is held against what is left; the width needs shapes and is
            looked at only by a full run.
        """
        judged = judge(rules, self.data.parcel_ids, self.measured)
        left = remaining([r for r in rules if r.id not in aside], self.data)
        return Answer(judged, left, standing(judged, left, aside, minimum))
