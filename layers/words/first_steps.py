"""What to find first when little can be judged (首次运行): layers, where they are kept, what they are called there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyproj

from geo.screen.wanted import wanted
from layers.library import kinds
from layers.sources.checks.crs import CHINA_LAT, CHINA_LON
from layers.study.run.results import Results
from layers.text import Language, both, land_unit, number, say
from layers.words import once

MOST = 5
NAMES = 3
"""Names of a layer that are told."""
NOTHING = pd.DataFrame(columns=["status", "unknowns", "net_hi_m2", "parcels"])


def table(results: Results) -> pd.DataFrame:
    """Return the layers of rules that leave land open because the study has no such layer (`geo.screen.wanted`)."""
    zones = results.table("zones")
    known = set(zones["layer_id"]) | {s.id for s in results.study.layers}
    missing = {r.id: r.layer for r in results.rules if r.layer and r.layer not in known}
    first = [r.layer for r in results.rules if r.binding == "exclude" and r.layer]
    return wanted(_patterns(results) if missing else NOTHING, missing, first)


def _patterns(results: Results) -> pd.DataFrame:
    """Return what is open, one row for parcels with the same open rules; ground in several parcels counts once."""
    found = results.table("candidates")
    open_by = found["unknowns"].astype(str).where(found["status"] != "excluded", "")
    made = once.areas(results, found, open_by, tuple(sorted(set(open_by) - {""})))
    rows = made.reset_index(names="unknowns")
    return rows.assign(status="unknown")[["status", "unknowns", "net_hi_m2", "parcels"]]


def lines(results: Results, language: Language, on_page: bool = False) -> Iterator[str]:
    """Return the layers to find first, line by line; nothing where no layer is missing.

    A page has buttons for what is to be done: with `on_page` it is named by its page, else by its command.
    """
    found = table(results)
    if found.empty:
        return
    unit = land_unit(language).word
    total = number(float(found["decided_m2"].iloc[-1]), unit, language)
    yield say("first_steps.head", language, count=len(found), area=total)
    for place, row in enumerate(found.head(MOST).itertuples(), 1):
        yield say("first_steps.layer", language, place=place, **_about(str(row.layer_id), language),
                  parcels=int(row.parcels), area=number(float(row.open_m2), unit, language))  # type: ignore[arg-type] # fmt: skip
    yield say("first_steps.foot_page" if on_page else "first_steps.foot", language, path=results.folder)
    if abroad(results.study.crs):
        key = "first_steps.abroad_page" if on_page else "first_steps.abroad"
        yield say(key, language, path=results.folder)


def abroad(system: str) -> bool:
    """Tell whether the CRS of a study is made for ground outside China."""
    area = pyproj.CRS.from_user_input(system).area_of_use
    if area is None:
        return False
    (west, east), (south, north) = CHINA_LON, CHINA_LAT
    return area.east < west or area.west > east or area.north < south or area.south > north


def _about(layer_id: str, language: Language) -> dict[str, Any]:
    kind = kinds.kind(layer_id)
    if kind is None:
        return {
            "layer": layer_id,
            "id": layer_id,
            "names": [layer_id],
            "office": say("first_steps.somewhere", language),
        }
    office = both(kind.kept_by, language) or say("first_steps.somewhere", language)
    names = list(dict.fromkeys([kind.title.zh, *kind.aliases]))[:NAMES]
    return {"layer": both(kind.title, language), "id": layer_id, "names": names, "office": office}
