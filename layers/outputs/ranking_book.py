"""The ranking as a workbook that recalculates: change a weight, and scores and ranks follow.

Four sheets: what the list rests on, the criteria with their weights, the share of the
points every site has proved (and could still have), and the ranking, whose scores and
ranks are formulas over the other two.
"""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from geo.rank.robust import DECIMALS
from layers.outputs.live_book import LiveBook
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.project import notes
from layers.study.run.results import Results
from layers.text import Language, both, say
from layers.words import criteria as words

SHEETS = ("notes", "criteria", "proved", "open", "ranking")
FIRST = 1
"""Row of the first criterion and of the weights above the shares; the header stands above it."""
WEIGHT, SHARE = 4, 5
"""Columns of the sheet of criteria: the weight to change, and its share of the sum."""


def write(results: Results, path: Path, language: Language, keep: np.ndarray | None = None) -> int:
    """Write the workbook of a run's ranking; return the number of sites.

    Parameters
    ----------
    results : Results
        With the tables `scores`, `ranking`, `tolerance`.
    path : Path
    language : {"en", "zh"}
    keep : bool array or None
        Sites to write, in the order of the table. Ranks are then those among them.
    """
    ranking = results.table("ranking")
    ranking = ranking if keep is None else ranking[keep]
    content = BytesIO()
    with Book(content) as book:
        made = LiveBook(book, language, "rankbook", SHEETS)
        _notes(made, results)
        _criteria(made, results)
        _shares(made, results, ranking, "proved", "scaled")
        _shares(made, results, ranking, "open", "scaled_hi")
        _ranking(made, results, ranking)
        book.worksheets()[-1].activate()
    path.write_bytes(content.getvalue())
    return len(ranking)


def _notes(made: LiveBook, results: Results) -> None:
    ours = (say(f"rankbook.note_{k}", made.language) for k in (1, 2, 3, 4))
    made.notes("notes", [*notes(results, made.language, "ranking"), *ours])


def _criteria(made: LiveBook, results: Results) -> None:
    language, style = made.language, made.style
    names = ("criterion", "id", "pays", "limit", "weight", "share", "low", "high", "source", "mark")
    page = made.page(
        "criteria", [say(f"rankbook.{n}", language) for n in names], [24, 16, 44, 20, 10, 10, 12, 12, 40, 14]
    )
    given = results.table("scores").drop_duplicates("criterion_id").set_index("criterion_id")["weight"]
    room = results.table("tolerance").set_index("criterion_id")
    criteria = results.criteria.criteria
    column = xl_range_abs(FIRST, WEIGHT, FIRST + len(criteria) - 1, WEIGHT)
    for row, criterion in enumerate(criteria, FIRST):
        texts = {
            0: words.title(criterion, language),
            1: criterion.id,
            2: words.function(criterion, language),
            3: words.limit(criterion, language),
            8: both(criterion.source, language),
            9: say("word.unverified", language) if criterion.unverified else "",
        }
        for at, text in texts.items():
            page.write_string(row, at, plain(text))
        weight = float(given[criterion.id])
        page.write_number(row, WEIGHT, weight, style["weight"])
        page.write_formula(row, SHARE, f"={xl_rowcol_to_cell(row, WEIGHT)}/SUM({column})", style["share"], weight)
        for at, end in ((6, "weight_low"), (7, "weight_high")):
            limit = float(room[end].loc[criterion.id])
            if not math.isnan(limit):
                page.write_number(row, at, limit, style["share"])


def _shares(made: LiveBook, results: Results, ranking: pd.DataFrame, name: str, column: str) -> None:
    """Write what the sites earn, with the weights as shares above: a formula per criterion."""
    style = made.style
    criteria = results.criteria.criteria
    titles = [words.title(c, made.language) for c in criteria]
    page = made.page(name, [say("column.site_id", made.language), *titles], [18.0, *[12.0] * len(criteria)])
    page.write_string(FIRST, 0, plain(say("rankbook.share", made.language)), style["note"])
    weights = results.table("scores").drop_duplicates("criterion_id").set_index("criterion_id")["weight"]
    for k, criterion in enumerate(criteria):
        source = f"='{made.names['criteria']}'!{xl_rowcol_to_cell(FIRST + k, SHARE, True, True)}"
        page.write_formula(FIRST, k + 1, source, style["share"], float(weights[criterion.id]))
    wide = results.table("scores").pivot_table(index="site_id", columns="criterion_id", values=column)
    rows = wide.reindex(index=ranking["site_id"], columns=[c.id for c in criteria])
    for row, (site, values) in enumerate(zip(rows.index, rows.to_numpy(np.float64), strict=True), FIRST + 1):
        page.write_string(row, 0, plain(site))
        for k, value in enumerate(values):
            page.write_number(row, k + 1, float(value), style["share"])


def _ranking(made: LiveBook, results: Results, ranking: pd.DataFrame) -> None:
    language, style = made.language, made.style
    names = (
        "site_id",
        "state",
        "score",
        "score_high",
        "rank",
        "rank_low",
        "rank_high",
        "top_share",
        "net_m2",
        "reason",
    )
    headers = [say("rankbook.state" if n == "state" else f"column.{n}", language) for n in names]
    page = made.page("ranking", headers, [18, 16, 10, 10, 8, 12, 12, 12, 14, 50])
    area = results.table("sites").set_index("site_id")["net_m2"]
    first, last, count = FIRST, FIRST + len(ranking) - 1, len(results.criteria.criteria)
    scores = xl_range_abs(first, 2, max(last, first), 2)
    for row, line in enumerate(ranking.to_dict("records"), FIRST):
        page.write_string(row, 0, plain(line["site_id"]))
        page.write_string(row, 1, plain(say(f"rank.{line['state']}", language)))
        page.write_string(row, 9, plain(words.why(line["reason"], results.criteria.criteria, language)))
        net = float(area[line["site_id"]])
        if math.isnan(net):
            page.write_string(row, 8, say("word.withheld", language))
        else:
            page.write_number(row, 8, net, style["score"])
        if line["state"] == "infeasible":
            continue
        for at, sheet, name in ((2, "proved", "score"), (3, "open", "score_high")):
            page.write_formula(row, at, _score(made.names[sheet], row + 1, count), style["score"], line[name])
        cell = xl_rowcol_to_cell(row, 2)
        page.write_formula(row, 4, f"=RANK({cell},{scores})", style["whole"], line["rank"])
        for at, name in ((5, "rank_low"), (6, "rank_high")):
            page.write_number(row, at, line[name], style["whole"])
        page.write_number(row, 7, line["top_share"], style["part"])
    page.autofilter(0, 0, max(last, first), len(names) - 1)


def _score(sheet: str, row: int, count: int) -> str:
    """Return the formula of a score: shares of the points by shares of the weights, of 100."""
    weights, own = xl_range_abs(FIRST, 1, FIRST, count), xl_range_abs(row, 1, row, count)
    return f"=ROUND(SUMPRODUCT('{sheet}'!{weights},'{sheet}'!{own})*100,{DECIMALS})"
