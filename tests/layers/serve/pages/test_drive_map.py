"""Projects on the map: each once, where it stands or would; colours counted; who is nowhere is named."""

import dataclasses

import pandas as pd
import pytest

from layers.ask import listed, scheduled, standing
from layers.serve.pages import drive, drive_map, place_desk
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say
from tests.counties import made


@pytest.fixture(scope="module")
def county():
    return open_results(made("wednesday"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_project_is_on_the_map_once_or_named(county, language):
    found = scheduled.scheduled(county)
    shown = drive.on_map(found, "stage", None, language)
    placed = standing.standing(county)
    wished = county.table("projects").set_index("project_id")["wish_park_id"]
    here = {c.project_id: c for c in shown.scene.calls}
    assert set(placed) <= set(here)
    assert {p for p, c in here.items() if c.dashed} == {p for p in wished[wished != ""].index if p not in placed}
    names, told = listed.names(county), " ".join(shown.notes)
    assert all(names[p] in told for p in names if p not in placed)  # dashed, or nowhere
    # 丽人 stands on its red line, and its ground is drawn
    line = place_desk.ground(county, "", list).spot(placed["XM-01"]["site_id"])
    assert here["XM-01"].site == line
    assert len(shown.scene.fills) == len(placed)
    counts = county.table("projects")["stage"].value_counts()
    assert {t for _, t in shown.legend} == {
        say("uidrive.map_count", language, word=code("projectstage", s, language), count=n) for s, n in counts.items()
    }
    assert code("projectstage", "signed", language) in here["XM-01"].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_late_says_by_how_many_days(month_end, language):
    results = open_results(month_end)
    results._tables["projects"] = results.table("projects").assign(wish_park_id="P1")
    shown = drive.on_map(scheduled.scheduled(results), "late", "M1", language)
    text = {c.project_id: (c.text, c.status, c.dashed) for c in shown.scene.calls}
    assert len(text) == 8
    assert text["M2"] == (say("uidrive.tag_late", language, name="乙化工", days=11), "late", True)
    assert {p for p, (_, status, _) in text.items() if status == "late"} == {"M2", "M3"}
    assert shown.legend[0][1] == say(
        "uidrive.map_count", language, word=code("schedulestate", "late", language), count=2
    )


def test_nobody_is_hidden_where_there_are_many(month_end):
    results = open_results(month_end)
    one = results.table("projects")
    five = [one.assign(project_id=one["project_id"] + f"-{k}", wish_park_id="P1") for k in range(5)]
    many = pd.concat(five, ignore_index=True)
    results._tables["projects"] = many
    found = scheduled.scheduled(results)
    late = {p for p, plan in found.plans.items() if plan.state == "late"}
    shown = drive_map.scene(found, "late", "M8-3", "zh")
    tagged = {c.project_id for c in shown.scene.calls}
    assert len(tagged) == drive_map.MOST_TAGS
    assert late | {"M8-3"} <= tagged  # who is late, and who is chosen, has a tag
    assert len(shown.scene.dots) == len(many) - len(tagged)
    assert say("uidrive.map_dots", "zh", count=16) in shown.notes
    nobody = dataclasses.replace(found, plans={})
    assert drive_map.scene(nobody, "late", None, "zh").scene.calls == ()
