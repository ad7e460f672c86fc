"""Nothing of a use-only layer leaves, whatever is asked for; and the same search finds everything of an open one."""

import pytest

from geo.basis.errors import LuodiError
from geo.basis.tables import TABLES
from layers.outputs.files import MAP_FORMATS, WITH_SHAPES, WRITERS, export
from layers.text import LANGUAGES
from tests.contracts.secrets import PLACES, leaks, planted, texts


@pytest.fixture(scope="module")
def hidden(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("hidden") / "study", secret=True)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("told") / "study", secret=False)


def exported(results, folder):
    """Write every table of a run in every format and language; yield the files that could be written."""
    asked = [(t, "") for t in TABLES if results.has(t)] + [("candidates", "meeting")]
    for table, layout in asked:
        for kind in WRITERS:
            for language in LANGUAGES:
                path = folder / f"{table}{layout}-{language}.{kind}"
                try:
                    export(results, path, table, language, layout=layout)
                except LuodiError as problem:
                    path = path.with_suffix(".txt")
                    path.write_text(repr(problem.reasons), encoding="utf-8")
                yield path


def test_no_export_holds_anything_of_a_use_only_layer(hidden, tmp_path):
    found = {path.name: leak for path in exported(hidden, tmp_path) if (leak := leaks(texts(path)))}
    assert found == {}


def test_the_search_finds_an_open_layer_in_every_format(told, tmp_path):
    files = {path.name: leaks(texts(path)) for path in exported(told, tmp_path)}
    for kind in WRITERS:
        assert "canary-rule" in files[f"verdicts-en.{kind}" if kind not in MAP_FORMATS else f"candidates-en.{kind}"]
        assert {"6287 in mu", "3713 in mu", "1329 in mu"} <= files[f"candidates-zh.{kind}"]
        assert {"6287 in ha", "3713 in ha", "6287 in m2"} <= files[f"candidates-en.{kind}"]
    for kind in WITH_SHAPES:
        assert set(PLACES) & files[f"land-en.{kind}"]
    assert {"金丝雀规则", "6287 in mu"} <= files["candidatesmeeting-zh.xlsx"]


def test_a_list_says_that_something_is_withheld_and_of_which_parcels(hidden, tmp_path):
    path = tmp_path / "a.csv"
    export(hidden, path, "candidates", "zh")
    rows = {line.split(",")[0]: line for line in path.read_text(encoding="utf-8-sig").splitlines()}
    assert "受控图层" in rows["p01"]
    assert "不予提供" in rows["p01"]
    assert "不予提供（" not in rows["p07"].split(" / ")[0]
