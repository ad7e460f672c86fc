"""What would change the answer: the single changes that would let a parcel pass, cheapest first.

Cutting off ground and screening for another use are promises: applied and run again they
give the status printed. An exception has to be granted and a missing layer has to be
obtained; those would decide, nothing is promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.rules.evidence import OUT, Evidence
from geo.rules.judge import CONFLICT, UNKNOWN
from geo.rules.terms import AREA_TESTS, Terms, UseClass
from geo.screen.setting import Setting
from geo.screen.status import S_CONDITIONAL, S_ELIGIBLE, S_EXCLUDED, S_UNKNOWN, STATUSES
from geo.screen.whatif import Answer, Board

Kind = Literal["cut", "use_class", "exception", "find_out"]
_GOOD = {S_EXCLUDED: 0, S_UNKNOWN: 1, S_CONDITIONAL: 2, S_ELIGIBLE: 3}
_WAY_OUT = _GOOD[S_CONDITIONAL]  # a cut that leaves a parcel excluded or unknown is none
USE_CLASSES: tuple[UseClass, ...] = ("general", "logistics", "discharging", "chemical")


@dataclass(frozen=True)
class Change:
    """One change and what it leads to.

    Parameters
    ----------
    kind : {"cut", "use_class", "exception", "find_out"}
    rules : tuple of str
        Rules it answers.
    status : str
        Status after the change; for an exception or a finding: at best.
    net_m2 : float
        Area proved usable after the change.
    give_up_m2 : float
        Ground cut off.
    promised : bool
        True when applying the change and running again gives this status.
    use_class : str
        The other use, for that kind.
    """

    kind: Kind
    rules: tuple[str, ...]
    status: str
    net_m2: float
    give_up_m2: float = 0.0
    promised: bool = True
    use_class: str = ""


def changes(data: Evidence, setting: Setting, parcel_id: str) -> list[Change]:
    """Return the single changes that better the status of one parcel, cheapest first.

    Parameters
    ----------
    data : Evidence
        Of any number of parcels.
    setting : Setting
        How the study is screened.
    parcel_id : str
        A parcel of the evidence.

    Returns
    -------
    list of Change
        Promised ones first: those that lead to the best status, then by ground given
        up. Empty for an eligible parcel.
    """
    one = data.only(data.parcel_ids == parcel_id)
    now = _answer(one, setting)
    found = [*_cuts(one, setting, now), *_uses(one, setting, now), *_outside(one, setting, now)]
    return sorted(found, key=lambda c: (not c.promised, -_GOOD[STATUSES.index(c.status)], c.give_up_m2))


def _answer(one: Evidence, setting: Setting) -> Answer:
    return Board(one).answer(setting.applicable, setting.aside, setting.minimum)


def _code(answer: Answer) -> int:
    return int(answer.standing.code[0])


def _proved(answer: Answer) -> float:
    lost = _code(answer) == S_EXCLUDED or bool(answer.standing.unsure_whole[0])
    return 0.0 if lost else float(answer.left.net[0])


def _better(answer: Answer, now: Answer) -> bool:
    return _GOOD[_code(answer)] > _GOOD[_code(now)]


def objected(one: Evidence, rules: Sequence[Terms]) -> npt.NDArray[np.bool_]:
    """Return per label whether any of these rules takes the ground or may take it."""
    out = np.zeros(len(one.states), bool)
    for rule in rules:
        states = one.state(rule) if rule.test in AREA_TESTS else None
        if states is not None:
            out |= states != OUT
    return out


def _cuts(one: Evidence, setting: Setting, now: Answer) -> list[Change]:
    """Cut off what exclusions object to; then also what restrictions object to."""
    out: list[Change] = []
    for severities in (("exclude",), ("exclude", "restrict", "procedure")):
        rules = [r for k, r in enumerate(now.judged.rules) if _open(now, k) and r.binding in severities]
        rules = [r for r in rules if r.id not in setting.aside and r.test in AREA_TESTS]
        labels = objected(one, rules)
        kept = one.without(labels)
        gone = float(one.gross_m2[0] - kept.gross_m2[0])
        if gone <= 0 or kept.gross_m2[0] <= 0:
            continue
        after = _answer(kept, setting)
        if _GOOD[_code(after)] >= _WAY_OUT and (_better(after, now) or _tidier(after, now)):
            change = Change("cut", tuple(r.id for r in rules), STATUSES[_code(after)], _proved(after), gone)
            if not out or out[-1].status != change.status:
                out.append(change)
    return out


def _tidier(after: Answer, now: Answer) -> bool:
    """Tell whether fewer rules object, although the status word is the same."""
    return int((after.judged.outcome != 1).sum()) < int((now.judged.outcome != 1).sum())


def _open(answer: Answer, k: int) -> bool:
    return int(answer.judged.outcome[k][0]) in (CONFLICT, UNKNOWN)


def _uses(one: Evidence, setting: Setting, now: Answer) -> list[Change]:
    out = []
    for use in USE_CLASSES:
        other = replace(setting, use_class=use)
        if use == setting.use_class or other.applicable == setting.applicable:
            continue
        after = _answer(one, other)
        if _better(after, now):
            gone = tuple(r.id for r in setting.applicable if r not in other.applicable)
            out.append(Change("use_class", gone, STATUSES[_code(after)], _proved(after), use_class=use))
    return out


def _outside(one: Evidence, setting: Setting, now: Answer) -> list[Change]:
    """Exceptions to ask for, and layers to obtain: the status at best, without a promise."""
    out = []
    for k, rule in enumerate(setting.applicable):
        if rule.id in setting.aside or rule.binding == "prefer" or not _open(now, k):
            continue
        known = int(now.judged.outcome[k][0]) == CONFLICT
        if known and not rule.exception:
            continue
        after = _answer(one, replace(setting, aside=setting.aside | {rule.id}))
        kind: Kind = "exception" if known else "find_out"
        out.append(Change(kind, (rule.id,), STATUSES[_code(after)], _proved(after), promised=False))
    return out
