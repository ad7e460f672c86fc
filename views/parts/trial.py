"""Trial settings 试算: thresholds, severities and the round of a run turned, without a run."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable

import pandas as pd
import streamlit as st

from geo.rules.spec import Rule
from geo.screen.counterfactual import USE_CLASSES
from layers.ask.whatif import ScreenTrial
from layers.outputs.summary import by_status
from layers.serve.draw.styles import STATUS_COLOURS, STATUSES
from layers.serve.pages import trial as trials
from layers.serve.pages.trial import Trial
from layers.study import local_rules
from layers.study.run.results import Results
from layers.text import Language, both, code, land_unit, number, say
from layers.words import once
from layers.words.explain import limit_text, marked_title, origin_text
from layers.words.measures import unit_word
from views.parts import acts, frame, rule_fields, runner, state, tables
from views.parts.funnel import area
from views.parts.markup import Html, join, tag

MARK_TRIAL = "#C77700"


def now(results: Results) -> ScreenTrial:
    """Return the trial of this visit, as far as this run knows its rules."""
    return trials.still_meant(results, state.noted("trial"))


def _keep(moved: ScreenTrial) -> None:
    state.note("trial", moved if trials.is_trial(moved) else None)


def _turn() -> int:
    return int(state.noted("trial-turn") or 0)


def back() -> None:
    """Forget the trial: map, counts and controls show the run again."""
    state.note("trial", None)
    state.note("trial-turn", _turn() + 1)


def banner(trial: Trial, language: Language) -> None:
    """Say that what is shown is a trial, what it changes, and offer the way back."""
    moves = trial.moves["change"].value_counts()
    counts = {kind: int(moves.get(kind, 0)) for kind in ("entered", "left", "changed")}
    text = say("uitrial.banner", language, **counts)
    with st.container(horizontal=True, vertical_alignment="center", key="trialbar"):
        st.html(tag("div", tag("b", say("uitrial.unsaved", language)), tag("span", text), cls="lu-trial-bar"))
        st.button(say("uitrial.back", language), key="trial-back", icon=":material/undo:", on_click=back)
    _keep_form(trial, language)
    st.html(f"<style>.st-key-mapbox {{ border: 2px dashed {MARK_TRIAL}; }}</style>")


def _keep_form(trial: Trial, language: Language) -> None:
    """Let the trial become a local override of this study, by name and ground."""
    with st.expander(say("uitrial.keep", language), icon=":material/save:"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="trial-keep-form"):
            person = runner.person(language, "trial-person")
            why = st.text_input(say("ui.why", language), key="trial-why", max_chars=300) or ""

            def kept() -> None:
                local_rules.keep(trial.results.folder, trials.changes(trial.results, trial.moved), person, why)
                back()

            acts.button("rules", say("uitrial.keep_yes", language), "trial-keep", kept, type="primary",
                        disabled=not (person and why.strip()), done=say("uirules.kept", language))  # fmt: skip
        if trial.moved.order is not None:
            st.html(tag("div", say("uitrial.order_not_kept", language), cls="lu-note"))


def panel(trial: Trial, selected: str | None, language: Language) -> None:
    """Draw the panel: the controls, what they change, then run and trial side by side."""
    results = trial.results
    if selected:
        one_parcel(trial, selected, language)
    _whole_study(trial, language)
    _packs(trial, language)
    titles = {r.id: marked_title(results, r, language) for r in trial.setting.applicable}
    changed = trials.changed_rules(results, trial.moved)
    # the words of the choices must not change with the trial, or the choice would be forgotten
    picked = st.selectbox(
        say("uitrial.pick_rule", language), list(titles), key="trial-rule", format_func=titles.__getitem__
    )
    if picked is not None:
        _controls(trial, trial.rule(picked), language)
    _changes(trial, changed, language)
    frame.show(join(tag("h4", say("uitrial.below_compared", language)), _beside(trial, language)))


def _whole_study(trial: Trial, language: Language) -> None:
    """Use class and minimum area: they concern every parcel."""
    results, turn = trial.results, _turn()
    size = land_unit(language).m2
    left, right = st.columns(2, gap="small")
    use_key, area_key = f"trial-{turn}-use", f"trial-{turn}-area-{language}"
    with left:
        st.selectbox(
            say("uitrial.use", language), USE_CLASSES, index=USE_CLASSES.index(trial.setting.use_class),
            key=use_key, format_func=lambda u: code("use", u, language),
            on_change=lambda: _keep(trials.with_use(results, now(results), str(state.value_of(use_key)))),
        )  # fmt: skip
    with right:
        st.number_input(
            say(f"uitrial.min_area_{land_unit(language).word}", language), min_value=0.0,
            value=round(trial.setting.minimum.area_m2 / size, 4), step=1.0, format="%g", key=area_key,
            on_change=lambda: _keep(
                trials.with_minimum(results, now(results), float(state.value_of(area_key) or 0.0) * size)
            ),
        )  # fmt: skip
    if trial.width_unseen:
        st.html(tag("div", say("uitrial.width", language, width=trial.setting.minimum.width_m), cls="lu-note"))


def _packs(trial: Trial, language: Language) -> None:
    """Choose the rule packs: a later one overrides an earlier one by rule id."""
    results, key = trial.results, f"trial-{_turn()}-packs"
    titles = {name: both(title, language) for name, title in trial.desk.pack_titles().items()}
    now_used = [name for name in trial.moved.packs or results.study.rules if name in titles]
    st.multiselect(
        say("uitrial.packs", language), list(titles), default=now_used, key=key, format_func=titles.__getitem__,
        on_change=lambda: _keep(trials.with_packs(results, now(results), tuple(state.value_of(key) or ()))),
    )  # fmt: skip
    told = [
        say(f"uitrial.packs_{name}", language, rules=[marked_title(results, r, language) for r in rules])
        for name, rules in zip(("come", "go", "other"), trial.exchanged, strict=True)
        if rules
    ]
    if trial.unmeasured:
        blind = [marked_title(results, r, language) for r in trial.unmeasured]
        told.append(say("uitrial.unmeasured", language, rules=blind))
    if told:
        frame.show(join(*(tag("div", line, cls="lu-note") for line in told)))


def _place(trial: Trial, rule: Rule, language: Language) -> None:
    """Where the rule stands among those that apply, and a step earlier or later."""
    results = trial.results
    ids = [r.id for r in trial.setting.applicable]
    place = ids.index(rule.id)
    with st.container(horizontal=True, vertical_alignment="center", key="trial-place"):
        text = say("uitrial.place", language, place=place + 1, count=len(ids))
        st.html(tag("div", text, cls="lu-line"))
        for step, icon in ((-1, ":material/arrow_upward:"), (1, ":material/arrow_downward:")):
            st.button(
                say("uitrial.earlier" if step < 0 else "uitrial.later", language), icon=icon,
                key=f"trial-{'earlier' if step < 0 else 'later'}", disabled=not 0 <= place + step < len(ids),
                on_click=lambda s=step: _keep(trials.with_place(results, now(results), rule.id, s)),
            )  # fmt: skip


def _controls(trial: Trial, rule: Rule, language: Language) -> None:
    """Threshold, severity, effect and the round of one rule."""
    # other packs have other limits: a control made for them starts from theirs
    packs = zlib.crc32("|".join(trial.moved.packs or ()).encode())
    results, start = trial.results, f"trial-{_turn()}-{packs}-{rule.id}"
    left, right = st.columns(2, gap="small")
    keys = {name: f"{start}-{name}" for name in ("threshold", "severity", "effect")}
    with left:
        limit = functools.partial(rule_fields.read_threshold, rule)
        changed = _changer(results, rule.id, "threshold", keys["threshold"], limit)
        rule_fields.threshold(rule, keys["threshold"], language, changed)
    with right:
        changed = _changer(results, rule.id, "severity", keys["severity"], str)
        rule_fields.severity(rule, keys["severity"], language, changed)
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    with left:
        changed = _changer(results, rule.id, "effect", keys["effect"], str)
        rule_fields.effect(rule, keys["effect"], language, changed)
    with right:
        _aside(trial, rule, f"{start}-aside", language)
    _place(trial, rule, language)
    own = trial.own(rule.id)
    where = "uitrial.in_run" if trial.moved.packs is None else "uitrial.in_pack"
    told = [say(where, language, limit=limit_text(own, language),
                severity=code("severity", own.severity, language)), origin_text(own, language)]  # fmt: skip
    told += [say("uitrial.memory", language)] if rule.unverified and rule.severity == "exclude" else []
    frame.show(join(*(tag("div", line, cls="lu-line") for line in told)))


def _changer(
    results: Results, rule_id: str, name: str, key: str, read: Callable[[object], object]
) -> Callable[[], None]:
    def changed() -> None:
        value = read(state.value_of(key))
        _keep(trials.with_rule(results, now(results), rule_id, {name: value}))

    return changed


def _aside(trial: Trial, rule: Rule, key: str, language: Language) -> None:
    results = trial.results
    st.toggle(
        say("uitrial.aside", language), value=rule.id in trial.setting.aside, key=key,
        on_change=lambda: _keep(trials.with_aside(results, now(results), rule.id, bool(state.value_of(key)))),
    )  # fmt: skip


def _changes(trial: Trial, changed: tuple[str, ...], language: Language) -> None:
    """List what the trial changes, rule by rule."""
    if not changed:
        return
    lines = []
    for rule_id in changed:
        own, rule = trial.own(rule_id), trial.rule(rule_id)
        parts = []
        if rule.threshold != own.threshold:
            limits = [number(r.threshold, unit_word(r), language) for r in (own, rule)]
            parts.append(say("uitrial.from_to", language, a=limits[0], b=limits[1]))
        if rule.severity != own.severity:
            words = [code("severity", r.severity, language) for r in (own, rule)]
            parts.append(say("uitrial.from_to", language, a=words[0], b=words[1]))
        if rule.effect != own.effect:
            parts.append(say(f"uitrial.effect_{rule.effect}", language))
        if (rule_id in trial.setting.aside) != (rule_id in trial.desk.setting.aside):
            key = "aside" if rule_id in trial.setting.aside else "examined"
            parts.append(say(f"uitrial.{key}", language))
        lines.append(tag("tr", tag("td", marked_title(trial.results, own, language)),
                         tag("td", say("uitrial.joint", language).join(parts))))  # fmt: skip
    frame.show(join(tag("h4", say("uitrial.changed_rules", language)), tag("table", *lines, cls="lu-facts")))


def _beside(trial: Trial, language: Language) -> Html:
    """Return counts and areas per status, run and trial side by side."""
    run, other = by_status(trial.results), trial.by_status
    head = tag("tr", *(tag("th", say(f"uitrial.{k}", language)) for k in ("status", "run", "trial", "difference")))
    rows = [_beside_row(code("status", s, language), STATUS_COLOURS[s], run.loc[s], other.loc[s], language)
            for s in STATUSES]  # fmt: skip
    rows.append(_beside_row(say("uitrial.remnants", language), "transparent", *trial.small, language))
    net = [float(once.total(trial.results, trial.results.table("candidates"))["net_m2"]), float(trial.total["net_m2"])]
    total = tag("tr", tag("td", say("ui.net", language)), *(tag("td", area(m2, language)) for m2 in net),
                tag("td", _signed(net[1] - net[0], language)), cls="lu-sum")  # fmt: skip
    return tag("table", head, *rows, total, cls="lu-beside")


def _beside_row(word: str, colour: str, run: pd.Series, other: pd.Series, language: Language) -> Html:
    cells = [
        tag("td", say("uitrial.parcels", language, count=int(side["parcels"])),
            tag("div", area(float(side["gross_m2"]), language), cls="lu-small"))
        for side in (run, other)
    ]  # fmt: skip
    more, ground = int(other["parcels"] - run["parcels"]), float(other["gross_m2"] - run["gross_m2"])
    change = tag("td", f"{more:+,}".replace("-", "−") if more else "–",
                 tag("div", _signed(ground, language), cls="lu-small") if more else None)  # fmt: skip
    return tag("tr", tag("td", tag("i", style=f"background:{colour}"), word), *cells, change,
               cls="lu-differs" if more else "")  # fmt: skip


def _signed(m2: float, language: Language) -> str:
    text = area(abs(m2), language)
    if text == area(0.0, language):
        return "–"
    return f"{'+' if m2 > 0 else '−'}{text}"


def one_parcel(trial: Trial, parcel_id: str, language: Language) -> None:
    """Say what the trial makes of the selected parcel."""
    rows = [frame.loc[frame["parcel_id"] == parcel_id] for frame in (trial.results.table("candidates"), trial.found)]
    if any(row.empty for row in rows):
        return
    words = [code("status", str(row["status"].iloc[0]), language) for row in rows]
    areas = [area(float(row["net_m2"].iloc[0]), language) for row in rows]
    text = say("uitrial.parcel_line", language, parcel=parcel_id, before=words[0], after=words[1], net_before=areas[0],
               net_after=areas[1])  # fmt: skip
    st.html(tag("div", text, cls="lu-note lu-parcel-line"))


def compared(trial: Trial, selected: str | None, language: Language) -> None:
    """List the parcels that a trial moves: who entered, who left, who changed."""
    moves = trial.moves
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        st.html(_beside(trial, language))
        _changes(trial, trials.changed_rules(trial.results, trial.moved), language)
    with right:
        if moves.empty:
            st.html(tag("div", say("uitrial.no_moves", language), cls="lu-note"))
            return
        st.html(tag("div", _moves_line(moves, language), cls="lu-note"))
        order = {"entered": 0, "left": 1, "changed": 2}
        moves = moves.sort_values("change", key=lambda c: c.map(order), kind="stable")
        tables.pick_row(_moves_table(moves, language), moves["parcel_id"].to_numpy(object), selected,
                        f"moves-{language}-{hash(trial.key)}")  # fmt: skip


def _moves_line(moves: pd.DataFrame, language: Language) -> str:
    parts = []
    for change in ("entered", "left", "changed"):
        rows = moves[moves["change"] == change]
        if rows.empty:
            continue
        more = float((rows["net_b_m2"] - rows["net_a_m2"]).sum())
        parts.append(say("uitrial.moves_line", language, change=code("change", change, language), count=len(rows),
                         net=_signed(more, language)))  # fmt: skip
    return say("uitrial.joint", language).join(parts)


def _moves_table(moves: pd.DataFrame, language: Language) -> pd.DataFrame:
    size = land_unit(language).m2
    unit = say(f"uitrial.unit_{land_unit(language).word}", language)
    words = {c: functools.partial(code, "change" if c == "change" else "status", language=language)
             for c in ("change", "status_a", "status_b")}  # fmt: skip
    columns = {say("column.parcel_id", language): moves["parcel_id"]}
    for name, word in words.items():
        columns[say(f"uitrial.col_{name}", language)] = moves[name].map(word)
    for name in ("net_a", "net_b"):
        columns[say(f"uitrial.col_{name}", language, unit=unit)] = moves[f"{name}_m2"] / size
    return pd.DataFrame(columns)


def beside_list(trial: Trial, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the candidate list with what the trial says set before what the run says."""
    size = land_unit(language).m2
    unit = say(f"uitrial.unit_{land_unit(language).word}", language)
    status = [code("status", s, language) for s in trial.found["status"]]
    out = frame.copy()
    out.insert(1, say("uitrial.col_status_b", language), status)
    out.insert(
        2,
        say("uitrial.col_remnant_b", language),
        [say(f"uitrial.remnant_{r}", language) if r else "" for r in trial.remnants],
    )
    out.insert(3, say("uitrial.col_net_b", language, unit=unit), (trial.found["net_m2"] / size).to_numpy())
    return out
