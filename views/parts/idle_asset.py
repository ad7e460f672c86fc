"""One piece of idle land or one building: clock, money, signs, images, reuse."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from layers.serve.draw.idle_symbols import GROUPS, SYMBOLS, picture
from layers.serve.pages import idle_desk
from layers.serve.pages.idle_desk import IdleView
from layers.text import Language, code, joined, number, say, sentence
from layers.words import idle
from layers.words.measures import measure_text
from views.parts import frame, idle_acts, state
from views.parts.markup import Html, join, tag

SHARES = {"green_share": "#5E9C57", "bare_share": "#C59B6D", "built_share": "#7C8694", "water_share": "#5B9BD0",
          "unknown_share": "#D9D3EA"}  # fmt: skip
SEEN = 0.0005
"""A smaller share of an image is not drawn."""
LIGHT = {"warning", "calm"}


def style() -> None:
    """Show the symbols of the groups on the pills of the legend."""
    rules = "".join(f".li-sign-{g} {{ background-image: url({picture(g)}); }}\n" for g in GROUPS)
    st.html(f"<style>{rules}</style>")


def legend_style(present: list[str]) -> None:
    """Put the symbol of each group before its words."""
    rules = "".join(
        f".st-key-idle-shown button:nth-of-type({k + 1})::before {{ background-image: url({picture(g)}); }}\n"
        for k, g in enumerate(present)
    )
    st.html(f"<style>{rules}</style>")


def empty(language: Language) -> None:
    """Draw the panel while nothing is selected."""
    st.html(tag("div", tag("div", say("uiidle.click_title", language), cls="lu-empty-title"),
                tag("div", say("uiidle.click_text", language)), cls="lu-empty"))  # fmt: skip


def pick(frame_: pd.DataFrame, ids: list[str], asset: str | None, height: int, language: Language) -> None:
    """Show the list; picking a row selects the asset."""
    key = f"idle-list-{hash((tuple(ids), language))}-{state.turn()}"
    heads = list(frame_.columns)

    def picked() -> None:
        row = state.row_of(key)
        if row is None:
            state.clear()
        else:
            state.select("asset", ids[row])
            state.ask_to_move()

    at = np.flatnonzero(np.array(ids, object) == asset)
    text, wide = st.column_config.TextColumn, (64, 98, 190, 82)
    columns = dict(zip(heads[1:5], (text(width=w) for w in wide), strict=True)) | {
        heads[0]: st.column_config.ImageColumn(width=34),
        heads[6]: text(width=92),
        heads[5]: text(width=66, alignment="right"),
    }
    st.dataframe(
        frame_, height=height, hide_index=True, key=key, on_select=picked, selection_mode="single-row",
        selection_default={"selection": {"rows": at[:1].tolist()}}, column_config=columns, row_height=30,
    )  # fmt: skip


def panel(desk: IdleView, asset: str, language: Language) -> None:
    """Draw everything that is known of one asset."""
    row = desk.row(asset)
    frame.show(join(_head(row, desk.park(row), language), _clock(row, desk.on, language), _money(row, language)))
    idle_acts.sheet(desk, asset, language)
    frame.show(join(_signs(desk, row, language), _images(desk, asset, language), _grades(desk, asset, language),
                 _reuse(desk, asset, language)))  # fmt: skip
    idle_acts.field(desk, asset, language)
    idle_acts.recovered(desk, row, language)


# --- what registers say -----------------------------------------------------------


def _head(row: dict[Any, Any], park: str, language: Language) -> Html:
    size = (
        measure_text(row["area_m2"], "m2", language)
        if row["kind"] == "land"
        else number(row["area_m2"], "m2", language)
    )
    facts = [code("idlekind", row["kind"], language), park, size]
    group = row["group"]
    dark = "#1B2430" if group in LIGHT else "#FFFFFF"
    chip = tag(
        "span",
        code("idlegroup", group, language),
        cls="lu-chip",
        style=f"background:{SYMBOLS[group].colour};color:{dark}",
    )
    lines = [tag("div", " · ".join(f for f in facts if f), cls="lu-line")]
    if row["located"] == "none":
        lines.append(tag("div", code("located", "none", language), cls="li-lost"))
    against = [code("contradiction", c, language) for c in str(row["contradictions"]).split("|") if c]
    if against:
        told = (
            sentence(row["evidence_reason"], language)
            if row["evidence_status"] == "contradictory"
            else joined(against, language, apart=True)
        )
        lines.append(tag("div", told, cls="li-against"))
    name = tag("span", tag("i", cls=f"li-sign li-sign-{group}"), row["asset_id"], cls="lu-id")
    return join(tag("div", name, chip, cls="lu-why-head"), tag("div", row["name"], cls="li-name"), *lines)


def _clock(row: dict[Any, Any], on: date, language: Language) -> Html | None:
    if not row["clock_state"]:
        return None
    word = idle.state_word(row["clock_state"], row["recognition"], language)
    return join(tag("h4", say("uiidle.clock", language)), tag("div", tag("b", word), cls="li-state"),
                _timeline(row, on, language), tag("div", sentence(row["reason"], language), cls="lu-line"))  # fmt: skip


def _timeline(row: dict[Any, Any], on: date, language: Language) -> Html | None:
    """Draw the days of the clock as a line with the day that is asked."""
    days = idle_desk.days_of(row)
    if not days:
        return None
    first, last = min(on, *(d for _, d in days)), max(on, *(d for _, d in days))
    length = max((last - first).days, 1)
    marks = [
        tag("i", cls=f"li-mark li-{name.removesuffix('_on')}{' li-past' if day <= on else ''}",
            style=f"left:{(day - first).days / length:.2%}", tip=f"{say(f'column.{name}', language)} {day.isoformat()}")
        for name, day in days
    ]  # fmt: skip
    here = tag("i", cls="li-here", style=f"left:{(on - first).days / length:.2%}", tip=on.isoformat())
    named = [(n, d) for n, d in days if not n.startswith("warning")]
    words = [
        tag("tr", tag("td", say(f"column.{n}", language)), tag("td", d.isoformat(), cls="li-past" if d <= on else ""))
        for n, d in named
    ]
    return join(
        tag("div", tag("div", cls="li-rail"), *marks, here, cls="li-line"), tag("table", *words, cls="lu-facts")
    )


def _money(row: dict[Any, Any], language: Language) -> Html | None:
    told = list(idle.money(row, language))
    if not told and pd.isna(row["price_wan"]):
        return None
    cells = []
    if row["consequence"] == "fee":
        cells.append(("uiidle.fee", idle.wan(row["fee_wan"], language)))
        told = told[1:]
    if pd.notna(row["price_wan"]):
        cells.append(("uiidle.price", idle.wan(row["price_wan"], language)))
    if row["cause"]:
        cells.append(("uiidle.cause", idle.cause(row, language)))
    boxes = [tag("div", tag("div", say(k, language), cls="lu-label"), tag("div", v, cls="lu-big"), cls="lu-area")
             for k, v in cells]  # fmt: skip
    return join(tag("div", *boxes, cls="lu-areas"), tag("div", " · ".join(told), cls="li-told") if told else None)


def _signs(desk: IdleView, row: dict[Any, Any], language: Language) -> Html:
    lines = [_sign(s, desk.shown.titles, language) for s in desk.signs(row["asset_id"])]
    status = tag("span", code("evidence", row["evidence_status"], language), cls="lu-severity")
    head = tag("h4", say("uiidle.signs", language), " ", status)
    if not lines:
        return join(head, tag("div", sentence(row["evidence_reason"], language), cls="lu-line"))
    told = tag("div", sentence(row["evidence_reason"], language), cls="lu-line")
    return join(head, tag("table", *lines, cls="li-signs"), told)


def _sign(sign: dict[Any, Any], titles: Any, language: Language) -> Html:
    value = f"{number(sign['value'], 'x', language)} {code('idleunit', str(sign['unit']), language)}"
    share = f"{number(sign['share'], 'share', language)} {code('reading', sign['code'], language)}"
    on = f"{sign['on']:%Y-%m-%d}" if pd.notna(sign["on"]) else say("word.not_known", language)
    below = " · ".join(t for t in (on, titles.get(sign["source"], "")) if t)
    weight = tag("div", f"{say('column.weight', language)} {sign['weight']:g}", cls="li-source")
    says = tag("span", code("says", sign["says"], language), cls=f"li-says li-says-{sign['says']}")
    middle = tag("td", tag("div", value), tag("div", share, cls="lu-line"), tag("div", below, cls="li-source"))
    return tag("tr", tag("td", code("signal", sign["signal"], language)), middle, tag("td", says, weight))


def _images(desk: IdleView, asset: str, language: Language) -> Html | None:
    """Draw what each image shows as a bar of shares."""
    found = desk.images(asset)
    if not found:
        return None
    bars = [
        tag("div", tag("span", f"{i['taken_on']:%Y-%m-%d}", cls="li-when"), _shares(i, language), cls="li-image")
        for i in found
    ]
    used = [n for n in SHARES if any(i[n] > SEEN for i in found)]
    keys = [
        tag("span", tag("i", style=f"background:{SHARES[n]}"), say(f"column.{n}", language), cls="lu-key") for n in used
    ]
    return join(tag("h4", say("uiidle.images", language)), *bars, tag("div", *keys, cls="lu-line"))


def _shares(image: dict[Any, Any], language: Language) -> Html:
    parts = [
        tag("i", style=f"width:{image[n]:.2%};background:{colour}",
            tip=f"{say(f'column.{n}', language)} {number(image[n], 'share', language)}")
        for n, colour in SHARES.items()
        if image[n] > SEEN
    ]  # fmt: skip
    return tag("span", *parts, cls="li-shares")


def _grades(desk: IdleView, asset: str, language: Language) -> Html | None:
    lines = idle_desk.grade_lines(desk, asset, language)
    if not lines:
        return None
    return join(tag("h4", say("uiidle.mu", language)), *(tag("div", t, cls="lu-change") for t in lines))


def _reuse(desk: IdleView, asset: str, language: Language) -> Html | None:
    lines = idle_desk.reuse_lines(desk, asset, language)
    if not lines:
        return None
    return join(tag("h4", say("uiidle.reuse", language)), *(tag("div", t, cls="lu-change") for t in lines))
