"""Checks that need to know what a file is for: fields, ids, areas, overlaps, place.

A check never changes anything by itself. Where the user must decide it blocks and names
a proposal; an accepted proposal (``accept`` in study.toml) turns the block into a
stated change.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.units import HA_M2, MU_M2
from geo.measure import blocks
from layers.sources.cells import recognise
from layers.sources.checks.repair import dimension, highest
from layers.sources.finding import Finding, finding

NAMED_IDS = 200
"""Ids named of cells a person has to mend one by one."""
NAMED_TWINS = 5
"""Groups of ids that look alike which are named."""
SUFFIX_IDS, NUMBER_IDS, IGNORE_ROWS = "suffix-duplicate-ids", "number-null-ids", "ignore-rejected-rows"
LEGAL_UNITS = {"mu": MU_M2, "ha": HA_M2, "km2": 1e6, "sqft": 0.3048**2, "acre": 4046.8564224}
MISMATCH_SHARE = 0.10
"""Legal area and geometry area that differ by more are named (domain rules §5.1)."""
OVERLAP_M2 = 0.01
FAR_M, APART_M = 20_000.0, 100_000.0
NO_AREA_M2 = 5e-5
"""Areas are given to 1e-4 m²; anything that rounds to zero there has no area."""

Shapes = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]


def labels(shapes: Shapes, rows: Rows) -> tuple[npt.NDArray[np.bool_], list[Finding]]:
    """Tell points that stand on polygons of the same layer: they name them and are no ground of their own."""
    dims = dimension(shapes)
    points, areas = np.flatnonzero(dims == 0), np.flatnonzero(dims == 2)
    found = np.zeros(len(shapes), bool)
    if len(points) and len(areas):
        at = shapely.STRtree(shapes[areas]).query(shapes[points], predicate="intersects")[0]
        found[points[np.unique(at)]] = True
    count = int(found.sum())
    notes = [finding("fixed", "label_points_aside", count=count, rows=rows[found][:5].tolist())] if count else []
    return found, notes


def of_dimension(shapes: Shapes, rows: Rows, wanted: int | None) -> tuple[npt.NDArray[np.bool_], list[Finding]]:
    """Tell which shapes have the dimension a layer is used with; the others are listed.

    Parameters
    ----------
    wanted : {0, 1, 2} or None
        None takes the dimension most shapes have (the higher one of two equals).
    """
    dims = dimension(shapes)
    if wanted is None:
        counts = [int((dims == d).sum()) for d in (0, 1, 2)]
        wanted = max((0, 1, 2), key=lambda d: (counts[d], d))
    keep = dims == wanted
    code = ("not_a_point", "not_a_line", "not_a_polygon")[wanted]
    return keep, [finding("rejected", code, row=r) for r in rows[~keep]]


def polygonal(shape: Any) -> Any:
    """Return the parts of the highest dimension of one shape."""
    return highest(shape)[0]


def missing_fields(frame: pd.DataFrame, wanted: dict[str, str]) -> list[Finding]:
    """Block on mapped fields that the file does not have; names those it has and near misses."""
    known = [str(c) for c in frame.columns]
    lost = {ours: theirs for ours, theirs in wanted.items() if theirs and theirs not in known}
    if not lost:
        return []
    near = sorted({n for t in lost.values() for n in _near(t, known)}) or ["–"]
    fields = list(lost.values())
    return [finding("block", "field_missing", fields=fields, used_for=list(lost), near=near, known=known[:40])]


def _near(name: str, known: Sequence[str]) -> list[str]:
    same = [k for k in known if k.casefold() == name.casefold() or k.casefold() == name[:10].casefold()]
    return same or difflib.get_close_matches(name, known, n=2, cutoff=0.6)


def settled_ids(values: pd.Series, rows: Rows, accept: Collection[str]) -> tuple[Texts, list[Finding]]:
    """Return unique text ids and what had to be decided.

    Nulls and repeats block until ``number-null-ids`` (the id becomes ``row-<row>``) or
    ``suffix-duplicate-ids`` (the second becomes ``<id>#2``) is accepted.
    """
    text = values.astype("object").where(values.notna(), "").map(id_text)
    ids = text.to_numpy(object, copy=True)
    out: list[Finding] = []
    null = ids == ""
    if null.any():
        out.append(_decided(NUMBER_IDS, accept, "ids_null", rows[null], rows=rows[null][:5].tolist()))
        ids[null] = [f"row-{r}" for r in rows[null]]
    number = text.groupby(text).cumcount().to_numpy() + 1
    repeat = (number > 1) & ~null
    if repeat.any():
        names = sorted(set(ids[repeat]))
        out.append(_decided(SUFFIX_IDS, accept, "ids_repeat", rows[repeat], rows=names[:5], ids=len(names)))
        ids[repeat] = [f"{i}#{n}" for i, n in zip(ids[repeat], number[repeat], strict=True)]
    return _still_unique(ids, rows), [*out, *_alike(text[~null], rows[~null])]


def _alike(ids: pd.Series, rows: Rows) -> list[Finding]:
    """Name ids a reader takes for one: apart in case, width, spaces, signs nobody sees or the form of a letter."""
    seen = ids.drop_duplicates()
    read = seen.map(_as_read)
    twice = read.duplicated(keep=False)
    if not twice.any():
        return []
    twins = list(seen[twice].groupby(read[twice], sort=False).agg(list))
    named = [" / ".join(map(_shown, g)) for g in twins[:NAMED_TWINS]]
    mine = set(twins[0])
    first = next(r for i, r in zip(ids, rows, strict=True) if i in mine)
    return [finding("warn", "ids_alike", row=first, count=len(twins), ids=named)]


def _as_read(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))


def _shown(text: str) -> str:
    """Return an id with what cannot be seen of it written out."""
    plain = text.encode("unicode_escape").decode()
    hidden = unicodedata.normalize("NFC", text) != text or any(unicodedata.category(c) in ("Cf", "Cc") for c in text)
    return plain if hidden else text


def id_text(value: Any) -> str:
    """Return a value as an id: a float that is a whole number loses its ``.0``."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value).strip()


def _still_unique(ids: Texts, rows: Rows) -> Texts:
    """Made-up ids must not meet ids the file has."""
    twice = pd.Series(ids).duplicated().to_numpy()
    if twice.any():
        ids[twice] = [f"{i}@{r}" for i, r in zip(ids[twice], rows[twice], strict=True)]
    return ids


def _decided(proposal: str, accept: Collection[str], code: str, which: Rows, **values: Any) -> Finding:
    accepted = proposal in accept
    code = f"{code}_mended" if accepted else code
    return finding(
        "fixed" if accepted else "block", code, proposal="" if accepted else proposal, count=len(which), **values
    )


def legal_area(
    given: pd.Series, shapes: Shapes, ids: Texts, unit: str, accept: Collection[str]
) -> tuple[npt.NDArray[np.float64], list[Finding]]:
    """Read the legal area in m² and hold it against the shapes.

    Parameters
    ----------
    given : Series
        Field of the file; texts with units are understood; unreadable ones are NaN
        and listed.
    shapes : array of polygons in the study CRS
    unit : str
        Unit the mapping or the header names, "" for m².
    accept : collection of str
        ``legal-unit:mu`` and the like.
    """
    accepted = next((p.split(":")[1] for p in accept if p.startswith("legal-unit:")), "")
    factor = LEGAL_UNITS.get(accepted, 1.0)
    read = [None if pd.isna(v) or v == "" else recognise.area_m2(v, unit) for v in given]
    legal = np.array([np.nan if v is None else v for v in read], np.float64) * factor
    out = []
    unread = np.isnan(legal) & given.notna().to_numpy() & (given.astype(str).str.strip() != "").to_numpy()
    if unread.any():
        out.append(finding("warn", "legal_area_unreadable", count=int(unread.sum()), rows=_all(ids[unread])))
    none = (legal == 0) & (shapely.area(shapes) > NO_AREA_M2)
    if none.any():  # a department's software writes a null as 0
        legal = np.where(none, np.nan, legal)
        out.append(finding("warn", "legal_area_zero", count=int(none.sum()), rows=ids[none][:5].tolist()))
    return legal, out + _against(legal, shapely.area(shapes), ids)


def _all(ids: Texts) -> list[str]:
    """Return ids a person has to go through one by one; of more than `NAMED_IDS` the list says that there are more."""
    return [*ids[:NAMED_IDS].tolist(), *(["…"] if len(ids) > NAMED_IDS else [])]


def _against(legal: npt.NDArray[np.float64], area: npt.NDArray[np.float64], ids: Texts) -> list[Finding]:
    use = (legal > 0) & (area > 0)
    if not use.any():
        return []
    ratio = area[use] / legal[use]
    middle = float(np.median(ratio))
    for name, factor in LEGAL_UNITS.items():
        if abs(middle / factor - 1) < 0.05:
            return [finding("block", "legal_area_unit", proposal=f"legal-unit:{name}", ratio=middle, unit=name)]
    off = np.abs(ratio - 1) > MISMATCH_SHARE
    if not off.any():
        return []
    return [
        finding(
            "warn", "legal_area_differs", count=int(off.sum()), rows=ids[use][off][:5].tolist(), share=MISMATCH_SHARE
        )
    ]


def duplicates(shapes: Shapes, ids: Texts) -> list[Finding]:
    """Name shapes that are there twice, whatever vertex they begin at."""
    again = blocks.first_alike(shapes) < np.arange(len(shapes))
    if not again.any():
        return []
    return [finding("warn", "shapes_repeat", count=int(again.sum()), rows=ids[again][:5].tolist())]


def overlapping(shapes: Shapes, ids: Texts) -> list[Finding]:
    """Name overlapping pairs of polygons and the area counted twice (m² of the study CRS).

    Works on pairs a spatial index finds, so the cost grows with neighbours, not with n².
    """
    one, two, area = blocks.sharing(shapes, OVERLAP_M2)
    if not len(one):
        return []
    worst = np.argsort(-area, kind="stable")[:5]
    named = [f"{ids[one[k]]} × {ids[two[k]]}" for k in worst]
    return [finding("warn", "shapes_overlap", count=len(one), area_m2=float(area.sum()), rows=named)]


def set_apart(apart: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which rows lie beyond an empty stretch of `APART_M`: a larger layer has no such gap, a wrong zone has.

    Parameters
    ----------
    apart : float array
        Distance of each row from the study, metres; some are 0.
    """
    order = np.sort(apart)
    gaps = np.flatnonzero(np.diff(order) > APART_M)
    return apart > order[gaps[0]] if len(gaps) else np.zeros(len(apart), bool)


def far_away(shapes: Shapes, ids: Texts, home: Any) -> list[Finding]:
    """Name shapes far from the study area, and a layer that has nothing there at all.

    Parameters
    ----------
    shapes : array of shapely geometries
        Study CRS.
    home : shapely geometry or None
        None: where the study lies is not said, so shapes far from most others are named.
    """
    if len(shapes) == 0:
        return []
    if home is None:
        return _strays(shapes, ids)
    apart = shapely.distance(shapes, shapely.box(*shapely.bounds(home)))
    if (apart > 0).all():
        return [finding("warn", "outside_study", distance_m=float(apart.min()))]
    return _far(apart > FAR_M, ids, float(apart.max()))


def _strays(shapes: Shapes, ids: Texts) -> list[Finding]:
    """Name shapes that an empty stretch of `FAR_M` separates from most of the others, along x or y."""
    box = shapely.bounds(shapes)
    away = np.zeros(len(shapes))
    for low, high in ((box[:, 0], box[:, 2]), (box[:, 1], box[:, 3])):
        order = np.argsort(low, kind="stable")
        reach = np.maximum.accumulate(high[order])
        gap = np.concatenate([[0.0], low[order][1:] - reach[:-1]])
        group = np.empty(len(shapes), np.int64)
        group[order] = np.cumsum(gap > FAR_M)
        main = group == np.bincount(group).argmax()
        near, far = low[main].min(), high[main].max()
        away = np.maximum(away, np.where(main, 0.0, np.maximum(near - high, low - far)))
    return _far(away > 0, ids, float(away.max()))


def _far(which: npt.NDArray[np.bool_], ids: Texts, distance_m: float) -> list[Finding]:
    if not which.any():
        return []
    named = ids[which][:5].tolist()
    return [finding("warn", "shapes_far_away", count=int(which.sum()), rows=named, distance_m=distance_m)]
