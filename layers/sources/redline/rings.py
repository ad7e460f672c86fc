"""From points in file order to rings: closing points, repeated points, ring numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import groupby

from layers.sources.redline.model import Notes, Point, Ring

FAR_CLOSING = 2.0
"""A closing edge longer than this times the longest written edge is a warning: points may be missing."""


CLOSING_M = 0.5
"""A closing point written again by its number may lie this far from the first point."""


def rings(numbered: Iterable[tuple[int, Point]], plot: str, notes: Notes) -> tuple[Ring, ...]:
    """Build the rings of one plot.

    Parameters
    ----------
    numbered : iterable of (ring number, Point)
        In file order. A ring ends where its number changes, or where its first point
        is written again and further points follow.
    plot : str
        Name for messages.
    notes : Notes
        Takes repeated points (removed), unclosed rings (closed), and as problems rings of
        fewer than three points, closing points that lie elsewhere, and ring numbers that come
        back after another ring.
    """
    found: list[Ring] = []
    open_starts: dict[int, str] = {}
    for value, group in groupby(numbered, key=lambda pair: pair[0]):
        points = [point for _, point in group]
        if value in open_starts and points[0].label != open_starts[value]:
            notes.problem("redline_ring_returns", line=points[0].line, plot=plot, ring=value)
            continue
        pieces = list(_pieces(_without_repeats(points, plot, notes), plot, notes))
        if not pieces[-1][1]:
            open_starts[value] = pieces[-1][0][0].label  # numbers that start again begin a further part
        found += [Ring(tuple(piece), value, closed) for piece, closed in pieces]
    return tuple(ring for ring in found if _usable(ring, plot, notes))


def _without_repeats(points: list[Point], plot: str, notes: Notes) -> list[Point]:
    kept = points[:1]
    for point in points[1:]:
        if point.place == kept[-1].place:
            notes.fixed("redline_point_repeats", point.line, plot=plot, point=point.label, before=kept[-1].line)
        else:
            kept.append(point)
    return kept


def _pieces(points: list[Point], plot: str, notes: Notes) -> Iterator[tuple[list[Point], bool]]:
    """Cut where the first point comes again; yields points without the closing one.

    A point that carries the number of the first one closes the ring also where it lies a little off, and that is
    said; far off it is a wrong line, and a problem.
    """
    piece: list[Point] = []
    for k, point in enumerate(points):
        if len(piece) >= 2 and point.place == piece[0].place:
            yield piece, True
            piece = []
            continue
        again = len(piece) >= 3 and point.label == piece[0].label and _closes(piece, points[k:])
        off = _distance(point, piece[0]) if again else 0.0
        values = {"plot": plot, "point": point.label, "first_line": piece[0].line, "off_m": off} if again else {}
        if again and off <= CLOSING_M:
            notes.fixed("redline_closing_off", point.line, **values)
        elif again:
            notes.problem("redline_closing_far", line=point.line, **values)
        if again:
            yield piece, True
            piece = []
        else:
            piece.append(point)
    if piece:
        yield piece, False


def _closes(piece: list[Point], rest: list[Point]) -> bool:
    """Tell whether a repeated number closes the ring: it is the last line, or the numbers begin again behind it."""
    labels = {p.label for p in piece}
    return len(labels) == len(piece) and (len(rest) == 1 or _distance(rest[0], piece[0]) <= CLOSING_M)


def _usable(ring: Ring, plot: str, notes: Notes) -> bool:
    first, last = ring.points[0], ring.points[-1]
    if len(ring.points) < 3:
        notes.problem(
            "redline_too_few_points", line=first.line, plot=plot, ring=ring.number, count=len(ring.points),
            points=[p.label for p in ring.points],
        )  # fmt: skip
        return False
    if ring.closed:
        return True
    edges = [_distance(a, b) for a, b in zip(ring.points, ring.points[1:], strict=False)]
    closing = _distance(last, first)
    values = {"plot": plot, "ring": ring.number, "first": first.label, "last": last.label, "length_m": closing}
    if closing > FAR_CLOSING * max(edges):
        notes.warn("redline_ring_closed_far", last.line, longest_m=max(edges), **values)
    else:
        notes.fixed("redline_ring_closed", last.line, **values)
    return True


def _distance(a: Point, b: Point) -> float:
    """Distance in metres; degrees are turned roughly, enough to tell a long edge."""
    scale = 111_000.0 if max(abs(a.first), abs(a.second)) <= 180 else 1.0
    return scale * math.hypot(a.first - b.first, a.second - b.second)
