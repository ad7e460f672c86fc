"""Offers on the Drive page: the list, and the form of an investor's wish with the sites and buildings that suit it."""

from __future__ import annotations

import functools
from datetime import date

import streamlit as st

from geo.place.offer import Wish
from layers.ask.offering import Offering
from layers.serve.pages import drive_offers as served
from layers.study.run.results import Results
from layers.text import Language, land_unit, say
from views.parts import acts, frame, runner, state, tables
from views.parts.markup import option, tag

WISH = "wish"
"""Key of the address: a wish is sent to a colleague with the page, and comes back after a reload."""
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
    asked = served.wish_of(found, state.asked(WISH))
    with st.expander(say("uidrive.wish", language), expanded=asked is not None, key="drivewish"):
        st.html(tag("div", say("uidrive.wish_help", language), cls="lu-line"))
        _form(found, asked or Wish(), language)
        if asked is not None:
            heads, lines = served.wished(found, asked, language)
            rows = [tag("tr", *(tag("td", text) for text in line)) for line in lines[:MOST]]
            st.html(tag("table", tag("tr", *(tag("th", h) for h in heads)), *rows, cls="ld-wish"))
            if len(lines) > MOST:
                st.html(tag("div", say("uidrive.wish_more", language, shown=MOST, count=len(lines)), cls="lu-line"))


def _form(found: Offering, asked: Wish, language: Language) -> None:
    parks = {"": say("uidrive.wish_any", language)} | served.parks(found)
    unit = land_unit(language)
    with st.form("wish", border=False, enter_to_submit=False):
        top, low = st.columns(4, gap="small"), st.columns(4, gap="small", vertical_alignment="bottom")
        with top[0]:
            industry = st.text_input(say("uidrive.wish_industry", language), value=asked.industry)
        with top[1]:
            at = list(parks).index(asked.park_id) if asked.park_id in parks else 0
            park = st.selectbox(say("uidrive.list_park", language), list(parks), index=at,
                                format_func=lambda p: option(parks[p]))  # fmt: skip
        land = None if asked.land_m2 is None else round(asked.land_m2 / unit.m2, 4)
        amounts = (
            _number(top[2], f"wish_land_{unit.word}", land, language),
            _number(top[3], "wish_floor", asked.floor_m2, language),
            _number(low[0], "wish_investment", asked.investment_wan, language),
            _number(low[1], "wish_power", asked.power_kva, language),
        )
        with low[2]:
            by = st.date_input(say("uidrive.wish_by", language), value=asked.by, format="YYYY-MM-DD")
        with low[3]:
            sent = st.form_submit_button(say("uidrive.wish_find", language), type="primary")
    if sent:
        day = by if isinstance(by, date) else None
        acts.again("see", lambda: state.ask(WISH, served.wish_text(
            served.wish(found, (industry, str(park)), amounts, day, language))))  # fmt: skip


def _number(
    place: st.delta_generator.DeltaGenerator, name: str, asked: float | None, language: Language
) -> float | None:
    with place:
        given = st.number_input(say(f"uidrive.{name}", language), min_value=0.0, value=asked)
    return None if given is None else float(given)
