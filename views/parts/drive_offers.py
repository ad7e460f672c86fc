"""Offers on the Drive page: the list, and the form of an investor's wish with the sites and buildings that suit it."""

from __future__ import annotations

import functools
from datetime import date

import streamlit as st

from layers.ask.offering import Offering
from layers.serve.pages import drive_offers as served
from layers.study.run.results import Results
from layers.text import Language, land_unit, say
from views.parts import acts, frame, runner, state, tables
from views.parts.markup import option, tag

WISH = "wish"
MOST = 20
"""Answers shown: the best; the command tells all."""


def draw(results: Results, language: Language) -> None:
    """Draw the offers and the wish, or what is missing for them."""
    if not served.placed(results):
        frame.trouble([say("uidrive.no_offers", language)], "uidrive.no_offers_title")
        runner.needed(results.folder, language)
        return
    found = served.offers_of(results)
    (first, *rest), shown = served.offers_table(found, language)
    st.html(tag("details", tag("summary", first), *(tag("div", n, cls="lu-line") for n in rest), cls="lu-law"))
    if shown.empty:
        st.html(tag("div", say("uidrive.none_to_offer", language), cls="lu-empty"))
        return
    _wish(found, language)
    tables.plain(shown, f"drive-offers-{language}")
    st.download_button(
        say("uidrive.word_offers", language), key="drive-offers-word", on_click="ignore", icon=":material/download:",
        data=functools.partial(served.offers_file, results, "docx", language),
        file_name=f"luodi-offers-{results.run_id}.docx", disabled="matches" in results.stale(),
    )  # fmt: skip


def _wish(found: Offering, language: Language) -> None:
    """Draw the form of a wish, and what suits it."""
    asked = state.noted(WISH)
    with st.expander(say("uidrive.wish", language), expanded=asked is not None, key="drivewish"):
        st.html(tag("div", say("uidrive.wish_help", language), cls="lu-line"))
        _form(found, language)
        if asked is not None:
            heads, lines = served.wished(found, asked, language)
            rows = [tag("tr", *(tag("td", text) for text in line)) for line in lines[:MOST]]
            st.html(tag("table", tag("tr", *(tag("th", h) for h in heads)), *rows, cls="ld-wish"))
            if len(lines) > MOST:
                st.html(tag("div", say("uidrive.wish_more", language, shown=MOST, count=len(lines)), cls="lu-line"))


def _form(found: Offering, language: Language) -> None:
    parks = {"": say("uidrive.wish_any", language)} | served.parks(found)
    with st.form("wish", border=False, enter_to_submit=False):
        top, low = st.columns(4, gap="small"), st.columns(4, gap="small", vertical_alignment="bottom")
        with top[0]:
            industry = st.text_input(say("uidrive.wish_industry", language))
        with top[1]:
            park = st.selectbox(say("uidrive.list_park", language), list(parks), format_func=lambda p: option(parks[p]))
        amounts = (
            _number(top[2], f"wish_land_{land_unit(language).word}", language),
            _number(top[3], "wish_floor", language),
            _number(low[0], "wish_investment", language), _number(low[1], "wish_power", language),
        )  # fmt: skip
        with low[2]:
            by = st.date_input(say("uidrive.wish_by", language), value=None, format="YYYY-MM-DD")
        with low[3]:
            sent = st.form_submit_button(say("uidrive.wish_find", language), type="primary")
    if sent:
        day = by if isinstance(by, date) else None
        acts.again("see", lambda: state.note(WISH, served.wish(found, (industry, str(park)), amounts, day, language)))


def _number(place: st.delta_generator.DeltaGenerator, name: str, language: Language) -> float | None:
    with place:
        given = st.number_input(say(f"uidrive.{name}", language), min_value=0.0, value=None)
    return None if given is None else float(given)
