"""Every rule, standard and code list says where it was read, when it was last looked at, and what took its place."""

from datetime import date

import pytest

from geo.basis.errors import SpecError
from geo.rules.applied import not_applied
from geo.rules.spec import merged
from layers.library.standards import CODES, STANDARDS, codes, load, names
from layers.study import packs
from layers.study.packs import PACKS, pack, shipped
from layers.study.registers import inefficient

DAY = date(2026, 11, 23)
RULES = [(name, rule) for name in shipped() for rule in pack(name, PACKS).rules]
RULES += [(name, rule) for name in inefficient.names() for rule in inefficient.pack(name, inefficient.FOLDER).rules]


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[f"{n}:{r.id}:{r.in_force}" for n, r in RULES])
def test_no_rule_without_a_check_and_a_source(name, rule):
    assert rule.checked_on
    assert rule.source
    if rule.expires is not None:
        assert rule.replaced_by, "it expired, and nobody says what took its place"


@pytest.mark.parametrize("name", [*names(STANDARDS), *(f"codes/{n}" for n in names(CODES))])
def test_no_standard_and_no_code_list_without_a_check_and_a_source(name):
    found = codes(name.removeprefix("codes/")) if name.startswith("codes/") else load(name)
    assert found.checked_on
    assert found.source
    assert not found.expires or found.replaced_by


def test_a_shipped_pack_without_a_check_is_refused(tmp_path, monkeypatch):
    text = (PACKS / "yellow-river.toml").read_text(encoding="utf-8").replace("checked_on = ", "# ")
    (tmp_path / "yellow-river.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(packs, "PACKS", tmp_path)
    with pytest.raises(SpecError) as caught:
        pack("yellow-river", tmp_path)
    assert caught.value.reasons[0].code == "age_missing"


REPEALED = ("水污染防治法", "环境影响评价法", "环评法", "危险化学品安全管理条例", "2017年修订）第三十二条")


@pytest.mark.parametrize("name", shipped())
def test_nothing_that_judges_today_rests_on_repealed_law(name):
    for rule in merged((pack(name, PACKS),), DAY):
        if not rule.stood_for:
            assert rule.standing == "in_force", rule.id
            told = " ".join((rule.clause.zh, rule.document.zh, rule.remedy.zh))
            assert not [word for word in REPEALED if word in told], (rule.id, told)


@pytest.mark.parametrize(
    ("rule_id", "before", "after", "on"),
    [
        ("water-source-1", "水污染防治法 第六十五条", "生态环境法典 第三百一十九条", date(2026, 8, 15)),
        ("water-source-2", "水污染防治法 第六十六条", "生态环境法典 第三百二十条", date(2026, 8, 15)),
        ("water-source-quasi", "水污染防治法 第六十七条", "生态环境法典 第三百二十一条", date(2026, 8, 15)),
        ("eia-approval", "环境影响评价法", "生态环境法典 第九十五条", date(2026, 8, 15)),
        ("hazardous-chemicals-safety", "危险化学品安全管理条例 第十二条", "危险化学品安全法", date(2026, 5, 1)),
        ("nature-reserve-core", "2017年修订", "第二十六条", date(2026, 3, 15)),
        ("basic-farmland", "永久基本农田保护红线管理办法", "耕地保护和质量提升法 第二十四条", date(2027, 1, 1)),
        ("cultivated-land", "粮食安全保障法 第十一条", "耕地保护和质量提升法 第二十六条", date(2027, 1, 1)),
    ],
)
def test_the_law_changes_on_its_day(rule_id, before, after, on):
    def clause(day):
        packs = tuple(pack(n, PACKS) for n in ("cn-national", "gates-cn"))
        return next(r for r in merged(packs, day) if r.id == rule_id).clause.zh

    assert before in clause(date.fromordinal(on.toordinal() - 1))
    assert after in clause(on)


def test_the_general_control_zone_bars_all_industry_since_its_day():
    def judges(day, use):
        rules = merged((pack("cn-national", PACKS),), day)
        assert {r.id for r in rules} >= {"nature-reserve-general", "nature-reserve-experimental"}
        return {r.id for r in rules if r.id.startswith("nature-reserve-") and r.applies(use)}

    assert judges(date(2026, 3, 14), "general") == {"nature-reserve-core"}
    assert judges(date(2026, 3, 14), "chemical") == {"nature-reserve-core", "nature-reserve-experimental"}
    assert judges(DAY, "general") == judges(DAY, "chemical") == {"nature-reserve-core", "nature-reserve-general"}
    old = next(n for n in not_applied(merged((pack("cn-national", PACKS),), DAY), "chemical")
               if n.rule.id == "nature-reserve-experimental")  # fmt: skip
    assert (old.why.code, old.why.values["day"]) == ("applied_past", "2026-03-14")


def test_before_all_versions_the_one_that_comes_first_is_asked():
    """On a day before any version nothing is in force; the law nearest to it is named, not the newest one."""
    found = {r.id: r for r in merged((pack("cn-national", PACKS),), date(2019, 12, 31))}
    assert (found["basic-farmland"].standing, found["basic-farmland"].in_force) == ("future", date(2020, 1, 1))
    assert found["ecological-redline"].in_force == date(2022, 8, 16)
