"""The buildings of a study as sites, and what speaks for production upstairs in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo import study as flow
from geo.idle.upstairs import Guide
from layers.library import standards

if TYPE_CHECKING:
    from layers.study.run.stage import Tables, Work

STANDARD, GROUP = "idle-signals", "storeys"
FAR_MAX = "far_max"


def guides() -> tuple[Guide, ...]:
    """Return the guide values of multi-storey plants, from the shipped standard."""
    found = standards.load(STANDARD).of(GROUP)
    bounds = ((e, e.figure.low, e.figure.high) for e in found)
    return tuple(
        Guide(e.id, low, high if high is not None else low, e.figure.unverified)
        for e, low, high in bounds
        if low is not None
    )


def build(work: Work) -> Tables:
    """Make the tables ``building_sites`` and ``upstairs`` from every layer of buildings."""
    study = work.plan.study
    layers = [work.inputs.layers[s.id] for s in study.with_role("building") if work.inputs.layers[s.id].state == "ok"]
    plans = [work.inputs.layers[s.id] for s in study.with_role("plan")]
    plan = next((p for p in plans if p.state == "ok" and FAR_MAX in p.attributes), None)
    return flow.buildings(layers, plan, guides(), work.basis)
