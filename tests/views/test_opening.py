"""The frame of the pages: one for all, notices in one line that opens, and no page that draws its own."""

import ast
import re

import pytest

from geo.basis.progress import silent
from layers.study.run import runs
from layers.text import LANGUAGES, catalogue, say
from tests.views import studies
from views.parts import state

VIEWS = studies.ROOT / "views"
PAGES = sorted(p.stem for p in VIEWS.glob("*.py") if p.stem not in ("__init__", "main"))
DETAILS = re.compile(r'<details class="lu-law[^"]*"( open)?><summary>(.*?)</summary>(.*?)</details>', re.DOTALL)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Parcels that overlap, and a standard out of force a year from now: both are to be said."""
    folder = studies.write(tmp_path_factory.mktemp("opening") / "study", count=20)
    pack = folder / "inputs" / "small.toml"
    given = pack.read_text(encoding="utf-8")
    pack.write_text(given.replace('confidence = "M"', 'confidence = "M"\nexpires = 2020-01-01', 1), encoding="utf-8")
    runs.update(folder, "screen", silent)
    return folder


@pytest.fixture
def visit(monkeypatch):
    def go(folder, name, language):
        monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = studies.open_page(VIEWS / "main.py", name)
        page.query_params["lang"] = language
        page.run()
        assert not page.exception
        return "\n".join(h.proto.body for h in page.get("html"))

    return go


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["", "screen"])
def test_notices_are_one_line_that_opens(visit, study, name, language):
    found = DETAILS.findall(visit(study, name, language))
    assert len(found) == 1, "one line, however much there is to say"
    opened, summary, inner = found[0]
    assert opened == "", "it stays shut until somebody asks"
    assert say("note.stacks_bar", language) in summary
    assert re.search(r"\d", summary), "how many notices of the law"
    assert inner.count("<div") >= 2


def _module(name):
    return ast.parse((VIEWS / f"{name}.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_a_frame_and_what_it_draws(name):
    made = [n for n in _module(name).body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "PAGE"]
    assert len(made) == 1
    assert ast.unparse(made[0].value).startswith(f"opening.Page('{name}', ")
    called = {ast.unparse(n.func) for n in ast.walk(_module(name)) if isinstance(n, ast.Call)}
    assert not called & {"frame.header", "open_results", "study_folder", "law.notices"}, "the frame does that"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_words(name):
    assert f"ui.page_{name}" in catalogue("zh")


def test_the_menu_holds_every_page():
    body = (VIEWS / "main.py").read_text(encoding="utf-8")
    assert [n for n in PAGES if not re.search(rf"\b{n}\b", body)] == []


def test_no_page_sends_its_reader_to_a_command():
    """What is missing is added by a button; commands are for those who came by them."""
    told = [(lang, k) for lang in LANGUAGES for k, v in catalogue(lang).items()
            if k.startswith("ui") and re.search(r"\bluodi [a-z]", v)]  # fmt: skip
    assert told == []


@pytest.mark.parametrize(("before", "selected"), [("sites", ""), ("screen", "parcel:RING")])
def test_what_was_picked_on_one_map_selects_nothing_on_another_page(study, monkeypatch, before, selected):
    monkeypatch.setenv("LUODI_STUDY", str(study))
    page = studies.open_page(VIEWS / "main.py", "screen")
    page.session_state[state.PLACE] = before
    page.session_state[f"{state.MAP}-{state.SAID}"] = {"kind": "pick", "of": "parcel", "id": "RING"}
    page.run()
    assert page.query_params.get("select", "") == selected
