"""Words and tables of the dossier: what each section says, before anything is laid out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from geo.basis.units import hectares, mu
from geo.rules.terms import AREA_TESTS
from layers.ask.redline import Constraint, RedlineAnswer
from layers.library.standards import of_scheme
from layers.outputs.coordinates import central_meridian
from layers.outputs.project import notes
from layers.outputs.redline_rows import (
    NOTHING_M2,
    Planned,
    clause_of,
    planned,
    steps,
    tenure_word,
    title_of,
    why_unknown,
    word_of,
)
from layers.outputs.redline_words import (
    balance_words,
    class_rows,
    intensity_words,
    net_of,
    net_words,
    unused_lines,
    use_word,
)
from layers.outputs.word import SAME, WordTable
from layers.study.run.layer_rows import UNSURE
from layers.text import Language, both, code, joined, say, sentence
from layers.words import corrections, law
from layers.words.explain import limit_text, rule_title
from layers.words.measures import interval, measure_text

__all__ = ["SAME", "WordTable", "conclusion", "grids", "notes_below", "origin_lines"]


def grids(answer: RedlineAnswer, language: Language) -> Iterator[WordTable]:
    """Yield the tables of the dossier in their order."""
    yield _uses(answer, language)
    yield _three_lines(answer, language)
    yield _special(answer, language)
    yield _planned(answer, language)
    yield _ledger(answer, language)
    yield _quota(answer, language)


def origin_lines(answer: RedlineAnswer, language: Language) -> Iterator[str]:
    """Yield what the dossier rests on: study, day, system, area basis, run, check."""
    check = answer.check
    yield notes(check, language)[0]
    degrees = central_meridian(check.study.crs)
    meridian = "" if degrees is None else say("dossier.meridian", language, degrees=degrees)
    parent = say("dossier.parent", language, parent=check.head["parent"]) if check.head["parent"] else ""
    system = say("dossier.system", language, crs=check.study.crs, meridian=meridian)
    file = check.head["source"] or say("word.none", language)
    yield say("dossier.sources", language, file=file, check=check.check_id, parent=parent).strip() + " · " + system


def conclusion(answer: RedlineAnswer, language: Language) -> str:
    """Return the verdict in one sentence."""
    count = len(answer.land)
    key = "parts_none" if count == 0 else "parts_one" if count == 1 else "parts_many"
    parts = say(f"dossier.{key}", language, parts=count, width=answer.width_m)
    if answer.withheld:
        parts = say("word.withheld", language)
    gross = measure_text(answer.gross_m2, "m2", language)
    return say("dossier.conclusion", language, status=code("status", answer.status, language), gross=gross,
               net=net_words(answer, language), parts=parts)  # fmt: skip


def notes_below(answer: RedlineAnswer, language: Language) -> Iterator[str]:
    """Yield what was not examined, what is unverified, and what was noticed while reading."""
    together: dict[tuple[str, str], list[str]] = {}
    for note in answer.check.study.not_examined:
        rule = next((r for r in answer.check.rules if r.id == note.rule), None)
        title = rule_title(answer.check, rule, language) if rule else note.rule
        together.setdefault((note.ground, note.person), []).append(title)
    aside = [
        say("dossier.aside", language, rule=_listed(titles, language), why=why, person=person)
        for (why, person), titles in together.items()
    ]
    if aside:
        yield " ".join(aside)
    yield from (say("correction.note", language, line=line) for line in corrections.lines(answer.check, language))
    told = [sentence(r, language) for r in answer.told]
    if told:
        yield say("dossier.told", language, text=" ".join(told))
    unused = list(unused_lines(answer, language))
    if unused:
        yield say("redline.not_applied", language) + " " + " ".join(unused)
    dated = law.lines(answer.check, language)
    if dated:
        yield " ".join(dated)
    marked = any(c.rule.unverified for c in answer.constraints)
    yield " ".join(say(f"dossier.{k}", language) for k in ("footnote", "groups_note")[not marked :])


def ha_text(area_m2: float, language: Language) -> str:
    """Return hectares with four decimals, without the unit; not finite is not known."""
    return f"{hectares(area_m2):,.4f}" if math.isfinite(area_m2) else say("word.not_known", language)


def mu_text(area_m2: float, language: Language) -> str:
    """Return 亩 with two decimals, without the unit; not finite is not known."""
    return f"{mu(area_m2):,.2f}" if math.isfinite(area_m2) else say("word.not_known", language)


def _areas(before: float, after: float, language: Language) -> tuple[str, str, str, str]:
    return (ha_text(before, language), mu_text(before, language), ha_text(after, language), mu_text(after, language))


def _heads(language: Language) -> tuple[str, ...]:
    return tuple(say(f"dossier.{k}", language) for k in AMOUNTS)


_LINES_WIDE = {"zh": (3.0, 1.2, 1.8, 1.6, 1.8, 1.6, 4.0), "en": (2.9, 1.5, 1.7, 1.5, 1.7, 1.5, 4.2)}
_SPECIAL_WIDE = {"zh": (3.4, 1.2, 1.1, 2.7, 2.6, 3.6), "en": (3.2, 1.4, 1.5, 2.5, 2.5, 3.6)}
AMOUNTS = ("before_ha", "before_mu", "after_ha", "after_mu")


# --- (1) present use -------------------------------------------------------------------


def _uses(answer: RedlineAnswer, language: Language) -> WordTable:
    schemes = sorted({u.scheme for u in answer.uses if u.scheme})
    scheme = joined(schemes, language) or say("word.not_known", language)
    head = (say("dossier.use", language, scheme=scheme), say("dossier.group", language),
            say("dossier.tenure", language), *_heads(language))  # fmt: skip
    rows = [
        (use_word(u, language), both(u.group.title, language) if u.group else say("word.not_known", language),
         tenure_word(u.tenure, language), *_areas(u.before_m2, u.after_m2, language))
        for u in answer.uses
    ]  # fmt: skip
    sums = _subtotals(answer, language)
    total = (say("dossier.total", language), SAME, SAME, *_areas(
        sum(u.before_m2 for u in answer.uses), sum(u.after_m2 for u in answer.uses), language))  # fmt: skip
    return WordTable(say("dossier.table_a", language), head, (*rows, *sums, total), (3.3, 1.7, 1.6, 1.7, 1.5, 1.7, 1.5),
                (3, 4, 5, 6), (total,), name="uses", columns=("use", "group", "tenure", *AMOUNTS))  # fmt: skip


def _subtotals(answer: RedlineAnswer, language: Language) -> list[tuple[str, ...]]:
    """Return a row per class of the land law, and one per group of it that has more than one use."""
    titles = {u.group.id: both(u.group.title, language) for u in answer.uses if u.group}
    many = [g for g in titles if sum(u.group is not None and u.group.id == g for u in answer.uses) > 1]
    many = [g for g in many if g not in ("construction", "unused")]  # the same as their class
    before, after = answer.groups(False), answer.groups(True)
    out: list[tuple[str, ...]] = [
        (title, SAME, SAME, *_areas(was, left, language)) for title, was, left in class_rows(answer, language)
    ]
    for g in many:
        title = say("dossier.subtotal", language, group=titles[g])
        out.append((title, SAME, SAME, *_areas(before[g], after[g], language)))
    return out


# --- (2), (3) constraints ----------------------------------------------------------------


def _three_lines(answer: RedlineAnswer, language: Language) -> WordTable:
    head = (say("dossier.line", language), say("dossier.outcome", language), *_heads(language),
            say("dossier.clause", language))  # fmt: skip
    rows = tuple(
        (title_of(answer, c, language), word_of(c, False, language), *_constraint_areas(c, language),
         " · ".join(filter(None, (net_of(c, language), clause_of(answer, c, language)))))
        for c in answer.three_lines
    )  # fmt: skip
    causes = [why_unknown(answer, c, language) for c in answer.three_lines if c.outcome == "unknown" and not c.aside]
    return WordTable(say("dossier.table_b", language), head, rows, _LINES_WIDE[language], (2, 3, 4, 5),
                below=" ".join(causes), name="three_lines",
                columns=("line", "outcome", *AMOUNTS, "clause"))  # fmt: skip


def _constraint_areas(row: Constraint, language: Language) -> tuple[str, ...]:
    """Return hectares and 亩 before and after; an interval where the data leaves one, words where it has no end."""
    if row.aside:
        return ("–",) * 4
    ends = ((row.low, row.high), (row.after_low, row.after_high))
    return tuple(_range(low, high, write, language) for low, high in ends for write in (ha_text, mu_text))


def _range(low: float, high: float, write: object, language: Language) -> str:
    assert callable(write)
    if math.isnan(low):
        return say("word.withheld", language)
    low = low if math.isfinite(low) else 0.0
    if math.isfinite(high) and high - low <= NOTHING_M2:
        return str(write(low, language))
    if math.isfinite(high):
        return f"{write(low, language)} … {write(high, language)}"
    return say("word.at_least", language, value=write(low, language)) if low > 0 else say("word.not_known", language)


def _special(answer: RedlineAnswer, language: Language) -> WordTable:
    """List conflicts one by one with areas, what is unknown by its cause, what is clear in one row."""
    shown = answer.special
    columns = ("item", "outcome", "severity", "before", "after", "clause")
    head = tuple(say(f"dossier.{k}", language) for k in columns)
    rows = [_conflict(answer, c, language) for c in shown if c.outcome == "conflict" and not c.aside]
    rows += _unknowns(answer, [c for c in shown if c.outcome == "unknown" and not c.aside], language)
    clear = [title_of(answer, c, language) for c in shown if c.outcome == "clear" and not c.aside]
    if clear:
        words = code("outcome", "clear", language)
        rows.append((_listed(clear, language), SAME, SAME, SAME, SAME, words))
    return WordTable(say("dossier.table_c", language), head, tuple(rows), _SPECIAL_WIDE[language],
                name="special", columns=columns)  # fmt: skip


def _listed(words: Sequence[str], language: Language) -> str:
    return joined(words, language)


def _conflict(answer: RedlineAnswer, row: Constraint, language: Language) -> tuple[str, ...]:
    severity = code("severity", row.rule.severity, language)
    outcome, clause = word_of(row, False, language), clause_of(answer, row, language)
    if row.rule.test not in ("overlap_m2", "outside_m2"):
        limit = f"{interval(row.rule, row.low, row.high, language)} ({limit_text(row.rule, language)})"
        again = interval(row.rule, row.after_low, row.after_high, language)
        after = again if row.rule.test in AREA_TESTS else say("dossier.not_remeasured", language)
        return title_of(answer, row, language), outcome, severity, limit, after, clause
    pairs = _constraint_areas(row, language)
    units = (say("dossier.ha", language), say("dossier.mu", language))
    before, after = (f"{pairs[k]} {units[0]} / {pairs[k + 1]} {units[1]}" for k in (0, 2))
    return title_of(answer, row, language), outcome, severity, before, after, clause


def _unknowns(answer: RedlineAnswer, found: Sequence[Constraint], language: Language) -> list[tuple[str, ...]]:
    """Return one row per cause: a cause that names no rows of its own speaks for all its rules at once."""
    by_cause: dict[str, list[Constraint]] = {}
    for row in found:
        shared = row.cause in ("layer_missing", "layer_failed", "layer_stale", "outside_coverage", "")
        by_cause.setdefault(row.cause if shared else f"{row.cause} {row.rule.id}", []).append(row)
    out: list[tuple[str, ...]] = []
    for rows in by_cause.values():
        titles = [title_of(answer, c, language) for c in rows]
        why = why_unknown(answer, rows[0], language, say("dossier.these", language) if len(rows) > 1 else titles[0])
        out.append((_listed(titles, language), SAME, SAME, SAME, code("outcome", "unknown", language), why))
    return out


# --- (4) planned use ---------------------------------------------------------------------


def _planned(answer: RedlineAnswer, language: Language) -> WordTable:
    found = planned(answer)
    title = say("dossier.table_d", language)
    columns = ("planned_use", "far", "height", *AMOUNTS)
    if not found:
        none = ((say("dossier.plan_none", language),),)
        return WordTable(title, (), none, (1.0,), name="planned", columns=columns)
    head = tuple(say(f"dossier.{k}", language) for k in columns[:3]) + _heads(language)
    rows = tuple(
        (plan_word(answer, p, language), far_text(p, language), height_text(p, language),
         *_areas(p.before_m2, p.after_m2, language))
        for p in found
    )  # fmt: skip
    return WordTable(title, head, rows, (4.2, 1.6, 1.3, 1.6, 1.4, 1.6, 1.4), (3, 4, 5, 6), name="planned",
                columns=columns)  # fmt: skip


def plan_word(answer: RedlineAnswer, row: Planned, language: Language) -> str:
    """Return a planned use with its scheme; ground without a planned plot says so."""
    spec = next((s for s in answer.check.study.with_role("plan") if (s.title or s.id) == row.layer), None)
    return use_of_plan(row.use, spec.land_use_scheme if spec else "", language)


def use_of_plan(use: str, scheme: str, language: Language) -> str:
    """Return a planned use by code, name and scheme; "" is ground without a planned plot."""
    if not use:
        return say("dossier.plan_outside", language)
    if use == UNSURE:
        return say("word.not_known", language)
    known = of_scheme(scheme)
    entry = known.get(use) if known else None
    if entry:
        return f"{use} {both(entry.title, language)} ({scheme})"
    return f"{use} ({scheme})" if scheme else say("dossier.plan_scheme_unknown", language, use=use)


def far_text(row: Planned, language: Language) -> str:
    """Return the limits of the plot ratio; 0 or nothing is not set."""
    if row.use == UNSURE:
        return say("word.not_known", language)
    low, high = _limit(row.far_min), _limit(row.far_max)
    if low and high:
        return say("dossier.far_range", language, low=low, high=high)
    if low or high:
        return say("dossier.far_most" if high else "dossier.far_least", language, low=low, high=high)
    return say("dossier.not_given" if row.use else "word.none", language)


def height_text(row: Planned, language: Language) -> str:
    """Return the height limit in metres; 0 or nothing is not set."""
    if row.use == UNSURE:
        return say("word.not_known", language)
    high = _limit(row.height_max_m)
    if high:
        return say("dossier.height_most", language, high=high)
    return say("dossier.not_given" if row.use else "word.none", language)


def _limit(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    return f"{value:g}" if math.isfinite(value) and value > 0 else ""


# --- (5) ledger, quota, intensity ----------------------------------------------------------


def _ledger(answer: RedlineAnswer, language: Language) -> WordTable:
    """List the steps that take something; what only may be taken is the last line."""
    columns = ("step", "taken_mu", "shared_mu", "left_mu")
    head = tuple(say(f"dossier.{k}", language) for k in columns)
    rows = []
    for k, step in enumerate(steps(answer, language)):
        if math.isnan(step.left_m2):
            rows.append((step.title, *[say("word.withheld", language)] * 3))
        elif k == 0 or step.unsure or any(v > NOTHING_M2 for v in (step.exclusive_m2, step.shared_m2, step.taken_m2)):
            taken, shared = (
                ("–", "–") if k == 0 else tuple(mu_text(v, language) for v in (step.taken_m2, step.shared_m2))
            )
            if step.unsure:  # may be lost, is not taken: what stays for sure is the last column
                taken, shared = say("word.at_most", language, value=mu_text(step.unknown_m2, language)), "–"
            rows.append((step.title, taken, shared, mu_text(step.left_m2, language)))
    return WordTable(say("dossier.table_e", language), head, tuple(rows), (6.0, 2.2, 2.6, 2.2), (1, 2, 3), name="steps",
                columns=columns)  # fmt: skip


def _quota(answer: RedlineAnswer, language: Language) -> WordTable:
    before, after = answer.quota(False), answer.quota(True)
    head = (say("dossier.account", language), *_heads(language))
    rows = (
        (say("dossier.quota", language), *_areas(before.new_construction_m2, after.new_construction_m2, language)),
        (say("dossier.balance", language), *_areas(before.farmland_balance_m2, after.farmland_balance_m2, language)),
    )
    words = list(intensity_words(answer, language)) or [say("dossier.no_investment", language)]
    words = [w for w in (balance_words(before, language),) if w] + words
    return WordTable("", head, rows, (4.2, 2.2, 2.2, 2.2, 2.2), (1, 2, 3, 4), below=" ".join(words), name="quota",
                columns=("account", *AMOUNTS))  # fmt: skip
