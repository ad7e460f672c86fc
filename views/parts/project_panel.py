"""The panel of one project: result, findings, demand with its sources, gates, parks; and the form that changes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from geo.basis.errors import BlockedError, LuodiError
from layers.serve.draw.styles import OUTCOME_COLOURS, STATUS_COLOURS
from layers.serve.pages import projects as served
from layers.serve.pages.projects import Field
from layers.study.run.results import Results
from layers.text import Language, number, say
from layers.words.project_card import Card, DemandLine, GateLine, ParkFit
from views.parts import acts, frame, state
from views.parts.markup import Html, join, tag
from views.parts.why import DARK

_LIKE = {"clear": "eligible", "conflict": "excluded", "unknown": "unknown"}
"""Result: the parcel status whose colours it wears."""
DUE = "#9A6A12"
"""A procedure that is due is work, not a failure."""


def panel(told: Card, language: Language) -> None:
    """Draw why a project passes or not, and what it needs."""
    frame.show(join(
        _head(told), _findings(told), _changes(told, language),
        tag("h4", say("project.gates", language)), *(_gate(g) for g in told.gates),
        tag("h4", say("project.demand", language)), *(_demand(d) for d in told.demand),
        tag("h4", say("project.parks", language)) if told.parks else None, *(_park(p, language) for p in told.parks),
        tag("h4", say("explain.not_applied", language)) if told.unused else None,
        *(tag("div", line, cls="lu-line") for line in told.unused),
        tag("h4", say("uiprojects.facts", language)), _facts(told),
    ))  # fmt: skip


def empty(language: Language) -> None:
    """Draw the panel while no project is chosen."""
    st.html(tag("div", tag("div", say("uiprojects.pick_title", language), cls="lu-empty-title"),
                tag("div", say("uiprojects.pick_text", language)), cls="lu-empty"))  # fmt: skip


def chip(result: str, word: str) -> Html:
    """Return a result as a coloured chip."""
    like = _LIKE[result]
    return tag("span", word, cls="lu-chip", style=f"background:{STATUS_COLOURS[like]};color:{DARK[like]}")


def _head(told: Card) -> Html:
    name = tag("span", f"{told.project_id} {told.name}", cls="lu-id")
    return join(tag("div", name, chip(told.result, told.result_word), cls="lu-why-head"),
                tag("div", told.why, cls="lu-why"))  # fmt: skip


def _findings(told: Card) -> Html:
    return join(*(tag("div", line, cls="lp-finding") for line in told.findings))


def _changes(told: Card, language: Language) -> Html:
    if not told.edited:
        return Html()
    return join(tag("h4", say("project.edits", language)), *(tag("div", line, cls="lu-line") for line in told.edited))


def _gate(line: GateLine) -> Html:
    due = line.severity == "procedure" and line.outcome == "conflict"
    colour = DUE if due else OUTCOME_COLOURS[line.outcome]
    head = tag("summary", tag("b", "!" if due else served.SIGNS[line.outcome], style=f"background:{colour}"),
               tag("span", line.title, cls="lu-rule-title"),
               tag("span", line.outcome_word, cls="lu-outcome", style=f"color:{colour}"))  # fmt: skip
    numbers = tag("div", tag("span", line.value, cls="lu-measured"), tag("span", line.limit, cls="lu-limit"),
                  _mark(line.mark), cls="lu-numbers")  # fmt: skip
    rest = [text for text in (line.why, line.clause, line.remedy) if text]
    body = tag("div", numbers, *(tag("div", text, cls="lu-line") for text in rest),
               tag("span", line.severity_word, cls="lu-severity"), cls="lu-body")  # fmt: skip
    return tag("details", head, body, cls="lu-rule", is_open=line.outcome != "clear" and line.severity == "exclude")


def _mark(mark: str) -> Html | None:
    return tag("span", mark, cls="lu-mark") if mark else None


def _demand(line: DemandLine) -> Html:
    title = tag("span", line.title, " ", tag("span", line.method, cls="lu-small"), cls="lu-rule-title")
    head = tag("summary", title, _mark(line.mark), tag("span", line.value, cls="lp-value"))
    body = tag("div", tag("div", line.why, cls="lu-line"), cls="lu-body lp-flat")
    return tag("details", head, body, cls="lu-rule")


def _park(line: ParkFit, language: Language) -> Html:
    colour = OUTCOME_COLOURS[line.outcome]
    points = number(line.points, "n", language) if not math.isnan(line.points) else say("word.not_known", language)
    fit = tag("span", say("project.points", language, points=points), cls="lu-limit") if line.chain else None
    name = tag("span", f"{line.name} {line.park_id}", cls="lu-rule-title")
    head = tag("summary", tag("b", served.SIGNS[line.outcome], style=f"background:{colour}"), name, fit)
    body = tag("div", *(tag("div", text, cls="lu-line") for text in (line.why, line.chain) if text), cls="lu-body")
    return tag("details", head, body, cls="lu-rule")


def _facts(told: Card) -> Html:
    rows = [tag("tr", tag("td", title), tag("td", text)) for title, text in told.facts]
    return tag("table", *rows, cls="lu-facts")


# --- the form ---------------------------------------------------------------------


def form(folder: Path, results: Results, project_id: str, language: Language) -> None:
    """Draw the form that changes a project; what is saved counts from the next run on."""
    before = served.last(folder, project_id)
    after = _seen(project_id, before.version if before else 0)
    now = served.fields(results, project_id, language)
    st.html(tag("div", say("uiprojects.edit_text", language), cls="lu-line"))
    with st.form(f"edit-{project_id}-{after}", border=False, enter_to_submit=False):
        given = _inputs(now, f"{project_id}-{after}")
        person = st.text_input(say("uiprojects.person", language), key=f"person-{project_id}-{after}")
        why = st.text_input(say("uiprojects.why", language), key=f"ground-{project_id}-{after}")
        with st.container(horizontal=True):
            sent = st.form_submit_button(say("uiprojects.save", language), type="primary", key=f"save-{project_id}")
            back = before is not None and st.form_submit_button(
                say("uiprojects.withdraw", language), key=f"withdraw-{project_id}"
            )
    if sent:
        _save(folder, project_id, served.changed(now, given, language), (person, why, after), language)
    elif back:
        _withdraw(folder, project_id, person, why, language)


def _seen(project_id: str, version: int) -> int:
    """Return the version the form was first drawn on: who was slower is told, not written over."""
    if state.noted(f"seen-{project_id}") is None:
        state.note(f"seen-{project_id}", version)
    return int(state.noted(f"seen-{project_id}"))


def _inputs(now: tuple[Field, ...], stamp: str) -> dict[str, str]:
    given: dict[str, str] = {}
    columns = st.columns(2, gap="small")
    for k, field in enumerate(now):
        with columns[k % 2]:
            given[field.name] = _input(field, f"field-{field.name}-{stamp}")
    return given


def _input(field: Field, key: str) -> str:
    if not field.options:
        return str(st.text_input(field.title, value=field.text, key=key))
    words = dict(field.options)
    values = list(words)
    place = values.index(field.text) if field.text in values else 0
    return str(st.selectbox(field.title, values, index=place, format_func=words.__getitem__, key=key))


def _save(
    folder: Path, project_id: str, read: tuple[dict[str, object], list[str]], who: tuple[str, str, int],
    language: Language,
) -> None:  # fmt: skip
    values, problems = read
    if problems:
        frame.trouble(problems)
        return
    if not values:
        st.html(tag("div", say("uiprojects.nothing_changed", language), cls="lu-stale"))
        return
    _keep(project_id, lambda: served.save(folder, project_id, values, *who), language)


def _withdraw(folder: Path, project_id: str, person: str, why: str, language: Language) -> None:
    _keep(project_id, lambda: served.withdraw(folder, project_id, person, why), language)


def _keep(project_id: str, work: Callable[[], object], language: Language) -> None:
    """Write a change down; one that was made on an older version is refused, and the form drawn on the newest."""

    def kept() -> None:
        try:
            work()
        except LuodiError as problem:
            if isinstance(problem, BlockedError):
                state.note(f"seen-{project_id}", None)
            raise
        state.note(f"seen-{project_id}", None)

    acts.again("edit", kept, say("uiprojects.saved", language, project=project_id))
