"""What the Drive page shows of offers, and of what suits the wish of an investor."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from geo.basis.errors import LuodiError
from geo.place.offer import Wish
from layers.ask import offering
from layers.ask.offering import Offering
from layers.outputs import offer_list
from layers.outputs.target import bytes_of
from layers.study.run.results import Results
from layers.text import Language, land_unit
from layers.words import offers as words
from layers.words.pipeline import park_names


def placed(results: Results) -> bool:
    """Tell whether the run has placed projects: what is offered is what that leaves."""
    return results.has("matches")


def offers_of(results: Results) -> Offering:
    """Return what can be offered to the next investor; raises as `layers.ask.offering.offering`."""
    return offering.offering(results)


def offers_table(found: Offering, language: Language) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Return what is said over the offers, and their list as shown: without columns nothing is known of."""
    frame = words.listed(found, language)
    shown = frame[[c for c in frame if (frame[c] != "").any()]]
    return words.notes(found, language), shown.rename(columns=words.heads(shown, language))


def parks(found: Offering) -> dict[str, str]:
    """Return the parks a wish can name: id and name."""
    named = park_names(found.results)
    known = sorted({*found.found["park_id"].astype(str), *found.lists, *found.power} - {""})
    return {p: named.get(p, p) for p in known}


def wish(
    found: Offering, words_: tuple[str, str], amounts: tuple[float | None, ...], by: date | None, language: Language
) -> Wish:
    """Return the wish a form states; raises as `layers.ask.offering.wish`.

    Parameters
    ----------
    found : Offering
    words_ : (industry, park)
        The industry as it was typed, the id of a park; "" asks nothing.
    amounts : (land, floor, investment, power)
        Land in the unit of the reader, floor in m², 万元, kVA; None asks nothing.
    by : date or None
    language : Language
    """
    land, floor, investment, power = amounts
    land_m2 = None if land is None else land * land_unit(language).m2
    return offering.wish(found, Wish(land_m2, floor, words_[1], power, by, words_[0].strip(), investment))


def wish_text(asked: Wish) -> str:
    """Return a wish as the address keeps it: what it asks, and nothing else."""
    told = {k: v for k, v in vars(asked).items() if v not in (None, "")}
    return urlencode({k: v.isoformat() if isinstance(v, date) else v for k, v in told.items()})


def wish_of(found: Offering, text: str) -> Wish | None:
    """Return the wish an address keeps; None for none, or one that no longer can be held against the offers."""
    told = dict(parse_qsl(text))
    try:
        amounts = {k: float(told[k]) for k in ("land_m2", "floor_m2", "power_kva", "investment_wan") if k in told}
        by = date.fromisoformat(told["by"]) if "by" in told else None
        asked = Wish(**amounts, by=by, park_id=told.get("park_id", ""), industry=told.get("industry", ""))
        return offering.wish(found, asked) if asked != Wish() else None
    except (ValueError, LuodiError):
        return None


def wished(found: Offering, asked: Wish, language: Language) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the headings and the offers of land and buildings that suit a wish, best first, with the reasons."""
    frame = words.wished(found, asked, language)[["outcome", "offer_id", "kind", "subject", "park", "area", "tests"]]
    return tuple(words.heads(frame, language).values()), list(frame.itertuples(index=False, name=None))


def offers_file(results: Results, ending: str, language: Language) -> bytes:
    """Return the offers as a workbook, or for Word with a page an offer."""
    return bytes_of(f"list.{ending}", lambda path: offer_list.write(offering.offering(results), path, language))
