"""What a run can offer the next investor, and which of it suits a wish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from geo.place import offer
from geo.place.offer import Held as HeldBack
from geo.place.offer import Wish
from layers.ask import chained, standing
from layers.ask.listed import only_own
from layers.study.run.results import Results


@dataclass(frozen=True)
class Offering:
    """The offers, what is held back, and the power left by park (MVA)."""

    results: Results
    found: pd.DataFrame
    held: tuple[HeldBack, ...]
    power: Mapping[str, float]


def offering(results: Results) -> Offering:
    """Return what can be offered.

    Raises
    ------
    BlockedError
        The project list is use-only.
    """
    only_own(results)
    sites = pd.DataFrame(results.table("sites").drop(columns="geometry"))
    halls = pd.DataFrame(results.table("building_sites").drop(columns="geometry"))
    placed = {str(m["site_id"]): p for p, m in standing.standing(results).items()}
    gaps = chained.chained(results).found.fillers if not results.table("links").empty else ()
    members, (_, paths) = standing.members(results), standing.paths(results)
    found, held = offer.offers(sites, members, halls, placed, paths, gaps)
    power = results.table("capacity")
    power = power[(power["resource"] == "power") & power["left"].notna()]
    left = dict(zip(power["park_id"].astype(str), power["left"].astype(float), strict=True))
    return Offering(results, found, held, left)


def only(found: Offering, offer_id: str) -> Offering:
    """Return one of the offers alone; "" leaves all.

    Raises
    ------
    BlockedError
        No such offer; those there are are named.
    """
    if not offer_id:
        return found
    ids = found.found["offer_id"].astype(str)
    if offer_id not in set(ids):
        raise BlockedError(reason("offer_unknown", offer=offer_id, known=ids.tolist()[:20]))
    return replace(found, found=found.found[ids == offer_id].reset_index(drop=True))


def answered(found: Offering, wish: Wish) -> pd.DataFrame:
    """Return what suits a wish, best first (`geo.place.offer.answer`)."""
    return offer.answer(found.found, found.power, wish)
