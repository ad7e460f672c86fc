"""What of a study may be used and never leaves (受控图层): which layers, and by what names everything knows them.

A layer marked `use_only` counts in every verdict. Outside the study folder it is "a restricted
layer": its names are replaced by its place in `study.toml`, which tells nothing to a reader who
does not hold that file, and everything to the one who does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from geo.basis.age import Text
from geo.basis.reason import Reason, reason
from geo.rank.spec import CriteriaSet, Criterion
from geo.rules.parts import LineEdge
from geo.rules.spec import Rule
from layers.study.spec import LayerSpec, Study

WORD = Text(en="Restricted layer", zh="受控图层")
"""What a reader is told instead of a name."""
NOT_KNOWN = float("nan")
JUDGED_BY = (
    "layer",
    "fact",
    "threshold",
    "buffer_m",
    "where",
    "minus",
    "widths",
    "edge",
    "tolerance_m2",
    "confidence",
    "verified_by",
    "in_force",
    "expires",
)
"""What the verdict of a rule depends on beside what a reader may see of it."""


@dataclass(frozen=True)
class Masks:
    """The use-only layers of a study, and what stands in their place.

    Parameters
    ----------
    study : Study
    rules : tuple of Rule
    criteria : CriteriaSet or None
    """

    study: Study
    rules: tuple[Rule, ...] = ()
    criteria: CriteriaSet | None = None

    def __bool__(self) -> bool:
        return bool(self.layers)

    @cached_property
    def layers(self) -> dict[str, str]:
        """Id of every use-only layer → the name it goes by: ``restricted_3`` is the third of `study.toml`."""
        return {s.id: f"restricted_{k}" for k, s in enumerate(self.study.layers, 1) if s.use_only}

    @cached_property
    def roles(self) -> frozenset[str]:
        """Roles in which at least one layer is use-only."""
        return frozenset(s.role for s in self.study.layers if s.use_only)

    @cached_property
    def rule_names(self) -> dict[str, str]:
        """Id of every rule on a use-only layer → ``restricted_3`` or, from its second rule on, ``restricted_3_2``."""
        out: dict[str, str] = {}
        for rule in self.rules:
            if layer := self.of(rule):
                stem = self.layers[layer]
                out[rule.id] = stem if stem not in out.values() else f"{stem}_{_next(stem, out)}"
        return out

    @cached_property
    def criterion_names(self) -> dict[str, str]:
        """Id of every criterion that reads a use-only layer → its name outside."""
        found = self.criteria.criteria if self.criteria else ()
        return {c.id: f"{self.layers[layer]}_c{k}" for k, c in enumerate(found, 1) if (layer := self._of("", c.fact))}

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """Beginnings of the columns that were measured on a use-only layer."""
        return tuple(f"{name}_" for name in self.layers)

    def column(self, name: str) -> bool:
        """Tell whether a column was measured on a use-only layer."""
        return self._of("", name) != ""

    def of(self, rule: Rule) -> str:
        """Return the use-only layer a rule reads, be it one it leaves out; "" for none."""
        less = next((name for name in rule.minus if name in self.layers), "")
        return self._of(rule.layer, rule.fact) or less

    def _of(self, layer: str, fact: str) -> str:
        """Return the use-only layer that is meant or that a fact was measured on, "" for none."""
        if layer in self.layers:
            return layer
        of = max((s.id for s in self.study.layers if fact.startswith(f"{s.id}_")), key=len, default="")
        if of:
            return of if of in self.layers else ""
        reliefs = [s.id for s in self.study.with_role("raster") if s.kind == "dem" and s.use_only]
        return reliefs[0] if reliefs and fact.startswith(RELIEF) else ""

    @cached_property
    def names(self) -> dict[str, str]:
        """Every name of a use-only layer (id, title, owner, file, rules on it) → what stands in its place."""
        out: dict[str, str] = {}
        for spec in self.study.layers:
            if spec.use_only:
                path = PurePosixPath(spec.source.replace("\\", "/"))
                inside = [n for p in spec.parts for n in (p.source, PurePosixPath(p.source).name, p.layer)]
                known = (spec.id, spec.title, spec.layer, spec.owner, spec.source, path.name, spec.coverage, *inside)
                out |= {name: self.layers[spec.id] for name in known if name and name not in COMMON}
        for rule in self.rules:
            if rule.id in self.rule_names:
                alias = self.rule_names[rule.id]
                out |= {name: alias for name in (rule.id, rule.title.en, rule.title.zh) if name}
        return out | self.criterion_names

    def settings(self) -> Study:
        """Return the study as a reader may see it: use-only layers keep their place and role only."""
        layers = tuple(_bare(s, self.layers[s.id]) if s.use_only else s for s in self.study.layers)
        aside = tuple(
            n.model_copy(update={"rule": self.rule_names[n.rule], "reason": "", "person": ""})
            if n.rule in self.rule_names
            else n
            for n in self.study.not_examined
        )
        weights = {self.criterion_names.get(k, k): w for k, w in self.study.ranking.weights.items()}
        ranking = self.study.ranking.model_copy(update={"weights": weights})
        criteria = tuple(self.criterion(c) for c in self.study.criteria)
        access = tuple(self.layers.get(name, name) for name in self.study.assembly.access)
        assembly = self.study.assembly.model_copy(update={"access": access})
        made = {"layers": layers, "not_examined": aside, "ranking": ranking, "criteria": criteria}
        return self.study.model_copy(update=made | {"assembly": assembly})

    def rule(self, rule: Rule) -> Rule:
        """Return a rule as a reader may see it: of one on a use-only layer, what it does and nothing it says."""
        of = self.of(rule)
        if not of:
            return rule
        name = self.rule_names.get(rule.id, f"{self.layers[of]}_x")
        texts = ("clause", "age_clause", "document", "exception", "remedy", "origin_title", "replaced_by")
        empty: dict[str, Any] = dict.fromkeys(texts, Text())
        layer = self.layers[of] if rule.layer else ""
        fact = f"{name}_x" if rule.fact else ""
        bare = {"id": name, "title": WORD, "layer": layer, "fact": fact, "threshold": NOT_KNOWN, "buffer_m": 0.0}
        bare |= {"where": {}, "minus": (), "widths": (), "edge": LineEdge()}
        more = {"tolerance_m2": 0.0, "replaced": (), "origin": "", "in_force": None, "confidence": "S"}
        age = {"expires": None, "others": (), "announced": (), "successor": "", "source": "", "older_than_years": None}
        return rule.model_copy(update=empty | bare | more | age | {"verified_by": ""})

    def nameless(self, rule: Rule) -> Rule:
        """Return a rule that judges as it does and tells nobody on what: for computing, never for showing amounts."""
        judged = {name: getattr(rule, name) for name in JUDGED_BY}
        return self.rule(rule).model_copy(update=judged)

    def criterion(self, criterion: Criterion) -> Criterion:
        """Return a criterion as a reader may see it."""
        name = self.criterion_names.get(criterion.id)
        if name is None:
            return criterion
        return criterion.model_copy(
            update={"id": name, "title": WORD, "fact": f"{name}_x", "source": Text(), "note": Text(), "figure": ""}
        )

    def reason(self, text: str) -> str:
        """Return a reason (JSON) without names, and without amounts where it speaks of a use-only layer."""
        return self.told(Reason.from_json(text)).to_json() if text else text

    def told(self, given: Reason) -> Reason:
        """Return a reason a reader may see; one that speaks of a use-only layer keeps no number and no text."""
        spoken = [name for value in given.values.values() for name in _texts(value) if name in self.names]
        if not spoken:
            return given
        if set(given.values) <= {"rules"}:
            return reason(given.code, rules=[self.names.get(r, r) for r in given.values["rules"]])
        return reason("restricted_said", place=_place(self.names[spoken[0]]))


RELIEF = ("slope_",)
"""Beginnings of the columns that are measured on an elevation model, whatever its id."""
COMMON = {"complete", "unknown", "parcels", "layer"}
"""Settings and words that are no names."""


def _next(stem: str, out: Mapping[str, str]) -> int:
    return 1 + sum(1 for name in out.values() if name == stem or name.startswith(f"{stem}_"))


def _bare(spec: LayerSpec, alias: str) -> LayerSpec:
    blank: dict[str, Any] = {
        "id": alias, "title": "", "source": "", "layer": "", "owner": "", "fields": {}, "coverage": "unknown",
        "parts": (), "class_field": "", "where": "", "vintage": None, "accept": (), "crs": "", "encoding": "",
        "corrected": (), "provenance": "", "licence": "", "sensitivity": "", "origin": None,
    }  # fmt: skip
    return spec.model_copy(update=blank)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [t for v in value for t in _texts(v)] if isinstance(value, (list, tuple)) else []


def _place(alias: str) -> int:
    """Return the place in `study.toml` an alias stands for."""
    return int(alias.split("_")[1])
