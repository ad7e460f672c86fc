"""Case 27: the ways an industry stands in a project list, and what must not be taken in silence."""

import pytest

from layers.study.registers.industry import industry_code, named
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


@pytest.mark.parametrize(
    ("text", "edition", "code", "problem"),
    [
        ("30", "2002", "C29", "industry_older"), ("31", "2002", "C30", "industry_older"),
        ("C3663", "2002", "C35", "industry_older"), ("37", "2002", "", "industry_edition"),
        ("42", "2002", "", "industry_edition"), ("C44", "2002", "", "industry_unknown"),
        ("40", "2002", "C39", "industry_older"),
        ("C36", "2011", "C36", ""), ("3660", "2011", "C36", "industry_older"), ("58", "2011", "", "industry_edition"),
        ("59", "2011", "G59", ""), ("B11", "2011", "B11", ""), ("C26、C28", "2011", "", "industry_several"),
        ("C36 电气机械和器材制造业", "2011", "", "industry_contradicts"), ("C36", "2017", "C36", ""),
        ("C3670", "2017", "C3670", ""),
        ("C30 塑料制品业", "2002", "C29", "industry_older"), ("汽车制造业", "2011", "C36", ""),
    ],
)  # fmt: skip
def test_a_code_is_read_by_the_edition_its_cell_or_column_names(text, edition, code, problem):
    assert (named(text, edition).code, named(text, edition).problem) == (code, problem)
    for stated in (f"{text}（GB/T 4754—{edition}）", f"{text}（{edition}版）"):
        assert (named(stated).code, named(stated).problem) == (code, problem)
    at = Heading(known_columns()["industry"], f"行业代码（GB/T 4754-{edition}）")
    assert read(text, at).values["industry"] == code
    assert read(text, Heading(known_columns()["industry"], "2011年行业代码")).values["industry"] == named(text).code


@pytest.mark.parametrize(
    ("text", "several"),
    [("31", ("C31", "C30")), ("31.0", ("C31", "C30")), ("30", ("C30", "C29")), ("37", ("C37", "C36"))],
)
def test_a_bare_division_that_was_another_one_keeps_both(text, several):
    """Of a cell with nothing but two digits nobody says by which edition it is meant."""
    found = named(text)
    assert (found.code, found.problem, found.several[:2]) == ("", "industry_bare", several)
    assert industry_code(text) == several[0]
    at = Heading(known_columns()["industry"], "行业代码")
    assert read(text, at).values["industries"].split("|")[:2] == list(several)
    stated = Heading(known_columns()["industry"], "行业代码（GB/T 4754-2017）")
    assert read(text, stated).values["industry"] == several[0]
    assert "C31" in say("reason.project_cell_industry_bare", "zh", row=3, project="甲", text="31")


def test_names_of_2011_are_names():
    assert named("开采辅助活动").code == "B11"
    assert named("仓储业").code == "G59"
    assert named("装卸搬运和运输代理业").problem == "industry_edition"


def test_a_cell_keeps_its_text():
    at = Heading(known_columns()["industry"], "行业代码")
    found = read("C26、C28", at)
    assert (found.values["industry"], found.values["industry_text"]) == ("", "C26、C28")
    assert found.values["industries"] == "C26|C28"
    assert found.problem == "industry_several"
