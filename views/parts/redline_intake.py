"""Handing in a red line: a file or pasted coordinates, what is known beside it, and the work on its way."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.basis.errors import LuodiError
from geo.project.uses import USES
from layers.library import standards
from layers.serve.pages import redlines
from layers.sources.redline.zones import CGCS2000, meridian, zone_code
from layers.study import incoming, jobs
from layers.study.jobs import Job, JobState
from layers.text import Language, both, code, say, sentence, sentences
from views.parts import acts, frame, state
from views.parts.markup import tag

ENDINGS = ["txt", "csv", "dat", "xlsx", "xls", "dxf", "kml", "zip", "gpkg", "geojson", "json"]
AXES = ("", "xy_north_first", "east_first")
WAITING, TOLD = "redline-waiting", "redline-told"


@dataclass(frozen=True)
class Wish:
    """What is asked of the command, and the kept file it reads ("" for work on a check that exists)."""

    file: str = ""
    name: str = ""
    crs: str = ""
    axes: str = ""
    layer: str = ""
    investment_wan: float | None = None
    industry: str = ""
    use: str = ""
    again: str = ""
    accept: str = ""

    def words(self) -> list[str]:
        """Return the words of ``luodi redline``; every value stands behind its option."""
        given = {
            "name": self.name, "crs": self.crs, "axes": self.axes, "layer": self.layer, "industry": self.industry,
            "use": self.use, "again": self.again, "accept-cut": self.accept,
            "investment": f"{self.investment_wan:.6f}" if self.investment_wan is not None else "",
        }  # fmt: skip
        return [*([self.file] if self.file else []), *(f"--{k}={v}" for k, v in given.items() if v)]


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, tuple[Job, Wish]]:
    """Jobs by visit: each visitor is told of the red line they handed in."""
    return {}


def start(folder: Path, wish: Wish) -> None:
    """Start the check as a process of its own."""
    state.note(TOLD, None)
    acts.require("check")
    _jobs()[state.visitor()] = (jobs.start(folder, "redline", *wish.words()), wish)


def busy() -> bool:
    """Tell whether a check of this visitor is on its way."""
    return state.visitor() in _jobs()


def watch(folder: Path, language: Language) -> None:
    """Show how far the check is; when it is done, show its answer or what is wrong."""
    found = _jobs().get(state.visitor())
    if found is None:
        return
    if not found[0].poll().done:
        _watching(folder, language)
        return
    del _jobs()[state.visitor()]
    _ended(folder, found[0].poll(), found[1])
    st.rerun()


@st.fragment(run_every=0.6)
def _watching(folder: Path, language: Language) -> None:
    found = _jobs().get(state.visitor())
    told = found[0].poll() if found else JobState(done=True)
    if found is None or told.done:
        st.rerun()
    share = told.done_steps / told.total_steps if told.total_steps else 0.0
    stage = code("stage", told.stage, language) if told.stage else say("ui.starting", language)
    with st.container(horizontal=True, vertical_alignment="center", key="redline-running"):
        st.progress(min(max(share, 0.0), 1.0), text=say("uiredline.working", language, stage=stage))
        if st.button(say("ui.cancel", language), icon=":material/stop:", key="redline-cancel"):
            found[0].cancel()


def _ended(folder: Path, told: JobState, wish: Wish) -> None:
    check_id = str(told.result.get("check", ""))
    if told.ok and check_id:
        if wish.file:
            with contextlib.suppress(LuodiError):  # the check is kept; only its file is not found again
                incoming.link(folder, check_id, Path(wish.file))
        state.select("check", check_id)
        return
    state.note(TOLD, (told.messages, wish))


def forget() -> None:
    """Stop telling why the last red line could not be read: the visitor has gone on."""
    state.note(TOLD, None)


def failed(folder: Path, language: Language) -> None:
    """Say why the last red line could not be read, line by line, and offer to read it otherwise."""
    found = state.noted(TOLD)
    if not found:
        return
    messages, wish = found
    lines = [sentence(m, language) for m in messages] or [say("uiredline.silent", language)]
    frame.trouble(lines, "uiredline.not_read")
    if wish.file:
        with st.container(border=True, key="redline-retry"):
            st.html(tag("div", say("uiredline.read_otherwise", language, file=Path(wish.file).name), cls="lr-label"))
            corrections(folder, wish, language, "retry", redlines.layers_offered(messages, language))


def words_of_dropzone(language: Language) -> None:
    """Write the drop zone's own words in the reader's language: Streamlit has them in English only."""
    zone = '[data-testid="stFileUploaderDropzone'
    places = {f'{zone}"] button p': "choose", f'{zone}Instructions"] span': "drop_here"}
    limit = incoming.MAX_BYTES // 1_000_000
    rules = [
        f"{where} {{ font-size: 0; }}\n"
        f'{where}::after {{ content: "{say(f"uiredline.{key}", language, limit=limit)}"; font-size: 0.88rem; }}'
        for where, key in places.items()
    ]
    st.html("<style>" + "\n".join(rules) + "</style>")


def form(folder: Path, language: Language) -> None:
    """Draw the two ways in and what may be said beside the red line."""
    left, right = st.columns(2, gap="medium")
    with left:
        file = st.file_uploader(say("uiredline.drop", language), type=ENDINGS, key="redline-file",
                                max_upload_size=incoming.MAX_BYTES // 1_000_000)  # fmt: skip
    with right:
        text = st.text_area(say("uiredline.paste", language), key="redline-text", height=132,
                            placeholder=say("uiredline.paste_example", language))  # fmt: skip
    asked = _beside(language, "new", Wish())
    with st.expander(say("uiredline.system_more", language), key="redline-more"):
        asked = _system(language, "new", asked)
    if st.button(say("uiredline.check", language), type="primary", icon=":material/fact_check:", key="redline-go",
                 disabled=busy()):  # fmt: skip
        _hand_in(folder, file, text, asked, language)


def _hand_in(folder: Path, file: object, text: str, asked: Wish, language: Language) -> None:
    if file is None and not text.strip():
        frame.trouble([say("uiredline.nothing", language)])
        return
    if file is not None and text.strip():
        frame.trouble([say("uiredline.both_given", language)])
        return
    try:
        acts.require("check")
        if file is not None:
            path = incoming.keep(folder, file.name, file.getvalue())  # type: ignore[attr-defined]
        else:
            path = incoming.keep_text(folder, text)
    except LuodiError as problem:
        frame.trouble(sentences(problem, language), "uiredline.not_read")
        return
    start(folder, replace(asked, file=str(path)))
    st.rerun()


def corrections(
    folder: Path, wish: Wish, language: Language, key: str, layers: Mapping[str, str] | None = None
) -> None:
    """Draw what may be corrected about a red line, and the button that reads it again.

    `layers` are those of the file, with what each holds, where one of them has to be chosen.
    """
    asked = _system(language, key, _beside(language, key, wish), layers or {})
    if st.button(say("uiredline.read_again", language), type="primary", icon=":material/refresh:",
                 key=f"redline-reread-{key}", disabled=busy()):  # fmt: skip
        start(folder, asked)
        st.rerun()


def _beside(language: Language, key: str, wish: Wish) -> Wish:
    """Ask for name, investment, industry, and the use where the industry does not tell it."""
    one, two, three, four = st.columns([1.2, 1, 1.4, 0.9])
    name = one.text_input(say("uiredline.name", language), value=wish.name, key=f"redline-name-{key}", max_chars=60,
                          placeholder=say("uiredline.name_default", language))  # fmt: skip
    invested = two.number_input(say("uiredline.investment", language), value=wish.investment_wan, min_value=0.01,
                                max_value=1e9, step=100.0, format="%.2f", key=f"redline-investment-{key}",
                                placeholder=say("uiredline.optional", language))  # fmt: skip
    words = _industries(language)
    at = list(words).index(wish.industry) if wish.industry in words else 0
    industry = three.selectbox(say("uiredline.industry", language), list(words), index=at,
                               format_func=words.__getitem__, key=f"redline-industry-{key}")  # fmt: skip
    use = four.selectbox(say("uiredline.use_class", language), ["", *USES], key=f"redline-use-{key}",
                         index=["", *USES].index(wish.use), help=say("uiredline.use_class_tip", language),
                         format_func=lambda u: code("use", u, language) if u
                         else say("uiredline.use_by_industry", language))  # fmt: skip
    return replace(wish, name=name.strip(), investment_wan=invested, industry=industry or "", use=use or "")


@functools.cache
def _industries(language: Language) -> dict[str, str]:
    known = standards.codes("industries")
    return {"": say("uiredline.optional", language)} | {
        c.code: f"{c.code} {both(c.title, language)}" for c in known.codes
    }


def _system(language: Language, key: str, wish: Wish, layers: Mapping[str, str] | None = None) -> Wish:
    """Ask for CRS, order of the axes and the layer inside the file; all may stay open."""
    one, two, three = st.columns([1.8, 1.2, 1])
    words = _systems(language)
    if wish.crs and wish.crs not in words:
        words[wish.crs] = wish.crs
    crs = one.selectbox(say("uiredline.crs", language), list(words), index=list(words).index(wish.crs),
                        format_func=lambda c: words.get(c, c), accept_new_options=True,
                        key=f"redline-crs-{key}")  # fmt: skip
    axes = two.selectbox(say("uiredline.axes", language), AXES, index=AXES.index(wish.axes), key=f"redline-axes-{key}",
                         format_func=lambda a: code("redlineaxes", a, language) if a
                         else say("uiredline.recognise", language))  # fmt: skip
    layer = _layer(three, language, key, wish, layers or {})
    return replace(wish, crs=(crs or "").strip(), axes=axes or "", layer=(layer or "").strip())


def _layer(place: DeltaGenerator, language: Language, key: str, wish: Wish, layers: Mapping[str, str]) -> str | None:
    """Ask for the layer inside the file: by name, or of those it has once they are known."""
    title, open_ = say("uiredline.layer", language), say("uiredline.optional", language)
    if not layers:
        return place.text_input(title, value=wish.layer, key=f"redline-layer-{key}", placeholder=open_)
    at = list(layers).index(wish.layer) if wish.layer in layers else None
    choose = say("uiredline.layer_choose", language, count=len(layers))
    return place.selectbox(title, list(layers), index=at, key=f"redline-pick-{key}", placeholder=choose,
                           format_func=layers.__getitem__)  # fmt: skip


def _systems(language: Language) -> dict[str, str]:
    """Return the systems a red line in China may be in: zones of CGCS2000, with and without zone number."""
    out = {"": say("uiredline.recognise", language)}
    for band, zones in ((3, range(25, 46)), (6, range(13, 24))):
        for prefixed in (False, True):
            for zone in zones:
                epsg, key = zone_code(zone, band, prefixed), "prefixed" if prefixed else "plain"
                words = {"epsg": epsg, "band": band, "zone": zone, "degrees": meridian(zone, band)}
                out[epsg] = say(f"uiredline.crs_{key}", language, **words)
    return out | {CGCS2000: say("uiredline.crs_degrees", language, epsg=CGCS2000)}
