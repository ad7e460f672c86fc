"""Every text field of every role through every page, export and message: nothing runs, nothing breaks, all is shown.

The study is `tests.payloads`; `tests/browser/test_payloads.py` opens the same in a browser.
"""

import csv
import html.parser
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.tables import TABLES
from layers.basis import sealed
from layers.outputs import files
from layers.outputs.plain import ACTING, plain
from layers.study import spec
from layers.study.run.results import open_results
from layers.text import say
from tests import payloads
from tests.languages import EACH
from tests.layers.outputs import joint_study
from tests.payloads import MARK
from tests.views import studies

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"home": (), "screen": ("parcel",), "sites": ("site",), "projects": ("project",), "place": ("project",),
         "capacity": (), "idle": ("asset",), "redline": ("check", ""), "data": ("", "layer"), "rules": ("", "rule"),
         "outputs": (), "drive": ("", "project")}  # fmt: skip
FORMULA = re.compile(r"[\s\u200b-\u200f]*[-=+@＝＋－＠]")
NUMBER = re.compile(r"-?\d[\d,.]*")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return payloads.run(tmp_path_factory.mktemp("payloads") / "study")


@pytest.fixture(scope="module")
def results(folder):
    return open_results(folder)


@pytest.fixture(autouse=True)
def nothing_ran(folder, tmp_path, monkeypatch):
    """Work in a folder of one's own; what ran would have left something there."""
    monkeypatch.chdir(tmp_path)
    yield
    for place in (tmp_path, folder, folder.parent, ROOT):
        assert not (place / payloads.LEFT).exists()


# --- settings ----------------------------------------------------------------------


def test_settings_come_back_as_they_were(folder, tmp_path):
    study = spec.read(folder)
    assert study.name == payloads.bad("小区 District")
    assert study.layer("farm").title == payloads.bad("永久基本农田")
    assert study.not_examined[0].person == payloads.bad("张三")
    payloads.write(tmp_path / "twin")
    assert sealed.sha256(tmp_path / "twin" / "study.toml") == sealed.sha256(folder / "study.toml")


def test_a_title_given_to_add_comes_back(tmp_path):
    study = tmp_path / "own"
    called("new", study, "--crs", joint_study.CRS, "--name", payloads.bad("甲"))
    file = tmp_path / "{{7*7}}<b>=$x$[red];%41 ~\x1b[31m.gpkg"
    layer = "a</script>{{7*7}}'\"]"
    frame = gpd.GeoDataFrame({"{{7*7}}<b>=": ["x"], "MC": [payloads.bad("乙")]},
                             geometry=[joint_study.box(0, 0, 9, 9)], crs=joint_study.CRS)  # fmt: skip
    frame.to_file(tmp_path / "plain.gpkg", layer=layer)
    (tmp_path / "plain.gpkg").rename(file)
    title = payloads.bad("层")
    said = called("add", study, file, "--role", "constraint", "--id", "x", "--title", title, "--owner", title,
                  "--layer", layer, "--class", "{{7*7}}<b>=")  # fmt: skip
    assert r"\x1b[31m.gpkg" in said
    kept = spec.read(study)
    assert (kept.name, kept.layer("x").title, kept.layer("x").owner) == (payloads.bad("甲"), title, title)
    assert kept.layer("x").class_field == "{{7*7}}<b>="
    assert not re.search(r"[{<>=$\[;%~\x1b]", Path(kept.layer("x").source).name)
    called("check", study, fails=True)  # it has no parcels yet


# --- the console -------------------------------------------------------------------


def called(*words, fails=False):
    done = CliRunner().invoke(luodi.cli, [*map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert bool(done.exit_code) == fails, done.output
    for line in done.output.splitlines():
        assert not ACTING.search(line), line
    assert "Traceback" not in done.output
    return done.output


@pytest.mark.parametrize("language", EACH)
def test_commands_show_texts_and_send_nothing(folder, results, language, tmp_path):
    more = ("--lang", language)
    said = [called(word, folder, *more) for word in ("run", "check", "place", "capacity", "idle", "assemble", "rank")]
    said += [called("rules", folder, *more), called("diff", folder, folder, *more)]
    asked = asked_for(results)
    said += [called("explain", folder, name, *more) for name in asked.values()]
    told = "\n".join(said)
    assert told.count(MARK) > 100
    assert r"\x1b]0;hit\x07\x9b2J\u202egnp\u2066" in told
    nobody, missing = payloads.bad("nobody"), tmp_path / "{{x}}\x1b[31m.gpkg"
    for wrong in (("explain", folder, nobody), ("pin", folder, nobody, "--why", "x"), ("check", missing),
                  ("export", folder, tmp_path / "a.xlsx", "--where", nobody),
                  ("scenario", folder, "load", nobody)):  # fmt: skip
        called(*wrong, *more, fails=True)


def asked_for(results):
    """Return what can be explained: kind, id."""
    return {kind: name for kind, name in payloads.ids(results) if kind != "check"}


def strings(value):
    """Yield every text in plain values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def test_json_lines_hold_the_values_themselves(folder, results):
    for kind, name in asked_for(results).items():
        told = list(strings([json.loads(line) for line in called("explain", folder, name, "--json").splitlines()]))
        acts = payloads.ACTS if kind in ("asset", "parcel") else ""  # a workbook holds no control characters
        assert kind == "site" or any(MARK in text and acts in text for text in told), kind


# --- files -------------------------------------------------------------------------


def tables(results):
    return [n for n in TABLES if results.has(n) and not results.table(n).empty]


def test_every_table_as_csv_and_xlsx(results, tmp_path):
    seen = 0
    for name in tables(results):
        for kind in ("csv", "xlsx"):
            path = tmp_path / f"{name}.{kind}"
            files.export(results, path, name, "zh")
            seen += no_formula(path)
    assert seen > 500


def no_formula(path):
    """Assert that no cell is a formula or a link made of a text; return how many texts tried."""
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        cells = [c for row in rows for c in row]
        assert [c for c in cells if FORMULA.match(c) and not NUMBER.fullmatch(c)] == []
        return sum(MARK in c for c in cells)
    book = openpyxl.load_workbook(path)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert [c.hyperlink for c in cells if c.hyperlink] == []
    assert [c.value for c in cells if c.data_type == "f" and MARK in str(c.value)] == []
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            assert not re.search(rb"<f>[^<]*(onerror|luodi-hit)|externalLink|DDE", archive.read(part)), part
    return sum(MARK in str(c.value) for c in cells)


@pytest.mark.grid
@pytest.mark.parametrize("language", EACH)
@pytest.mark.parametrize(
    ("table", "layout"), [("candidates", "meeting"), ("projects", "stages"), ("ranking", ""), ("candidates", "")]
)
def test_books(results, tmp_path, table, layout, language):
    path = tmp_path / "book.xlsx"
    files.export(results, path, table, language, layout=layout)
    assert no_formula(path) > 0


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "parquet"])
def test_map_files_keep_the_texts(results, tmp_path, kind):
    path = tmp_path / f"out.{kind}"
    files.export(results, path, "candidates", "en")
    frame = gpd.read_parquet(path) if kind == "parquet" else gpd.read_file(path)
    ids = set(results.table("parcels")["parcel_id"])
    if kind == "gpkg":  # whole in every sign that can be drawn; those no XML can hold are marked, as in a workbook
        ids = {plain(i) for i in ids}
    texts = frame.columns.drop("geometry")
    assert any(ids == set(frame[c]) for c in texts if not pd.api.types.is_numeric_dtype(frame[c]))


def test_documents_hold_text_only(folder, results, tmp_path):
    line = tmp_path / "线{{7*7}}<b>\x1b[31m.gpkg"
    gpd.GeoDataFrame({"name": [payloads.bad("甲")]}, geometry=[joint_study.box(0, 0, 250, 150)],
                     crs=joint_study.CRS).to_file(line)  # fmt: skip
    asset = dict(payloads.ids(results))["asset"]
    name = payloads.bad("线")
    for kind in ("docx", "xlsx", "txt"):
        called("redline", folder, line, tmp_path / f"a.{kind}", "--name", name)
    called("report", folder, asset, tmp_path / "b.docx")
    assert no_formula(tmp_path / "a.xlsx") > 0
    for made in ("a.docx", "b.docx"):
        with zipfile.ZipFile(tmp_path / made) as archive:
            body = archive.read("word/document.xml").decode()
            assert not any(b"attachedTemplate" in archive.read(n) or b'TargetMode="External"' in archive.read(n)
                           for n in archive.namelist())  # fmt: skip
        assert "fldSimple" not in body
        assert "instrText" not in body
        assert "&lt;img src=x onerror" in body
        assert "{{cycler" in body


@pytest.mark.brief("project", "check")
@pytest.mark.parametrize("kind", ["parcel", "site", "project", "asset", "check"])
def test_case_74_no_text_is_a_program_to_what_lays_out_a_pdf(folder, results, tmp_path, kind):
    called("report", folder, dict(payloads.ids(results))[kind], tmp_path / "a.pdf")
    path = tmp_path / "a.pdf"
    calls = [("pdfdetach", "-list", path), ("pdfinfo", "-js", path), ("pdftotext", path, "-")]
    inside, script, text = (subprocess.run(c, check=True, capture_output=True).stdout.decode() for c in calls)
    assert inside.startswith("0 "), "nothing is carried inside"
    assert not script.strip(), "nothing runs"
    text = "".join(text.split())
    assert "root:x:" not in text
    assert "{{cycler" in text, "a text is shown as it is"
    assert b"/URI" not in path.read_bytes()


# --- pages -------------------------------------------------------------------------


class Seen(html.parser.HTMLParser):
    """Collects what a browser would make of a piece of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.acts, self.text = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.acts += [f"{k}={v}" for k, v in attrs if k.startswith("on") or k in ("href", "src", "srcdoc")]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def visit(folder, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(folder))

    def go(page, language, selected=""):
        test = studies.open_page(ROOT / "views" / "main.py", page)
        test.query_params["lang"] = language
        if selected:
            test.query_params["select"] = selected
        test.run()
        assert not test.exception
        return test

    return go


def told_by(test):
    """Return the text of a page's own markup, after holding that nothing in it is more than text."""
    seen = Seen()
    for piece in test.get("html"):
        if not piece.proto.body.lstrip().startswith(("<style", "/*")):
            seen.feed(piece.proto.body)
    assert seen.tags <= {"div", "span", "table", "tr", "td", "th", "b", "i", "h2", "h3", "h4", "p", "ul", "li",
                         "small", "details", "summary", "tbody", "thead", "em", "strong", "br"}  # fmt: skip
    assert seen.acts == []
    told = "".join(seen.text)
    assert not ACTING.search(re.sub(r"[\n\t\r]", "", told))
    return told


@pytest.mark.grid
@pytest.mark.parametrize("language", EACH)
@pytest.mark.parametrize("page", PAGES)
def test_pages_show_texts(visit, results, page, language):
    asked = dict(payloads.ids(results)) | {"layer": "farm", "rule": next(iter(results.rules)).id}
    wanted = [f"{kind}:{asked[kind]}" if kind else "" for kind in PAGES[page]] or [""]
    for selected in wanted:
        test = visit(page, language, selected)
        assert MARK in told_by(test)
        assert "lu-trouble" not in "".join(p.proto.body for p in test.get("html") if "<style" not in p.proto.body)
        assert (labels_are_text(test) > 0) >= (
            page in ("home", "capacity", "idle", "place") or (page == "redline" and not selected)
        )


@pytest.mark.parametrize("view", ["reserve", "schedule", "league", "wall", "chain", "argue", "offers"])
def test_every_part_of_drive_shows_texts(visit, results, view):
    test = visit("drive", "zh", f"project:{dict(payloads.ids(results))['project']}")
    test.segmented_control(key="drive-view").set_value(view).run()
    assert not test.exception
    assert MARK in told_by(test) + "".join(f.value.to_string() for f in test.dataframe)
    labels_are_text(test)


RAW = re.compile(r"(?<!\\)(\*\*b|\[l\]|:red\[|\$x\$|`\$|<img)")
READ = {"label", "help", "body", "content", "caption", "text", "title", "placeholder_label"}
"""Fields of what Streamlit draws that it may read as Markdown."""
PLAIN = {"html", "arrow_data_frame", "imgs", "text_input", "text_area", "selectbox", "multiselect"}
"""What it shows as it is; labels of these are held too."""


def read_as_markdown(proto, shown=False):
    """Yield every text of an element that may be read as Markdown, at any depth."""
    for field, value in proto.ListFields():
        if isinstance(value, str):
            if field.name in READ and (not shown or field.name in ("label", "help")):
                yield value
        elif field.message_type and field.message_type.name != "Struct":
            many = value if hasattr(value, "append") or hasattr(value, "add") else [value]
            for one in many:
                if hasattr(one, "ListFields"):
                    yield from read_as_markdown(one, shown)


def labels_are_text(test):
    """Assert that no label or message reads a text of the study as Markdown; return how many carry one."""
    carried = 0
    for node in test._tree:
        if getattr(node, "proto", None) is not None:
            texts = list(read_as_markdown(node.proto, node.type in PLAIN))
            assert [t for t in texts if RAW.search(t)] == [], node.type
            carried += sum("onerror" in t for t in texts)
    return carried


# --- what is typed -----------------------------------------------------------------


TYPED = "{{7*7}}<img src=x onerror=hit>**b**[l](x):red[x]$x$"
"""As long as every field takes."""


@pytest.fixture
def own(folder, tmp_path, monkeypatch):
    copy = tmp_path / "own"
    shutil.copytree(folder, copy, symlinks=True)
    return copy


def fill(test, *keys):
    """Type the text into fields, by a pattern of their keys."""
    for key in keys:
        next(f for f in test.text_input if re.search(key, f.key or "")).set_value(TYPED)
    return test.run()


def press(test, key):
    button = next(b for b in test.button if (b.key or "").startswith(key))
    assert not button.disabled, key
    test = button.click().run()
    assert not test.exception
    labels_are_text(test)
    return told_by(test)


def test_what_is_typed_into_rules_is_text(own, results, visit, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(own))
    rule = next(r.id for r in results.rules if r.test == "overlap_m2")
    test = visit("rules", "zh", f"rule:{rule}")
    next(n for n in test.number_input if n.key.endswith("threshold")).set_value(7.0)
    fill(test, "^rule.*-person$", "^rule.*-why$")
    assert "onerror" in press(test, "rule-keep")  # the limit is kept, its ground stands beside it
    test = fill(visit("rules", "zh", f"rule:{rule}"), "^aside-person", "^aside-why", "^aside-paper")
    assert press(test, "rule-aside").count("onerror") > 1
    study = spec.read(own)
    assert [n.reason for n in study.not_examined if n.rule == rule] == [TYPED]


def test_what_is_typed_into_data_is_text(own, visit, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(own))
    test = fill(visit("data", "zh", "layer:farm"), "^said.*-title", "^said.*-owner")
    assert "onerror" in press(test, "keep-farm")
    assert spec.read(own).layer("farm").title == TYPED
    test = fill(
        visit("data", "zh", "layer:parcels"), *(f"^record-parcels-{n}" for n in ("record", "value", "why", "person"))
    )
    field = next(f for f in test.selectbox if f.key == "record-parcels-field")
    field.select_index(0).run()  # it is chosen, not typed
    assert "onerror" in press(test, "record-parcels-keep")  # there is no such record, and that is said
    test = visit("data", "zh")
    next(f for f in test.text_input if f.key.startswith("typed-data")).set_value(TYPED)
    assert "onerror" in press(test, "take-path-data")


def test_names_of_scenarios_and_grounds_of_weights_are_text(own, visit, monkeypatch):
    from layers.study import weights

    monkeypatch.setenv("LUODI_STUDY", str(own))
    test = fill(visit("place", "zh"), "scenario-name", "scenario-person")
    press(test, "scenario-save")
    assert any("onerror" in t.value for t in test.toast)
    press(test, "scenario-load")
    weights.keep(own, {}, TYPED, TYPED, "entropy")
    test = visit("sites", "zh")
    told_by(test)
    labels_are_text(test)


def test_names_of_sets_of_criteria_are_text(own, visit, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(own))
    test = visit("sites", "zh")
    next(g for g in test.get("button_group") if g.key == "site-below").set_value("bounds")
    test = fill(test.run(), "^bounds-name", "^bounds-person", "^bounds-why")
    press(test, "bounds-keep")
    assert any("onerror" in t.value for t in test.toast)
    assert TYPED in spec.read(own).ranking.decided
    assert TYPED in next(s for s in test.selectbox if s.key == "bounds-set").options[-1]


def test_a_new_study_takes_any_name_and_says_what_it_cannot_take(tmp_path, visit, monkeypatch):
    own = tmp_path / "new"
    own.mkdir()
    monkeypatch.setenv("LUODI_STUDY", str(own))
    told = press(fill(visit("home", "zh"), "new-name", "new-crs-"), "new-create")
    assert "onerror" in told  # the system of coordinates is refused by name
    test = fill(visit("home", "zh"), "new-name")
    next(f for f in test.text_input if f.key.startswith("new-crs")).set_value("EPSG:4549")
    press(test.run(), "new-create")
    assert spec.read(own).name == TYPED
    assert "onerror" in told_by(visit("data", "zh"))


def test_what_is_typed_into_drive_is_text(own, results, visit, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(own))
    test = visit("drive", "zh", f"project:{dict(payloads.ids(results))['project']}")
    test.number_input[0].set_value(50.0)
    for field in test.text_input:
        field.set_value(TYPED)
    test = next(b for b in test.button if b.label == say("uidrive.give", "zh")).click().run()
    assert not test.exception
    assert any("onerror" in f.value.to_string() for f in test.dataframe)
    told_by(test)
    labels_are_text(test)


def test_what_departments_answer_is_text(own, results, visit, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(own))
    test = visit("drive", "zh", f"project:{dict(payloads.ids(results))['project']}")
    test.segmented_control(key="drive-view").set_value("argue").run()
    for field in (*test.text_input, *test.text_area):
        field.set_value(TYPED)
    test = next(b for b in test.button if b.label == say("uidrive.argue_give", "zh")).click().run()
    assert not test.exception
    assert any("onerror" in f.value.to_string() for f in test.dataframe)
    told_by(test)
    labels_are_text(test)
