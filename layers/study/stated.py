"""What a layer states of itself that cannot be so: a day after the study's, field ridges that contradict each other."""

from __future__ import annotations

import pandas as pd

from geo.measure import ridges
from layers.sources.finding import Finding, finding
from layers.study.spec import LayerSpec, Study


def ridge_findings(parcels: pd.DataFrame) -> list[Finding]:
    """Say of which parcels the field ridges are stated twice in different ways, or as what is no share."""
    out = []
    for code, which in (("ridges_differ", ridges.contradicting), ("ridges_unreadable", ridges.unreadable)):
        ids = parcels.loc[which(parcels), "parcel_id"]
        if len(ids):
            out.append(finding("warn", code, count=len(ids), ids=ids.astype(str).tolist()[:20]))
    return out


def dated_later(spec: LayerSpec, study: Study) -> list[Finding]:
    """Say that a layer bears a day after the study's: a slip of the year would pass old data for new."""
    if spec.vintage is None or spec.vintage <= study.as_of:
        return []
    return [finding("warn", "layer_dated_later", vintage=spec.vintage.isoformat(), as_of=study.as_of.isoformat())]
