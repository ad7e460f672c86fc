"""Which layers to find first: by hand, and that the order decides as much as any other would at the end."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.screen.wanted import COLUMNS, wanted

LAYERS = {"farm": "a", "farm2": "a", "river": "b", "relic": "c"}


def table(*rows):
    return pd.DataFrame(rows, columns=["status", "unknowns", "net_hi_m2"])


def test_by_hand():
    found = wanted(
        table(
            ("unknown", "river", 100.0),
            ("unknown", "farm|river", 500.0),
            ("unknown", "farm2|relic", 50.0),
            ("conditional", "farm", 30.0),
            ("excluded", "relic", 9000.0),  # decided whatever is found out
            ("eligible", "", 70.0),
        ),
        LAYERS,
    )
    assert found.to_dict("records") == [
        {"layer_id": "b", "rules": "river", "parcels": 2, "open_m2": 600.0, "decided_m2": 100.0},
        {"layer_id": "a", "rules": "farm|farm2", "parcels": 3, "open_m2": 580.0, "decided_m2": 630.0},
        {"layer_id": "c", "rules": "relic", "parcels": 1, "open_m2": 50.0, "decided_m2": 680.0},
    ]


def test_what_no_layer_decides_stays_open():
    found = wanted(table(("unknown", "river|survey", 100.0)), LAYERS)
    assert found["decided_m2"].tolist() == [0.0]
    assert wanted(table(("unknown", "survey", 100.0)), LAYERS).empty


def test_nothing_open_is_no_row():
    found = wanted(table(("eligible", "", 1.0)), LAYERS)
    assert list(found.columns) == list(COLUMNS)
    assert found.empty


def test_of_equals_the_one_that_excludes_comes_first():
    found = wanted(table(("unknown", "farm|river|relic", 100.0)), LAYERS, first=("c",))
    assert found["layer_id"].tolist() == ["c", "a", "b"]
    assert found["decided_m2"].tolist() == [0.0, 0.0, 100.0]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sets(st.sampled_from(sorted(LAYERS)), min_size=1), st.integers(1, 9)), max_size=8))
def test_the_last_line_decides_all_a_layer_can(rows):
    found = wanted(table(*(("unknown", "|".join(sorted(r)), float(m)) for r, m in rows)), LAYERS)
    assert found["decided_m2"].is_monotonic_increasing
    if rows:
        assert found["decided_m2"].iloc[-1] == pytest.approx(sum(m for _, m in rows))
