"""Which features of a layer a rule speaks of, and how far each of them reaches.

Two answers for every feature: what is sure and what may be. A feature whose class is not known may have
any class; how far it reaches is then a range, and one that only may count reaches nowhere for sure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import Layer
from geo.basis.part import Edge, Part, Where, Width

CLASS = "class"
"""Name under which the field a layer is broken down by is read, where no attribute bears it."""
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Chosen:
    """What a part of a layer takes of its features.

    Parameters
    ----------
    sure, may : bool arrays
        Features of the part, and those that are or may be of it.
    lo, hi : float arrays
        Metres by which a feature reaches beyond its shape: at least and at most.
    by_class : bool
        True when an unknown class leaves some of it open.
    """

    sure: Bools
    may: Bools
    lo: Floats
    hi: Floats
    by_class: bool


def chosen(layer: Layer, part: Part) -> Chosen:
    """Return which features are of a part of a layer, and how far they reach.

    Parameters
    ----------
    layer : Layer
        A class that is not known is "", NaN or None; a field the layer does not have is not known throughout.
    part : Part
    """
    texts = {field: _texts(layer, field) for field in part.fields}
    sure, may = _fits(layer, part.where, texts)
    lo, hi = np.zeros(len(may)), np.zeros(len(may))
    if part.widths:
        lo, hi = _reach(layer, part.widths, texts)
        sure, may = sure & (lo > 0), may & (hi > 0)
        near, far = _edges(layer, part.edge)
        lo, hi = lo + near, hi + far
    by_class = bool((may & ~(sure & (lo == hi)) & ~layer.maybe).any())
    return Chosen(sure & ~layer.maybe, may, lo, hi, by_class)


def _fits(layer: Layer, where: Where, texts: Mapping[str, Texts]) -> tuple[Bools, Bools]:
    """Return which features surely fit, and which may."""
    sure, may = np.ones(len(layer.shapes), bool), np.ones(len(layer.shapes), bool)
    for field, values in where:
        fits, open_ = np.isin(texts[field], np.array(values, str)), texts[field] == ""
        sure &= fits
        may &= fits | open_
    return sure, may


def _texts(layer: Layer, field: str) -> Texts:
    raw = layer.attributes.get(field)
    if raw is None and field == CLASS:
        raw = layer.classes
    if raw is None:
        return np.full(len(layer.shapes), "", str)
    return np.asarray(["" if pd.isna(v) else str(v) for v in raw], str)


def _reach(layer: Layer, widths: tuple[Width, ...], texts: Mapping[str, Texts]) -> tuple[Floats, Floats]:
    """Return least and greatest width of every feature, 0 where no width fits.

    The first width that surely fits a feature is its own; those before it that only may fit stay possible.
    """
    count = len(layer.shapes)
    settled, possible = np.zeros(count, bool), np.zeros(count, bool)
    lo, hi = np.full(count, np.inf), np.zeros(count)
    for width in widths:
        sure, may = _fits(layer, width.where, texts)
        here = may & ~settled
        lo[here], hi[here] = np.minimum(lo[here], width.m), np.maximum(hi[here], width.m_hi)
        possible |= here
        settled |= sure
    return np.where(possible, lo, 0.0), hi


def _edges(layer: Layer, edge: Edge) -> tuple[Floats, Floats]:
    """Return how far the edge of a feature lies off its shape, at least and at most; polygons end at it."""
    count = len(layer.shapes)
    flat = shapely.get_dimensions(layer.shapes) == 2
    whole = pd.to_numeric(pd.Series(layer.attributes.get(edge.field, np.full(count, np.nan))), errors="coerce")
    half = whole.to_numpy(np.float64) / 2
    known = np.isfinite(half) & (half >= 0)
    near, far = np.where(known, half, edge.m), np.where(known, half, edge.m_hi)
    return np.where(flat, 0.0, near), np.where(flat, 0.0, far)
