"""What a park is called: by its id and its name."""

from __future__ import annotations

from collections.abc import Mapping

from layers.study.run.layer_rows import rows_used
from layers.study.run.results import Results


def park_names(results: Results) -> Mapping[str, str]:
    """Return the names of parks by id, from the park layers that can be quoted."""
    out: dict[str, str] = {}
    for spec in results.study.with_role("park"):
        rows = None if spec.use_only else rows_used(results, spec)
        if rows is not None:
            out |= dict(zip(rows.texts("park_id"), rows.texts("name"), strict=True))
    return out


def park_text(results: Results, park: str) -> str:
    """Return a park by id and name, as every document names it; "" for none."""
    return " ".join(filter(None, (park, park_names(results).get(park, "") if park else "")))
