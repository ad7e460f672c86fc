"""A sourced figure: a value or range that says where it comes from and how sure it is."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import model_validator

from geo.basis.frozen import Frozen

Confidence = Literal["S", "S2", "C", "M", "local"]
"""S seen in a source · S2 seen in a secondary one · C computed · M from memory · local set by the user."""


def unverified(confidence: str, verified_by: str = "") -> bool:
    """Tell whether a figure rests on memory alone; such a figure never rejects anything."""
    return confidence == "M" and not verified_by


class Figure(Frozen):
    """A value or range with unit, source, date and confidence.

    Parameters
    ----------
    low, high : float or None
        Bounds in `unit`; equal for a single value; None is open on that side.
    unit : str
        Unit as shown, for example ``"万元/亩"``.
    source, date : str, datetime.date or None
        Document the figure was read in, and its date.
    confidence : {"S", "S2", "C", "M", "local"}
        An M figure is shown as unverified and never rejects.
    verified_by : str
        Who checked an M figure against a document; lifts the mark.
    """

    low: float | None = None
    high: float | None = None
    unit: str
    source: str = ""
    date: datetime.date | None = None
    confidence: Confidence
    verified_by: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Figure:
        if self.low is None and self.high is None:
            raise ValueError("figure_without_value")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("figure_low_above_high")
        return self

    @property
    def unverified(self) -> bool:
        """True for a figure from memory that nobody has checked."""
        return unverified(self.confidence, self.verified_by)
