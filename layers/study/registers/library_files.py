"""What one file of the five libraries says, the present one or one that was replaced: read anew, as none is a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geo.project import library
from geo.project.library import ENTERPRISE, PROJECT
from layers.study.registers import chain, libraries, projects
from layers.study.spec import LayerSpec, Study


def entries(spec: LayerSpec, study: Study, folder: Path) -> tuple[pd.DataFrame, int] | None:
    """Return the entries of a file as the libraries have them.

    Parameters
    ----------
    spec : LayerSpec
        With the file in question as its source.
    study : Study
    folder : Path

    Returns
    -------
    tuple of (DataFrame, int) or None
        Entries with a number, and how many have none; None where the file is lost.
    """
    if not (folder / spec.source).exists():
        return None
    frame = _frame(spec, study.model_copy(update={"layers": (spec,)}), folder)
    mine = frame[frame["library"] == spec.role]
    unnumbered = mine["entry_id"].astype(str) == f"{spec.id}-" + mine["row"].astype(str)
    return mine[~unnumbered], int(unnumbered.sum())


def _frame(spec: LayerSpec, study: Study, folder: Path) -> pd.DataFrame:
    listed = projects.read(study, folder).projects
    given, firms = pd.DataFrame(columns=list(libraries.COLUMNS)), pd.DataFrame(columns=list(chain.COLUMNS))
    if spec.role == ENTERPRISE:
        firms = pd.DataFrame(chain.firms(study, folder)[1].drop(columns="geometry"))
    elif spec.role == PROJECT:
        listed = listed.assign(wish_park_id=listed["wish"])
    else:
        given, _ = libraries.read(study, folder)
    return library.entries(given, listed, firms)
