"""A layer with newer data, in words: rows and area before and now, columns that came and went."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers.study.replacing import Content, Replaced
from layers.study.run.released import open_results
from layers.text import Language, land_unit, number, say


def lines(made: Replaced, folder: Path, language: Language) -> Iterator[str]:
    """Return what changed, line by line, and how to see what it does to the verdicts."""
    yield say("replaced.head", language, id=made.id)
    before, after = made.before, made.after
    if before and after:
        yield say("replaced.rows", language, before=before.rows, after=after.rows, change=after.rows - before.rows)
        if not (math.isnan(before.area_m2) or math.isnan(after.area_m2)):
            unit = land_unit(language).word
            yield say("replaced.area", language, before=number(before.area_m2, unit, language),
                      after=number(after.area_m2, unit, language),
                      change=number(after.area_m2 - before.area_m2, unit, language))  # fmt: skip
        for key, columns in (("came", after.columns - before.columns), ("went", before.columns - after.columns)):
            if columns:
                yield say(f"replaced.{key}", language, columns=sorted(columns))
    results = open_results(folder)
    if results is not None:
        yield say("replaced.next", language, path=folder, run=results.run_id)


def plain(made: Replaced) -> dict[str, Any]:
    """Return what changed as plain values; an area is null where there is none."""
    return {"id": made.id, "findings": len(made.findings), "before": _plain(made.before), "after": _plain(made.after)}


def _plain(held: Content | None) -> dict[str, Any] | None:
    if held is None:
        return None
    area = None if math.isnan(held.area_m2) else held.area_m2
    return {"rows": held.rows, "area_m2": area, "columns": sorted(held.columns)}
