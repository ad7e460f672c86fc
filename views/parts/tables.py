"""Tables of the results: in the reader's words, filtered, in pages when they are long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from layers.outputs.project import visible
from layers.serve.held import Held
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import state

PAGE_ROWS = 1_000
PAGED_FROM = 10_000
HEIGHT = 360
FEW, LONG, LOOKED_AT, WIDEST = 5, 48, 200, 900
"""Columns a table has at most, and letters a text has at least, for that text to be given its own width (pixels)."""
SEEN, NAME = 3, 240
"""Rows by which the browser sizes a column of a wide table, and the most a column gets for what stands below them."""


_SHOWN: Held[pd.DataFrame] = Held(4)
"""Candidate lists in the words of a language, one for all visitors: they look at it and change nothing."""


def candidates(results: Results, stamp: str, language: Language) -> pd.DataFrame:
    """Return the candidate list as shown; row k is row k of the table ``candidates``."""
    return _SHOWN.get((stamp, language), lambda: visible(results, "candidates", language))


def matching(
    results: Results, status: pd.Series, shown: tuple[str, ...], text: str
) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return the rows with a shown status and the text in the parcel's id, township or park.

    `status` is that of the run or of a trial, in the order of the table ``candidates``.
    """
    found = results.table("candidates")
    keep = status.isin(shown).to_numpy()
    if text.strip():
        about = results.table("parcels").set_index("parcel_id")[["township", "park_id"]].reindex(found["parcel_id"])
        words = found["parcel_id"] + "\n" + (about["township"] + "\n" + about["park_id"]).fillna("").to_numpy()
        keep = keep & words.str.contains(text.strip(), case=False, regex=False).to_numpy()
    return np.flatnonzero(keep)


def pick_row(
    frame: pd.DataFrame,
    ids: Sequence[str] | np.ndarray[Any, Any],
    selected: str | None,
    key: str,
    kind: str = "parcel",
    height: int = HEIGHT,
) -> None:
    """Show a table in which one row can be picked; picking selects the parcel, or whatever `kind` says.

    Parameters
    ----------
    frame : DataFrame
        What is shown.
    ids : sequence of str
        Parcel (or other subject) of each row.
    selected : str or None
        What is selected now, wherever that was done.
    key : str
        Changes when the rows change, so that a picked row never stands for another id.
    kind : str
        What the ids are: parcel, site, layer.
    height : int
        Pixels at most.
    """
    first, last = _page(len(frame), key)
    frame, ids = frame.iloc[first:last], np.asarray(ids, object)[first:last]
    at = np.flatnonzero(ids == selected)
    key = f"{key}-{first}-{state.turn()}"

    def picked() -> None:
        row = state.row_of(key)
        if row is None:
            state.clear()
        else:
            state.select(kind, str(ids[row]))
            state.ask_to_move()

    st.dataframe(
        frame, height=min(height, 36 + 30 * max(len(frame), 1)), hide_index=True, key=key, on_select=picked,
        selection_mode="single-row",
        selection_default={"selection": {"rows": at[:1].tolist()}}, column_config=_formats(frame), row_height=30,
        placeholder="",
    )  # fmt: skip


def pick_place(frame: pd.DataFrame, key: str, height: int = HEIGHT) -> None:
    """Show a table in which one row can be picked; `state.row_of` of the key tells which."""
    st.dataframe(frame, height=min(height, 36 + 30 * max(len(frame), 1)), hide_index=True, key=key, on_select="rerun",
                 selection_mode="single-row", column_config=_formats(frame), row_height=30, placeholder="")  # fmt: skip


def plain(frame: pd.DataFrame, key: str) -> None:
    """Show a short table in full."""
    st.dataframe(frame, hide_index=True, key=key, column_config=_formats(frame), row_height=30, placeholder="")


def _page(count: int, key: str) -> tuple[int, int]:
    if count <= PAGED_FROM:
        return 0, count
    page = st.pagination(-(-count // PAGE_ROWS), key=f"{key}-page")
    return (page - 1) * PAGE_ROWS, page * PAGE_ROWS


def _formats(frame: pd.DataFrame) -> dict[str, Any]:
    numbers = [str(c) for c in frame if pd.api.types.is_float_dtype(frame[c])]
    made: dict[str, Any] = {name: st.column_config.NumberColumn(format="%,.2f") for name in numbers}
    return made | _roomy(frame)


def _roomy(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the widths of long texts in a table of few columns, of many columns of those longer further down.

    Where nothing is said the browser takes the first rows for all.
    """
    texts = [str(c) for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    longest = {c: max(map(_wide, frame[c].head(LOOKED_AT)), default=0) for c in texts}
    if len(frame.columns) > FEW:
        first = {c: max([_wide(c), *map(_wide, frame[c].head(SEEN))]) for c in texts}
        return {c: st.column_config.TextColumn(width=min(24 + 7 * w, NAME)) for c, w in longest.items() if w > first[c]}
    return {c: st.column_config.TextColumn(width=min(24 + 7 * w, WIDEST)) for c, w in longest.items() if w > LONG}


def _wide(text: object) -> int:
    """Return how wide a text is, in Latin letters."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in str(text))


def count_line(found: int, total: int, language: Language) -> str:
    """Return how many rows are shown out of how many."""
    return say("ui.rows_all" if found == total else "ui.rows_some", language, found=found, total=total)
