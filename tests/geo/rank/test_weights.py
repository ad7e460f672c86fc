import math
from types import SimpleNamespace

import numpy as np
import pytest

from geo.basis.errors import CallError, SpecError
from geo.rank.ahp import RANDOM_INDEX, SCALE, compared, matrix
from geo.rank.weights import changed, entropy, of

NAMES = ["a", "b", "c"]


def codes(raised):
    return [r.code for r in raised.value.reasons]


def test_consistent_judgements_give_back_their_weights():
    found = compared(NAMES, [("a", "b", 2.0), ("a", "c", 6.0), ("b", "c", 3.0)])
    assert list(found.weights.values()) == pytest.approx([0.6, 0.3, 0.1])
    assert found.ratio == pytest.approx(0.0, abs=1e-9)
    assert found.revisit is None
    assert found.consistent


def test_the_judgement_to_revisit_is_the_planted_one_and_mending_it_helps():
    names = ["a", "b", "c", "d"]
    true = dict(zip(names, (0.4, 0.3, 0.2, 0.1), strict=True))
    pairs = [(x, y, true[x] / true[y]) for i, x in enumerate(names) for y in names[i + 1 :]]
    wrong = [(x, y, 1 / 5 if (x, y) == ("a", "d") else times) for x, y, times in pairs]
    found = compared(names, wrong)
    assert not found.consistent
    assert (found.revisit.first, found.revisit.second, found.revisit.given) == ("a", "d", 0.2)
    assert found.revisit.suggested in SCALE
    assert found.revisit.ratio_then < found.ratio


def test_a_circle_of_judgements_is_inconsistent():
    found = compared(NAMES, [("a", "b", 3.0), ("b", "c", 3.0), ("a", "c", 1 / 3)])
    assert found.ratio > 0.1
    assert found.revisit is not None


def test_order_and_side_of_a_judgement_do_not_matter():
    one = compared(NAMES, [("a", "b", 2.0), ("a", "c", 5.0), ("b", "c", 3.0)])
    other = compared(NAMES, [("c", "b", 1 / 3), ("c", "a", 0.2), ("b", "a", 0.5)])
    assert one.weights == pytest.approx(other.weights)


def test_one_or_two_criteria_cannot_be_inconsistent():
    assert compared(["a"], []).weights == {"a": 1.0}
    found = compared(["a", "b"], [("a", "b", 4.0)])
    assert list(found.weights.values()) == pytest.approx([0.8, 0.2])
    assert (found.ratio, found.revisit) == (0.0, None)


def test_every_fault_of_a_comparison_is_told_at_once():
    with pytest.raises(SpecError) as raised:
        matrix(NAMES, [("a", "a", 1.0), ("a", "b", 0.0), ("b", "a", 2.0), ("a", "z", 3.0)])
    assert codes(raised) == ["criterion_unknown", "ahp_judgement_wrong", "ahp_pair_twice", "ahp_pairs_missing"]
    many = [str(k) for k in range(len(RANDOM_INDEX) + 1)]
    with pytest.raises(SpecError) as raised:
        matrix(many, [(a, b, 1.0) for i, a in enumerate(many) for b in many[i + 1 :]])
    assert codes(raised) == ["ahp_too_many"]


def test_entropy_by_hand():
    proved = np.array([[1.0, 0.5, 0.0], [1.0, 1.0, 0.0], [1.0, 0.5, 0.0]])
    got = entropy(proved)
    # a criterion on which all are alike, or nobody earned anything, weighs nothing
    assert got.tolist() == pytest.approx([0.0, 1.0, 0.0])
    two = np.array([[0.2, 0.9], [0.8, 0.1]])
    divergence = [1 + sum(p * math.log(p) for p in column / column.sum()) / math.log(2) for column in two.T]
    assert entropy(two).tolist() == pytest.approx([d / sum(divergence) for d in divergence])


@pytest.mark.parametrize("proved", [np.ones((1, 2)), np.ones((5, 2)), np.zeros((5, 2)), np.empty((0, 2))])
def test_entropy_that_tells_nothing_apart_is_equal_weights(proved):
    assert entropy(proved).tolist() == [0.5, 0.5]


def test_changed_weights_are_shares_of_their_sum():
    assert changed({"a": 0.5, "b": 0.5}, {"a": 1.5}) == {"a": 0.75, "b": 0.25}
    assert changed({"a": 0.5, "b": 0.5}, {"a": 0.0}) == {"a": 0.0, "b": 1.0}
    for wrong, code in (({"z": 1.0}, "criterion_unknown"), ({"a": -0.1}, "weight_wrong"),
                        ({"a": math.nan}, "weight_wrong"), ({"a": 0.0, "b": 0.0}, "weights_all_zero")):  # fmt: skip
        with pytest.raises(CallError) as raised:
            changed({"a": 0.5, "b": 0.5}, wrong)
        assert codes(raised) == [code]


def test_a_criterion_on_which_one_unit_earned_nothing_tells_the_most_apart():
    assert entropy(np.array([[0.0, 1.0], [1.0, 1.0]])).tolist() == pytest.approx([1.0, 0.0])


def test_a_criterion_nobody_earned_anything_on_has_no_weight_and_nothing_is_divided_by_it():
    with np.errstate(all="raise"):
        assert entropy(np.array([[0.0, 1.0], [0.0, 3.0]])).tolist() == pytest.approx([0.0, 1.0])


def test_units_that_cannot_be_chosen_weigh_nothing():
    """Of the two that can, only the first criterion tells anything apart; the third would speak for the second."""
    asked = SimpleNamespace(weighting="entropy", criteria=[SimpleNamespace(id="a"), SimpleNamespace(id="b")])
    found = SimpleNamespace(
        low=np.array([[0.2, 1.0], [0.9, 1.0], [0.5, 0.0]]), infeasible=np.array([False, False, True])
    )
    assert of(asked, found) == pytest.approx({"a": 1.0, "b": 0.0})
