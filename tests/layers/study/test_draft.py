"""A local pack begun from the layers of a study: it judges, invents nothing, and is written once."""

import pytest

from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from layers.study import catalog, draft, packs, spec
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base


@pytest.fixture
def study(tmp_path):
    folder = base.study(tmp_path / "study")
    base.farm().to_file(tmp_path / "zone.gpkg")
    given = {"role": "constraint", "id": "zone", "title": '区"\n[[x]]', "coverage": "complete"}
    catalog.add(folder, tmp_path / "zone.gpkg", given)
    return folder


def test_a_rule_for_each_layer_none_reads(study):
    assert draft.draft(study) == ["local-zone"]
    rules = packs.effective_rules(spec.read(study), study)
    made = next(r for r in rules if r.id == "local-zone")
    assert (made.severity, made.confidence, made.title.zh) == ("restrict", "M", '区"\n[[x]]')
    assert made.unverified
    assert {r.id for r in rules} == {"farm", "local-zone"}


def test_instead_of_the_law_of_another_country(study):
    draft.draft(study, instead=True)
    assert spec.read(study).rules == (draft.FILE,)
    runs.update(study, "screen", silent)
    found = open_results(study).table("candidates").set_index("parcel_id")["status"]
    assert found["p00"] == found["p01"] == "conditional"
    assert set(found.drop(["p00", "p01"])) == {"eligible"}


def test_written_once(study):
    draft.draft(study)
    before = (study / draft.FILE).read_bytes()
    with pytest.raises(CallError) as refused:
        draft.draft(study)
    assert refused.value.reasons[0].code == "draft_is_there"
    assert (study / draft.FILE).read_bytes() == before


def test_layers_that_came_since_get_a_rule_and_what_people_wrote_stays(study, tmp_path):
    draft.draft(study)
    path = study / draft.FILE
    path.write_text(path.read_text(encoding="utf-8").replace('severity = "restrict"', 'severity = "exclude"  # 会议'),
                    encoding="utf-8")  # fmt: skip
    base.farm(dx=100.0).to_file(tmp_path / "later.gpkg")
    catalog.add(study, tmp_path / "later.gpkg", {"role": "constraint", "id": "later", "coverage": "complete"})
    assert draft.draft(study) == ["local-later"]
    text = path.read_text(encoding="utf-8")
    assert 'severity = "exclude"  # 会议' in text
    assert text.count("[[rules]]") == 2
    assert draft.draft(study, instead=True) == []
    assert spec.read(study).rules == (draft.FILE,)
    with pytest.raises(CallError):
        draft.draft(study, instead=True)


def test_nothing_to_begin_with(tmp_path):
    folder = base.study(tmp_path / "study")
    with pytest.raises(CallError) as refused:
        draft.draft(folder)
    assert refused.value.reasons[0].code == "draft_needs_layers"
    assert not (folder / draft.FILE).exists()


def test_a_draft_that_is_not_named_is_not_there(study, monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(draft.settings.os, "fsync", full)
    with pytest.raises(BlockedError):
        draft.draft(study)
    assert not (study / draft.FILE).exists()
    assert draft.FILE not in spec.read(study).rules
