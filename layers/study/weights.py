"""Keep weights as the study's own (权重方案): the section ``[ranking]`` of `study.toml`, by person and ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.study import settings, spec
from layers.study.changes import commit
from layers.study.lock import WAIT_S, writing

Judgements = Sequence[tuple[str, str, float]]


def keep(
    folder: Path, weights: Mapping[str, float], person: str, ground: str, way: str = "", judgements: Judgements = ()
) -> None:
    """Write weights, or the way they are made, into the settings of a study.

    Parameters
    ----------
    folder : Path
    weights : mapping of criterion to weight
        Empty: those of the set.
    person, ground : str
        Who decides and on what ground; stands beside the weights.
    way : {"", "given", "ahp", "entropy"}
    judgements : sequence of (first, second, times)
        For ``ahp``.

    Raises
    ------
    CallError
        No person or no ground.
    SpecError
        A way nobody knows.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    if not person.strip() or not ground.strip():
        raise CallError(reason("local_rule_without_ground"))
    with writing(folder, "weights", WAIT_S):
        spec.read(folder)
        document = settings.read(folder)
        section = document.setdefault("ranking", tomlkit.table())
        wanted: dict[str, Any] = {
            "weights": {k: round(float(v), 6) for k, v in weights.items()}, "weighting": way,
            "judgements": [list(j) for j in judgements],
            "decided": f"{person.strip()}：{ground.strip()}（{date.today().isoformat()}）",
        }  # fmt: skip
        for key, value in wanted.items():
            if value:
                section[key] = value
            else:
                section.pop(key, None)
        settings.put(folder, document, commit("weights", "did_weights", file=spec.FILE))
