"""Runs `luodi run` beside the app and shows how far it is; the app itself computes nothing."""

from __future__ import annotations

import contextlib
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey

from layers.study import jobs
from layers.study.jobs import Job, JobState
from layers.text import Language, code, say, sentence
from views.parts import frame
from views.parts.markup import label, tag


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, Job]:
    """Jobs by study folder, shared by all visitors: a reload finds the run it started."""
    return {}


def running(folder: Path) -> bool:
    """Tell whether a run of this study was started here and has not ended."""
    job = _jobs().get(str(folder))
    return job is not None and not job.poll().done


def bar(folder: Path, stale: bool, language: Language) -> None:
    """Show what the study needs: a run, a run that is on its way, or nothing."""
    job = _jobs().get(str(folder))
    if job is not None and not job.poll().done:
        _watch(folder, language)
        return
    if job is not None:
        _ended(folder, job.poll(), language)
    if stale:
        with st.container(horizontal=True, vertical_alignment="center", key="stale"):
            st.html(tag("div", say("ui.stale", language), cls="lu-stale"))
            offer(folder, language)


def offer(folder: Path, language: Language) -> None:
    """Show the button that starts a run."""
    if st.button(say("ui.run_button", language), type="primary", icon=":material/play_arrow:", key="run"):
        _jobs()[str(folder)] = jobs.start(folder, "run")
        st.rerun()


def first(folder: Path, why: str, title: str, language: Language) -> None:
    """Show the run that has to come first, or is on its way; `why` is "" where it has been said already."""
    bar(folder, False, language)
    if not running(folder):
        if why:
            frame.trouble([why], title)
        offer(folder, language)


def needed(folder: Path, language: Language) -> None:
    """Offer a run below what is wrong, unless the page has offered one or shows it on its way."""
    if not running(folder):
        with contextlib.suppress(StreamlitDuplicateElementKey):
            offer(folder, language)


@st.fragment(run_every=1.0)
def _watch(folder: Path, language: Language) -> None:
    job = _jobs().get(str(folder))
    told = job.poll() if job else JobState(done=True)
    if job is None or told.done:
        st.rerun()
    share = told.done_steps / told.total_steps if told.total_steps else 0.0
    stage = code("stage", told.stage, language) if told.stage else say("ui.starting", language)
    with st.container(horizontal=True, vertical_alignment="center", key="running"):
        st.progress(min(max(share, 0.0), 1.0), text=say("ui.running", language, stage=stage,
                                                        done=told.done_steps, total=told.total_steps))  # fmt: skip
        if st.button(say("ui.cancel", language), icon=":material/stop:", key="cancel"):
            job.cancel()


def _ended(folder: Path, told: JobState, language: Language) -> None:
    """Say once how a run ended; a failed one is repeated until the next run starts."""
    if told.ok:
        del _jobs()[str(folder)]
        st.toast(say("ui.run_done", language), icon=":material/check:")
        for message in told.messages:
            st.toast(label(sentence(message, language)), icon=":material/healing:", duration="long")
        return
    lines = [sentence(message, language) for message in told.messages] or [say("ui.run_failed_silently", language)]
    frame.trouble(lines, "ui.run_failed")
