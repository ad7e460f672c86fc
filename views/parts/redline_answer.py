"""The answer for a red line on one screen: headline, tables of land, control lines, special layers, ledger."""

from __future__ import annotations

from collections.abc import Iterable

from geo.rules.terms import AREA_TESTS
from layers.ask.redline import THREE_LINES, Constraint, Quota, RedlineAnswer
from layers.outputs.dossier_rows import far_text, height_text, plan_word
from layers.outputs.redline_rows import clause_of, steps, tenure_word, title_of, why_unknown
from layers.outputs.redline_words import (
    balance_words,
    class_rows,
    group_word,
    intensity_words,
    net_of,
    unused_lines,
    use_word,
)
from layers.serve.draw.styles import STATUS_COLOURS, outcome_colour
from layers.serve.pages.redline_map import CUT, GROUPS, LEFT, OUTLINE, TAKEN, USE_COLOURS
from layers.serve.pages.redlines import planned_use
from layers.text import Language, both, code, number, say
from layers.words.explain import limit_text
from layers.words.measures import interval
from views.parts.markup import Html, join, tag
from views.parts.why import DARK, SIGNS

ASIDE = "#8A8F98"
NOTHING_M2 = 0.005


def bare(m2: float, word: str, language: Language) -> str:
    """Return an area without its unit, for a column whose head names the unit."""
    return number(m2, word, language).removesuffix(f" {_unit(word, language)}")


def _unit(word: str, language: Language) -> str:
    return say(f"uiredline.{word}", language)


def headline(answer: RedlineAnswer, language: Language) -> Html:
    """Return status, areas and shape of what is left."""
    status = answer.status
    chip = tag("span", code("status", status, language), cls=f"lu-chip lu-chip-{status}",
               style=f"background:{STATUS_COLOURS[status]};color:{DARK[status]}")  # fmt: skip
    tiles = [_tile("gross", answer.gross_m2, language), _tile("net", answer.net_m2, language)]
    if answer.net_hi_m2 > answer.net_m2 + 0.01:
        tiles.append(_tile("net_hi", answer.net_hi_m2, language))
    tiles.append(_tile("taken", max(answer.gross_m2 - answer.net_hi_m2, 0.0), language))
    count = len(answer.land)
    left = say("uiredline.left", language, parts=count, width=answer.width_m) if count else say("uiredline.none_left",
                                                                                               language)  # fmt: skip
    name = tag("span", str(answer.check.head["name"]), cls="lr-name")
    plots = say("uiredline.plots", language, plots=len(answer.plots))
    about = tag("div", tag("div", name, chip, cls="lr-title"), tag("div", f"{plots} · {left}", cls="lu-small"))
    return tag("div", about, *tiles, cls="lr-head")


def _tile(key: str, m2: float, language: Language) -> Html:
    label = tag("span", say(f"uiredline.{key}", language), cls="lu-label")
    small = f"{number(m2, 'ha', language)} · {number(m2, 'm2', language)}"
    return tag("div", tag("div", label, tag("span", number(m2, "mu", language), cls="lu-big"), cls="lr-figure"),
               tag("div", small, cls="lu-small"), cls="lu-area")  # fmt: skip


def legend(answer: RedlineAnswer, language: Language) -> Html:
    """Return what the colours and lines of the map mean."""
    titles = {u.group.id: both(u.group.title, language) for u in answer.uses if u.group}
    items = [_swatch(f"background:{USE_COLOURS[g]}", titles[g]) for g in GROUPS if g in titles]
    stripes = f"repeating-linear-gradient(135deg,{TAKEN} 0 2px,{TAKEN}30 2px 5px)"
    items += [
        _swatch(f"border:2px solid {OUTLINE}", say("uiredline.map_outline", language)),
        _swatch(f"background:{LEFT}40", say("uiredline.map_left", language)),
        _swatch(f"background:{stripes}", say("uiredline.map_taken", language)),
        _swatch(f"border-top:3px dashed {CUT};height:0;border-radius:0", say("uiredline.map_cut", language)),
    ]
    return tag("div", *items, cls="lr-legend")


def _swatch(look: str, word: str) -> Html:
    return tag("span", tag("i", style=look), word)


# --- tables ----------------------------------------------------------------------


def _table(title: str, heads: Iterable[str], rows: Iterable[Html], cls: str) -> Html:
    head = tag("tr", *(tag("th", h) for h in heads))
    return join(tag("h4", title), tag("table", tag("thead", head), tag("tbody", *rows), cls=f"lr-table {cls}"))


def _pair(m2: float, language: Language) -> list[Html]:
    return [tag("td", bare(m2, word, language)) for word in ("mu", "ha")]


def uses(answer: RedlineAnswer, language: Language) -> Html:
    """Return present use × tenure before and after the cut, in 亩 and 公顷."""
    rows = [
        tag("tr", tag("td", _group_mark(use.group.id if use.group else ""), use_word(use, language),
                      tip=group_word(use, language)),
            tag("td", tenure_word(use.tenure, language)), *_pair(use.before_m2, language),
            *_pair(use.after_m2, language))
        for use in answer.uses
    ]  # fmt: skip
    rows += [
        tag("tr", tag("td", title), tag("td", ""), *_pair(before, language), *_pair(after, language), cls="lr-class")
        for title, before, after in class_rows(answer, language)
    ]
    totals = [sum(u.before_m2 for u in answer.uses), sum(u.after_m2 for u in answer.uses)]
    rows.append(tag("tr", tag("td", say("uiredline.total", language)), tag("td", ""), *_pair(totals[0], language),
                    *_pair(totals[1], language), cls="lr-sum"))  # fmt: skip
    before, after = say("uiredline.before", language), say("uiredline.after", language)
    heads = [say("uiredline.use", language), say("uiredline.tenure", language),
             *(f"{phase} {_unit(word, language)}" for phase in (before, after) for word in ("mu", "ha"))]  # fmt: skip
    return _table(say("uiredline.uses", language), heads, rows, "lr-uses")


def _group_mark(group: str) -> Html:
    return tag("i", cls="lr-mark", style=f"background:{USE_COLOURS.get(group, USE_COLOURS[''])}")


def quotas(answer: RedlineAnswer, language: Language) -> Html:
    """Return the quota for new construction land and the farmland balance, before and after the cut."""
    both_ways = (answer.quota(False), answer.quota(True))
    rows = [
        tag("tr", tag("td", say(f"uiredline.{key}", language)), *_pair(_of(both_ways[0], key), language),
            *_pair(_of(both_ways[1], key), language), cls=f"lr-{key}")
        for key in ("quota", "balance")
    ]  # fmt: skip
    before, after = say("uiredline.before", language), say("uiredline.after", language)
    heads = ["", *(f"{phase} {_unit(word, language)}" for phase in (before, after) for word in ("mu", "ha"))]
    net = balance_words(both_ways[0], language)
    below = tag("div", net, cls="lu-line") if net else join()
    return join(_table(say("uiredline.quotas", language), heads, rows, "lr-quotas"), below)


def _of(quota: Quota, key: str) -> float:
    return quota.new_construction_m2 if key == "quota" else quota.farmland_balance_m2


def plan(answer: RedlineAnswer, language: Language) -> Html:
    """Return planned use with plot ratio and height, or that there is none to quote."""
    found = planned_use(answer)
    title = say("uiredline.planned", language)
    if found is None:
        return join(tag("h4", title), tag("div", say("uiredline.no_plan", language), cls="lu-line"))
    rows = [
        tag("tr", tag("td", plan_word(answer, row, language), tip=row.layer),
            tag("td", far_text(row, language)), tag("td", height_text(row, language)),
            tag("td", bare(row.before_m2, "mu", language)), tag("td", bare(row.after_m2, "mu", language)))
        for row in found
    ]  # fmt: skip
    mu = _unit("mu", language)
    heads = [say("uiredline.planned_use", language), say("uiredline.far", language), say("uiredline.height", language),
             f"{say('uiredline.before', language)} {mu}", f"{say('uiredline.after', language)} {mu}"]  # fmt: skip
    return _table(title, heads, rows, "lr-plan")


def ledger(answer: RedlineAnswer, language: Language) -> Html:
    """Return the ledger in 亩: what each step takes and what is left."""
    rows = []
    for step in steps(answer, language):
        taken = bare(-step.taken_m2, "mu", language) if step.taken_m2 > NOTHING_M2 else ""
        shared = bare(step.shared_m2, "mu", language) if step.shared_m2 > NOTHING_M2 else ""
        doubt = bare(step.unknown_m2, "mu", language) if step.unknown_m2 > NOTHING_M2 else ""
        rows.append(tag("tr", tag("td", step.title), tag("td", taken.replace("-", "−")), tag("td", shared),
                        tag("td", doubt), tag("td", bare(step.left_m2, "mu", language))))  # fmt: skip
    heads = [say("uiredline.step", language), *(say(f"uiredline.step_{k}", language)
                                                for k in ("taken", "shared", "unknown", "left"))]  # fmt: skip
    return _table(say("uiredline.ledger", language), heads, rows, "lr-ledger")


def intensity(answer: RedlineAnswer, language: Language) -> Html:
    """Return the investment intensity against the local standard, or that no investment was given."""
    told = list(intensity_words(answer, language))
    found = answer.intensity
    passes = found.passes if found else None
    cls = {True: "lr-good", False: "lr-bad", None: "lr-open"}[passes]
    words = [*told] or [say("uiredline.no_investment", language)]
    return join(tag("h4", say("uiredline.intensity", language)), *(tag("div", w, cls=f"lr-note {cls}") for w in words))


# --- rules -----------------------------------------------------------------------


def constraints(answer: RedlineAnswer, language: Language) -> Html:
    """Return the three control lines, then every other layer: failures first, then what is unknown."""
    rank = {"conflict": 0, "unknown": 1, "clear": 2}
    special = sorted(answer.special, key=lambda c: 3 if c.aside else rank[c.outcome])
    heads = ["", say("uiredline.before", language), say("uiredline.after", language)]
    return join(
        _table(say("uiredline.three_lines", language), heads, _rows(answer, answer.three_lines, language),
               "lr-rules lr-three"),
        _table(say("uiredline.special", language), heads, _rows(answer, special, language), "lr-rules lr-special"),
    )  # fmt: skip


def _rows(answer: RedlineAnswer, found: Iterable[Constraint], language: Language) -> list[Html]:
    return [_row(answer, one, language) for one in found]


def _row(answer: RedlineAnswer, one: Constraint, language: Language) -> Html:
    colour = ASIDE if one.aside else outcome_colour(one.outcome, one.rule.binding)
    sign = tag("b", "–" if one.aside else SIGNS[one.outcome], style=f"background:{colour}")
    title = title_of(answer, one, language)
    weight = tag("small", code("severity", one.rule.severity, language)) if one.outcome == "conflict" else None
    before, after = (_cell(one, late, language) for late in (False, True))
    return tag("tr", tag("td", sign, title, weight, tip=_tip(answer, one, language)),
               tag("td", before, style=f"color:{colour}"), tag("td", after, style=f"color:{_after_colour(one)}"),
               cls=f"lr-{'aside' if one.aside else one.outcome}")  # fmt: skip


def _after_colour(one: Constraint) -> str:
    return ASIDE if one.aside else outcome_colour(one.after_outcome, one.rule.binding)


def _cell(one: Constraint, late: bool, language: Language) -> Html:
    """Return an area with its hectares, a measured value, or the word of the outcome."""
    outcome = one.after_outcome if late else one.outcome
    low, high = (one.after_low, one.after_high) if late else (one.low, one.high)
    if one.aside:
        return tag("span", code("severity", "not_examined", language))
    if outcome == "conflict" and one.rule.test in AREA_TESTS and one.rule.test != "overlap_share":
        sure = high - low < NOTHING_M2 or high == float("inf")
        text = number(low, "mu", language) if sure else f"{number(low, 'mu', language)} …"
        net = "" if late else net_of(one, language)
        below = tag("div", net, cls="lr-net") if net and one.rule.layer in THREE_LINES else join()
        return join(tag("span", text), tag("small", number(low, "ha", language)), below)
    if outcome == "conflict":
        return tag("span", interval(one.rule, low, high, language))
    word = tag("span", code("outcome", outcome, language))
    # a control line that is not touched still shows its nought: the meeting asks for the number
    nought = outcome == "clear" and one.rule.layer in THREE_LINES and one.rule.test in AREA_TESTS
    return join(word, tag("small", number(low, "mu", language))) if nought else word


def _tip(answer: RedlineAnswer, one: Constraint, language: Language) -> str:
    """Return limit and clause; for what is unknown, why."""
    why = why_unknown(answer, one, language) if one.outcome == "unknown" and not one.aside else ""
    aside = next((n for n in answer.check.study.not_examined if n.rule == one.rule.id), None)
    left_out = say("word.aside", language, why=aside.ground, person=aside.person) if aside and one.aside else ""
    parts = [limit_text(one.rule, language), clause_of(answer, one, language), why, left_out]
    return "\n".join(p for p in parts if p)


def unused(answer: RedlineAnswer, language: Language) -> Html:
    """Return the rules that do not judge the red line, a line for each reason, behind a click."""
    rows = [tag("div", line, cls="lu-line") for line in unused_lines(answer, language)]
    if not rows:
        return join()
    return tag("details", tag("summary", say("explain.not_applied", language)), *rows, cls="lu-law")
