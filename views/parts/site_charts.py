"""Charts of a ranking: bars of points, rank intervals, how far each weight can move."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from layers.ask.ranked import Ranked
from layers.serve.pages import site_frames as frames
from layers.text import Language, say
from views.parts.markup import tag

BARS = ("#2F62A6", "#C9D3E3")
BAND, POINT = "#9CC3CF", "#252E72"
BEST = 12
"""Sites in the chart of rank intervals."""


def bars(made: Ranked, sites: list[str], language: Language) -> None:
    """Draw what each site earns by criterion: what is proved, and what is open behind it."""
    frame = frames.points(made, sites, language)
    titles = list(dict.fromkeys(frame.sort_values("order")["criterion"]))
    parts = [say(f"uisites.part_{p}", language) for p in ("proved", "open")]
    chart = (
        alt.Chart(frame)
        .mark_bar(height=9)
        .encode(
            x=alt.X("points:Q", title=say("uisites.points", language), stack="zero"),
            y=alt.Y("criterion:N", sort=titles, title=None, axis=_names(170)),
            color=alt.Color("part:N", scale=alt.Scale(domain=parts, range=list(BARS)), title=None,
                            legend=alt.Legend(orient="top")),
            order=alt.Order("part:N", sort="descending" if parts[0] > parts[1] else "ascending"),
            tooltip=["site", "criterion", "part", alt.Tooltip("points:Q", format=".2f")],
        )
        .properties(width=176, height=16 * len(titles))
        .facet(column=alt.Column("site:N", sort=sites, title=None), spacing=14)
    )  # fmt: skip
    st.altair_chart(chart, key="site-bars")


def stability(made: Ranked, top: int, language: Language) -> None:
    """Draw the rank intervals of the best sites, and how far each weight can move, side by side."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(tag("h4", say("uisites.ranks_title", language), cls="lu-h"))
        st.altair_chart(_ranks(frames.rank_spread(made, BEST), top, language), key="site-ranks")
    with right:
        st.html(tag("h4", say("uisites.room_title", language), cls="lu-h"))
        st.altair_chart(_room(frames.weight_room(made, language), language), key="site-room")


def _names(width: int) -> alt.Axis:
    """Return an axis on which every name is written."""
    return alt.Axis(labelLimit=width, labelOverlap=False, labelFlush=False)


def _ranks(frame: pd.DataFrame, top: int, language: Language) -> alt.LayerChart:
    base = alt.Chart(frame).encode(
        y=alt.Y("site:N", sort=list(frame["site"]), title=None, axis=_names(170)),
        tooltip=["site", "rank", "low", "high", alt.Tooltip("top_share:Q", format=".0%",
                                                              title=say("uisites.top_share", language, top=top))],
    )  # fmt: skip
    band = base.mark_bar(height=12, color=BAND).encode(
        x=alt.X("low:Q", title=say("uisites.col_rank", language), scale=alt.Scale(zero=False)), x2="high:Q"
    )
    point = base.mark_point(filled=True, size=70, color=POINT, opacity=1).encode(x="rank:Q")
    return (band + point).properties(height=24 * max(len(frame), 3))


def _room(frame: pd.DataFrame, language: Language) -> alt.LayerChart:
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "criterion:N",
            sort=list(frame["criterion"]),
            title=None,
            axis=_names(190),
        ),
        tooltip=["criterion", alt.Tooltip("weight:Q", format=".1f"), "says"],
    )
    band = base.mark_bar(height=12, color=BAND).encode(
        x=alt.X("low:Q", title=say("uisites.weight_axis", language), scale=alt.Scale(domain=[0, 100])), x2="high:Q"
    )
    point = base.mark_tick(color=POINT, thickness=3, size=18).encode(x="weight:Q")
    return (band + point).properties(height=24 * max(len(frame), 3))
