"""What stands around every page: style, header, badge, language, and words instead of tracebacks."""

from __future__ import annotations

import functools
from pathlib import Path

import streamlit as st
from PIL import Image, ImageDraw

from layers.serve.draw.styles import GROUND, STATUS_COLOURS, STATUSES
from layers.study.run.results import Results
from layers.study.spec import Study
from layers.text import LANGUAGES, Language, code, say
from views.parts import state
from views.parts.markup import Html, join, tag

STYLE = Path(__file__).with_name("style.css")


@functools.cache
def mark() -> Image.Image:
    """Return the sign in the browser's tab; named icons and emojis would be fetched from outside."""
    sign = Image.new("RGBA", (64, 64))
    pen = ImageDraw.Draw(sign)
    pen.rounded_rectangle((2, 2, 61, 61), 12, fill="#12605A")
    pen.polygon([(12, 44), (27, 20), (38, 34), (44, 27), (53, 44)], fill="#FFFFFF")
    pen.rectangle((12, 48, 52, 51), fill="#E8A72D")
    return sign


def style() -> None:
    """Give the page its looks; colours of the statuses come from the map's own table."""
    st.html(STYLE)
    squares = "".join(
        f".st-key-shown button:nth-of-type({k + 1})::before {{ background: {_square(s)}; }}\n"
        for k, s in enumerate(STATUSES)
    )
    st.html(f"<style>:root {{ --ground: {GROUND}; }}\n{squares}</style>")


def _square(status: str) -> str:
    colour = STATUS_COLOURS[status]
    stripes = f"repeating-linear-gradient(135deg, {colour} 0 3px, #DCD9EE 3px 5px)"
    return stripes if status == "unknown" else colour


def show(made: Html) -> None:
    """Draw a piece of a page; nothing where it is empty, which Streamlit would take for a mistake."""
    if made:
        st.html(made)


def trouble(lines: list[str], title: str = "ui.trouble") -> None:
    """Say what is wrong and what to do."""
    items = [tag("li", line) for line in lines]
    st.html(tag("div", tag("h3", say(title, state.language())), tag("ul", *items), cls="lu-trouble"))


def header(results: Results | None, study: Study | None, name: str, language: Language) -> None:
    """Draw the line on top: study, what its numbers rest on, badge, language.

    Parameters
    ----------
    results : Results or None
        What the numbers rest on.
    study : Study or None
        The settings as they are now: its name, and what there is to say before the first run.
    name : str
        Shown where neither is there.
    language : {"en", "zh"}
    """
    basis = results.study if results else study
    if named := study or basis:
        name = named.name
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.html(tag("div", tag("span", name, cls="lu-name"), _badge(basis, language), _basis(results, basis, language),
                    cls="lu-header"))  # fmt: skip
        st.segmented_control(
            "中文 / English", LANGUAGES[::-1], default=language, required=True, key=state.SWITCH,
            format_func={"zh": "中文", "en": "English"}.__getitem__, on_change=state.keep_language,
            label_visibility="collapsed",
        )  # fmt: skip


def _badge(study: Study | None, language: Language) -> Html:
    if study is None or not study.demonstration:
        return Html()
    return tag("span", say("ui.synthetic", language), cls="lu-badge", tip=say("note.demonstration", language))


def _basis(results: Results | None, study: Study | None, language: Language) -> Html:
    if study is None:
        return Html()
    facts = [say("ui.as_of", language, day=study.as_of.isoformat()), code("area", study.area, language), study.crs]
    if results is not None:
        facts.append(say("ui.land" if results.of_plots else "ui.run", language, run=results.run_id[:8]))
    return join(*(tag("span", fact, cls="lu-fact") for fact in facts))
