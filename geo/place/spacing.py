"""Distances between projects (项目间距) while placing: which sites a project on a site keeps all others off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from scipy import sparse

from geo.basis.reason import Reason, reason
from geo.place.problem import Ints
from geo.project.apart import Limits, Near, too_near


@dataclass(frozen=True)
class Spacing:
    """What keeps projects apart.

    Parameters
    ----------
    asked : mapping of project to (float, float)
        The distance each project asks for, metres, from … to.
    grounds : mapping of site to shapely geometry
        In metres. The distance to a site without one is not known, so nobody is promised a place beside it.
    """

    asked: Limits = field(default_factory=dict)
    grounds: Mapping[str, Any] = field(default_factory=dict)

    def doubt(self, project: str) -> Reason | None:
        """Return what is not known of a project's own distance: one without an upper end keeps off everybody."""
        if not np.isinf(self.asked.get(project, (0.0, 0.0))[1]):
            return None
        return reason("fit_distance_open", low=self.asked[project][0])

    def between(self, here: tuple[str, str], there: tuple[str, str]) -> Near | None:
        """Return how two projects on two sites are too near to each other, the gravest way; None when they are not."""
        grounds = {project: self.grounds.get(site) for project, site in (here, there)}
        found = too_near(grounds, self.asked)
        return min(found, key=lambda n: (not n.sure, n.distance_m - n.limit_m), default=None)


NO_SPACING = Spacing()


def kept_off(spacing: Spacing, options: Sequence[tuple[str, str]], block: Ints, blocks: int) -> sparse.csr_array | None:
    """Return the sites that stay shut to others for every option; None when no project asks for a distance.

    Parameters
    ----------
    spacing : Spacing
    options : sequence of (project, site)
    block : int64 array, one per option
        Number of the block its site belongs to.
    blocks : int
        How many blocks there are.
    """
    if not any(project in spacing.asked for project, _ in options):
        return None
    at = {site: int(b) for (_, site), b in zip(options, block.tolist(), strict=True)}
    field_ = _Field(spacing.grounds, at)
    pairs: list[tuple[int, int]] = []
    for k, (project, site) in enumerate(options):
        if project in spacing.asked:
            pairs += [(k, b) for b in field_.within(site, spacing.asked[project][1])]
    rows, columns = (np.array(c, np.int64) for c in (zip(*pairs, strict=True) if pairs else ((), ())))
    return sparse.csr_array((np.ones(len(rows), np.int64), (rows, columns)), (len(options), blocks))


class _Field:
    """The sites on the ground, searched by distance; every question is answered once."""

    def __init__(self, grounds: Mapping[str, Any], at: Mapping[str, int]):
        self.at, self.grounds = at, grounds
        self.names = [s for s in sorted(at) if grounds.get(s) is not None]
        self.lost = {at[s] for s in at if grounds.get(s) is None}
        self.shapes = np.array([grounds[s] for s in self.names], object)
        self.tree = shapely.STRtree(self.shapes)
        self.known: dict[tuple[str, float], list[int]] = {}

    def within(self, site: str, metres: float) -> list[int]:
        """Return the blocks nearer to a site than a distance, its own among them."""
        if (site, metres) not in self.known:
            self.known[site, metres] = sorted(self._within(site, metres))
        return self.known[site, metres]

    def _within(self, site: str, metres: float) -> set[int]:
        ground = self.grounds.get(site)
        if ground is None:
            return set(self.at.values())
        near = self.tree.query(ground, predicate="dwithin", distance=metres)
        near = near[shapely.distance(self.shapes[near], ground) < metres]
        return {self.at[self.names[k]] for k in near.tolist()} | self.lost | {self.at[site]}
