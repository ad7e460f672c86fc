"""What a rule is. Rules are data (`data/rules/*.toml`); nothing here knows a clause."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from geo.basis.age import Aged, Standing, Text, outdated
from geo.basis.figure import Confidence, unverified
from geo.basis.frozen import Frozen
from geo.basis.layer import Zone
from geo.basis.part import Part
from geo.rules.parts import Classes, LineEdge, Reach, made
from geo.rules.terms import AREA_TESTS, Effect, Limit, Operator, Severity, Test, UseClass

_ID = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]*$")


class Example(Frozen):
    """One case of a rule, worked by hand: what is measured, and the answer it must give.

    Parameters
    ----------
    note : Text
        The case in words, in both languages.
    value : float or None
        Lower end of the measured interval, in the rule's unit; None is unbounded.
    value_hi : float or None
        Upper end; left out it equals `value`, ``inf`` is unbounded.
    limit : float or None
        The project's own figure, of a rule with a `limit_fact`; None takes the rule's threshold.
    missing : bool
        No data at all: unbounded at both ends; no value may be given.
    expect : {"clear", "conflict", "unknown"}
        The answer of the engine; a test judges every shipped example.
    """

    note: Text
    value: float | None = None
    value_hi: float | None = None
    limit: float | None = None
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


class Rule(Aged):
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
    limit_fact : str
        Column of the project list whose figure is the limit in place of `threshold`: of a distance a project
        states itself. It speaks only of projects that state one, so the rule names industries. What the distance
        is kept from stands anywhere on the site.
    buffer_m : float
        Distance in metres by which the layer is widened first.
    where : mapping of field to classes
        Only features of these classes count; one whose class is not known may count.
    minus : tuple of str
        Layers whose ground is left out: what the rule measures is the layer less these. Where it is
        not known whether they are there, it is not known whether the rule's ground is.
    widths : tuple of Reach
        Distance by which features are widened, by their class, instead of `buffer_m`; a feature
        whose class is not known is widened by the range of those it may have.
    edge : LineEdge
        For widths that are measured from the edge of a thing drawn as a line.
    missing : {"unknown", "study"}
        What a study without the layer hears: unknown for every parcel, or once for the whole study, as a rule
        not applied. A layer without a class field the rule reads is a layer whose classes are not known.
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
    document, confidence, verified_by
        Where the rule comes from; an "M" rule (memory) never excludes.
    in_force, expires, replaced_by, checked_on, source, announced
        Its age, see `geo.basis.age.Aged`. A pack may hold several versions of a rule, none
        on the same day as another.
    older_than_years : int or None
        Of a layer older than that on the study day, by the day its data stand for, every output the rule speaks on
        says so; the answer is the same.
    age_clause : Text
        What orders that the layer be renewed that often.
    successor : str
        Rule that took its place under another id.
    examples : tuple of Example
        Cases worked by hand. They cannot change a result, so they are left out of
        dumps, and with that out of run ids and cache keys.
    decided : tuple of str
        Of a rule a study overrides: the values somebody decided; the others are those of the rule it took the
        place of. No part of dumps either.
    origin, origin_title : str, Text
        Pack the effective rule came from; set when packs are merged.
    replaced : tuple of Rule
        Rules of earlier packs it took the place of, the earliest first; set then too.
    standing : {"in_force", "past", "future"}
        Where the study day lies; set then too. A rule out of force for which no other stands
        is judged all the same and never worse than unknown.
    stood_for : bool
        True when another rule judges in its place on that day: it is listed as not applied.
    absent : bool
        True when the study has no layer for a rule that is then said once; set then too.
    speaks : {"", "yes", "maybe", "no"}
        Whether it speaks of what is judged, where that is not the study's land (a red line with a use and
        an industry of its own); "" asks the study's use. A rule that only may speak is never worse than
        unknown.
    others : tuple of Rule
        Versions of the same id that are not in force on that day.
    """

    id: str
    title: Text = Text()
    layer: str = ""
    fact: str = ""
    test: Test
    operator: Operator
    threshold: float
    limit_fact: str = ""
    buffer_m: float = Field(0.0, ge=0)
    where: Classes = Field(default_factory=dict)
    minus: tuple[str, ...] = ()
    widths: tuple[Reach, ...] = ()
    edge: LineEdge = LineEdge()
    missing: Literal["unknown", "study"] = "unknown"
    tolerance_m2: float = Field(0.0, ge=0)
    severity: Severity
    effect: Effect = "parcel"
    use_classes: tuple[UseClass, ...] = ()
    industries: tuple[str, ...] = ()
    clause: Text = Text()
    document: Text = Text()
    exception: Text = Text()
    remedy: Text = Text()
    confidence: Confidence
    verified_by: str = ""
    older_than_years: int | None = Field(None, ge=1)
    age_clause: Text = Text()
    examples: tuple[Example, ...] = Field((), exclude=True)
    decided: tuple[str, ...] = Field((), exclude=True)
    origin: str = ""
    origin_title: Text = Text()
    replaced: tuple[Rule, ...] = ()
    successor: str = ""
    standing: Standing = "in_force"
    stood_for: bool = False
    absent: bool = False
    speaks: Literal["", "yes", "maybe", "no"] = ""
    others: tuple[Rule, ...] = ()

    @field_validator("id", "layer", "fact", "minus", "limit_fact")
    @classmethod
    def _name(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if any(name and not _ID.match(name) for name in ([value] if isinstance(value, str) else value)):
            raise ValueError("name_not_plain")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if bool(self.layer) == bool(self.fact):
            raise ValueError("rule_layer_or_fact")
        if (self.test == "value") != bool(self.fact):
            raise ValueError("rule_value_needs_fact")
        far = self.test in ("distance_m", "value") and self.operator == ">="
        if self.limit_fact and not (far and self.industries):
            raise ValueError("rule_limit_fact")
        if self.older_than_years and not self.layer:
            raise ValueError("rule_age_needs_layer")
        if self.buffer_m and self.test not in AREA_TESTS:
            raise ValueError("rule_buffer_needs_area")
        if self.effect == "cut" and self.test not in ("overlap_m2", "outside_m2"):
            raise ValueError("rule_cut_needs_area")
        if (self.where or self.minus or self.widths) and self.test not in AREA_TESTS:
            raise ValueError("rule_part_needs_area")
        if (self.widths and self.buffer_m) or not self.part.sound:
            raise ValueError("rule_widths_wrong")
        if self.edge != LineEdge() and not self.widths:
            raise ValueError("rule_edge_needs_widths")
        return self

    @property
    def part(self) -> Part:
        """Which features of the layer the rule speaks of, and how far they reach."""
        return made(self.where, self.widths, self.edge)

    def outdates(self, vintage: date, day: date) -> bool:
        """Tell whether data that stand for one day are older on another than the rule takes them for current."""
        return self.older_than_years is not None and outdated(vintage, self.older_than_years, day)

    @property
    def zone(self) -> Zone:
        """What parcels are measured against; of a rule on a fact it has no layer."""
        return Zone(self.layer, self.buffer_m, self.part)

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
            self.id, self.layer, self.fact, self.test, self.operator, self.threshold, self.zone, self.minus,
            self.tolerance, self.binding, self.cuts, self.doubted, self.doubt,
        )  # fmt: skip

    @property
    def doubted(self) -> bool:
        """True for a rule that is out of force or only may speak: what it finds is open, never a conflict."""
        return self.standing != "in_force" or self.speaks == "maybe"

    @property
    def doubt(self) -> str:
        """Code of the reason of a finding that is open because the rule is in doubt."""
        return "rule_use_unknown" if self.standing == "in_force" else "rule_out_of_force"

    def applies(self, use_class: str) -> bool:
        """Tell whether land screened for this use is judged by the rule at parcel level."""
        if self.stood_for or self.absent:
            return False
        if self.limit_fact:  # its limit is a project's own figure: land alone states none
            return False
        if self.speaks:
            return self.speaks != "no"
        if self.industries:
            return False
        return not self.use_classes or use_class in self.use_classes


OF_A_VERSION = ("in_force", "expires", "replaced_by", "successor", "announced", "versions")
"""What a version of a rule never takes from the rule it is written under."""


class RulePack(Frozen):
    """A named set of rules with the place and date it speaks for.

    A rule may carry ``versions``: tables of what was or will be different in it, each with its own
    time. `checked_on` and `source` hold for every rule that has none of its own.
    """

    id: str
    title: Text = Text()
    region: str = ""
    version: str = ""
    checked_on: date | None = None
    source: str = ""
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, body: Any) -> Any:
        rules = body.get("rules") if isinstance(body, dict) else None
        if not isinstance(rules, (list, tuple)) or not all(isinstance(r, dict) for r in rules):
            return body
        shared = {k: body[k] for k in ("checked_on", "source") if k in body}
        return body | {"rules": [shared | one for rule in rules for one in _versions(rule)]}

    @model_validator(mode="after")
    def _unique(self) -> RulePack:
        for k, rule in enumerate(self.rules):
            if any(rule.id == other.id and rule.meets(other) for other in self.rules[:k]):
                raise ValueError("rule_id_repeats")
        return self


def _versions(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a rule as written, and each of its versions with what it does not say itself."""
    base = {k: v for k, v in rule.items() if k not in OF_A_VERSION}
    return [{k: v for k, v in rule.items() if k != "versions"}, *(base | v for v in rule.get("versions", ()))]


def merged(packs: tuple[RulePack, ...], day: date | None = None) -> tuple[Rule, ...]:
    """Merge packs in order: a later rule replaces an earlier one of the same id, in its place.

    Parameters
    ----------
    packs : tuple of RulePack
    day : date or None
        The study day: of the versions of a rule the one in force judges. None asks no age.

    Returns
    -------
    tuple of Rule
        One rule for every id, none left out: `stood_for` names those another one judges for.
    """
    found: dict[str, list[list[Rule]]] = {}
    for pack in packs:
        own: dict[str, list[Rule]] = {}
        for rule in pack.rules:
            named = {"origin": pack.id, "origin_title": pack.title, "standing": rule.on(day) if day else "in_force"}
            own.setdefault(rule.id, []).append(rule.model_copy(update=named))
        for name, versions in own.items():
            found.setdefault(name, []).append(versions)
    return _handed_over({name: _effective(by_pack) for name, by_pack in found.items()})


def _effective(by_pack: list[list[Rule]]) -> Rule:
    """Return the version that judges (in force, of the latest pack) with those it replaced and those out of force."""
    now = [next((r for r in versions if not r.doubted), None) for versions in by_pack]
    valid = [r for r in now if r is not None]
    every = [r for versions in by_pack for r in versions]
    past = sorted((r for r in every if r.standing == "past"), key=lambda r: r.expires or date.min)
    coming = min(every, key=lambda r: r.in_force or date.min)
    chosen = valid[-1] if valid else past[-1] if past else coming
    others = tuple(r for r in every if r.doubted and r is not chosen)
    replaced = tuple(r for r in valid if r is not chosen)
    return chosen.model_copy(update={"replaced": replaced, "others": others})


def _handed_over(rules: dict[str, Rule]) -> tuple[Rule, ...]:
    """Mark the rules out of force for which a rule of another id stands, before or after them."""
    stood = set()
    for rule in rules.values():
        other = rules.get(rule.successor)
        if other is not None and rule.doubted != other.doubted:
            stood.add(rule.id if rule.doubted else other.id)
    return tuple(r.model_copy(update={"stood_for": True}) if r.id in stood else r for r in rules.values())
