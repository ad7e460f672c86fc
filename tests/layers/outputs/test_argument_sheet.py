"""The joint argument as a file: a section and a block to sign per department; the lines are those of the command."""

import io

import docx
import openpyxl
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.progress import silent
from layers.ask import argued
from layers.library import papers
from layers.outputs import argument_sheet, office_pages, template_start, word
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say
from layers.words import argue as words
from tests.languages import EACH


@pytest.fixture(scope="module")
def folder(own_month):
    runs.update(own_month, "place", silent)
    return own_month


@pytest.mark.parametrize("language", EACH)
def test_the_command_writes_what_it_tells(folder, tmp_path, language):
    found = argued.argued(open_results(folder), "M2")
    path, book = tmp_path / "a.docx", tmp_path / "a.xlsx"
    for out in (path, book):
        done = CliRunner().invoke(luodi.cli, ["argue", str(folder), "乙化工", str(out), "--lang", language])
        assert done.exit_code == 0, done.output
    page = docx.Document(path)
    text = [p.text for p in page.paragraphs]
    tables = [[[c.text for c in row.cells] for row in t.rows] for t in page.tables]
    kept = [t for t in tables if len(t[0]) == 5]
    signed = [t for t in tables if len(t[0]) == 3]
    sections = list(words.sections(found, language))
    assert (len(kept), len(signed)) == (5, 5)
    assert signed[0][0][0] == say("dossier.opinion", language)
    titles = word.numbered([s.title for s in sections], language)
    for one, title, rows in zip(sections, titles, kept, strict=True):
        assert title in text
        assert one.told in text
        assert one.told in done.stdout
        assert one.waiting in text
        assert rows[1:] == one.frame.astype(str).to_numpy().tolist()
    sheet = openpyxl.load_workbook(book).worksheets[0]
    cells = [[str(c or "") for c in row] for row in sheet.iter_rows(values_only=True)]
    listed = words.listed(found, language).to_numpy().tolist()
    wide = len(words.COLUMNS) + 1
    assert [row[:wide] for row in cells if row[:wide] in listed] == listed
    again = path.read_bytes()
    CliRunner().invoke(luodi.cli, ["argue", str(folder), "M2", str(path), "--lang", language])
    assert path.read_bytes() == again


def test_what_cannot_be_written_is_said(folder, tmp_path):
    for out, project in (
        (tmp_path / "a.odt", "M2"),
        (tmp_path / "none" / "a.docx", "M2"),
        (tmp_path / "a.docx", "M99"),
    ):
        done = CliRunner().invoke(luodi.cli, ["argue", str(folder), project, str(out), "--lang", "en"])
        assert done.exit_code != 0
        assert "Traceback" not in done.output
        assert not out.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_office_lays_it_out_itself(folder, tmp_path, monkeypatch, language):
    found = argued.argued(open_results(folder), "M2")
    monkeypatch.setenv(office_pages.FOLDER, str(tmp_path))
    template_start.write(argument_sheet.PAPER, tmp_path / f"{argument_sheet.PAPER}.docx", language)
    body = argument_sheet.document(found, language)
    assert body == argument_sheet.document(found, language)
    page = docx.Document(io.BytesIO(body))
    text = [p.text for p in page.paragraphs] + [c.text for t in page.tables for row in t.rows for c in row.cells]
    listed = words.listed(found, language)[list(words.COLUMNS)]
    assert set(listed.to_numpy().ravel()) <= {*text, ""}
    assert set(words.head(found, language)) <= set(text)
    for one in words.sections(found, language):
        assert [one.title in t for t in text].count(True) == 2  # what is open, and the row to sign
        assert any(one.told in t for t in text)
    tables = {g.name: g.columns for g in (argument_sheet._points(found, language), argument_sheet._departments(
        tuple(words.sections(found, language)), language))}  # fmt: skip
    assert tables == {f.id: f.columns for f in papers.fields(argument_sheet.PAPER) if f.kind == "table"}
