"""What each park takes in of every industry (产业正负面清单): by its own data, by rules, and by what people decided.

An industry is asked as a project of nothing but that industry would be. A park that excludes it, or a rule that does,
refuses it; where the park takes it in and a rule binds or forbids it on some of its ground it is limited; what cannot
be told of it is open. What people put on a list adds to what a park admits, and never lifts what its negative list or
a rule refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.tables import empty, rows
from geo.project.facts import LISTED, YES, concerns
from geo.project.gate import ADMISSION, LEADING, Gates, Park, by_parks, by_rules
from geo.project.pairs import ANY

LEADS, ADMITS, LIMITED, REFUSES, OPEN = "leads", "admits", "limited", "refuses", "open"
STATES = (LEADS, ADMITS, LIMITED, REFUSES, OPEN)
Said = Literal["positive", "limited", "negative"]
SAID: tuple[Said, ...] = ("positive", "limited", "negative")
COARSE = "gate_industry_coarse"
NOT_LISTED = "park_admits_not"
"""Reason of a park that admits others and says nothing of this one: people may add it."""
BINDS = ("exclude", "restrict", "procedure")
"""Severities that bind, the gravest first."""


def as_projects(industries: Sequence[str]) -> pd.DataFrame:
    """Return the table `projects` with one for each industry, which states that and nothing else."""
    none = empty("projects").reindex(range(len(industries)))
    texts = {str(c): "" for c in none if pd.api.types.is_string_dtype(none[c]) or none[c].dtype == object}
    return none.assign(**texts).assign(project_id=list(industries), industry=list(industries))


def table(industries: Sequence[str], asked: Gates, on_ground: pd.DataFrame) -> pd.DataFrame:
    """Return the table `park_industries`: park × industry.

    Parameters
    ----------
    industries : sequence of str
        Codes of GB/T 4754-2017.
    asked : Gates
    on_ground : DataFrame
        `site_gates` of the industries (`as_projects`) with the parks as sites: what does not simply pass.

    Returns
    -------
    DataFrame
        `state` is one of `STATES`; `conditions` and `unknowns` name the gates that bind or are open, joined by ``|``;
        `reason` is that of the gate that decides.
    """
    listed = as_projects(industries)
    alone = by_rules(listed, replace(asked, rules=tuple(r for r in asked.rules if r.fact == LISTED)))
    there = on_ground.rename(columns={"site_id": "park_id"}).assign(ground=True)
    found = pd.concat([by_parks(listed, asked).assign(ground=False), alone.assign(ground=False), there],
                      ignore_index=True)  # fmt: skip
    grouped = {str(i): rows(some) for i, some in found.groupby("project_id", sort=False)}
    lines = [
        {"park_id": park.park_id, "industry": i}
        | _line([g for g in grouped.get(i, []) if _here(g, park.park_id)], _parts(park, i))
        for park in asked.parks.parks for i in industries
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=empty("park_industries").columns) if lines else empty("park_industries")


def _here(gate: Mapping[str, Any], park: str) -> bool:
    """Tell whether a gate speaks of a park; without one it holds in all, but for whether any park admits at all."""
    everywhere = gate["park_id"] == ANY and gate["gate_id"] != ADMISSION
    return bool(gate["park_id"] == park or (everywhere and '"site_not_measured"' not in gate["reason"]))


def _parts(park: Park, industry: str) -> str:
    """Return the reason where a park admits or refuses but a part of an industry, "" where it does not."""
    below = [[c for c in codes if c.startswith(industry) and c != industry]
             for codes in ((*park.admitted, *park.also), park.refused)]  # fmt: skip
    if not any(below) or concerns(park.refused, industry) == YES:
        return ""
    return reason("park_list_part", park=park.name or park.park_id, admits=below[0], refuses=below[1]).to_json()


def _line(gates: Sequence[Mapping[str, Any]], part: str) -> dict[str, Any]:
    binding = sorted((g for g in gates if g["severity"] in BINDS),
                     key=lambda g: (BINDS.index(g["severity"]), g["ground"], str(g["gate_id"])))  # fmt: skip
    bound, open_ = ([g for g in binding if g["outcome"] == outcome] for outcome in ("conflict", "unknown"))
    # what its ground forbids may hold for a part of it, and what is not known of it hangs on the site
    refused = next((g for g in bound if g["severity"] == "exclude" and not g["ground"]), None)
    unsaid = next((g for g in open_ if not (g["ground"] or g["severity"] == "procedure" or _coarse(g, part))), None)
    own = next(g for g in gates if g["gate_id"] == ADMISSION)
    leads = any(g["gate_id"] == LEADING and g["outcome"] == "clear" for g in gates)
    limits = [g for g in bound if g is not refused]
    open_ = [g for g in open_ if not _coarse(g, part)]
    if refused is not None:
        state, why = REFUSES, refused
    elif unsaid is not None:
        state, why = OPEN, unsaid
    elif limits or part:
        state, why = LIMITED, limits[0] if limits else {"reason": part}
    else:
        state, why = LEADS if leads else ADMITS, own
    return {"state": state, "conditions": _names(limits), "unknowns": _names(open_), "reason": str(why["reason"])}


def _coarse(gate: Mapping[str, Any], part: str) -> bool:
    """Tell whether a park leaves an industry open only because it speaks of parts of it."""
    return bool(part) and gate["gate_id"] == ADMISSION and Reason.from_json(gate["reason"]).code == COARSE


def _names(gates: Sequence[Mapping[str, Any]]) -> str:
    return "|".join(dict.fromkeys(str(g["gate_id"]) for g in gates))


# --- what people decided ------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """What people put an industry on in a park ("" every park): which list, and under which condition."""

    park_id: str
    industry: str
    said: Said
    condition: str = ""


def of(decisions: Sequence[Decision], park: str, industry: str) -> Decision | None:
    """Return what was decided of an industry in a park: the nearest code above it, its own park before all parks."""
    mine = [d for d in decisions if d.park_id in (park, "") and industry.startswith(d.industry)]
    return max(mine, key=lambda d: (len(d.industry), d.park_id != ""), default=None)


def stands(line: Mapping[str, Any], decision: Decision | None) -> str:
    """Return the state of a row of `park_industries` with what people decided.

    A negative entry refuses. The others add to what a park admits; what its negative list or a rule refuses stays.
    """
    state, limited = str(line["state"]), bool(line["conditions"])
    if decision is None or against(line, decision):
        return state
    if decision.said == "negative":
        return REFUSES
    if decision.said == "limited" or limited:
        return LIMITED
    return ADMITS if state in (REFUSES, OPEN) else state


def against(line: Mapping[str, Any], decision: Decision | None) -> bool:
    """Tell whether people take in what a park's negative list or a rule refuses."""
    unlisted = Reason.from_json(str(line["reason"])).code == NOT_LISTED
    return decision is not None and decision.said != "negative" and line["state"] == REFUSES and not unlisted
