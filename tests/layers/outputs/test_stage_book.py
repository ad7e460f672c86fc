"""The month's workbook and the project tables as they leave: words, live sums, nothing that is use-only."""

import openpyxl
import pandas as pd
import pytest

from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from layers.outputs.files import export
from layers.outputs.project_words import TABLES
from layers.study.run import runs
from layers.study.run.results import open_results
from tests import district
from tests.layers.study import pipeline

STANDARD = "\n[standards]\ninvestment_wan_mu = 150.0\ninvestment_wan_mu_by_industry = { C26 = 250.0 }\n"


def study(place, more=""):
    """The district with the county's project list."""
    folder = district.write(place)
    made = pipeline.county(place / "aside")
    for name in ("projects.xlsx", "links.csv"):
        (made / "inputs" / name).rename(folder / "inputs" / name)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('rules = ["inputs/rules.toml"]', 'rules = ["inputs/rules.toml", "gates-cn"]') + STANDARD
    text += pipeline.LAYER.format(
        id="projects", role="project", source="projects.xlsx", more='layer = "推进表"\n' + more
    )
    text += pipeline.LAYER.format(id="links", role="link", source="links.csv", more="")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    runs.update(folder, "screen", silent)
    runs.update(folder, "chain", silent)
    return open_results(folder)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return study(tmp_path_factory.mktemp("book") / "study")


def sheets(path):
    book = openpyxl.load_workbook(path, data_only=True)
    return {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in book}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_five_sheets_whose_sums_add_up(results, tmp_path, language):
    path = tmp_path / "month.xlsx"
    assert export(results, path, "projects", language, None, "stages") == 8
    found = sheets(path)
    assert len(found) == 5
    stage = list(found.values())[1]
    first = next(k for k, r in enumerate(stage) if r[1] is not None)
    head, *rows, total = stage[first : next(k for k, r in enumerate(stage) if k > first and r[1] is None)]
    for column in range(1, len(head)):
        assert sum(r[column] for r in rows) == pytest.approx(total[column])
    assert total[1] == 8
    formulas = [c.value for row in openpyxl.load_workbook(path).worksheets[1].iter_rows() for c in row]
    assert sum(str(v).startswith("=SUM(") for v in formulas) == len(head) - 1


def test_rates_stand_with_their_definitions(results, tmp_path):
    path = tmp_path / "month.xlsx"
    export(results, path, "projects", "zh", None, "stages")
    rows = {r[0]: r for r in sheets(path)["五率"]}
    assert rows["资金到位率"][1:3] == ["14.95 %", "15,500.00 / 103,700.00 万元"]
    assert "÷" in rows["履约率"][3]
    assert rows["竣工率"][1] == "无可计算项目"


@pytest.mark.grid
@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_project_table_leaves_in_words(results, tmp_path, table, language):
    path = tmp_path / f"{table}.csv"
    count = export(results, path, table, language)
    frame = pd.read_csv(path)
    assert len(frame) == count == len(results.table(table))
    known = {str(c) for c in results.table(table)}
    plain = [c for c in frame.columns if c in known and c not in ("notes", "Name", "name")]
    assert plain == [], plain


def test_a_layout_belongs_to_its_table_and_format(results, tmp_path):
    for path, table in ((tmp_path / "a.csv", "projects"), (tmp_path / "a.xlsx", "candidates")):
        with pytest.raises(CallError):
            export(results, path, table, "zh", None, "stages")


def test_a_use_only_list_never_leaves(tmp_path):
    results = study(tmp_path / "secret", "use_only = true")
    with pytest.raises(BlockedError):
        export(results, tmp_path / "m.xlsx", "projects", "zh", None, "stages")
    with pytest.raises(BlockedError):
        export(results, tmp_path / "g.csv", "gates", "zh")
