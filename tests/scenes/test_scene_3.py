"""Scene 3, Friday: what is idle. Through commands; numbers of the guide, and how right the register is."""

import csv
from datetime import date

import pytest

from layers.study.run.results import open_results
from layers.words.idle import shown
from tests.scenes.shared import luodi, result

MU = 2000 / 3


@pytest.fixture(scope="module")
def county(fresh_county):
    return fresh_county


def listed(folder, *words):
    return {a["asset_id"]: a for a in result(luodi("idle", folder, *words))["assets"]}


def on(folder, day, asset):
    """What the page shows when its date slider stands on a day."""
    found = shown(open_results(folder), date.fromisoformat(day)).assets
    return found.set_index("asset_id").loc[asset]


@pytest.fixture(scope="module")
def assets(county):
    return listed(county)


def told(asset, *names):
    return tuple(asset[name] for name in names)


def test_g07_two_years_full_without_a_recognition(assets):
    found = assets["G-07"]
    assert found["area_m2"] == pytest.approx(210.00 * MU, abs=0.01)
    assert found["price_wan"] == 4200.0
    assert told(found, "start_on", "one_year_on", "two_years_on") == ("2024-09-30", "2025-09-30", "2026-09-30")
    assert told(found, "clock_state", "clock_from", "cause") == ("idle_2y", "2026-09-30", "owner")
    assert told(found, "consequence", "fee_wan", "fee_hi_wan") == ("takeback", 840.0, 840.0)
    assert told(found, "recognition", "ruling") == ("none", "")
    assert found["reason"]["code"] == "idle_idle_2y"


@pytest.mark.long
def test_g07_before_its_limits(county):
    days = ("2025-07-01", "2025-07-02", "2025-09-29", "2025-09-30", "2026-07-02", "2026-09-29", "2026-09-30")
    assert [told(on(county, day, "G-07"), "clock_state", "fee_wan") for day in days] == [
        ("normal", 0.0), ("warning_1y", 0.0), ("warning_1y", 0.0), ("idle_1y", 840.0), ("warning_2y", 840.0),
        ("warning_2y", 840.0), ("idle_2y", 840.0)]  # fmt: skip


def test_g11_may_be_recognised_and_bears_no_fee(county, assets):
    found = assets["G-11"]
    assert told(found, "clock_state", "clock_from") == ("may_be_recognised", "2026-08-01")
    assert found["recognisable_on"] == "2026-08-01"
    assert told(found["reason"], "developed", "invested", "on") == (0.28, 0.27, "2025-08-01")
    assert told(found, "consequence", "fee_wan", "fee_hi_wan") == ("none", 0.0, 0.0)
    assert on(county, "2026-07-31", "G-11")["clock_state"] == "warning_b"


def test_g15_is_the_governments_cause(assets):
    found = assets["G-15"]
    assert told(found, "clock_state", "cause") == ("government_caused", "government")
    assert told(found, "consequence", "fee_wan", "fee_hi_wan") == ("none", 0.0, 0.0)
    assert found["reason"]["evidence"] == "土地移交确认书2025-02-28"


@pytest.mark.long
def test_g18_on_the_date_slider(county, assets):
    found = assets["G-18"]
    assert told(found, "clock_state", "next_state", "next_from") == ("normal", "warning_1y", "2026-12-15")
    assert told(found, "start_on", "start_basis", "one_year_on") == ("2026-03-15", "delivery", "2027-03-15")
    states = [listed(county, "--on", d)["G-18"]["clock_state"] for d in (
        "2026-12-14", "2026-12-15", "2027-03-14", "2027-03-15")]  # fmt: skip
    assert states == ["normal", "warning_1y", "warning_1y", "idle_1y"]


def test_p03_is_a_contradiction_and_comes_first(county, assets):
    assert next(iter(assets)) == "P-03"
    assert told(assets["P-03"], "evidence_status", "clock_state") == ("contradictory", "")
    explained = result(luodi("explain", county, "P-03"))
    signs = {s["signal"]: s for s in explained["signs"]}
    assert signs["power"]["share"] == pytest.approx(0.18, abs=1e-6)
    assert told(signs["power"], "says", "on") == ("idle", "2026-10-31")
    assert told(signs["staff"], "says", "value") == ("active", 126.0)


def test_t01_is_part_vacant_and_no_idle_building(assets):
    found = assets["T-01"]
    assert told(found, "floors", "vacant_floors", "vacant_m2") == (12.0, 3.0, 4500.0)
    assert told(found, "evidence_status", "building_use") == ("part_vacant", "office")
    assert told(assets["P-05"], "evidence_status", "building_use", "vacant_m2") == ("likely_idle", "plant", 9600.0)


def test_land_without_a_contract_has_no_clock(assets):
    assert told(assets["BN"], "clock_state", "consequence", "one_year_on") == ("not_supplied", "none", None)


def test_nothing_is_dropped(county, assets):
    results = open_results(county)
    assert set(results.table("supply_records")["record_id"]) <= set(assets)
    firms = {row["building_id"] for row in truth(county)}
    assert firms <= set(assets)
    assert {a["evidence_status"] for a in assets.values() if a["contradictions"]} >= {"contradictory"}


# --- how right it is --------------------------------------------------------------


def truth(folder):
    with (folder / "truth" / "signals.csv").open(encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


def precision(claimed, idle):
    return len(claimed & idle) / len(claimed)


def test_likely_idle_is_right_more_often_than_electricity_alone(county, assets):
    """One firm in ten carries a planted wrong signal."""
    known = {row["building_id"]: row for row in truth(county)}
    idle = {b for b, row in known.items() if row["true_state"] == "idle"}
    assert (
        sum(bool(row["wrong_signal"]) and row["wrong_signal"] != "planted" for row in known.values())
        >= len(known) // 11
    )
    ours = {b for b in known if assets[b]["evidence_status"] == "likely_idle"}
    signs = open_results(county).table("idle_signals")
    low = signs[(signs["signal"] == "power") & (signs["says"] == "idle")]
    alone = set(low["asset_id"]) & set(known)
    right, electricity = precision(ours, idle), precision(alone, idle)
    torn = {b for b in known if assets[b]["evidence_status"] == "contradictory"}
    print(f"\nlikely idle: {len(ours & idle)} of {len(ours)} right ({right:.1%}); "
          f"electricity alone: {len(alone & idle)} of {len(alone)} ({electricity:.1%}); "
          f"{len(torn)} contradictory, {len(torn & idle)} of them idle")  # fmt: skip
    assert right >= 0.8
    assert right > electricity
    # a wrong signal makes a contradiction, or is outweighed rightly; none of them makes a wrong answer
    assert all(known[b]["true_state"] == "in_use" for b in known if assets[b]["evidence_status"] == "in_use")
    assert idle == ours | (torn & idle)
