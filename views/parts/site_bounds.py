"""Bounds of criteria under trial on the Sites page: ends of scales and hard limits, kept as a set; another set used."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.basis.errors import LuodiError
from geo.rank.spec import CriteriaSet, Criterion
from layers.ask.ranked import Bench, Ranked
from layers.serve.pages.sites import SiteView
from layers.study import criteria_sets
from layers.study.registers import criteria
from layers.text import Language, both, has, say
from layers.words import criteria as words
from views.parts import acts, runner, state, tables
from views.parts.markup import label, option, tag

ASKED, TURN = "site-bounds", "site-bounds-turn"


def asked() -> dict[str, dict[str, float | None]]:
    """Return the bounds under trial in this visit."""
    return dict(state.noted(ASKED) or {})


def laid(shown: SiteView) -> tuple[SiteView, LuodiError | None]:
    """Return the sites under the bounds of this visit, and why those cannot be used."""
    bounds = {k: v for k, v in asked().items() if k in shown.bench.criteria.weights}
    if not bounds:
        return shown, None
    try:
        made = criteria_sets.laid(shown.bench.criteria, bounds)
    except LuodiError as problem:
        return shown, problem
    return replace(shown, bench=Bench(shown.results, shown.bench.sites, made)), None


def back() -> None:
    """Forget the bounds under trial; the fields show the run again."""
    state.note(ASKED, None)
    state.note(TURN, _turn() + 1)


def _turn() -> int:
    return int(state.noted(TURN) or 0)


def bar(language: Language) -> None:
    """Say that bounds are under trial, and offer the way back."""
    if asked():
        with st.container(horizontal=True, vertical_alignment="center", key="boundbar"):
            told = say("uibounds.trial", language, count=len(asked()))
            st.html(tag("div", tag("b", told), cls="lu-trial-bar"))
            st.button(say("uisites.back", language), key="bounds-back", icon=":material/undo:", on_click=back)


def draw(shown: SiteView, made: Ranked, language: Language) -> None:
    """Draw every criterion with what it pays for, the fields of one, and what can be kept or used instead."""
    of_run = shown.results.criteria
    now = {c.id: c for c in made.criteria.criteria}
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        st.html(tag("div", say("uibounds.intro", language, set=both(of_run.title, language) or of_run.id),
                    cls="lu-line"))  # fmt: skip
        tables.plain(_rows(of_run, now, language), f"bounds-{language}-{_turn()}")
    with right:
        titles = {c.id: option(words.title(c, language)) for c in of_run.criteria}
        name = st.selectbox(say("uibounds.pick", language), list(titles), key="bounds-pick",
                            format_func=titles.__getitem__)  # fmt: skip
        _fields(of_run, next(c for c in of_run.criteria if c.id == name), language)
        _keep(shown.results.folder, made.criteria, language)
        _use(shown.results.folder, of_run, language)


def _rows(of_run: CriteriaSet, now: dict[str, Criterion], language: Language) -> pd.DataFrame:
    moved = asked()
    rows = []
    for one in of_run.criteria:
        seen = now.get(one.id, one)
        mark = "moved" if one.id in moved else "memory" if one.unverified else "sourced"
        rows.append({
            say("uibounds.col_criterion", language): words.title(one, language),
            say("uibounds.col_value", language): words.function(seen, language),
            say("uibounds.col_limit", language): words.limit(seen, language),
            say("uibounds.col_mark", language): say(f"uibounds.mark_{mark}", language),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _fields(of_run: CriteriaSet, one: Criterion, language: Language) -> None:
    """Draw where the bounds of one criterion come from, and its numbers; a hard limit may be empty."""
    source = both(one.source, language) or say("word.not_known", language)
    st.html(tag("div", f"{say('uibounds.source', language)}{source}", cls="lu-line"))
    numbers = criteria_sets.ends(one)
    if not numbers:
        st.html(tag("div", say("uibounds.by_code", language), cls="lu-line"))
        return
    kept = asked().get(one.id, {})
    for place, (end, first) in zip([*st.columns(2)] * len(numbers), numbers.items(), strict=False):
        with place:
            key = f"bound-{_turn()}-{one.id}-{end}"
            st.number_input(label(_end(one, end, language)), value=kept.get(end, first), key=key, format="%g",
                            on_change=functools.partial(_moved, one, end, key))  # fmt: skip


def _end(one: Criterion, end: str, language: Language) -> str:
    """Return what a number of a criterion is, with its unit."""
    title, unit = say(f"uibounds.end_{end}", language), f"unit.{one.unit}"
    return say("uibounds.in_unit", language, title=title, unit=say(unit, language)) if has(unit) else title


def _moved(one: Criterion, end: str, key: str) -> None:
    """Take a number; one of a scale cannot be left out, and one as in the run is no change."""
    given: Any = state.value_of(key)
    bounds, numbers = asked(), criteria_sets.ends(one)
    mine = dict(bounds.get(one.id, {}))
    mine.pop(end, None)
    if given != numbers[end] and (given is not None or end in criteria_sets.LIMITS):
        mine[end] = given
    bounds.pop(one.id, None)
    state.note(ASKED, (bounds | {one.id: mine}) if mine else bounds)


def _keep(folder: Path, base: CriteriaSet, language: Language) -> None:
    """Keep the set as it stands under a name, by person and ground."""
    with st.expander(say("uibounds.keep", language), icon=":material/save:"):
        name = st.text_input(say("uibounds.name", language), key="bounds-name", max_chars=60) or ""
        person = runner.person(language, "bounds-person")
        why = st.text_input(say("ui.why", language), key="bounds-why", max_chars=300) or ""

        def kept() -> None:
            criteria_sets.keep(folder, base, asked(), name, person, why)
            back()

        acts.button("criteria", say("uisites.keep_yes", language), "bounds-keep", kept, type="primary",
                    disabled=not (name.strip() and person and why.strip()),
                    done=say("uibounds.kept", language, name=name.strip()))  # fmt: skip


def _use(folder: Path, of_run: CriteriaSet, language: Language) -> None:
    """Use another set: a shipped one, or one of the study."""
    with st.expander(say("uibounds.use", language), icon=":material/library_books:"):
        known = {n: s for n in (*criteria.names(), *criteria.own(folder)) if (s := _set(n, folder)) is not None}
        titles = {n: option(f"{both(s.title, language) or n} · {n}") for n, s in known.items()}
        name = st.selectbox(say("uibounds.set", language), list(titles), key="bounds-set",
                            format_func=titles.__getitem__)  # fmt: skip
        person = runner.person(language, "bounds-use-person")
        why = st.text_input(say("ui.why", language), key="bounds-use-why", max_chars=300) or ""
        acts.button("criteria", say("uibounds.use_yes", language), "bounds-use",
                    lambda: criteria_sets.use(folder, str(name), person, why),
                    disabled=not (name and person and why.strip()) or name == of_run.id,
                    done=say("uibounds.used", language, name=titles.get(str(name), "")))  # fmt: skip


def _set(name: str, folder: Path) -> CriteriaSet | None:
    """Return a set for sites; one for projects, or one that does not hold together, is not offered."""
    try:
        found = criteria.named(name, folder)
    except LuodiError:
        return None
    return found if found.unit == "site" else None
