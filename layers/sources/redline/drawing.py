"""Outlines of one CAD layer: a ring within a ring is a hole of it, and the user is asked whether it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from layers.sources.opened import VectorFile
from layers.sources.redline.model import Notes


def is_drawing(opened: VectorFile) -> bool:
    """Tell a drawing by the columns its entities have."""
    return {"Layer", "EntityHandle", "SubClasses"} <= set(opened.frame.columns)


def nested(chosen: list[int], shapes: list[Any], notes: Notes) -> tuple[list[int], list[Any]]:
    """Take rings within rings out of the outermost one, islands in them as ground again.

    Parameters
    ----------
    chosen : list of int
        Rows of the shapes.
    shapes : list of polygons
        Of one CAD layer.
    notes : Notes
        Is told what was taken out, for the user to confirm: it could be a frame around the red line, or
        ground of its own.

    Returns
    -------
    list of int, list of shapes
        Of the outermost outlines.
    """
    if len(shapes) < 2:
        return chosen, shapes
    held = np.array(shapes, dtype=object)
    around: list[list[int]] = [[] for _ in shapes]
    for k, j in zip(*shapely.STRtree(held).query(held, predicate="covered_by"), strict=True):
        if k != j and held[k].area < held[j].area:
            around[k].append(int(j))
    if not any(around):
        return chosen, shapes
    outer = [k for k, outside in enumerate(around) if not outside]
    out = []
    for k in outer:
        inner = sorted((j for j, outside in enumerate(around) if k in outside), key=lambda j: len(around[j]))
        shape = held[k]
        for j in inner:
            shape = shape.difference(held[j]) if len(around[j]) % 2 else shape.union(held[j])
        out.append(shape)
        if inner:
            taken = sum(held[j].area for j in inner if len(around[j]) == 1)
            notes.confirm("redline_cad_holes", count=len(inner), area_m2=held[k].area, inner_m2=taken,
                          left_m2=shape.area)  # fmt: skip
    return [chosen[k] for k in outer], out
