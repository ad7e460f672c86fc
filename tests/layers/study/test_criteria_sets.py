"""Criteria kept as a set of the study's own: bounds, limits and who says so; another set used; nothing half written."""

import pytest

from geo.basis.errors import CallError, SpecError
from layers.study import catalog, criteria_sets, spec, weights
from layers.study.registers import criteria
from tests.layers.sources import make


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "study"
    catalog.new(place, crs=make.GK)
    return place


def of(folder):
    return criteria.of_study(spec.read(folder), folder)


def test_a_set_is_kept_with_its_bounds_and_read_as_it_was_kept(folder):
    weights.keep(folder, {"slope": 0.5}, "周工", "纪要")
    before = of(folder)
    bounds = {"slope": {"full_at": 2.0, "hard_max": 25.0}, "usable-area": {"none_at": 20_000.0}}
    file = criteria_sets.keep(folder, before, bounds, "本县 2026", "周工", "县规委会 <b>7</b> 号")
    assert file == "inputs/本县_2026.toml"
    asked = spec.read(folder).ranking
    assert (asked.criteria, asked.weights) == (file, {})
    assert asked.decided.startswith("周工：")
    after = of(folder)
    assert after.weights == pytest.approx(before.weights)
    wanted = criteria_sets.laid(before, bounds)
    changed = set()
    for one, other, given in zip(after.criteria, wanted.criteria, before.criteria, strict=True):
        assert (one.id, one.value, one.hard_min, one.hard_max) == (
            other.id,
            other.value,
            other.hard_min,
            other.hard_max,
        )
        if one.confidence == "local":
            changed.add(one.id)
            assert "县规委会 <b>7</b> 号" in one.source.zh
            assert one.source.zh.startswith(given.source.zh)
        else:
            assert (one.source, one.confidence) == (given.source, given.confidence)
    assert changed == set(bounds), "of what nobody changed nobody has said anything"
    again = criteria_sets.keep(folder, after, {"slope": {"hard_max": None}}, "本县 2026", "周工", "再议")
    assert again == file
    assert next(c for c in of(folder).criteria if c.id == "slope").hard_max is None
    assert criteria.own(folder) == (file,)


def test_criteria_of_the_settings_go_into_the_set(folder):
    settings = folder / "study.toml"
    own = '\n[[criteria]]\nid = "slope"\ntitle = "坡"\nfact = "slope_p90_pct"\nunit = "pct"\nweight = 0.5\n'
    own += 'confidence = "local"\nvalue = { kind = "decreasing", full_at = 1.0, none_at = 9.0 }\n'
    settings.write_text(settings.read_text(encoding="utf-8") + own, encoding="utf-8")
    before = of(folder)
    criteria_sets.keep(folder, before, {"slope": {"none_at": 8.0}}, "甲", "乙", "丙")
    assert spec.read(folder).criteria == ()
    slope = next(c for c in of(folder).criteria if c.id == "slope")
    assert (slope.value.full_at, slope.value.none_at) == (1.0, 8.0)


def test_a_shipped_set_comes_back(folder):
    criteria_sets.keep(folder, of(folder), {"slope": {"full_at": 2.0}}, "甲", "乙", "丙")
    criteria_sets.use(folder, "sites-default", "乙", "丙")
    assert of(folder) == criteria.named("sites-default", folder)


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (lambda f: criteria_sets.keep(f, of(f), {"slope": {"full_at": 99.0}}, "甲", "乙", "丙"), SpecError),
        (lambda f: criteria_sets.keep(f, of(f), {"slope": {"cap": 2.0}}, "甲", "乙", "丙"), CallError),
        (lambda f: criteria_sets.keep(f, of(f), {"nothing": {}}, "甲", "乙", "丙"), CallError),
        (lambda f: criteria_sets.keep(f, of(f), {}, " ", "乙", "丙"), CallError),
        (lambda f: criteria_sets.keep(f, of(f), {}, "甲", "", "丙"), CallError),
        (lambda f: criteria_sets.keep(f, of(f), {}, "taken", "乙", "丙"), CallError),
        (lambda f: criteria_sets.use(f, "lanzhou", "乙", "丙"), SpecError),
        (lambda f: criteria_sets.use(f, "no-such", "乙", "丙"), SpecError),
        (lambda f: criteria_sets.use(f, "sites-default", "乙", ""), CallError),
    ],
)
def test_what_does_not_hold_together_writes_nothing(folder, act, problem):
    (folder / "inputs").mkdir(exist_ok=True)
    (folder / "inputs" / "taken.toml").write_text("[pack]\n", encoding="utf-8")
    before = {p: p.read_bytes() for p in folder.rglob("*.toml")}
    with pytest.raises(problem):
        act(folder)
    assert {p: p.read_bytes() for p in folder.rglob("*.toml*")} == before
