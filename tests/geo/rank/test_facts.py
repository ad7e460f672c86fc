import numpy as np
import pandas as pd
import pytest

from geo.basis.units import MU_M2
from geo.rank.facts import of_projects, of_sites


def test_shares_of_the_usable_area_with_what_is_open():
    sites = pd.DataFrame(
        {"site_id": ["A", "B"], "net_m2": [80.0, 0.0], "net_hi_m2": [100.0, 50.0], "quota_m2": [40.0, 0.0],
         "quota_hi_m2": [60.0, 50.0], "balance_m2": [0.0, 0.0], "balance_hi_m2": [0.0, 0.0],
         "buildings_m2": [10.0, 0.0], "buildings_hi_m2": [np.nan, 0.0], "approved_m2": [50.0, 0.0],
         "supply_unknown_m2": [25.0, 50.0], "geometry": [None, None]}
    )  # fmt: skip
    got = of_sites(sites).set_index("site_id")
    assert "geometry" not in got
    assert got.loc["A", ["quota_share", "quota_hi_share"]].tolist() == [0.4, 0.75]
    assert got.loc["A", ["approved_share", "approved_hi_share"]].tolist() == [0.5, 0.75]
    assert got.loc["A", "buildings_share"] == pytest.approx(0.1)
    assert np.isnan(got.loc["A", "buildings_hi_share"])
    # nothing is certainly usable: all of it may draw quota
    assert got.loc["B", ["quota_share", "quota_hi_share"]].tolist() == [0.0, 1.0]


def test_a_share_whose_area_is_not_there_is_unknown():
    got = of_sites(pd.DataFrame({"site_id": ["A"], "net_m2": [80.0], "net_hi_m2": [80.0]}))
    assert got[["quota_share", "quota_hi_share", "approved_share", "buildings_share"]].isna().all(axis=None)


def test_intensities_of_projects():
    projects = pd.DataFrame(
        {"project_id": ["A", "B"], "asked_m2": [100 * MU_M2, np.nan], "investment_wan": [15_000.0, 1.0],
         "output_wan": [30_000.0, 0.0], "energy_tce": [3_000.0, 10.0]}
    )  # fmt: skip
    got = of_projects(projects).set_index("project_id")
    assert got.loc["A", ["investment_wan_mu", "output_wan_mu", "energy_tce_wan"]].tolist() == pytest.approx(
        [150, 300, 0.1]
    )
    assert got.loc["B", ["investment_wan_mu", "output_wan_mu", "energy_tce_wan"]].isna().all()
    kept = of_projects(projects.assign(investment_wan_mu=7.0))
    assert kept["investment_wan_mu"].tolist() == [7.0, 7.0]
