"""Records of a layer corrected by hand (人工更正): the official value stays beside it, history and taking back too."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from layers.serve.pages import data_desk
from layers.serve.pages.data_desk import LayerState
from layers.study import overrides
from layers.study.correction import Correction
from layers.text import Language, say
from layers.words import corrections as words
from views.parts import acts, runner, state
from views.parts.markup import tag


def draw(folder: Path, layer: LayerState, language: Language) -> None:
    """Draw what was corrected in a layer, and the form that corrects one field of one record."""
    if layer.spec.role == "raster" or layer.spec.use_only:
        return
    standing = overrides.standing(folder).get(layer.spec.id, ())
    with st.expander(say("uidata.records", language, count=len(standing)), icon=":material/edit_note:",
                     expanded=bool(state.value_of(f"record-{layer.spec.id}-record")),
                     key=f"records-{layer.spec.id}"):  # fmt: skip
        for n, one in enumerate(standing):
            _stands(folder, layer.spec.id, (n, one), language)
        _form(folder, layer, language)


def _stands(folder: Path, layer_id: str, told: tuple[int, Correction], language: Language) -> None:
    n, one = told
    with st.container(horizontal=True, vertical_alignment="center", key=f"finding-record-{n}"):
        st.html(tag("div", words.text(layer_id, one, language), cls="lu-line"))
        acts.button("edit", say("uidata.record_undo", language), f"record-undo-{n}",
                    lambda: overrides.undo(folder, layer_id, one.record, [one.column], one.person,
                                           say("uidata.record_undone", language)),
                    done=say("uidata.record_undone", language))  # fmt: skip


def _called(column: str, ours: str) -> str:
    """Return a field of the file with what it is mapped to."""
    return f"{column}（{ours}）" if ours and ours != column else column


def _form(folder: Path, layer: LayerState, language: Language) -> None:
    layer_id = layer.spec.id
    key = f"record-{layer_id}"
    fields = data_desk.fields(folder, layer)
    left, right = st.columns(2, gap="small")
    with left:
        record = st.text_input(say("uidata.record", language), key=f"{key}-record", max_chars=120,
                               help=say("uidata.record_help", language)) or ""  # fmt: skip
        value = st.text_input(say("uidata.record_value", language), key=f"{key}-value", max_chars=200) or ""
        why = st.text_input(say("ui.why", language), key=f"{key}-why", max_chars=300) or ""
    with right:
        field = st.selectbox(say("uidata.record_field", language), list(fields), index=None, key=f"{key}-field",
                             format_func=lambda name: _called(name, fields[name]), placeholder="") or ""  # fmt: skip
        person = runner.person(language, f"{key}-person")
        paper = st.text_input(say("uirules.paper", language), key=f"{key}-paper", max_chars=200) or ""
    note = Correction(record=record.strip(), column="", value="", official="", person=person, reason=why.strip(),
                      document=paper.strip(), on=date.today())  # fmt: skip
    acts.button("edit", say("uidata.record_keep", language), f"{key}-keep",
                lambda: overrides.correct(folder, layer_id, record.strip(), {field.strip(): value}, note),
                disabled=not (record.strip() and field.strip() and person and why.strip()),
                done=say("uidata.record_kept", language))  # fmt: skip
    st.html(tag("div", say("uidata.record_note", language), cls="lu-line"))
