"""Lists of land consolidation as offices keep them, and the county on the day its quota comes in."""

import math

import pandas as pd
import pytest

from geo.basis.progress import silent
from layers.serve.pages import place_desk
from layers.study import catalog
from layers.study.registers import quota_sources
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.study.spec import read as read_study
from layers.text import LANGUAGES
from layers.words import place_lines
from tests.counties import copied
from tests.layers.study.pipeline import LAYER, folder

HEAD = "项目名称,类型,指标类型,实施面积（亩）,新增耕地率（%）,产出指标（亩）,阶段,入库日期\n"
FIELDS = (
    'fields = { name = "项目名称", kind = "类型", account = "指标类型", area = "实施面积（亩）", '
    'yield_pct = "新增耕地率（%）", amount = "产出指标（亩）", stage = "阶段", ready_on = "入库日期" }'
)
BUDGETS = pd.DataFrame(
    {"budget_id": ["new_construction", "farmland_balance"], "date": pd.to_datetime(["2026-10-31"] * 2)}
)


def opened(place, *lines, fields=FIELDS):
    made = folder(place, LAYER.format(id="q", role="quota_source", source="q.csv", more=fields))
    (made / "inputs" / "q.csv").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    found = []
    return quota_sources.read(read_study(made), made, BUDGETS, found), [f.code for _, f in found]


def test_rows_as_they_are_kept(tmp_path):
    found, codes = opened(
        tmp_path, "甲村整治,土地整理,,400,12.5,,实施中,2027-03-31", "乙村挂钩,增减挂钩,,,,90,立项批复,2027-05-01",
        "丙矿,工矿废弃地复垦,新增建设用地计划指标,,,30公顷,已验收,2026-11-10", "丁村,旱改水,,,,60,拟实施,2027-01-01",
    )  # fmt: skip
    rows = found.set_index("name")
    assert rows["account"].tolist() == ["farmland_balance", "new_construction", "new_construction", "farmland_balance"]
    assert rows["amount"].tolist() == [50.0, 90.0, 450.0, 60.0]  # 400 × 12.5 %; 30 ha are 450 亩
    assert rows["stage"].tolist() == ["works", "approved", "accepted", "planned"]
    assert rows["counts"].tolist() == ["later", "later", "counted", "open"]
    assert codes == []


@pytest.mark.parametrize(
    ("line", "code", "counts"),
    [("甲,生态搬迁,,,,90,实施中,2027-03-31", "quota_kind_unknown", "open"),
     ("甲,土地整理,海域使用,,,90,实施中,2027-03-31", "account_unknown", "open"),
     ("甲,土地整理,,,,约九十,实施中,2027-03-31", "figure_unreadable", "open"),
     ("甲,土地整理,,400,250,,实施中,2027-03-31", "figure_unreadable", "open"),
     ("甲,土地整理,,,,90,实施中,明年底", "figure_unreadable", "open"),
     ("甲,土地整理,,,,90,不知道,2027-03-31", "", "open")],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_counts_for_nothing(tmp_path, line, code, counts):
    found, codes = opened(tmp_path, line)
    assert found["counts"].tolist() == [counts]
    assert code in (*codes, "")
    assert not math.isinf(found["amount"].iloc[0])


def test_a_name_twice_counts_once(tmp_path):
    line = "甲,土地整理,,,,90,实施中,2027-03-31"
    found, codes = opened(tmp_path, line, line)
    assert (len(found), codes) == (1, ["counted_twice"])
    found, codes = opened(tmp_path / "other", line, line.replace("90", "900"))
    assert (found["counts"].tolist(), codes) == (["open"], ["counted_otherwise"])


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Wednesday, with 90 亩 of linkage from 31 March 2027 and 20 亩 that the ledger of 31 October holds already."""
    place = copied("wednesday", tmp_path_factory.mktemp("quota") / "county")
    lines = ["西坞挂钩,增减挂钩,,,,90,实施中,2027-03-31", "旧挂钩,增减挂钩,,,,20,已入库,2026-06-30"]
    file = place / "incoming" / "quota.csv"
    file.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    catalog.add(place, file, {"role": "quota_source", "id": "quota"})
    runs.update(place, "place", silent)
    return open_results(place)


def test_a_project_short_of_quota_stands_from_the_day_it_comes_in(county):
    match = county.table("matches").set_index("project_id").loc["XM-05"]
    assert (match["status"], "85" in match["missing"]) == ("unplaced", True)  # 115.00 left, 200.00 needed
    first = county.table("place_from").set_index("project_id")["from_on"]
    assert first["XM-05"] == pd.Timestamp("2027-03-31")
    quota = county.table("accounts").set_index("account").loc["new_construction"]
    assert (quota["limit"], quota["left"]) == (5234.0, 115.0)  # what the ledger holds is not counted again
    days = [d.on.isoformat() for d in place_desk.days(county)]
    assert days == ["2026-11-23", "2027-03-31", "2027-06-30"]
    later = place_desk.desk(county, place_desk.asked(county, pd.Timestamp("2027-03-31").date(), 0.0))
    assert later.status("XM-05") == "placed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_is_told(county, language):
    found = place_lines.shown(county)
    held, coming = sorted(place_lines.sources(found, language), key=lambda t: "西坞挂钩" in t)
    assert "90.00" in coming
    assert "2027-03-31" in coming
    assert "2026-10-31" in held
    assert any("2027-03-31" in line for line in place_lines.capacity_lines(found, language))
    assert [s["counts"] for s in place_lines.plain(found)["quota_sources"]] == ["in_ledger", "later"]
