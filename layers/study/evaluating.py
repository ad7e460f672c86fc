"""How development zones are evaluated (开发区土地集约利用评价), as `study.toml` says it."""

from __future__ import annotations

from datetime import date as day
from typing import Literal

from pydantic import Field

from geo.basis.frozen import Frozen


class Decided(Frozen):
    """A weight or an ideal value somebody set, and why (特尔菲法、政策或专家)."""

    value: float
    reason: str
    date: day | None = None


class Evaluation(Frozen):
    """How development zones are evaluated (开发区土地集约利用评价).

    Parameters
    ----------
    weights : str
        Shipped set of weights: ``a`` (two scopes) or ``b``.
    kind : str
        Kind of zone whose ideal values count: ``economic``, ``high-tech`` or ``bonded``.
    weight, ideal : mapping of id to Decided
        Own weights (``a-goal-use`` …) and ideal values (``far`` …) with their reasons.
    """

    weights: Literal["a", "b"] = "a"
    kind: Literal["economic", "high-tech", "bonded"] = "economic"
    weight: dict[str, Decided] = Field(default_factory=dict)
    ideal: dict[str, Decided] = Field(default_factory=dict)
