"""What is said of a project in one sentence: a pass never hides a procedure that is due or open."""

from types import SimpleNamespace

import pytest

from geo.basis.reason import reason
from layers.words.project_card import result_sentence


def said(language="zh", **found):
    row = {"result": "clear", "conditions": "", "procedures": "", "reason": reason("gates_clear", gates=[]).to_json()}
    return result_sentence(None, row | found, language)


@pytest.mark.parametrize(("language", "whole"), [("zh", "各项准入均符合。"), ("en", "Passes every gate.")])
def test_a_pass_without_procedures_is_whole(language, whole):
    assert said(language) == whole


def test_procedures_are_counted_and_the_pass_is_not_called_whole():
    assert said(procedures="eia-approval|energy-review") == (
        "没有一项准入条件不符合。另有 2 项手续须办理或待核实，见逐项准入。"
    )
    assert "2 procedures" in said("en", procedures="eia-approval|energy-review")


def test_what_does_not_pass_says_that_alone():
    against = reason("gates_conflict", gates=[]).to_json()
    assert "手续" not in said(result="conflict", procedures="eia-approval", reason=against)


def test_a_row_of_a_ranking_has_the_reason_alone():
    why = reason("gates_conflict", gates=["park-admission"]).to_json()
    assert result_sentence(SimpleNamespace(rules=()), {"reason": why}, "zh").startswith("不符合")
