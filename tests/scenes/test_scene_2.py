"""Scene 2, Wednesday: seven projects, not enough quota. Through commands; numbers of the guide."""

import shutil

import pytest

from tests.scenes.shared import luodi, result, scene_two

LIREN, PUKE, LEIQI, BAONAI, ZHONGXIN, SHENGHAI, LISHENG = (f"XM-0{k}" for k in range(1, 8))


@pytest.fixture(scope="module")
def county(fresh_county):
    """The county with the accepted red line of scene 1, to which 丽人 is pinned."""
    return scene_two(fresh_county)


def placed(county, *words):
    found = result(luodi("place", county, *words))
    return found | {
        "projects": {p["project_id"]: p for p in found["projects"]},
        "budgets": {b["budget_id"]: b for b in found["budgets"]},
        "facilities": {f["facility_id"]: f for f in found["facilities"]},
    }


@pytest.fixture(scope="module")
def answer(county):
    return placed(county)


def test_seven_projects(answer):
    assert {p: row["status"] for p, row in answer["projects"].items()} == {
        LIREN: "placed", PUKE: "placed", LEIQI: "placed", BAONAI: "unplaced", ZHONGXIN: "unplaced",
        SHENGHAI: "rejected", LISHENG: "unknown",
    }  # fmt: skip


def test_quota(answer):
    quota = answer["budgets"]["new_construction"]
    assert [quota[k] for k in ("limit", "earmarked", "committed")] == [5234.0, 803.9, 4110.1]
    assert quota["free"] == pytest.approx(320.0, abs=1e-9)
    assert quota["left"] == pytest.approx(115.0, abs=1e-9)
    drawn = {p: d["amount"] for p, row in answer["projects"].items() for d in row["draws"]
             if d["account"] == "new_construction"}  # fmt: skip
    assert drawn == {LIREN: 65.0, PUKE: 140.0}
    balance = {p: d["amount"] for p, row in answer["projects"].items() for d in row["draws"]
               if d["account"] == "farmland_balance"}  # fmt: skip
    assert balance == {LIREN: 52.0, PUKE: 140.0}


def test_liren_stands_on_its_red_line(answer):
    row = answer["projects"][LIREN]
    assert (row["site_id"][0], row["park_id"], row["land_mu"], row["pinned"]) == ("R", "B2", 143.0, True)


def test_puke_gets_its_ceiling_in_the_chemical_base(county, answer):
    row = answer["projects"][PUKE]
    assert (row["park_id"], row["land_mu"], row["remnant_mu"]) == ("B1", 140.0, 12.0)
    assert [answer["facilities"]["SW-2"][k] for k in ("free", "left")] == [1200.0, 300.0]
    assert row["worth"] == 140 * 20
    told = result(luodi("explain", county, PUKE))
    assert any("10.00" in line for line in told["findings"])
    assert told["placing"]["status"] == "placed"


def test_leiqi_goes_into_the_idle_plant(answer):
    row = answer["projects"][LEIQI]
    assert (row["kind"], row["park_id"], row["floor_m2"], row["saved_mu"]) == ("building", "D1", 8000.0, 80.0)
    assert row["remnant_m2"] == pytest.approx(1600.0)
    assert not [d for d in row["draws"] if d["kind"] == "park" or d["account"] == "new_construction"]


def test_baonai_lacks_four_mva(county, answer):
    row = answer["projects"][BAONAI]
    assert [(m["account"], m["amount"], m["unit"]) for m in row["misses"]] == [("S-E", 4.0, "MVA")]
    assert row["from_on"] == "2027-06-30"
    station = answer["facilities"]["S-E"]
    assert [station[k] for k in ("limit", "used", "committed", "reserved", "free")] == [50.0, 31.0, 9.0, 2.0, 8.0]
    capacity = result(luodi("capacity", county))["capacity"]
    power = {r["park_id"]: r for r in capacity if r["resource"] == "power"}
    assert power["B3"]["free"] == power["B4"]["free"] == 8.0
    gas = next(r for r in capacity if r["resource"] == "gas" and r["park_id"] == "B3")
    assert (gas["limit"], gas["free"], gas["state"]) == (None, None, "unknown")


def test_zhongxin_lacks_quota_and_forcing_it_costs(answer):
    row = answer["projects"][ZHONGXIN]
    assert [(m["account"], m["amount"], m["unit"]) for m in row["misses"]] == [("new_construction", 85.0, "亩")]
    assert (row["price"], row["leaves"], row["price_exact"]) == (140 * 20 - 200 * 8, PUKE, True)
    assert answer["gap"] == 0.0
    assert answer["worth"] == answer["bound"] == 143 * 10 + 140 * 20 + 80 * 12


@pytest.mark.parametrize(("extra", "status"), [("84.99", "unplaced"), ("85", "placed")])
def test_with_404_99_unplaced_with_405_all_three_stand(county, extra, status):
    found = placed(county, "--extra", f"new_construction={extra}")
    assert found["budgets"]["new_construction"]["free"] == pytest.approx(320 + float(extra))
    assert found["projects"][ZHONGXIN]["status"] == status
    assert [found["projects"][p]["status"] for p in (LIREN, PUKE)] == ["placed", "placed"]


@pytest.mark.parametrize(("day", "status"), [("2027-06-29", "unplaced"), ("2027-06-30", "placed")])
def test_a_transformer_places_baonai_from_its_day(county, day, status):
    assert placed(county, "--on", day)["projects"][BAONAI]["status"] == status


def test_what_if_changes_nothing_and_the_same_input_gives_the_same_answer(county, answer):
    assert placed(county) == answer


def test_a_ban_frees_what_the_project_drew_and_undo_restores_it(county, answer, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(county, own, symlinks=True)
    luodi("ban", own, PUKE, "--person", "王工", "--why", "环评未批")
    found = placed(own)
    assert found["projects"][PUKE]["status"] == "unplaced"
    assert found["projects"][ZHONGXIN]["status"] == "placed"
    assert found["budgets"]["new_construction"]["left"] == pytest.approx(320 - 65 - 200)
    luodi("ban", own, PUKE, "--person", "王工", "--why", "环评已批", "--undo")
    assert placed(own)["projects"] == answer["projects"]


def test_a_pin_needs_a_person_a_ground_and_a_place(county):
    luodi("pin", county, LIREN, "--park", "B2", code=2)
    luodi("pin", county, LIREN, "--person", "王工", "--why", "试", code=2)
    luodi("pin", county, LIREN, "--park", "B9", "--person", "王工", "--why", "试", code=1)
    luodi("pin", county, "没有的项目", "--park", "B2", "--person", "王工", "--why", "试", code=2)


# --- scene 3, Friday: what base 3 holds once G-07 is recovered; here because the placed county stands ready ---


def test_recovered_g07_takes_zhongxin_on_stock_land_and_undo_returns_every_number(county, answer, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(county, own, symlinks=True)
    said = ("--person", "张主任", "--why", "收回决定（演示）")
    luodi("idle", own, "--recover", "G-07", *said)
    found = placed(own)
    row = found["projects"][ZHONGXIN]
    assert (row["status"], row["park_id"], row["land_mu"], row["remnant_mu"]) == ("placed", "B3", 200.0, 10.0)
    assert not [d for d in row["draws"] if d["account"] in ("new_construction", "farmland_balance") and d["amount"]]
    assert found["budgets"]["new_construction"]["left"] == pytest.approx(115.0)
    power = [r for r in result(luodi("capacity", own))["capacity"] if r["resource"] == "power"]
    assert {r["park_id"]: r["left"] for r in power if r["park_id"] in ("B3", "B4")} == {"B3": 5.0, "B4": 5.0}
    short = found["projects"][BAONAI]["misses"]
    assert [(m["account"], m["amount"], m["unit"]) for m in short] == [("S-E", 7.0, "MVA")]
    luodi("idle", own, "--undo", "G-07", *said)
    assert placed(own) == answer


def test_base_3_names_what_binds_it_before_and_after(county, answer, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(county, own, symlinks=True)
    rows = {r["resource"]: r for r in result(luodi("capacity", own))["capacity"] if r["park_id"] == "B3"}
    assert [name for name, r in rows.items() if r["binding"]] == ["land"]
    for name, row in rows.items():
        if row["state"] != "unknown" and name != "land":
            assert row["date"], name
            assert row["source"], name
