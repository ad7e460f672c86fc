"""The evaluation of development zones of a study: accounts read, weights and ideal values with their reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.errors import SpecError
from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.place import evaluation
from geo.place.evaluation import GROWTH, INDICATORS, MAIN, Node
from layers.library import standards
from layers.library.roles import Role
from layers.sources.finding import Finding, finding
from layers.study import sheets
from layers.study.evaluating import Evaluation
from layers.study.spec import LayerSpec, Study

STANDARD = "zone-evaluation"
ROLES: tuple[Role, ...] = ("zone",)
SCOPES = {"": MAIN, "主区": MAIN, "main": MAIN, "发展方向区": GROWTH, "growth": GROWTH}
SUBGOALS = {"degree": "degree", "structure": "structure", "intensity": "intensity"}
"""Sub-goals of the state of use, and the group of their indicators."""
GOALS = {"benefit": "benefit", "management": "management", "social": "social"}
UNIT_FACTOR = {"%": 0.01, "1": 1.0, "万元/ha": 1.0, "万元/亩": 15.0}
"""Units of ideal values → the units indicators are told in (share, ratio, 万元/ha)."""


# --- weights and ideal values -----------------------------------------------------


def tree(given: Evaluation) -> Node:
    """Return the weighted tree of a study: a shipped set, with the study's own weights laid over.

    Raises
    ------
    SpecError
        A weight of the study that the set does not have, or a group that does not add up to 1.
    """
    weights = {e.id: e.figure.low or 0.0 for e in standards.load(STANDARD).figures}
    strange = sorted(k for k in given.weight if k not in weights or not k.startswith(f"{given.weights}-"))
    if strange:
        known = [k for k in weights if k.startswith(f"{given.weights}-")]
        raise SpecError(reason("zone_weight_unknown", weights=strange, known=known))
    weights |= {k: d.value for k, d in given.weight.items()}
    main = _Set(given.weights, weights).main()
    now, growth = (weights.get(f"{given.weights}-scope-{k}") for k in (MAIN, GROWTH))
    if growth is None or now is None:
        return evaluation.checked(Node("zone", 1.0, (Node(MAIN, 1.0, main),)))
    ahead = Node(GROWTH, growth, (Node("open-rate", 1.0, (), GROWTH),))
    parts = (Node(MAIN, now, main), *((ahead,) if growth else ()))
    return evaluation.checked(Node("zone", 1.0, parts))


@dataclass(frozen=True)
class _Set:
    """One set of weights by id."""

    name: str
    weights: Mapping[str, float]

    def main(self) -> tuple[Node, ...]:
        """Return the goals of the main zone."""
        subgoals = tuple(self._goal("subgoal", k, self._leaves(group)) for k, group in SUBGOALS.items())
        goals = [self._goal("goal", "use", subgoals)]
        goals += [
            self._goal("goal", k, self._leaves(g)) for k, g in GOALS.items() if f"{self.name}-goal-{k}" in self.weights
        ]
        return tuple(goals)

    def _goal(self, group: str, name: str, parts: tuple[Node, ...]) -> Node:
        return Node(name, self.weights[f"{self.name}-{group}-{name}"], parts)

    def _leaves(self, group: str) -> tuple[Node, ...]:
        head = f"{self.name}-{group}-"
        return tuple(Node(k.removeprefix(head), w) for k, w in self.weights.items() if k.startswith(head))


def ideals(given: Evaluation) -> dict[str, float]:
    """Return indicator → ideal value in the indicator's unit: those of the kind of zone, the study's own first."""
    shipped = standards.load(STANDARD)
    out: dict[str, float] = {}
    for group in ("ideal", f"ideal-{given.kind}"):
        for entry in shipped.of(group):
            factor = UNIT_FACTOR.get(entry.figure.unit)
            if entry.figure.low is not None and factor is not None:
                out[entry.id.removeprefix(f"{group}-")] = entry.figure.low * factor
    return out | {k: d.value for k, d in given.ideal.items()}


def type_limits() -> tuple[float, float]:
    """Return the shares that make a zone industry-led: industrial land above, housing below."""
    shipped = standards.load(STANDARD)
    return tuple(shipped.figure(f"type-{k}-share").low or 0.0 for k in ("industry", "housing"))  # type: ignore[return-value]


# --- accounts ---------------------------------------------------------------------


def read(study: Study, folder: Path) -> tuple[pd.DataFrame, tuple[tuple[str, Finding], ...]]:
    """Return the table ``zone_accounts`` and what was found: a blank or unreadable cell is an account not known."""
    found: list[tuple[str, Finding]] = []
    rows = [row for spec in study.with_role(*ROLES) for row in _rows(spec, study, folder, found)]
    frame = pd.DataFrame(rows, columns=empty("zone_accounts").columns) if rows else empty("zone_accounts")
    return _once(frame, study, found), tuple(found)


def _once(frame: pd.DataFrame, study: Study, found: list[tuple[str, Finding]]) -> pd.DataFrame:
    """Keep an account once; one stated twice with different amounts is not known, whichever row comes first."""
    key = ["park_id", "scope", "account"]
    repeated = frame.duplicated(key, keep=False)
    for (park, scope, account), rows in frame[repeated].groupby(key, sort=True):
        if rows["amount"].nunique(dropna=False) > 1:
            frame.loc[rows.index, "amount"] = math.nan
            said = finding("warn", "zone_account_repeats", id=park, scope=scope, column=account, count=len(rows))
            found.append((study.with_role(*ROLES)[0].id, said))
    return frame.drop_duplicates(key, ignore_index=True)


def _rows(spec: LayerSpec, study: Study, folder: Path, found: list[tuple[str, Finding]]) -> list[dict[str, Any]]:
    opened = sheets.read(spec, study, folder)
    found += [(spec.id, f) for f in opened.findings]
    out: list[dict[str, Any]] = []
    if opened.state != "ok":
        return out
    for line, record, maybe in zip(opened.rows, opened.frame.to_dict("records"), opened.maybe, strict=True):
        cell = {ours: str(record.get(theirs, "")).strip() for ours, theirs in spec.fields.items()}
        scope = SCOPES.get(cell.get("scope", ""), "")
        if not cell.get("park_id") or not scope:
            found.append((spec.id, finding("rejected", "zone_row_without_park", row=line)))
            continue
        for account, text in cell.items():
            if account in ("park_id", "scope"):
                continue
            value = math.nan if maybe else _number(text)
            if math.isnan(value) and not maybe:
                word = {"id": cell["park_id"], "column": account, "text": text}
                code = "zone_account_blank" if not text else "zone_account_unreadable"
                found.append((spec.id, finding("warn", code, row=line, **word)))
            out.append({"park_id": cell["park_id"], "scope": scope, "account": account, "amount": value,
                        "unit": _unit(account), "source": spec.title or spec.id})  # fmt: skip
    return out


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return math.nan
    return value if 0 <= value < math.inf else math.nan


def _unit(account: str) -> str:
    return "m2" if account.endswith("_m2") else "wan" if account.endswith("_wan") else "ha"


# --- the answer -------------------------------------------------------------------


def evaluated(given: Evaluation, accounts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables ``zone_scores`` and ``zone_potentials`` of every park with accounts."""
    weighted, best = tree(given), ideals(given)
    scores, potentials = [], []
    for park_id, rows in accounts.groupby("park_id", sort=True):
        zones = {s: _values(rows[rows["scope"] == s]) for s in (MAIN, GROWTH)}
        for place, node in enumerate(evaluation.score(weighted, zones, best)):
            scores.append({
                "park_id": park_id, "node": node.id, "place": place, "depth": node.depth, "weight": node.weight,
                "low": node.low, "high": node.high, "value": node.value, "ideal": node.ideal,
                "unit": INDICATORS[node.id].unit if node.id in INDICATORS else "",
            })  # fmt: skip
        potentials += [{"park_id": park_id} | row for row in _potentials(zones[MAIN], best)]
    return {
        "zone_scores": pd.DataFrame(scores, columns=empty("zone_scores").columns) if scores else empty("zone_scores"),
        "zone_potentials": pd.DataFrame(potentials) if potentials else empty("zone_potentials"),
    }  # fmt: skip


def _values(rows: pd.DataFrame) -> dict[str, float]:
    return dict(zip(rows["account"].astype(str), rows["amount"].astype(float), strict=True))


def _potentials(values: Mapping[str, float], best: Mapping[str, float]) -> list[dict[str, Any]]:
    found = evaluation.potential(values, best)
    land = {"expansion": found.expansion, "expansion-industry": found.expansion_industry, "structure": found.structure,
            "management": found.management} | {f"intensity-{k}": v for k, v in found.intensity.items()}  # fmt: skip
    rows = [{"potential": k, "amount": v, "unit": "ha"} for k, v in land.items()]
    return rows + [{"potential": f"years-{k}", "amount": v, "unit": "a"} for k, v in found.years.items()]
