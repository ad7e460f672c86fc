"""What can be handed over, as a list: a row per site with its days, the approvals open and who gives them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geo.basis.units import MU_M2
from layers.outputs import files, lists
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.study.run.results import Results
from layers.text import Language, both, say
from layers.words import handover
from layers.words.office import origin
from layers.words.park_name import park_text

COLUMNS = ("site_id", "park_id", "net_mu", "this_year", "earliest", "latest", "needed", "maybe_needed",
           "price_floor_wan")  # fmt: skip


def projection(results: Results, language: Language) -> Projection:
    """Return the list with its headings and notes: where the months come from, and the age of the law."""
    known, found = handover.listed(results)
    words = {e.id: f"{both(e.title, language)}（{both(e.level, language)}）" if language == "zh" else
             f"{both(e.title, language)} ({both(e.level, language)})" for e in known.approvals}  # fmt: skip
    joint = "、" if language == "zh" else "; "
    year = results.study.as_of.year
    rows = [
        (
            x.site_id, park_text(results, x.park_id), round(x.net_m2 / MU_M2, 2),
            say(f"handover.{'sure' if x.path.latest.year <= year else 'may' if x.path.earliest.year <= year else 'no'}",
                language),
            x.path.earliest.isoformat(), handover.day_text(x.path.latest, language),
            joint.join([*([handover.clearing(x.path, language)] if x.path.clearing else []),
                        *(words[a] for a, n in x.path.needed.items() if n == "yes")]),
            joint.join(words[a] for a, n in x.path.needed.items() if n == "maybe"),
            np.nan if x.floor_wan is None else round(x.floor_wan, 2),
        )
        for x in found
    ]  # fmt: skip
    heads = {c: say(f"handover.col_{c}", language, year=year) for c in COLUMNS}
    notes = (
        *handover.lost(results, known, language),
        say("handover.source", language, source=origin(known, language)),
        handover.priced(results, language),
        *grounds(results, language, "sites"),
    )
    return Projection(pd.DataFrame(rows, columns=list(COLUMNS)), heads, notes, language)


def write(results: Results, path: Path, language: Language) -> None:
    """Write the list in a format of lists, or as a map of the sites.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    made = projection(results, language)
    sites = made.frame["site_id"]
    lists.write(made, path, "handover", results, lambda: files.places_of(results, sites))


def as_csv(results: Results, language: Language) -> bytes:
    """Return the list for a download, UTF-8 with a byte order mark as Excel wants it."""
    made = projection(results, language)
    return made.frame.rename(columns=made.headers).to_csv(index=False).encode("utf-8-sig")
