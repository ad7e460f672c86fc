"""Totals of ground that overlapping parcels share, counted once (union, not sum)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.rules.evidence import Evidence
from geo.rules.gather import evidence
from geo.rules.terms import Terms
from geo.screen.ledger import UNSURE_LINE, WHOLE
from geo.screen.remains import deductions, remaining

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.intp]
AREAS = ("gross_m2", "net_m2", "net_hi_m2")


@dataclass(frozen=True)
class Stacks:
    """Ground in more than one parcel (see `geo.measure.stacks`), arranged for totals.

    Parameters
    ----------
    data : Evidence
        The stacks, each in the place of a parcel.
    stack, parcel : int arrays, pair by pair
        Which stack lies in which parcel; positions in `data` and in the parcels.
    """

    data: Evidence
    stack: npt.NDArray[np.intp]
    parcel: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.data.parcel_ids)

    def times(self, counted: Bools, group: Groups) -> Floats:
        """Return stacks × groups: how often a sum over the counted parcels of a group has a stack too many."""
        shape = (len(self), int(group.max(initial=-1)) + 1)
        keep = counted[self.parcel]
        place = (self.stack[keep], group[self.parcel[keep]])
        many = np.bincount(np.ravel_multi_index(place, shape), minlength=shape[0] * shape[1]).reshape(shape)
        out: Floats = np.maximum(many - 1.0, 0.0)
        return out

    def surplus(self, amount: Floats, counted: Bools) -> float:
        """Return what a sum over the counted parcels holds more than once, for an amount of every stack."""
        if not len(self):
            return 0.0
        one = np.zeros(len(counted), np.intp)
        return float(amount @ self.times(counted, one)[:, 0])


def stacks(ids: npt.NDArray[np.object_], members: pd.DataFrame, zones: pd.DataFrame, pieces: pd.DataFrame) -> Stacks:
    """Arrange the tables `stacks` and `stack_pieces` beside the parcels `ids`."""
    pieces = pieces.rename(columns={"stack_id": "parcel_id"})
    area = pieces.groupby("parcel_id", observed=True)["area_m2"].sum().reset_index()
    found = evidence(area, zones, pieces, area[["parcel_id"]])
    stack = pd.Index(found.parcel_ids).get_indexer(pd.Index(members["stack_id"]))
    return Stacks(found, stack, pd.Index(ids).get_indexer(pd.Index(members["parcel_id"])))


def areas(found: pd.DataFrame, shared: Stacks, rules: Sequence[Terms], group: Groups, count: int) -> pd.DataFrame:
    """Return gross, usable and usable at most (m²) of each group of parcels, shared ground once.

    Parameters
    ----------
    found : DataFrame
        ``gross_m2 net_m2 net_hi_m2``, in the order of the parcels `shared` was arranged for.
    rules : sequence of Terms
        Those examined.
    group : int array
        Group of each parcel, 0 … `count` − 1.
    """
    out = {n: np.bincount(group, weights=found[n].to_numpy(np.float64), minlength=count) for n in AREAS}
    if len(shared):
        left = remaining(rules, shared.data)
        amounts = {"gross_m2": shared.data.gross_m2, "net_m2": left.net, "net_hi_m2": left.net_hi}
        for name, amount in amounts.items():
            over = amount @ shared.times(found[name].to_numpy(np.float64) > 0, group)
            out[name] = out[name] - np.pad(over, (0, count - len(over)))
    return pd.DataFrame(out)


def ledger_lines(found: pd.DataFrame, shared: Stacks, rules: Sequence[Terms], group: Groups) -> pd.DataFrame:
    """Return lines that take out of a summed ledger what it holds more than once (amounts below zero).

    Parameters
    ----------
    found : DataFrame
        ``status net_m2``, in the order of the parcels.
    rules : sequence of Terms
        Those examined, in order.
    group : int array
        Group of each parcel; the lines carry it in the column ``group``.

    Returns
    -------
    DataFrame
        ``group step layer_id rule_id exclusive_m2 shared_m2 unknown_m2 taken_m2 gross_m2``.
    """
    cuts, gross = deductions(rules, shared.data), shared.data.gross_m2
    everyone = shared.times(np.ones(len(group), bool), group)
    standing = shared.times((found["status"] != "excluded").to_numpy(bool), group)
    proved = shared.times(found["net_m2"].to_numpy(np.float64) > 0, group)
    before = np.vstack([gross, cuts.left])[: len(cuts.rules)]
    lines = [_line(everyone, 0, "", "", gross=gross)]
    for k, rule in enumerate(cuts.rules):
        areas_ = {"exclusive": cuts.exclusive[k], "shared": cuts.shared[k], "unknown": cuts.unsure[k]}
        lines.append(_line(everyone, k + 1, rule.layer, rule.id, taken=before[k] - cuts.left[k], **areas_))
    last = len(cuts.rules) + 1
    lines.append(_line(everyone - standing, last, WHOLE, "", taken=cuts.total.net_hi, exclusive=cuts.total.net_hi))
    doubt = _line(standing, last + 1, UNSURE_LINE, "", unknown=cuts.total.net_hi)
    lines.append(doubt.assign(unknown_m2=doubt["unknown_m2"] + cuts.total.net @ proved))
    return pd.concat(lines, ignore_index=True)


def _line(times: Floats, step: int, layer_id: str, rule_id: str, **amounts: Floats) -> pd.DataFrame:
    names = ("exclusive", "shared", "unknown", "taken", "gross")
    sums = {f"{n}_m2": -(amounts[n] @ times) if n in amounts else np.zeros(times.shape[1]) for n in names}
    keys = {"group": np.arange(times.shape[1]), "step": step, "layer_id": layer_id, "rule_id": rule_id}
    return pd.DataFrame(keys | sums)
