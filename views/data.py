"""Data 数据: what the study rests on, what is missing, what arrives, and what has to be decided about it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.basis.errors import LuodiError
from layers.serve.pages import data_desk, data_map, flaw_map
from layers.serve.pages.board import board
from layers.serve.pages.data_desk import LayerState
from layers.sources.finding import GRAVITY
from layers.study.spec import Study
from layers.text import Language, code, joined, say
from views.parts import arrivals, basemaps, data_layer, map, opening, runner, sources, state, tables
from views.parts.markup import tag
from views.parts.opening import Opened


def draw(found: Opened) -> None:
    """Draw the page."""
    language, study = state.language(), found.study
    if study is None:
        return
    late = found.results is not None and bool(found.results.stale())
    layers = data_desk.layers(found.folder, study, language)
    runner.bar(found.folder, late, language)
    _answer(found, study, layers, language)
    arrivals.draw(found.folder, language)
    with st.expander(say("uidata.more", language), icon=":material/upload_file:",
                     expanded=not layers and arrivals.given(found.folder) is None):  # fmt: skip
        if (chosen := sources.choose(found.folder, "data", language)) is not None:
            arrivals.start(found.folder, chosen)
            st.rerun()
    if layers:
        _catalogue(found, study, layers, language)
    lying = data_map.catalogue(study, layers)
    basemaps.draw(found.folder, lying.home if lying else None, language)


def _answer(found: Opened, study: Study, layers: tuple[LayerState, ...], language: Language) -> None:
    """Say in one line each: how many layers, what is missing, what waits for a decision, whether a run can begin."""
    lines = [say("uidata.answer", language, count=len(layers))]
    if not study.with_role("parcels"):
        lines.append(say("uidata.no_parcels", language))
    lost = data_desk.missing(found.folder, study)
    if lost:
        titles = [data_desk.kind_title(c, language) for c in lost]
        lines.append(say("uidata.missing", language, count=len(lost), layers=titles[:8]))
    undecided = [s for s in layers if s.open]
    if undecided:
        lines.append(say("uidata.undecided", language, count=sum(len(s.open) for s in undecided),
                         layers=[s.title for s in undecided][:8]))  # fmt: skip
    unsaid = [s.title for s in layers if s.covers and s.spec.coverage == "unknown"]
    if unsaid:
        lines.append(say("uidata.unsaid", language, count=len(unsaid)))
    st.html(tag("ul", *(tag("li", line) for line in lines), cls="ld-answer"))
    if study.with_role("parcels") and found.results is None and not runner.running(found.folder):
        runner.offer(found.folder, language)


def _catalogue(found: Opened, study: Study, layers: tuple[LayerState, ...], language: Language) -> None:
    chosen = state.selection()
    selected = next((s for s in layers if chosen and chosen.kind == "layer" and s.spec.id == chosen.id), None)
    left, right = st.columns([1.55, 1], gap="medium")
    with left:
        st.html(tag("h4", say("uidata.layers", language, count=len(layers)), cls="lh-h"))
        frame = _rows(layers, language)
        key = f"layers-{language}-{hash(tuple(s.spec.id for s in layers))}"
        tables.pick_row(frame, [s.spec.id for s in layers], selected.spec.id if selected else None, key, "layer",
                        height=560)  # fmt: skip
    with right:
        _where(found, study, layers, selected, language)
        if selected is None:
            st.html(tag("div", say("uidata.pick", language), cls="lu-empty"))
            return
        try:
            data_layer.draw(found.folder, study, selected, language)
        except LuodiError:
            state.clear()
            raise


def _where(
    found: Opened, study: Study, layers: tuple[LayerState, ...], selected: LayerState | None, language: Language
) -> None:
    """Show where the layers lie, and of the one that is picked where it is known to be whole."""
    lying = data_map.catalogue(study, layers)
    if lying is None:
        return
    drawn = found.results is not None and found.results.has("candidates") and found.results.has("parcels")
    covered = data_map.covered(found.folder, study, selected) if selected else None
    flawed = _flawed(found, study, selected, language)
    with st.container(key="data-mapbox"):
        map.draw_catalogue(lying, board(found.results) if drawn and found.results else None,
                           selected.spec.id if selected else "", covered, 330,
                           (flawed, state.row_of(_flaw_key(selected))) if flawed and selected else None)  # fmt: skip
    if flawed is not None and selected is not None:
        count = sum(flawed.counts.values())
        st.html(tag("div", say("uidata.flaws_shown", language, shown=len(flawed.rows), count=count), cls="lu-line"))
        tables.pick_place(flaw_map.table(flawed, language), _flaw_key(selected), 200)
    if selected is not None and selected.spec.id not in lying.boxes:
        st.html(tag("div", say("uidata.map_none", language, layer=selected.title), cls="lu-line"))


def _flaw_key(layer: LayerState | None) -> str:
    return f"flaws-{layer.spec.id}" if layer else "flaws"


def _flawed(found: Opened, study: Study, layer: LayerState | None, language: Language) -> flaw_map.FlawMap | None:
    """Ask whether overlaps, gaps and the like are to be seen; they are looked for only then."""
    if layer is None or not flaw_map.has(layer):
        return None
    if not st.toggle(say("uidata.flaws", language), key=f"show-flaws-{layer.spec.id}"):
        return None
    made = flaw_map.flaws(found.folder, study, layer)
    if made is None:
        st.html(tag("div", say("uidata.no_flaws", language, layer=layer.title), cls="lu-line"))
    return made


def _rows(layers: tuple[LayerState, ...], language: Language) -> pd.DataFrame:
    """Return the catalogue as rows in words; what nobody stated is said to be just that."""
    unsaid = say("uihome.not_stated", language)
    rows = []
    for one in layers:
        said = {"complete": "complete", "unknown": "unstated"}.get(one.spec.coverage, "by_file")
        rows.append({
            "title": one.title, "role": say(f"uihome.role_{one.spec.role}", language),
            "found": _found(one, language),
            "coverage": say(f"uihome.coverage_{said}", language) if one.covers else "–",
            "vintage": one.spec.vintage.isoformat() if one.spec.vintage else unsaid,
            "owner": one.spec.owner or unsaid, "rules": len(one.rules), "id": "–" if one.spec.use_only else one.spec.id,
        })  # fmt: skip
    made = pd.DataFrame(rows)
    return made.rename(columns={c: say(f"uidata.col_{c}", language) for c in made})


def _found(one: LayerState, language: Language) -> str:
    if one.spec.use_only:
        return say("word.sensitive", language)
    if not one.findings:
        return say("uidata.clean", language)
    counts = {s: sum(f.severity == s for f in one.findings) for s in GRAVITY}
    return joined([f"{code('finding', s, language)} {n}" for s, n in counts.items() if n], language)


PAGE = opening.Page("data", ":material/database:", draw, styles=("home", "data"))
