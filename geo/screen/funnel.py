"""How many parcels and how much land each rule costs: in order, and alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.rules.judge import CLEAR, CONFLICT, UNKNOWN
from geo.rules.spec import Rule
from geo.screen.remains import deductions, remaining
from geo.screen.status import S_EXCLUDED, Minimum
from geo.screen.whatif import Amounts, Board

Floats = npt.NDArray[np.float64]


def funnel(board: Board, rules: Sequence[Rule], minimum: Minimum) -> pd.DataFrame:
    """Return one row per rule, in order.

    Parameters
    ----------
    board : Board
        The measured tables.
    rules : sequence of Rule
        Applicable and examined rules, in order.
    minimum : Minimum
        What is left of a parcel must reach it.

    Returns
    -------
    DataFrame
        ``rule_id``; alone: ``clear, conflict, unknown`` (parcels), ``taken_m2`` (ground
        the rule takes; the whole area of parcels it excludes); in order:
        ``left_parcels, left_m2`` (not excluded by this and all rules before it; what
        is unknown is still in).
    """
    rows, everyone = [], np.ones(len(board.data.parcel_ids), bool)
    gross_m2 = board.once(board.data.gross_m2, everyone, lambda data: data.gross_m2)
    for k, rule in enumerate(rules):
        alone = board.answer([rule], frozenset(), minimum)
        codes = np.bincount(alone.judged.outcome[0], minlength=3)
        upto = board.answer(rules[: k + 1], frozenset(), minimum)
        kept = upto.standing.code != S_EXCLUDED
        gone = alone.standing.code == S_EXCLUDED
        rows.append(
            {
                "rule_id": rule.id,
                "clear": int(codes[CLEAR]),
                "conflict": int(codes[CONFLICT]),
                "unknown": int(codes[UNKNOWN]),
                "taken_m2": gross_m2 - board.once(alone.left.net_hi, ~gone, _left([rule])),
                "left_parcels": int(kept.sum()),
                "left_m2": board.once(upto.left.net_hi, kept, _left(rules[: k + 1])),
            }
        )
    columns = ["rule_id", "clear", "conflict", "unknown", "taken_m2", "left_parcels", "left_m2"]
    return pd.DataFrame(rows, columns=columns)


def _left(rules: Sequence[Rule]) -> Amounts:
    """Return what tells how much of shared ground some rules leave."""
    return lambda data: remaining(rules, data).net_hi


def _given(amount: Floats) -> Amounts:
    """Return an amount worked out already."""
    return lambda data: amount


def binding(board: Board, rules: Sequence[Rule]) -> pd.DataFrame:
    """Return which cutting rule really binds the study.

    Returns
    -------
    DataFrame
        Per cutting rule: ``taken_m2`` (all ground it takes), ``exclusive_m2`` (ground no
        other rule takes), ``independence_share`` (exclusive ÷ taken: 1 means it
        duplicates nobody), ``exclusivity_share`` (exclusive ÷ ground taken by any rule:
        what its absence would free), ``overlap_share`` (1 − independence). NaN where
        nothing is taken. Ground that parcels share counts once.

    Notes
    -----
    After the measures of constraints in Ryberg, Robinius and Stolten, Energies 11(5),
    1246 (2018), on exact areas instead of pixels.
    """
    found = deductions(rules, board.data)
    many = found if board.shared is None else deductions(rules, board.shared.data)
    everyone = np.ones(len(board.data.parcel_ids), bool)
    any_m2 = board.once(
        board.data.gross_m2 - found.total.net_hi, everyone, lambda data: data.gross_m2 - many.total.net_hi
    )
    rows = []
    for k, rule in enumerate(found.rules):
        exclusive = board.once(found.exclusive[k], everyone, _given(many.exclusive[k]))
        taken = exclusive + board.once(found.shared[k], everyone, _given(many.shared[k]))
        independence = exclusive / taken if taken else np.nan
        rows.append(
            (rule.id, taken, exclusive, independence, exclusive / any_m2 if any_m2 else np.nan, 1 - independence)
        )
    columns = ["rule_id", "taken_m2", "exclusive_m2", "independence_share", "exclusivity_share", "overlap_share"]
    return pd.DataFrame(rows, columns=columns)


def to_find_out(board: Board, rules: Sequence[Rule], minimum: Minimum) -> pd.DataFrame:
    """Return what to go and find out, the most decisive first.

    Returns
    -------
    DataFrame
        Per rule with unknowns that touch the status: ``rule_id``, ``parcels`` it leaves
        open, ``open_m2`` (what is at stake there), ``alone_m2`` (what this rule alone
        still leaves open: knowing it would decide).
    """
    answer = board.answer(rules, frozenset(), minimum)
    alive = answer.standing.code != S_EXCLUDED
    counted = [k for k, r in enumerate(rules) if r.binding in ("exclude", "restrict")]
    unknown = (answer.judged.outcome == UNKNOWN) & alive
    open_rules = unknown[counted].sum(axis=0) if counted else np.zeros(len(alive), int)
    rows = []
    for k in counted:
        if unknown[k].any():
            stake, decisive = (
                board.once(answer.left.net_hi, some, _left(rules))
                for some in (unknown[k], unknown[k] & (open_rules == 1))
            )
            rows.append((rules[k].id, int(unknown[k].sum()), float(stake), float(decisive)))
    frame = pd.DataFrame(rows, columns=["rule_id", "parcels", "open_m2", "alone_m2"])
    return frame.sort_values(["alone_m2", "open_m2", "rule_id"], ascending=[False, False, True], ignore_index=True)
