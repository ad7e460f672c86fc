"""What a layer's silence proves (覆盖完整性): coverage is declared by people and earned by the data.

A layer that lies elsewhere, is empty or lost rows proves nothing by absence, whatever its
declaration says, until the study accepts just that by name. The same findings are told by
`check`, `add` and `run`, and stand in the table `problems` that the pages read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers.sources.checks import crs, preflight
from layers.sources.checks.preflight import IGNORE_ROWS
from layers.sources.finding import ELSEWHERE, EMPTY, FAR, HOLES, LINKS, PAGES, UNREAD, Finding, finding

IGNORED_SHARE, IGNORED_MOST = 0.05, 0.5
"""Rejected rows a plain consent covers (at least one), and any consent: beyond it the file is to be mended."""
DOUBTS = {
    "layer_empty": EMPTY, "table_empty": EMPTY, "layer_nothing_left": EMPTY, "layer_elsewhere": ELSEWHERE,
    "rows_far_away": FAR, "kml_link_ignored": LINKS, "kml_picture_ignored": UNREAD, "dxf_unread": UNREAD,
    "dxf_hole_outline": HOLES, "geometry_parts_lost": UNREAD, "shapes_beside": UNREAD,
    "rows_held_back": PAGES, "rows_rejected": IGNORE_ROWS, "rows_rejected_most": "", "part_failed": "",
}  # fmt: skip
"""Findings that take coverage away, gravest last, and the consent that gives it back ("": none does)."""


@dataclass(frozen=True)
class Seen:
    """What is known of a layer's file once it is placed.

    Parameters
    ----------
    shapes : array of shapely geometries
        Usable ones, study CRS.
    names : array of str
        Identity of each.
    total, rejected : int
        Rows of the file, and those that could not be used.
    found : sequence of Finding
        What reading it found.
    extent, settled
        Bounds of the shapes as the file has them, and how they were read: to tell what else they could be.
    """

    shapes: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    total: int
    rejected: int
    found: Sequence[Finding]
    extent: crs.Bounds | None = None
    settled: crs.Settled | None = None


def examined(seen: Seen, accept: Collection[str], home: Any, study_crs: str) -> tuple[list[Finding], str]:
    """Return all findings about a layer, and the code of what takes its coverage away ("": nothing does).

    Parameters
    ----------
    seen : Seen
    accept : collection of str
        Consents of the study to this layer.
    home : shapely geometry or None
        Ground of the study; None while nobody has said where it lies.
    """
    told = {str(f.reason.values.get("doubt", f.code)) for f in seen.found}
    found = [*seen.found, *_rejected(seen)]
    if len(seen.shapes) == 0 and not told & {"layer_empty", "table_empty"}:
        found.append(finding("warn", "layer_nothing_left", rejected=seen.rejected, proposal=EMPTY))
    found += [*_outlines(seen), *away(seen, home, study_crs)]
    out = [_answered(f, seen, accept) for f in found]
    open_ = {f.code for f in out} & set(DOUBTS)
    return out, next((code for code in reversed(DOUBTS) if code in open_), "")


def _outlines(seen: Seen) -> list[Finding]:
    """Name a layer of closed lines: what they enclose is no area to any rule."""
    lines = shapely.get_parts(seen.shapes) if len(seen.shapes) else np.empty(0, object)
    if not len(lines) or not shapely.is_ring(lines).all():
        return []
    return [finding("warn", "layer_of_outlines", count=len(seen.shapes))]


def of_table(found: Sequence[Finding], accept: Collection[str]) -> list[Finding]:
    """Return findings about a table without places, what the study accepted as a note."""
    none = np.empty(0, object)
    return [_answered(f, Seen(none, none, 0, 0, ()), accept) for f in found]


def _rejected(seen: Seen) -> list[Finding]:
    if seen.rejected == 0:
        return []
    total = max(seen.total, seen.rejected)
    if seen.rejected > IGNORED_MOST * total:
        return [finding("warn", "rows_rejected_most", count=seen.rejected, total=total)]
    return [finding("warn", "rows_rejected", count=seen.rejected, proposal=f"{IGNORE_ROWS}:{seen.rejected}")]


def away(seen: Seen, home: Any, study_crs: str) -> list[Finding]:
    """Name a layer that has nothing in the study, with what would bring it there, and rows lost far off."""
    if home is None or len(seen.shapes) == 0:
        return []
    apart = shapely.distance(seen.shapes, shapely.box(*shapely.bounds(home)))
    if (apart > 0).all():
        return [*_fits(seen, home, study_crs),
                finding("warn", "layer_elsewhere", distance_m=float(apart.min()), proposal=ELSEWHERE)]  # fmt: skip
    lost = preflight.set_apart(apart)
    if not lost.any():
        return []
    values = {"count": int(lost.sum()), "rows": seen.names[lost][:5].tolist(), "distance_m": float(apart.max())}
    return [finding("warn", "rows_far_away", proposal=FAR, **values)]


def strays(seen: Seen, names: npt.NDArray[np.object_], home: Any, study_crs: str) -> list[Finding]:
    """Name shapes far from the study; where all lie outside, with what would bring them there."""
    found = preflight.far_away(seen.shapes, names, home)
    outside = home is not None and any(f.code == "outside_study" for f in found)
    return [*(_fits(seen, home, study_crs) if outside else []), *found]


def _fits(seen: Seen, home: Any, study_crs: str) -> list[Finding]:
    if seen.extent is None or seen.settled is None:
        return []
    west, south, east, north = (float(v) for v in shapely.bounds(home))
    ways = crs.elsewhere(seen.extent, seen.settled, study_crs, (west, south, east, north))
    return [finding("warn", "layer_elsewhere_fits", proposal=ways[0], candidates=ways)] if ways else []


def _answered(told: Finding, seen: Seen, accept: Collection[str]) -> Finding:
    """Turn a doubt the study has accepted into a note that says so."""
    consent = DOUBTS.get(told.code, "")
    if not consent or not _accepted(consent, seen, accept):
        return told
    return replace(finding("fixed", "coverage_accepted", consent=consent, doubt=told.code), row=told.row)


def _accepted(consent: str, seen: Seen, accept: Collection[str]) -> bool:
    if consent != IGNORE_ROWS:
        return consent in accept
    if consent in accept and seen.rejected <= max(1.0, IGNORED_SHARE * seen.total):
        return True
    numbers = [p.split(":", 1)[1] for p in accept if p.startswith(f"{IGNORE_ROWS}:")]
    return any(n.isdecimal() and seen.rejected <= int(n) for n in numbers)
