"""The map of the county shows all four statuses, and what makes them so."""

import geopandas as gpd
import pytest

from layers.study.run.results import open_results
from tests.scenes.shared import luodi

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def results(fresh_county):
    luodi("screen", fresh_county)
    return open_results(fresh_county)


def test_each_status_has_more_than_three_percent_of_the_parcels(results):
    shares = results.table("candidates")["status"].value_counts(normalize=True)
    assert set(shares.index) == {"eligible", "conditional", "unknown", "excluded"}
    assert shares.min() > 0.03, shares


def test_the_township_without_a_boundary_is_to_be_verified(results):
    lands = gpd.GeoDataFrame(results.table("parcels")).merge(results.table("candidates")[["parcel_id", "status"]])
    # elsewhere only a road or a wood of which nobody has said the class
    where = lands.loc[lands["status"] == "unknown", "township"].value_counts(normalize=True)
    assert where["西坞乡"] > 0.95


def test_the_town_in_the_special_use_zone_is_not_eligible(results):
    verdicts = results.table("verdicts")
    rows = verdicts[(verdicts["rule_id"] == "development-boundary-special") & (verdicts["outcome"] == "conflict")]
    status = results.table("candidates").set_index("parcel_id")["status"][rows["parcel_id"]]
    assert len(rows) > 20
    assert "eligible" not in set(status)


def test_zones_of_roads_lines_and_woods_are_found(results):
    verdicts = results.table("verdicts")
    found = verdicts[verdicts["outcome"] == "conflict"].groupby("rule_id").size()
    for rule in ("road-control-zone", "rail-safety-zone", "power-corridor", "forest-grade-1", "forest-grade-2",
                 "control-unit-priority", "farmland-reserve", "mineral-overlay", "detailed-plan"):  # fmt: skip
        assert found[rule] > 20, rule
    # a road nobody has named the class of: its zone is a range
    open_ = verdicts[(verdicts["rule_id"] == "road-control-zone") & (verdicts["outcome"] == "unknown")]
    assert (open_["value"] <= 1).all()
    assert (open_["value_hi"] > 1).all()
