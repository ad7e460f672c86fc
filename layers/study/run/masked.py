"""Tables without what is use-only: rows, columns, amounts and shapes that may not leave a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.basis.layer import SEPARATOR, layer_of
from geo.basis.reason import Reason, reason
from geo.basis.tables import TABLES, empty
from geo.place.accounts import COUNTY, FACILITY
from geo.rank.spec import Criterion
from geo.rules.gather import evidence
from geo.screen import ledger
from geo.screen.remains import deductions
from geo.screen.setting import Setting
from geo.study import rank
from layers.study.registers.criteria import draws_of
from layers.study.run.masks import Masks
from layers.study.run.results import Results


@dataclass(frozen=True)
class Hidden:
    """What is kept back: the masks, and parcels and sites whose amounts would give a use-only layer away."""

    masks: Masks
    parcels: frozenset[str]
    sites: frozenset[str]


OF_PARCELS = ("candidates", "use_status", "parcels", "verdicts", "ledger", "pieces", "stacks", "stack_pieces",
              "overlaps", "overlap_classes", "facts", "land",
              "supply", "members", "availability", "crossings", "composition", "check_members")  # fmt: skip
"""Tables whose rows are ground of single parcels."""
OF_ROLE: dict[str, tuple[str, ...]] = {
    "parcels": (*OF_PARCELS, "ranking", "scores", "tolerance", "offers", "reuse", "fits",
                "matches", "idle", "idle_assets", "redevelopment", "inefficient", "sites", "imagery",
                "imagery_change", "building_sites", "check_sites", "sites_measured"),
    "project": ("projects", "project_problems", "gates", "gate_results", "site_gates", "demand", "demand_lines",
                "project_findings", "chain_fit", "chain_stations",
                "offers", "fits", "matches", "misses", "draws", "place_from", "reuse",
                "protection", "library_links"),
    "link": ("links", "link_amounts", "chain_problems", "chain_fit", "chain_stations", "park_industries"),
    "investor": ("library_links",),
    "talent": ("library_links",),
    "fund": ("library_links",),
    "building": ("building_sites", "reuse", "upstairs"),
    "supply": ("supply_records", "idle_records"),
    "budget": ("earmarks",),
    "earmark": ("earmarks",),
    "quota_source": ("quota_sources",),
    "facility": ("capacity",),
    "park": ("capacity", "park_land", "zone_scores", "zone_potentials", "zone_accounts", "chain_fit",
             "chain_stations", "link_amounts", "park_industries", "gates"),
    "zone": ("zone_scores", "zone_potentials", "zone_accounts", "zone_problems"),
    "redevelopment": ("redevelopment",),
    "signal": ("idle_signals", "mu_evaluation"),
    "enterprise": ("idle_signals", "chain_fit", "chain_stations", "mu_evaluation", "firms"),
}  # fmt: skip
"""Role: tables that are nothing but what its layers say; with a use-only layer of that role they stay inside."""
PLAN = ("plan_use", "plan_scheme", "far_min", "far_max", "height_max_m", "plan_share")
PARK = ("park_id", "wish_park_id", "parks", "parks_unknown")
OF_COLUMNS: dict[str, tuple[str, ...]] = {
    "plan": PLAN,
    "park": PARK,
    "building": ("buildings", "buildings_m2", "buildings_hi_m2", "vacant_floors", "vacant_m2", "floors"),
    "supply": ("supply_status", "stated", "unapproved_m2", "approved_m2", "supply_unknown_m2"),
    "network": ("frontage_m", "access_m", "access_hi_m"),
}
"""Role: columns of other tables that say what its layers say."""
OF_ASSETS = {"land": {"supply"}, "building": {"building", "enterprise", "signal"}}
"""Kind of idle asset: roles its row is made of."""
LAYER_NAMES = ("layer_id", "source", "from_layer", "to_layer")
RULE_NAMES = ("rule_id", "gate_id", "conflicts", "unknowns", "conditions", "failed", "procedures")
CRITERION_NAMES = ("criterion_id",)
"""Columns that hold names of layers, of rules, of criteria; several are joined by ``|``."""
OF_LAND = ("land", "new_construction", "farmland_balance")
"""Resources of a park that are amounts of its land."""
MEMBERS = ("members", "check_members")
"""Tables that say which parcels a site is made of."""
KEPT = ("gross_m2", "legal_m2", "area_m2", "area_statutory_m2")
"""Areas of a parcel as it stands, before anything is taken; a site is made of what is left."""


def touched(results: Results, masks: Masks) -> frozenset[str]:
    """Return the parcels of which a rule on a use-only layer takes some ground, or may take some."""
    if not results.has("ledger"):
        return frozenset()
    lines = results.table("ledger")
    return frozenset(lines.loc[lines["rule_id"].isin(masks.rule_names), "parcel_id"].astype(str))


def touched_sites(results: Results, parcels: frozenset[str]) -> frozenset[str]:
    """Return the sites that hold land of such a parcel: those assembled, and the red lines pinned to projects."""
    if not parcels:
        return frozenset()
    held = [results.table(name) for name in MEMBERS if results.has(name)]
    return frozenset(s for rows in held for s in rows.loc[rows["parcel_id"].isin(parcels), "site_id"].astype(str))


def table(name: str, raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    """Return a table as it may leave: same columns unless they were measured on a use-only layer.

    Amounts withheld are NaN, shapes withheld None; a table that is nothing but what a use-only
    layer says has no rows (`withheld` tells why).
    """
    role = withheld(name, hidden.masks)
    if role and (role != "parcels" or not results.of_plots or name == "composition"):
        return raw.iloc[:0]
    frame = SPECIAL[name](raw, hidden, results) if name in SPECIAL else _listed(name, raw, hidden)
    frame = frame.drop(columns=[c for c in frame if hidden.masks.column(str(c))])
    frame = _without_roles(frame, hidden.masks)
    frame = _unmeasured(name, frame, hidden)
    return _renamed(name, frame, hidden.masks)


def withheld(name: str, masks: Masks) -> str:
    """Return the role that keeps a whole table inside, "" where it may leave."""
    return next((role for role, names in OF_ROLE.items() if role in masks.roles and name in names), "")


def _listed(name: str, frame: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Leave out the rows a use-only layer brought in."""
    for column in LAYER_NAMES:
        if column in frame:
            frame = frame[~frame[column].astype(str).isin(hidden.masks.layers)]
    if name == "zone_uses":  # a rule may leave a use-only layer out of an ordinary one
        less = [bool(set(str(part).split("-")[1:]) & set(hidden.masks.layers)) for part in frame["part"]]
        frame = frame[~np.array(less, bool)]
    kinds = [kind for kind, roles in OF_ASSETS.items() if roles & hidden.masks.roles]
    if name.startswith("idle") and "kind" in frame and kinds:
        frame = frame[~frame["kind"].isin(kinds)]
    return frame


def _without_roles(frame: pd.DataFrame, masks: Masks) -> pd.DataFrame:
    columns = [c for role, names in OF_COLUMNS.items() if role in masks.roles for c in names if c in frame]
    if "network" in masks.roles:
        columns = [c for c in columns if c not in OF_COLUMNS["network"] or _measured_on_secret(masks)]
    return frame.assign(**{c: _blank(frame[c]) for c in columns}) if columns else frame


def _measured_on_secret(masks: Masks) -> bool:
    return any(name in masks.layers for name in masks.study.assembly.access)


def _unmeasured(name: str, frame: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Withhold amounts and shapes of parcels and sites whose difference to the whole would be an amount taken."""
    whole = KEPT if name in ("parcels", "candidates") else ()
    for key, ids in (("parcel_id", hidden.parcels), ("site_id", hidden.sites)):
        if key not in frame or not ids or name in ("parcels", *SPECIAL):
            continue
        rows = frame[key].astype(str).isin(ids).to_numpy()
        floats = [c for c in frame if frame[c].dtype.kind == "f" and c not in whole]
        made = {str(c): frame[c].mask(rows) for c in floats}
        if "geometry" in frame:
            shapes = frame["geometry"].to_numpy(object).copy()
            shapes[rows] = None
            made["geometry"] = gpd.GeoSeries(shapes, index=frame.index, crs=gpd.GeoDataFrame(frame).crs)
        if "line" in frame:
            made["line"] = frame["line"].mask(rows, "")
        frame = frame.assign(**made)
    return frame


def _renamed(name: str, frame: pd.DataFrame, masks: Masks) -> pd.DataFrame:
    """Put what stands in their place where names of use-only layers, rules and criteria stand."""
    kinds = ((LAYER_NAMES, masks.layers), (RULE_NAMES, masks.rule_names), (CRITERION_NAMES, masks.criterion_names))
    made = {c: _mapped(frame[c], partial(_word, known)) for columns, known in kinds for c in columns if c in frame}
    reasons = {c.name for c in TABLES[name].columns if c.kind == "reason"} if name in TABLES else set()
    made |= {c: _mapped(frame[c], masks.reason) for c in frame if c in reasons}
    return frame.assign(**made) if made else frame


def _word(known: Mapping[str, str], text: str) -> str:
    return "|".join(known.get(part, part) for part in text.split("|"))


def _mapped(values: pd.Series, change: Callable[[str], str]) -> pd.Series:
    known = {v: change(v) for v in values.dropna().unique() if isinstance(v, str)}
    return values if all(k == v for k, v in known.items()) else values.map(lambda v: known.get(v, v))


def _blank(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return pd.Series(np.nan, index=values.index)
    return pd.Series("", index=values.index, dtype="str")


# --- tables with a way of their own ----------------------------------------------------


def _problems(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    """Say that a use-only layer has a finding, and where to read it; nothing of what was found."""
    rows = raw["layer_id"].isin(hidden.masks.layers)
    said = [reason("restricted_said", place=int(hidden.masks.layers[x].split("_")[1])).to_json()
            for x in raw.loc[rows, "layer_id"]]  # fmt: skip
    mine = raw[rows].assign(row="", code="restricted_said", proposal="", reason=said)
    return pd.concat([raw[~rows], mine.drop_duplicates(["layer_id", "severity"])], ignore_index=True)


def _zones(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    """Keep whether a use-only layer could be read; how much it holds stays inside."""
    rows = raw["layer_id"].isin(hidden.masks.layers)
    counts = {c: raw[c].mask(rows, 0) for c in ("features", "maybe")}
    words = {c: raw[c].mask(rows, "") for c in ("cause", "part") if c in raw}
    made = raw.assign(**counts, buffer_m=raw["buffer_m"].mask(rows, 0.0), **words)
    return made.drop_duplicates([c for c in ("layer_id", "buffer_m", "part") if c in made], ignore_index=True)


def _pieces(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    """Cut the parcels along ordinary layers only."""
    secret = hidden.masks.layers

    def stripped(label: str) -> str:
        kept = [w for w in label.split(SEPARATOR) if w and not _is_of(w, secret)]
        return SEPARATOR.join(kept)

    made = raw.assign(zones=_mapped(raw["zones"], stripped))
    key = "stack_id" if "stack_id" in made else "parcel_id"
    return made.groupby([key, "zones"], as_index=False, sort=False)[["area_m2"]].sum()


def _is_of(word: str, secret: Mapping[str, str]) -> bool:
    return layer_of(word) in secret


def _verdicts(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    rows = raw["rule_id"].isin(hidden.masks.rule_names)
    said = reason("restricted_verdict").to_json()
    numbers = {c: raw[c].mask(rows) for c in ("value", "value_hi", "threshold", "tolerance")}
    return raw.assign(**numbers, reason=raw["reason"].mask(rows, said))


def _candidates(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    rows = raw["parcel_id"].isin(hidden.parcels)
    # nothing is left of an excluded parcel, whoever took it: its status says so already
    held = rows & (raw["status"] != "excluded")
    made = raw.assign(**{c: raw[c].mask(held) for c in ("net_m2", "net_hi_m2")})
    if "remnant" in raw:  # whether enough is left tells how much was taken
        made = made.assign(remnant=raw["remnant"].mask(held, ""))
    return made.assign(reason=[_bare(r) if hit else r for r, hit in zip(raw["reason"], rows, strict=True)])


def _bare(text: str) -> str:
    """Return a reason (JSON) with its rules and without its numbers."""
    given = Reason.from_json(text)
    return reason(given.code, **{k: v for k, v in given.values.items() if k == "rules"}).to_json()


def _ledger(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    """Deduct ordinary layers as if there were no other, then say that a restricted one follows and no more.

    What an ordinary layer takes after a use-only one would tell where the two overlap.
    """
    rows = raw["parcel_id"].isin(hidden.parcels)
    if not rows.any():
        return raw
    ordinary = _ordinary_ledger(hidden, results)
    last = ordinary.groupby("parcel_id")["step"].max()
    mine = raw[rows & raw["rule_id"].isin(hidden.masks.rule_names)].drop_duplicates(["parcel_id", "rule_id"])
    place = mine.groupby("parcel_id").cumcount() + 1
    amounts = dict.fromkeys(("exclusive_m2", "shared_m2", "unknown_m2", "left_m2"), np.nan)
    mine = mine.assign(step=mine["parcel_id"].map(last).to_numpy() + place.to_numpy(), **amounts)
    mine = mine.assign(layer_id=mine["layer_id"].map(lambda x: hidden.masks.layers.get(x, x)))
    made = pd.concat([raw[~rows], ordinary, mine], ignore_index=True)
    return made.sort_values(["parcel_id", "step"], kind="stable", ignore_index=True)


def _ordinary_ledger(hidden: Hidden, results: Results) -> pd.DataFrame:
    """Return the ledger of the touched parcels, had the study ordinary layers only."""
    parcels, facts = (results.table(name) for name in ("parcels", "facts"))
    pieces = _pieces(results.table("pieces"), hidden, results)
    own = [frame[frame["parcel_id"].isin(hidden.parcels)] for frame in (parcels, pieces, facts)]
    data = evidence(own[0], results.table("zones"), own[1], own[2])
    rules = tuple(r for r in results.rules if r.id not in hidden.masks.rule_names)
    aside = frozenset(n.rule for n in results.study.not_examined)
    found = deductions(Setting(rules, aside, results.study.use_class).examined, data)
    none = np.zeros(len(data.parcel_ids), bool)
    made = ledger.table(found, data, none, none)
    return made[made["layer_id"] != ledger.UNSURE_LINE] if len(made) else empty("ledger")


def _ranked(name: str) -> Callable[[pd.DataFrame, Hidden, Results], pd.DataFrame]:
    """Rank the sites by what may be told of them: a figure withheld is not known, and its score is an interval."""

    def made(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
        if not hidden.sites and not hidden.masks.criterion_names:
            return raw
        sites = table("sites", results.table("sites"), hidden, results)
        asked = results.criteria.model_copy(update={"criteria": tuple(map(hidden.masks.criterion, _criteria(results)))})
        return rank(sites, asked, draws_of(results.study))[name]

    return made


def _criteria(results: Results) -> Sequence[Criterion]:
    return results.criteria.criteria


def _of_parks(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    """Withhold the land of a park that holds a touched parcel: all but that one are told, and it is the difference."""
    land = raw["resource"].isin(OF_LAND) if "resource" in raw else pd.Series(True, index=raw.index)
    rows = land & raw["park_id"].isin(_touched_parks(hidden, results))
    floats = [c for c in raw if raw[c].dtype.kind == "f"]
    return raw.assign(**{str(c): raw[c].mask(rows) for c in floats}) if rows.any() else raw


def _accounts(raw: pd.DataFrame, hidden: Hidden, results: Results) -> pd.DataFrame:
    """Leave out the facilities where one of their registers is use-only, and likewise the county accounts."""
    roles = {FACILITY: "facility", COUNTY: "budget"}
    return raw[~raw["scope"].map(roles).isin(hidden.masks.roles)]


def _touched_parks(hidden: Hidden, results: Results) -> frozenset[str]:
    parcels = results.table("parcels") if hidden.parcels else pd.DataFrame()
    if "park_id" not in parcels:
        return frozenset()
    return frozenset(parcels.loc[parcels["parcel_id"].astype(str).isin(hidden.parcels), "park_id"].astype(str)) - {""}


SPECIAL: dict[str, Callable[[pd.DataFrame, Hidden, Results], pd.DataFrame]] = {
    **{name: _problems for name in TABLES if name.endswith("problems")},
    **{name: _ranked(name) for name in ("scores", "ranking", "tolerance")},
    "zones": _zones,
    "pieces": _pieces,
    "stack_pieces": _pieces,
    "verdicts": _verdicts,
    "candidates": _candidates,
    "ledger": _ledger,
    "accounts": _accounts,
    "park_land": _of_parks,
    "capacity": _of_parks,
}
