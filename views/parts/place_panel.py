"""One project of the placing: where or why not, what it draws, another site and its price, pin and ban."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from layers.ask import decisions
from layers.ask.decisions import DecisionBasis
from layers.serve.pages import place_desk
from layers.serve.pages.place_desk import PlaceView
from layers.serve.pages.place_map import COLOURS
from layers.text import Language, code, say
from views.parts import acts, state
from views.parts.markup import Html, tag

CHOICE = "place-choice"


def empty(language: Language) -> str:
    """Draw the panel while no project is selected; no site is chosen."""
    st.html(tag("div", tag("div", say("uiplace.click_title", language), cls="lu-empty-title"),
                tag("div", say("uiplace.click_text", language)), cls="lu-empty"))  # fmt: skip
    return ""


def panel(desk: PlaceView, project: str, language: Language) -> str:
    """Draw what is known of a project; return the site that is tried out, "" for none."""
    told = [tag("div", line, cls="lp-told") for line in desk.told(project, language)]
    st.html(tag("div", _head(desk, project, language), *told, _draws(desk, project, language), cls="lp-panel"))
    choice = _other(desk, project, language)
    _decide(desk, project, choice, language)
    with st.expander(say("uiplace.sites", language)):
        st.dataframe(desk.sites_looked_at(project, language), hide_index=True, height=220,
                     key=f"place-sites-{project}")  # fmt: skip
    return choice


def _head(desk: PlaceView, project: str, language: Language) -> Html:
    status = desk.status(project)
    colour = COLOURS.get(status, "#66707D")
    chip = tag("span", code("placestatus", status, language), cls="lu-chip", style=f"background:{colour};color:#FFFFFF")
    name = tag("span", f"{project} {desk.found.names[project]}", cls="lu-id")
    return tag("div", name, chip, cls="lu-why-head")


def _draws(desk: PlaceView, project: str, language: Language) -> Html | None:
    rows = desk.draws(project, language)
    if not rows:
        return None
    cells = (tag("tr", tag("td", account), tag("td", amount)) for account, amount in rows)
    return tag("div", tag("h4", say("uiplace.draws", language)), tag("table", *cells, cls="lu-facts"))


def _other(desk: PlaceView, project: str, language: Language) -> str:
    """Offer the other sites the project could have; say what the one that is picked would cost."""
    choices = desk.choices(project)
    if not choices:
        return ""
    labels = {site: desk.choice_label(project, site, language) for site in choices}
    site = st.selectbox(
        say("uiplace.other", language), ["", *choices], key=f"{CHOICE}-{project}",
        format_func=lambda s: labels.get(s, say("uiplace.pick", language)),
    )  # fmt: skip
    if not site:
        return ""
    found = place_desk.priced(desk, project, site, language)
    look = "lp-price" if found.possible else "lp-price lp-never"
    st.html(tag("div", *(tag("div", line) for line in found.lines), cls=look))
    return str(site)


def _decide(desk: PlaceView, project: str, choice: str, language: Language) -> None:
    """Offer to fix the project on the site that is picked, to keep it out, or to take that back."""
    if not desk.found.asked.nothing:
        return
    pinned = bool(desk.found.match(project)["pinned"])
    _seen(desk, "pin", project, {})
    with st.popover(say("uiplace.decide", language), icon=":material/gavel:"):
        person = st.text_input(say("uiplace.person", language), key="place-person")
        why = st.text_input(say("uiplace.why", language), key=f"place-why-{project}")
        if choice and st.button(say("uiplace.pin", language), key=f"place-pin-{project}"):
            _record(desk, "pin", project, {"site": choice}, DecisionBasis(person, why), language)
        if pinned and st.button(say("uiplace.unpin", language), key=f"place-unpin-{project}"):
            _record(desk, "pin", project, {}, DecisionBasis(person, why, True), language)
        site = {"site": choice or str(desk.found.match(project)["site_id"])}
        if site["site"] and st.button(say("uiplace.ban", language), key=f"place-ban-{project}"):
            _record(desk, "ban", project, site, DecisionBasis(person, why), language)


def _seen(desk: PlaceView, kind: str, project: str, place: dict[str, str]) -> int:
    """Return the decision the panel was first drawn on: who was slower is told, and writes nothing over."""
    key = f"seen-{decisions.subject_of(kind, project, place)}"
    if state.noted(key) is None:
        state.note(key, decisions.version(desk.results.folder, kind, project, place))
    return int(state.noted(key))


def _record(
    desk: PlaceView, kind: str, project: str, place: dict[str, str], ground: DecisionBasis, language: Language
) -> None:
    """Record a decision; whoever was slower than another visitor is told, and writes nothing over."""
    seen = _seen(desk, kind, project, place)
    state.note(f"seen-{decisions.subject_of(kind, project, place)}", None)
    folder, asked = desk.results.folder, replace(ground, seen=seen)
    acts.again("decide", lambda: decisions.decide(folder, kind, project, place, asked),
               lambda made: decisions.told(made, language))  # fmt: skip
