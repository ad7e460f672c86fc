"""The stages of a study in the order of the flow (`geo.study.run`): each is bound to the folder by a module here."""

from layers.study.run.stage import STEPS, Stage, Tables, Work
from layers.study.stages import assemble, idle, inefficient, land, place, project, rank, stock

_MODULES = (assemble, idle, inefficient, land, place, project, rank, stock)
_BOUND = {made.name: made for module in _MODULES for made in vars(module).values() if isinstance(made, Stage)}
STAGES: tuple[Stage, ...] = tuple(_BOUND[name] for name in STEPS)
TABLE_STAGE = {table: stage for stage in STAGES for table in stage.writes}

__all__ = ["STAGES", "TABLE_STAGE", "Stage", "Tables", "Work", "wanted"]


def wanted(until: str) -> tuple[Stage, ...]:
    """Return a stage and all it needs, in order; all of them for the word ``all``.

    Raises
    ------
    ValueError
        No stage has that name; a run of nothing would leave results that lead nowhere.
    """
    if until == "all":
        return STAGES
    if until not in {s.name for s in STAGES}:
        raise ValueError(f"no stage {until!r}")
    asked = {until}
    for stage in reversed(STAGES):
        if stage.name in asked:
            asked |= set(stage.needs)
    return tuple(s for s in STAGES if s.name in asked)
