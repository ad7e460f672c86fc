"""What a register holds that cannot be read is told by the run and by Home, as for layers with places."""

import pandas as pd
import pytest

from geo.basis.progress import silent
from layers.outputs import summary
from layers.serve.pages import glance
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words.project_card import card
from tests.cases import base
from tests.languages import EACH

LISTS = {
    "project": ([{"项目编号": "X1", "项目名称": "甲", "行业代码": "C34", "申请用地（亩）": "15+5"}], "15+5", {}),
    "facility": ([{"编号": "S1", "类型": "power", "单位": "斤", "上限": 50, "X": 363050, "Y": 3176050}],
                 "斤", {"crs": base.CRS,
                       "fields": {"id": "编号", "resource": "类型", "unit": "单位", "limit": "上限"}}),
    "budget": ([{"账户编码": "海域使用指标", "单位": "亩", "总量": 500}], "海域使用指标", {}),
    "earmark": ([{"账户编码": "new_construction", "事项": "医院", "数量": "若干"}],
                "若干", {"fields": {"amount": "数量", "name": "事项"}}),
    "supply": ([{"编号": "G1", "地块": "p00", "合同": "去年", "动工": "2024-06-01"}],
               "2", {"fields": {"id": "编号", "parcel_id": "地块", "contract": "合同", "started": "动工"}}),
}  # fmt: skip
"""Role: its rows, what must be told of them, keys of the layer."""


@pytest.fixture(scope="module", params=LISTS)
def studied(request, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param)
    folder = base.study(place / "study")
    rows, word, given = LISTS[request.param]
    pd.DataFrame(rows).to_csv(place / "list.csv", index=False)
    catalog.add(folder, place / "list.csv", {"role": request.param, "id": "list"} | given)
    return folder, word, runs.update(folder, "idle" if request.param == "supply" else "place", silent)


@pytest.mark.parametrize("language", EACH)
def test_a_run_tells_what_it_could_not_read_of_a_register(studied, language):
    folder, word, report = studied
    lines = [line for line in summary.after_run(folder, report, language) if line.startswith("  list")]
    assert any(word in line for line in lines), lines


def test_home_tells_it_too(studied):
    folder, _, _ = studied
    assert any(f.layer == "list" for f in glance.glance(open_results(folder)).findings)


def test_a_cell_nobody_could_read_is_no_empty_cell(tmp_path):
    folder = base.study(tmp_path / "study")
    rows, _, _ = LISTS["project"]
    pd.DataFrame(rows).to_csv(tmp_path / "list.csv", index=False)
    catalog.add(folder, tmp_path / "list.csv", {"role": "project", "id": "list"})
    runs.update(folder, "project", silent)
    said = " ".join(card(open_results(folder), "X1", "zh").findings)
    assert "15+5" in said
    assert "未填申请用地" not in said
