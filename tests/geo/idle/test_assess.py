"""Signs of several buildings on one plot, and contradictions between clock and use."""

import pytest

from geo.idle.assess import together


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], "none"), (["none", "none"], "none"),
        (["idle"], "idle"), (["idle", "idle", "none"], "idle"), (["active", "none"], "active"),
        (["idle", "active"], "low"), (["low", "active"], "low"), (["low"], "low"),
        # a contradiction is handed on where nothing else is known
        (["contradictory"], "contradictory"), (["contradictory", "none"], "contradictory"),
        (["contradictory", "active"], "active"),
    ],
)  # fmt: skip
def test_buildings_of_one_plot_taken_together(said, expected):
    assert together(said) == expected
