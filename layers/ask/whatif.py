"""The rules of a run turned this way and that, on tables held in memory: what the sliders of the screen move.

Nothing here is written; a full run is started by `layers/study/jobs.py` when the user
keeps a setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import ValidationError

from geo.basis.age import Text
from geo.basis.area import basis
from geo.basis.errors import CallError, LuodiError
from geo.basis.progress import silent
from geo.basis.reason import reason
from geo.measure import cut
from geo.rules.gather import evidence
from geo.rules.spec import Rule, RulePack, merged
from geo.rules.terms import AREA_TESTS
from geo.screen import funnel as counting
from geo.screen import ledger, once
from geo.screen.counterfactual import Change, changes
from geo.screen.once import Stacks
from geo.screen.remains import deductions
from geo.screen.setting import Setting
from geo.screen.status import S_EXCLUDED, STATUSES, Minimum
from geo.screen.whatif import Answer, Board
from geo.study import taken
from layers.ask.compare import setting_of
from layers.study.packs import pack, shipped
from layers.study.run.released import inside, masks, released, touched
from layers.study.run.results import Results

MOVABLE = ("threshold", "tolerance_m2", "severity", "effect")
"""What a slider or a choice may change of a rule without measuring again."""


@dataclass(frozen=True)
class ScreenTrial:
    """A setting under trial.

    Parameters
    ----------
    rules : mapping of rule id to mapping
        Changed values of `MOVABLE`; other rules stay as they are in the run.
    aside : set of rule ids or None
        Rules left out of the status; None: as in the run.
    use_class : str
        "" : as in the run.
    min_area_m2 : float or None
    packs : tuple of str or None
        Rule packs in order, by the names `study.toml` takes; None: the rules of the run.
    order : tuple of str or None
        Ids of rules, first to last; rules not named follow in their own order. None: as
        the packs have them. The order moves ground between lines of the ledger and of
        the funnel, never a status.
    """

    rules: Mapping[str, Mapping[str, Any]]
    aside: frozenset[str] | None = None
    use_class: str = ""
    min_area_m2: float | None = None
    packs: tuple[str, ...] | None = None
    order: tuple[str, ...] | None = None


AS_RUN = ScreenTrial({})


def _shared(whole: Results) -> Stacks:
    """Return the ground that several parcels share, in the order of the table `parcels`."""
    tables = (whole.table(name) for name in ("stacks", "zones", "stack_pieces"))
    return once.stacks(whole.table("parcels")["parcel_id"].to_numpy(object), *tables)


class ScreenModel:
    """One run, ready to be judged again."""

    def __init__(self, results: Results):
        self.results, self.masks = released(results), masks(released(results))
        whole = inside(results)
        tables = (whole.table(name) for name in ("parcels", "zones", "pieces", "facts"))
        self.board = Board(evidence(*tables), _shared(whole))
        self.setting = self._nameless(setting_of(whole))
        self._packs: dict[str, RulePack] = {}

    def _nameless(self, setting: Setting) -> Setting:
        """Return a setting whose rules on use-only layers judge as they do and have no name."""
        aside = frozenset(self.masks.rule_names.get(name, name) for name in setting.aside)
        return replace(setting, rules=tuple(self.masks.nameless(r) for r in setting.rules), aside=aside)

    def restricted(self, rules: Iterable[Rule]) -> frozenset[str]:
        """Return the rules that stand on a use-only layer: nobody may turn them to find out an amount."""
        return frozenset(r.id for r in rules if self.masks.of(r))

    def told(self, trial: ScreenTrial) -> Setting:
        """Return what tables of amounts are made of: the setting without the rules on use-only layers."""
        setting = self.moved(trial)
        kept = self.restricted(setting.rules)
        return replace(setting, rules=tuple(r for r in setting.rules if r.id not in kept))

    def touched(self, trial: ScreenTrial = AS_RUN) -> frozenset[str]:
        """Return the parcels whose amounts a trial must not show."""
        rules = self.moved(trial).examined
        kept = self.restricted(rules)
        out = set(touched(self.results))
        for rule in (r for r in rules if r.id in kept and r.cuts):
            some = ~(self.board.measured(rule).hi <= 0)
            out |= set(self.board.data.parcel_ids[some])
        return frozenset(out)

    def moved(self, trial: ScreenTrial) -> Setting:
        """Return the setting of a trial.

        Raises
        ------
        CallError
            A rule that does not exist, or a value a rule does not take.
        SpecError
            A pack that does not exist or cannot be read.
        """
        base = self.base(trial)
        known = {r.id for r in base}
        fixed = self.restricted(base)
        lost = sorted((set(trial.rules) | set(trial.order or ())) - known | (set(trial.rules) & fixed))
        if lost:
            raise CallError(reason("rule_unknown", rules=lost, known=sorted(known)))
        rules = tuple(_changed(r, trial.rules.get(r.id, {})) for r in _ordered(base, trial.order))
        least = self.setting.minimum.area_m2 if trial.min_area_m2 is None else trial.min_area_m2
        return Setting(
            rules=rules,
            aside=self.setting.aside if trial.aside is None else (trial.aside - fixed) | (self.setting.aside & fixed),
            use_class=trial.use_class or self.setting.use_class,
            minimum=Minimum(least, self.setting.minimum.width_m),
            candidate=self.setting.candidate,
        )

    def base(self, trial: ScreenTrial) -> tuple[Rule, ...]:
        """Return the rules a trial starts from: those of the run, or of the packs it names."""
        if trial.packs is None:
            return self.setting.rules
        found = merged(tuple(self._pack(name) for name in trial.packs), self.results.study.as_of)
        return tuple(map(self.masks.nameless, found))

    def _pack(self, name: str) -> RulePack:
        if name not in self._packs:
            self._packs[name] = pack(name, self.results.folder)
        return self._packs[name]

    def pack_titles(self) -> dict[str, Text]:
        """Return the packs a trial may name: those of the study first, then the shipped ones for parcels.

        A pack of the study that cannot be read any more is left out.
        """
        out: dict[str, Text] = {}
        for name in dict.fromkeys((*self.results.study.rules, *shipped())):
            try:
                found = self._pack(name)
            except LuodiError:
                continue
            if name in self.results.study.rules or any(not r.industries for r in found.rules):
                out[name] = found.title or Text(en=found.id, zh=found.id)
        return out

    def unmeasured(self, trial: ScreenTrial) -> tuple[Rule, ...]:
        """Return the examined rules that read a layer of the study in a way the run did not measure.

        Their verdict is unknown until a run with these packs measures it.
        """
        data, here = self.board.data, {s.id for s in self.results.study.layers}
        rules = (r for r in self.moved(trial).examined if r.layer in here)
        return tuple(
            r
            for r in rules
            if (f"{r.layer}_dist_m" not in data.facts if r.test == "distance_m" else data.state(r) is None)
        )

    def answer(self, trial: ScreenTrial = AS_RUN) -> Answer:
        """Judge every parcel under a trial; parcels are in the order of the table `parcels`."""
        setting = self.moved(trial)
        return self.board.answer(setting.applicable, setting.aside, setting.minimum)

    def funnel(self, trial: ScreenTrial = AS_RUN) -> pd.DataFrame:
        """Return what each rule costs, in order and alone (see `geo.screen.funnel`)."""
        setting = self.told(trial)
        return counting.funnel(self.board, setting.examined, setting.minimum)

    def binding(self, trial: ScreenTrial = AS_RUN) -> pd.DataFrame:
        """Return which cutting rule really binds the study."""
        return counting.binding(self.board, self.told(trial).examined)

    def to_find_out(self, trial: ScreenTrial = AS_RUN) -> pd.DataFrame:
        """Return what to go and find out, the most decisive first."""
        setting = self.told(trial)
        return counting.to_find_out(self.board, setting.examined, setting.minimum)

    def ledger(self, by: str = "", trial: ScreenTrial = AS_RUN) -> pd.DataFrame:
        """Return the ledger of the study, or of each park, township or land use.

        Parameters
        ----------
        by : str
            A column of the table `parcels`; "" for the whole study.
        trial : ScreenTrial
            As run: the ledger the run wrote; otherwise the ledger of that setting.

        Returns
        -------
        DataFrame
            ``by`` (or nothing), ``step, layer_id, rule_id``, exclusive, shared and
            unknown areas, and ``left_m2``: the running remainder, which closes.
        """
        lines = self.results.table("ledger") if trial == AS_RUN and not self.masks else self._ledger(trial)
        keys = ["step", "layer_id", "rule_id"]
        if by:
            parcels = pd.DataFrame(self.results.table("parcels")[["parcel_id", by]]).fillna({by: ""})
            lines = lines.merge(parcels, on="parcel_id", validate="m:1")
            keys = [by, *keys]
        before = lines.groupby("parcel_id")["left_m2"].shift()
        taken = (before - lines["left_m2"]).fillna(0.0)
        gross = np.where(lines["step"] == 0, lines["left_m2"], 0.0)
        lines = pd.concat([lines.assign(taken_m2=taken, gross_m2=gross), self._counted_again(by, trial)])
        areas = ["exclusive_m2", "shared_m2", "unknown_m2", "taken_m2", "gross_m2"]
        out = lines.groupby(keys, as_index=False, sort=True)[areas].sum()
        grouped = out.groupby(by) if by else out.groupby(lambda row: 0)
        out["left_m2"] = grouped["gross_m2"].cumsum() - grouped["taken_m2"].cumsum()
        return out.drop(columns="gross_m2")

    def _counted_again(self, by: str, trial: ScreenTrial) -> pd.DataFrame:
        """Return ledger lines that take out what parcels that overlap count more than once."""
        shared, ids = self.board.shared, self.board.data.parcel_ids
        if not shared:
            return pd.DataFrame()
        if trial == AS_RUN and not self.masks:
            found = pd.DataFrame(self.results.table("candidates").set_index("parcel_id").loc[list(ids)])
        else:
            setting = self.told(trial)
            answer = self.board.answer(setting.applicable, setting.aside, setting.minimum)
            status = np.asarray(STATUSES, object)[answer.standing.code]
            gone = (answer.standing.code == S_EXCLUDED) | answer.standing.unsure_whole
            found = pd.DataFrame({"status": status, "net_m2": np.where(gone, 0.0, answer.left.net)})
        named = self.results.table("parcels")[by].fillna("") if by else pd.Series("", index=range(len(ids)))
        group, names = pd.factorize(named)
        lines = once.ledger_lines(found, shared, self.told(trial).examined, group)
        return lines.assign(**({by: names[lines["group"]]} if by else {})).drop(columns="group")

    def _ledger(self, trial: ScreenTrial) -> pd.DataFrame:
        setting, data = self.told(trial), self.board.data
        answer = self.board.answer(setting.applicable, setting.aside, setting.minimum)
        gone = answer.standing.code == S_EXCLUDED
        lines = ledger.table(deductions(setting.examined, data), data, gone, answer.standing.unsure_whole)
        return lines.sort_values(["parcel_id", "step"], ignore_index=True)

    def changes(self, parcel_id: str, trial: ScreenTrial = AS_RUN) -> list[Change]:
        """Return the single changes that would better a parcel's status, cheapest first, as far as they may be told."""
        if parcel_id in self.touched(trial):
            return []
        setting = self.moved(trial)
        kept = self.restricted(setting.rules)
        return [c for c in changes(self.board.data, setting, parcel_id) if not kept & set(c.rules)]

    def drawn(self, parcel_id: str, change: Change) -> gpd.GeoDataFrame:
        """Return what a cut leaves of a parcel, part by part (study CRS), for drawing.

        Ground that may belong to a layer is cut as well, as far as the layer has shapes
        for it. Ground nobody has looked at has none: see `not_drawn_m2`.
        """
        results = self.results
        left = gpd.GeoDataFrame(results.parcel_row("parcels", parcel_id))
        bounds = tuple(gpd.GeoDataFrame(results.table("parcels")).total_bounds)
        plane = basis(results.study.area, results.study.crs, bounds)
        rules = [r for r in results.rules if r.id in change.rules and r.test in AREA_TESTS]
        for outside in (False, True):
            some = [r for r in rules if (r.test == "outside_m2") == outside]
            layers = {name: results.as_layer(name, doubtful=outside) for r in some for name in r.minus}
            layers |= {r.layer: results.as_layer(r.layer, doubtful=not outside) for r in some}
            left = cut.land(left, layers, tuple(taken(r) for r in some), plane, silent)
        return left

    def not_drawn_m2(self, parcel_id: str, change: Change) -> float:
        """Return the ground a cut gives up that `drawn` cannot show: nobody knows what lies there."""
        gross = float(self.results.parcel_row("parcels", parcel_id)["area_m2"].iloc[0])
        return max(float(self.drawn(parcel_id, change)["net_m2"].sum()) - (gross - change.give_up_m2), 0.0)


def _ordered(rules: tuple[Rule, ...], order: tuple[str, ...] | None) -> tuple[Rule, ...]:
    if not order:
        return rules
    place = {rule_id: k for k, rule_id in enumerate(order)}
    return tuple(sorted(rules, key=lambda r: place.get(r.id, len(place))))


def _changed(rule: Rule, values: Mapping[str, Any]) -> Rule:
    wrong = sorted(set(values) - set(MOVABLE))
    if wrong:
        raise CallError(reason("rule_not_movable", rule=rule.id, keys=wrong, known=list(MOVABLE)))
    if not values:
        return rule
    try:
        return Rule.model_validate(rule.model_dump() | dict(values))
    except ValidationError:
        raise CallError(reason("rule_value_wrong", rule=rule.id, keys=sorted(values))) from None


@lru_cache(maxsize=2)
def desk(results: Results) -> ScreenModel:
    """Return the desk of the results, built once per run; two stay in memory."""
    return ScreenModel(results)
