"""Damaged results on every page: what is wrong, what to do, the run that mends it; never a traceback."""

import os
import re
import shutil
import time

import pytest

from geo.basis.errors import LockedError
from geo.basis.progress import silent
from layers.study import edits
from layers.study.lock import writing
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import say
from tests.views import studies

MAIN = studies.ROOT / "views" / "main.py"
NEEDS = {
    "home": ("candidates", "zones", "verdicts"), "screen": ("candidates", "parcels", "verdicts"),
    "sites": ("sites", "parcels"), "projects": ("projects",),
    "place": ("matches",), "capacity": ("capacity",), "idle": ("idle",),
}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = studies.write(tmp_path_factory.mktemp("damage") / "study", count=20)
    runs.update(folder, "all", silent)
    return folder


@pytest.fixture
def own(study, tmp_path):
    shutil.copytree(study, tmp_path / "mine", symlinks=True)
    return tmp_path / "mine"


@pytest.fixture
def visit(monkeypatch):
    def go(folder, page, language="zh"):
        monkeypatch.setenv("LUODI_STUDY", str(folder))
        test = studies.open_page(MAIN, page)
        test.query_params["lang"] = language
        test.run()
        assert not test.exception
        return test

    return go


def text(page):
    bodies = "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.lstrip().startswith(("<style", "/*")))
    assert "Traceback" not in bodies
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bodies))


def offered(page):
    return [b.key for b in page.button if b.key == "run"] == ["run"]


@pytest.mark.parametrize(
    ("name", "table", "language"),
    [(name, table, "zh" if k else "en") for name, tables in NEEDS.items() for k, table in enumerate(tables)],
)
def test_a_damaged_table_is_named_with_the_run_that_mends_it(visit, own, name, table, language):
    path = open_results(own).run / f"{table}.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    page = visit(own, name, language)
    shown = text(page)
    assert table in shown
    assert "luodi run" in shown
    assert offered(page)


@pytest.mark.grid
@pytest.mark.parametrize("name", NEEDS)
@pytest.mark.parametrize("damage", ["manifest", "link"])
def test_results_that_cannot_be_opened_are_said_with_the_run_that_mends_them(visit, own, name, damage):
    if damage == "manifest":
        (open_results(own).run / "manifest.json").write_text('{"tables": {}}')
    else:
        (own / "results").unlink()
        (own / "results").symlink_to("runs/nothing")
    page = visit(own, name)
    shown = text(page)
    assert "luodi run" in shown
    assert say("ui.no_run", "zh") not in shown, "there was a run; it is damaged"
    assert offered(page)


def test_the_button_mends_it_and_says_what_was_mended(visit, own):
    path = open_results(own).run / "candidates.parquet"
    path.write_bytes(b"")
    page = visit(own, "screen")
    page.button(key="run").click().run()
    for _ in range(200):
        time.sleep(0.3)
        page.run()
        if len(page.toast):
            break
    assert len(page.dataframe) == 1
    assert any("candidates" in t.value for t in page.toast)
    assert not page.exception


def test_an_act_while_somebody_writes_is_told_in_words(own, monkeypatch):
    monkeypatch.setattr(edits, "WAIT_S", 0.2)
    with writing(own, "run until all"), pytest.raises(LockedError) as told:
        edits.record(own, "project", "XM-1", {"name": "x"}, "周工", "会议")
    assert told.value.reasons[0].values["pid"] == str(os.getpid())
