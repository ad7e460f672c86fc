"""The stages of a study in the order they are built; a new stage is a module here and a place in this list."""

from layers.study.run.stage import Stage, Tables, Work
from layers.study.stages import assemble, idle, inefficient, land, place, project, rank, stock

STAGES: tuple[Stage, ...] = (
    land.LOAD, land.MEASURE, land.SCREEN, land.SUPPLY, project.PROJECT, project.CHAIN,
    stock.BUILDINGS, stock.REUSE, stock.IMAGERY, idle.IDLE, inefficient.INEFFICIENT, assemble.ASSEMBLE,
    project.SITES, rank.RANK, place.ZONES, place.PLACE,
)  # fmt: skip
TABLE_STAGE = {table: stage for stage in STAGES for table in stage.writes}

__all__ = ["STAGES", "TABLE_STAGE", "Stage", "Tables", "Work", "wanted"]


def wanted(until: str) -> tuple[Stage, ...]:
    """Return a stage and all it needs, in order; all of them for the word ``all``."""
    if until == "all":
        return STAGES
    asked = {until}
    for stage in reversed(STAGES):
        if stage.name in asked:
            asked |= set(stage.needs)
    return tuple(s for s in STAGES if s.name in asked)
