"""Nothing of a use-only layer leaves, whatever is asked for; and the same search finds everything of an open one."""

import ast
import json

import geopandas as gpd
import pytest
from typer.testing import CliRunner

from geo.basis.errors import LuodiError
from geo.basis.tables import TABLES
from layers.outputs.files import export
from layers.outputs.formats import FORMATS
from layers.text import LANGUAGES
from luodi import cli
from tests.contracts.secrets import PLACES, leaks, planted, texts
from tests.contracts.test_writers import ROOT, SOURCES
from tests.district import CRS, box


@pytest.fixture(scope="module")
def hidden(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("hidden") / "study", secret=True)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("told") / "study", secret=False)


def exported(results, folder, tables=TABLES, languages=None):
    """Write tables of a run in every format and language, or in one language by turns; yield what could be written."""
    asked = [(t, "") for t in tables if results.has(t)] + [("candidates", "meeting")]
    for row, (table, layout) in enumerate(asked):
        for column, kind in enumerate(FORMATS):
            for language in languages or [LANGUAGES[(row + column) % len(LANGUAGES)]]:
                path = folder / f"{table}{layout}-{language}.{kind}"
                try:
                    export(results, path, table, language, layout=layout)
                except LuodiError as problem:
                    path = path.with_suffix(".txt")
                    path.write_text(repr(problem.reasons), encoding="utf-8")
                yield path


@pytest.mark.parametrize("languages", [None, pytest.param(LANGUAGES, marks=pytest.mark.long)])
def test_no_export_holds_anything_of_a_use_only_layer(hidden, tmp_path, languages):
    shown = exported(hidden, tmp_path, languages=languages)
    found = {path.name: leak for path in shown if (leak := leaks(texts(path)))}
    assert found == {}


def test_the_search_finds_an_open_layer_in_every_format(told, tmp_path):
    shown = exported(told, tmp_path, ("verdicts", "candidates", "land"), LANGUAGES)
    files = {path.name: leaks(texts(path)) for path in shown}
    for kind in (k for k in FORMATS if k != "txt"):  # a boundary TXT says id, area and corners only
        named = f"verdicts-en.{kind}" if FORMATS[kind].shapes != "asked" else f"candidates-en.{kind}"
        assert {"canary-rule", "Canary rule"} & files[named], kind
        assert {"6287 in mu", "3713 in mu", "1329 in mu"} <= files[f"candidates-zh.{kind}"], kind
        assert {"6287 in ha", "3713 in ha", "6287 in m2"} <= files[f"candidates-en.{kind}"], kind
    for kind in (k for k, form in FORMATS.items() if form.shapes != "none"):
        assert set(PLACES) & files[f"land-en.{kind}"], kind
    assert {"金丝雀规则", "6287 in mu"} <= files["candidatesmeeting-zh.xlsx"]


def test_a_list_says_that_something_is_withheld_and_of_which_parcels(hidden, tmp_path):
    path = tmp_path / "a.csv"
    export(hidden, path, "candidates", "zh")
    rows = {line.split(",")[0]: line for line in path.read_text(encoding="utf-8-sig").splitlines()}
    assert "受控图层" in rows["p01"]
    assert "不予提供" in rows["p01"]
    assert "不予提供（" not in rows["p07"].split(" / ")[0]


# --- what commands say and hand over -----------------------------------------------------


def said(results, place):
    """Call every command that reads a study; yield what it says and the files it writes, by what was asked."""
    red = place / "red.geojson"
    gpd.GeoDataFrame({"n": ["1"]}, geometry=[box(100, 100, 200, 200)], crs=CRS).to_crs(4326).to_file(red)
    calls = [["run"], ["check"], *(["explain", p] for p in ("p01", "p06", "p07")), ["assemble"],
             ["assemble", "--area-min-mu", "5"], ["rank"], ["place"], ["capacity"], ["idle"]]  # fmt: skip
    for more in (["--lang", "zh"], ["--lang", "en", "--json"]):
        for name, *rest in calls:
            yield " ".join((name, *rest, *more)), _told([name, str(results.folder), *rest, *more])
        yield f"diff {more}", _told(["diff", str(results.folder), str(results.folder), *more])
        for kind in ("docx", "xlsx", "txt"):
            out, name = place / f"{more[1]}.{kind}", f"n{more[1]}{kind}"
            call = ["redline", str(results.folder), str(red), str(out), "--name", name, *more]
            yield f"redline {kind} {more}", _told(call)
            if out.exists():
                yield out.name, texts(out)
        yield f"cut {more}", _told(["redline", str(results.folder), "--accept-cut", f"n{more[1]}docx", *more])


def _told(call):
    answer = CliRunner().invoke(cli, call)
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.output


def test_no_command_says_anything_of_a_use_only_layer(hidden, tmp_path):
    found = {asked: leak for asked, text in said(hidden, tmp_path) if (leak := leaks(text))}
    assert found == {}


@pytest.mark.long
def test_the_same_commands_tell_everything_of_an_open_one(told, tmp_path):
    found = {asked: leaks(text) for asked, text in said(told, tmp_path)}
    assert {"金丝雀规则", "6287 in mu", "3713 in mu"} <= found["explain p06 --lang zh"]
    assert {"6287 in m2", "canary-rule"} <= found["explain p06 --lang en --json"]
    assert {"6287 in m2", "500137.13"} <= found["assemble --area-min-mu 5 --lang en --json"]
    for name in ("zh.docx", "zh.xlsx", "redline docx ['--lang', 'zh']"):
        assert {"金丝雀规则", "6287 in mu"} <= found[name]
    assert {"500137.13"} <= found["zh.txt"]


def test_what_is_said_is_that_a_restricted_layer_stands_against_it(hidden):
    text = _told(["explain", str(hidden.folder), "p06", "--lang", "zh"])
    assert "受控图层: 压占" in text
    assert "不予提供" in text
    told = json.loads(_told(["explain", str(hidden.folder), "p06", "--lang", "en", "--json"]).splitlines()[-1])
    assert told["net_m2"] is None
    assert told["status"] == "conditional"


def test_who_marks_a_layer_does_not_wait_for_a_run(tmp_path):
    results = planted(tmp_path / "study", secret=False)
    file = results.folder / "study.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('id = "canarylayer"', 'id = "canarylayer"\nuse_only = true'), encoding="utf-8")
    assert leaks(_told(["explain", str(results.folder), "p06", "--lang", "zh"])) == set()


INSIDE = {"layers/study/run/released.py", "layers/study/checks.py"}
"""Who may open a run with everything it holds; everybody else asks `layers.study.run.released`."""


def test_nothing_that_shows_opens_a_run_past_the_door():
    opens = {"open_results", "require", "read_only"}
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "layers.study.run.results":
                found |= {path.relative_to(ROOT).as_posix() for name in node.names if name.name in opens}
    assert found - INSIDE == set()
