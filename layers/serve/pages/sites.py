"""What the Sites page looks at: the sites of the run, or those found for a demand, ready to be ranked and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.ask.ranked import Bench, Ranked
from layers.serve.held import Held
from layers.serve.pages.parks import park_names
from layers.serve.pages.site_board import SiteBoard
from layers.study.run import store
from layers.study.run.results import Results
from layers.text import Language, code, has, joined, land_unit, number, say
from layers.words import criteria as words
from layers.words.measures import measure_text

MOST_COMPARED = 4
FACTS = (
    "park_id", "township", "outcome", "status", "net_m2", "net_hi_m2", "gross_m2", "parcels", "owners", "min_width_m",
    "rect_length_m", "rect_width_m", "compactness_share", "frontage_m", "access_m", "slope_p90_pct", "supply_status",
    "approved_m2", "quota_m2", "balance_m2", "cultivated_m2", "farm_m2", "construction_m2", "unused_m2", "plan_use",
    "far_min", "far_max", "buildings", "crossings", "crossed_m2",
)  # fmt: skip
"""Facts told side by side, in this order."""
_CODES = {"outcome": "availability", "status": "status", "supply_status": "supply"}


@dataclass(frozen=True)
class SiteView:
    """Sites to look at.

    Parameters
    ----------
    results : Results
        Of the run.
    bench : Bench
    board : SiteBoard
    offers : DataFrame or None
        For a demand: what it takes of each site, best first.
    """

    results: Results
    bench: Bench
    board: SiteBoard
    offers: pd.DataFrame | None = None

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """Columns of the table `sites`."""
        return gpd.GeoDataFrame(self.bench.sites)

    def site(self, site_id: str) -> pd.Series:
        """Return the row of one site."""
        return pd.Series(self.sites.set_index("site_id").loc[site_id])


_shown: Held[SiteView] = Held(6)


def of_run(results: Results) -> SiteView:
    """Return the sites of a run."""
    name = results.name("sites")
    return _shown.get(name, lambda: _made(results, gpd.GeoDataFrame(results.table("sites")), name, None))


def of_demand(results: Results, found: Mapping[str, Any]) -> SiteView:
    """Return the sites the command `assemble` handed over for a demand."""
    name = f"{results.name()} {store.digest(found['offers'])}"
    return _shown.get(name, lambda: _of_demand(results, found, name))


def _of_demand(results: Results, found: Mapping[str, Any], name: str) -> SiteView:
    rows = pd.DataFrame(found["sites"])
    plain = rows.drop(columns="shape")
    numbers = [c for c in plain if not isinstance(plain[c].dropna().iloc[0] if plain[c].notna().any() else 0.0, str)]
    plain = plain.assign(**{str(c): plain[c].astype(float) for c in numbers})
    shapes = shapely.from_wkt(rows["shape"].to_numpy(object))
    sites = gpd.GeoDataFrame(plain, geometry=shapes, crs=results.study.crs)
    return _made(results, sites, name, pd.DataFrame(found["offers"]))


def _made(results: Results, sites: gpd.GeoDataFrame, name: str, offers: pd.DataFrame | None) -> SiteView:
    return SiteView(results, Bench(results, sites), SiteBoard(sites, name), offers)


def card(shown: SiteView, made: Ranked, k: int, language: Language) -> tuple[str, list[str]] | None:
    """Return what stands on the card of site k of the board, None where there is none."""
    if not 0 <= k < len(shown.board.ids):
        return None
    site = str(shown.board.ids[k])
    found = made.ranking[made.ranking["site_id"] == site]
    score = number(float(found["score"].iloc[0]), "x", language) if len(found) else say("word.not_known", language)
    names, park = park_names(shown.results), str(shown.site(site)["park_id"] or "")
    lines = [say("uimap.site_card", language, score=score, area=area_text(shown, site, language)),
             " ".join(p for p in (park, names.get(park, "")) if p)]  # fmt: skip
    return site, [line for line in lines if line]


def parks(results: Results) -> list[str]:
    """Return the parks with land that may be assembled."""
    return sorted({str(p) for p in results.table("shape_ground")["park_id"] if p})


def listing(shown: SiteView, made: Ranked, language: Language) -> pd.DataFrame:
    """Return the ranked sites as the page lists them; row k is row k of the ranking."""
    unit, size_m2 = land_unit(language).word, land_unit(language).m2
    rows, names = made.ranking, park_names(shown.results)
    sites = shown.sites.set_index("site_id").loc[rows["site_id"]]
    frame = {
        "rank": rows["rank"].astype("Int64"),
        "site_id": rows["site_id"],
        "score": rows["score"],
        "score_high": rows["score_high"],
        "rank_low": rows["rank_low"].astype("Int64"),
        "rank_high": rows["rank_high"].astype("Int64"),
        "top_share": rows["top_share"] * 100.0,
        f"net_{unit}": sites["net_m2"].to_numpy(float) / size_m2,
        "park_id": [names.get(str(p)) or p for p in sites["park_id"]],
        "township": [_joined(t, language) for t in sites["township"]],
        "parcels": sites["parcels"].to_numpy(int),
        "owners": sites["owners"].to_numpy(int),
        "why": [words.why(r, made.criteria.criteria, language) for r in rows["reason"]],
    }
    if shown.offers is not None:
        offers = shown.offers.drop_duplicates("site_id").set_index("site_id").reindex(rows["site_id"])
        frame |= {f"land_{unit}": offers["land_m2"].to_numpy(float) / size_m2,
                  f"remnant_{unit}": offers["remnant_m2"].to_numpy(float) / size_m2}  # fmt: skip
    made_frame = pd.DataFrame(frame)
    return made_frame.rename(columns={c: say(f"uisites.col_{c}", language) for c in made_frame})


def facts(shown: SiteView, sites: Sequence[str], language: Language) -> pd.DataFrame:
    """Return the facts of some sites side by side: a fact a row, a site a column, in words."""
    rows = {s: shown.site(s) for s in sites}
    known = [name for name in FACTS if name in shown.sites]
    told = {s: [_fact(row, name, language) for name in known] for s, row in rows.items()}
    titles = [say(f"column.{n}", language) if has(f"column.{n}") else n for n in known]
    return pd.DataFrame(told, index=[t.replace(" (m²)", "").replace("（m²）", "") for t in titles])


def _fact(row: pd.Series, name: str, language: Language) -> str:
    value = row[name]
    if value is None or value == "" or (isinstance(value, float) and np.isnan(value)):
        return say("word.not_known", language) if name not in ("park_id", "township", "plan_use") else "–"
    if name in _CODES:
        return code(_CODES[name], str(value), language)
    tail = name.rsplit("_", 1)[-1]
    if tail in ("m2", "m", "pct", "share"):
        return measure_text(float(value), tail, language)
    return f"{float(value):g}" if isinstance(value, int | float | np.number) else _joined(str(value), language)


def _joined(text: str, language: Language) -> str:
    """Write a list of names as people do."""
    return joined(str(text).split("|"), language)


def area_text(shown: SiteView, site_id: str, language: Language) -> str:
    """Return the usable area of a site in the reader's unit."""
    return number(float(shown.site(site_id)["net_m2"]), land_unit(language).word, language)
