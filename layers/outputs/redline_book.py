"""The workbook of a red line (XLSX): what the dossier says, as numbers that a reader can check.

Areas are the m² of the tables; hectares, 亩, totals and checks are live formulas over
them, with their values stored beside. Text is written as text, whatever it starts with.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from geo.basis.units import HA_M2, MU_M2
from layers.ask.redline import THREE_LINES, Constraint, RedlineAnswer
from layers.library.standards import of_scheme
from layers.outputs import printed
from layers.outputs.dossier_rows import far_text, height_text, notes_below, origin_lines, plan_word
from layers.outputs.live_book import HEAD
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.project import notes
from layers.outputs.redline_rows import (
    Step,
    clause_of,
    hidden,
    planned,
    steps,
    tenure_word,
    title_of,
    vertices,
    why_unknown,
    word_of,
)
from layers.outputs.redline_words import balance_words, class_rows, use_word
from layers.text import Language, both, code, say, sentence
from layers.words.explain import limit_text, rule_title
from layers.words.measures import unit_word

TO_HA, TO_MU = f"/{HA_M2:g}", "*3/2000"
_UNITS = {"m2": "m²", "m": "m", "pct": "%", "share": "1", "x": ""}

Worksheet = Any


def write(answer: RedlineAnswer, path: Path, language: Language) -> None:
    """Write the workbook of a check.

    Parameters
    ----------
    answer : RedlineAnswer
    path : Path
        Replaced when it exists.
    language : {"en", "zh"}
    """
    content = io.BytesIO()  # so that a refusal of the disk is an OSError like any other
    with Book(content) as book:
        written = datetime.fromisoformat(answer.check.manifest["written"]).replace(tzinfo=None)
        book.set_properties(
            {"title": plain(answer.check.head["name"])[:250], "author": "Luodi 落地", "created": written}
        )
        _Book(book, answer, language).fill()
    path.write_bytes(content.getvalue())


class _Book:
    """The sheets while they are written; rows and columns count from 0."""

    def __init__(self, book: xlsxwriter.Workbook, answer: RedlineAnswer, language: Language):
        self.book, self.answer, self.language = book, answer, language
        styles: dict[str, dict[str, Any]] = {
            "head": HEAD,
            "text": {"text_wrap": True, "valign": "top"}, "strong": {"bold": True},
            "m2": {"num_format": "#,##0.0000"}, "ha": {"num_format": "#,##0.0000"}, "mu": {"num_format": "#,##0.00"},
            "m": {"num_format": "0.000"}, "n": {"num_format": "0"}, "x": {"num_format": "#,##0.00"},
        }  # fmt: skip
        self.style = {name: book.add_format(given) for name, given in styles.items()}

    def fill(self) -> None:
        """Write every sheet."""
        self._summary()
        self._uses()
        self._constraints()
        self._ledger()
        self._points(after=False)
        self._points(after=True)
        self._notes()

    # --- cells -----------------------------------------------------------------------

    def _say(self, key: str, **values: Any) -> str:
        return say(f"dossier.{key}", self.language, **values)

    def _sheet(self, key: str, widths: Sequence[float]) -> Worksheet:
        page = self.book.add_worksheet(self._say(f"sheet_{key}"))
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        return page

    def _text(self, page: Worksheet, row: int, column: int, text: str, style: str = "text") -> None:
        page.write_string(row, column, plain(text), self.style[style])

    def _number(self, page: Worksheet, row: int, column: int, value: float | None, style: str) -> None:
        """Write a number; one that is not finite is said to be unknown, never left blank."""
        if value is None or not math.isfinite(value):
            held = self.answer.withheld and value is not None and math.isnan(value)
            self._text(page, row, column, say("word.withheld", self.language) if held else self._say("unbounded"))
        else:
            page.write_number(row, column, value, self.style[style])

    def _formula(self, page: Worksheet, row: int, column: int, formula: str, value: float, style: str) -> None:
        page.write_formula(row, column, formula, self.style[style], value)

    def _head(self, page: Worksheet, row: int, keys: Iterable[str]) -> None:
        for column, key in enumerate(keys):
            self._text(page, row, column, self._say(key), "head")
        page.freeze_panes(row + 1, 0)

    # --- sheets ----------------------------------------------------------------------

    def _summary(self) -> None:
        page = self._sheet("summary", (40, 18, 14, 14, 60))
        self._text(page, 0, 0, self._say("title", name=self.answer.check.head["name"]), "strong")
        row = 1
        for line in (
            *origin_lines(self.answer, self.language),
            *notes(self.answer.check, self.language, layers=False)[1:],
        ):
            page.merge_range(row, 0, row, 4, "", self.style["text"])
            self._text(page, row, 0, line)
            page.set_row(row, printed.LINE_PT * (1 + _cells(line) // 140))
            row += 1
        row = self._facts(page, row + 1)
        row = self._intensity(page, row)
        row = self._quota(page, row + 1)
        self._plan(page, row + 1)

    def _facts(self, page: Worksheet, row: int) -> int:
        answer, head = self.answer, self.answer.check.head
        for key, text in (
            ("check_name", head["name"]), ("check_id", answer.check.check_id), ("file", head["source"]),
            ("status", code("status", answer.status, self.language)),
        ):  # fmt: skip
            self._text(page, row, 0, self._say(key))
            self._text(page, row, 1, text)
            row += 1
        for column, key in enumerate(("value", "ha", "mu"), 1):
            self._text(page, row, column, "m²" if key == "value" else self._say(key), "head")
        for key, area in (("gross", answer.gross_m2), ("net", answer.net_m2), ("net_hi", answer.net_hi_m2)):
            row += 1
            self._text(page, row, 0, self._say(key))
            self._area(page, row, 1, area)
        for key, value, style in (("parts", float(len(answer.land)), "n"), ("width", answer.width_m, "m")):
            row += 1
            self._text(page, row, 0, self._say(key))
            self._number(page, row, 1, value, style)
        return row + 1

    def _area(self, page: Worksheet, row: int, column: int, area_m2: float) -> None:
        """Write m² and, as formulas over it, hectares and 亩."""
        self._number(page, row, column, area_m2, "m2")
        cell = xl_rowcol_to_cell(row, column)
        for step, (factor, style, unit) in enumerate(((TO_HA, "ha", HA_M2), (TO_MU, "mu", MU_M2)), 1):
            if math.isfinite(area_m2):
                self._formula(page, row, column + step, f"={cell}{factor}", area_m2 / unit, style)
            else:
                self._number(page, row, column + step, area_m2, style)

    def _intensity(self, page: Worksheet, row: int) -> int:
        found = self.answer.intensity
        if found is None:
            self._text(page, row, 0, self._say("no_investment"))
            return row + 1
        words = {True: "meets", False: "below", None: "no_standard"}
        for key, value in (
            ("investment", found.investment_wan), ("per_mu", found.per_mu), ("standard", found.standard_per_mu),
        ):  # fmt: skip
            self._text(page, row, 0, self._say(key))
            self._number(page, row, 1, value, "x")
            row += 1
        self._text(page, row, 0, self._say("intensity_outcome"))
        self._text(page, row, 1, self._say(words[found.passes]))
        return row + 1

    def _quota(self, page: Worksheet, row: int) -> int:
        for after in (False, True):
            self._text(page, row, 0, self._say("after" if after else "before"), "head")
            for column, key in enumerate(("m²", "ha", "mu"), 1):
                self._text(page, row, column, key if key == "m²" else self._say(key), "head")
            drawn = self.answer.quota(after)
            for key, area in (("quota", drawn.new_construction_m2), ("balance", drawn.farmland_balance_m2)):
                row += 1
                self._text(page, row, 0, self._say(key))
                self._area(page, row, 1, area)
            row += 1
            if words := balance_words(drawn, self.language):
                self._text(page, row, 0, words)
                row += 1
        return row

    def _plan(self, page: Worksheet, row: int) -> None:
        found = planned(self.answer)
        if not found:
            self._text(page, row, 0, self._say("plan_none"))
            return
        for column, key in enumerate(("planned_use", "before_m2", "after_m2", "far", "height")):
            self._text(page, row, column, self._say(key), "head")
        for line in found:
            row += 1
            self._text(page, row, 0, plan_word(self.answer, line, self.language))
            self._number(page, row, 1, line.before_m2, "m2")
            self._number(page, row, 2, line.after_m2, "m2")
            self._text(page, row, 3, far_text(line, self.language))
            self._text(page, row, 4, height_text(line, self.language))

    def _uses(self) -> None:
        page = self._sheet("uses", (10, 24, 12, 16, 14, 16, 13, 12, 16, 13, 12))
        keys = ("code", "name", "scheme", "group", "tenure", "before_m2", "ha", "mu", "after_m2", "ha", "mu")
        self._head(page, 0, keys)
        for row, use in enumerate(self.answer.uses, 1):
            known = of_scheme(use.scheme)
            entry = known.get(use.code) if known else None
            name = use_word(use, self.language).removeprefix(use.code).strip() if entry else say(
                "word.not_known" if use.code else "redline.no_parcel", self.language)  # fmt: skip
            group = both(use.group.title, self.language) if use.group else say("word.not_known", self.language)
            words = (use.code, name, use.scheme, group, tenure_word(use.tenure, self.language))
            for column, text in enumerate(words):
                self._text(page, row, column, text)
            self._area(page, row, 5, use.before_m2)
            self._area(page, row, 8, use.after_m2)
        self._totals(page, len(self.answer.uses))

    def _totals(self, page: Worksheet, count: int) -> None:
        """Add totals as sums, and hold them against the red line and what the cut leaves."""
        answer, last = self.answer, count + 1
        self._text(page, last, 0, self._say("total"), "strong")
        self._text(page, last + 1, 0, self._say("check_row"))
        sums = (sum(u.before_m2 for u in answer.uses), sum(u.after_m2 for u in answer.uses))
        targets = (answer.gross_m2, math.nan if answer.withheld else float(answer.land["net_m2"].sum()))
        for row, (title, *areas) in enumerate(class_rows(answer, self.language), last + 2):
            self._text(page, row, 0, title)
            for first, area in zip((5, 8), areas, strict=True):
                self._area(page, row, first, area)
        for first, total, target in zip((5, 8), sums, targets, strict=True):
            if math.isnan(target):
                self._text(page, last, first, say("word.withheld", self.language))
                continue
            for step, (unit, style) in enumerate(((1.0, "m2"), (HA_M2, "ha"), (MU_M2, "mu"))):
                ends = (xl_rowcol_to_cell(r, first + step) for r in (1, max(count, 1)))
                self._formula(page, last, first + step, f"=SUM({':'.join(ends)})", total / unit, style)
            cell = xl_rowcol_to_cell(last, first)
            self._formula(page, last + 1, first, f"=ROUND({cell}-{target!r},2)", round(total - target, 2) + 0.0, "mu")

    def _constraints(self) -> None:
        page = self._sheet("constraints", (22, 30, 14, 9, 12, 8, 15, 15, 24, 14, 15, 15, 34, 26, 12, 40))
        keys = ("rule", "item", "kind", "severity", "outcome", "unit", "low", "high", "limit", "after_outcome",
                "after_low", "after_high", "clause", "data_layer", "vintage", "reason")  # fmt: skip
        self._head(page, 0, keys)
        for row, line in enumerate(self.answer.constraints, 1):
            for column, value in enumerate(self._constraint(line)):
                if isinstance(value, str):
                    self._text(page, row, column, value)
                else:
                    self._number(page, row, column, value, "m2")
        page.autofilter(0, 0, max(len(self.answer.constraints), 1), len(keys) - 1)

    def _constraint(self, line: Constraint) -> tuple[str | float, ...]:
        answer, language, rule = self.answer, self.language, line.rule
        spec, secret = answer.check.layer(rule.layer) if rule.layer else None, hidden(answer, line)
        unknown = line.outcome == "unknown" and not line.aside
        source = (
            say("word.sensitive", language) if secret else (spec.title or spec.id) if spec else rule.layer or rule.fact
        )
        again = rule.test in ("overlap_m2", "outside_m2", "overlap_share")
        return (
            say("word.sensitive", language) if secret else rule.id,
            title_of(answer, line, language),
            self._say("kind_three" if rule.layer in THREE_LINES else "kind_special"),
            code("severity", "not_examined" if line.aside else rule.severity, language),
            word_of(line, False, language), _UNITS[unit_word(rule)], line.low, line.high, limit_text(rule, language),
            word_of(line, True, language) if again else self._say("not_remeasured"),
            line.after_low if again else self._say("not_remeasured"),
            line.after_high if again else self._say("not_remeasured"),
            clause_of(answer, line, language), source,
            spec.vintage.isoformat() if spec and spec.vintage and not secret else say("word.not_known", language),
            why_unknown(answer, line, language) if unknown else "",
        )  # fmt: skip

    def _ledger(self) -> None:
        page = self._sheet("ledger", (6, 36, 18, 18, 18, 18, 18, 14))
        self._head(page, 0, ("n", "step", "exclusive_m2", "shared_m2", "unknown_m2", "taken_m2", "left_m2", "left_mu"))
        lines = steps(self.answer, self.language)
        for row, line in enumerate(lines, 1):
            self._number(page, row, 0, row - 1, "n")
            self._text(page, row, 1, line.title)
            for column, value in enumerate((line.exclusive_m2, line.shared_m2, line.unknown_m2), 2):
                self._number(page, row, column, value, "m2")
            if math.isnan(line.left_m2):
                for column in range(2, 8):
                    self._text(page, row, column, say("word.withheld", self.language))
                continue
            if math.isnan(line.taken_m2):
                self._number(page, row, 5, line.taken_m2, "m2")
            elif row > 1 and not line.unsure:
                self._formula(page, row, 5, f"=G{row}-G{row + 1}", line.taken_m2, "m2")
            self._number(page, row, 6, line.left_m2, "m2")
            self._formula(page, row, 7, f"=G{row + 1}{TO_MU}", line.left_m2 / MU_M2, "mu")
        self._closed(page, lines)

    def _closed(self, page: Worksheet, lines: Sequence[Step]) -> None:
        """Check that what is taken and what is left add up to the red line."""
        sure = [line for line in lines if not line.unsure and not math.isnan(line.left_m2)]
        row = len(lines) + 1
        self._text(page, row, 1, self._say("check_left"))
        gross = self.answer.gross_m2
        rest = (
            round(gross - sum(line.taken_m2 for line in sure if math.isfinite(line.taken_m2)) - sure[-1].left_m2, 2)
            + 0.0
        )
        formula = f"=ROUND({gross!r}-SUM(F2:F{len(sure) + 1})-G{len(sure) + 1},2)"
        self._formula(page, row, 6, formula, rest, "mu")

    def _points(self, after: bool) -> None:
        page = self._sheet("after" if after else "before", (24, 8, 10, 18, 18))
        crs = self.answer.check.study.crs
        if after and self.answer.secret_cut:
            self._text(page, 0, 0, self._say("points_hidden"))
            return
        page.merge_range(0, 0, 0, 4, self._say("points_note", crs=crs), self.style["text"])
        self._head(page, 1, ("plot_id", "ring", "point", "x", "y"))
        for row, point in enumerate(vertices(self.answer, after), 2):
            self._text(page, row, 0, point.plot)
            self._number(page, row, 1, point.ring, "n")
            self._text(page, row, 2, point.label)
            self._number(page, row, 3, round(point.north, 3), "m")
            self._number(page, row, 4, round(point.east, 3), "m")

    def _notes(self) -> None:
        page = self._sheet("notes", (140,))
        printed.lines(page, 0, self._told(), (140.0,), self.style["text"])

    def _told(self) -> Iterator[str]:
        answer, language = self.answer, self.language
        yield from notes(answer.check, language)
        yield from notes_below(answer, language)
        for finding in answer.check.head["findings"]:
            body = dict(finding["reason"])
            yield f"{finding['row']} {sentence(_reason(body), language)}".strip()
        taken = [rule_title(answer.check, r, language) for r in answer.check.rules if r.cuts]
        yield self._say("cutting", rules=taken)


def _cells(text: str) -> int:
    """Return the width of a text in Latin letters; Chinese characters are twice as wide."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _reason(body: dict[str, Any]) -> Any:
    from geo.basis.reason import reason

    return reason(body.pop("code"), **body)
