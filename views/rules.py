"""Rules 规则: what judges, its clause and age; limits changed here, rules left aside, packs and their order."""

from __future__ import annotations

import functools

import streamlit as st

from layers.serve.pages import outputs_desk, rule_desk
from layers.serve.pages.rule_desk import RuleDesk
from layers.study import local_rules
from layers.study.local_rules import RuleChanges
from layers.text import Language, say
from views.parts import acts, compared, opening, rule_panel, runner, state, tables
from views.parts.markup import option, tag
from views.parts.opening import Opened


def draw(found: Opened) -> None:
    """Draw the page."""
    language, study = state.language(), found.study
    if study is None:
        return
    runner.bar(found.folder, found.results is not None and bool(found.results.stale()), language)
    desk = rule_desk.desk(found.folder, study, language)
    chosen = state.selection()
    selected = desk.get(chosen.id) if chosen and chosen.kind == "rule" else None
    st.html(
        tag(
            "div",
            say(
                "uirules.answer",
                language,
                count=len(desk.rules),
                judging=sum(desk.count(s) for s in ("judges", "changed", "memory")),
                changed=desk.count("changed"),
                memory=desk.count("memory"),
                aside=desk.count("aside"),
                unused=desk.count("unused"),
            ),
            cls="lu-lead",
        )
    )
    if found.results is None and study.with_role("parcels") and not runner.running(found.folder):
        runner.offer(found.folder, language)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        frame = rule_desk.rows(desk, language)
        tables.pick_row(frame, [s.rule.id for s in desk.rules], selected.rule.id if selected else None,
                        f"rules-{language}-{hash(tuple(frame.iloc[:, 0]))}", "rule", height=520)  # fmt: skip
        _packs(desk, language)
        _download(found, language)
    with right, st.container(height=640, border=True, key="why"):
        if selected is None:
            st.html(tag("div", say("uirules.pick", language), cls="lu-empty"))
        else:
            rule_panel.draw(desk, selected, language)
    compared.draw(found.folder, language)


def _packs(desk: RuleDesk, language: Language) -> None:
    """Choose the packs and their order: a later one overrides an earlier one by rule id."""
    with st.expander(say("uirules.packs", language, count=len(desk.packs)), icon=":material/library_books:"):
        titles = rule_desk.pack_titles(desk, language)
        picked = st.multiselect(say("uirules.packs_order", language), list(titles), default=list(desk.packs),
                                key=f"packs-{hash(desk.packs)}", format_func=lambda n: option(titles[n]))  # fmt: skip
        person = runner.person(language, "packs-person")
        why = st.text_input(say("ui.why", language), key="packs-why", max_chars=200) or ""
        acts.button("rules", say("uirules.keep_packs", language), "packs-keep",
                    lambda: local_rules.keep(desk.folder, RuleChanges(packs=tuple(picked)), person, why),
                    disabled=tuple(picked) == desk.packs or not (picked and person and why.strip()),
                    done=say("uirules.kept", language))  # fmt: skip


def _download(found: Opened, language: Language) -> None:
    """Offer the list of rules with age, origin and mark as a file."""
    st.download_button(
        say("uirules.download", language), key="rules-download", icon=":material/download:", on_click="ignore",
        data=functools.partial(outputs_desk.content, found.folder, "rules", "xlsx", language),
        file_name="luodi-rules.xlsx", disabled=not acts.may("export"),
    )  # fmt: skip


PAGE = opening.Page("rules", ":material/gavel:", draw, styles=("home", "data"))
