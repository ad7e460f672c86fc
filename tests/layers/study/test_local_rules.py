"""A limit changed here stands in a pack of its own, by person and ground, and is taken back without a trace."""

from datetime import date

import pytest

from geo.basis.errors import CallError, SpecError
from layers.study import catalog, local_rules, packs, spec
from layers.study.local_rules import FILE, RuleChanges
from tests.layers.sources import make

DAY = date(2026, 11, 30)


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs=make.GK)
    path = folder / spec.FILE
    path.write_text("# 备注\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def rule(study, name):
    return next(r for r in packs.effective_rules(spec.read(study), study) if r.id == name)


def kept(study, **changes):
    return local_rules.keep(study, RuleChanges(**changes), "周工", "县规委会纪要〔2026〕7号", DAY)


def refused(call):
    with pytest.raises((CallError, SpecError)) as problem:
        call()
    return problem.value.reasons[0].code


def test_every_shipped_rule_can_be_overridden_and_comes_back(study):
    """Whatever a rule holds (classes, widths, texts, ages) survives being written out."""
    before = {r.id: r for r in packs.effective_rules(spec.read(study), study)}
    kept(study, rules={name: {"threshold": r.threshold + 1.0} for name, r in before.items()})
    after = {r.id: r for r in packs.effective_rules(spec.read(study), study)}
    given = {
        "threshold",
        "source",
        "checked_on",
        "confidence",
        "origin",
        "origin_title",
        "replaced",
        "examples",
        "others",
    }
    assert after.keys() == before.keys()
    for name, old in before.items():
        new = after[name]
        assert new.threshold == old.threshold + 1.0
        assert new.model_dump(exclude=given) == old.model_dump(exclude=given), name
        assert new.source == "周工：县规委会纪要〔2026〕7号（2026-11-30）"
        assert (new.unverified, new.binding) == (old.unverified, old.binding), "a changed limit proves no clause"
    local_rules.undo(study, list(before))
    assert {r.id: r for r in packs.effective_rules(spec.read(study), study)} == before
    assert not (study / FILE).exists()


def test_a_second_change_adds_and_the_first_value_takes_back(study):
    first = rule(study, "slope-natural")
    assert kept(study, rules={"slope-natural": {"threshold": 20.0}}) == ["slope-natural"]
    assert kept(study, rules={"slope-natural": {"severity": "restrict"}}) == ["slope-natural"]
    now = rule(study, "slope-natural")
    assert (now.threshold, now.severity) == (20.0, "restrict")
    assert now.replaced[-1].threshold == first.threshold
    assert kept(study, rules={"slope-natural": {"threshold": first.threshold, "severity": first.severity}}) == []
    assert FILE not in spec.read(study).rules
    assert (study / spec.FILE).read_text(encoding="utf-8").startswith("# 备注")


def test_a_pack_whose_rule_is_overridden_is_not_left_out_in_silence(study):
    kept(study, packs=("cn-national", "yangtze"))
    only = next(r.id for r in packs.pack("yangtze", study).rules if r.origin != "cn-national"
                and r.id not in {n.id for n in packs.pack("cn-national", study).rules})  # fmt: skip
    kept(study, rules={only: {"threshold": 12.0}})
    before = (study / spec.FILE).read_bytes(), (study / FILE).read_bytes()
    assert refused(lambda: kept(study, packs=("cn-national",))) == "local_rule_alone"
    assert ((study / spec.FILE).read_bytes(), (study / FILE).read_bytes()) == before
    local_rules.undo(study, [only])
    kept(study, packs=("cn-national",))
    assert spec.read(study).rules == ("cn-national",)


def test_only_what_somebody_decided_is_kept_when_the_rule_changes_beneath(study):
    """The pack's limit moves between two decisions: the second signs for its own value, not for the old limit."""
    own = study / "inputs" / "own.toml"
    body = """
[pack]
id = "own"

[[rules]]
id = "own-slope"
fact = "slope_mean_pct"
test = "value"
operator = "<="
threshold = {limit}
severity = "exclude"
confidence = "S"
"""
    own.write_text(body.format(limit="15.0"), encoding="utf-8")
    kept(study, packs=("cn-national", "inputs/own.toml"))
    kept(study, rules={"own-slope": {"severity": "restrict"}})
    own.write_text(body.format(limit="20.0"), encoding="utf-8")
    kept(study, rules={"own-slope": {"severity": "prefer"}})
    assert rule(study, "own-slope").threshold == 20.0
    assert rule(study, "own-slope").decided == ("severity",)
    assert kept(study, rules={"own-slope": {"severity": "exclude"}}) == []
    text = (study / FILE).read_text(encoding="utf-8") if (study / FILE).exists() else ""
    assert text == ""


def test_packs_keep_their_order_and_overrides_come_last(study):
    kept(study, rules={"slope-natural": {"threshold": 20.0}}, packs=("yangtze", "cn-national"))
    assert spec.read(study).rules == ("yangtze", "cn-national", FILE)
    kept(study, aside=["slope-natural"], use_class="chemical", min_area_m2=5000.0)
    study_now = spec.read(study)
    assert [(n.rule, n.person) for n in study_now.not_examined] == [("slope-natural", "周工")]
    assert (study_now.use_class, study_now.screen.min_area_m2) == ("chemical", 5000.0)
    kept(study, aside=[])
    assert spec.read(study).not_examined == ()


def test_what_may_not_be_is_refused_and_nothing_is_written(study):
    before = (study / spec.FILE).read_bytes()
    changes = RuleChanges({"slope-natural": {"threshold": 1.0}})
    assert refused(lambda: local_rules.keep(study, changes, "", "x")) == "local_rule_without_ground"
    assert refused(lambda: local_rules.keep(study, changes, "x", " ")) == "local_rule_without_ground"
    assert refused(lambda: kept(study, rules={"nobody": {"threshold": 1.0}})) == "rule_unknown"
    assert refused(lambda: kept(study, rules={"slope-natural": {"layer": "x"}})) == "local_rule_key"
    assert refused(lambda: kept(study, packs=())) == "local_rule_no_pack"
    assert refused(lambda: kept(study, rules={"slope-natural": {"severity": "sometimes"}})) == "choice_unknown"
    assert refused(lambda: local_rules.undo(study, ["slope-natural"])) == "local_rule_unknown"
    assert (study / spec.FILE).read_bytes() == before
    assert not (study / FILE).exists()
