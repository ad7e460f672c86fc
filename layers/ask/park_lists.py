"""The positive and negative lists of the parks (产业正负面清单): what a run derives, and what people put on them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.basis.tables import rows
from geo.project import park_lists
from geo.project.park_lists import SAID, Decision
from layers.study import edits
from layers.study.edits import Edit
from layers.study.registers import industry_lists
from layers.study.registers.industry import industry_code
from layers.study.registers.industry_lists import KIND, subject
from layers.study.run.results import Results

EVERY = "*"
"""Stands for all parks."""


@dataclass(frozen=True)
class ParkLists:
    """The lists: a row a park and an industry, and every decision of people that counts.

    Columns ``park_id, industry, state, derived, said, condition, person, ground, against, conditions, unknowns,
    reason``: `state` with what people decided, `derived` as the run says; `against` where people take in what a
    negative list or a rule refuses.
    """

    results: Results
    frame: pd.DataFrame
    decided: tuple[Edit, ...]

    @property
    def parks(self) -> tuple[str, ...]:
        """Ids of the parks, in the order of the run."""
        return tuple(dict.fromkeys(self.frame["park_id"].astype(str)))


def lists(results: Results, park: str = "") -> ParkLists:
    """Return the lists of a run, of one park where it is named; what people decided counts at once.

    Raises
    ------
    CallError
        No such park.
    """
    derived = results.table("park_industries")
    known = sorted(set(derived["park_id"].astype(str)))
    if park and park not in known:
        raise CallError(reason("park_list_park_unknown", given=park, known=known))
    current = edits.current(results.folder)
    said = industry_lists.decisions(current)
    made = {_decision(e): e for e in current.of(KIND).values()}
    found = [_row(r, said, made) for r in rows(derived) if park in ("", r["park_id"])]
    columns = ["park_id", "industry", "state", "derived", "said", "condition", "person", "ground", "against",
               "conditions", "unknowns", "reason"]  # fmt: skip
    return ParkLists(results, pd.DataFrame(found, columns=columns), tuple(made.values()))


def _decision(edit: Edit) -> tuple[str, str]:
    return str(edit.value["park"]), str(edit.value["industry"])


def _row(r: dict[str, object], said: tuple[Decision, ...], made: dict[tuple[str, str], Edit]) -> dict[str, object]:
    park, industry = str(r["park_id"]), str(r["industry"])
    own = park_lists.of(said, park, industry)
    edit = None if own is None else made[own.park_id, own.industry]
    return {
        "park_id": park, "industry": industry, "state": park_lists.stands(r, own), "derived": r["state"],
        "said": own.said if own else "", "condition": own.condition if own else "",
        "person": edit.person if edit else "", "ground": edit.reason if edit else "",
        "against": park_lists.against(r, own),
    } | {k: r[k] for k in ("conditions", "unknowns", "reason")}  # fmt: skip


def put(results: Results, where: tuple[str, str], said: str, condition: str, person: str, why: str) -> Edit:
    """Put an industry on a list of a park, or of all parks; gates read it with the next run.

    Parameters
    ----------
    results : Results
    where : (park, industry)
        Id of a park or `EVERY`; a code of GB/T 4754-2017 or what it is called.
    said : {"positive", "limited", "negative"}
    condition : str
        Under which it is taken in; "" for none.
    person, why : str

    Raises
    ------
    CallError
        No such park, industry or list; no person or no ground; a limit without a condition.
    """
    park, code = _where(results, where)
    if said not in SAID:
        raise CallError(reason("park_list_unknown", given=said, known=list(SAID)))
    if said == "limited" and not condition.strip():
        raise CallError(reason("park_list_condition_missing", industry=code))
    value = {"park": park, "industry": code, "said": said, "condition": condition.strip()}
    return edits.record(results.folder, KIND, subject(park, code), value, person, why)


def take_off(results: Results, where: tuple[str, str], person: str, why: str) -> None:
    """Take back what people decided of an industry in a park; raises as `put`."""
    park, code = _where(results, where)
    edits.withdraw(results.folder, KIND, subject(park, code), person, why)


def _where(results: Results, where: tuple[str, str]) -> tuple[str, str]:
    park, industry = where
    known = sorted(set(results.table("park_industries")["park_id"].astype(str)))
    if park != EVERY and park not in known:
        raise CallError(reason("park_list_park_unknown", given=park, known=[*known, EVERY]))
    code = industry_code(industry)
    if not code:
        raise CallError(reason("park_list_industry_unknown", given=industry))
    return "" if park == EVERY else park, code
