"""Which layers to find first (先补哪些图层): those that leave the most land open, and what having them decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

COLUMNS = ("layer_id", "rules", "parcels", "open_m2", "decided_m2")


def wanted(candidates: pd.DataFrame, layer_of: Mapping[str, str], first: Sequence[str] = ()) -> pd.DataFrame:
    """Return the layers whose rules leave land open, in the order in which to look for them.

    Parameters
    ----------
    candidates : DataFrame
        ``status``, ``unknowns`` (rule ids joined by ``|``) and ``net_hi_m2``, m²: what nothing excludes. Parcels
        that are excluded whatever is found out take no part. ``parcels``, where it stands, is how many a row is.
    layer_of : mapping of rule id to layer id
        Rules that are open because of their layer. An open rule that is not named here keeps its parcels open.
    first : sequence of str
        Layers that come first among those that leave as much open: whose rules exclude.

    Returns
    -------
    DataFrame
        ``layer_id``; ``rules``: open rules that read it, joined by ``|``; ``parcels`` and ``open_m2`` it leaves open;
        ``decided_m2``: land on which nothing is open once this layer and all above it are there. No row where
        nothing is open.

    Notes
    -----
    Each next layer is the one that decides most together with those before it; where none decides anything by
    itself, the one that leaves most open. Parcels with the same open rules are counted as one, so the work grows
    with the patterns, not with the parcels.
    """
    alive = candidates.loc[(candidates["status"] != "excluded") & (candidates["unknowns"] != "")]
    counted = alive.assign(size=alive.get("parcels", 1))
    patterns = counted.groupby("unknowns", sort=True).agg(size=("size", "sum"), sum=("net_hi_m2", "sum"))
    needs = [frozenset(str(p).split("|")) for p in patterns.index]
    layers = sorted({layer_of[r] for need in needs for r in need if r in layer_of})
    size, area = patterns["size"].to_numpy(np.int64), patterns["sum"].to_numpy(np.float64)
    open_by = np.array([[any(layer_of.get(r) == one for r in need) for one in layers] for need in needs], bool)
    open_by = open_by.reshape(len(needs), len(layers))
    other = np.array([any(r not in layer_of for r in need) for need in needs], bool)
    order = _order(open_by, other, area, [one in first for one in layers])
    found, rows = np.zeros(len(layers), bool), []
    for k in order:
        found[k] = True
        decided = ~other & ~(open_by & ~found).any(axis=1)
        rules = sorted({r for need in needs for r in need if layer_of.get(r) == layers[k]})
        touched = open_by[:, k]
        rows.append((layers[k], "|".join(rules), int(size[touched].sum()), float(area[touched].sum()),
                     float(area[decided].sum())))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _order(open_by: np.ndarray, other: np.ndarray, area: np.ndarray, first: Sequence[bool]) -> list[int]:
    """Return the columns, the one that decides most with those before it next."""
    left, found, order = list(range(open_by.shape[1])), np.zeros(open_by.shape[1], bool), []
    stake = area @ open_by if len(area) else np.zeros(open_by.shape[1])
    while left:

        def gain(k: int) -> tuple[float, float, bool, int]:
            with_it = found.copy()
            with_it[k] = True
            decided = float(area[~other & ~(open_by & ~with_it).any(axis=1)].sum())
            return decided, float(stake[k]), first[k], -k

        best = max(left, key=gain)
        left.remove(best)
        found[best] = True
        order.append(best)
    return order
