"""What a run can offer the next investor, and which of it suits a wish."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.tables import rows
from geo.place import offer
from geo.place.offer import CLEAR, CONFLICT, LAND, UNKNOWN, Wish, WishGround
from geo.place.offer import Held as HeldBack
from geo.project.park_lists import ADMITS, LEADS, REFUSES
from layers.ask import chained, park_lists, standing
from layers.ask.listed import only_own
from layers.library import land_price
from layers.study.registers import indicators, norms
from layers.study.registers.industry import industry_code
from layers.study.run.results import Results

TAKES = {LEADS: CLEAR, ADMITS: CLEAR, REFUSES: CONFLICT}
"""State of an industry in a park: whether that meets a wish; a limit and what is open have to be looked at."""


@dataclass(frozen=True)
class NearFirms:
    """Firms within reach of a park by industry of the chain, most first; firms of which nobody states the industry."""

    firms: tuple[tuple[str, int], ...]
    unnamed: int


@dataclass(frozen=True)
class Offering:
    """The offers, what is held back, and of each park what is left, who is near and what it takes in.

    Parameters
    ----------
    found : DataFrame
        As `geo.place.offer.offers`, with `price_wan`: the least price of the land were it sold for industry, 万元;
        NaN where it is not known.
    power : mapping of park to MVA left
    near : mapping of park to NearFirms
        A park that is not in it: the firms are not known.
    lists : mapping of park to industry to state
        A park that is not in it: no list was drawn up.
    """

    results: Results
    found: pd.DataFrame
    held: tuple[HeldBack, ...]
    power: Mapping[str, float]
    near: Mapping[str, NearFirms] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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
    least = land_price.table(results.folder).least_wan
    prices = [least(float(r["net_m2"])) if r["kind"] == LAND else None for r in rows(found)]
    found = found.assign(price_wan=pd.Series(prices, index=found.index, dtype="float64"))
    return Offering(results, found, held, _power(results), _near(results), _lists(results))


def _power(results: Results) -> dict[str, float]:
    power = results.table("capacity")
    power = power[(power["resource"] == "power") & power["left"].notna()]
    return dict(zip(power["park_id"].astype(str), power["left"].astype(float), strict=True))


def _near(results: Results) -> dict[str, NearFirms]:
    """Return the firms near every park whose firms are known."""
    out = {}
    for park, some in results.table("chain_stations").groupby("park_id", sort=True):
        if some["firms"].isna().any() or some["unnamed"].isna().any():
            continue
        had = some[some["firms"] > 0].sort_values(["firms", "industry"], ascending=[False, True])
        firms = tuple((str(i), int(n)) for i, n in zip(had["industry"], had["firms"], strict=True))
        out[str(park)] = NearFirms(firms, int(some["unnamed"].max()))
    return out


def _lists(results: Results) -> dict[str, dict[str, str]]:
    """Return what each park takes in, with what people decided; nothing where no lists were drawn up."""
    if not results.has("park_industries"):
        return {}
    out: dict[str, dict[str, str]] = {}
    for r in rows(park_lists.lists(results).frame):
        out.setdefault(str(r["park_id"]), {})[str(r["industry"])] = str(r["state"])
    return out


def state_of(found: Offering, park: str, industry: str) -> str:
    """Return the state of an industry in a park: that of the nearest code above it; "" where no list speaks of it."""
    mine = found.lists.get(park, {})
    known = [code for code in mine if industry.startswith(code)]
    return mine[max(known, key=len)] if known else ""


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


def wish(found: Offering, asked: Wish) -> Wish:
    """Return a wish with its industry as a code, once it can be held against the offers.

    Raises
    ------
    CallError
        An amount that is none, a park or an industry nobody knows.
    """
    amounts = {"land": asked.land_m2, "floor": asked.floor_m2, "power": asked.power_kva,
               "investment": asked.investment_wan}  # fmt: skip
    wrong = [name for name, v in amounts.items() if v is not None and not 0.0 < v < math.inf]
    if wrong:
        raise CallError(reason("wish_amount_wrong", names=wrong))
    parks = sorted({*found.found["park_id"].astype(str), *found.lists, *found.near, *found.power} - {""})
    if asked.park_id and asked.park_id not in parks:
        raise CallError(reason("park_list_park_unknown", given=asked.park_id, known=parks))
    code = industry_code(asked.industry) if asked.industry else ""
    if asked.industry and not code:
        raise CallError(reason("park_list_industry_unknown", given=asked.industry))
    return replace(asked, industry=code)


def ground(found: Offering, asked: Wish) -> WishGround:
    """Return what a wish is held against beside the offers."""
    parks = {str(p) for p in found.found["park_id"]} - {""}
    takes = {p: TAKES.get(state_of(found, p, asked.industry), UNKNOWN) for p in parks} if asked.industry else {}
    least, binding = None, True
    if asked.investment_wan is not None:
        study = found.results.study
        figure = norms.least(study, indicators.own(study, found.results.folder), asked.industry)
        if figure is not None:
            least = (figure.low if figure.low is not None else 0.0,
                     figure.high if figure.high is not None else math.inf)  # fmt: skip
            binding = not figure.unverified
    return WishGround(found.power, takes, least, binding)


def answered(found: Offering, asked: Wish) -> pd.DataFrame:
    """Return what suits a wish, best first (`geo.place.offer.answer`)."""
    return offer.answer(found.found, ground(found, asked), asked)
