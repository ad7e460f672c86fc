"""Figures in columns beyond the declared ones: percents, units, thousands; what is no certain figure is told."""

import numpy as np
import pandas as pd
import pytest

from layers.study.further import numbers


@pytest.mark.parametrize(
    ("name", "cells", "wanted", "lost"),
    [
        ("ridge_share", [0.045, "4.5%", "0.045", "４．５％", None, "", "无", "45‰"],
         [0.045, 0.045, 0.045, 0.045, np.nan, np.nan, np.nan, 0.045], None),
        ("ridge_share", ["约5%", "4%-5%", "五"], [np.nan] * 3, ["约5%", "4%-5%", "五"]),
        ("land_width_m", ["30米", "0.03km", "30", "30m"], [30, 30, 30, 30], None),
        ("ridge_m2", ["1,200", "1200平方米", "2亩", "约1200"], [1200, 1200, 4000 / 3, np.nan], ["约1200"]),
        ("slope_pct", ["12%", "12", 12], [12, 12, 12], None),
        ("kind", ["1,200", "350亩"], [1200, np.nan], ["350亩"]),
    ],
)  # fmt: skip
def test_how_people_write_figures(name, cells, wanted, lost):
    rows = np.arange(2, 2 + len(cells)).astype(object)
    found, said = numbers(pd.Series(cells, name="列"), name, rows)
    assert found == pytest.approx(wanted, nan_ok=True)
    assert [f.reason.values["words"] for f in said] == ([] if lost is None else [lost])


def test_a_column_of_figures_is_taken_as_it_is():
    found, said = numbers(pd.Series([1.5, np.nan, 3]), "ridge_m2", np.arange(3).astype(object))
    assert found == pytest.approx([1.5, np.nan, 3.0], nan_ok=True)
    assert said == []
