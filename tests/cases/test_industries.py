"""Case 27: the ways an industry stands in a project list, and what must not be taken in silence."""

import pytest

from layers.study.registers.industry import named
from layers.study.registers.project_cells import Heading, known_columns, read
from layers.text import say

CLEAR = {
    "C2614": "C2614", "2614": "C2614", "26": "C26", "26.0": "C26", "C 26": "C26", "c36": "C36", "Ｃ３６": "C36",
    "C3612汽车零部件": "C3612", "汽车制造业": "C36", "0111": "A0111", "制造业": "C", "C26 化学…": "C26",
    "C2614 有机化学原料制造": "C2614", "C26 化学原料及化学制品制造业": "C26", "化学原料及化学制品制造业": "C26",
    "电气机械及器材制造业": "C38", "C43 金属制品、机械和设备修理业": "C43", "C38电气机械和器材制造业": "C38",
    "C26 化学原料、化学制品": "C26", "C30、C30": "C30",
}  # fmt: skip
OPEN = {
    "C26、C28": "industry_several", "C26,C28": "industry_several", "26/28": "industry_several",
    "C26-C28": "industry_several",
    "汽车制造业、医药制造业": "industry_several", "C26 化学、C27 医药": "industry_several",
    "C39 电气机械及器材制造业": "industry_contradicts", "39 电气机械": "industry_contradicts",
    "C35 通用设备制造业": "industry_contradicts", "C26 汽车制造业": "industry_contradicts",
    "交通运输设备制造业": "industry_edition", "C99": "industry_unknown", "高端制造": "industry_unknown",
    "": "industry_unknown",
}  # fmt: skip


@pytest.mark.parametrize(("text", "code"), CLEAR.items())
def test_what_is_clear_is_read(text, code):
    found = named(text)
    assert (found.code, found.problem) == (code, "")


@pytest.mark.parametrize(("text", "problem"), OPEN.items())
def test_what_is_not_stays_open_and_is_said(text, problem):
    assert (named(text).code, named(text).problem) == ("", problem)
    for language in ("en", "zh"):
        told = say(f"reason.project_cell_{problem}", language, row=3, project="甲", text=text)
        assert not told.startswith("[")
        assert text in told


@pytest.mark.parametrize(("text", "code"), [("111", "B111"), ("131", "C131"), ("391", "C391")])
def test_a_zero_that_may_be_lost_is_said(text, code):
    assert (named(text).code, named(text).problem) == (code, "industry_zero")
    assert named(f"{code[0]}{text}").problem == ""


def test_a_cell_keeps_its_text():
    at = Heading(known_columns()["industry"], "行业代码")
    found = read("C26、C28", at)
    assert (found.values["industry"], found.values["industry_text"]) == ("", "C26、C28")
    assert found.values["industries"] == "C26|C28"
    assert found.problem == "industry_several"
