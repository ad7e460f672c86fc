"""Offers by hand: ground once, what is placed is held, five offers; a wish met, missed and open by each test."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.place import offer
from geo.place.offer import Held, Wish, WishGround
from geo.project.chainmap import Filler
from geo.screen.handover import Path

DAY = date(2027, 3, 1)


def site(site_id, net, park="P1", high=None):
    return {"site_id": site_id, "park_id": park, "township": "镇", "plan_use": "工业", "net_m2": net,
            "net_hi_m2": net if high is None else high, "far_min": 1.0, "far_max": 2.0, "height_max_m": np.nan,
            "conditions": "", "unknowns": "",
            "outcome": "unknown" if site_id == "S4" else "clear"}  # fmt: skip


def building(site_id, net, power=np.nan, park="P1"):
    return {"site_id": site_id, "park_id": park, "use": "厂房", "net_m2": net, "net_hi_m2": net, "power_kva": power}


SITES = pd.DataFrame([site("S1", 50_000.0), site("S2", 40_000.0), site("S3", 30_000.0, "P2", 36_000.0),
                      site("S4", 20_000.0, ""), site("S5", 10_000.0)])  # fmt: skip
MEMBERS = pd.DataFrame([("S1", "a"), ("S2", "a"), ("S2", "b"), ("S3", "c"), ("S4", "d"), ("S5", "e")],
                       columns=["site_id", "parcel_id"])  # fmt: skip
HALLS = pd.DataFrame([building("B1", 6_000.0, 800.0), building("B2", 4_000.0), building("B3", 0.0)])
GAPS = (Filler("C17", "missing", (), ("C18", "C28"), 1.7), Filler("C26", "missing", ("M3",), ("C28",), 0.6),
        Filler("C35", "weak", (), (), 0.0))  # fmt: skip

PATHS = {"S1": Path({}, DAY, date(2027, 9, 1)), "S3": Path({}, date(2028, 1, 1), date.max, "unknown")}


KNOWN = WishGround({"P1": 2.0}, {"P1": "clear", "P2": "conflict"}, (180.0, 220.0))


def offered():
    return offer.offers(SITES, MEMBERS, HALLS, {"S5": "M9", "B2": "M8"}, PATHS, GAPS)


def test_five_offers_and_what_is_held():
    found, held = offered()
    assert found[["offer_id", "kind", "subject"]].to_numpy().tolist() == [
        ["L01", "land", "S1"], ["L02", "land", "S3"], ["L03", "land", "S4"], ["B01", "building", "B1"],
        ["C01", "link", "C17"],
    ]  # fmt: skip
    assert set(held) == {
        Held("S2", "offer_same_ground", "S1"), Held("S5", "offer_placed", "M9"), Held("B2", "offer_placed", "M8"),
    }  # fmt: skip
    assert found["earliest"].tolist()[:3] == [DAY, date(2028, 1, 1), None]
    assert found["latest"].tolist()[:3] == [date(2027, 9, 1), date.max, None]
    assert found["partners"].tolist()[-1] == "C18|C28"


def test_what_shares_ground_with_a_placed_site_is_held_by_its_project():
    _, held = offer.offers(SITES, MEMBERS, HALLS.iloc[:0], {"S2": "M1"}, {}, ())
    assert {(h.subject, h.by) for h in held} == {("S1", "M1"), ("S2", "M1")}


def answered(**wish):
    return offer.answer(offered()[0], KNOWN, Wish(**wish)).set_index("offer_id")


def test_a_wish_for_land():
    found = answered(land_m2=33_000.0, power_kva=1_500.0, by=date(2027, 9, 1))
    # S1 meets all; S3 may be large enough, its park's power is not known, and it comes too late; S4 is too small
    assert found.index.tolist()[0] == "L01"
    assert found.loc["L01", "outcome"] == "clear"
    assert found.loc["L02", ["area", "power", "day"]].tolist() == ["unknown", "unknown", "conflict"]
    assert found.loc["L02", "outcome"] == "conflict"
    assert found.loc["L03", ["area", "day"]].tolist() == ["conflict", "unknown"]
    assert "B01" not in found.index
    assert found.loc["L01", "spare_m2"] == 17_000.0


@pytest.mark.parametrize(
    ("by", "land", "renewal"),
    [("2027-02-28", "conflict", "conflict"), ("2027-03-01", "unknown", "conflict"),
     ("2027-08-31", "unknown", "conflict"), ("2027-09-01", "clear", "conflict"), ("2028-01-01", "clear", "unknown")],
)  # fmt: skip
def test_a_day_is_met_when_all_that_may_be_needed_is_done_by_then(by, land, renewal):
    # between the earliest and the latest day nobody can promise it; renewal land without a day never can be
    found = answered(by=date.fromisoformat(by))
    assert found["day"].to_dict() == {"L01": land, "L02": renewal, "L03": "unknown", "B01": "clear"}


def test_a_wish_for_floors_and_for_a_park():
    assert answered(floor_m2=5_000.0, power_kva=900.0).loc["B01", ["area", "power"]].tolist() == ["clear", "conflict"]
    found = answered(land_m2=10_000.0, park_id="P1")
    assert found["park"].to_dict() == {"L01": "clear", "L02": "conflict", "L03": "unknown"}
    assert answered(land_m2=2_500_000.0)["outcome"].eq("conflict").all()
    # least to spare first; the ground of S4 is open, so it comes after
    assert answered(land_m2=10_000.0).index.tolist() == ["L02", "L01", "L03"]
    assert answered(land_m2=10_000.0).loc["L03", ["land", "outcome"]].tolist() == ["unknown", "unknown"]
    assert len(answered()) == 4


def test_a_wish_of_an_industry_and_an_investment():
    found = answered(land_m2=20_000.0, industry="C34", investment_wan=6_600.0)
    # 20,000 m² are 30 亩: 220 万元/亩, which meets 180 … 220; park P2 does not take the industry in, S4 has no park
    assert found["intensity"].to_dict() == {"L01": "clear", "L02": "clear", "L03": "clear"}
    assert found["industry"].to_dict() == {"L01": "clear", "L02": "conflict", "L03": "unknown"}
    assert found.index.tolist() == ["L01", "L03", "L02"]
    by_wan = {w: answered(land_m2=20_000.0, investment_wan=w).loc["L01", "intensity"] for w in (5_399, 5_400, 6_599)}
    assert by_wan == {5_399: "conflict", 5_400: "unknown", 6_599: "unknown"}  # 180 a 亩 is what some of it may need
    # without a wish for land the whole site is taken: S3 may hold 45 to 54 亩
    assert answered(investment_wan=9_720.0)["intensity"].to_dict() == {
        "L01": "conflict", "L02": "unknown", "L03": "clear", "B01": "clear"}  # fmt: skip


def test_a_least_investment_nobody_knows_or_checked_rejects_nothing():
    for known, said in ((None, "unknown"), ((180.0, 220.0), "unknown")):
        ground = WishGround({}, {}, known, binding=False)
        found = offer.answer(offered()[0], ground, Wish(land_m2=20_000.0, industry="C34", investment_wan=100.0))
        assert set(found["intensity"]) == {said}
        assert set(found["industry"]) == {"unknown"}
