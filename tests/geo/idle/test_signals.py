"""Weighing signs: what it takes for an answer, and that a contradiction never settles itself."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.idle.signals import SIGNALS, Bounds, weigh

WEIGHTS = {"power": 3.0, "water": 2.0, "tax": 2.0, "staff": 3.0, "registration": 2.0, "vacancy": 3.0, "built": 2.0,
           "permit": 1.0, "imagery": 2.0, "buildings": 3.0}  # fmt: skip
BOUNDS = Bounds(
    idle_share=0.2, active_share=0.6, window_months=6, short_months=3, age_months=6, vacancy_months=6,
    bare_share=0.02, built_share=0.2, least_weight=3.0, least_signs=2, weights=WEIGHTS,
)  # fmt: skip
SAYS = ("idle", "low", "part", "active", "none")
DEFINITE = {"likely_idle", "under_used", "part_vacant", "in_use"}


def status(*said, kind="building"):
    pairs = [tuple(word.split(":")) for word in said]
    return weigh(pairs, kind, BOUNDS).status


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), "unknown"),
        (("power:none", "water:none"), "unknown"),
        # electricity alone is no answer, and neither is any other sign
        (("power:idle",), "unknown"), (("staff:active",), "unknown"), (("vacancy:idle",), "unknown"),
        (("power:idle", "water:idle"), "likely_idle"), (("power:idle", "vacancy:idle"), "likely_idle"),
        (("power:idle", "staff:idle", "tax:idle", "water:idle"), "likely_idle"),
        (("power:active", "staff:active"), "in_use"),
        (("power:low", "water:low"), "under_used"), (("power:low", "water:idle"), "under_used"),
        (("power:low",), "unknown"),
        # half of the weight or more is low
        (("power:low", "staff:active"), "unknown"), (("power:low", "water:low", "staff:active"), "under_used"),
        (("water:low", "staff:active", "power:active"), "in_use"),
        # P-03: power at 18 % of its baseline, 126 insured staff
        (("power:idle", "water:low", "tax:active", "staff:active"), "contradictory"),
        # a trifle against everything else is a contradiction all the same
        (("power:idle", "water:idle", "tax:idle", "staff:idle", "imagery:active"), "contradictory"),
        # T-01: 3 of 12 storeys vacant
        (("vacancy:part",), "part_vacant"), (("vacancy:part", "power:active", "staff:active"), "part_vacant"),
        (("vacancy:part", "power:idle", "staff:idle"), "likely_idle"),
        (("buildings:contradictory",), "contradictory"),
    ],
)  # fmt: skip
def test_what_it_takes(said, expected):
    assert status(*said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [(("built:idle", "permit:idle"), "likely_idle"), (("built:idle",), "unknown"),
     (("buildings:active",), "in_use"), (("buildings:idle",), "likely_idle"), (("buildings:low",), "under_used"),
     (("built:idle", "permit:idle", "buildings:active"), "contradictory")],
)  # fmt: skip
def test_land(said, expected):
    assert status(*said, kind="land") == expected


SETS = st.lists(st.tuples(st.sampled_from(SIGNALS["building"]), st.sampled_from(SAYS)), max_size=8)


@given(SETS, st.sampled_from(SIGNALS["building"]))
def test_a_sign_added_to_what_it_contradicts_never_leaves_a_definite_status(said, signal):
    """For every set with an idle (active) sign, adding an active (idle) one gives 'contradictory', never an answer."""
    words = {says for _, says in said}
    for opposite, own in (("active", "idle"), ("idle", "active")):
        if own in words:
            found = weigh([*said, (signal, opposite)], "building", BOUNDS)
            assert found.status == "contradictory"
            assert found.confidence == 0.0
            assert found.disagrees


@given(SETS)
def test_more_signs_never_turn_a_contradiction_into_an_answer(said):
    torn = [("power", "idle"), ("staff", "active")]
    assert weigh(torn + said, "building", BOUNDS).status == "contradictory"


@given(SETS)
def test_an_answer_needs_two_signs_or_a_recorded_vacancy_of_a_part(said):
    found = weigh(said, "building", BOUNDS)
    assert 0.0 <= found.confidence <= 1.0
    assert (found.status in DEFINITE) == (found.confidence > 0)
    if found.status in ("likely_idle", "in_use"):
        word = "idle" if found.status == "likely_idle" else "active"
        agreeing = {s for s, says in said if says == word}
        assert len(agreeing) >= 2
        assert not {says for _, says in said} & ({"idle", "active"} - {word})


@given(SETS)
def test_signs_that_say_nothing_change_nothing_and_order_does_not_matter(said):
    silent = [(s, "none") for s in SIGNALS["building"]]
    one = weigh(said, "building", BOUNDS)
    assert weigh(said + silent, "building", BOUNDS) == one
    assert weigh(said[::-1], "building", BOUNDS) == one


def test_one_lying_sign_among_four_never_makes_a_wrong_answer():
    honest = {"idle": "idle", "in_use": "active"}
    for truth, liar in itertools.product(honest, ("power", "water", "tax", "staff")):
        lie = "active" if truth == "idle" else "idle"
        said = [(s, lie if s == liar else honest[truth]) for s in ("power", "water", "tax", "staff")]
        assert weigh(said, "building", BOUNDS).status == "contradictory"


def test_confidence_is_weight_behind_the_answer_over_all_that_could_speak():
    found = weigh([("power", "idle"), ("water", "idle")], "building", BOUNDS)
    # 3 + 2 of 3 + 2 + 2 + 3 + 2 + 3 + 2
    assert found.confidence == pytest.approx(5 / 17)
