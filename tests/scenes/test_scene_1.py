"""Scene 1, Monday 09:00: a red line for 浙江丽人, joint review at 14:00. Through commands; numbers of the guide."""

import shutil

import pytest

from layers.study.checks import listing, open_check
from tests.counties import copied
from tests.scenes.shared import luodi, result

MU = 2000 / 3


def mu(value):
    return pytest.approx(value * MU, abs=0.01 * MU)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """As delivered: a red line needs no run."""
    return copied("opened", tmp_path_factory.mktemp("county") / "demo")


@pytest.fixture(scope="module")
def answer(county):
    file = county / "incoming" / "redline_liren.txt"
    return result(luodi("redline", county, file, "--investment", 31000))


@pytest.fixture(scope="module")
def cut(county, answer):
    return result(luodi("redline", county, "--accept-cut", answer["check"]))


def test_the_red_line_itself(answer):
    assert answer["gross_m2"] == pytest.approx(106_666.67, abs=0.01)
    assert answer["status"] == "conditional"


def test_present_use(answer):
    found = {}
    for use in answer["uses"]:
        word = "forest" if use["code"].startswith("03") else use["code"]
        found[word] = found.get(word, 0) + use["before_m2"]
    # 60.00 mu of paddy are 57.30 net of the ridges of its fields (KCXS 0.045)
    assert found == {"0101": mu(57.3), "1203": mu(2.7), "forest": mu(22), "203": mu(18), "201A": mu(60)}
    assert {u["code"]: u["gross_before_m2"] for u in answer["uses"]}["0101"] == mu(60)
    assert answer["subtotals"]["before"] == {"agricultural": mu(82), "construction": mu(78), "unused": 0.0}


def test_three_lines_and_minerals(answer):
    found = answer["constraints"]
    # gross, with the cultivated land net of ridges beside it
    assert (found["basic-farmland"]["m2"], found["basic-farmland"]["cultivated_net_m2"]) == (mu(8), mu(7.64))
    assert (found["development-boundary"]["m2"], found["development-boundary"]["cultivated_net_m2"]) == (
        mu(12), mu(3 * 0.955),
    )  # fmt: skip
    assert {k: found[k]["outcome"] for k in ("basic-farmland", "development-boundary", "ecological-redline")} == {
        "basic-farmland": "conflict", "development-boundary": "conflict", "ecological-redline": "clear",
    }  # fmt: skip
    assert found["mineral-overlay"]["outcome"] == "unknown"


def test_ledger(answer):
    lines = {line["layer"]: line for line in answer["ledger"]}
    assert lines["basic_farmland"]["exclusive_m2"] == mu(5)
    assert lines["basic_farmland"]["shared_m2"] == mu(3)
    assert lines["development_boundary"]["exclusive_m2"] == mu(9)
    assert [line["left_m2"] for line in answer["ledger"]] == [mu(160), mu(152), mu(143)]
    assert answer["net_m2"] == pytest.approx(95_333.33, abs=0.01)


def test_investment_against_the_local_standard(answer):
    assert answer["intensity_wan_mu"] == pytest.approx(216.78, abs=0.005)
    assert answer["intensity_passes"] is True


def test_accepted_cut_line_and_run_again(cut):
    assert cut["gross_m2"] == mu(143)
    assert cut["constraints"]["basic-farmland"]["m2"] == 0
    assert cut["constraints"]["development-boundary"]["m2"] == 0
    assert cut["parts"] == 1
    assert cut["width_m"] >= 80
    assert cut["quota"]["before"] == {
        "new_construction_m2": mu(65), "balance_m2": mu(49.66), "balance_gross_m2": mu(52), "ridges_open_m2": 0.0,
    }  # fmt: skip
    use = {u["code"]: u["before_m2"] for u in cut["uses"]}
    assert (use["0101"], use["1203"]) == (mu(49.66), mu(2.34))
    assert sum(area for code, area in use.items() if code.startswith("03")) == mu(13)


@pytest.mark.long
def test_the_cut_boundary_comes_back_as_a_red_line(county, answer, cut):
    luodi("redline", county, county / "incoming" / "redline_liren.txt", county / "cut.txt", "--name", "out")
    again = result(luodi("redline", county, county / "cut.txt", "--name", "round trip"))
    assert again["gross_m2"] == pytest.approx(cut["gross_m2"], abs=1.0)
    assert again["constraints"]["basic-farmland"]["outcome"] == "clear"


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n.endswith("dxf") else pytest.mark.long)
     for n in ("redline_liren_zone40.txt", "redline_liren.xlsx", "redline_liren.dxf", "redline_liren.zip")],
)  # fmt: skip
def test_the_same_red_line_in_other_files(county, answer, name):
    known = () if name.endswith(".txt") else ("--crs", "EPSG:4549")
    found = result(luodi("redline", county, county / "incoming" / name, *known, "--name", name))
    assert found["gross_m2"] == pytest.approx(answer["gross_m2"], abs=1.0)
    assert found["net_m2"] == pytest.approx(answer["net_m2"], abs=2.0)


@pytest.mark.long
def test_without_the_red_line_file_its_row_is_unknown_and_the_status_changes(county, answer, tmp_path):
    other = tmp_path / "county"
    shutil.copytree(county, other, symlinks=True)
    (other / "inputs" / "STBHHX.zip").unlink()
    found = result(luodi("redline", other, "--again", answer["check"]))
    assert found["constraints"]["ecological-redline"]["outcome"] == "unknown"
    assert found["status"] == "unknown"


def test_checks_are_kept_by_name_and_nothing_entered_the_fabric(county, answer, cut):
    names = {c.check_id for c in listing(county)}
    assert {answer["check"], cut["check"]} <= names
    parent = open_check(county, cut["check"]).head["parent"]
    assert parent == answer["check"]
    assert not (county / "runs").exists()
