"""What can be handed over is told apart from what is built, roads and remnants; every parcel is counted once."""

import numpy as np
import pandas as pd
import pytest

from geo.basis.progress import silent
from geo.basis.units import MU_M2
from geo.screen import headline
from layers.outputs import meeting, summary
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES


def frames(**status):
    ids = list(status)
    found = pd.DataFrame({"parcel_id": ids, "remnant": ["no"] * len(ids)})
    return found, pd.DataFrame({"parcel_id": ids, "supply_status": list(status.values())})


def test_every_status_has_its_kind_and_a_road_is_one_unless_it_can_be_handed_over():
    found, supply = frames(
        a="unapproved", b="approved", c="supplied", d="suspected_idle", e="built", f="unknown", g="x"
    )
    none = np.zeros(7, bool)
    assert headline.kinds(found, supply, none).tolist() == [
        "unapproved", "approved", "supplied", "suspected_idle", "built", "unknown", "unknown",
    ]  # fmt: skip
    assert headline.kinds(found, supply, ~none).tolist() == ["unapproved", "approved", "supplied", *["roads"] * 4]


def test_what_no_register_tells_is_unknown_and_small_pieces_are_remnants():
    found, supply = frames(a="approved", b="built")
    assert headline.kinds(found, supply.iloc[:0], np.zeros(2, bool)).tolist() == ["unknown", "unknown"]
    small = found.assign(remnant="yes")
    assert headline.kinds(small, supply, np.zeros(2, bool)).tolist() == ["remnant", "built"]


@pytest.fixture
def run(own_district):
    runs.update(own_district, "supply", silent)
    return own_district


def test_the_kinds_add_up_to_the_usable_area(run):
    results = open_results(run)
    made = summary.by_kind(results)
    whole = results.table("candidates")
    assert made["parcels"].sum() == len(whole)
    assert made["net_m2"].sum() == pytest.approx(whole["net_m2"].sum(), abs=0.01)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_says_what_can_be_handed_over(run, language):
    results = open_results(run)
    line = summary.landable_line(results, language)
    assert {"zh": "可落地", "en": "Can be handed over"}[language] in line


def test_pieces_below_a_candidate_are_remnants_by_area_and_by_width_and_not_on_the_list(run):
    whole = open_results(run).table("candidates").set_index("parcel_id")
    assert set(whole["remnant"]) <= {"yes", "no", ""}
    assert (whole.loc[whole["status"] == "excluded", "remnant"] == "").all()
    assert (whole.loc[whole["net_hi_m2"] < 5 * MU_M2, "remnant"] != "no").all()
    assert (whole["remnant"] == "no").any()
    toml = run / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n[screen]\ncandidate_min_width_m = 500.0\n", encoding="utf-8")
    runs.update(run, "screen", silent)
    results = open_results(run)
    narrow = results.table("candidates").set_index("parcel_id")
    assert "no" not in set(narrow["remnant"])
    assert narrow["status"].tolist() == whole["status"].tolist()  # the status is not touched
    assert not meeting.shown(results).any()
