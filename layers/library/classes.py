"""Classes of features that rules speak of, and the words files name them by (`data/codes/layer_classes.toml`)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.library import standards
from layers.text import Language, both

LIST = "layer_classes"
WIDTH = "land_width_m"
"""Whole width in metres of the land of a road or line that is drawn as a line."""


@cache
def fields() -> tuple[str, ...]:
    """Return the fields whose words are known, and the width of things drawn as lines."""
    return (*(g.id for g in standards.codes(LIST).groups), WIDTH)


@cache
def _words() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = {}
    for code in standards.codes(LIST).codes:
        field, _, name = code.code.partition(":")
        for word in (name, code.title.zh, code.title.en, *code.aliases):
            known.setdefault(field, {})[_folded(word)] = name
    return known


def _folded(word: Any) -> str:
    plain = unicodedata.normalize("NFKC", str(word)).casefold()
    return "".join(plain.split()).removesuffix(".0")


def read(field: str, values: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], list[str]]:
    """Return the class of every value, "" where it is empty or its word is not known, and the words not known.

    Parameters
    ----------
    field : str
        One of `fields`, its width left out.
    values : array
        As the file has them.
    """
    known = _words()[field]
    texts = np.array(["" if pd.isna(v) else str(v).strip() for v in values], object)
    classes = np.array([known.get(_folded(t), "") if t else "" for t in texts], object)
    return classes, sorted({str(t) for t, c in zip(texts, classes, strict=True) if t and not c})


def title(field: str, name: str, language: Language) -> str:
    """Return the words of a class; the name itself where the list does not have it."""
    found = standards.codes(LIST).get(f"{field}:{name}")
    return both(found.title, language) if found else name
