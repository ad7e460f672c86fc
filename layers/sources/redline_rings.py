"""From points in file order to rings: closing points, repeated points, ring numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import groupby

from layers.sources.redline_model import Notes, Point, Ring

FAR_CLOSING = 2.0
"""A closing edge longer than this times the longest written edge is a warning: points may be missing."""


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
        fewer than three points and ring numbers that come back after another ring.
    """
    found: list[Ring] = []
    open_numbers: set[int] = set()
    for value, group in groupby(numbered, key=lambda pair: pair[0]):
        points = [point for _, point in group]
        if value in open_numbers:
            notes.problem("redline_ring_returns", line=points[0].line, plot=plot, ring=value)
            continue
        pieces = list(_pieces(_without_repeats(points, plot, notes)))
        if not pieces[-1][1]:
            open_numbers.add(value)
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


def _pieces(points: list[Point]) -> Iterator[tuple[list[Point], bool]]:
    """Cut where the first point comes again; yields points without the closing one."""
    piece: list[Point] = []
    for point in points:
        if len(piece) >= 2 and point.place == piece[0].place:
            yield piece, True
            piece = []
        else:
            piece.append(point)
    if piece:
        yield piece, False


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
