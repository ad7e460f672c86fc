"""Sheets of workbooks on paper and on a small screen: one page wide, headings on every page, nothing cut."""

from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from layers.outputs import printed, sheets
from layers.outputs.printed import Book
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet
from layers.outputs.workbook import write_xlsx

NOTES = ("底数", "演示", "本轮未审查：" + "国家重要湿地、" * 60)


def test_a_list_prints_one_page_wide_with_its_headings_and_keeps_room_for_rows(tmp_path):
    frame = pd.DataFrame({"parcel_id": ["甲", "乙"], "net_m2": [1.0, 2.0]})
    heads = {"net_m2": "扣除：城镇开发边界（应位于界内）（m²）"}
    write_xlsx(tmp_path / "a.xlsx", Projection(frame, heads, NOTES, "zh"), "list")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    page, notes = book.worksheets[0], book.worksheets[-1]
    assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$4:$4"
    assert page.freeze_panes == "B5", "two lines, an empty one and the headings stay in view"
    assert page.row_dimensions[4].height > printed.LINE_PT * 2, "a long heading is not cut"
    assert [c.value for c in notes["A"]] == list(NOTES)
    assert notes.row_dimensions[3].height >= printed.LINE_PT * (printed.cells(NOTES[2]) // 120)


def test_lines_above_and_below_a_list_are_all_there_and_none_is_a_formula(tmp_path):
    content = BytesIO()
    with Book(content) as book:
        frame = pd.DataFrame({"项目": ["=1+1", "乙"], "说明": ["短", "长" * 80]})
        sheets.add(book, ListSheet("甲", frame, (*NOTES, "=2+2"), 1))
    page = openpyxl.load_workbook(BytesIO(content.getvalue())).worksheets[0]
    said = [c.value for row in page.iter_rows() for c in row if c.value is not None]
    assert said[:2] == list(NOTES[:2])
    assert said[-2:] == [NOTES[2], "=2+2"]
    assert not [c for row in page.iter_rows() for c in row if c.data_type == "f"]


@pytest.mark.parametrize(("letters", "lines"), [(10, 1), (30, 2), (100, 6)])
def test_a_row_is_as_high_as_what_wraps_in_it(letters, lines):
    content = BytesIO()
    with Book(content) as book:
        page, wraps = book.add_worksheet("甲"), book.add_format({"text_wrap": True})
        page.set_column(0, 0, 20)
        page.write_string(0, 0, "x" * letters, wraps)
        page.write_string(1, 0, "x" * letters)
    found = openpyxl.load_workbook(BytesIO(content.getvalue())).worksheets[0].row_dimensions
    high = found[1].height
    assert (high is None) if lines == 1 else high == pytest.approx(printed.LINE_PT * lines + printed.ROOM_PT, abs=1)
    assert found[2].height is None, "what does not wrap needs one line"
