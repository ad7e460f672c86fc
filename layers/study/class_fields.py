"""Fields that hold the class of a feature (保护等级、行政等级 …): words of the file into the classes rules speak of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.library import classes
from layers.sources.finding import Finding, finding

TOLD = 10
"""So many unknown words of a field are named."""


def classified(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Return the fields of a layer with classes for words; a word that names none leaves the class open and is told."""
    out, found = dict(attributes), []
    for field in sorted(set(out) & set(classes.fields()) - {classes.WIDTH}):
        out[field], unknown = classes.read(field, out[field])
        if unknown:
            count = int((out[field] == "").sum())
            found.append(finding("warn", "class_words_unknown", field=field, words=unknown[:TOLD], count=count))
    return out, found
