"""Long work beside the app: shows how far a command is, how long it will take, and how it ended.

Jobs are found by study and name (`layers.study.jobs`), so that a reload, another browser and a
second visitor see the same one; the app itself computes nothing.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey

from layers.study import jobs, lock
from layers.study.jobs import JobState
from layers.text import Language, code, has, say, sentence
from views.parts import acts, frame, state
from views.parts.markup import label, tag

RUN = "run"


def running(folder: Path, what: str = RUN) -> bool:
    """Tell whether work of this study was started here and has not ended."""
    job = jobs.known(folder, what)
    return job is not None and not job.poll().done


def bar(folder: Path, stale: bool, language: Language) -> None:
    """Show what the study needs: a run, a run that is on its way, or nothing."""
    if running(folder):
        _watch(folder, RUN, language)
        return
    job = jobs.known(folder, RUN)
    if job is not None:
        _ended(folder, job.poll(), language)
    elif (other := lock.writer(folder)) is not None:
        _elsewhere(folder, other, language)
        return
    if stale:
        with st.container(horizontal=True, vertical_alignment="center", key="stale"):
            st.html(tag("div", say("ui.stale", language), cls="lu-stale"))
            offer(folder, language)


def offer(folder: Path, language: Language) -> None:
    """Show the button that starts a run."""
    if st.button(say("ui.run_button", language), type="primary", icon=":material/play_arrow:", key="run",
                 disabled=not acts.may("run")):  # fmt: skip
        start(folder)
        st.rerun()


def start(folder: Path) -> None:
    """Start a run, unless one is on its way."""
    acts.require("run")
    jobs.begin(folder, RUN, "run")


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


def work(folder: Path, what: str, language: Language) -> JobState | None:
    """Show how far other work is; return how it ended, None while it runs or where there is none."""
    job = jobs.known(folder, what)
    if job is None:
        return None
    told = job.poll()
    if told.done:
        return told
    _watch(folder, what, language)
    return None


@st.fragment(run_every=1.0)
def _watch(folder: Path, what: str, language: Language) -> None:
    job = jobs.known(folder, what)
    told = job.poll() if job else JobState(done=True)
    if job is None or told.done:
        st.rerun()
    share = told.done_steps / told.total_steps if told.total_steps else 0.0
    with st.container(horizontal=True, vertical_alignment="center", key="running" if what == RUN else f"work-{what}"):
        st.progress(min(max(share, 0.0), 1.0), text=label(_how_far(told, what, job.began, language)))
        if st.button(say("ui.cancel", language), icon=":material/stop:",
                     key="cancel" if what == RUN else f"cancel-{what}"):  # fmt: skip
            job.cancel()


def _how_far(told: JobState, what: str, began: float, language: Language) -> str:
    """Say the stage and its steps, for how long work has gone on, and what the stage will still take."""
    now = time.monotonic()
    stage = code("stage", told.stage, language) if told.stage else say("ui.starting", language)
    text = say("ui.running", language, stage=stage, done=told.done_steps, total=told.total_steps)
    if what == RUN and told.stage:
        text = say("ui.running_step", language, number=len(told.past) + 1, text=text)
    text += say("ui.running_for", language, time=_span(now - began, language))
    left = told.left_s(now)
    return text if left is None else text + say("ui.running_left", language, time=_span(left, language))


def _span(seconds: float, language: Language) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return say("ui.seconds", language, s=rest) if minutes == 0 else say("ui.minutes", language, m=minutes, s=rest)


@st.fragment(run_every=3.0)
def _elsewhere(folder: Path, other: dict[str, str], language: Language) -> None:
    """Say that another process is writing the study; look again every now and then."""
    if lock.writer(folder) is None:
        st.rerun()
    told = other | {"command": _work(other["command"], language), "since": other["since"].replace("T", " ")}
    st.html(tag("div", say("ui.elsewhere", language, **told), cls="lu-stale"))


def _work(command: str, language: Language) -> str:
    """Return what another process does, in words; a command nobody knows stands as it was given."""
    word = f"writing.{command.split(' ')[0]}"
    return say(word, language) if has(word) else command


def _ended(folder: Path, told: JobState, language: Language) -> None:
    """Say once how a run ended; a failed one is repeated until the next run starts."""
    if told.ok:
        jobs.forget(folder, RUN)
        st.toast(say("ui.run_done", language), icon=":material/check:")
        for message in told.messages:
            st.toast(label(sentence(message, language)), icon=":material/healing:", duration="long")
        return
    failed(told, language)


def failed(told: JobState, language: Language, title: str = "ui.run_failed") -> None:
    """Say why work did not come to its end."""
    lines = [sentence(message, language) for message in told.messages] or [say("ui.run_failed_silently", language)]
    frame.trouble(lines, title)


def person(language: Language, key: str) -> str:
    """Ask who decides; what was said once is remembered for this visit."""
    said = st.text_input(say("ui.person", language), value=state.person(), key=key, max_chars=60) or ""
    if said.strip():
        state.be(said.strip())
    return said.strip()
