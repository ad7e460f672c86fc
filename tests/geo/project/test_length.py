import numpy as np
import pandas as pd

from geo.project.length import condensed, longest, of_industries


def links(*pairs):
    return pd.DataFrame([(a, b, s) for a, b, s in pairs], columns=["from_industry", "to_industry", "strength"])


CHAIN = links(("C26", "C28", 0.6), ("C28", "C17", 0.8), ("C17", "C18", 0.9), ("C26", "C17", 0.4))


def test_the_longest_way_through_an_industry():
    assert of_industries(["C26", "C17", "C18"], CHAIN).tolist() == [3.0, 3.0, 3.0]
    assert of_industries(["C33"], CHAIN.iloc[[0]])[0] != 1.0


def test_a_link_speaks_of_codes_below_its_own():
    assert of_industries(["C171", "C2"], CHAIN).tolist()[0] == 3.0
    joined = links(("C28", "C17", 1.0), ("C171", "C18", 1.0))
    assert of_industries(["C28", "C171", "C17"], joined).tolist() == [2.0, 2.0, 1.0]


def test_a_ring_is_one_station():
    ring = links(("C1", "C2", 1.0), ("C2", "C3", 1.0), ("C3", "C2", 1.0), ("C3", "C4", 1.0))
    assert of_industries(["C1", "C2", "C4"], ring).tolist() == [2.0, 2.0, 2.0]


def test_what_no_link_speaks_of_is_unknown_not_short():
    assert np.isnan(of_industries(["", "G59"], CHAIN)).all()
    assert np.isnan(of_industries(["C17"], CHAIN.iloc[:0])).all()
    assert np.isnan(of_industries(["C17"], links(("C17", "C18", np.nan)))).all()


def test_a_long_chain_is_walked_to_its_end():
    # far more links than functions may call each other
    pairs = [(k, k + 1) for k in range(5_000)]
    station, between = condensed(pairs, 5_001)
    assert longest(between)[station[0]] == 5_000
