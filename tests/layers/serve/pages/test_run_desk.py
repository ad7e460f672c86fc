"""Two runs side by side: what differs, what did it, and which run was made with which scenario."""

import pytest

from geo.basis.errors import BlockedError
from layers.serve.pages import run_desk
from layers.study.run.released import open_results
from layers.text import LANGUAGES, code
from tests.counties import made
from tests.views import studies


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    return studies.twice(tmp_path_factory.mktemp("two") / "study")


def test_runs_bear_the_scenario_they_were_made_with(two):
    assert [r.scenario for r in run_desk.runs(two)] == ["收回后", "现状"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_differs_and_what_did_it(two, language):
    after, before = (r.run_id for r in run_desk.runs(two))
    found = run_desk.compared(two, before, after, language)
    assert found.parcels
    assert len(found.rows) == len(found.parcels)
    assert found.projects is None
    assert found.scene(found.after) is None
    told = "\n".join(found.lines)
    assert code("cause", "rule", language) in told
    assert {"zh": "永久基本农田", "en": "Permanent basic farmland"}[language] in told
    assert code("editkind", "recovered", language) in told
    back = run_desk.compared(two, after, before, language)
    assert back.parcels == found.parcels
    assert back.rows.iloc[:, 1].tolist() == found.rows.iloc[:, 2].tolist()


def test_a_run_nobody_keeps_is_told(two):
    kept = run_desk.runs(two)[0].run_id
    for lost in ("0" * 12, "..", "../runs", ""):
        with pytest.raises(BlockedError) as told:
            run_desk.compared(two, kept, lost, "zh")
        assert [r.code for r in told.value.reasons] == ["run_gone"]


@pytest.mark.long
def test_projects_placed_otherwise_have_their_names_and_stand_on_the_map():
    county = made("wednesday")
    runs = [r.run_id for r in run_desk.runs(county)]
    assert open_results(county).run_id == runs[0]
    found = run_desk.compared(county, runs[-1], runs[0], "zh")
    assert found.projects
    names = set(open_results(county).table("projects").set_index("project_id").loc[list(found.projects), "name"])
    assert names <= set(found.rows.iloc[:, 0])
    tagged = {c.project_id for r in (found.before, found.after) for c in found.scene(r).calls}
    assert tagged
    assert tagged <= set(found.projects)
