"""Home 首页: the study at a glance, and the ways into the work."""

from __future__ import annotations

import streamlit as st

from geo.screen.headline import LANDABLE
from layers.serve.pages import redlines
from layers.serve.pages.board import board
from layers.serve.pages.glance import Glance, glance
from layers.serve.pages.redlines import Kept
from layers.study.run.results import Results
from layers.text import Language, land_unit, number, say
from views.parts import frame, home_tables, map, opening, redline_bar, runner, state
from views.parts.markup import join, tag
from views.parts.opening import Opened

MAP_HEIGHT = 340
DOORS = {"redline": ":material/fact_check:", "screen": ":material/filter_alt:"}


def draw(found: Opened) -> None:
    """Draw the page."""
    language, results = state.language(), found.results
    whole = results is not None and results.has("candidates")
    late = bool(results.stale()) if results is not None and whole else False
    runner.bar(found.folder, late, language)
    kept = redlines.kept_checks(found.folder)
    if results is None or not whole:
        _doors(language)
        _before_the_first_run(found, language)
        _checks(kept, language)
        return
    _study(results, kept, late, language)


def _doors(language: Language) -> None:
    """Draw the ways into the work; the language goes along in the address."""
    pages = state.noted("pages") or {}
    with st.container(horizontal=True, key="home-doors"):
        for door in DOORS:
            if door in pages:
                with st.container(key=f"home-door-{door}"):
                    st.page_link(pages[door], label=say(f"uihome.door_{door}", language), icon=DOORS[door],
                                 query_params={"lang": language}, width="stretch")  # fmt: skip


def _before_the_first_run(found: Opened, language: Language) -> None:
    if runner.running(found.folder) or (found.results is None and found.study is None):
        return
    if opening.without_parcels(found, language):
        return
    if not found.damaged:
        frame.trouble([say("ui.no_run_text", language)], "ui.no_run")
    runner.offer(found.folder, language)


def _study(results: Results, kept: list[Kept], late: bool, language: Language) -> None:
    if opening.refused(results, "candidates", state.language()):
        _doors(language)
        return
    seen = glance(results)
    st.html(_totals(seen, language))
    _doors(language)
    opening.notices(results, language)
    left, middle, right = st.columns([1.1, 1.0, 1.0], gap="small")
    with left:
        with st.container(key="home-mapbox"):
            map.draw_overview(board(results), "home-map", MAP_HEIGHT)
        frame.show(home_tables.bars(seen, language))
        if seen.kinds is not None:
            frame.show(home_tables.kinds(seen, language))
    with middle, st.container(key="home-middle"):
        frame.show(home_tables.parks(seen, language))
        _checks(kept, language)
    with right, st.container(key="home-right"):
        frame.show(home_tables.attention(results, seen, kept, late, language))
        if steps := home_tables.first_steps(results, language):
            frame.show(steps)
            opening.to_data(language)
    frame.show(home_tables.layers(results, seen, language))


def _totals(seen: Glance, language: Language) -> str:
    """Return the four figures a visitor asks for first."""
    whole = seen.total
    net, net_hi = float(whole["net_m2"]), float(whole["net_hi_m2"])
    landable = [] if seen.kinds is None else [float(seen.kinds.loc[list(LANDABLE), "net_m2"].sum())]
    own = land_unit(language).word
    units = (own, "ha" if own == "mu" else "mu")
    areas = {"landable": landable, "gross": [float(whole["gross_m2"])], "net": [net],
             "net_hi": [net_hi] if net_hi - net > 0.01 else []}  # fmt: skip
    figures = [
        (key, *(number(area, unit, language) for unit in units)) for key, those in areas.items() for area in those
    ]
    figures.insert(len(landable), ("parcels", number(float(whole["parcels"]), "n", language), ""))
    tiles = [
        tag("div", tag("div", say(f"uihome.{key}", language), cls="lu-label"), tag("span", big, cls="lu-big"),
            tag("span", small, cls="lu-small"), cls="lu-area")
        for key, big, small in figures
    ]  # fmt: skip
    return tag("div", join(*tiles), cls="lh-totals")


def _checks(kept: list[Kept], language: Language) -> None:
    """List the named checks; each opens on the Red line page."""
    st.html(tag("h4", say("uihome.checks", language), cls="lh-h"))
    page = (state.noted("pages") or {}).get("redline")
    if not kept or page is None:
        st.html(tag("div", say("uiredline.no_checks", language), cls="lu-line"))
        return
    with st.container(key="home-checks"):
        for one in kept[:6]:
            st.page_link(page, label=redline_bar.label(one, language), disabled=not one.readable,
                         query_params={"lang": language, "select": f"check:{one.check_id}"})  # fmt: skip


PAGE = opening.Page("home", ":material/home:", draw, styles=("home",))
