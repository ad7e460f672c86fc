"""The status of parcels for every use (一般、排污、化工、物流), where it is not that of the study's own use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from geo.basis.tables import empty
from geo.project.uses import USES
from geo.rules.spec import Rule
from geo.screen.setting import Setting

KEPT = ("status", "conflicts", "unknowns", "conditions")
"""What may differ from use to use; areas stay with the use the land is screened for."""


def other_uses(rules: Sequence[Rule], own: str) -> tuple[str, ...]:
    """Return the uses for which other rules judge than for the study's own; the rest have its status."""

    def judged(use: str) -> set[str]:
        return {r.id for r in rules if r.applies(use)}

    return tuple(u for u in USES if u != own and judged(u) != judged(own))


def table(candidates: pd.DataFrame, setting: Setting, screened: Callable[[Setting], pd.DataFrame]) -> pd.DataFrame:
    """Return the table `use_status`: parcel × use, only where it differs from `candidates`.

    Parameters
    ----------
    candidates : DataFrame
        For the study's own use.
    setting : Setting
    screened : callable
        Makes the candidates of another setting; they come in the same order.

    Returns
    -------
    DataFrame
        A parcel without a row for a use has there the status, conflicts, unknowns and conditions it has in
        `candidates`. Sorted by parcel and use.
    """
    made = [empty("use_status")]
    for use in other_uses(setting.rules, setting.use_class):
        found = screened(replace(setting, use_class=use))
        other = (found[list(KEPT)] != candidates[list(KEPT)]).any(axis=1).to_numpy()
        made.append(found.loc[other, ["parcel_id", *KEPT]].assign(use=use))
    rows = pd.concat([m for m in made if len(m)] or made[:1], ignore_index=True)
    return rows[list(empty("use_status").columns)].sort_values(["parcel_id", "use"], ignore_index=True)


def of(candidates: pd.DataFrame, use_status: pd.DataFrame, use: str) -> pd.DataFrame:
    """Return the candidates as they stand for a use: `KEPT` of the table where it has a row, else their own."""
    mine = use_status[use_status["use"] == use].set_index("parcel_id")
    out = candidates.copy()
    rows = out["parcel_id"].isin(mine.index).to_numpy()
    for name in KEPT:
        out.loc[rows, name] = mine.loc[out.loc[rows, "parcel_id"], name].to_numpy(object)
    return out
