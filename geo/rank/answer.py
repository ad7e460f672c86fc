"""One answer about units already read: every score, the order, and how far it can be defended."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.rank import score
from geo.rank.robust import Draws, tolerance
from geo.rank.scale import Scaled


def tables(
    found: Scaled, weighed: Mapping[str, float], draws: Draws, unit_id: str = "site_id"
) -> dict[str, pd.DataFrame]:
    """Return the tables `scores`, `ranking` and `tolerance` of units under some weights."""
    kept, by = ~found.infeasible, score.vector(found, weighed)
    return {
        "scores": score.scores(found, weighed, unit_id),
        "ranking": score.ranking(found, weighed, draws, unit_id),
        "tolerance": tolerance(found.low[kept], by, found.unit_ids[kept], [c.id for c in found.criteria]),
    }
