"""Above an answer: which check it is, what was recognised, and what can be done with it."""

from __future__ import annotations

import functools
from pathlib import Path

import streamlit as st

from layers.ask.redline import RedlineAnswer
from layers.serve.pages import redlines
from layers.serve.pages.redlines import Kept
from layers.study import incoming
from layers.text import Language, code, has, number, say, sentence
from views.parts import markup, redline_intake, state
from views.parts.markup import tag
from views.parts.redline_intake import Wish

MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
    "pdf": "application/pdf",
}


def bar(folder: Path, answer: RedlineAnswer, kept: list[Kept], language: Language) -> None:
    """Draw the line of controls."""
    late, busy = redlines.late(answer), redline_intake.busy()
    with st.container(horizontal=True, vertical_alignment="center", key="redline-bar"):
        if st.button(say("uiredline.new", language), icon=":material/add:", key="redline-new"):
            redline_intake.forget()
            state.clear()
            st.rerun()
        _choose(answer, kept, language)
        _again(folder, answer, busy, language)
        _correct(folder, answer, language)
        if st.button(say("uiredline.accept", language), icon=":material/content_cut:", key="redline-accept",
                     type="primary", disabled=busy or late or not answer.needs_cut,
                     help=say(_accept_tip(answer, late), language)):  # fmt: skip
            redline_intake.start(folder, Wish(accept=answer.check.check_id))
            st.rerun()
        _downloads(answer, late, language)
    if late:
        st.html(tag("div", say("uiredline.stale", language), cls="lu-stale"))


def _accept_tip(answer: RedlineAnswer, late: bool) -> str:
    if late:
        return "uiredline.stale"
    if answer.needs_cut:
        return "uiredline.accept_tip"
    return "uiredline.nothing_taken" if not answer.land.empty else "uiredline.none_left"


def _choose(answer: RedlineAnswer, kept: list[Kept], language: Language) -> None:
    ids = [k.check_id for k in kept]
    names = {k.check_id: title(k, language) for k in kept}
    here = answer.check.check_id
    picked = st.selectbox(say("uiredline.checks", language), ids, index=ids.index(here) if here in ids else None,
                          format_func=lambda i: names.get(i, i), key=f"redline-choose-{here}",
                          label_visibility="collapsed", width=300)  # fmt: skip
    if picked is not None and picked != here:
        redline_intake.forget()
        state.select("check", picked)
        st.rerun()


def title(kept: Kept, language: Language) -> str:
    """Return the name of a check, with what a reader must know before opening it."""
    if not kept.readable:
        return say("uiredline.title_damaged", language, name=kept.name)
    return say("uiredline.title_stale" if kept.stale else "uiredline.title", language, name=kept.name,
               day=kept.written[:16].replace("T", " "))  # fmt: skip


def label(kept: Kept, language: Language) -> str:
    """Return the title for a button or a link: both read markdown, a name out of a file is none."""
    return markup.label(title(kept, language))


def _again(folder: Path, answer: RedlineAnswer, busy: bool, language: Language) -> None:
    if st.button(say("uiredline.again", language), icon=":material/refresh:", key="redline-again", disabled=busy,
                 help=say("uiredline.again_tip", language)):  # fmt: skip
        redline_intake.start(folder, Wish(again=answer.check.check_id))
        st.rerun()


def _correct(folder: Path, answer: RedlineAnswer, language: Language) -> None:
    """Offer other system, axes, name or investment, where the file is still at hand."""
    source = incoming.source_of(folder, answer.check.check_id)
    with st.popover(say("uiredline.correct", language), icon=":material/edit:", disabled=source is None,
                    help=say("uiredline.correct_tip" if source else "uiredline.correct_gone", language)):  # fmt: skip
        if source is not None:
            asked = answer.check.head["asked"]
            wish = Wish(str(source), str(answer.check.head["name"]), str(asked["crs"]), str(asked["axes"]),
                        str(asked["layer"]), asked["investment_wan"], str(asked["industry"]),
                        str(asked.get("use", "")))  # fmt: skip
            redline_intake.corrections(folder, wish, language, answer.check.check_id)


def _downloads(answer: RedlineAnswer, late: bool, language: Language) -> None:
    kinds = dict.fromkeys(("docx", "pdf", "xlsx", "txt"))
    offered = redlines.formats()
    for kind in (*kinds, *(k for k in offered if k not in kinds)):
        closed = late or kind not in offered
        key = f"uiredline.download_{kind}"
        tip = "uiredline.stale" if late else "uiredline.no_writer" if closed else key
        st.download_button(
            kind.upper(), data=functools.partial(redlines.as_file, answer, kind, language), disabled=closed,
            file_name=redlines.file_name(answer, kind), mime=MIME.get(kind), on_click="ignore",
            icon=":material/download:", key=f"redline-file-{kind}", help=say(tip, language) if has(tip) else None,
        )  # fmt: skip


def told(answer: RedlineAnswer, language: Language) -> None:
    """Show what was recognised while reading until the visitor has confirmed it; then one line."""
    head = answer.check.head
    if head["parent"]:
        _parent(str(head["parent"]), language)
        return
    system = say("uiredline.system", language, source=head["source"] or "–", crs=head["crs"],
                 axes=code("redlineaxes", str(head["axes"]), language))  # fmt: skip
    seen = f"seen-{answer.check.check_id}-{answer.check.manifest['written']}"
    lines = [sentence(r, language) for r in answer.told]
    with st.container(horizontal=True, vertical_alignment="center", key="redline-told"):
        if state.noted(seen) or not lines:
            st.html(tag("div", system, " · " + say("uiredline.confirmed", language) if lines else "", cls="lu-line"))
            return
        items = [tag("span", line) for line in (system, *lines)]
        st.html(tag("div", tag("b", say("uiredline.please_confirm", language)), *items, cls="lr-told"))
        if st.button(say("uiredline.confirm", language), icon=":material/check:", key="redline-confirm"):
            state.note(seen, True)
            st.rerun()


def _parent(parent: str, language: Language) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="redline-told"):
        st.html(tag("div", say("uiredline.cut_of", language, parent=parent), cls="lu-line"))
        if st.button(say("uiredline.to_parent", language), icon=":material/arrow_back:", key="redline-parent"):
            state.select("check", parent)
            st.rerun()


def listing(kept: list[Kept], language: Language, most: int = 12) -> None:
    """Draw the named checks as a list to open."""
    if not kept:
        st.html(tag("div", say("uiredline.no_checks", language), cls="lu-line"))
        return
    for one in kept[:most]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"kept-{one.check_id}"):
            if st.button(label(one, language), key=f"open-{one.check_id}", type="tertiary", disabled=not one.readable):
                redline_intake.forget()
                state.select("check", one.check_id)
                st.rerun()
            if one.readable:
                words = f"{code('status', one.status, language)} · {number(one.gross_m2, 'mu', language)} → " \
                        f"{number(one.net_m2, 'mu', language)}"  # fmt: skip
                st.html(tag("span", words, cls="lu-total"))
    if len(kept) > most:
        st.html(tag("div", say("uiredline.more_checks", language, count=len(kept) - most), cls="lu-line"))
