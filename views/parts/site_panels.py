"""One site explained, and up to four side by side."""

from __future__ import annotations

import streamlit as st

from layers.ask.ranked import Ranked
from layers.serve.draw.site_picture import picture
from layers.serve.pages import sites as shelf
from layers.serve.pages.sites import MOST_COMPARED, SiteView
from layers.text import Language, number, say
from layers.words.explain_site import CriterionLine, SiteExplanation, of_trial
from views.parts import frame, site_charts
from views.parts.markup import Html, join, tag

COLOURS = {"feasible": "#12806A", "unknown": "#6E64B0", "infeasible": "#B4432E"}


def why(shown: SiteView, made: Ranked, site_id: str | None, language: Language) -> None:
    """Draw why a site scores what it scores; its points add up to its score."""
    if site_id is None:
        st.html(tag("div", tag("div", say("uisites.pick", language), cls="lu-empty-title"),
                    say("uisites.pick_text", language), cls="lu-empty"))  # fmt: skip
        return
    told = of_trial(shown.bench, made, site_id, language)
    frame.show(join(_head(told, shelf.area_text(shown, site_id, language), language), _lines(told, language),
                 _twins(told, language)))  # fmt: skip


def _head(told: SiteExplanation, area: str, language: Language) -> Html:
    colour = COLOURS[told.state]
    chip = tag("span", told.state_word, cls="lu-chip", style=f"background:{colour}1A; color:{colour};")
    ranked = told.state != "infeasible"
    big = [
        ("score", number(told.score, "x", language) if ranked else "–"),
        ("rank", say("uisites.rank_of", language, rank=told.rank, sites=told.sites) if ranked else "–"),
        ("usable", area),
    ]
    boxes = [tag("div", tag("div", say(f"uisites.{name}", language), cls="lu-label"), tag("div", text, cls="lu-big"),
                 cls="lu-area") for name, text in big]  # fmt: skip
    more = say("uisites.spread", language, high=told.score_high, low=told.rank_low, last=told.rank_high,
               best=told.rank_best, worst=told.rank_worst)  # fmt: skip
    return join(
        tag("div", tag("span", told.site_id, cls="lu-id"), chip, cls="lu-why-head"), tag("div", told.why, cls="lu-why"),
        tag("div", *boxes, cls="lu-areas"), tag("div", more, cls="lu-line") if ranked else None,
    )  # fmt: skip


def _lines(told: SiteExplanation, language: Language) -> Html:
    rows = [_line(line, language) for line in sorted(told.lines, key=lambda x: -x.points)]
    total = sum(x.points for x in told.lines)
    foot = tag("div", tag("b", say("uisites.sum", language)), tag("b", number(total, "x", language)), cls="ls-sum")
    return join(tag("h4", say("rank.explain_points", language)), *rows, foot)


def _line(line: CriterionLine, language: Language) -> Html:
    least, most = line.scaled * 100, line.scaled_hi * 100
    bar = tag("div", tag("i", style=f"width:{min(least, 100):.1f}%; background:{site_charts.BARS[0]};"),
              tag("i", style=f"width:{max(min(most, 100) - least, 0):.1f}%; background:{site_charts.BARS[1]};"),
              cls="lu-stack")  # fmt: skip
    points = number(line.points, "x", language)
    shown = points if line.points == line.points_hi else f"{points} … {number(line.points_hi, 'x', language)}"
    head = tag("div", tag("span", line.title, cls="lu-rule-title"),
               tag("span", say("rank.mark", language).strip(), cls="lu-mark") if line.unverified else None,
               tag("span", shown, cls="ls-points"), cls="ls-head")  # fmt: skip
    open_ = line.scaled != line.scaled_hi or line.scaled_hi == 0.0
    told = f"{line.value} · {line.weight:.1%} · {line.function}"
    return tag("div", head, bar, tag("div", told, cls="lu-line"),
               tag("div", line.why, cls="lu-line") if open_ else None, cls="ls-line", tip=line.source)  # fmt: skip


def _twins(told: SiteExplanation, language: Language) -> Html:
    if not told.twins:
        return Html()
    return join(tag("h4", say("rank.explain_twins", language)), *(tag("div", t, cls="lu-line") for t in told.twins))


def compare(shown: SiteView, made: Ranked, selected: str | None, language: Language) -> None:
    """Draw up to four sites side by side: map, bars, facts."""
    ranked = made.ranking["site_id"].astype(str).tolist()
    first = list(dict.fromkeys([*([selected] if selected else []), *ranked]))[: min(3, len(ranked))]
    places = {s: k + 1 for k, s in enumerate(ranked)}
    picked = st.multiselect(
        say("uisites.compare_pick", language), ranked, default=first, max_selections=MOST_COMPARED, key="compare-pick",
        format_func=lambda s: f"{places[s]} · {s} · {shelf.area_text(shown, s, language)}",
    )  # fmt: skip
    if not picked:
        st.html(tag("div", say("uisites.compare_none", language), cls="lu-note"))
        return
    for column, site in zip(st.columns(MOST_COMPARED, gap="small"), picked, strict=False):
        with column:
            st.html(tag("div", f"{places[site]} · {site}", cls="ls-name"))
            st.image(picture(shown, site), width="stretch")
    site_charts.bars(made, picked, language)
    st.dataframe(shelf.facts(shown, picked, language), key="compare-facts", row_height=28)
