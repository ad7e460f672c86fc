"""A demand stated on the Sites page: asked of a process of its own, watched, answered with sites."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from layers.serve.pages import sites as shelf
from layers.serve.pages.sites import SiteView
from layers.study import jobs
from layers.study.jobs import Job, JobState
from layers.study.run.results import Results
from layers.text import Language, code, say, sentence
from views.parts import acts, frame, state
from views.parts.markup import join, tag

FOUND, TOLD, CORNERS, AREA, MOVED = "site-demand", "site-demand-told", "site-corners", "site-area", "site-moved"
STUDY, BOX = "", "*box"
OBJECTIVES = ("loss", "owners", "net_share", "compactness", "quota")


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, Job]:
    """Searches by visit: each visitor is told of the demand they stated."""
    return {}


def found(results: Results) -> Mapping[str, Any] | None:
    """Return the sites found for the demand of this visit on this run, None when there is none."""
    kept = state.noted(FOUND)
    return kept["result"] if kept and kept["run"] == results.run_id else None


def corners() -> list[tuple[float, float]]:
    """Return the corners clicked so far."""
    return list(state.noted(CORNERS) or [])


def click(at: tuple[float, float]) -> bool:
    """Take a click on the map as a corner while an area is being drawn; tell whether it was one."""
    if state.noted(AREA) != BOX:
        return False
    kept = corners()
    state.note(CORNERS, [*kept, at] if len(kept) < 2 else [at])
    return True


def box() -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of the area drawn, None before its second corner."""
    kept = corners()
    if state.noted(AREA) != BOX or len(kept) < 2:
        return None
    (x1, y1), (x2, y2) = kept
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def outline() -> dict[str, Any] | None:
    """Return the area drawn as GeoJSON."""
    drawn = box()
    if drawn is None:
        return None
    west, south, east, north = drawn
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def watch(folder: Path, results: Results, language: Language) -> None:
    """Show how far the search is; when it is done, show its sites or say what is wrong."""
    job = _jobs().get(state.visitor())
    if job is None:
        return
    if not job.poll().done:
        _watching(language)
        return
    del _jobs()[state.visitor()]
    told = job.poll()
    if told.ok:
        state.note(FOUND, {"run": results.run_id, "result": dict(told.result)})
        state.clear()
        state.note(MOVED, True)
    else:
        state.note(TOLD, told.messages)
    st.rerun()


@st.fragment(run_every=0.6)
def _watching(language: Language) -> None:
    job = _jobs().get(state.visitor())
    told = job.poll() if job else JobState(done=True)
    if job is None or told.done:
        st.rerun()
    share = told.done_steps / told.total_steps if told.total_steps else 0.0
    stage = code("stage", told.stage, language) if told.stage else say("ui.starting", language)
    with st.container(horizontal=True, vertical_alignment="center", key="demand-running"):
        st.progress(min(max(share, 0.0), 1.0), text=say("uisites.searching", language, stage=stage))
        if st.button(say("ui.cancel", language), icon=":material/stop:", key="demand-cancel"):
            job.cancel()


def told(language: Language) -> None:
    """Say why the last search found nothing, until the next one starts."""
    messages = state.noted(TOLD)
    if messages is not None:
        lines = [sentence(m, language) for m in messages] or [say("uisites.silent", language)]
        frame.trouble(lines, "uisites.not_found")


def banner(shown: SiteView, language: Language) -> None:
    """Say that the sites shown are those of a demand, and offer the way back to all."""
    assert shown.offers is not None
    with st.container(horizontal=True, vertical_alignment="center", key="demandbar"):
        exact = bool(shown.offers["exact"].all())
        text = say("uisites.found_exact" if exact else "uisites.found_bounded", language, count=len(shown.sites))
        st.html(tag("div", text, cls="lu-stale"))
        st.button(say("uisites.all_sites", language), key="demand-clear", icon=":material/undo:", on_click=_forget)


def _forget() -> None:
    state.note(FOUND, None)
    state.note(MOVED, True)
    state.clear()


def aim(shown: SiteView) -> None:
    """Send the map once to the sites when other sites are shown than before."""
    if state.noted(MOVED):
        state.note(MOVED, None)
        state.set_aim(shown.board.home)


def stop_drawing() -> None:
    """Let clicks on the map mean sites again."""
    state.note(AREA, None)


def panel(folder: Path, results: Results, late: bool, language: Language) -> None:
    """Draw the form of a demand; the area is taken from the map while it is being drawn."""
    parks = shelf.parks(results)
    names = {STUDY: say("uisites.area_study", language), BOX: say("uisites.area_box", language)}
    area = st.selectbox(
        say("uisites.area", language), [STUDY, BOX, *parks], key="site-area-pick",
        format_func=lambda a: names.get(a) or say("uisites.area_park", language, park=a),
    )  # fmt: skip
    state.note(AREA, area)
    if area == BOX:
        told_ = ("box_first", "box_second", "box_done")[min(len(corners()), 2)]
        st.html(tag("div", say(f"uisites.{told_}", language), cls="lu-note"))
    ready = area != BOX or box() is not None
    pressed = st.button(say("uisites.find", language), type="primary", icon=":material/search:", key="demand-go",
                        disabled=late or not ready or state.visitor() in _jobs(), width="stretch")  # fmt: skip
    options = _form(language)
    if late:
        st.html(tag("div", say("uisites.stale", language), cls="lu-note"))
    if pressed:
        drawn = box()
        place = [f"--within={','.join(f'{v:.7f}' for v in drawn)}"] if drawn else [f"--park={area}"] if area else []
        state.note(TOLD, None)
        acts.require("assemble")
        _jobs()[state.visitor()] = jobs.start(folder, "assemble", *options, *place)
        st.rerun()


def _form(language: Language) -> list[str]:
    """Ask for the demand; return the words of the command."""

    def number(column: Any, name: str, value: float | None, step: float) -> float | None:
        title = say(f"uisites.{name}", language)
        given = column.number_input(title, min_value=0.0, value=value, step=step, format="%g", key=f"demand-{name}")
        return None if given is None else float(given)

    one, two = st.columns(2, gap="small")
    low, high = number(one, "area_min", 60.0, 10.0), number(two, "area_max", 120.0, 10.0)
    length, across = number(one, "rect_length", None, 10.0), number(two, "rect_width", None, 10.0)
    width, owners = number(one, "width", None, 10.0), number(two, "owners", None, 1.0)
    first = one.selectbox(say("uisites.objective", language), OBJECTIVES, key="demand-objective",
                          format_func=lambda o: code("objective", o, language))  # fmt: skip
    keep = number(two, "keep", 8.0, 1.0)
    whole = one.checkbox(say("uisites.whole", language), key="demand-whole")
    given = {
        "area-min-mu": low, "area-max-mu": high, "width": width, "owners": int(owners) if owners else None,
        "keep": int(keep) if keep else None,
        "rect": f"{length:g}x{across:g}" if length and across else None, "objective": first,
    }  # fmt: skip
    if bool(length) != bool(across):
        frame.show(join(tag("div", say("uisites.rect_half", language), cls="lu-note")))
    return [*(f"--{k}={v}" for k, v in given.items() if v), *(["--whole"] if whole else [])]
