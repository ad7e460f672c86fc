"""A ranking as frames for charts, and the comparison matrix as people fill it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from geo.basis.tables import rows
from geo.rank.ahp import SCALE, Judgement
from layers.ask.ranked import Ranked
from layers.outputs.rank_page import moves_text, scale_text
from layers.text import Language, say
from layers.words import criteria as words

TIMES = {scale_text(s): s for s in SCALE}
"""Values of Saaty's scale as people write them."""


def points(made: Ranked, sites: Sequence[str], language: Language) -> pd.DataFrame:
    """Return what each site earns by criterion, proved and open, for the bars.

    Columns site, criterion, part (proved, open), points, order.
    """
    titles = words.titles(made.criteria.criteria, language)
    places = {name: k for k, name in enumerate(titles)}
    rows = made.scores[made.scores["site_id"].isin(list(sites))]
    parts = []
    for part, values in (("proved", rows["points"]), ("open", rows["points_hi"] - rows["points"])):
        parts.append(pd.DataFrame({
            "site": rows["site_id"], "criterion": rows["criterion_id"].map(titles),
            "part": say(f"uisites.part_{part}", language), "points": values,
            "order": rows["criterion_id"].map(places),
        }))  # fmt: skip
    out = pd.concat(parts, ignore_index=True)
    return out.astype({"site": str, "criterion": str})


def rank_spread(made: Ranked, count: int) -> pd.DataFrame:
    """Return the rank intervals of the best sites: site, rank, low, high, top_share."""
    rows = made.ranking.dropna(subset=["rank"]).head(count)
    return pd.DataFrame({
        "site": rows["site_id"].astype(str), "rank": rows["rank"], "low": rows["rank_low"], "high": rows["rank_high"],
        "top_share": rows["top_share"],
    })  # fmt: skip


def weight_room(made: Ranked, language: Language) -> pd.DataFrame:
    """Return how far each weight can move, in percent: criterion, weight, low, high, says.

    Where no swap comes down to 0 or up to 1 the end of the scale stands.
    """
    titles = words.titles(made.criteria.criteria, language)
    moves = made.tolerance
    told = [" · ".join(moves_text(r, language)) for r in rows(made.tolerance)]
    return pd.DataFrame({
        "criterion": moves["criterion_id"].map(titles).astype(str), "weight": moves["weight"] * 100,
        "low": moves["weight_low"].fillna(0.0) * 100, "high": moves["weight_high"].fillna(1.0) * 100, "says": told,
    })  # fmt: skip


def comparison(weights: Mapping[str, float]) -> pd.DataFrame:
    """Return a comparison matrix, as text, that says about what the weights say; by criterion id."""
    names = list(weights)
    cells = np.full((len(names), len(names)), "1", object)
    for i, j in combinations(range(len(names)), 2):
        ratio = max(weights[names[i]], 1e-6) / max(weights[names[j]], 1e-6)
        said = min(TIMES, key=lambda t: abs(np.log(TIMES[t] / ratio)))
        cells[i, j], cells[j, i] = said, scale_text(1.0 / TIMES[said])
    return pd.DataFrame(cells, index=names, columns=names, dtype="str")


def mirrored(frame: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return a comparison matrix after an edit, with the cell across the diagonal following the one that changed."""
    out = frame.copy()
    for i, j in combinations(range(len(frame)), 2):
        i_, j_ = (j, i) if str(frame.iloc[j, i]) != str(before.iloc[j, i]) else (i, j)
        given = str(frame.iloc[i_, j_])
        out.iloc[j_, i_] = scale_text(1.0 / TIMES[given]) if given in TIMES else ""
    for k in range(len(frame)):
        out.iloc[k, k] = "1"
    return out


def edited(before: pd.DataFrame, cells: Mapping[int, Mapping[str, str]], shown: Sequence[str]) -> pd.DataFrame:
    """Return a comparison matrix after edits as a table tells them: row by place, column by the title it shows."""
    frame = before.copy()
    for row, values in cells.items():
        for title, value in values.items():
            frame.iloc[int(row), list(shown).index(title)] = value or ""
    return mirrored(frame, before)


def judgements(frame: pd.DataFrame, names: Sequence[str]) -> tuple[Judgement, ...]:
    """Read the upper triangle of a comparison matrix; a cell left empty is not compared."""
    return tuple(
        (names[i], names[j], TIMES[str(frame.iloc[i, j])])
        for i, j in combinations(range(len(names)), 2) if str(frame.iloc[i, j]) in TIMES
    )  # fmt: skip
