"""What people do about idle land or a building: the field sheet, results from the field, recovery as a scenario."""

from __future__ import annotations

from typing import Any

import streamlit as st

from layers.outputs import field_sheet
from layers.serve.pages import idle_desk
from layers.serve.pages.idle_desk import IdleView
from layers.study import edits, field_checks
from layers.study.field_checks import FOUND, FieldCheck
from layers.study.names import slug
from layers.text import Language, code, say
from layers.words import idle
from views.parts import acts, frame, state
from views.parts.markup import Html, join, tag


def sheet(desk: IdleView, asset: str, language: Language) -> None:
    """Offer the field sheet of the day."""

    def made() -> bytes:
        return field_sheet.document(field_sheet.sheet(desk.results, desk.shown, asset), language)

    st.download_button(
        say("uiidle.sheet", language), data=made, file_name=f"{slug(asset)}-{desk.on.isoformat()}.docx",
        key="idle-sheet", icon=":material/print:", on_click="ignore", width="stretch",
    )  # fmt: skip


def field(desk: IdleView, asset: str, language: Language) -> None:
    """Show results from the field beside the official value, and take in a new one."""
    folder = desk.results.folder
    past = field_checks.history(folder, asset)
    official = tag(
        "tr", tag("td", say("uiidle.official", language)), tag("td", idle_desk.state(desk.row(asset), language))
    )
    lines = [_result(check, language) for check in past]
    frame.show(join(tag("h4", say("uiidle.field", language)), tag("table", official, *lines, cls="lu-facts li-field")))
    _entry(desk, asset, past[0].version if past else 0, language)
    if past and not past[0].withdrawn:
        who, why = past[0].person, say("uiidle.withdrawn", language)
        acts.button("edit", say("uiidle.withdraw", language), "idle-withdraw",
                    lambda: field_checks.withdraw(folder, asset, who, why), icon=":material/undo:")  # fmt: skip


def _result(check: FieldCheck, language: Language) -> Html:
    who = say("uiidle.by", language, person=check.person, day=check.on.isoformat())
    told = tag(
        "td",
        tag("b", code("fieldfound", check.found, language)),
        tag("div", check.note),
        tag("div", who, cls="li-source"),
    )
    return tag("tr", tag("td", say("uiidle.found", language)), told, cls="li-withdrawn" if check.withdrawn else "")


def _entry(desk: IdleView, asset: str, newest: int, language: Language) -> None:
    keys = {name: f"idle-{name}-{asset}" for name in ("found", "on", "person", "note")}

    def save() -> None:
        given = {name: state.value_of(key) for name, key in keys.items()}
        by = (str(given["person"] or ""), str(given["note"] or ""))
        field_checks.record(desk.results.folder, asset, given["found"], given["on"], by, newest)

    with st.expander(say("uiidle.enter", language), icon=":material/edit:"), st.container(key="idle-entry"):
        st.selectbox(
            say("uiidle.found", language),
            FOUND,
            key=keys["found"],
            format_func=lambda f: code("fieldfound", f, language),
        )
        left, right = st.columns(2, gap="small")
        left.date_input(say("uiidle.on", language), desk.results.study.as_of, key=keys["on"], format="YYYY-MM-DD")
        right.text_input(say("uiidle.person", language), key=keys["person"])
        st.text_area(say("uiidle.note", language), key=keys["note"], height=68)
        acts.button("edit", say("uiidle.save", language), "idle-save", save, type="primary")


def recovered(desk: IdleView, row: dict[Any, Any], language: Language) -> None:
    """Draw the switch of the scenario in which this land is recovered; undoing it takes all back."""
    asset = row["asset_id"]
    if row["kind"] != "land" or not row["parcel_ids"]:
        return
    now = field_checks.recovered(desk.results.folder).get(asset)
    st.html(tag("h4", say("uiidle.scenario", language)))
    if now is not None:
        said = say("uiidle.recovered_by", language, person=now.person, day=now.at[:10])
        st.html(tag("div", said, cls="lu-note"))
        why = say("uiidle.undone", language)
        acts.button("decide", say("uiidle.undo_recovery", language), "idle-undo",
                    lambda: idle.undo(desk.results, asset, now.person, why, now.version),
                    icon=":material/undo:")  # fmt: skip
        return
    key, seen = f"idle-who-{asset}", edits.version(desk.results.folder, idle.RECOVERED, asset)

    def recover() -> None:
        who, why = str(state.value_of(key) or ""), say("uiidle.scenario_reason", language)
        idle.recover(desk.results, asset, who, why, seen)

    with st.container(horizontal=True, vertical_alignment="bottom", key="idle-recover"):
        st.text_input(say("uiidle.person", language), key=key)
        acts.button("decide", say("uiidle.recover", language), "idle-recovered", recover, icon=":material/recycling:")
    st.html(tag("div", say("uiidle.recover_note", language), cls="lu-note"))
