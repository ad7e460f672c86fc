"""What is known of idle land and buildings whatever the day, and the figures it is held against."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo.idle.arable import ArableLimits
from geo.idle.seen import Reading
from geo.idle.signals import Bounds
from geo.idle.terms import Limits


@dataclass(frozen=True)
class Known:
    """What is known of idle land and buildings, whatever the day.

    Parameters
    ----------
    assets, records, readings, marks, imagery, imagery_change : DataFrame
        Tables `idle_assets`, `idle_records`, `idle_readings`, `idle_marks`, and what images
        show of the plots.
    """

    assets: pd.DataFrame
    records: pd.DataFrame
    readings: pd.DataFrame
    marks: pd.DataFrame
    imagery: pd.DataFrame
    imagery_change: pd.DataFrame


@dataclass(frozen=True)
class Figures:
    """Figures of the clock, of the evidence, of reading images, and of cultivated land left unused."""

    limits: Limits
    bounds: Bounds
    reading: Reading
    arable: ArableLimits
