"""A supply register alone, without parcels, is enough for the clock; everything that needs parcels says so."""

from datetime import date

import pytest

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.outputs.project import projection
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words import idle as words
from layers.words import law
from tests.views import studies

HEAD = ("电子监管号,受让单位,合同签订日期,约定交地时间,实际交地时间,"
        "约定开工时间,实际开工时间,面积（公顷）,成交价款（万元）")  # fmt: skip
ROWS = (
    HEAD
    + """
3301-01,甲公司,2023-01-10,2023-03-01,2023-03-01,2023-09-01,,2.0,1000
3301-02,乙公司,2026-05-10,2026-06-01,2026-06-01,2027-06-01,,1.0,400
3301-04,丁公司,2022-01-10,2022-03-01,2022-03-01,2022-09-01,2022-08-01,1.5,600
3301-03,丙公司,2023-01-10,2023-03-01,,2023-09-01,,3.0,1500
"""
)
FIELDS = {"id": "电子监管号", "holder": "受让单位", "contract": "合同签订日期", "deliver_by": "约定交地时间",
          "delivered": "实际交地时间", "start_by": "约定开工时间", "started": "实际开工时间", "area_ha": "面积（公顷）",
          "price_wan": "成交价款（万元）"}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    base = tmp_path_factory.mktemp("register")
    folder = base / "study"
    catalog.new(folder, crs="EPSG:4549", name="台账", as_of=date(2026, 11, 23))
    (base / "register.csv").write_text(ROWS, encoding="utf-8")
    catalog.add(folder, base / "register.csv", {"role": "supply", "id": "register", "fields": FIELDS})
    runs.update(folder, "idle", silent)
    return folder


def test_the_clock_runs_without_parcels(study):
    rows = words.shown(open_results(study)).assets.set_index("asset_id")
    assert sorted(rows.index) == ["3301-01", "3301-02", "3301-03", "3301-04"]
    assert rows.loc["3301-01", "clock_state"] == "idle_2y"
    assert rows["clock_state"].tolist() == ["government_caused", "idle_2y", "in_build", "normal"]
    assert set(rows["located"]) == {"none"}
    told = projection(open_results(study), "idle", "zh").frame
    assert len(told) == 4


def test_what_needs_parcels_says_so(study):
    for until in ("screen", "supply", "assemble", "place", "all"):
        with pytest.raises(BlockedError) as error:
            runs.update(study, until, silent)
        assert [r.code for r in error.value.reasons] == ["parcels_not_declared"]


def test_a_study_with_neither_is_blocked(tmp_path):
    catalog.new(tmp_path / "s", crs="EPSG:4549", name="空", as_of=date(2026, 11, 23))
    with pytest.raises(BlockedError):
        runs.update(tmp_path / "s", "idle", silent)


@pytest.mark.parametrize("page", ["home", "idle"])
def test_the_pages_open(study, monkeypatch, page):
    monkeypatch.setenv("LUODI_STUDY", str(study))
    made = studies.open_page(studies.ROOT / "views" / "main.py", page)
    made.run()
    assert not made.exception


def test_nothing_is_said_of_land_the_study_does_not_have(study):
    """No rule on land judges a register: neither absent layers nor laws on farmland are news of it."""
    told = {n.reason.code: n for n in law.notices(open_results(study), "zh", "idle")}
    assert not set(told) & {"law_absent", "law_rules_out", "law_layers_old", "law_layers_undated", "law_layers_unread"}
    assert all("农田" not in line for line in law.lines(open_results(study), "zh", "idle"))


def test_a_check_says_what_the_register_says_against_itself(tmp_path):
    catalog.new(tmp_path / "s", crs="EPSG:4549", name="台账", as_of=date(2026, 11, 23))
    row = "3301-09,戊公司,2023-01-10,2023-03-01,2023-03-01,2023-09-01,2027-02-01,2.0,0\n"
    (tmp_path / "register.csv").write_text(f"{HEAD}\n{row}", encoding="utf-8")
    catalog.add(tmp_path / "s", tmp_path / "register.csv", {"role": "supply", "id": "register", "fields": FIELDS})
    assert {"idle_price_zero", "supply_days_to_come"} <= {f.code for f in catalog.check(tmp_path / "s", silent)}
