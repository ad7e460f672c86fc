"""What a run found in the files it read, whichever of its stages read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from layers.study.run.results import Results
from layers.text import Language, sentence

PLAIN = "problems"


def found(results: Results) -> pd.DataFrame:
    """Return every finding of the newest run as the table `problems`, the same one of two stages once.

    Layers with places are read by the first stage; registers (projects, supply, facilities, accounts, idle land)
    by the stage that needs them, each with a table of its own. What a stage found that is out of date is left out.
    """
    held = [n for n in results.manifest["tables"] if n == PLAIN or n.endswith(f"_{PLAIN}")]
    old = results.stale()
    fresh = [n for n in held if n == PLAIN or n not in old]
    whole = pd.concat([results.table(n) for n in fresh], ignore_index=True)
    return whole.drop_duplicates(["layer_id", "row", "code", "reason"], ignore_index=True)


def of_row(results: Results, project: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Say what was found in the row of the list a project comes from: cells nobody can read are not empty ones."""
    said = results.table("project_problems")
    own = said["row"].str.split("#").str[0] == str(project["row"])
    for text in said.loc[own & (said["layer_id"] == project["layer_id"]), "reason"]:
        yield sentence(str(text), language)
