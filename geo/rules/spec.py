"""What a rule is. Rules are data (`data/rules/*.toml`); nothing here knows a clause."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geo.basis.figure import Confidence, unverified
from geo.rules.terms import AREA_TESTS, Effect, Limit, Operator, Severity, Test, UseClass

_ID = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]*$")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Frozen):
    """A text in both languages; a plain string in the file stands for both."""

    en: str = ""
    zh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"en": value, "zh": value} if isinstance(value, str) else value

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)


class Example(_Frozen):
    """One case of a rule, worked by hand: what is measured, and the answer it must give.

    Parameters
    ----------
    note : Text
        The case in words, in both languages.
    value : float or None
        Lower end of the measured interval, in the rule's unit; None is unbounded.
    value_hi : float or None
        Upper end; left out it equals `value`, ``inf`` is unbounded.
    missing : bool
        No data at all: unbounded at both ends; no value may be given.
    expect : {"clear", "conflict", "unknown"}
        The answer of the engine; a test judges every shipped example.
    """

    note: Text
    value: float | None = None
    value_hi: float | None = None
    missing: bool = False
    expect: Literal["clear", "conflict", "unknown"]

    @model_validator(mode="after")
    def _consistent(self) -> Example:
        given = [v for v in (self.value, self.value_hi) if v is not None]
        if self.missing == bool(given):
            raise ValueError("example_missing_or_value")
        if any(math.isnan(v) for v in given):
            raise ValueError("example_not_a_number")
        if self.interval[0] > self.interval[1]:
            raise ValueError("example_reversed")
        return self

    @property
    def interval(self) -> tuple[float, float]:
        """The measured interval, infinite where it is unbounded."""
        low = -math.inf if self.value is None else self.value
        if self.missing:
            return -math.inf, math.inf
        return low, low if self.value_hi is None else self.value_hi


class Rule(_Frozen):
    """One rule of a pack.

    Parameters
    ----------
    id : str
        Later packs override earlier ones by this id.
    layer, fact : str
        What is measured: a layer (with `test` overlap, outside or distance) or a
        column of the facts table (with `test` value). Exactly one is given.
    test, operator, threshold
        The rule holds when ``measured operator threshold``.
    buffer_m : float
        Distance in metres by which the layer is widened first.
    tolerance_m2 : float
        For areas: an overlap up to threshold + tolerance is still called clear; the
        printed number does not change.
    severity : {"exclude", "restrict", "procedure", "prefer"}
        exclude 禁止 · restrict 限制 · procedure 程序 · prefer 优先.
    effect : {"cut", "parcel"}
        cut: the shape is taken out of the land; parcel: the whole parcel fails.
    use_classes, industries : tuple of str
        Empty: all. A rule with industries is judged per project and site only.
    title, clause, exception, remedy : Text
        In both languages; clauses are quoted by number, never paraphrased as law.
    document, in_force, confidence, verified_by
        Where the rule comes from; an "M" rule (memory) never excludes.
    examples : tuple of Example
        Cases worked by hand. They cannot change a result, so they are left out of
        dumps, and with that out of run ids and cache keys.
    origin, origin_title : str, Text
        Pack the effective rule came from; set when packs are merged.
    replaced : tuple of Rule
        Rules of earlier packs it took the place of, the earliest first; set then too.
    """

    id: str
    title: Text = Text()
    layer: str = ""
    fact: str = ""
    test: Test
    operator: Operator
    threshold: float
    buffer_m: float = Field(0.0, ge=0)
    tolerance_m2: float = Field(0.0, ge=0)
    severity: Severity
    effect: Effect = "parcel"
    use_classes: tuple[UseClass, ...] = ()
    industries: tuple[str, ...] = ()
    clause: Text = Text()
    document: Text = Text()
    in_force: date | None = None
    exception: Text = Text()
    remedy: Text = Text()
    confidence: Confidence
    verified_by: str = ""
    examples: tuple[Example, ...] = Field((), exclude=True)
    origin: str = ""
    origin_title: Text = Text()
    replaced: tuple[Rule, ...] = ()

    @field_validator("id", "layer", "fact")
    @classmethod
    def _name(cls, value: str) -> str:
        if value and not _ID.match(value):
            raise ValueError("name_not_plain")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if bool(self.layer) == bool(self.fact):
            raise ValueError("rule_layer_or_fact")
        if (self.test == "value") != bool(self.fact):
            raise ValueError("rule_value_needs_fact")
        if self.buffer_m and self.test not in AREA_TESTS:
            raise ValueError("rule_buffer_needs_area")
        if self.effect == "cut" and self.test not in ("overlap_m2", "outside_m2"):
            raise ValueError("rule_cut_needs_area")
        return self

    @property
    def tolerance(self) -> float:
        """Tolerance in the unit of the measured value; only areas in m² have one."""
        return self.tolerance_m2 if self.test in ("overlap_m2", "outside_m2") else 0.0

    @property
    def unverified(self) -> bool:
        """True for a rule from memory that nobody has checked against a document."""
        return unverified(self.confidence, self.verified_by)

    @property
    def binding(self) -> Severity:
        """Severity the status reads: a rule from memory alone never excludes."""
        return "restrict" if self.severity == "exclude" and self.unverified else self.severity

    @property
    def cuts(self) -> bool:
        """True when the measured shape is taken out of the land."""
        return self.binding == "exclude" and self.effect == "cut"

    @property
    def limit(self) -> Limit:
        """The rule reduced to what judging reads."""
        return Limit(
            self.id, self.layer, self.fact, self.test, self.operator, self.threshold, self.buffer_m, self.tolerance,
            self.binding, self.cuts,
        )  # fmt: skip

    def applies(self, use_class: str) -> bool:
        """Tell whether land screened for this use is judged by the rule at parcel level."""
        return not self.industries and (not self.use_classes or use_class in self.use_classes)


class RulePack(_Frozen):
    """A named set of rules with the place and date it speaks for."""

    id: str
    title: Text = Text()
    region: str = ""
    version: str = ""
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> RulePack:
        ids = [r.id for r in self.rules]
        if len(ids) != len(set(ids)):
            raise ValueError("rule_id_repeats")
        return self


def merged(packs: tuple[RulePack, ...]) -> tuple[Rule, ...]:
    """Merge packs in order: a later rule replaces an earlier one of the same id, in its place."""
    rules: dict[str, Rule] = {}
    for pack in packs:
        rules |= {r.id: _from(pack, r, rules.get(r.id)) for r in pack.rules}
    return tuple(rules.values())


def _from(pack: RulePack, rule: Rule, before: Rule | None) -> Rule:
    """Return a rule that names its pack and what it took the place of."""
    replaced = () if before is None else (*before.replaced, before.model_copy(update={"replaced": ()}))
    return rule.model_copy(update={"origin": pack.id, "origin_title": pack.title, "replaced": replaced})
