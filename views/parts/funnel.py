"""What each rule costs: the funnel, the ledger, the rules that really bind, and what to find out first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.screen.ledger import UNSURE_LINE, WHOLE
from layers.serve.draw.styles import OUTCOME_COLOURS, STATUS_COLOURS, outcome_colour
from layers.serve.pages.trial import Trial
from layers.text import Language, code, land_unit, number, say
from layers.words.explain import marked_title
from views.parts import frame
from views.parts.markup import Html, join, tag

OUTCOMES = ("clear", "unknown", "conflict")
TAKEN, LEFT, SHARED = "#B4432E", "#12806A", "#DDB5A8"
NOTHING_M2 = 0.5
"""Sums of thousands of parcels differ by rounding; less than this is nothing."""


def funnel(trial: Trial, language: Language) -> None:
    """Draw every rule in order: what it says of the parcels, what it takes alone, what is left after it."""
    rows, whole = trial.funnel, trial.by_status
    parcels, ground = max(int(whole["parcels"].sum()), 1), max(float(whole["gross_m2"].sum()), 1.0)
    head = _head(("rule", "outcomes", "taken_alone", "left_parcels", "left_area"), language)
    first = tag("tr", tag("td", say("uitrial.at_start", language)), tag("td", ""), tag("td", ""),
                _cell(_count(parcels, language), 1.0, LEFT), _cell(area(ground, language), 1.0, LEFT))  # fmt: skip
    lines = []
    for row in rows.to_dict("records"):
        taken, severity = float(row["taken_m2"]), trial.rule(row["rule_id"]).binding
        lines.append(
            tag("tr", _rule_cell(trial, row["rule_id"], language),
                tag("td", _outcomes(row, parcels, severity, language)),
                _cell(area(taken, language), taken / ground, TAKEN) if taken >= NOTHING_M2 else tag("td", "–"),
                _cell(_count(row["left_parcels"], language), row["left_parcels"] / parcels, LEFT),
                _cell(area(row["left_m2"], language), row["left_m2"] / ground, LEFT))
        )  # fmt: skip
    key = [tag("span", tag("i", style=f"background:{OUTCOME_COLOURS[o]}"), code("outcome", o, language), cls="lu-key")
           for o in OUTCOMES]  # fmt: skip
    frame.show(join(tag("div", say("uitrial.funnel_note", language), tag("span", *key, cls="lu-keys"), cls="lu-note"),
                 tag("table", head, first, *lines, cls="lu-grid lu-funnel"), _left_aside(trial, language)))  # fmt: skip


def _left_aside(trial: Trial, language: Language) -> Html | None:
    """Name the rules that are not examined: they are in no figure above."""
    titles = [_title(trial, r.id, language) for r in trial.setting.applicable if r.id in trial.setting.aside]
    return tag("div", say("uitrial.left_aside", language, rules=titles), cls="lu-note") if titles else None


def binding(trial: Trial, language: Language) -> None:
    """Draw which cutting rules really take land, and which only take what others take too."""
    rows = trial.binding
    if rows.empty:
        st.html(tag("div", say("uitrial.no_cuts", language), cls="lu-note"))
        return
    most = max(float(rows["taken_m2"].max()), 1.0)
    head = _head(("rule", "taken", "exclusive", "independence", "exclusivity"), language)
    lines = []
    for row in rows.to_dict("records"):
        taken, own = float(row["taken_m2"]), float(row["exclusive_m2"])
        two = _bar((own / most, TAKEN), ((taken - own) / most, SHARED))
        lines.append(
            tag("tr", _rule_cell(trial, row["rule_id"], language),
                tag("td", tag("span", area(taken, language), cls="lu-figure"), two),
                tag("td", area(own, language), cls="lu-right"),
                tag("td", _share(row["independence_share"], language), cls="lu-right"),
                tag("td", _share(row["exclusivity_share"], language), cls="lu-right"))
        )  # fmt: skip
    keys = tag("span", *(tag("span", tag("i", style=f"background:{c}"), say(f"uitrial.{k}", language), cls="lu-key")
                         for k, c in (("only_this", TAKEN), ("others_too", SHARED))), cls="lu-keys")  # fmt: skip
    frame.show(join(tag("div", say("uitrial.binding_note", language), keys, cls="lu-note"),
                 tag("table", head, *lines, cls="lu-grid lu-binding")))  # fmt: skip


def to_find_out(trial: Trial, language: Language) -> None:
    """Draw what is not known, what it would decide first; a layer nobody has is said once."""
    rows = trial.to_find_out
    parts: list[Html] = []
    if rows.empty:
        parts.append(tag("div", say("uitrial.nothing_open", language), cls="lu-note"))
    else:
        most = max(float(rows["open_m2"].max()), 1.0)
        head = _head(("rule", "data_state", "open_parcels", "open_area", "would_decide"), language)
        lines = [_open_row(trial, row, most, language) for row in rows.to_dict("records")]
        parts += [tag("div", say("uitrial.find_note", language), cls="lu-note"),
                  tag("table", head, *lines, cls="lu-grid lu-find")]  # fmt: skip
    if trial.notes_only:
        titles = [_title(trial, rule, language) for rule in trial.notes_only]
        parts.append(tag("div", say("uitrial.notes_only", language, rules=titles), cls="lu-note"))
    frame.show(join(*parts))


def _open_row(trial: Trial, row: dict[str, object], most: float, language: Language) -> Html:
    everywhere = "no_data" if row["everywhere"] else "part_data"
    stake, decides = float(str(row["open_m2"])), float(str(row["alone_m2"]))
    return tag(
        "tr", _rule_cell(trial, str(row["rule_id"]), language), tag("td", say(f"uitrial.{everywhere}", language)),
        tag("td", _count(int(str(row["parcels"])), language), cls="lu-right"),
        _cell(area(stake, language), stake / most, STATUS_COLOURS["unknown"]),
        _cell(area(decides, language), decides / most, OUTCOME_COLOURS["unknown"]),
    )  # fmt: skip


def ledger(trial: Trial, language: Language) -> None:
    """Draw the ledger of the whole study: gross, every deduction in order, what is unknown, what is left."""
    lines = trial.ledger()
    if lines.empty:
        return
    ground = max(float(lines["left_m2"].iloc[0]), 1.0)
    head = _head(("line", "taken_in_order", "exclusive", "shared", "unsure", "left"), language)
    areas = lines[["taken_m2", "exclusive_m2", "shared_m2", "unknown_m2"]]
    lines = lines[(lines["step"] == 0) | (areas >= NOTHING_M2).any(axis=1)]
    rows = [_ledger_row(trial, row, ground, language) for row in lines.to_dict("records")]
    frame.show(join(tag("div", say("uitrial.ledger_note", language), cls="lu-note"),
                 tag("table", head, *rows, cls="lu-grid lu-study-ledger")))  # fmt: skip


def _ledger_row(trial: Trial, row: dict[str, object], ground: float, language: Language) -> Html:
    figures = {k: float(str(row[k])) for k in ("taken_m2", "exclusive_m2", "shared_m2", "unknown_m2", "left_m2")}
    nothing_known = figures["taken_m2"] < NOTHING_M2 <= figures["unknown_m2"]
    unsure, opening = row["layer_id"] == UNSURE_LINE, row["step"] == 0
    if opening or unsure:
        taken = tag("td", "")
    elif nothing_known:
        taken = tag("td", code("outcome", "unknown", language))
    else:
        taken = _cell(area(figures["taken_m2"], language), figures["taken_m2"] / ground, TAKEN)
    small = [tag("td", area(figures[k], language) if figures[k] >= NOTHING_M2 else "", cls="lu-right")
             for k in ("exclusive_m2", "shared_m2", "unknown_m2")]  # fmt: skip
    if row["layer_id"] == WHOLE:
        small[0] = tag("td", "")
    left = _cell(area(figures["left_m2"], language), figures["left_m2"] / ground, LEFT)
    return tag("tr", tag("td", line_title(trial, row, language)), taken, *small, left)


def line_title(trial: Trial, row: dict[str, object], language: Language) -> str:
    """Return the words of a line of the ledger."""
    fixed = {WHOLE: "ledger.whole", UNSURE_LINE: "ledger.unsure"}
    if row["step"] == 0:
        return say("ledger.gross", language)
    if row["layer_id"] in fixed:
        return say(fixed[str(row["layer_id"])], language)
    return _title(trial, str(row["rule_id"]), language)


def ledger_by(trial: Trial, by: str, language: Language) -> pd.DataFrame:
    """Return the ledger of every park or township as a table: a row adds up from gross to what is left.

    Areas in 亩 (zh) or hectares (en); the last row is the whole study.
    """
    total = say("uitrial.whole_study", language)
    # groups that share ground count it each, the study once: the last row is no sum of those above
    lines = pd.concat([trial.ledger(by), trial.ledger().assign(**{by: total})], ignore_index=True)
    unit = say(f"uitrial.unit_{land_unit(language).word}", language)
    keys = ["step", "layer_id", "rule_id"]
    place = lines[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    names = [line_title(trial, row, language) for row in place.to_dict("records")]
    lines = lines.merge(place.assign(line=place.index), on=keys, validate="m:1")
    wide = _by_line(lines, by, total).div(land_unit(language).m2)
    wide = wide.rename(index=lambda name: name or say(f"uitrial.no_{by}", language))
    told = [names[c] for c in wide.columns[:-1]]
    headers = [say("uitrial.with_unit", language, title=title, unit=unit) for title in told]
    wide.columns = pd.Index([*headers, say("uitrial.left_in", language, unit=unit)])
    return wide.rename_axis(say(f"column.{by}", language)).reset_index()


def _by_line(lines: pd.DataFrame, by: str, total: str) -> pd.DataFrame:
    """Return groups and their total × lines of the ledger by number, then what is left (−1), in m².

    NaN: nothing is proved taken and something may be. What takes nothing that is not taken before it
    has no column; the row adds up without it.
    """
    unsure = lines["layer_id"] == UNSURE_LINE
    figure = lines["taken_m2"].where(lines["step"] > 0, lines["left_m2"]).where(~unsure, lines["unknown_m2"])
    parts = (figure, lines["unknown_m2"].where(~unsure, 0.0))
    figures, open_ = (
        lines.assign(part=part).pivot_table(index=by, columns="line", values="part", aggfunc="sum").fillna(0.0)
        for part in parts
    )
    opening = set(lines.loc[lines["step"] == 0, "line"])
    said = [c for c in figures if c in opening or max(figures.at[total, c], open_.at[total, c]) >= NOTHING_M2]
    out = figures.mask((figures < NOTHING_M2) & (open_ >= NOTHING_M2))[said]
    out[-1] = lines.groupby(by)["left_m2"].last()
    return out.loc[[*out.index.drop(total), total]]


def _head(keys: tuple[str, ...], language: Language) -> Html:
    return tag("tr", *(tag("th", say(f"uitrial.{key}", language)) for key in keys))


def _title(trial: Trial, rule_id: str, language: Language) -> str:
    return marked_title(trial.results, trial.rule(rule_id), language)


def _rule_cell(trial: Trial, rule_id: str, language: Language) -> Html:
    rule = trial.rule(rule_id)
    moved = rule_id in trial.moved.rules
    return tag("td", tag("span", _title(trial, rule_id, language), cls="lu-moved" if moved else ""),
               tag("span", code("severity", rule.binding, language), cls="lu-severity"))  # fmt: skip


def _outcomes(row: dict[str, float], parcels: int, severity: str, language: Language) -> Html:
    colours = {o: outcome_colour(o, severity) for o in OUTCOMES}
    words = "preferred" if severity == "prefer" else "outcome"
    bars = _bar(*((row[o] / parcels, colours[o]) for o in OUTCOMES))
    counts = [tag("span", f"{int(row[o]):,}", style=f"color:{colours[o]}", tip=code(words, o, language))
              for o in OUTCOMES]  # fmt: skip
    return join(bars, tag("div", *counts, cls="lu-counts"))


def _cell(figure: str, share: float, colour: str) -> Html:
    return tag("td", tag("span", figure, cls="lu-figure"), _bar((share, colour)))


def _bar(*parts: tuple[float, str]) -> Html:
    pieces = [tag("i", style=f"width:{100 * min(max(share, 0.0), 1.0):.3f}%;background:{colour}")
              for share, colour in parts if share > 0]  # fmt: skip
    return tag("div", *pieces, cls="lu-bar")


def area(m2: float, language: Language) -> str:
    """Return an area in the reader's large unit, short enough for a table."""
    shown = 0.0 if abs(m2) < NOTHING_M2 else m2
    return say("uitrial.area", language, area=shown / land_unit(language).m2)


def _count(parcels: int, language: Language) -> str:
    return say("uitrial.parcels", language, count=int(parcels))


def _share(share: float, language: Language) -> str:
    return number(share, "share", language) if pd.notna(share) else say("word.none", language)
