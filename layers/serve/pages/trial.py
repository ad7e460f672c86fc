"""A trial of other settings, judged on the tables of a run: what the Screen page shows beside the run.

Nothing is written and no shape is touched, so an answer takes milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.rules.spec import Rule
from geo.screen.setting import Setting
from geo.screen.status import S_EXCLUDED, STATUSES
from geo.screen.whatif import Answer
from layers.ask import compare
from layers.ask.whatif import AS_RUN, ScreenModel, ScreenTrial, desk
from layers.outputs.summary import ORDER
from layers.study.local_rules import RuleChanges
from layers.study.run.results import Results
from layers.words import once

AREAS = ["gross_m2", "net_m2", "net_hi_m2"]


@dataclass(frozen=True)
class Trial:
    """One run judged under a trial; `key` names the trial, for caches and tile addresses."""

    results: Results
    moved: ScreenTrial
    key: str

    @cached_property
    def desk(self) -> ScreenModel:
        """The run, ready to be judged again."""
        return desk(self.results)

    @cached_property
    def setting(self) -> Setting:
        """The setting under trial."""
        return self.desk.moved(self.moved)

    @cached_property
    def found(self) -> pd.DataFrame:
        """Status and areas of every candidate under the trial, in the order of the table ``candidates``.

        A parcel whose ground and answer the trial does not touch keeps the run's row, in
        which the minimum width was looked at too.
        """
        run = pd.DataFrame(self.results.table("candidates")[["parcel_id", "status", *AREAS]])
        if not is_trial(self.moved):
            return run
        before, after = _rows(self.desk, self.desk.answer()), self._judged
        place = pd.Index(self.desk.board.data.parcel_ids).get_indexer(pd.Index(run["parcel_id"]))
        before, after = before.iloc[place].reset_index(drop=True), after.iloc[place].reset_index(drop=True)
        near = np.logical_and.reduce(np.isclose(before[AREAS], after[AREAS], atol=1e-6), axis=1)
        same = (before["status"] == after["status"]) & near
        out = after.set_axis(run.index).astype(run.dtypes)
        out.loc[same.to_numpy()] = run.loc[same.to_numpy()]
        return self._kept_back(out, run)

    def _kept_back(self, out: pd.DataFrame, run: pd.DataFrame) -> pd.DataFrame:
        """Withhold what would give a use-only layer away; a least area under trial would find it by halving."""
        rows = out["parcel_id"].isin(self.desk.touched(self.moved))
        if self.moved.min_area_m2 is not None:
            out = out.assign(status=out["status"].mask(rows, run["status"]))
        return out.assign(**{name: out[name].mask(rows) for name in AREAS[1:]})

    @cached_property
    def _judged(self) -> pd.DataFrame:
        rows = _rows(self.desk, self.desk.answer(self.moved))
        least = self.setting.minimum.area_m2
        if least <= self.desk.setting.minimum.area_m2:
            return rows
        # one part has to be large enough; parts are known where the trial cuts as the run did
        part = self.results.table("land").groupby("parcel_id")["net_m2"].agg(["max", "sum"])
        part = part.reindex(rows["parcel_id"])
        as_cut = np.isclose(part["sum"].to_numpy(), rows["net_hi_m2"].to_numpy(), atol=0.01)
        small = as_cut & (part["max"].to_numpy() < least)
        return rows.assign(
            status=rows["status"].mask(small, "excluded"),
            net_m2=rows["net_m2"].mask(small, 0.0),
            net_hi_m2=rows["net_hi_m2"].mask(small, 0.0),
        )

    @cached_property
    def remnants(self) -> pd.Series:
        """Tell of each row of `found` whether it is a remnant: "yes", "no", "" where it is excluded or held back.

        The area is looked at again; the width needs shapes, so where ground changed only a run looks at it.
        """
        found, run = self.found, pd.DataFrame(self.results.table("candidates"))
        told = run["remnant"].astype(str) if "remnant" in run else pd.Series("", index=run.index)
        near = np.isclose(found["net_hi_m2"], run["net_hi_m2"], atol=0.01, equal_nan=True)
        kept = near & (run["status"].astype(str) != "excluded").to_numpy()
        high = np.where(self._as_cut, self._part["max"].to_numpy(), found["net_hi_m2"].to_numpy(float))
        small = high < self.setting.candidate.area_m2
        out: pd.Series = told.where(kept, np.where(small, "yes", "no"))
        held = found["parcel_id"].isin(self.desk.touched(self.moved)) if is_trial(self.moved) else False
        gone = (found["status"].astype(str) == "excluded") | held
        return pd.Series(out.mask(gone, ""))

    @cached_property
    def _part(self) -> pd.DataFrame:
        """The largest part and the sum of the parts the run left of each row of `found`."""
        part = self.results.table("land").groupby("parcel_id")["net_m2"].agg(["max", "sum"])
        return part.reindex(self.found["parcel_id"])

    @property
    def _as_cut(self) -> npt.NDArray[np.bool_]:
        """Whether the trial leaves of each row what the run left, so that its parts are known."""
        high = self.found["net_hi_m2"].to_numpy(float)
        same: npt.NDArray[np.bool_] = np.isclose(self._part["sum"].to_numpy(), high, atol=0.01)
        return same

    @cached_property
    def small(self) -> tuple[pd.Series, pd.Series]:
        """Count and ground of the remnants among what is eligible or conditional, as run and under the trial."""
        run = pd.DataFrame(self.results.table("candidates"))
        told = run["remnant"].astype(str) if "remnant" in run else pd.Series("", index=run.index)
        return _remnants(run, told), _remnants(self.found, self.remnants)

    @cached_property
    def by_status(self) -> pd.DataFrame:
        """Count and areas per status, every status in the order of the legend; shared ground once within each."""
        return once.areas(self.results, self.found, self.found["status"].astype(str), ORDER, self.setting.examined)

    @cached_property
    def total(self) -> pd.Series:
        """Count and areas of the whole study, ground of parcels that overlap once."""
        return once.total(self.results, self.found, self.setting.examined)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Parcels that differ from the run (see `layers.ask.compare.moves`)."""
        return compare.moves(pd.DataFrame(self.results.table("candidates")), self.found)

    @cached_property
    def funnel(self) -> pd.DataFrame:
        """What each rule costs, in order and alone."""
        return self.desk.funnel(self.moved)

    @cached_property
    def binding(self) -> pd.DataFrame:
        """Which cutting rules really bind, by ground nobody else takes."""
        return self.desk.binding(self.moved).sort_values("exclusive_m2", ascending=False, ignore_index=True)

    @cached_property
    def to_find_out(self) -> pd.DataFrame:
        """What to find out first, with ``everywhere``: True where no data at all was at hand."""
        rows = self.desk.to_find_out(self.moved)
        blind = {r.id for r in self.setting.examined if not np.isfinite(self.desk.board.measured(r).hi).any()}
        return rows.assign(everywhere=[rule in blind for rule in rows["rule_id"]])

    @cached_property
    def notes_only(self) -> tuple[str, ...]:
        """Rules without any data whose unknown changes no status (procedures and preferences)."""
        rules = (r for r in self.setting.examined if r.binding not in ("exclude", "restrict"))
        return tuple(r.id for r in rules if not np.isfinite(self.desk.board.measured(r).hi).any())

    def ledger(self, by: str = "") -> pd.DataFrame:
        """Return the ledger of the study or of each park or township (see `ScreenModel.ledger`)."""
        return self.desk.ledger(by, self.moved)

    def rule(self, rule_id: str) -> Rule:
        """Return a rule as the trial has it."""
        return next(r for r in self.setting.rules if r.id == rule_id)

    def own(self, rule_id: str) -> Rule:
        """Return a rule before the trial changed it: as in the run, or as its pack has it."""
        return next(r for r in self.desk.base(self.moved) if r.id == rule_id)

    @cached_property
    def exchanged(self) -> tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Rule, ...]]:
        """What other packs bring for this use: rules that come, rules that go, rules that read otherwise."""
        run = {r.id: r for r in replace(self.setting, rules=self.results.rules).applicable}
        now = {r.id: r for r in replace(self.setting, rules=self.desk.base(self.moved)).applicable}
        other = (r for i, r in now.items() if i in run and r.limit != run[i].limit)
        come, go = (r for i, r in now.items() if i not in run), (r for i, r in run.items() if i not in now)
        return tuple(come), tuple(go), tuple(other)

    @cached_property
    def unmeasured(self) -> tuple[Rule, ...]:
        """Rules that read what the run did not measure, though the layer is there."""
        return self.desk.unmeasured(self.moved)

    @property
    def width_unseen(self) -> bool:
        """True when a minimum width is set: it needs shapes, so only a run looks at it where ground changed."""
        return self.setting.minimum.width_m > 0


def _remnants(frame: pd.DataFrame, told: pd.Series) -> pd.Series:
    rows = (told == "yes") & frame["status"].astype(str).isin(("eligible", "conditional"))
    return pd.Series({"parcels": int(rows.sum()), "gross_m2": float(frame.loc[rows, "gross_m2"].sum())})


def _rows(table: ScreenModel, answer: Answer) -> pd.DataFrame:
    """Return status and areas per parcel as the candidates table has them."""
    stand, left = answer.standing, answer.left
    gone = stand.code == S_EXCLUDED
    high = np.where(gone, 0.0, left.net_hi)
    sure = np.where(gone | stand.unsure_whole, 0.0, left.net)
    words: npt.NDArray[np.object_] = np.asarray(STATUSES, object)[stand.code]
    data = table.board.data
    return pd.DataFrame(
        {"parcel_id": data.parcel_ids, "status": words, "gross_m2": data.gross_m2,
         "net_m2": np.minimum(sure, high), "net_hi_m2": high}
    )  # fmt: skip


@lru_cache(maxsize=8)
def _trial(results: Results, key: str) -> Trial:
    told = json.loads(key)
    aside = None if told["aside"] is None else frozenset(told["aside"])
    packs, order = (None if told[name] is None else tuple(told[name]) for name in ("packs", "order"))
    return Trial(results, ScreenTrial(told["rules"], aside, told["use_class"], told["min_area_m2"], packs, order), key)


def trial(results: Results, moved: ScreenTrial = AS_RUN) -> Trial:
    """Return a run under a trial; the last few are remembered."""
    body = {
        "rules": {rule: dict(values) for rule, values in moved.rules.items()},
        "aside": None if moved.aside is None else sorted(moved.aside),
        "use_class": moved.use_class,
        "min_area_m2": moved.min_area_m2,
        "packs": moved.packs,
        "order": moved.order,
    }
    return _trial(results, json.dumps(body, sort_keys=True))


def with_rule(results: Results, moved: ScreenTrial, rule_id: str, values: Mapping[str, Any]) -> ScreenTrial:
    """Return the trial with other values of one rule; those equal to the run's are no change."""
    own = next(r for r in desk(results).base(moved) if r.id == rule_id)
    wanted = {**moved.rules.get(rule_id, {}), **values}
    differing = {name: value for name, value in wanted.items() if value != getattr(own, name)}
    rules = {name: kept for name, kept in moved.rules.items() if name != rule_id}
    return replace(moved, rules=rules | ({rule_id: differing} if differing else {}))


def with_aside(results: Results, moved: ScreenTrial, rule_id: str, left_aside: bool) -> ScreenTrial:
    """Return the trial with a rule left aside or examined."""
    as_run = desk(results).setting.aside
    now = as_run if moved.aside is None else moved.aside
    wanted = now | {rule_id} if left_aside else now - {rule_id}
    return replace(moved, aside=None if wanted == as_run else wanted)


def with_use(results: Results, moved: ScreenTrial, use_class: str) -> ScreenTrial:
    """Return the trial screened for another use."""
    return replace(moved, use_class="" if use_class == results.study.use_class else use_class)


def with_minimum(results: Results, moved: ScreenTrial, area_m2: float) -> ScreenTrial:
    """Return the trial with another minimum area."""
    same = abs(area_m2 - results.study.screen.min_area_m2) < 0.005
    return replace(moved, min_area_m2=None if same else area_m2)


def with_packs(results: Results, moved: ScreenTrial, packs: tuple[str, ...]) -> ScreenTrial:
    """Return the trial judged by other rule packs, or by the same ones in another order.

    None at all means those of the run. What the trial changed of rules the packs do not
    have is forgotten.
    """
    same = not packs or packs == results.study.rules
    return still_meant(results, replace(moved, packs=None if same else packs, order=None))


def with_place(results: Results, moved: ScreenTrial, rule_id: str, steps: int) -> ScreenTrial:
    """Return the trial with a rule some places earlier (negative) or later among those that apply."""
    setting = desk(results).moved(moved)
    ids = [r.id for r in setting.applicable]
    place = ids.index(rule_id)
    ids.insert(int(np.clip(place + steps, 0, len(ids) - 1)), ids.pop(place))
    own = [r.id for r in replace(setting, rules=desk(results).base(moved)).applicable]
    return replace(moved, order=None if ids == own else tuple(ids))


def still_meant(results: Results, moved: ScreenTrial | None) -> ScreenTrial:
    """Return what of a trial the run still knows: a newer run may have other rules."""
    if moved is None:
        return AS_RUN
    table = desk(results)
    if moved.packs is not None and not set(moved.packs) <= set(table.pack_titles()):
        moved = replace(moved, packs=None)
    known = {r.id for r in table.base(moved)}
    rules = {rule: values for rule, values in moved.rules.items() if rule in known}
    aside = None if moved.aside is None else moved.aside & known
    order = tuple(rule for rule in moved.order or () if rule in known) or None
    out = ScreenTrial({}, aside, moved.use_class, moved.min_area_m2, moved.packs, order)
    for rule_id, values in rules.items():
        out = with_rule(results, out, rule_id, values)
    return out


def changed_rules(results: Results, moved: ScreenTrial) -> tuple[str, ...]:
    """Return the rules a trial changes or moves in or out of the round, in the order of the rules."""
    as_run = desk(results).setting.aside
    swapped = set() if moved.aside is None else as_run ^ moved.aside
    return tuple(r.id for r in desk(results).base(moved) if r.id in moved.rules or r.id in swapped)


def is_trial(moved: ScreenTrial) -> bool:
    """Tell whether a trial changes anything."""
    return moved != AS_RUN


def changes(results: Results, moved: ScreenTrial) -> RuleChanges:
    """Return what keeping a trial writes into the study; the order of rules moves no status and is not kept."""
    aside = None
    if moved.aside is not None:
        model = desk(results)
        swapped = (model.setting.aside ^ moved.aside) - model.restricted(model.setting.rules)
        now = {n.rule for n in results.study.not_examined}
        aside = sorted((now - swapped) | (swapped & moved.aside))
    return RuleChanges(moved.rules, aside, moved.use_class, moved.min_area_m2, moved.packs)
