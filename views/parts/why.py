"""Why a parcel is what it is: status, areas, ledger, every rule with its limit, clause and vintage."""

from __future__ import annotations

import math

import streamlit as st

from geo.screen.counterfactual import Change
from layers.serve.draw.styles import MISSED, OUTCOME_COLOURS, STATUS_COLOURS, outcome_colour
from layers.text import Language, land_unit, number, say
from layers.words.explain import Explanation, LedgerLine, RuleLine
from views.parts import frame, state
from views.parts.markup import Html, join, tag

SIGNS = {"conflict": "✕", "unknown": "?", "clear": "✓"}
DARK = {"eligible": "#FFFFFF", "conditional": "#1B2430", "unknown": "#1B2430", "excluded": "#1B2430"}


def panel(told: Explanation, language: Language) -> None:
    """Draw the panel of one parcel."""
    frame.show(join(_head(told), _areas(told, language), _ledger(told, language)))
    _changes(told, language)
    frame.show(join(_rules(told, language), _facts(told, language)))


def shown_cut(told: Explanation) -> Change | None:
    """Return the cut whose remainder the visitor wants to see on the map."""
    asked = state.noted("cut")
    if not asked or asked[0] != told.parcel_id or asked[1] >= len(told.levers):
        return None
    change = told.levers[asked[1]]
    return change if drawable(change) else None


def drawable(change: Change) -> bool:
    """Tell whether a change is a cut that holds what it promises."""
    return change.kind == "cut" and change.promised


def _changes(told: Explanation, language: Language) -> None:
    """Say what would change the answer; what a promised cut leaves can be drawn."""
    if told.status == "eligible":
        return
    st.html(tag("h4", say("explain.changes", language)))
    if told.withheld:
        st.html(tag("div", told.withheld, cls="lu-line"))
    elif not told.changes:
        st.html(tag("div", say("uitrial.no_single_change", language), cls="lu-line"))
    shown = shown_cut(told)
    for place, (text, change) in enumerate(zip(told.changes, told.levers, strict=True)):
        st.html(tag("div", text, cls="lu-change" if change.promised else "lu-change lu-open"))
        if drawable(change):
            on = shown is change
            st.button(
                say("uitrial.hide_cut" if on else "uitrial.draw_cut", language), key=f"cut-{told.parcel_id}-{place}",
                icon=":material/visibility_off:" if on else ":material/content_cut:",
                on_click=state.note, args=("cut", None if on else (told.parcel_id, place)),
            )  # fmt: skip


def empty(language: Language) -> None:
    """Draw the panel while nothing is selected."""
    st.html(tag("div", tag("div", say("ui.click_title", language), cls="lu-empty-title"),
                tag("div", say("ui.click_text", language)), cls="lu-empty"))  # fmt: skip


def nothing_here(language: Language) -> None:
    """Say that a click met no parcel."""
    st.html(tag("div", say("ui.no_parcel_here", language), cls="lu-empty"))


def _head(told: Explanation) -> Html:
    colours = f"background:{STATUS_COLOURS[told.status]};color:{DARK[told.status]}"
    chip = tag("span", told.status_word, cls=f"lu-chip lu-chip-{told.status}", style=colours)
    return join(tag("div", tag("span", told.parcel_id, cls="lu-id"), chip, cls="lu-why-head"),
                tag("div", told.why, cls="lu-why"))  # fmt: skip


def _areas(told: Explanation, language: Language) -> Html:
    pairs = [("ui.gross", told.gross_m2), ("ui.net", told.net_m2)]
    if told.net_hi_m2 > told.net_m2 + 0.01:
        pairs.append(("ui.net_hi", told.net_hi_m2))
    return tag("div", *(_area(say(key, language), m2, language) for key, m2 in pairs), cls="lu-areas")


def _area(title: str, m2: float, language: Language) -> Html:
    big, small = land_unit(language).word, "m2"
    if math.isnan(m2):
        held = tag("div", say("word.withheld", language), cls="lu-small")
        return tag("div", tag("div", title, cls="lu-label"), held, cls="lu-area")
    return tag("div", tag("div", title, cls="lu-label"), tag("div", number(m2, big, language), cls="lu-big"),
               tag("div", number(m2, small, language), cls="lu-small"), cls="lu-area")  # fmt: skip


def _ledger(told: Explanation, language: Language) -> Html:
    lines = [line for line in told.ledger[1:] if line.taken_m2 or line.unknown_m2 > 0]
    if not lines or told.gross_m2 <= 0:
        return Html()
    rows = [_ledger_row(line, language) for line in (told.ledger[0], *lines)]
    return join(tag("h4", say("explain.ledger", language)), _stack(told), tag("table", *rows, cls="lu-ledger"))


def _stack(told: Explanation) -> Html:
    """Draw the parcel as one bar: what is left, what is not known, what each rule takes."""
    parts = [(told.net_m2, OUTCOME_COLOURS["clear"], ""), (told.net_hi_m2 - told.net_m2, STATUS_COLOURS["unknown"], "")]
    shades = ("#B4432E", "#C96A4F", "#DA9078", "#E6B3A2")
    takes = [(line.taken_m2, line.title) for line in told.ledger[1:] if line.taken_m2]
    parts += [(m2, shades[k % len(shades)], title) for k, (m2, title) in enumerate(takes)]
    bars = [
        tag("i", style=f"width:{100 * m2 / told.gross_m2:.3f}%;background:{colour}", tip=title)
        for m2, colour, title in parts
        if m2 > 0
    ]
    return tag("div", *bars, cls="lu-stack")


def _ledger_row(line: LedgerLine, language: Language) -> Html:
    unit = land_unit(language).word
    if line.taken_m2 is None:
        change = f"? {number(line.unknown_m2, unit, language)}"
    else:
        change = f"− {number(line.taken_m2, unit, language)}" if line.taken_m2 > 0 else ""
    return tag("tr", tag("td", line.title), tag("td", change), tag("td", number(line.left_m2, unit, language)))


def _rules(told: Explanation, language: Language) -> Html:
    standing = [line for line in told.rules if not line.aside]
    aside = [line for line in told.rules if line.aside]
    loud = [line for line in standing if line.outcome != "clear"]
    quiet = [line for line in standing if line.outcome == "clear"]
    title = say("ui.rules", language, conflicts=sum(r.outcome == "conflict" and r.severity != "prefer" for r in loud),
                unknowns=sum(r.outcome == "unknown" for r in loud), clears=len(quiet))  # fmt: skip
    return join(
        tag("h4", title),
        *(_rule(line, language) for line in [*loud, *quiet]),
        tag("h4", say("ui.aside", language)) if aside else None,
        *(_aside(line) for line in aside),
        tag("h4", say("explain.not_applied", language)) if told.unused else None,
        *(tag("div", line, cls="lu-line") for line in told.unused),
    )


def _rule(line: RuleLine, language: Language) -> Html:
    colour = outcome_colour(line.outcome, line.severity)
    head = tag(
        "summary",
        tag("b", "–" if colour == MISSED else SIGNS[line.outcome], style=f"background:{colour}"),
        tag("span", line.title, cls="lu-rule-title"),
        tag("span", line.outcome_word, cls="lu-outcome", style=f"color:{colour}"),
    )
    measured = tag("div", tag("span", line.measured, cls="lu-measured"), tag("span", line.limit, cls="lu-limit"),
                   tag("span", line.mark, cls="lu-mark") if line.mark else None, cls="lu-numbers")  # fmt: skip
    rest = [line.why, _words(line.clause, line.document),
            say("explain.source", language, layer=line.layer, vintage=line.vintage), line.origin, line.age]  # fmt: skip
    if line.outcome != "clear":
        rest += [say(f"explain.{key}", language, text=text)
                 for key, text in (("exception", line.exception), ("remedy", line.remedy)) if text]  # fmt: skip
    severity = tag("span", line.severity_word, cls="lu-severity")
    body = tag("div", measured, *(tag("div", text, cls="lu-line") for text in rest if text), severity, cls="lu-body")
    return tag("details", head, body, cls="lu-rule", is_open=line.outcome != "clear")


def _words(clause: str, document: str) -> str:
    return clause if not document or document in clause else f"{clause} · {document}".strip(" ·")


def _aside(line: RuleLine) -> Html:
    return tag(
        "div",
        tag("span", line.title, cls="lu-rule-title"),
        tag("div", line.aside, cls="lu-line"),
        tag("div", line.origin, cls="lu-line"),
        cls="lu-aside",
    )


def _facts(told: Explanation, language: Language) -> Html:
    rows = [tag("tr", tag("td", name), tag("td", value)) for name, value in told.facts]
    corrected = [tag("h4", say("correction.head", language))] if told.corrected else []
    return join(tag("h4", say("ui.facts", language)), tag("table", *rows, cls="lu-facts"), *corrected,
                *(tag("div", line, cls="lu-line") for line in told.corrected))  # fmt: skip
