"""What the columns of one file say about themselves (字段体检): blanks, zeros, sentinels, repeats, reversed pairs.

Nothing is changed and nothing blocks: each is a note for whoever goes on to use a column. A column is named with the
number of rows concerned, so that one look tells whether the file is fit for what it is wanted for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.sources.finding import Finding, finding

NEARLY, MANY_ROWS = 0.02, 500_000
"""Share of rows up to which repeated or empty values of an id are mistakes; longer files are not looked through."""
FEWEST, SOME = 5, 20
"""Rows from which a column is looked at; rows or distinct figures from which a pattern of them all tells anything."""
NAMED = 12
"""Columns named in one note; the others are counted."""
SENTINELS = (-999.0, -9999.0, -99999.0, -32768.0, float(np.finfo(np.float32).min), float(np.finfo(np.float64).min))
"""Figures programs write where nothing is known."""
_LEAST = re.compile(r"(minimum|lower|least|min|下限|最小|最低)", re.IGNORECASE)
_MOST = {"minimum": "maximum", "lower": "upper", "least": "most", "min": "max", "下限": "上限", "最小": "最大",
         "最低": "最高"}  # fmt: skip


def audit(frame: pd.DataFrame) -> list[Finding]:
    """Return notes on the columns of a file, one for each kind of thing, in a fixed order.

    Parameters
    ----------
    frame : DataFrame
        Fields by their names in the file: texts, or float64 where a field has decimals. Fewer than `FEWEST` rows,
        or more than `MANY_ROWS`, say nothing.
    """
    if not FEWEST <= len(frame) <= MANY_ROWS:
        return []
    texts = {str(name): _text(frame.iloc[:, place]) for place, name in enumerate(frame.columns)}
    figures = {name: found for name, values in texts.items() if (found := _figures(values)) is not None}
    told: tuple[tuple[str, Iterator[str]], ...] = (
        ("columns_alike", _alike(texts)),
        ("columns_nearly", (f"{n} ({r} + {e})" for n, r, e in nearly(frame))),
        ("columns_blank", _counted(texts, lambda v: v == "")),
        ("columns_zero", _zeros(figures)),
        ("columns_sentinel", _sentinels(figures)),
        ("columns_spaces", _counted(_raw(frame), lambda v: v != v.str.strip(), some=False)),
        ("columns_reversed", _reversed(figures)),
    )
    return [_note(code, list(columns), len(frame)) for code, found in told if (columns := list(found))]


def nearly(frame: pd.DataFrame) -> tuple[tuple[str, int, int], ...]:
    """Return the columns that tell almost every row apart, with the rows that repeat a value or have none."""
    out = []
    for place, name in enumerate(map(str, frame.columns)):
        values = frame.iloc[:, place]
        if not SOME <= len(values) <= MANY_ROWS or pd.api.types.is_float_dtype(values):
            continue
        text = _text(values)
        repeated, empty = int(text[text != ""].duplicated().sum()), int((text == "").sum())
        if 0 < repeated + empty <= NEARLY * len(values) and repeated:
            out.append((name, repeated, empty))
    return tuple(out[:3])


def _note(code: str, columns: list[str], rows: int) -> Finding:
    more = max(0, len(columns) - NAMED)
    named = [*columns[:NAMED], *([f"… +{more}"] if more else [])]
    return finding("note", code, count=len(columns), columns=named, rows_all=rows)


def _text(values: pd.Series) -> pd.Series:
    """Return cells as texts, "" where nothing stands."""
    return values.astype("object").where(values.notna(), "").astype(str).str.strip()


def _raw(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns of texts as they stand."""
    found = {str(name): frame.iloc[:, place] for place, name in enumerate(frame.columns)}
    return {n: v.where(v.notna(), "").astype(str) for n, v in found.items() if not pd.api.types.is_numeric_dtype(v)}


def _figures(values: pd.Series) -> npt.NDArray[np.float64] | None:
    """Return a column of figures, NaN where nothing stands; None for a column of words, codes or ids."""
    given = values[values != ""]
    if given.empty or given.str.match(r"^0\d").any():  # a leading zero is one of a code
        return None
    found = pd.to_numeric(values.where(values != ""), errors="coerce")
    return found.to_numpy(np.float64) if int(found.notna().sum()) == len(given) else None


def _alike(texts: dict[str, pd.Series]) -> Iterator[str]:
    """Yield columns that say the same on every row of many: one word, or nothing at all."""
    for name, values in texts.items():
        if len(values) >= SOME and values.nunique() == 1:
            word = str(values.iloc[0])
            yield f"{name} = {word[:30]}" if word else f"{name} = –"


def _counted(
    columns: dict[str, pd.Series], asked: Callable[[pd.Series], pd.Series], some: bool = True
) -> Iterator[str]:
    for name, values in columns.items():
        count = int(asked(values).sum())
        if count > 0 and not (some and count == len(values)):
            yield f"{name} {count}"


def _zeros(figures: dict[str, npt.NDArray[np.float64]]) -> Iterator[str]:
    """Yield measured columns in which 0 stands beside many other figures: it may stand for what nobody knew."""
    for name, values in figures.items():
        count = int((values == 0).sum())
        others = values[np.isfinite(values) & (values != 0)]
        if count and len(np.unique(others)) >= SOME and np.median(np.abs(others)) >= 1:
            yield f"{name} {count}"


def _sentinels(figures: dict[str, npt.NDArray[np.float64]]) -> Iterator[str]:
    for name, values in figures.items():
        for one in SENTINELS:
            count = int((values == one).sum())
            others = values[np.isfinite(values) & (values != one)]
            if count and bool((others > one / 10).all()):  # ground may lie below 0, never among such figures
                yield f"{name} {one:g} × {count}"


def _reversed(figures: dict[str, npt.NDArray[np.float64]]) -> Iterator[str]:
    """Yield pairs of a least and a most in which the most is the smaller on some row."""
    for name, low in figures.items():
        other = _LEAST.sub(lambda m: _like(m.group(0)), name)
        if other != name and other in figures:
            count = int((figures[other] < low).sum())
            if count:
                yield f"{other} < {name} {count}"


def _like(word: str) -> str:
    """Return the word for the most beside that for the least, in the same case."""
    most = _MOST[word.lower()]
    return most.upper() if word.isupper() else most.capitalize() if word[:1].isupper() else most
