"""One layer of the page of data: what was found in it and may be accepted, what is said of it, another file, out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from layers.serve.pages import data_desk
from layers.serve.pages.data_desk import LayerState
from layers.sources.finding import Finding
from layers.study import accept, describe, jobs, replacing
from layers.study.spec import Study
from layers.text import Language, code, joined, say
from views.parts import acts, frame, layer_records, runner, sources, state
from views.parts.markup import join, tag

REPLACE = "replace"
COVERAGES = ("unknown", "complete")


def draw(folder: Path, study: Study, layer: LayerState, language: Language) -> None:
    """Draw the panel of a layer."""
    st.html(tag("div", tag("span", layer.title, cls="lu-id"), cls="lu-why-head"))
    facts = [("id", layer.spec.id), ("source", layer.spec.source), ("layer", layer.spec.layer),
             ("parts", joined([p.name for p in layer.spec.parts], language)), ("where", layer.spec.where),
             ("rules", code_list(layer, language))]  # fmt: skip
    rows = [
        tag("tr", tag("td", say(f"uidata.fact_{k}", language)), tag("td", v))
        for k, v in facts
        if v and not layer.spec.use_only
    ]
    st.html(tag("table", *rows, cls="lu-facts"))
    _findings(folder, study, layer, language)
    if layer.spec.use_only:  # what is said of it, and its records, stay with those who hold its settings
        return
    _said(folder, layer, language)
    layer_records.draw(folder, layer, language)
    _exchange(folder, layer, language)


def code_list(layer: LayerState, language: Language) -> str:
    """Return how many rules read the layer and which; none is said."""
    if not layer.rules:
        return say("uidata.no_rules", language) if layer.spec.role == "constraint" else ""
    return say("uidata.read_by", language, count=len(layer.rules), rules=list(layer.rules[:5]))


def _findings(folder: Path, study: Study, layer: LayerState, language: Language) -> None:
    """List what the check says, each with the button that accepts what it proposes."""
    st.html(tag("h4", say("uidata.findings", language), cls="lh-h"))
    if layer.spec.use_only:
        st.html(tag("div", say("uidata.use_only", language), cls="lu-line"))
        return
    found = data_desk.told(folder, study, layer, language)
    if not found:
        st.html(tag("div", say("uidata.clean", language), cls="lu-line"))
    open_ = [f.proposal for f in layer.open]
    if len(set(open_)) > 1:
        acts.button("accept", say("uidata.accept_all", language, count=len(set(open_))), f"accept-all-{layer.spec.id}",
                    lambda: accept.accept(folder, layer.spec.id, list(dict.fromkeys(open_))),
                    done=say("uidata.accepted", language, layer=layer.title))  # fmt: skip
    for n, (one, text) in enumerate(found[:60]):
        _finding(folder, layer, (n, one, text), language)
    if layer.spec.accept:
        st.html(tag("div", say("uidata.accepts", language, names=list(layer.spec.accept)), cls="lu-line"))


def _finding(folder: Path, layer: LayerState, told: tuple[int, Finding, str], language: Language) -> None:
    n, one, text = told
    head = tag("b", code("finding", one.severity, language), cls=f"lh-{one.severity}")
    with st.container(horizontal=True, vertical_alignment="center", key=f"finding-{layer.spec.id}-{n}"):
        frame.show(join(head, tag("span", text, cls="ld-text")))
        if one.proposal and one.proposal not in layer.spec.accept:
            acts.button("accept", say("uidata.accept", language, name=one.proposal), f"accept-{layer.spec.id}-{n}",
                        lambda: accept.accept(folder, layer.spec.id, [one.proposal]),
                        done=say("uidata.accepted", language, layer=layer.title))  # fmt: skip


def _said(folder: Path, layer: LayerState, language: Language) -> None:
    """Let the visitor say anew what no file says: coverage, day, department, title."""
    spec, key = layer.spec, f"said-{layer.spec.id}-{hash((layer.spec.coverage, layer.spec.vintage, layer.spec.owner))}"
    st.html(tag("h4", say("uidata.said", language), cls="lh-h"))
    given: dict[str, Any] = {}
    left, right = st.columns(2, gap="small")
    with left:
        given["title"] = st.text_input(
            say("uidata.title", language), value=spec.title, key=f"{key}-title", max_chars=80
        )
        given["owner"] = st.text_input(
            say("uidata.owner", language), value=spec.owner, key=f"{key}-owner", max_chars=80
        )
    with right:
        given["vintage"] = st.date_input(say("uidata.vintage", language), value=spec.vintage, key=f"{key}-vintage")
        if layer.covers:
            own = () if spec.coverage in COVERAGES else (spec.coverage,)
            words = {c: say(f"uidata.coverage_{c}", language) for c in COVERAGES} | {o: o for o in own}
            given["coverage"] = st.selectbox(say("uidata.coverage", language), (*COVERAGES, *own),
                                             index=(*COVERAGES, *own).index(spec.coverage), key=f"{key}-coverage",
                                             format_func=words.__getitem__)  # fmt: skip
    now = {"title": spec.title, "owner": spec.owner, "vintage": spec.vintage, "coverage": spec.coverage}
    changed = {k: v for k, v in given.items() if v != now[k] and not (v is None and now[k] is None)}
    acts.button("describe", say("uidata.keep", language), f"keep-{spec.id}",
                lambda: describe.describe(folder, spec.id, changed), disabled=not changed,
                done=say("uidata.kept", language, layer=layer.title))  # fmt: skip


def _exchange(folder: Path, layer: LayerState, language: Language) -> None:
    """Put a newer file in its place, or take it out."""
    told = runner.work(folder, REPLACE, language)
    if told is not None:
        jobs.forget(folder, REPLACE)
        if told.ok:
            st.toast(say("uidata.replaced", language), icon=":material/check:")
        else:
            runner.failed(told, language, "uidata.not_replaced")
    with st.expander(say("uidata.replace", language), icon=":material/swap_horiz:"):
        day = st.date_input(say("uidata.new_vintage", language), value=None, key=f"new-day-{layer.spec.id}")
        chosen = sources.choose(folder, f"replace-{layer.spec.id}", language)
        if chosen is not None and acts.may("replace"):
            words = [f"--vintage={day.isoformat()}"] if isinstance(day, date) else []
            file = _single(chosen)
            wish = ("add", str(file), f"--replace={layer.spec.id}", *words)
            acts.do("replace", lambda: jobs.begin(folder, REPLACE, *wish))
            st.rerun()
    with st.expander(say("uidata.remove", language), icon=":material/delete:"):
        st.html(tag("div", say("uidata.remove_text", language, layer=layer.title), cls="lu-line"))

        def out() -> None:
            replacing.remove(folder, layer.spec.id)
            state.clear()

        acts.button("remove", say("uidata.remove_yes", language), f"remove-{layer.spec.id}", out,
                    done=say("uidata.removed", language, layer=layer.title))  # fmt: skip


def _single(chosen: Path) -> Path:
    """Return the one dataset of what was dropped: a shapefile comes with its side files."""
    if not chosen.is_dir() or chosen.suffix.lower() == ".gdb":
        return chosen
    return data_desk.only(chosen)
