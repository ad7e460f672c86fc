"""Rules of a use never fall silent: by the use of a red line, by the industry of a project; all others are listed."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.errors import CallError
from geo.basis.progress import silent
from geo.rules import verdicts
from geo.rules.applied import not_applied, said_once
from geo.rules.judge import Measured, judge
from geo.rules.spec import RulePack, merged
from geo.screen.setting import Setting
from layers.outputs import redline_files
from layers.study import catalog, checks
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases.base import CRS, box, parcels

ZONE = "饮用水水源二级保护区（排放污染物的项目）"
SHORE = shapely.LineString([(363_500, 3_175_000), (363_500, 3_177_000)])
LINE = "J1,1,3176110,363110\nJ2,1,3176110,363190\nJ3,1,3176190,363190\nJ4,1,3176190,363110\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Sixteen parcels under the national rules; a grade-two zone over all of them, and nothing else."""
    base = tmp_path_factory.mktemp("silent")
    folder = base / "study"
    catalog.new(folder, crs=CRS, name="静", as_of=date(2026, 11, 23), rules=("cn-national", "yangtze"))
    parcels().to_file(base / "parcels.gpkg")
    catalog.add(folder, base / "parcels.gpkg", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    zone = gpd.GeoDataFrame({"MC": ["二级"]}, geometry=[box(-50, -50, 450, 450)], crs=CRS)
    zone.to_file(base / "zone.gpkg")
    shore = gpd.GeoDataFrame({"MC": ["岸线"]}, geometry=[SHORE], crs=CRS)
    shore.to_file(base / "shore.gpkg")
    catalog.add(folder, base / "zone.gpkg", {"role": "constraint", "id": "water_source_2", "coverage": "complete"})
    catalog.add(folder, base / "shore.gpkg", {"role": "network", "id": "yangtze_shoreline", "coverage": "complete"})
    runs.update(folder, "screen", silent)
    (base / "line.txt").write_text(LINE, encoding="utf-8")
    return folder, base / "line.txt"


def answer(study, **asked):
    folder, line = study
    return redline_files.answer_of(checks.check(folder, line, checks.RedlineQuestion("线", **asked), silent))


def of(found, rule_id):
    """Return the outcome of a rule on a red line, or that it is listed as not applied."""
    rows = {c.rule.id: c.outcome for c in found.constraints}
    listed = {n.rule.id: n.why.code for n in found.not_applied if not n.version}
    assert not set(rows) & set(listed)
    return rows.get(rule_id) or listed[rule_id]


@pytest.mark.parametrize(
    ("asked", "zone", "shore"),
    [
        ({}, "unknown", "unknown"),
        ({"industry": "C26"}, "conflict", "conflict"),
        ({"industry": "C2614"}, "conflict", "conflict"),
        ({"industry": "C"}, "unknown", "unknown"),
        ({"industry": "C34"}, "unknown", "applied_not_spoken"),
        ({"industry": "C22"}, "unknown", "applied_not_spoken"),
        ({"industry": "C221"}, "conflict", "applied_not_spoken"),
        ({"industry": "I65"}, "applied_not_spoken", "applied_not_spoken"),
        # waste and sewage plants, stock farms, repair shops: not only mining, manufacturing and supply discharge
        ({"industry": "N7724"}, "unknown", "applied_not_spoken"),
        ({"industry": "A03"}, "unknown", "applied_not_spoken"),
        ({"industry": "O8111"}, "unknown", "applied_not_spoken"),
        ({"use": "chemical"}, "conflict", "conflict"),
        ({"use": "discharging"}, "conflict", "applied_not_spoken"),
        ({"use": "logistics"}, "applied_not_spoken", "applied_not_spoken"),
        ({"use": "general"}, "applied_not_spoken", "applied_not_spoken"),
    ],
)
def test_a_red_line_in_a_grade_two_zone_names_the_rule_for_every_use(study, asked, zone, shore):
    found = answer(study, **asked)
    assert (of(found, "water-source-2"), of(found, "yangtze-chemical")) == (zone, shore)
    for language, title in (("zh", ZONE), ("en", "Drinking-water source, grade two zone")):
        assert title in "\n".join(redline_files.as_text(found, language))
    plain = redline_files.as_plain(found)
    listed = {n["rule"] for n in plain["not_applied"] if not n["version"]}
    assert ("water-source-2" in plain["constraints"]) != ("water-source-2" in listed)
    if zone == "conflict":
        assert found.net_hi_m2 == pytest.approx(0.0)
    if zone == "unknown":
        assert (found.status, found.net_m2) == ("unknown", pytest.approx(0.0))
        row = next(c for c in found.constraints if c.rule.id == "water-source-2")
        assert row.cause == "rule_use_unknown"


def test_what_is_not_stated_is_not_asked_where_nothing_is_touched(study):
    """A rule that may or may not apply is clear where it would be clear in either case."""
    found = answer(study)
    assert of(found, "water-source-2") == "unknown"
    assert of(found, "yangtze-tailings-main") == "unknown"  # no layer
    everything = {c.rule.id for c in found.constraints} | {n.rule.id for n in found.not_applied}
    assert everything == {r.id for r in found.check.rules}


def test_a_use_nobody_knows_is_refused(study):
    with pytest.raises(CallError) as caught:
        answer(study, use="化工厂")
    assert caught.value.reasons[0].code == "use_unknown"


def test_a_parcel_lists_what_does_not_judge_it(study):
    from layers.outputs.page import explanation_text
    from layers.words.explain import explain

    results = open_results(study[0])
    text = "\n".join(explanation_text(explain(results, "p05", "zh"), "zh"))
    assert ZONE in text
    assert "只适用于排污工业、化工" in text
    verdicts = set(results.table("verdicts")["rule_id"])
    listed = {n.rule.id for n in not_applied(results.rules, "general") if not n.version}
    assert verdicts | listed == {r.id for r in results.rules}
    assert not verdicts & listed


# --- the property -----------------------------------------------------------------

USES = ("general", "discharging", "chemical", "logistics")
rule = st.fixed_dictionaries({
    "use_classes": st.lists(st.sampled_from(USES), unique=True, max_size=3),
    "industries": st.lists(st.sampled_from(["C", "C26", "C34", "B08"]), unique=True, max_size=2),
    "layer": st.sampled_from(["a", "b", ""]),
    "in_force": st.sampled_from([None, "2020-01-01", "2030-01-01"]),
    "expires": st.sampled_from([None, "2026-01-01", "2031-01-01"]),
})  # fmt: skip


def packed(drawn):
    rules = []
    for k, one in enumerate(drawn):
        fact = {"fact": "slope_p90_pct", "test": "value"} if not one["layer"] else {"test": "overlap_m2"}
        ends = {"in_force": one["in_force"], "expires": one["expires"]}
        if ends["in_force"] and ends["expires"] and ends["in_force"] > ends["expires"]:
            ends["expires"] = None
        rules.append(one | fact | ends | {"id": f"r{k}", "operator": "<=", "threshold": 0.0, "severity": "exclude",
                                          "confidence": "S", "successor": f"r{k + 1}"})  # fmt: skip
    return RulePack.model_validate({"id": "p", "rules": rules})


@settings(max_examples=60)
@given(
    st.lists(rule, min_size=1, max_size=6), st.sampled_from(["", *USES]), st.sampled_from(USES),
    st.sampled_from(["", "C", "C26", "C34", "G59", "B08"]),
)  # fmt: skip
def test_judged_and_listed_are_all_rules_for_every_red_line(drawn, use, use_class, industry):
    rules = checks.speaking(merged((packed(drawn),), date(2026, 11, 23)), {"use": use, "industry": industry}, use_class)
    judged = {r.id for r in rules if r.applies(use_class)}
    listed = {n.rule.id for n in not_applied(rules, use_class)}
    assert judged | listed == {r.id for r in rules}
    assert not judged & listed
    for r in rules:  # stating less never takes a rule away
        if r.id in judged:
            continue
        assert r.stood_for or use or industry or (r.industries and not r.layer)


@settings(max_examples=60)
@given(
    st.lists(rule, min_size=1, max_size=6), st.sampled_from(USES), st.sets(st.sampled_from(["a", "b"])),
    st.sets(st.integers(0, 5), max_size=2),
)  # fmt: skip
def test_judged_and_listed_are_all_rules_for_every_parcel(drawn, use_class, layers, once):
    """For random packs, layers a study has, and classes; a rule said once for the study is listed, never judged."""
    made = packed(drawn)
    rules = tuple(r.model_copy(update={"missing": "study"}) if k in once else r for k, r in enumerate(made.rules))
    merged_ = said_once(merged((made.model_copy(update={"rules": rules}),), date(2026, 11, 23)), layers)
    setting = Setting(rules=merged_, use_class=use_class)
    ids = np.array(["p1", "p2"], object)
    judged = judge(setting.applicable, ids, lambda rule: Measured.unbounded(2, "no_layer"))
    found = set(verdicts.table(judged, frozenset())["rule_id"])
    listed = {n.rule.id for n in not_applied(merged_, use_class)}
    assert found | listed == {r.id for r in merged_}
    assert not found & listed
    assert {r.id for r in merged_ if r.absent} <= listed


@pytest.mark.parametrize(
    "asked", [{"use": "", "industry": "C26"}, {"use": "chemical", "industry": ""}, {"use": "", "industry": ""}]
)
def test_a_rule_on_a_projects_own_figure_is_listed_for_land_that_states_none(asked):
    one = {"id": "own", "layer": "schools", "test": "distance_m", "operator": ">=", "threshold": 0.0, "confidence": "S",
           "limit_fact": "safety_distance_m", "severity": "exclude", "industries": ["C"]}  # fmt: skip
    pack = RulePack.model_validate({"id": "p", "rules": [one]})
    (rule,) = checks.speaking(merged((pack,), date(2026, 11, 23)), asked, "general")
    assert not rule.applies("general")
    (listed,) = not_applied((rule,), "general")
    assert listed.why.code == "applied_no_figure"
