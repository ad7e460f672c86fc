"""The list of the Screen page as people work in it: candidates first, columns chosen, sums by park or township."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.serve.draw.styles import STATUSES
from layers.serve.pages.parks import park_names
from layers.serve.pages.trial import Trial
from layers.text import Language, code, land_unit, say
from layers.words import once

BY = ("park_id", "township")
"""What the list can be added up by."""
Rows = npt.NDArray[np.intp]


def candidates_first(status: pd.Series, rows: Rows) -> Rows:
    """Return rows with those that can be used first, in their order within each status."""
    rank = pd.Index(STATUSES).get_indexer(pd.Index(status.iloc[rows].astype(str)))
    return rows[np.argsort(rank, kind="stable")]


def columns(asked: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns an address asks for by their numbers; all where it asks for none that is there."""
    names = list(map(str, frame))
    wanted = [names[int(w)] for w in asked.split("-") if w.isdecimal() and int(w) < len(names)]
    return wanted or names


def asked(chosen: Sequence[str], frame: pd.DataFrame) -> str:
    """Return columns as an address names them; "" for all."""
    names = list(map(str, frame))
    return "" if list(chosen) == names or not chosen else "-".join(str(names.index(c)) for c in chosen)


def sums(trial: Trial, rows: Rows, by: str, language: Language) -> pd.DataFrame:
    """Return parcels by status and areas of the listed rows by park or township; shared ground counts once."""
    results, found = trial.results, trial.found
    about = results.table("parcels").set_index("parcel_id")[by].reindex(found["parcel_id"])
    group = pd.Series(about.astype(object).where(about.notna(), "").to_numpy(), index=found.index).astype(str)
    listed = np.zeros(len(found), bool)
    listed[rows] = True
    groups = sorted(set(group[listed]), key=lambda g: (g == "", g))
    areas = once.areas(results, found, group.where(listed, None), groups, trial.setting.examined)
    counts = pd.crosstab(group[listed], found["status"][listed].astype(str)).reindex(groups, fill_value=0)
    names = park_names(results) if by == "park_id" else {}
    size, unit = land_unit(language).m2, say(f"uitrial.unit_{land_unit(language).word}", language)
    body: dict[str, Any] = {say(f"uitrial.by_{by}", language): [names.get(g) or g or "–" for g in groups]}
    for status in (s for s in STATUSES if s in counts):
        body[code("status", status, language)] = counts[status].to_numpy()
    for name in ("gross", "net", "net_hi"):
        body[say(f"uilist.{name}", language, unit=unit)] = areas[f"{name}_m2"].to_numpy() / size
    return pd.DataFrame(body)
