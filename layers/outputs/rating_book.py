"""The rating as a workbook that recalculates: change a weight, a bound, a fact or a person's score, and ranks follow.

Sheets: notes, criteria with their weights and bounds, every score given, the facts, the shares of the points (of facts
by the bounds, of people means of the scores sheet), and the ranking: scores and ranks are formulas over them.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from geo.basis.tables import rows
from geo.rank.rating import LEAST, MOST, REJECTED, STATES, SUFFIX
from geo.rank.robust import DECIMALS
from geo.rank.spec import Criterion
from geo.rank.value import Decreasing, Increasing
from layers.ask.rated import Rated
from layers.outputs.live_book import LiveBook
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.project import grounds
from layers.text import Language, code, say
from layers.words import rating as words

SHEETS = ("notes", "criteria", "scores", "facts", "shares", "ranking")
WEIGHT, SHARE, NONE_AT, FULL_AT = 4, 5, 6, 7
EXTRA = 20
"""Lines below the scores given where further ones may be typed; the means read them too."""


class _Pages(LiveBook):
    """The workbook being written."""

    def __init__(self, book: xlsxwriter.Workbook, found: Rated, language: Language):
        super().__init__(book, language, "ratingbook", SHEETS, frozen=2)
        self.found = found
        self.ids = found.rating.ranking["project_id"].astype(str).tolist()
        self.cells: dict[tuple[str, str], str] = {}
        """Cell of the facts sheet by project and criterion."""


def write(found: Rated, path: Path, language: Language) -> int:
    """Write the workbook; return the number of projects."""
    content = BytesIO()
    with Book(content) as book:
        made = _Pages(book, found, language)
        _notes(made)
        _criteria(made)
        _scores(made)
        _facts(made)
        _shares(made)
        _ranking(made)
        book.worksheets()[-1].activate()
    path.write_bytes(content.getvalue())
    return len(made.ids)


def _notes(made: _Pages) -> None:
    made.notes("notes", [*grounds(made.found.results, made.language, "projects"),
                         *words.notes(made.found, made.language), say("ratingbook.note", made.language)])  # fmt: skip


def _criteria(made: _Pages) -> None:
    heads = [say(f"ratinglist.{n}", made.language) for n in ("criterion", "item", "by", "mark", "weight")]
    more = [say(f"ratingbook.{n}", made.language) for n in ("share", "none_at", "full_at")]
    page = made.page("criteria", [*heads, *more], [34, 18, 10, 12, 10, 12, 12, 12])
    weights = made.found.rating.lines.drop_duplicates("criterion_id").set_index("criterion_id")["weight"]
    span = xl_range_abs(1, WEIGHT, len(weights), WEIGHT)
    for row, criterion in enumerate(made.found.criteria.criteria, 1):
        page.write_string(row, 0, plain(words.title(made.found, criterion.id, made.language)))
        page.write_string(row, 1, criterion.fact.removesuffix(SUFFIX))
        page.write_string(row, 2, code("ratingby", criterion.by, made.language))
        page.write_string(row, 3, say("word.unverified", made.language) if criterion.unverified else "")
        weight = float(weights[criterion.id])
        page.write_number(row, WEIGHT, weight, made.style["weight"])
        page.write_formula(row, SHARE, f"={xl_rowcol_to_cell(row, WEIGHT)}/SUM({span})", made.style["share"], weight)
        if (line := _line(criterion)) is not None:
            page.write_number(row, NONE_AT, line.none_at, made.style["weight"])
            page.write_number(row, FULL_AT, line.full_at, made.style["weight"])


def _scores(made: _Pages) -> None:
    names = ("project_id", "item", "points", "person", "ground", "on")
    page = made.page("scores", [say(f"ratinglist.{n}", made.language) for n in names], [14, 16, 10, 14, 50, 12])
    for row, s in enumerate(made.found.scores, 1):
        for column, text in ((0, s.project_id), (1, s.item), (3, s.person), (4, s.ground), (5, s.on.isoformat())):
            page.write_string(row, column, plain(text))
        page.write_number(row, 2, s.points, made.style["weight"])


def _line(criterion: Criterion) -> Increasing | Decreasing | None:
    """Return the bounds of a fact that earns along a straight line between them; None of any other criterion."""
    value = criterion.value
    if criterion.by == "people" or not isinstance(value, (Increasing, Decreasing)):
        return None
    return value if isinstance(value, Decreasing) or value.cap == 1.0 else None


def _facts(made: _Pages) -> None:
    """Write the facts of every project: of a range the end that proves less; what nobody states stays blank."""
    known = {(str(r["project_id"]), str(r["criterion_id"])): r for r in rows(made.found.rating.lines)}
    criteria = [c for c in made.found.criteria.criteria if _line(c)]
    titles = [words.title(made.found, c.id, made.language) for c in criteria]
    head = say("ratinglist.project_id", made.language)
    page = made.page("facts", [head, *titles], [14.0, *[14.0] * len(criteria)])
    page.write_string(1, 0, plain(say("ratingbook.facts_note", made.language)), made.style["note"])
    for row, p in enumerate(made.ids, 2):
        page.write_string(row, 0, plain(p))
        for k, criterion in enumerate(criteria, 1):
            made.cells[p, criterion.id] = f"'{made.names['facts']}'!{xl_rowcol_to_cell(row, k, True, True)}"
            end = "value_hi" if isinstance(criterion.value, Decreasing) else "value"
            value = float(known[p, criterion.id][end]) if (p, criterion.id) in known else np.nan
            if np.isfinite(value):
                page.write_number(row, k, value, made.style["weight"])
            else:
                page.write_blank(row, k, None, made.style["weight"])


def _shares(made: _Pages) -> None:
    """Write what each project has proved, a column a criterion: of facts by the bounds, of people by their mean."""
    criteria = made.found.criteria.criteria
    titles = [words.title(made.found, c.id, made.language) for c in criteria]
    head = say("ratinglist.project_id", made.language)
    page = made.page("shares", [head, *titles], [14.0, *[14.0] * len(criteria)])
    page.write_string(1, 0, plain(say("ratingbook.share", made.language)), made.style["note"])
    weights = made.found.rating.lines.drop_duplicates("criterion_id").set_index("criterion_id")["weight"]
    for k, criterion in enumerate(criteria, 1):
        source = f"='{made.names['criteria']}'!{xl_rowcol_to_cell(k, SHARE, True, True)}"
        page.write_formula(1, k, source, made.style["share"], float(weights[criterion.id]))
    wide = made.found.rating.lines.pivot_table(index="project_id", columns="criterion_id", values="scaled")
    wide = wide.reindex(index=made.ids, columns=[c.id for c in criteria])
    for row, (p, values) in enumerate(zip(made.ids, wide.to_numpy(np.float64), strict=True), 2):
        page.write_string(row, 0, plain(p))
        for k, (criterion, value) in enumerate(zip(criteria, values, strict=True), 1):
            if criterion.by == "people":
                formula = _mean(made, row, criterion.fact.removesuffix(SUFFIX))
                page.write_formula(row, k, formula, made.style["share"], float(value))
            elif (p, criterion.id) in made.cells:
                formula = _between(made, made.cells[p, criterion.id], k)
                page.write_formula(row, k, formula, made.style["share"], float(value))
            else:
                page.write_number(row, k, float(value), made.style["weight"])


def _between(made: _Pages, cell: str, row: int) -> str:
    """Return the formula of a share: how far a fact has come from the bound of nothing to that of all."""
    none, full = (f"'{made.names['criteria']}'!{xl_rowcol_to_cell(row, k, True, True)}" for k in (NONE_AT, FULL_AT))
    return f"=IF(ISNUMBER({cell}),MIN(1,MAX(0,({cell}-{none})/({full}-{none}))),0)"


def _mean(made: _Pages, row: int, item: str) -> str:
    """Return the formula of a mean score as a share of the points; nobody scored earns nothing."""
    last = len(made.found.scores) + EXTRA
    ids, kinds, points = (f"'{made.names['scores']}'!{xl_range_abs(1, k, last, k)}" for k in (0, 1, 2))
    of = f'{points},{ids},{xl_rowcol_to_cell(row, 0, False, True)},{kinds},"{item}"'
    return f"=IFERROR(MIN(1,MAX(0,(AVERAGEIFS({of})-{LEAST:g})/{MOST - LEAST:g})),0)"


def _ranking(made: _Pages) -> None:
    names = ("project_id", "name", "state", "score", "score_high", "rank", "raise", "why")
    heads = [say(f"ratinglist.{n}", made.language) for n in names]
    page = made.page("ranking", heads, [14, 24, 14, 12, 12, 8, 50, 60])
    told, count = rows(words.ranking(made.found, made.language)), len(made.ids)
    state, score = xl_range_abs(1, 2, count, 2), xl_range_abs(1, 3, count, 3)
    words_of = {s: code("ratingstate", s, made.language) for s in STATES}
    for row, line in enumerate(told, 1):
        for column, name in ((0, "project_id"), (1, "name"), (2, "state"), (6, "raise"), (7, "why")):
            page.write_string(row, column, plain(str(line[name])))
        if line["state"] == words_of[REJECTED]:
            continue
        page.write_formula(row, 3, _total(made, row), made.style["score"], line["score"])
        page.write_number(row, 4, line["score_high"], made.style["score"])
        own = xl_rowcol_to_cell(row, 3)
        if not pd.isna(line["rank"]):
            better = f"SUMPRODUCT(({state}={xl_rowcol_to_cell(row, 2)})*({score}>{own}))"
            page.write_formula(row, 5, f"={better}+1", made.style["whole"], line["rank"])
    page.autofilter(0, 0, max(count, 1), len(names) - 1)


def _total(made: _Pages, row: int) -> str:
    """Return the formula of a score: shares of the points by shares of the weights, of 100."""
    count = len(made.found.criteria.criteria)
    own = f"'{made.names['shares']}'!{xl_range_abs(row + 1, 1, row + 1, count)}"
    weights = f"'{made.names['shares']}'!{xl_range_abs(1, 1, 1, count)}"
    return f"=ROUND(SUMPRODUCT({weights},{own})*100,{DECIMALS})"
