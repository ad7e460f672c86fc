"""Names of the parks, for every page that speaks of one."""

from __future__ import annotations

from collections.abc import Mapping

from layers.serve.held import Held
from layers.study.run.results import Results
from layers.words import park_name

_names: Held[Mapping[str, str]] = Held(4)


def park_names(results: Results) -> Mapping[str, str]:
    """Return the names of parks by id, those that can be quoted; read once per run."""
    return _names.get(results.name(), lambda: park_name.park_names(results))
