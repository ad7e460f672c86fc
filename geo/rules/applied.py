"""Which rules judge and which do not, each of these with its reason: no rule falls silent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from geo.basis.reason import Reason, reason
from geo.rules.spec import Rule


@dataclass(frozen=True)
class NotApplied:
    """A rule that does not judge, or a `version` out of force of one that another stands for, and why."""

    rule: Rule
    why: Reason
    version: bool = False


def not_applied(rules: Sequence[Rule], use_class: str) -> tuple[NotApplied, ...]:
    """Return what does not judge land screened for a use, in the order of the rules.

    Parameters
    ----------
    rules : sequence of Rule
        All rules of the study.
    use_class : str
        What the land is screened for.

    Returns
    -------
    tuple of NotApplied
        Every rule, and every version of one, for which `Rule.applies` is false: together with those
        that apply they are all there are.
    """
    own = [NotApplied(r, _why(r, use_class)) for r in rules if not (r.stood_for or r.applies(use_class))]
    order = {r.id: k for k, r in enumerate(rules)}
    return tuple(sorted([*own, *out_of_time(rules)], key=lambda n: order[n.rule.id]))


def said_once(rules: Sequence[Rule], layers: Collection[str]) -> tuple[Rule, ...]:
    """Mark the rules a study has nothing for that are to be said once for all of it.

    Parameters
    ----------
    rules : sequence of Rule
    layers : collection of str
        Ids of the layers of the study.

    Notes
    -----
    A layer whose file is lost or damaged is a layer of the study all the same: it is unknown, parcel by parcel.
    So is one whose file has no field of classes: all of it may be of the class a rule asks for (`where`), and reaches
    as far as the range of its classes (`widths`).
    """
    none = [bool(r.layer) and r.layer not in layers for r in rules]
    return tuple(r.model_copy(update={"absent": r.missing == "study" and n}) for r, n in zip(rules, none, strict=True))


def out_of_time(rules: Sequence[Rule]) -> tuple[NotApplied, ...]:
    """Return what judges nothing on the study day: other versions, and rules another one stands for."""
    own = [NotApplied(r, _age(r)) for r in rules if r.stood_for]
    return (*own, *(NotApplied(v, _age(v), version=True) for r in rules for v in r.others))


def _why(rule: Rule, use_class: str) -> Reason:
    if rule.absent:
        return reason("applied_absent")
    if rule.limit_fact and rule.speaks in ("yes", "maybe"):
        return reason("applied_no_figure")
    if rule.speaks == "no":
        return reason("applied_not_spoken", uses=list(rule.use_classes), industries=list(rule.industries))
    if rule.industries:
        return reason("applied_industries", industries=list(rule.industries))
    return reason("applied_use", uses=list(rule.use_classes), use=use_class)


def _age(rule: Rule) -> Reason:
    if rule.standing == "past":
        return reason("applied_past", day=str(rule.expires))
    return reason("applied_future", day=str(rule.in_force))
