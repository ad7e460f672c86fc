"""What the page of rules shows: every rule of a study as it judges today, its age, and what was changed here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.rules.applied import not_applied
from geo.rules.spec import Rule
from layers.study import local_rules, packs
from layers.study.run.masks import Masks
from layers.study.spec import Study
from layers.text import Language, both, code, say, sentence
from layers.words.explain import limit_text, origin_text


@dataclass(frozen=True)
class RuleState:
    """A rule of a study: what it says, whether it judges and why not, and who changed or set it aside."""

    rule: Rule
    before: Rule | None
    why_not: str
    aside: str
    secret: bool

    @property
    def state(self) -> str:
        """Word of what becomes of it: aside, unused, changed, memory or judges."""
        if self.aside:
            return "aside"
        if self.why_not:
            return "unused"
        return "changed" if self.before is not None else "memory" if self.rule.unverified else "judges"


@dataclass(frozen=True)
class RuleDesk:
    """All rules of a study, in their order."""

    folder: Path
    study: Study
    rules: tuple[RuleState, ...]

    def get(self, rule_id: str) -> RuleState | None:
        """Return a rule by its id."""
        return next((r for r in self.rules if r.rule.id == rule_id), None)

    def count(self, state: str) -> int:
        """Return how many rules are in a state."""
        return sum(r.state == state for r in self.rules)

    @property
    def packs(self) -> tuple[str, ...]:
        """Packs in order, without that of overrides."""
        return tuple(n for n in self.study.rules if n != local_rules.FILE)


def desk(folder: Path, study: Study, language: Language) -> RuleDesk:
    """Return the rules of a study as they are now."""
    every = packs.effective_rules(study, folder)
    hidden = Masks(study, every)
    unused = {n.rule.id: sentence(n.why, language) for n in not_applied(every, study.use_class) if not n.version}
    unused |= {r.id: say("uirules.stood_for", language) for r in every if r.stood_for}
    aside = {n.rule: say("uirules.aside_by", language, person=n.person, ground=n.ground) for n in study.not_examined}
    changed = set(local_rules.known(folder))
    out = []
    for rule in every:
        shown = hidden.rule(rule)
        before = rule.replaced[-1] if rule.id in changed and rule.replaced else None
        out.append(RuleState(shown, before, unused.get(rule.id, ""), aside.get(rule.id, ""), shown.id != rule.id))
    return RuleDesk(folder, study, tuple(out))


def rows(found: RuleDesk, language: Language) -> pd.DataFrame:
    """Return the rules as a table in words, in their order."""
    body = [
        {"title": both(s.rule.title, language) or s.rule.id, "state": say(f"uirules.state_{s.state}", language),
         "limit": limit_text(s.rule, language), "severity": code("severity", s.rule.severity, language),
         "mark": s.rule.confidence, "clause": both(s.rule.clause, language), "in_force": str(s.rule.in_force or "–"),
         "origin": origin_text(s.rule, language), "id": s.rule.id}
        for s in found.rules
    ]  # fmt: skip
    made = pd.DataFrame(body)
    return made.rename(columns={c: say(f"uirules.col_{c}", language) for c in made})


def pack_titles(found: RuleDesk, language: Language) -> dict[str, str]:
    """Return the packs that can be chosen: those shipped, and those of the study."""
    names = dict.fromkeys([*found.packs, *packs.shipped()])
    return {n: both(packs.pack(n, found.folder).title, language) or n for n in names}
