"""What usable land is worth to somebody who looks for a site: what can be handed over, apart from what is in use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

LANDABLE = ("unapproved", "approved", "supplied")
"""Land a project can be given (可落地): not yet approved, approved and unsupplied, supplied and unbuilt."""
KINDS = (*LANDABLE, "suspected_idle", "built", "roads", "remnant", "unknown")
"""Every parcel is of one of these; `remnant` is land that could be handed over, in pieces too small or narrow."""
Words = npt.NDArray[np.object_]


def kinds(candidates: pd.DataFrame, supply: pd.DataFrame, roads: npt.NDArray[np.bool_]) -> Words:
    """Return what each candidate is for somebody who looks for a site.

    Parameters
    ----------
    candidates : DataFrame
        ``parcel_id``, and ``remnant`` where the study has a minimum ("yes" for what does not reach it).
    supply : DataFrame
        ``parcel_id, supply_status``.
    roads : bool array
        Parcels whose present use is a road, in the order of the candidates.

    Returns
    -------
    array of str
        One of `KINDS`. What is supplied, and what no source tells, is what its supply status says, a road
        is a road unless a source says that it can be handed over; a status that is missing is unknown.
    """
    status = supply.set_index("parcel_id")["supply_status"].reindex(candidates["parcel_id"]).fillna("unknown")
    out = np.array(status.tolist(), object)
    out[~np.isin(out.astype(str), KINDS)] = "unknown"
    landable = np.isin(out.astype(str), LANDABLE)
    out[roads & ~landable] = "roads"
    if "remnant" in candidates:
        out[landable & (candidates["remnant"] == "yes").to_numpy(bool)] = "remnant"
    return out
