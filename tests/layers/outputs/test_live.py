"""The workbooks of lists recalculate: LibreOffice finds the numbers of the tables, and no text is a formula."""

import openpyxl
import pandas as pd
import pytest

from layers.outputs import files, lists, workbook
from layers.outputs.projected import Legend, Projection
from layers.study.run.results import open_results
from tests.layers.outputs.test_ranking_book import recalculated


@pytest.fixture(scope="module")
def results(ranked_folder):
    return open_results(ranked_folder)


def opened(path, values=True):
    book = openpyxl.load_workbook(path, data_only=values)
    return {page.title: [list(r) for r in page.iter_rows(values_only=True)] for page in book}


def body(rows, first):
    """Return header and rows of a list below its notes."""
    at = next(k for k, row in enumerate(rows) if first in row)
    return pd.DataFrame(rows[at + 1 :], columns=rows[at])


def again(path, folder):
    """Drop the numbers beside the formulas, so that the other program has to find them; return what it finds."""
    book = openpyxl.load_workbook(path)
    book.save(path)
    return opened(recalculated(path, folder))


def test_areas_totals_and_shares_are_formulas_that_give_the_tables(results, tmp_path):
    path = tmp_path / "candidates.xlsx"
    files.export(results, path, "candidates", "zh")
    formulas = opened(path, values=False)
    assert sum(str(v).startswith("=") for rows in formulas.values() for row in rows for v in row) > 40
    found = again(path, tmp_path)
    raw = results.table("candidates")
    listed = body(found["清单"], "地块编号")
    mu = listed["可用（亩）"] if "可用（亩）" in listed else listed[[c for c in listed if "亩" in str(c)]].iloc[:, -2]
    assert mu.astype(float).to_numpy() == pytest.approx(raw["net_m2"].to_numpy() * 3 / 2000, abs=1e-9)
    totals = found["合计"]
    assert totals[-1][1] == len(raw)
    heads = totals[0]
    gross = heads.index(next(h for h in heads if h and "m²" in h))
    assert totals[-1][gross] == pytest.approx(raw["gross_m2"].sum(), abs=1e-9 * len(raw) + 1e-6)
    assert sum(row[2] for row in totals[1:-1]) == pytest.approx(1.0, abs=1e-9)
    by = raw.groupby("status")["gross_m2"].sum()
    assert sorted(row[gross] for row in totals[1:-1]) == pytest.approx(sorted(by), abs=1e-6)


def test_ledger_and_points_follow_from_line_to_line(results, tmp_path):
    for table, column in (("ledger", "left_m2"), ("scores", "points")):
        path = tmp_path / f"{table}.xlsx"
        files.export(results, path, table, "zh")
        raw = results.table(table)
        written = opened(path, values=False)["清单"]
        at = next(k for k, row in enumerate(written) if len([v for v in row if v]) > 4)
        place = list(raw.drop(columns=["geometry"], errors="ignore")).index(column)
        assert sum(str(row[place]).startswith("=") for row in written[at + 1 :]) > len(raw) / 3
        assert not [h for h in written[at] if h and "_" in str(h)], "a name of a column is no head"
        found = again(path, tmp_path)["清单"][at + 1 :]
        theirs = [float(row[place]) if row[place] is not None else float("nan") for row in found]
        assert theirs == pytest.approx(raw[column].tolist(), abs=1e-9, nan_ok=True)


def test_case_70_no_text_becomes_a_formula_or_a_link(tmp_path):
    texts = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x")', "http://x", "a"]
    frame = pd.DataFrame({"name": texts, "state": texts, "net_m2": range(len(texts)), "net_mu": 0.0})
    made = Projection(frame, {"name": "=2+2"}, ("=3+3",), "zh", Legend("state", dict.fromkeys(texts, "#12806A")))
    for kind in ("xlsx", "csv"):
        lists.write(made, tmp_path / f"a.{kind}", "list", tmp_path)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [c for page in book for row in page.iter_rows() for c in row]
    assert not [c for c in cells if c.hyperlink]
    for text in (str(c.value) for c in cells if c.data_type == "f"):
        assert not any(w in text for w in ("HYPERLINK", "SUM(A1)", "1+1", "2+2", "3+3", "http"))
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    assert not [c for line in lines for c in line.split(",") if c.strip('"')[:1] in "=+@" and c]
    counted = again(tmp_path / "a.xlsx", tmp_path)["合计"][1:-1]
    assert {row[0]: row[1] for row in counted}["=1+1"] == 1


def test_a_total_of_unknown_amounts_is_no_zero(tmp_path):
    frame = pd.DataFrame({"state": ["a", "a", "b", "b", "c"], "net_m2": [1.0, 2.0, 3.0, None, None],
                          "top_m2": [1.0, 2.0, 3.0, 4.0, float("inf")], "all_m2": 1.0})  # fmt: skip
    made = Projection(frame, {}, (), "zh", Legend("state", dict.fromkeys("abc", "#12806A")))
    lists.write(made, tmp_path / "a.xlsx", "list", tmp_path)
    found = {row[0]: row for row in again(tmp_path / "a.xlsx", tmp_path)["合计"]}
    assert [found[s][3] for s in ("a", "b", "c", "合计")] == [3.0, 3.0, "待核实", 6.0]
    assert [found[s][5] for s in ("a", "b", "c", "合计")] == [3.0, 7.0, "待核实", 10.0]
    assert {found[s][4] for s in ("a", "b", "c")} == {None}, "no share of what is not known"
    assert [found[s][8] for s in ("a", "b", "c")] == pytest.approx([0.4, 0.4, 0.2])
    looks = openpyxl.load_workbook(tmp_path / "a.xlsx")["合计"]
    assert [looks.cell(r, 4).number_format[:2] for r in (2, 3, 5)] == ["#,", '"≥', '"≥']


@pytest.mark.parametrize("rows", [0, 1, 700])
def test_a_workbook_is_counted_without_being_loaded(tmp_path, monkeypatch, rows):
    frame = pd.DataFrame({"name": [f"=<row r='9'/>{k}" for k in range(rows)], "net_m2": [None] * rows})
    made = Projection(frame, {}, ("one", "two"), "zh", Legend("", {}))
    lists.write(made, tmp_path / "a.xlsx", "list", tmp_path)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    assert workbook.rows_of(tmp_path / "a.xlsx", "list") == rows
    assert book.active.max_row == rows + 4
