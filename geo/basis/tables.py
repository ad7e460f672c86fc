"""The schema of every table: declared once, used for checks, empty tables, headers and docs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast

import pandas as pd

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from geo.basis.units import DECIMALS

Kind = Literal["id", "code", "text", "float", "int", "bool", "date", "reason", "geometry"]
Aggregation = Literal["sum", "mean", "min", "max", "any", "recompute", "none"]


@dataclass(frozen=True)
class Column:
    """One column: its name ends in its unit; `agg` tells how parcels become a site."""

    name: str
    kind: Kind
    agg: Aggregation = "none"
    optional: bool = False

    @property
    def unit(self) -> str:
        """Unit suffix of a number column, empty where there is none."""
        tail = self.name.rsplit("_", 1)[-1]
        return tail if self.kind == "float" and tail in DECIMALS else ""

    @property
    def decimals(self) -> int | None:
        """Decimals the values are rounded to; None leaves them as they are."""
        return DECIMALS.get(self.unit)


@dataclass(frozen=True)
class Table:
    """A table: what one row is, its key (fixed sort order) and its columns."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open: bool = False  # further columns, named with their unit, may follow

    def column(self, name: str) -> Column:
        """Return the declared column, or infer one of an open table from its name."""
        for col in self.columns:
            if col.name == name:
                return col
        tail = name.rsplit("_", 1)[-1]
        return Column(name, "float" if tail in DECIMALS else "text", optional=True)

    @property
    def geometry(self) -> str | None:
        """Name of the geometry column, if there is one."""
        return next((c.name for c in self.columns if c.kind == "geometry"), None)


def _c(spec: str) -> tuple[Column, ...]:
    """Read ``"name:kind[:agg][?]"`` words into columns."""
    out = []
    for word in spec.split():
        optional = word.endswith("?")
        name, kind, *rest = word.rstrip("?").split(":")
        out.append(Column(name, kind, rest[0] if rest else "none", optional))  # type: ignore[arg-type]
    return tuple(out)


_PROBLEM = "layer_id:id row:text code:code severity:code proposal:text reason:reason"
_DECLARED = (
    Table("parcels", ("parcel_id",), _c(
        "parcel_id:id parcel_kind:code land_use:code land_use_scheme:code township:text park_id:code tenure:code "
        "supply_status:code legal_m2:float:sum area_m2:float:sum area_statutory_m2:float:sum may_belong:text? "
        "geometry:geometry"), open=True),
    Table("problems", ("layer_id", "row", "code"), _c(_PROBLEM)),
    Table("zones", ("layer_id", "buffer_m", "part"), _c(
        "layer_id:id buffer_m:float part:code state:code cause:code coverage:code features:int maybe:int")),
    Table("overlaps", ("parcel_id", "layer_id", "buffer_m", "part"), _c(
        "parcel_id:id layer_id:id buffer_m:float part:code area_m2:float:sum area_hi_m2:float:sum "
        "share:float:recompute covered_share:float:recompute")),
    Table("overlap_classes", ("parcel_id", "layer_id", "class"), _c(
        "parcel_id:id layer_id:id class:code area_m2:float:sum")),
    Table("pieces", ("parcel_id", "zones"), _c("parcel_id:id zones:code area_m2:float:sum")),
    # ground that lies in more than one parcel: which ones, and the zones on it
    Table("stacks", ("stack_id", "parcel_id"), _c("stack_id:id parcel_id:id")),
    Table("stack_pieces", ("stack_id", "zones"), _c("stack_id:id zones:code area_m2:float:sum")),
    Table("facts", ("parcel_id",), _c("parcel_id:id"), open=True),
    Table("verdicts", ("parcel_id", "rule_id"), _c(
        "parcel_id:id rule_id:code outcome:code severity:code value:float value_hi:float operator:code "
        "threshold:float tolerance:float reason:reason")),
    Table("ledger", ("parcel_id", "step"), _c(
        "parcel_id:id step:int layer_id:code rule_id:code exclusive_m2:float:sum shared_m2:float:sum "
        "unknown_m2:float:sum left_m2:float:sum")),
    Table("candidates", ("parcel_id",), _c(
        "parcel_id:id status:code remnant:code? gross_m2:float:sum net_m2:float:sum net_hi_m2:float:sum "
        "conflicts:text unknowns:text conditions:text reason:reason")),
    # only where it is not that of the study's own use (`geo.screen.uses.of`)
    Table("use_status", ("parcel_id", "use"), _c(
        "parcel_id:id use:code status:code conflicts:text unknowns:text conditions:text")),
    # cultivated ground net of its ridges, which are rows of their own; `gross_m2` has them in the row of their field
    Table("composition", ("phase", "unit_id", "land_use", "land_use_scheme", "settlement", "tenure", "township"), _c(
        "phase:code unit_id:id land_use:code land_use_scheme:code settlement:code? tenure:code township:code "
        "area_m2:float:sum gross_m2:float:sum? ridges_open_m2:float:sum?")),
    # present use of a red line's ground inside a layer, or outside one it must lie in
    Table("zone_uses", ("layer_id", "part", "test", "unit_id", "land_use", "land_use_scheme"), _c(
        "layer_id:id part:code test:code unit_id:id land_use:code land_use_scheme:code area_m2:float:sum "
        "gross_m2:float:sum ridges_open_m2:float:sum")),
    Table("land", ("parcel_id", "part"), _c("parcel_id:id part:int net_m2:float:sum geometry:geometry")),
    Table("supply", ("parcel_id",), _c(
        "parcel_id:id supply_status:code stated:text reason:reason new_construction_m2:float:sum balance_m2:float:sum "
        "cultivated_net_m2:float:sum? ridges_m2:float:sum? plan_use:code plan_scheme:code far_min:float:max "
        "far_max:float:min height_max_m:float:min plan_share:float:recompute")),
    Table("supply_records", ("row", "record_id"), _c(
        "row:text record_id:text stage:code matched_by:code parcels:int reason:reason")),
    Table("imagery", ("unit_kind", "unit_id", "layer_id"), _c(
        "unit_kind:code unit_id:id layer_id:id taken_on:date ndvi_mean_index:float ndvi_min_index:float "
        "ndvi_max_index:float built_index:code built_mean_index:float seen_share:float green_share:float "
        "bare_share:float built_share:float water_share:float unknown_share:float")),
    Table("imagery_change", ("unit_kind", "unit_id", "from_layer", "to_layer"), _c(
        "unit_kind:code unit_id:id from_layer:id to_layer:id from_on:date to_on:date ndvi_change_index:float "
        "green_change_share:float green_change_hi_share:float bare_change_share:float bare_change_hi_share:float "
        "built_change_share:float built_change_hi_share:float")),
    Table("building_sites", ("site_id",), _c(
        "site_id:id building_id:id name:text use:text park_id:code net_m2:float net_hi_m2:float floor_area_m2:float "
        "plate_m2:float floors:float vacant_floors:float vacant_since:text rect_length_m:float rect_width_m:float "
        "clear_height_m:float ground_height_m:float floor_load_kpa:float grid_m:float lifts:float lift_t:float "
        "crane_t:float power_kva:float fire_class:code exhaust:code dangerous_goods:code? yard_m2:float "
        "built_year:float reason:reason geometry:geometry")),
    Table("reuse", ("project_id", "site_id"), _c(
        "project_id:id site_id:id outcome:code conflicts:text unknowns:text floor_m2:float free_m2:float "
        "free_hi_m2:float land_saved_m2:float reason:reason")),
    Table("upstairs", ("building_id", "test"), _c(
        "building_id:id test:code outcome:code value:float value_hi:float low:float high:float hard:bool "
        "unverified:bool reason:reason")),
    Table("scores", ("site_id", "criterion_id"), _c(
        "site_id:id criterion_id:id value:float value_hi:float code:code scaled:float scaled_hi:float weight:float "
        "points:float points_hi:float reason:reason")),
    Table("ranking", ("rank", "site_id"), _c(  # best first, what is not ranked last
        "site_id:id state:code score:float score_low:float score_high:float rank:float rank_best:float "
        "rank_worst:float rank_low:float rank_high:float top_share:float topsis:float topsis_rank:float "
        "reason:reason")),
    Table("tolerance", ("criterion_id",), _c(
        "criterion_id:id weight:float weight_low:float weight_high:float passed_low:code passing_low:code "
        "passed_high:code passing_high:code")),
    # a quantity given as a range has its upper end in a column of its own, see `hi`
    Table("projects", ("project_id",), _c(
        "project_id:id name:text industry:code industry_text:text industries:text? stage:code investment_wan:float "
        "investment_total_wan:float investment_ex_land_wan:float asked_m2:float output_wan:float tax_wan:float "
        "tax_wan_mu:float staff:float floor_m2:float footprint_m2:float yard_m2:float hall_length_m:float "
        "hall_width_m:float clear_height_m:float crane_t:float floor_load_kpa:float accepts_building:code "
        "power_kva:float power_kw:float water_m3d:float sewage_m3d:float heat_th:float gas_m3d:float energy_tce:float "
        "coal_t:float emissions_t:float fire_class:text safety_distance_m:float far:float? coefficient_pct:float? "
        "office_land_pct:float? office_land_m2:float? office_floor_pct:float? office_floor_m2:float? "
        "research_floor_pct:float? green_pct:float? green_m2:float? exhaust:code? dangerous_goods:code? "
        "plate_m2:float? grid_m:float? lifts:float? lift_t:float? cod_t:float? ammonia_t:float? nox_t:float? "
        "so2_t:float? vocs_t:float? solid_waste_t:float? emergency_m3:float? peak_pcuh:float? research_pct:float? "
        "hazardous_chemicals_code:float own_intake_code:float two_high_code:float eia_class_code:float "
        "catalogue_class_code:float catalogue_new_build_class_code:float industrial_class_code:float? build_kind:code "
        "capacity:text reserved_on:date talks_on:date signed_on:date prepared_on:date started_on:date "
        "completed_on:date producing_on:date unit:text leader:text next_milestone:text due:date paid_wan:float "
        "county:text? start_promised_on:date? production_promised_on:date? wish:text wish_park_id:code remark:text "
        "edited:text may_belong:text? layer_id:code row:text"), open=True),
    Table("links", ("from_industry", "to_industry"), _c(
        "from_industry:code to_industry:code strength:float supply:float? demand:float? amount_unit:text?")),
    Table("link_amounts", ("park_id", "from_industry", "to_industry"), _c(
        "park_id:id from_industry:code to_industry:code supply:float demand:float amount_unit:text")),
    Table("park_industries", ("park_id", "industry"), _c(
        "park_id:id industry:code state:code conditions:text unknowns:text reason:reason")),
    Table("gates", ("project_id", "gate_id", "park_id"), _c(
        "project_id:id gate_id:code park_id:code outcome:code severity:code value:float value_hi:float operator:code "
        "threshold:float tolerance:float confidence:code reason:reason")),
    Table("site_gates", ("project_id", "site_id", "gate_id"), _c(
        "project_id:id site_id:id gate_id:code outcome:code severity:code reason:reason")),
    Table("sites_measured", ("site_id",), _c("site_id:id")),
    Table("protection", ("project_id",), _c("project_id:id distance_m:float distance_hi_m:float binding:bool")),
    Table("gate_results", ("project_id",), _c(
        "project_id:id result:code failed:text unknowns:text conditions:text procedures:text parks:text "
        "parks_unknown:text reason:reason")),
    Table("demand", ("project_id",), _c(
        "project_id:id asked_m2:float land_min_m2:float land_need_m2:float land_max_m2:float land_max_hi_m2:float "
        "land_m2:float land_hi_m2:float over_m2:float condition_wan:float? floor_m2:float building_m2:float "
        "accepts_building:code hall_length_m:float hall_width_m:float clear_height_m:float crane_t:float "
        "floor_load_kpa:float yard_m2:float fire_class:text exhaust:code? dangerous_goods:code? plate_m2:float? "
        "grid_m:float? lifts:float? lift_t:float? power_kva:float power_hi_kva:float water_m3d:float "
        "water_hi_m3d:float sewage_m3d:float sewage_hi_m3d:float heat_th:float heat_hi_th:float gas_m3d:float "
        "gas_hi_m3d:float energy_tce:float energy_hi_tce:float cod_t:float? cod_hi_t:float? ammonia_t:float? "
        "ammonia_hi_t:float? nox_t:float? nox_hi_t:float? so2_t:float? so2_hi_t:float? vocs_t:float? vocs_hi_t:float? "
        "emissions_t:float? emissions_hi_t:float? solid_waste_t:float? solid_waste_hi_t:float? emergency_m3:float? "
        "emergency_hi_m3:float? peak_pcuh:float? peak_hi_pcuh:float? tax_wan:float tax_wan_mu:float method:text "
        "binding:text findings:text")),
    Table("demand_lines", ("project_id", "item", "method"), _c(
        "project_id:id item:code method:code low:float high:float figure_unit:code binding:bool norm:code source:text "
        "confidence:code reason:reason")),
    Table("project_findings", ("project_id", "code"), _c(
        "project_id:id code:code severity:code value:float limit:float amount:float figure_unit:code reason:reason")),
    Table("chain_stations", ("park_id", "industry"), _c(
        "park_id:code industry:code firms:float named:text unnamed:float")),
    Table("firms", ("enterprise_id",), _c(
        "enterprise_id:id name:text industry:code park_id:code may_belong:bool layer_id:code row:text "
        "geometry:geometry")),
    Table("library_entries", ("library", "entry_id"), _c(
        "library:code entry_id:id name:text industries:text about:text level:text unit:text stage:text park_id:code "
        "amount_wan:float left_wan:float asked_m2:float updated_on:date expires_on:date may_belong:bool "
        "layer_id:code row:text")),
    Table("library_links", ("library", "entry_id", "kind", "target"), _c(
        "library:code entry_id:id kind:code target:id why:code layer_id:code")),
    Table("chain_fit", ("project_id", "park_id"), _c(
        "project_id:id park_id:code partners:int suppliers:text customers:text nearest_m:float mean_m:float "
        "missing:text points:float reason:reason")),
    Table("availability", ("parcel_id", "part"), _c(
        "parcel_id:id part:int area_m2:float:sum disputed_m2:float outcome:code reason:reason")),
    # open: facts of the site's own ground, measured again (see the table `facts`), follow
    Table("sites", ("site_id",), _c(
        "site_id:id kind:code outcome:code park_id:code township:text tenure:code plan_use:code status:code "
        "renewal:text? renewal_stage:code? renewal_on:text? conditions:text unknowns:text parcels:int owners:int "
        "owners_hi:int townships:int gross_m2:float net_m2:float net_hi_m2:float crossed_m2:float crossings:int "
        "remnant_m2:float cultivated_m2:float farm_m2:float construction_m2:float unused_m2:float use_unknown_m2:float "
        "supply_status:code unapproved_m2:float approved_m2:float supply_unknown_m2:float quota_m2:float "
        "quota_hi_m2:float balance_m2:float balance_hi_m2:float far_min:float far_max:float height_max_m:float "
        "buildings:int buildings_m2:float buildings_hi_m2:float frontage_m:float access_m:float access_hi_m:float "
        "min_width_m:float rect_length_m:float rect_width_m:float compactness_share:float geometry:geometry"),
        open=True),
    Table("members", ("site_id", "parcel_id", "part"), _c(
        "site_id:id parcel_id:id part:int area_m2:float:sum outcome:code")),
    Table("crossings", ("site_id", "parcel_id", "part"), _c(
        "site_id:id parcel_id:id part:int land_use:code land_use_scheme:code area_m2:float:sum width_m:float:max "
        "diversion:code")),
    Table("offers", ("project_id", "rank"), _c(
        "project_id:id rank:int site_id:id outcome:code objective:code value:float bound:float exact:bool "
        "looked_at:int land_m2:float remnant_m2:float remnant_usable_m2:float lost_m2:float line:text")),
    Table("idle", ("asset_id",), _c(
        "asset_id:id kind:code name:text park_id:code building_use:code located:code parcel_ids:text on_land:id "
        "clock_state:code clock_from:date next_state:code next_from:date start_on:date start_basis:code "
        "warning_1y_on:date one_year_on:date warning_2y_on:date two_years_on:date warning_b_on:date "
        "recognisable_on:date cause:code cause_word:text consequence:code fee_wan:float fee_hi_wan:float "
        "price_wan:float recognition:code ruling:text evidence_status:code signals:text contradictions:text "
        "confidence:float area_m2:float:sum floors:float vacant_floors:float vacant_m2:float:sum reason:reason "
        "evidence_reason:reason arable_state:code? arable_1y_on:date? arable_2y_on:date? arable_reason:text? "
        "geometry:geometry")),
    Table("idle_signals", ("asset_id", "signal", "source"), _c(
        "asset_id:id signal:code on:date value:float baseline:float share:float unit:code weight:float says:code "
        "code:code source:text")),
    Table("idle_assets", ("asset_id",), _c(
        "asset_id:id kind:code name:text park_id:code building_use:code located:code parcel_ids:text on_land:id "
        "area_m2:float floors:float vacant_floors:float vacant_m2:float vacant_since:date source:text "
        "built_share:float built_on:date built_source:text floor_m2:float firms_complete:bool industry:code "
        "cultivated_share:float?")),
    Table("idle_records", ("asset_id",), _c(
        "asset_id:id layer_id:id row:text record_id:text stated:code unsure:bool doubt:reason approved:text "
        "contract:text deliver_by:text delivered:text start_by:text started:text finish_by:text finished:text "
        "extended_to:text suspensions:text pauses:text developed_share:float invested_share:float cause:code "
        "cause_word:text evidence:text ruling:text ruled:text price_wan:float permit:text starts_recorded:bool "
        "permits_recorded:bool deliveries_recorded:bool seen_on:date recovered:bool unreadable:text far_min:float "
        "tax_contract_wan_mu:float empty_mu:float eliminated_code:float safety_failed_code:float "
        "environment_failed_code:float rented_out_code:float invested_hi_share:float?")),
    Table("idle_readings", ("asset_id", "enterprise_id", "signal", "month"), _c(
        "asset_id:id enterprise_id:id signal:code month:code value:float source:text")),
    Table("idle_marks", ("asset_id", "signal", "source"), _c(
        "asset_id:id signal:code on:date value:float baseline:float share:float unit:code says:code code:code "
        "source:text")),
    Table("inefficient", ("asset_id", "pack", "criterion"), _c(
        "asset_id:id pack:code criterion:code grade:code met:code reason:reason")),
    Table("inefficient_facts", ("asset_id",), _c(
        "asset_id:id area_mu:float tax_wan_mu:float tax_wan_hi_mu:float tax_growth_pct:float tax_industry_ratio:float "
        "tax_industry_ratio_hi:float tax_contract_ratio:float tax_contract_ratio_hi:float no_tax_months:float "
        "no_tax_months_hi:float production_stopped_months:float production_stopped_months_hi:float far:float "
        "far_contract_ratio:float developed_pct:float invested_pct:float idle_code:float unfinished_code:float "
        "stopped_months:float empty_mu:float eliminated_code:float safety_failed_code:float "
        "environment_failed_code:float rented_out_code:float mu_grade_code:float? mu_grade_code_hi:float? "
        "invested_hi_pct:float?")),
    # 亩均评价: every enterprise of every year by every pack; a grade is "" where it is open
    Table("mu_evaluation", ("pack", "year", "enterprise_id"), _c(
        "pack:code year:int enterprise_id:id name:text asset_id:id scale:code grade:code score:float score_hi:float "
        "land_mu:float items:text reason:reason")),
    Table("redevelopment", ("site_id",), _c(
        "site_id:id name:text kind:code stage:code ready_on:text? area_m2:float:sum parcel_ids:text households:float "
        "reason:reason geometry:geometry")),
    Table("fits", ("project_id", "site_id"), _c(
        "project_id:id site_id:id feasible:code kind:code park_id:code take_m2:float saved_m2:float worth:float "
        "value:int liking:float score:float lack:code lack_amount:float lack_share:float reason:reason")),
    Table("accounts", ("scope", "account", "resource"), _c(
        "account:id scope:code name:text kind:code resource:code unit:code stated_unit:text limit:float used:float "
        "committed:float reserved:float free:float drawn:float unverified:float left:float state:code serves:text "
        "in_service:date date:date source:text layer_id:code")),
    Table("capacity", ("park_id", "resource"), _c(
        "park_id:id resource:code unit:code scope:code limit:float used:float committed:float reserved:float "
        "overdrawn:float free:float drawn:float left:float state:code accounts:text unknown:text date:date source:text "
        "rate:float supports_mu:float binding:bool then_resource:code frees_mu:float later_on:date later:float")),
    Table("earmarks", ("budget_id", "row"), _c("budget_id:id row:text name:text amount:float unit:code")),
    Table("matches", ("project_id",), _c(
        "project_id:id status:code condition_wan:float? site_id:text park_id:code kind:code land_m2:float "
        "floor_m2:float saved_m2:float remnant_m2:float worth:float pinned:bool runner_up:text price:float "
        "price_exact:bool leaves:text enters:text missing:text relief_worth:float relief_enters:text "
        "relief_leaves:text relief_kept:bool uncounted:text reason:reason")),
    Table("misses", ("project_id", "account"), _c(
        "project_id:id account:id resource:code unit:code amount:float site_id:text park_id:code")),
    Table("draws", ("project_id", "account", "resource", "unverified"), _c(
        "project_id:id account:id resource:code unit:code amount:float kind:code unverified:bool site_id:text "
        "park_id:code")),
    Table("quota_sources", ("source_id",), _c(
        "source_id:id name:text kind:code account:id amount:float unit:code stage:code ready_on:date counts:code "
        "reason:reason source:text layer_id:code row:text")),
    Table("placing", ("objective",), _c(
        "objective:code unit:code worth:float bound:float gap:float options:int ways:text on:date")),
    Table("place_from", ("project_id",), _c("project_id:id from_on:date")),
    Table("park_land", ("park_id",), _c(
        "park_id:id name:text limit:float used:float committed:float reserved:float free:float open_unknown:float "
        "open_new_construction:float open_farmland_balance:float floor_m2:float? floor_open:float?")),
    Table("check_sites", ("site_id",), _c(
        "site_id:id check_id:text project_id:id kind:code outcome:code status:code conditions:text unknowns:text "
        "park_id:code net_m2:float net_hi_m2:float quota_m2:float quota_hi_m2:float balance_m2:float "
        "balance_hi_m2:float forest_m2:float forest_hi_m2:float min_width_m:float rect_length_m:float "
        "rect_width_m:float geometry:geometry")),
    Table("check_members", ("site_id", "parcel_id", "part"), _c("site_id:id parcel_id:id part:int area_m2:float")),
    Table("zone_scores", ("park_id", "node"), _c(
        "park_id:id node:id place:int depth:int weight:float low:float high:float value:float ideal:float unit:code")),
    Table("zone_potentials", ("park_id", "potential"), _c("park_id:id potential:code amount:float unit:code")),
    Table("zone_accounts", ("park_id", "scope", "account"), _c(
        "park_id:id scope:code account:code amount:float unit:code source:text")),
    *(Table(f"{name}_problems", ("layer_id", "row", "code"), _c(_PROBLEM)) for name in (
        "imagery", "supply", "project", "chain", "library", "idle", "zone", "place")),
)  # fmt: skip

TABLES: dict[str, Table] = {t.name: t for t in _DECLARED}

_DTYPES = {
    "float": "float64", "int": "int64", "bool": "bool", "date": "datetime64[s]",
    "geometry": "object",
}  # fmt: skip


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain dicts by column name; the names of its columns are texts."""
    return cast("list[dict[str, Any]]", frame.to_dict("records"))


def empty(name: str) -> pd.DataFrame:
    """Return a table with its declared columns and no rows."""
    table = TABLES[name]
    return pd.DataFrame({c.name: pd.Series(dtype=_DTYPES.get(c.kind, "str")) for c in table.columns})


def settled(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table as it is written: columns in order, rounded, sorted by its key.

    Parameters
    ----------
    name : str
        Name of a declared table.
    frame : DataFrame
        Columns may come in any order; optional ones may be missing.

    Raises
    ------
    BlockedError
        When a required column is missing, an undeclared one is present in a closed
        table, or key values repeat. All problems are reported together.
    """
    table = TABLES[name]
    problems = [reason(code, table=name, columns=cols) for code, cols in _misfits(table, frame) if cols]
    if problems:
        raise BlockedError(problems)
    declared = [c.name for c in table.columns if c.name in frame]
    frame = frame[declared + sorted(set(frame.columns) - set(declared))]
    columns = {str(name): _settle(table.column(str(name)), frame[name]) for name in frame}
    out = pd.DataFrame(columns, index=frame.index).sort_values(list(table.key), kind="stable", ignore_index=True)
    if (again := out.duplicated(list(table.key))).any():
        twice = out.loc[again, list(table.key)].astype(str).agg("|".join, axis=1)
        raise BlockedError(reason("table_key_repeats", table=name, rows=twice.head(5).tolist(), count=len(twice)))
    return out


def _misfits(table: Table, frame: pd.DataFrame) -> Iterable[tuple[str, list[str]]]:
    present = {str(c) for c in frame.columns}
    required = {c.name for c in table.columns if not c.optional}
    yield "table_columns_missing", sorted(required - present)
    if not table.open:
        yield "table_columns_unknown", sorted(present - {c.name for c in table.columns})


def _settle(column: Column, values: pd.Series) -> pd.Series:
    if column.kind == "float":
        number = values.astype("float64")
        # +0.0 turns a rounded -0.0 into 0.0, so equal tables are equal bytes
        return number if column.decimals is None else number.round(column.decimals) + 0.0
    if column.kind in ("id", "code", "reason") and isinstance(values.dtype, pd.CategoricalDtype):
        return _dictionary(values) if values.notna().all() else _settle(column, values.astype("object"))
    if column.kind in ("id", "code", "text", "reason"):
        return values.astype("str") if values.notna().all() else values.astype("object").where(values.notna(), None)
    return values if column.kind == "geometry" else values.astype(_DTYPES[column.kind])  # type: ignore[call-overload]


def _dictionary(values: pd.Series) -> pd.Series:
    """Return words that came as a dictionary as one that holds those used, in their order: they sort as the words."""
    used = values.cat.remove_unused_categories()
    return used.cat.set_categories(used.cat.categories.astype("str").sort_values())
