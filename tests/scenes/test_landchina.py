"""94 real records of land supply (notices of 2018-12-31 and 2019-01-01), added and read through commands.

Every record says when the warning, one and two years fall if construction did not start. The register
records no start on any row, so nothing is called idle for sure, and nothing is called in use.
"""

import json
import shutil

import pandas as pd
import pytest

from tests import district
from tests.scenes.shared import luodi, real, result

FIELDS = {
    "id": "idnumber", "holder": "holder", "area_ha": "area", "contract": "date4sign",
    "deliver_by": "time4handover_plan", "start_by": "time4commencement_plan", "started": "time4commencement_reality",
    "finish_by": "time4completion_plan", "finished": "time4completion_reality", "price_wan": "price",
}  # fmt: skip


@pytest.fixture(scope="module")
def file():
    return real("cn_samples") / "land_supply" / "landchina_2018-12_records_gbk.json"


@pytest.fixture(scope="module")
def records(file):
    """The records read the plain way, not through the application's own reader."""
    return json.loads(file.read_bytes().decode("gbk"))


@pytest.fixture(scope="module")
def folder(file, tmp_path_factory):
    place = district.write(tmp_path_factory.mktemp("landchina") / "study")
    given = [word for ours, theirs in FIELDS.items() for word in ("--field", f"{ours}={theirs}")]
    luodi("add", place, file, "--role", "supply", "--id", "landchina", "--vintage", "2019-01-02", *given)
    return place


@pytest.fixture(scope="module")
def listed(folder):
    return {a["asset_id"]: a for a in result(luodi("idle", folder))["assets"]}


def days(start):
    """The days that follow from a start, by another library."""
    one, two = (start + pd.DateOffset(years=n) for n in (1, 2))
    ninety = pd.Timedelta(days=90)
    return [f"{d:%Y-%m-%d}" for d in (start, one - ninety, one, two - ninety, two)]


def test_every_record_is_listed_without_a_place(records, listed):
    assert len(records) == len(listed) == 94
    assert {a["located"] for a in listed.values()} == {"none"}
    assert {a["kind"] for a in listed.values()} == {"land"}


def test_dates_if_construction_did_not_start(records, listed):
    names = ("start_on", "warning_1y_on", "one_year_on", "warning_2y_on", "two_years_on")
    by = {"agreed": 0, "none": 0}
    for record in records:
        found = listed[record["idnumber"].strip()]
        agreed = record["time4commencement_plan"].strip()
        expected = days(pd.to_datetime(agreed, format="%Y年%m月%d日")) if agreed else [None] * 5
        assert [found[n] for n in names] == expected, record["idnumber"]
        basis = "agreed" if agreed else "none"
        assert found["start_basis"] == basis
        by[basis] += 1
    assert by == {"agreed": 67, "none": 27}


def test_none_is_called_in_use_or_idle(listed):
    assert {a["clock_state"] for a in listed.values()} == {"unknown"}
    assert {a["evidence_status"] for a in listed.values()} == {"unknown"}
    assert {a["reason"]["code"] for a in listed.values()} == {"idle_starts_not_recorded", "idle_no_day"}
    assert {a["consequence"] for a in listed.values()} == {"open"}


def test_a_record_without_any_usable_date_names_the_missing_fields(folder, tmp_path):
    place = tmp_path / "study"
    shutil.copytree(folder, place, symlinks=True)
    source = next((place / "inputs").glob("*.json"))
    records = json.loads(source.read_bytes().decode("gbk"))
    none = [r for r in records if not r["time4commencement_plan"].strip()]
    for record in none:
        record["date4sign"] = ""
    source.write_bytes(json.dumps(records, ensure_ascii=False).encode("gbk"))
    found = {a["asset_id"]: a for a in result(luodi("idle", place))["assets"]}
    for record in none:
        asset = found[record["idnumber"].strip()]
        assert (asset["clock_state"], asset["one_year_on"]) == ("unknown", None)
        assert asset["reason"]["code"] == "idle_no_day"
        assert asset["reason"]["fields"] == ["start_by", "delivered"]


def test_a_date_slider_over_them(folder, listed):
    """As long as nobody knows whether works started, no day makes a state of it."""
    for day in ("2019-06-01", "2030-01-01"):
        found = result(luodi("idle", folder, "--on", day))["assets"]
        assert {a["clock_state"] for a in found} <= {"unknown", "not_supplied"}
