"""How rows of a table look on a map: the column that tells them apart, and a colour for each of its words."""

from __future__ import annotations

import pandas as pd

from layers.library.colours import OUTCOME_COLOURS, STATUS_COLOURS, TURN
from layers.outputs.projected import Legend
from layers.study.run.results import Results

COLUMN = {
    "candidates": "status", "sites": "outcome", "check_sites": "outcome", "matches": "status", "idle": "clock_state",
    "ranking": "state", "supply": "supply_status", "redevelopment": "stage", "building_sites": "use",
    "parcels": "land_use", "use_status": "status", "availability": "outcome",
}  # fmt: skip
"""Table: the column its rows are told apart by; other tables are drawn in one colour."""
COLOURS = {**STATUS_COLOURS, **OUTCOME_COLOURS, **STATUS_COLOURS} | {
    "placed": "#12806A", "unplaced": "#B4432E", "rejected": "#CFC9C1", "ranked": "#12806A", "infeasible": "#CFC9C1",
    "idle_2y": "#8C2D19", "warning_2y": "#C2571A", "idle_1y": "#D9822B", "warning_1y": "#E8C15A",
    "warning_b": "#E8C15A", "normal": "#12806A", "in_build": "#3D8B7A", "finished": "#CFC9C1",
}  # fmt: skip
"""Code: colour; a code nobody named takes its turn among `TURN`."""
MOST = 40
"""Words of a column that are told apart; with more a legend helps nobody."""


def look_of(results: Results, table: str, frame: pd.DataFrame) -> Legend:
    """Return how the rows of a projected table are shown."""
    column = COLUMN.get(table, "")
    if column not in frame:
        return Legend()
    codes = results.table(table)[column] if results.has(table) else frame[column]
    if len(codes) != len(frame):
        codes = frame[column]
    pairs = dict(zip(frame[column].astype(str), codes.astype(str), strict=True))
    if len(pairs) > MOST:
        return Legend()
    order = sorted(pairs, key=lambda word: (_place(pairs[word]), word))
    free = [w for w in order if pairs[w] not in COLOURS]
    turns = {word: TURN[k % len(TURN)] for k, word in enumerate(free)}
    return Legend(column, {w: COLOURS.get(pairs[w], turns.get(w, "")) for w in order})


def _place(code: str) -> int:
    """Return where a code stands in a legend: those with a colour of their own first, in their order."""
    known = list(COLOURS)
    return known.index(code) if code in known else len(known)
