"""Zone evaluation against a worked example: inputs, weights, ideal values and the computation by hand stand here."""

import numpy as np
import pytest

from geo.basis.errors import SpecError
from geo.place.evaluation import GROWTH, INDICATORS, Node, checked, indicator_score, potential, score, zone_type

# accounts of a made-up zone, ha; floor in m², money in 万元
ZONE = {
    "A": 400.0, "A1": 60.0, "A2": 220.0, "B": 200.0, "B21": 100.0, "D": 450.0, "D22": 3.0, "E": 90.0, "E21": 54.0,
    "G": 9.0, "floor_m2": 4_000_000.0, "footprint_m2": 1_512_000.0, "industry_floor_m2": 1_940_400.0,
    "industry_covered_m2": 1_210_000.0, "assets_wan": 588_544.0, "industry_tax_wan": 66_000.0,
    "supply_mean_3": 18.0, "supply_max_5": 30.0, "industry_supply_mean_3": 12.0, "industry_supply_max_5": 18.0,
}  # fmt: skip
AHEAD = {"A": 30.0, "B": 70.0, "B21": 26.5}
IDEALS = {
    "supply-rate": 1.00, "built-rate": 1.00, "open-rate": 0.93, "industry-share": 0.55, "far": 1.14, "density": 0.42,
    "industry-far": 0.98, "coefficient": 0.55, "investment": 3344.0, "tax": 375.0,
}  # fmt: skip


def leaf(name, weight, scope="main"):
    return Node(name, weight, (), scope)


TREE = Node("zone", 1.0, (
    Node("main", 0.8, (
        Node("use", 0.7, (
            Node("degree", 0.25, (leaf("supply-rate", 0.5), leaf("built-rate", 0.5))),
            Node("structure", 0.25, (leaf("industry-share", 1.0),)),
            Node("intensity", 0.5, (leaf("far", 0.25), leaf("density", 0.22), leaf("industry-far", 0.25),
                                    leaf("coefficient", 0.28))),
        )),
        Node("benefit", 0.2, (leaf("investment", 0.5), leaf("tax", 0.5))),
        Node("management", 0.1, (leaf("idle-rate", 1.0),)),
    )),
    Node("growth", 0.2, (leaf("open-rate", 1.0, GROWTH),)),
))  # fmt: skip

# By hand, indicator = formula → value → points
#   supply 450 / (400 + 100)          = 0.9     → 90
#   built 400 / 450                   = 0.8889  → 88.8889
#   industry share 220 / 400          = 0.55    → 100
#   FAR 400 / 400                     = 1.0     → 1 / 1.14  = 87.7193
#   density 151.2 / 400               = 0.378   → 0.378 / 0.42 = 90
#   industry FAR 194.04 / 220         = 0.882   → 0.882 / 0.98 = 90
#   coefficient 121 / 220             = 0.55    → 100
#   investment 588,544 / 220          = 2,675.2 → 2,675.2 / 3,344 = 80
#   tax 66,000 / 220                  = 300     → 300 / 375 = 80
#   idle 9 / 450                      = 0.02    → 98
#   open (30 + 26.5) / (30 + 70)      = 0.565   → 0.565 / 0.93 = 60.7527
# degree    = 0.5 × 90 + 0.5 × 88.8889                                 = 89.4444
# intensity = 0.25 × 87.7193 + 0.22 × 90 + 0.25 × 90 + 0.28 × 100      = 92.2298
# use       = 0.25 × 89.4444 + 0.25 × 100 + 0.5 × 92.2298              = 93.4760
# benefit   = 80, management = 98
# main      = 0.7 × 93.4760 + 0.2 × 80 + 0.1 × 98                      = 91.2332
# zone      = 0.8 × 91.2332 + 0.2 × 60.7527                            = 85.1371
BY_HAND = {"zone": 85.1371, "main": 91.2332, "use": 93.4760, "degree": 89.4444, "structure": 100.0,
           "intensity": 92.2298, "benefit": 80.0, "management": 98.0, "growth": 60.7527}  # fmt: skip


def scored(zone=ZONE, ideals=IDEALS):
    return {s.id: s for s in score(checked(TREE), {"main": zone, "growth": AHEAD}, ideals)}


def test_nested_score_equals_the_computation_by_hand():
    found = scored()
    for name, points in BY_HAND.items():
        assert found[name].low == found[name].high == pytest.approx(points, abs=1e-4), name


def test_weights_that_do_not_add_up_are_refused_and_named():
    wrong = Node("zone", 1.0, (Node("use", 0.7, (leaf("far", 0.66), leaf("density", 0.60))), leaf("tax", 0.3)))
    with pytest.raises(SpecError) as refused:
        checked(wrong)
    told = refused.value.reasons[0]
    assert told.values["group"] == "zone/use"
    assert told.values["total"] == pytest.approx(1.26)


def test_potentials_by_hand():
    found = potential(ZONE, IDEALS | {"industry-share": 0.61})
    assert (found.expansion, found.expansion_industry) == (90.0, 54.0)
    assert found.structure == pytest.approx(400 * (0.61 - 0.55))  # 24 ha
    assert found.intensity["industry-far"] == pytest.approx(22.0)  # 220 × (1 − 0.9)
    assert found.intensity["coefficient"] == pytest.approx(0.0)
    assert found.intensity["investment"] == pytest.approx(44.0)
    assert found.management == 12.0  # 9 idle + 3 whose term has run out
    assert found.years == {"mean": 5.0, "fastest": 3.0, "industry_mean": 4.5, "industry_fastest": 3.0}


def test_intensity_potential_of_the_public_sample():
    # domain rules §3.4: 66.9194 ha give 7.17 and −8.03; so the ratios were 1 / 1.12 and 1.12
    zone = {"A": 80.0, "A2": 66.9194, "industry_floor_m2": 669_194.0, "industry_covered_m2": 669_194.0 * 1.12}
    found = potential(zone, {"industry-far": 1.12, "coefficient": 1.0}).intensity
    assert found["industry-far"] == pytest.approx(7.17, abs=5e-3)
    assert found["coefficient"] == pytest.approx(-8.03, abs=5e-3)


def test_what_is_not_given_widens_the_score_and_is_never_zero():
    blank = {k: v for k, v in ZONE.items() if k != "G"}
    found = scored(blank)
    assert (found["idle-rate"].low, found["idle-rate"].high) == (0.0, 100.0)
    assert found["zone"].low == pytest.approx(BY_HAND["zone"] - 0.8 * 0.1 * 98, abs=1e-4)
    assert found["zone"].high == pytest.approx(BY_HAND["zone"] + 0.8 * 0.1 * 2, abs=1e-4)
    assert np.isnan(potential(blank, IDEALS).management)
    assert np.isnan(potential(ZONE, {}).structure)


@pytest.mark.parametrize("name", sorted(INDICATORS))
def test_an_indicator_of_nothing_is_unknown(name):
    assert np.isnan(INDICATORS[name].of({}))


def test_points_are_capped_and_the_idle_rate_counts_down():
    assert indicator_score(2.0, 1.0) == 100.0
    assert indicator_score(0.02, np.nan, inverse=True) == pytest.approx(98.0)
    assert np.isnan(indicator_score(0.5, np.nan))


@pytest.mark.parametrize(("industry", "housing", "kind"), [
    (0.31, 0.24, "industry"), (0.30, 0.25, "mixed"), (0.30, 0.24, "other"), (0.31, 0.25, "other"),
])  # fmt: skip
def test_type_of_zone(industry, housing, kind):
    assert zone_type({"A": 1.0, "A2": industry, "A1": housing}, 0.30, 0.25) == kind
    assert zone_type({"A": 1.0, "A2": industry, "A1": housing}, 0.30, 0.25, bonded=True) == "industry"
    assert zone_type({"A": 1.0}, 0.30, 0.25) == "unknown"
