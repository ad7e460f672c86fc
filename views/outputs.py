"""Outputs 成果: everything that can leave the study, what each is for, and whether it may leave now."""

from __future__ import annotations

import functools

import streamlit as st

from layers.outputs.formats import FORMATS
from layers.serve.pages import outputs_desk
from layers.serve.pages.outputs_desk import Output
from layers.study import jobs
from layers.text import Language, say
from views.parts import acts, archive, handed, opening, papers, runner, state
from views.parts.markup import label, tag
from views.parts.opening import Opened

VERIFY = "verify"


def draw(found: Opened) -> None:
    """Draw the page."""
    language, results = state.language(), found.results
    runner.bar(found.folder, results is not None and bool(results.stale()), language)
    why = outputs_desk.ready(results)
    open_ = [one for one in outputs_desk.OUTPUTS if not why[one.id]]
    st.html(tag("div", say("uioutputs.answer", language, count=len(open_), total=len(why)), cls="lu-lead"))
    if results is None and not runner.running(found.folder):
        runner.offer(found.folder, language)
    for one in outputs_desk.OUTPUTS:
        _line(found, one, why[one.id], language)
    papers.draw(found, language)
    archive.draw(found, language)
    handed.told(found, language)
    if results is not None:
        _verify(found, language)


def _verify(found: Opened, language: Language) -> None:
    """Hold tables, inputs, settings and decisions against what the newest run recorded."""
    st.html(tag("h4", say("uioutputs.verify", language), cls="lh-h"))
    told = runner.work(found.folder, VERIFY, language)
    if told is not None:
        jobs.forget(found.folder, VERIFY)
        if told.ok:
            st.html(tag("div", say("uioutputs.verified", language), cls="lu-good"))
        else:
            runner.failed(told, language, "uioutputs.not_verified")
    shut = runner.running(found.folder, VERIFY) or not acts.may("export")
    if st.button(say("uioutputs.verify_now", language), key="verify", icon=":material/fact_check:", disabled=shut):
        jobs.begin(found.folder, VERIFY, "verify")
        st.rerun()


def _line(found: Opened, one: Output, why: str, language: Language) -> None:
    """Show one output with a button for each of its formats."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"output-{one.id}"):
        st.html(tag("div", tag("b", say(f"uioutputs.what_{one.id}", language)),
                    tag("div", say(f"uioutputs.{why}" if why else f"uioutputs.for_{one.id}", language), cls="lu-line"),
                    cls="lo-what"))  # fmt: skip
        for kind in one.kinds:
            st.button(label(FORMATS[kind].title), key=f"make-{one.id}-{kind}",
                      disabled=bool(why) or not acts.may("export"),
                      on_click=functools.partial(_make, found, one.id, kind, language))  # fmt: skip
        if not why:
            handed.offer(found, one.id, one.id, language)


def _make(found: Opened, name: str, kind: str, language: Language) -> None:
    handed.make(found, name, functools.partial(outputs_desk.made, found.folder, name, kind, language), language)


PAGE = opening.Page("outputs", ":material/inventory_2:", draw, styles=("data",))
