"""What assembling asks for: the demand of one project, the study's limits, and what its codes mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Objective = Literal["loss", "owners", "net_share", "compactness", "quota"]
OBJECTIVES: tuple[Objective, ...] = ("loss", "owners", "net_share", "compactness", "quota")
"""What may come first; the others follow in this order where sets are equal, then the site's id."""
UseGroup = Literal["cultivated", "farm", "construction", "unused", ""]


@dataclass(frozen=True)
class Classes:
    """What codes of present and planned use mean for assembling; a code stands with its scheme.

    Parameters
    ----------
    crossings : mapping of scheme to (code → width in metres)
        Present uses a site may stride over where they are no wider than that (1006 农村道路,
        1107 沟渠). Never usable area.
    barriers : mapping of scheme to codes
        Present uses that are neither assembled nor crossed (公路, 河流 …).
    roads : mapping of scheme to codes
        Present uses whose boundary counts as frontage.
    plan_uses : mapping of scheme to codes
        Planned uses that may be assembled, with all longer codes below them.
    group : callable (scheme, code) → UseGroup
        Statistical group of a present use; "" for a code nobody knows.
    """

    crossings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    barriers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plan_uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: Callable[[str, str], UseGroup] = lambda scheme, code: ""

    def crossing_m(self, scheme: str, code: str) -> float:
        """Return the width up to which a present use may be crossed; 0 where it may not."""
        return float(self.crossings.get(scheme, {}).get(code, 0.0))

    def is_barrier(self, scheme: str, code: str) -> bool:
        """Tell whether a present use is neither assembled nor crossed."""
        return code in self.barriers.get(scheme, ())

    def is_road(self, scheme: str, code: str) -> bool:
        """Tell whether the boundary of a present use counts as frontage."""
        return code in self.roads.get(scheme, ())

    def plan_admits(self, scheme: str, code: str) -> bool | None:
        """Tell whether a planned use may be assembled; None where the scheme or the code is not known."""
        admitted = self.plan_uses.get(scheme)
        if admitted is None or not code:
            return None
        return code.startswith(tuple(admitted))


@dataclass(frozen=True)
class Available:
    """Which land may be assembled.

    Parameters
    ----------
    statuses : frozenset of str
        Status of the candidate: eligible, conditional, unknown.
    supply : frozenset of str
        Supply status. Land of unknown status stays when ``unknown`` is among them, and is marked.
    """

    statuses: frozenset[str] = frozenset({"eligible", "conditional", "unknown"})
    supply: frozenset[str] = frozenset({"unapproved", "approved", "unknown"})


@dataclass(frozen=True)
class Joining:
    """When two pieces of land are neighbours.

    Parameters
    ----------
    tolerance_m : float
        Boundaries no further apart than this are one boundary (unmatched vertices, slivers).
    shared_m : float
        Least length of a shared boundary; a corner touch has none.
    """

    tolerance_m: float = 0.05
    shared_m: float = 10.0


@dataclass(frozen=True)
class Limits:
    """What every site of a search must meet; 0 or None asks for nothing.

    Parameters
    ----------
    min_width_m : float
        Diameter of the largest circle inside the site.
    rect_length_m, rect_width_m : float
        A rectangle that must fit inside at any angle (厂房).
    min_compactness : float
        4πA/P² of the outline, 0 … 1.
    max_owners, max_townships, max_parks : int or None
    tenures : frozenset of str or None
        Ownership codes admitted; None admits all. A blank one is unknown and is marked.
    """

    min_width_m: float = 0.0
    rect_length_m: float = 0.0
    rect_width_m: float = 0.0
    min_compactness: float = 0.0
    max_owners: int | None = None
    max_townships: int | None = None
    max_parks: int | None = None
    tenures: frozenset[str] | None = None


@dataclass(frozen=True)
class CutRule:
    """When a site may be cut (切地) and what the remnant must be to count as usable.

    Parameters
    ----------
    allowed : bool
    min_area_m2, min_width_m : float
        A remnant below either is lost.
    """

    allowed: bool = True
    min_area_m2: float = 0.0
    min_width_m: float = 0.0


@dataclass(frozen=True)
class Demand:
    """The land one project asks for.

    Parameters
    ----------
    demand_id : str
    land_min_m2, land_max_m2 : float
        Usable area. A site above `land_max_m2` is cut down to it where cutting is allowed.
    limits : Limits
    cut : CutRule
    objective : Objective
        What comes first among sites that meet the demand.
    keep : int
        Sites handed back at most.
    parks : frozenset of str or None
        Only sites wholly in these parks; None: anywhere.
    """

    demand_id: str
    land_min_m2: float
    land_max_m2: float
    limits: Limits = Limits()
    cut: CutRule = CutRule()
    objective: Objective = "loss"
    keep: int = 5
    parks: frozenset[str] | None = None


@dataclass(frozen=True)
class Budget:
    """How much work a search may do; steps, not seconds, so that every run gives the same answer.

    Parameters
    ----------
    exact_nodes, exact_sets : int
        Pieces of a connected block, and connected sets looked at in all blocks together, the
        smallest first, up to which the search is exhaustive; beyond it is a bounded one.
    shapes : int
        Shapes measured at most for one demand; beyond that the answer is a bounded one.
    seeds, longest, kept, moves : int
        Of the bounded search: starting pieces, pieces of a grown set, grown sets that are
        bettered, and add/drop/swap steps for each.
    """

    exact_nodes: int = 200
    exact_sets: int = 20_000
    shapes: int = 200
    seeds: int = 30_000
    longest: int = 400
    kept: int = 30
    moves: int = 8
