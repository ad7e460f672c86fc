"""The answer for a red line (压占分析) as one structure: the page, the command, the dossier and the workbook read it.

Areas are m² until they are written; every row says what was found before the cut and
what remains after it, so that a reader can check the ledger against the tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.basis.reason import Reason, reason
from geo.basis.units import MU_M2
from geo.measure.shape import widths
from geo.rules.applied import NotApplied
from geo.rules.evidence import Evidence, measured
from geo.rules.gather import evidence
from geo.rules.judge import OUTCOMES, Judgement, judge
from geo.rules.spec import Rule
from geo.rules.terms import AREA_TESTS
from geo.study import taken
from layers.ask.applied import of_land
from layers.library import standards
from layers.library.codelist import CodeGroup
from layers.study.checks import RedlineCheck
from layers.study.run.released import inside, masks, released, touched

THREE_LINES = ("basic_farmland", "ecological_redline", "development_boundary")
"""Layers of the three control lines (三区三线) in the order reports show them."""


@dataclass(frozen=True)
class Constraint:
    """One rule on the whole red line: outcome code and area (m²) before and after the cut.

    `low`/`high` are the interval found before; `after_low`/`after_high` after the cut. They are gross;
    `cultivated_net_m2` is what of it is cultivated, net of field ridges, before the cut (NaN: not measured).
    """

    rule: Rule
    outcome: str
    low: float
    high: float
    after_outcome: str
    after_low: float
    after_high: float
    cause: str
    aside: bool
    cultivated_net_m2: float = float("nan")


@dataclass(frozen=True)
class Use:
    """Present use of some ground: code, scheme, tenure; m² before and after the cut.

    `group` is None where the code is not in the list of its scheme: nobody guesses. Cultivated land is
    net of its field ridges (田坎), which are a use of their own; `gross_before_m2` and `gross_after_m2`
    have them (0 for the ridges themselves). `settlement` is the attribute of built-up areas (CZCSXM).
    """

    code: str
    scheme: str
    group: CodeGroup | None
    tenure: str
    before_m2: float
    after_m2: float
    settlement: str = ""
    gross_before_m2: float = float("nan")
    gross_after_m2: float = float("nan")


@dataclass(frozen=True)
class Quota:
    """What converting the ground would draw (m²); NaN where the present use is not known.

    The balance is net of field ridges; `balance_gross_m2` has them. `ridges_open_m2` is cultivated land
    of which no ridges are stated: it counts whole, so the balance is the most that can be drawn.
    """

    new_construction_m2: float
    farmland_balance_m2: float
    balance_gross_m2: float = float("nan")
    ridges_open_m2: float = 0.0


@dataclass(frozen=True)
class Intensity:
    """Investment over the land that is left, held against the local standard (万元/亩)."""

    investment_wan: float
    per_mu: float
    standard_per_mu: float | None
    passes: bool | None


class RedlineAnswer:
    """Everything a check says; plots of a red line are added up."""

    def __init__(self, check: RedlineCheck):
        self._whole, self.check = inside(check), cast(RedlineCheck, released(check))

    @cached_property
    def withheld(self) -> bool:
        """True when a restricted layer takes part of the red line, or may: what is left would give it away."""
        return bool(touched(self.check))

    @cached_property
    def plots(self) -> gpd.GeoDataFrame:
        """The plots as they were read, with their areas."""
        return gpd.GeoDataFrame(self.check.table("parcels"))

    @cached_property
    def land(self) -> gpd.GeoDataFrame:
        """What the cut leaves, part by part, largest first."""
        left = gpd.GeoDataFrame(self.check.table("land")).sort_values("net_m2", ascending=False, ignore_index=True)
        return gpd.GeoDataFrame(left.iloc[:0]) if self.withheld else left

    @property
    def gross_m2(self) -> float:
        """Area of the red line on the study's basis."""
        return float(self.plots["area_m2"].sum())

    @property
    def net_m2(self) -> float:
        """Area proved usable."""
        return float(self.check.table("candidates")["net_m2"].sum(skipna=False))

    @property
    def net_hi_m2(self) -> float:
        """Area the data does not exclude."""
        return float(self.check.table("candidates")["net_hi_m2"].sum(skipna=False))

    @property
    def status(self) -> str:
        """The worst status of the plots: one excluded or unknown plot speaks for the red line."""
        order = ("excluded", "unknown", "conditional", "eligible")
        found = set(self.check.table("candidates")["status"])
        return next(word for word in order if word in found)

    @property
    def width_m(self) -> float:
        """Width of the largest part that is left (diameter of its largest inscribed circle)."""
        if self.land.empty:
            return float("nan") if self.withheld else 0.0
        return float(widths(np.array([self.land.geometry.iloc[0]], object))[0])

    @cached_property
    def constraints(self) -> tuple[Constraint, ...]:
        """Every applicable rule, the three lines first, then in the order of the rules."""
        rules = tuple(r for r in self._whole.rules if r.applies(self._whole.study.use_class))
        rows = [self._constraint(k, rule) for k, rule in enumerate(rules)]
        place = {layer: k for k, layer in enumerate(THREE_LINES)}
        rows.sort(key=lambda c: place.get(c.rule.layer, len(place)))
        return tuple(self._outside(row) for row in rows)

    def _outside(self, row: Constraint) -> Constraint:
        """Return a row as it may leave: of a rule on a use-only layer the words, and no amount."""
        rule = masks(self.check).rule(row.rule)
        if rule is row.rule:
            return row
        names = ("low", "high", "after_low", "after_high", "cultivated_net_m2")
        amounts: dict[str, Any] = dict.fromkeys(names, float("nan"))
        return replace(row, rule=rule, cause="restricted_verdict" if row.cause else "", **amounts)

    @cached_property
    def not_applied(self) -> tuple[NotApplied, ...]:
        """Every rule that does not judge this red line, with its reason."""
        return of_land(self.check)

    @property
    def three_lines(self) -> tuple[Constraint, ...]:
        """The three control lines."""
        return tuple(c for c in self.constraints if c.rule.layer in THREE_LINES)

    @property
    def special(self) -> tuple[Constraint, ...]:
        """All other layers and facts."""
        return tuple(c for c in self.constraints if c.rule.layer not in THREE_LINES)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Present use × tenure, largest first; ground without parcel data has code ""."""
        frame = self._composition
        keys = ["land_use", "land_use_scheme", "settlement", "tenure"]
        wide = frame.pivot_table(index=keys, columns="phase", values=["area_m2", "gross_m2"], aggfunc="sum").fillna(0.0)
        rows = []
        after = float("nan") if self.withheld else 0.0
        for key, found in wide.iterrows():
            code, scheme, settlement, tenure = cast(tuple[str, str, str, str], key)
            known = standards.of_scheme(scheme)
            group = known.group_of(code) if known else None
            areas = [float(found.get((n, p), 0)) for n in ("area_m2", "gross_m2") for p in ("before", "after")]
            use = Use(code, scheme, group, tenure, areas[0], areas[1] + after, settlement, areas[2], areas[3] + after)
            rows.append(use)
        return tuple(sorted(rows, key=lambda u: (-u.before_m2, u.code, u.settlement)))

    @cached_property
    def _composition(self) -> pd.DataFrame:
        """The table, of a check kept before field ridges were read too: gross there, ridges not stated."""
        frame = self.check.table("composition")
        if "gross_m2" in frame:
            return frame
        pairs = zip(frame["land_use_scheme"], frame["land_use"], strict=True)
        tilled = np.array([standards.is_cultivated(s, c) for s, c in pairs], bool)
        return frame.assign(
            settlement="", gross_m2=frame["area_m2"], ridges_open_m2=frame["area_m2"].where(tilled, 0.0)
        )

    def subtotals(self, after: bool) -> dict[str, float]:
        """Return m² by class of the land law (农用地, 建设用地, 未利用地); "" is ground whose class is not known."""
        out = dict.fromkeys(("agricultural", "construction", "unused"), 0.0)
        for use in self.uses:
            key = use.group.of if use.group else ""
            out[key] = out.get(key, 0.0) + (use.after_m2 if after else use.before_m2)
        return out

    def groups(self, after: bool) -> dict[str, float]:
        """Return m² by group of present use (耕地, 其他农用地 …); "" is ground whose use is not known."""
        out: dict[str, float] = {}
        for use in self.uses:
            key = use.group.id if use.group else ""
            out[key] = out.get(key, 0.0) + (use.after_m2 if after else use.before_m2)
        return out

    def quota(self, after: bool) -> Quota:
        """Return the new-construction quota (新增建设用地指标) and farmland balance (占补平衡) it draws.

        The groups of the code list say which uses draw what: field ridges (田坎) and adjustable land
        (可调整地类, codes with a K) draw quota and no balance. Ground of unknown use makes both unknown.
        """
        if self.groups(after).get("", 0.0) > 0.01 or (after and self.withheld):
            return Quota(float("nan"), float("nan"))
        drawn = {"new_construction": 0.0, "farmland_balance": 0.0}
        gross = 0.0
        for use in self.uses:
            for flag in use.group.flags if use.group else ():
                if flag in drawn:
                    drawn[flag] += use.after_m2 if after else use.before_m2
                if flag == "farmland_balance":
                    gross += use.gross_after_m2 if after else use.gross_before_m2
        frame = self._composition
        unstated = float(frame.loc[frame["phase"] == ("after" if after else "before"), "ridges_open_m2"].sum())
        return Quota(drawn["new_construction"], drawn["farmland_balance"], gross, unstated)

    @property
    def planned(self) -> pd.DataFrame:
        """Planned use of the red line: layer_id, class, area_m2, for layers of role plan."""
        plans = {s.id for s in self.check.study.with_role("plan")}
        frame = self.check.table("overlap_classes")
        found = frame[frame["layer_id"].isin(plans)]
        return found.groupby(["layer_id", "class"], as_index=False)[["area_m2"]].sum()

    @property
    def ledger(self) -> pd.DataFrame:
        """Ledger of the whole red line: step, layer_id, rule_id and the summed areas."""
        frame = self.check.table("ledger")
        names = ["exclusive_m2", "shared_m2", "unknown_m2"]
        out = frame.groupby(["step", "layer_id", "rule_id"], as_index=False, sort=True)[names].sum(min_count=1)
        out["left_m2"] = self._left(out)
        out["left_m2"] = out["left_m2"].mask(out["exclusive_m2"].isna())
        return out

    def _left(self, lines: pd.DataFrame) -> list[float]:
        """Recompute the running remainder: a plot without a line at a step keeps what it had."""
        frame = self.check.table("ledger").pivot(index="parcel_id", columns="step", values="left_m2")
        carried = frame.reindex(columns=sorted(frame.columns)).ffill(axis=1)
        return [float(carried[step].sum()) for step in lines["step"]]

    @property
    def intensity(self) -> Intensity | None:
        """Investment intensity on what is left, or None when no investment was given."""
        asked = self.check.head["asked"]
        invested = asked.get("investment_wan")
        if invested is None or self.net_hi_m2 <= 0:
            return None
        per_mu = invested / (self.net_hi_m2 / MU_M2)
        standard = self.check.study.standards.investment(asked.get("industry", ""))
        unsettled = standard is None or self.withheld
        return Intensity(invested, per_mu, standard, None if unsettled else per_mu >= standard)

    @property
    def secret_cut(self) -> tuple[str, ...]:
        """Use-only layers that shape the cut: its line would draw their outline, so it may not leave."""
        secret = set(masks(self.check).layers.values())
        return tuple(sorted(set(self.ledger["layer_id"]) & secret))

    @property
    def cut_line(self) -> Any:
        """The line along which the red line would be cut; empty when nothing is taken."""
        if self.withheld:
            return shapely.MultiLineString()
        edges = shapely.union_all([g.boundary for g in self.land.geometry])
        return edges.difference(shapely.union_all([g.boundary for g in self.plots.geometry]).buffer(0.01))

    @cached_property
    def needs_cut(self) -> bool:
        """True when some ground is taken and some is left."""
        return not self.land.empty and self.gross_m2 - float(self.land["net_m2"].sum()) > 0.01

    @cached_property
    def told(self) -> tuple[Reason, ...]:
        """What was recognised or mended while reading, as reasons."""
        head = self.check.head
        bodies = [*head["confirmations"], *(f["reason"] for f in head["findings"])]
        return tuple(reason(b["code"], **{k: v for k, v in b.items() if k != "code"}) for b in bodies)

    # --- judging the red line as one -------------------------------------------------

    @cached_property
    def _data(self) -> Evidence:
        tables = {name: self._whole.table(name) for name in ("parcels", "zones", "pieces", "facts")}
        return evidence(tables["parcels"], tables["zones"], tables["pieces"], tables["facts"])

    @cached_property
    def _kept(self) -> Evidence:
        taken = np.zeros(len(self._data.states), bool)
        for rule in self._whole.rules:
            cuts = rule.cuts and not rule.doubted and rule.id not in self._aside
            states = self._data.state(rule) if cuts else None
            applies = rule.applies(self.check.study.use_class) and rule.id not in masks(self.check).rule_names
            if states is not None and applies and self._known(rule):
                taken |= states == 1
        return self._data.without(taken)

    def _known(self, rule: Rule) -> bool:
        return self._data.known.get(rule.zone.zone_id, ("missing", "", ""))[0] == "ok"

    @property
    def _aside(self) -> set[str]:
        return {n.rule for n in self._whole.study.not_examined}

    def _judged(self, rule: Rule, data: Evidence) -> tuple[Judgement, float, float]:
        found = judge([rule], data.parcel_ids, lambda r: measured(r, data))
        lo, hi = found.measured[0].lo, found.measured[0].hi
        if rule.test in ("overlap_m2", "outside_m2"):
            return found, float(lo.sum()), float(hi.sum())
        return found, float(lo.min()), float(hi.max())

    def _constraint(self, k: int, rule: Rule) -> Constraint:
        before, low, high = self._judged(rule, self._data)
        after, after_low, after_high = self._judged(rule, self._kept if rule.test in AREA_TESTS else self._data)
        m = before.measured[0]
        cause = next((m.causes[c] for c in m.cause if m.causes[c]), rule.doubt if rule.doubted else "")
        return Constraint(
            rule, _worst(before), low, high, _worst(after), after_low, after_high, cause, rule.id in self._aside,
            self._cultivated(rule),
        )  # fmt: skip

    def _cultivated(self, rule: Rule) -> float:
        """Return the cultivated land net of ridges in what an area rule found; NaN where nothing states the ridges."""
        if rule.test not in ("overlap_m2", "outside_m2") or rule.zone.reach_m or not self._whole.has("zone_uses"):
            return float("nan")
        frame = self._whole.table("zone_uses")
        here = (frame["layer_id"] == rule.layer) & (frame["part"] == taken(rule).part) & (frame["test"] == rule.test)
        mine = frame[here]
        pairs = zip(mine["land_use_scheme"], mine["land_use"], strict=True)
        tilled = [standards.is_cultivated(s, c) for s, c in pairs]
        known = len(mine) and not mine["ridges_open_m2"].sum() > 0.01
        return float(mine.loc[tilled, "area_m2"].sum()) if known else float("nan")


def _worst(found: Judgement) -> str:
    """Return the outcome that speaks for several plots: conflict, then unknown, then clear."""
    words = {OUTCOMES[c] for c in found.outcome[0]}
    return next((w for w in ("conflict", "unknown", "clear") if w in words), "unknown")
