"""Rules are set aside with person and ground, by rule or by layer, and taken up again; comments stay."""

from datetime import date

import pytest

from geo.basis.errors import CallError
from layers.study import catalog, packs, spec, waive
from layers.study.not_examined import NotExamined
from tests.layers.sources import make

NOTE = NotExamined(rule="", reason="辖区内没有", person="周工", document="林函〔2026〕3号", on=date(2026, 11, 30))


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs=make.GK)
    path = folder / spec.FILE
    path.write_text("# 我的备注\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def refused(call):
    with pytest.raises(CallError) as problem:
        call()
    return problem.value.reasons[0].code


def test_a_layer_sets_all_its_rules_aside(study):
    rules = packs.effective_rules(spec.read(study), study)
    mine = {r.id for r in rules if r.layer == "relic_control"}
    assert len(mine) > 1
    assert set(waive.aside(study, ["relic_control", "black-soil"], NOTE)) == mine | {"black-soil"}
    noted = spec.read(study).not_examined
    assert {n.rule for n in noted} == mine | {"black-soil"}
    assert {n.ground for n in noted} == {"辖区内没有 · 林函〔2026〕3号 · 2026-11-30"}
    assert (study / spec.FILE).read_text(encoding="utf-8").startswith("# 我的备注")


def test_undone_as_if_never_said(study):
    before = spec.read(study)
    waive.aside(study, ["black-soil"], NOTE)
    waive.aside(study, ["mineral"], NOTE)
    waive.again(study, ["black-soil"])
    assert [n.rule for n in spec.read(study).not_examined] == ["mineral-overlay"]
    waive.again(study, ["mineral"])
    assert spec.read(study) == before


@pytest.mark.parametrize("lost", [{"person": " "}, {"reason": ""}])
def test_nobody_sets_a_rule_aside_without_a_ground(study, lost):
    assert refused(lambda: waive.aside(study, ["black-soil"], NOTE.model_copy(update=lost))) == "waive_without_ground"
    assert spec.read(study).not_examined == ()


def test_what_is_no_rule_or_is_aside_already_is_told(study):
    assert refused(lambda: waive.aside(study, ["blacksoil"], NOTE)) == "waive_unknown"
    assert refused(lambda: waive.again(study, ["black-soil"])) == "waive_not_aside"
    waive.aside(study, ["black-soil"], NOTE)
    assert refused(lambda: waive.aside(study, ["black_soil"], NOTE)) == "waive_again"
