"""Outputs 成果: everything that can leave the study, what each is for, and whether it may leave now."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import streamlit as st

from layers.outputs.formats import FORMATS
from layers.serve.pages import outputs_desk
from layers.serve.pages.outputs_desk import Output, OutputFile
from layers.study import jobs
from layers.text import Language, say
from views.parts import acts, opening, runner, state
from views.parts.markup import label, tag
from views.parts.opening import Opened

MADE, VERIFY = "output-made", "verify"


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
    _told(found, language)
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
        made = None if why else _made(found, language)
        if made is not None and made.output == one.id:
            st.download_button(label(made.file.name), data=made.file.content, file_name=made.file.name,
                               key=f"get-{one.id}-{made.kind}", icon=":material/download:", type="primary",
                               on_click="ignore")  # fmt: skip


@dataclass(frozen=True)
class MadeOutput:
    """A file this visit made, and what it was made of."""

    output: str
    kind: str
    file: OutputFile
    of: tuple[str, ...]


def _of(found: Opened, language: Language) -> tuple[str, ...]:
    """Return what every output is made of: a file made of something else is not offered any more."""
    run = found.results.name() if found.results is not None else ""
    settings = found.study.model_dump_json() if found.study is not None else ""
    return str(found.folder), run, settings, language


def _made(found: Opened, language: Language) -> MadeOutput | None:
    made: MadeOutput | None = state.noted(MADE)
    return made if made is not None and made.of == _of(found, language) else None


def _make(found: Opened, name: str, kind: str, language: Language) -> None:
    made = acts.do("export", lambda: outputs_desk.made(found.folder, name, kind, language))
    state.note(MADE, None if made is None else MadeOutput(name, kind, made, _of(found, language)))


def _told(found: Opened, language: Language) -> None:
    """Say what the last file holds, so that whoever receives it can hold it against this."""
    if made := _made(found, language):
        text = say("uioutputs.made", language, file=made.file.name, rows=made.file.rows, size=len(made.file.content),
                   sha=made.file.fingerprint)  # fmt: skip
        st.html(tag("div", text, cls="lu-good"))


PAGE = opening.Page("outputs", ":material/inventory_2:", draw, styles=("data",))
