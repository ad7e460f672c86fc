"""Accept what a check proposes for a layer (接受处理方式): the decision is written to its settings, by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.sources.checks.crs import BALLPARK
from layers.sources.checks.datum_shift import GIVEN
from layers.study import inspection, overrides, settings, spec
from layers.study.changes import commit
from layers.study.layer_part import PREFIX, SIGN
from layers.study.load import Home
from layers.study.lock import WAIT_S, writing


def accept(folder: Path, layer_id: str, names: Sequence[str]) -> list[str]:
    """Accept proposals for a layer of a study and return all it has accepted.

    Parameters
    ----------
    folder : Path
    layer_id : str
    names : sequence of str
        Names of proposals as the check of the layer gives them now.

    Raises
    ------
    CallError
        No such layer, or a name the check of the layer does not propose.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    with writing(folder, "accept", WAIT_S):
        study = overrides.study(folder)
        layer = settings.layer_of(study, layer_id)
        found = inspection.check_layer(layer, Home(study, folder))
        offered = {f.proposal for f in found} | {str(f.reason.values.get("keep", "")) for f in found}
        offered.discard("")
        if not names or (lost := [n for n in names if not _offered(n, offered) and n not in layer.accept]):
            raise CallError(reason("accept_not_proposed", names=list(lost if names else ["–"]), known=sorted(offered)))
        whole = [*layer.accept, *(n for n in dict.fromkeys(names) if n not in layer.accept)]
        document = settings.read(folder)
        next(t for t in document["layers"] if t["id"] == layer_id)["accept"] = whole
        settings.put(folder, document, commit("accept", "did_accept", id=layer_id, file=spec.FILE))
    return whole


def _offered(name: str, offered: set[str]) -> bool:
    """Tell whether a name is proposed, or gives the parameters a proposal without any asks for."""
    part = "".join(f"{word}{SIGN}" for word in name.split(SIGN)[:2]) if name.startswith(PREFIX) else ""
    shift = name.removeprefix(part).startswith(GIVEN)
    return name in offered or (shift and f"{part}{BALLPARK}" in offered)
