"""One rule of the page of rules: clause and age, another limit by name and ground, left aside or taken up again."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from geo.rules.spec import Rule
from layers.serve.pages.rule_desk import RuleDesk, RuleState
from layers.study import local_rules, waive
from layers.study.local_rules import RuleChanges
from layers.study.not_examined import NotExamined
from layers.text import Language, both, code, say
from layers.words.explain import limit_text, origin_text
from views.parts import acts, frame, rule_fields, runner
from views.parts.markup import join, tag


def draw(desk: RuleDesk, chosen: RuleState, language: Language) -> None:
    """Draw the panel."""
    title = both(chosen.rule.title, language) or chosen.rule.id
    frame.show(join(
        tag("div", tag("span", title, cls="lu-id"),
            tag("span", say(f"uirules.state_{chosen.state}", language), cls="lu-chip"), cls="lu-why-head"),
        tag("table", *_facts(chosen, language), cls="lu-facts"),
        *(tag("div", line, cls="lu-note") for line in (chosen.why_not, chosen.aside) if line),
    ))  # fmt: skip
    if chosen.secret:
        st.html(tag("div", say("uirules.secret", language), cls="lu-line"))
        return
    _limit(desk, chosen, language)
    _aside(desk, chosen, language)


def _facts(chosen: RuleState, language: Language) -> list[Any]:
    rule = chosen.rule
    facts = {
        "limit": limit_text(rule, language), "severity": code("severity", rule.severity, language),
        "before": limit_text(chosen.before, language) if chosen.before else "",
        "clause": both(rule.clause, language), "document": both(rule.document, language),
        "exception": both(rule.exception, language), "remedy": both(rule.remedy, language),
        "in_force": str(rule.in_force or ""), "expires": str(rule.expires or ""),
        "checked_on": str(rule.checked_on or ""), "mark": say(f"uirules.mark_{rule.confidence}", language),
        "origin": origin_text(rule, language), "source": rule.source, "id": rule.id,
    }  # fmt: skip
    return [tag("tr", tag("td", say(f"uirules.fact_{k}", language)), tag("td", v)) for k, v in facts.items() if v]


def _limit(desk: RuleDesk, chosen: RuleState, language: Language) -> None:
    """Change limit, gravity and effect of the rule in this study, with person and ground."""
    rule = chosen.rule
    start = f"rule-{rule.id}-{rule.threshold}-{rule.severity}-{rule.effect}"
    st.html(tag("h4", say("uirules.change", language), cls="lh-h"))
    values = _fields(rule, start, language)
    person = runner.person(language, f"{start}-person")
    why = st.text_input(say("ui.why", language), key=f"{start}-why", max_chars=300,
                        placeholder=say("uirules.why_hint", language)) or ""  # fmt: skip
    changed = {k: v for k, v in values.items() if v != getattr(rule, k)}
    with st.container(horizontal=True, key="rule-acts"):
        acts.button("rules", say("uirules.keep", language), "rule-keep",
                    lambda: local_rules.keep(desk.folder, RuleChanges({rule.id: changed}), person, why),
                    disabled=not (changed and person and why.strip()), type="primary",
                    done=say("uirules.kept", language))  # fmt: skip
        if chosen.before is not None:
            acts.button(
                "rules",
                say("uirules.undo", language),
                "rule-undo",
                lambda: local_rules.undo(desk.folder, [rule.id]),
                done=say("uirules.undone", language),
            )
    if changed and not (person and why.strip()):
        st.html(tag("div", say("uirules.needs_ground", language), cls="lu-line"))


def _fields(rule: Rule, start: str, language: Language) -> dict[str, Any]:
    left, right = st.columns(2, gap="small")
    with left:
        threshold = rule_fields.threshold(rule, f"{start}-threshold", language)
    with right:
        severity = rule_fields.severity(rule, f"{start}-severity", language)
    effect = rule_fields.effect(rule, f"{start}-effect", language)
    return {"threshold": threshold, "severity": severity, "effect": effect}


def _aside(desk: RuleDesk, chosen: RuleState, language: Language) -> None:
    """Leave the rule aside for the whole study, by name, ground and paper; or take it up again."""
    rule = chosen.rule
    with st.expander(say("uirules.aside", language), icon=":material/do_not_disturb_on:"):
        if chosen.aside:
            acts.button(
                "waive",
                say("uirules.again", language),
                "rule-again",
                lambda: waive.again(desk.folder, [rule.id]),
                done=say("uirules.taken_up", language),
            )
            return
        st.html(tag("div", say("uirules.aside_text", language), cls="lu-line"))
        person = runner.person(language, f"aside-person-{rule.id}")
        why = st.text_input(say("ui.why", language), key=f"aside-why-{rule.id}", max_chars=300) or ""
        paper = st.text_input(say("uirules.paper", language), key=f"aside-paper-{rule.id}", max_chars=200) or ""
        note = NotExamined(rule="", reason=why.strip(), person=person, document=paper.strip(), on=date.today())
        acts.button("waive", say("uirules.aside_yes", language), "rule-aside",
                    lambda: waive.aside(desk.folder, [rule.id], note), disabled=not (person and why.strip()),
                    done=say("uirules.set_aside", language))  # fmt: skip
