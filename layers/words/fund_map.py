"""The map of funds in words: who needs how much, who could give it, and what nobody stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.project.fundmap import FUND_STATES, LIVE, NEED_STATES, USABLE, Fund, FundNeed
from layers.ask import listed
from layers.ask.funding import Funding
from layers.text import Language, code, joined, number, say
from layers.words.industry import industry_text

NEEDS = ("project_id", "name", "industry", "need", "state", "linked", "fits", "left", "enough", "gone")
FUNDS = ("fund_id", "name", "industries", "amount", "left", "expires_on", "state", "projects")


def money(value: float, language: Language) -> str:
    """Return an amount of 万元, or that it is not known."""
    return number(value, "wan", language)


def fund_name(fund: Fund) -> str:
    """Return number and name of a fund."""
    return fund.fund_id if not fund.name or fund.name == fund.fund_id else f"{fund.fund_id} {fund.name}"


def need_text(need: FundNeed, language: Language) -> str:
    """Return what a project needs: the figure, the most it can be, or that nobody knows."""
    if need.need_wan == need.need_wan:
        return money(need.need_wan, language)
    if need.most_wan == need.most_wan:
        return say("fundmap.at_most", language, amount=money(need.most_wan, language))
    return say("word.not_known", language)


def _left(need: FundNeed, language: Language) -> str:
    """Return what those that could give have left: at least what is stated where some do not state it."""
    if not need.linked and not need.fits:
        return ""
    told = money(need.left_wan, language)
    known = need.left_wan == need.left_wan
    return say("fundmap.at_least", language, amount=told) if need.untold and known else told


def needs(found: Funding, language: Language) -> pd.DataFrame:
    """Return who needs money, those nobody backs first; machine names."""
    names, funds = listed.names(found.results), {f.fund_id: fund_name(f) for f in found.found.funds}

    def told(ids: Sequence[str]) -> str:
        return joined([funds[i] for i in ids], language)

    return pd.DataFrame(
        [
            {"project_id": n.project_id, "name": names[n.project_id], "industry": industry_text(n.industry, language),
             "need": need_text(n, language), "state": code("fundneed", n.state, language), "linked": told(n.linked),
             "fits": told(n.fits), "left": _left(n, language),
             "enough": code("fundenough", n.enough, language) if n.linked or n.fits else "", "gone": told(n.gone)}
            for n in found.found.needs
        ],
        columns=list(NEEDS),
    )  # fmt: skip


def funds(found: Funding, language: Language) -> pd.DataFrame:
    """Return the funds with what is left of each and the projects it is linked with; machine names."""
    names = listed.names(found.results)
    of: dict[str, list[str]] = {}
    for n in found.found.needs:
        for one in (*n.linked, *n.gone):
            of.setdefault(one, []).append(names[n.project_id])
    return pd.DataFrame(
        [
            {"fund_id": f.fund_id, "name": f.name,
             "industries": joined([industry_text(i, language) for i in f.industries], language),
             "amount": money(f.amount_wan, language), "left": money(f.left_wan, language),
             "expires_on": f.expires_on.isoformat() if f.expires_on else say("word.not_known", language),
             "state": code("fundstate", f.state, language), "projects": joined(of.get(f.fund_id, []), language)}
            for f in found.found.funds
        ],
        columns=list(FUNDS),
    )  # fmt: skip


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of both tables."""
    return {str(c): say(f"fundlist.{c}", language) for c in frame}


def head(found: Funding, language: Language) -> str:
    """Say how many funds can still give, and how many projects need money."""
    made = found.found
    counts = [say("fundmap.count", language, word=code("fundneed", s, language),
                  count=sum(n.state == s for n in made.needs)) for s in NEED_STATES]  # fmt: skip
    return say("fundmap.head", language, funds=len(made.funds), usable=sum(f.state in USABLE for f in made.funds),
               projects=len(made.needs), counts=joined(counts, language))  # fmt: skip


def notes(found: Funding, language: Language) -> tuple[str, ...]:
    """Return what stands under the map: sums of what is stated, what is not, and how it is counted."""
    made = found.found
    if not made.brought:
        return (say("fundmap.not_brought", language), head(found, language))
    known = [n.need_wan for n in made.needs if n.need_wan == n.need_wan]
    left = [f.left_wan for f in made.funds if f.state == LIVE]
    sums = say("fundmap.sums", language, need=money(sum(known), language), known=len(known),
               unknown=len(made.needs) - len(known), left=money(sum(left), language), funds=len(left),
               untold=sum(f.state in USABLE and f.state != LIVE for f in made.funds))  # fmt: skip
    out = [head(found, language), sums, say("fundmap.how", language)]
    out += [say("fundmap.apart", language, count=made.apart)] if made.apart else []
    return (*out, *([say("library.held", language, count=found.held)] if found.held else []))


def text(found: Funding, language: Language) -> Iterator[str]:
    """Yield the answer for the command line."""
    yield from notes(found, language)
    for r in rows(needs(found, language)):
        told = [say("library.cell", language, head=say(f"fundlist.{c}", language), text=r[c])
                for c in NEEDS[3:] if c != "state" and r[c]]  # fmt: skip
        yield say("fundmap.line", language, told=joined(told, language, apart=True), **{
            k: r[k] for k in ("state", "project_id", "name")})  # fmt: skip
    for r in rows(funds(found, language)):
        told = [
            say("library.cell", language, head=say(f"fundlist.{c}", language), text=r[c]) for c in FUNDS[2:] if r[c]
        ]
        yield say("fundmap.fund", language, told=joined(told, language, apart=True), fund=r["fund_id"], name=r["name"])


def plain(found: Funding) -> dict[str, Any]:
    """Return the map as plain values for scripts; what is not known is None."""

    def bare(one: object) -> dict[str, Any]:
        return {k: None if v != v else list(v) if isinstance(v, tuple) else v.isoformat() if hasattr(v, "isoformat")
                else v for k, v in vars(one).items()}  # fmt: skip

    made = found.found
    return {"brought": made.brought, "apart": made.apart, "funds": [bare(f) for f in made.funds],
            "needs": [bare(n) for n in made.needs], "states": list(FUND_STATES)}  # fmt: skip
