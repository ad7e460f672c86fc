"""What each cutting rule takes of every parcel, in order: a known nothing is 0, an unknown is empty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.measure.robust import RESOLUTION_M2
from geo.screen.ledger import UNSURE_LINE, WHOLE
from layers.study.run.released import masks, released
from layers.study.run.results import Results
from layers.text import LandUnit

DECIMALS = {"mu": 2, "ha": 4}


def deducted(results: Results, unit: LandUnit) -> pd.DataFrame:
    """Return what each cutting rule takes in order, so that the row adds up to its net area.

    Returns
    -------
    DataFrame
        ``parcel_id``, every candidate once; per rule that takes anything, or may,
        ``cut_<rule id>_<unit>`` (亩 or hectares) and, where the rule surely takes some of a parcel and
        may take more, ``cut_<rule id>_hi_<unit>``, the most it may take. 0 is known to be nothing;
        NaN is not known (待核实): nothing is proved taken and nothing rules it out.
    """
    results = released(results)
    ids = results.table("candidates")["parcel_id"]
    wide = _taken(results).reindex(ids)
    names = [r.id for r in results.rules if r.cuts and r.id in wide and r.id not in masks(results).rule_names.values()]
    most = _most(results, names)
    out: dict[str, pd.Series] = {}
    for name in names:
        out |= _columns(name, wide[name].fillna(0.0), most[most["rule_id"] == name].reindex(ids))
    if WHOLE in wide:
        whole = wide[WHOLE].fillna(0.0)
        out[f"cut_{WHOLE}"] = whole.mask((whole <= 0) & _may_fail(results).reindex(ids, fill_value=False))
    frame = pd.DataFrame(out, index=ids).div(unit.m2).round(DECIMALS[unit.word])
    return frame.add_suffix(f"_{unit.word}").reset_index()


def _taken(results: Results) -> pd.DataFrame:
    """Return parcels × rules: ground surely taken in order, in m²; no cell where the ledger has no line."""
    ledger = results.table("ledger").sort_values(["parcel_id", "step"], kind="stable")
    before = ledger.groupby("parcel_id")["left_m2"].shift()
    lines = ledger.assign(taken=before - ledger["left_m2"])
    lines = lines[(lines["step"] > 0) & (lines["layer_id"] != UNSURE_LINE)]
    names = lines["rule_id"].where(lines["layer_id"] != WHOLE, WHOLE)
    return lines.assign(rule=names).pivot_table(
        index="parcel_id", columns="rule", values="taken", aggfunc="sum", sort=False
    )


def _most(results: Results, rules: Sequence[str]) -> pd.DataFrame:
    """Return per parcel and rule the most the rule may take (m², NaN: nothing bounds it), and whether it takes that."""
    mine = results.rows_of("verdicts", rules, "rule_id").set_index("parcel_id")
    known = (mine["value_hi"] - mine["value"]) < RESOLUTION_M2
    return pd.DataFrame({"rule_id": mine["rule_id"], "most": mine["value_hi"], "known": known})


def _columns(name: str, taken: pd.Series, most: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the column of a rule and, where it proves some and leaves more open, that of the most it may take."""
    known = most["known"].eq(True)
    made = {f"cut_{name}": taken.mask(~known & (taken <= 0))}
    part = ~known & (taken > 0) & most["most"].notna()
    if part.any():
        highest = pd.Series(np.maximum(taken, most["most"]), index=taken.index)
        made[f"cut_{name}_hi"] = highest.where(~known).fillna(taken.where(known))
    return made


def _may_fail(results: Results) -> pd.Series:
    """Tell per parcel whether a rule on the whole parcel is open, or whether it is one of the study's."""
    whole = {r.id for r in results.rules if r.binding == "exclude" and not r.cuts}
    found = results.table("candidates").set_index("parcel_id")
    open_ = found["unknowns"].map(lambda cell: not whole.isdisjoint(cell.split("|")))
    return open_ | found["reason"].str.contains("status_may_belong", regex=False)
