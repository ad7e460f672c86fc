"""How old a layer may be (更新年限): by a rule that says so, else by what the law says of layers of its kind.

Which kinds are renewed how often is data (`renewal` in ``data/codes/layers.toml``). An old layer is told and
changes no answer; what a study itself refuses to use after some days is `stale_after_days`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from geo.basis.age import Text, outdated
from geo.basis.figure import unverified
from geo.rules.spec import Rule
from layers.library import kinds
from layers.sources.finding import Finding, finding
from layers.study.spec import LayerSpec, Study


@dataclass(frozen=True)
class AgeLimit:
    """How old a layer may be, and who says so.

    Parameters
    ----------
    years : int
    rule : str
        Id of the rule that says it; "" where the law says it of the kind of layer.
    clause : Text
    unverified : bool
        The clause is from memory.
    """

    years: int
    rule: str = ""
    clause: Text = field(default_factory=Text)
    unverified: bool = False


def limits(layer: LayerSpec, rules: Iterable[Rule]) -> tuple[AgeLimit, ...]:
    """Return how old a layer may be: by every rule that reads it and says so; else by its kind.

    Parameters
    ----------
    layer : LayerSpec
    rules : iterable of Rule
        Those that speak; one that leaves the layer out of its ground (`minus`) reads it too.
    """
    reads = [r for r in rules if not r.stood_for and layer.id in (r.layer, *r.minus)]
    said = tuple(
        AgeLimit(r.older_than_years, r.id, clause=r.age_clause, unverified=r.unverified)
        for r in reads
        if r.older_than_years
    )
    kind = kinds.kind(layer.id, layer.title)
    if said or kind is None or kind.renewal is None or kind.role != layer.role:
        return said
    due = kind.renewal
    return (AgeLimit(due.older_than_years, "", due.age_clause, unverified(due.confidence)),)


def findings(layer: LayerSpec, study: Study, rules: Iterable[Rule]) -> list[Finding]:
    """Say that a layer is older on the study day than it is taken for current; the data are used all the same."""
    if layer.vintage is None:
        return []
    old = [one for one in limits(layer, rules) if outdated(layer.vintage, one.years, study.as_of)]
    days = {"vintage": layer.vintage.isoformat(), "as_of": study.as_of.isoformat()}
    return [finding("warn", _code(one), years=one.years, rule=one.rule, clause=one.clause.model_dump(), **days)
            for one in old]  # fmt: skip


def _code(one: AgeLimit) -> str:
    if one.rule and not one.clause:
        return "layer_older_by_rule"
    return "layer_older_unverified" if one.unverified else "layer_older"
