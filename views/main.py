"""Every visit starts here: language, pages, and nobody ever sees a traceback."""

from __future__ import annotations

import streamlit as st

import layers  # noqa: F401 - bans drivers before GDAL is loaded
from layers.text import say
from views import capacity, data, drive, home, idle, outputs, place, projects, redline, rules, screen, sites
from views.parts import frame, guard, state

PAGES = tuple(
    p.PAGE for p in (home, data, redline, screen, sites, projects, drive, place, capacity, idle, rules, outputs)
)
"""In the order of the menu; a page is a module with a `PAGE` (`views.parts.opening.Page`)."""


def main() -> None:
    """Draw the page the address names."""
    language = state.language()
    st.set_page_config(page_title=say("ui.title", language), page_icon=frame.mark(), layout="wide")
    frame.style()
    pages = [
        st.Page(guard.guarded(p.show), title=say(f"ui.page_{p.name}", language), icon=p.icon, url_path=p.name,
                default=p is PAGES[0])
        for p in PAGES
    ]  # fmt: skip
    state.note("pages", {p.name: page for p, page in zip(PAGES, pages, strict=True)})
    page = st.navigation(pages, position="top")
    state.follow(page.url_path)
    page.run()


main()
