"""Names of the parks, for every page that speaks of one."""

from __future__ import annotations

from collections.abc import Mapping

from layers.outputs import meeting_facts
from layers.serve.held import Held
from layers.study.run.results import Results

_names: Held[Mapping[str, str]] = Held(4)


def park_names(results: Results) -> Mapping[str, str]:
    """Return the names of parks by id, those that can be quoted; read once per run."""
    return _names.get(results.name(), lambda: meeting_facts.park_names(results))
