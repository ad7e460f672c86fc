"""Published cases and three other libraries: our weighting and TOPSIS under the same normalisation."""

import numpy as np
import pytest

from geo.rank.ahp import compared
from geo.rank.topsis import closeness

NAMES = list("abcdef")
WANG_CHIN = [
    [1, 4, 3, 1, 3, 4],
    [1 / 4, 1, 7, 3, 1 / 5, 1],
    [1 / 3, 1 / 7, 1, 1 / 5, 1 / 5, 1 / 6],
    [1, 1 / 3, 5, 1, 1, 1 / 3],
    [1 / 3, 5, 5, 1, 1, 3],
    [1 / 4, 1, 6, 3, 1 / 3, 1],
]
RANDOM = np.random.default_rng(11)
MATRIX = np.round(RANDOM.random((12, 5)) * 90 + 10, 2)
WEIGHTS = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
MORE = np.array([True, False, True, True, False])
TYPES = np.where(MORE, 1, -1)


def test_opricovic_and_tzeng_2004():
    """S. Opricovic, G.-H. Tzeng, European Journal of Operational Research 156 (2004): the mountain climber."""
    matrix = np.array([[1.0, 3000.0], [2.0, 3750.0], [5.0, 4500.0]])
    got = closeness(matrix, np.array([0.5, 0.5]), [False, True], "minmax")
    assert np.round(got, 3).tolist() == [0.5, 0.617, 0.5]


def test_tzeng_and_huang_2011():
    """G.-H. Tzeng, J.-J. Huang, Multiple Attribute Decision Making, CRC Press 2011."""
    matrix = np.array([[5.0, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]])
    got = closeness(matrix, np.array([0.3, 0.4, 0.3]), [True] * 3, "vector")
    assert got == pytest.approx([0.5037, 0.6581, 0.7482, 0.3340], abs=1e-4)


def judged(matrix):
    return [(NAMES[i], NAMES[j], float(matrix[i][j])) for i in range(len(matrix)) for j in range(i + 1, len(matrix))]


def test_wang_and_chin_2011():
    """Y.-M. Wang, K.-S. Chin, Fuzzy analytic hierarchy process, Int. J. Approximate Reasoning 52 (2011)."""
    found = compared(NAMES, judged(WANG_CHIN))
    assert np.round(list(found.weights.values()), 4).tolist() == [0.3208, 0.1395, 0.0348, 0.1285, 0.2374, 0.1391]
    assert found.ratio == pytest.approx((7.41987 - 6) / 5 / 1.24, abs=1e-5)
    assert not found.consistent


def test_ahp_agrees_with_pymcdm():
    from pymcdm.weights.subjective import AHP

    for seed in range(5):
        raw = np.random.default_rng(seed).choice([1 / 5, 1 / 3, 1, 3, 5, 7], (6, 6))
        full = np.triu(raw, 1) + np.eye(6) + np.tril(1 / raw.T, -1)
        theirs = AHP(matrix=full)()
        assert list(compared(NAMES, judged(full)).weights.values()) == pytest.approx(list(theirs), abs=1e-6)


@pytest.mark.parametrize("how", ["vector", "minmax"])
def test_topsis_agrees_with_pymcdm(how):
    from pymcdm import normalizations
    from pymcdm.methods import TOPSIS

    theirs = TOPSIS(getattr(normalizations, f"{how}_normalization"))(MATRIX, WEIGHTS, TYPES)
    # pymcdm turns cost criteria round while normalising by vectors, which moves the ideal and keeps the order
    ours = closeness(MATRIX, WEIGHTS, MORE, how)
    assert np.argsort(ours).tolist() == np.argsort(theirs).tolist()
    gains = TOPSIS(getattr(normalizations, f"{how}_normalization"))(MATRIX, WEIGHTS, np.ones(5))
    assert closeness(MATRIX, WEIGHTS, np.ones(5), how) == pytest.approx(gains, abs=1e-12)


@pytest.mark.parametrize("how", ["vector", "minmax"])
def test_topsis_agrees_with_pyrepo_mcda(how):
    from pyrepo_mcda import normalizations
    from pyrepo_mcda.mcda_methods import TOPSIS

    theirs = TOPSIS(normalization_method=getattr(normalizations, f"{how}_normalization"))(MATRIX, WEIGHTS, np.ones(5))
    assert closeness(MATRIX, WEIGHTS, np.ones(5), how) == pytest.approx(theirs, abs=1e-12)


def test_topsis_agrees_with_scikit_criteria():
    import skcriteria
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.preprocessing.scalers import VectorScaler

    made = skcriteria.mkdm(matrix=MATRIX, objectives=[max] * 5, weights=WEIGHTS)
    theirs = TOPSIS().evaluate(VectorScaler(target="matrix").transform(made)).e_.similarity
    assert closeness(MATRIX, WEIGHTS, np.ones(5), "vector") == pytest.approx(theirs, abs=1e-12)


def test_the_normalisation_changes_the_order():
    """Why every result names it (the reason the method of the ranking uses neither)."""
    orders = {how: np.argsort(-closeness(MATRIX, WEIGHTS, MORE, how)).tolist() for how in ("vector", "minmax")}
    assert orders["vector"] != orders["minmax"]


def test_entropy_agrees_with_pymcdm():
    from pymcdm.weights import entropy_weights

    from geo.rank.weights import entropy

    shares = MATRIX / 100
    assert entropy(shares) == pytest.approx(entropy_weights(shares), abs=1e-9)
