"""A newcomer's way in: a page is a module with a `PAGE` and its name in the menu; the frame does the rest."""

import re
import sys

import pytest

from layers import text
from layers.text import LANGUAGES, say
from tests.views import studies

MAIN = studies.ROOT / "views" / "main.py"
OURS = '''
"""Trees: how many parcels there are."""

import streamlit as st

from views.parts import opening
from views.parts.markup import tag


def draw(results, late):
    """Draw the page."""
    st.html(tag("div", f"{len(results.table('candidates'))} trees", cls="trees"))


PAGE = opening.Page("trees", ":material/home:", draw, table="candidates")
'''


@pytest.fixture
def menu(tmp_path, monkeypatch):
    """What a newcomer writes: one module, one line of the menu, one word a language."""
    (tmp_path / "theirs_trees.py").write_text(OURS, encoding="utf-8")
    body = MAIN.read_text(encoding="utf-8")
    named, menus = re.subn(r"(for p in \([^)]*?),?\s*\)", r"\1, theirs_trees)", body)
    made = named.replace("from layers.text import say", "import theirs_trees\nfrom layers.text import say")
    assert (menus, made.count("theirs_trees")) == (1, 2)
    (tmp_path / "main.py").write_text(made, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    known = {language: dict(text.catalogue(language)) | {"ui.page_trees": "Trees"} for language in LANGUAGES}
    monkeypatch.setattr(text, "catalogue", known.__getitem__)
    yield tmp_path / "main.py"
    sys.modules.pop("theirs_trees", None)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("newcomer") / "study", count=5))


def shown(page):
    assert not page.exception
    return "\n".join(h.proto.body for h in page.get("html"))


def opened(menu, folder, language, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(folder))
    page = studies.open_page(menu, "trees")
    page.query_params["lang"] = language
    return page.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_more_has_the_frame_of_all_others(menu, study, language, monkeypatch):
    body = shown(opened(menu, study, language, monkeypatch))
    assert re.search(r"\d+ trees", body)
    assert say("ui.synthetic", language) in body
    assert say("note.stacks_bar", language) in body


def test_before_a_run_the_frame_offers_one(menu, tmp_path, monkeypatch):
    fresh = studies.write(tmp_path / "fresh", count=5)
    page = opened(menu, fresh, "zh", monkeypatch)
    assert "trees</div>" not in shown(page)
    assert page.button(key="run").label == say("ui.run_button", "zh")
