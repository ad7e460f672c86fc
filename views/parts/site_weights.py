"""Weights under trial on the Sites page: sliders, pairwise comparison, or out of the sites."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.basis.errors import LuodiError
from layers.ask.ranked import AS_RUN, Ranked, RankTrial
from layers.outputs.rank_page import comparison_text, scale_text
from layers.serve.pages.site_frames import TIMES, comparison, edited, judgements, mirrored
from layers.serve.pages.sites import SiteView
from layers.study import weights as own_weights
from layers.text import Language, say, sentences
from layers.words import criteria as words
from views.parts import acts, runner, state
from views.parts.markup import label, tag

ASKED, MATRIX, TURN = "site-weights", "site-matrix", "site-turn"
WAYS = ("given", "ahp", "entropy")
_UNNAMED = re.compile(r"[^a-zA-Z0-9_-]")


def now(shown: SiteView) -> tuple[RankTrial, LuodiError | None]:
    """Return the weights of this visit as far as they can be used, and why they cannot."""
    asked: RankTrial = state.noted(ASKED) or AS_RUN
    try:
        shown.bench.asked(asked)
    except LuodiError as problem:
        return AS_RUN, problem
    return asked, None


def turned(asked: RankTrial) -> bool:
    """Tell whether weights differ from those of the run."""
    return asked != AS_RUN


def _keep(asked: RankTrial) -> None:
    state.note(ASKED, asked if turned(asked) else None)


def back() -> None:
    """Forget the trial; the sliders show the run again."""
    for name in (ASKED, MATRIX):
        state.note(name, None)
    state.note(TURN, _turn() + 1)


def _turn() -> int:
    return int(state.noted(TURN) or 0)


def bar(folder: Path, asked: RankTrial, language: Language) -> None:
    """Say that the weights shown are a trial, and offer the way back."""
    if not turned(asked):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="weightbar"):
        st.html(tag("div", tag("b", say("uisites.trial", language)), cls="lu-trial-bar"))
        st.button(say("uisites.back", language), key="weights-back", icon=":material/undo:", on_click=back)
    _keep_form(folder, asked, language)


def _keep_form(folder: Path, asked: RankTrial, language: Language) -> None:
    """Let the weights of the trial become those of the study, by name and ground."""
    box = st.expander(say("uisites.keep_weights", language), icon=":material/save:")
    with box, st.container(horizontal=True, vertical_alignment="bottom", key="weights-keep-form"):
        person = runner.person(language, "weights-person")
        why = st.text_input(say("ui.why", language), key="weights-why", max_chars=300) or ""

        def kept() -> None:
            own_weights.keep(folder, asked.weights, person, why, asked.weighting or "", asked.judgements)
            back()

        acts.button("criteria", say("uisites.keep_yes", language), "weights-keep", kept, type="primary",
                        disabled=not (person and why.strip()), done=say("uisites.kept", language))  # fmt: skip


def panel(shown: SiteView, made: Ranked, asked: RankTrial, language: Language) -> None:
    """Draw the way weights are made, and the weights themselves."""
    way = asked.weighting or ("given" if asked.weights else shown.bench.criteria.weighting)
    key = f"weight-way-{_turn()}"
    st.segmented_control(
        say("uisites.way", language), WAYS, default=way, required=True, key=key, label_visibility="collapsed",
        format_func=lambda w: say(f"uisites.way_{w}", language), width="stretch",
        on_change=lambda: _change_way(shown, made, str(state.value_of(key))),
    )  # fmt: skip
    st.html(tag("div", say(f"uisites.explain_{way}", language), cls="lu-line"))
    if made.comparison is not None:
        titles = words.titles(made.criteria.criteria, language)
        st.html(tag("div", comparison_text(made.comparison, titles, language), cls="lu-note"))
    for criterion in made.criteria.criteria:
        _slider(shown, made, criterion.id, words.title(criterion, language), way == "given")
    with st.expander(say("uisites.as_toml", language)):
        lines = [f"{name} = {weight:.4f}" for name, weight in made.weights.items()]
        st.code("[ranking.weights]\n" + "\n".join(lines), language="toml")


def sliders(made: Ranked) -> dict[str, str]:
    """Return the class under which the page holds the slider of each criterion."""
    return {name: "st-key-" + _UNNAMED.sub("-", _key(name)) for name in made.weights}


def _key(name: str) -> str:
    return f"weight-{_turn()}-{name}"


def _slider(shown: SiteView, made: Ranked, name: str, title: str, free: bool) -> None:
    key = _key(name)
    share = round(made.weights[name] * 100, 1)
    if not free:
        st.html(tag("div", f"{title} · {share:g} %", cls="lu-line"))
        return
    given = (state.noted(ASKED) or AS_RUN).weights.get(name, shown.bench.criteria.weights[name])
    st.slider(
        label(f"{title} · {share:g} %"), 0.0, 50.0, round(float(given) * 100, 1), 1.0, key=key, format="%g",
        on_change=functools.partial(_moved, shown, name, key),
    )  # fmt: skip


def _moved(shown: SiteView, name: str, key: str) -> None:
    asked: RankTrial = state.noted(ASKED) or AS_RUN
    weights = dict(shown.bench.criteria.weights) | dict(asked.weights) | {name: float(state.value_of(key)) / 100}
    _keep(RankTrial(weights))


def _change_way(shown: SiteView, made: Ranked, way: str) -> None:
    state.note(TURN, _turn() + 1)
    if way == "ahp":
        frame = _matrix(made)
        _keep(RankTrial(weighting="ahp", judgements=judgements(frame, list(made.weights))))
    elif way == "entropy":
        _keep(RankTrial(weighting="entropy"))
    else:
        _keep(AS_RUN if shown.bench.criteria.weighting == "given" else RankTrial(weighting="given"))


def _matrix(made: Ranked) -> pd.DataFrame:
    """Return the comparison of this visit by criterion id; at first what the weights say."""
    kept: pd.DataFrame | None = state.noted(MATRIX)
    if kept is None:
        kept = comparison(made.weights)
        state.note(MATRIX, kept)
    return kept


def matrix(shown: SiteView, made: Ranked, asked: RankTrial, language: Language) -> None:
    """Draw the comparison matrix; a cell and the one across the diagonal follow each other."""
    st.html(tag("div", say("uisites.matrix_intro", language), cls="lu-line"))
    if asked.weighting != "ahp":
        st.button(say("uisites.matrix_start", language), key="matrix-start", icon=":material/balance:",
                  on_click=_change_way, args=(shown, made, "ahp"))  # fmt: skip
        return
    names, titles = list(made.weights), words.titles(made.criteria.criteria, language)
    kept = _matrix(made)
    named = kept.set_axis([titles[n] for n in names], axis=0).set_axis([titles[n] for n in names], axis=1)
    choose = {t: st.column_config.SelectboxColumn(t, options=list(TIMES), width="small") for t in named}
    key = f"matrix-{_turn()}"
    st.data_editor(named, column_config=choose, key=key, row_height=30, height=38 + 30 * len(names),
                   on_change=lambda: _use(edited(kept, state.value_of(key)["edited_rows"], list(named))))  # fmt: skip
    if made.comparison is None:
        return
    st.html(tag("div", comparison_text(made.comparison, titles, language), cls="lu-note"))
    again = made.comparison.revisit
    if again is not None and not made.comparison.consistent:
        st.button(label(say("uisites.take", language, first=titles[again.first], second=titles[again.second],
                                   value=scale_text(again.suggested))), key="matrix-take", icon=":material/auto_fix:",
                  on_click=_take, args=(kept, again.first, again.second, scale_text(again.suggested)))  # fmt: skip


def _take(frame: pd.DataFrame, first: str, second: str, value: str) -> None:
    """Put the suggested value into the comparison."""
    changed = frame.copy()
    changed.loc[first, second] = value
    _use(mirrored(changed, frame))


def _use(frame: pd.DataFrame) -> None:
    """Take a comparison; the table is drawn anew, so that both of its halves agree."""
    state.note(MATRIX, frame)
    state.note(TURN, _turn() + 1)
    _keep(RankTrial(weighting="ahp", judgements=judgements(frame, list(frame))))


def trouble(problem: LuodiError | None, language: Language) -> None:
    """Say why the weights of this visit cannot be used."""
    for line in sentences(problem, language) if problem else []:
        st.html(tag("div", line, cls="lu-note"))
