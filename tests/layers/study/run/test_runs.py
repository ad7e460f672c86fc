"""Runs: right, rebuilt like make, whole whatever happens, one writer at a time."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from geo.basis.errors import BlockedError, Cancelled, DamagedError, LockedError, SpecError
from geo.basis.progress import silent
from layers.study.lock import writing
from layers.study.run import results, runs
from layers.study.run.released import released
from layers.study.run.results import open_results, require
from tests import district

ROOT = Path(__file__).resolve().parents[4]


def tables(folder):
    results = open_results(folder)
    return {p.stem: p.read_bytes() for p in sorted(results.run.glob("*.parquet"))}


def test_the_district_comes_out_as_worked_by_hand(run_district):
    found = open_results(run_district).table("candidates").set_index("parcel_id")
    assert {p: (r.status, round(r.net_m2, 2)) for p, r in found.iterrows()} == district.EXPECTED


def test_shapes_without_a_class_never_clear_and_never_convict(run_district):
    verdicts = open_results(run_district).table("verdicts").set_index(["parcel_id", "rule_id"])
    p07 = verdicts.loc[("p07", "flood")]
    assert (p07.outcome, round(p07.value, 3), round(p07.value_hi, 3)) == ("unknown", 0.0, 100.0)
    assert verdicts.loc[("p05", "flood"), "outcome"] == "conflict"
    # half a square metre lies within the tolerance, and is still printed
    p04 = verdicts.loc[("p04", "red")]
    assert (p04.outcome, round(p04.value, 3)) == ("clear", 0.5)


def test_ledger_closes_and_every_row_in_is_a_row_out(run_district):
    results = open_results(run_district)
    last = results.table("ledger").sort_values("step").groupby("parcel_id")["left_m2"].last()
    net = results.table("candidates").set_index("parcel_id")["net_m2"]
    assert (last - net).abs().max() < 0.01
    assert len(net) == len(district.parcels())


def test_ledgers_close_on_the_ellipsoid_too(own_district):
    study = own_district / "study.toml"
    study.write_text(study.read_text(encoding="utf-8").replace('"planar"', '"ellipsoidal"'), encoding="utf-8")
    runs.update(own_district, "screen", silent)
    results = open_results(own_district)
    found = results.table("candidates").set_index("parcel_id")
    assert {p: r.status for p, r in found.iterrows()} == {p: s for p, (s, _) in district.EXPECTED.items()}
    last = results.table("ledger").sort_values("step").groupby("parcel_id")["left_m2"].last()
    assert (last - found["net_m2"]).abs().max() < 0.01
    pieces = results.table("pieces").groupby("parcel_id")["area_m2"].sum()
    assert (pieces - found["gross_m2"]).abs().max() < 0.01
    # on the central meridian the survey formula and the equal-area plane agree to a few parts in a million
    parcels = results.table("parcels").set_index("parcel_id")
    assert (parcels["area_statutory_m2"] / parcels["area_m2"] - 1).abs().max() < 1e-5
    assert (parcels["area_m2"] - 10_000).abs().max() > 0.01


def test_the_order_of_rows_in_the_file_changes_nothing(own_district, run_district):
    shuffled = district.parcels().sample(frac=1, random_state=3)
    assert shuffled["BSM"].tolist() != sorted(shuffled["BSM"])
    shuffled.to_file(own_district / "inputs" / "parcels.gpkg", layer="parcels")
    runs.update(own_district, "screen", silent)
    for name in ("candidates", "ledger", "verdicts", "pieces"):
        found, known = (open_results(f).table(name) for f in (own_district, run_district))
        pd.testing.assert_frame_equal(found, known)
    found, known = (
        open_results(f).table("land").set_index(["parcel_id", "part"]) for f in (own_district, run_district)
    )
    assert found.index.equals(known.index)
    assert (found["net_m2"] - known["net_m2"]).abs().max() < 1e-3


def test_minimum_width_excludes_what_is_left_too_narrow(own_district):
    study = own_district / "study.toml"
    study.write_text(study.read_text(encoding="utf-8") + "\n[screen]\nmin_width_m = 60\n", encoding="utf-8")
    runs.update(own_district, "screen", silent)
    found = open_results(own_district).table("candidates").set_index("parcel_id")
    # half of p01 is left, 50 m wide; the others keep their 100 m
    assert found.loc["p01", ["status", "net_m2"]].tolist() == ["excluded", 0.0]
    assert {p: s for p, s in found["status"].items() if p != "p01"} == {
        p: s for p, (s, _) in district.EXPECTED.items() if p != "p01"
    }


def test_nothing_to_do_the_second_time(run_district):
    before = tables(run_district)
    report = runs.update(run_district, "screen", silent)
    assert (report.built, report.kept) == ((), ("load", "measure", "screen"))
    assert tables(run_district) == before


def test_a_changed_rule_rebuilds_screening_only_and_marks_it_stale_before(own_district):
    rules = own_district / "inputs" / "rules.toml"
    rules.write_text(rules.read_text().replace("threshold = 0.0", "threshold = 6000.0", 1))
    assert set(open_results(own_district).stale()) == {"verdicts", "candidates", "ledger", "land", "use_status"}
    with pytest.raises(BlockedError):
        require(own_district, "candidates")
    report = runs.update(own_district, "screen", silent)
    assert (report.built, report.kept) == (("screen",), ("load", "measure"))
    assert not open_results(own_district).stale()


def test_a_changed_input_rebuilds_everything(own_district):
    cut = district.parcels().iloc[:11]
    cut.to_file(own_district / "inputs" / "parcels.gpkg", layer="parcels")
    assert runs.update(own_district, "screen", silent).built == ("load", "measure", "screen")
    assert len(open_results(own_district).table("candidates")) == 11


def test_deleting_a_constraint_turns_it_unknown(own_district):
    (own_district / "inputs" / "red.gpkg").unlink()
    runs.update(own_district, "screen", silent)
    results = open_results(own_district)
    assert (results.table("verdicts").query("rule_id == 'red'")["outcome"] == "unknown").all()
    assert set(results.table("candidates")["status"]) == {"unknown", "excluded"}
    assert results.table("candidates")["net_m2"].max() == 0


def test_same_study_same_bytes(run_district, tmp_path):
    other = district.write(tmp_path / "again")
    runs.update(other, "screen", silent)
    assert {k: v for k, v in tables(other).items() if not k.startswith("shape")} == {
        k: v for k, v in tables(run_district).items() if not k.startswith("shape")
    }


def test_three_runs_stay(own_district):
    study = own_district / "study.toml"
    text = study.read_text(encoding="utf-8")
    for k in range(4):
        study.write_text(text.replace("小区", f"小区{k}"), encoding="utf-8")
        runs.update(own_district, "screen", silent)
    assert len(list((own_district / "runs").iterdir())) == 3


def test_a_wish_to_stop_leaves_the_results_as_they_were(own_district):
    before = tables(own_district)
    (own_district / "inputs" / "farm.geojson").unlink()

    def impatient(done, total, stage):
        if stage == "pieces" or stage == "measure":
            raise Cancelled

    with pytest.raises(Cancelled):
        runs.update(own_district, "screen", impatient)
    assert tables(own_district) == before


def test_the_second_writer_is_told_who_the_first_is(own_district):
    with writing(own_district, "run by another"):
        done = subprocess.run(
            [sys.executable, ROOT / "luodi.py", "run", own_district, "--lang", "en"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"process {os.getpid()}" in done.stderr
    assert "Traceback" not in done.stderr
    with writing(own_district, "x"), pytest.raises(LockedError):
        runs.update(own_district, "screen", silent)


def test_killed_at_any_moment_the_results_are_old_or_new_and_whole(own_district):
    before = tables(own_district)
    text = (own_district / "study.toml").read_text(encoding="utf-8")
    moments = random.Random(7)
    for k in range(6):
        (own_district / "study.toml").write_text(text.replace("小区", f"小区 {k}"), encoding="utf-8")
        (own_district / "inputs" / "rules.toml").touch()
        process = subprocess.Popen(
            [sys.executable, ROOT / "luodi.py", "run", own_district],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moments.uniform(0.5, 4.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        results = open_results(own_district)
        assert set(before) <= set(tables(own_district))
        for name, entry in results.manifest["tables"].items():
            assert len(pd.read_parquet(results.run / f"{name}.parquet")) == entry["rows"]
    runs.update(own_district, "screen", silent)
    assert not open_results(own_district).stale()


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ('crs = "EPSG:4549"', 'crs = "EPSG:4490"', {"study_crs_geographic"}),
        ('area = "planar"', 'area = "flat"\ncolour = "red"', {"choice_unknown", "key_unknown"}),
        ('rule = "mineral"', 'rule = "minerals"', {"not_examined_unknown_rule"}),
        ("inputs/rules.toml", "no-such-pack", {"rule_pack_missing"}),
        ("[study]", "[studie]", {"study_section_missing"}),
        ("as_of = 2026-11-23", "as_of = ", {"toml_unreadable"}),
    ],
)
def test_wrong_settings_are_all_told_together(own_district, old, new, codes):
    path = own_district / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        runs.update(own_district, "screen", silent)
    assert {r.code for r in caught.value.reasons} == codes


def test_the_manifest_names_inputs_rules_and_versions(run_district):
    manifest = open_results(run_district).manifest
    assert set(manifest["inputs"]) == {"parcels", "farm", "edge", "red", "flood"}
    assert [r["id"] for r in manifest["rules"]] == ["farm", "edge", "red", "flood", "mineral"]
    assert manifest["versions"]["geos"]
    json.dumps(manifest)


def test_the_run_people_saw_last_is_kept_however_old_it_is(own_district):
    """A change taken back leads to the first run again; what is judged next is held against it, not against none."""
    first, file = runs.current(own_district), own_district / "study.toml"
    text = file.read_text(encoding="utf-8")
    for day in ("21", "22", "23", "24"):
        file.write_text(text.replace("as_of = 2026-11-23", f"as_of = 2026-11-{day}"), encoding="utf-8")
        runs.update(own_district, "screen", silent)
        assert (runs.current(own_district) == first) == (day == "23")
    assert first.is_dir()


@pytest.mark.parametrize("column", ["parcel_id", "rule_id"])
def test_rows_read_alone_leave_as_those_of_the_whole_table(own_district, monkeypatch, column):
    study = own_district / "study.toml"
    text = study.read_text(encoding="utf-8").replace('id = "farm"', 'id = "farm"\nuse_only = true', 1)
    study.write_text(text, encoding="utf-8")
    runs.update(own_district, "screen", silent)
    whole = released(open_results(own_district)).table("verdicts")
    inside = open_results(own_district).table("verdicts")
    asked = [*whole[column].unique()[:3], *inside[column].unique(), "nobody"]
    monkeypatch.setattr(results, "LONG", 0)
    alone = released(open_results(own_district))
    mine = alone.rows_of("verdicts", asked, column)
    assert "verdicts" not in alone.inside._tables
    assert set(mine["rule_id"]) != set(inside["rule_id"])
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), whole[whole[column].isin(asked)].reset_index(drop=True))


def test_rows_of_parcels_are_the_same_read_alone_or_out_of_the_whole_table(own_district, monkeypatch):
    whole = open_results(own_district)
    ids = whole.table("candidates")["parcel_id"].tolist()
    asked = [ids[0], ids[-1]]
    monkeypatch.setattr(results, "LONG", 0)
    alone = open_results(own_district)
    mine = alone.rows_of("verdicts", asked)
    assert "verdicts" not in alone._tables
    assert mine["parcel_id"].nunique() == 2
    pd.testing.assert_frame_equal(mine, whole.table("verdicts").merge(mine[["parcel_id", "rule_id"]]))
    of_rule = alone.rows_of("verdicts", ["flood"], "rule_id")
    pd.testing.assert_frame_equal(of_rule, whole.table("verdicts").query("rule_id == 'flood'").reset_index(drop=True))
    assert open_results(own_district).table("parcels") is whole.table("parcels")  # one copy for all who look
    path = alone.run / "verdicts.parquet"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DamagedError):
        open_results(own_district).rows_of("verdicts", asked)
