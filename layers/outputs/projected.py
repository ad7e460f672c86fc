"""A table as it may leave, in the shape every writer takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from layers.text import Language, say


@dataclass(frozen=True)
class Legend:
    """How a map shows rows apart: a column of the frame and a colour for each of its words.

    Parameters
    ----------
    column : str
        "" where all rows look alike.
    colours : mapping of str to str
        Word in that column → colour (``"#12806A"``), in the order of a legend.
    """

    column: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Projection:
    """A table as it may leave: machine names, headers, values in the reader's words.

    Parameters
    ----------
    frame : DataFrame
        Columns by machine name; codes are words, areas numbers.
    headers : mapping
        Machine name → header in the reader's language, with its unit.
    notes : tuple of str
        What every list must say: synthetic data, rules not examined, layers missing.
    language : {"en", "zh"}
        Of the words, and of what a format adds of its own: names of sheets, of layers of a drawing, of the notes.
    look : Legend
        How a map shows its rows.
    asked : mapping of str to str
        How a format is wanted, where it can be written in several ways: ``encoding``, ``txt``.
    """

    frame: pd.DataFrame
    headers: dict[str, str]
    notes: tuple[str, ...]
    language: Language
    look: Legend = Legend()
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def notes_head(self) -> str:
        """What the notes are called: a sheet, a column, a layer of a drawing."""
        return say("workbook.notes", self.language)
