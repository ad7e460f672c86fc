"""Templates of an office: what is declared is filled, what a study says stays text, what is wrong is told by name."""

import io
import zipfile

import docx
import pytest

from geo.basis.errors import BlockedError, CallError
from layers.ask.redline import RedlineAnswer
from layers.library import forms, papers
from layers.outputs import dossier, form_sheet, office_pages, subject_sheet, template, template_start, told, word
from layers.outputs.page_head import PageHead
from layers.study import checks
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say, sentence
from tests.contracts.secrets import leaks, planted, texts
from tests.payloads import STARTS, TEXT

HOSTILE = "{{7*7}}{% for x in y %}{{ ''.__class__.__mro__ }}{# no #}{_{ 7 }_} <w:b/> &amp; \"'"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The administrator's folder."""
    made = tmp_path / "templates"
    made.mkdir()
    monkeypatch.setenv(office_pages.FOLDER, str(made))
    return made


def words(body):
    root = docx.Document(io.BytesIO(body)).element
    return "".join(t.text or "" for t in root.iter() if t.tag.endswith("}t"))


def page(path, *tags, table=()):
    """Write a template that holds some paragraphs, and a row of cells."""
    made = docx.Document()
    for tag in tags:
        made.add_paragraph(tag)
    if table:
        for cell, text in zip(made.add_table(1, len(table)).rows[0].cells, table, strict=True):
            cell.text = text
    made.save(path)
    return path


@pytest.fixture(scope="module")
def sheets(ranked_folder, run_district, month_end):
    """One dossier of each kind with its run."""
    ranked = open_results(ranked_folder)
    site = str(ranked.table("ranking")["site_id"].iloc[0])
    parcel = str(ranked.table("candidates")["parcel_id"].iloc[0])
    month = open_results(month_end)
    project = str(month.table("projects")["project_id"].iloc[0])
    return {
        "dossier-site": (subject_sheet._site(ranked, site, "zh"), ranked),
        "dossier-parcel": (subject_sheet.sheet(open_results(run_district), run_district, parcel, "zh"), ranked),
        "dossier-project": (subject_sheet._project(month, project, "zh"), month),
    }


def test_what_is_declared_is_what_is_filled(sheets, joint_folder):
    made = {paper: sheet.tables for paper, (sheet, _) in sheets.items()}
    answer = RedlineAnswer(checks.open_check(joint_folder, "甲"))
    made["dossier-redline"] = (*dossier.rows.grids(answer, "zh"), *dossier._beside(answer, "zh"))
    assert set(made) == set(papers.DOSSIERS)
    for paper, grids in made.items():
        declared = {f.id: f.columns for f in papers.fields(paper) if f.kind == "table"}
        assert declared == {g.name: g.columns for g in grids}, paper
        assert {s.paper for s, _ in sheets.values()} | {dossier.PAPER} == set(papers.DOSSIERS)
        said = [say(f"{f.words}{c}", "zh", scheme="") for f in papers.fields(paper) for c in f.columns]
        assert all(said)


def test_no_field_hides_behind_a_method_of_a_table():
    for paper in papers.papers():
        names = [n for f in papers.fields(paper) for n in (f.id, *f.columns)]
        assert not set(names) & {n for n in dir(dict) if not n.startswith("_")}
        assert all(len(f.widths) in (0, len(f.columns)) for f in papers.fields(paper))
        ids = [f.id for f in papers.fields(paper)]
        assert len(ids) == len(set(ids)), paper
    with pytest.raises(CallError):
        papers.fields("nothing")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_an_office_begins_with_says_what_our_own_page_says(sheets, place, language):
    made, results = sheets["dossier-site"]
    template_start.write("dossier-site", place / "dossier-site.docx", language)
    body = subject_sheet.document(made, results, language)
    assert body == subject_sheet.document(made, results, language)
    text = words(body)
    for said in (made.title, *made.lines, *made.notes, *(c for g in made.tables for r in g.rows for c in r)):
        assert said in text, said
    assert "{" not in text
    assert len(docx.Document(io.BytesIO(body)).inline_shapes) == 1


def test_the_template_of_a_red_line_says_what_our_own_page_says(joint_folder, place):
    answer = RedlineAnswer(checks.open_check(joint_folder, "甲"))
    own = words(dossier.document(answer, "zh"))
    template_start.write(dossier.PAPER, place / f"{dossier.PAPER}.docx", "zh")
    made = words(dossier.document(answer, "zh"))
    for grid in dossier.rows.grids(answer, "zh"):
        for cell in (c for row in grid.rows for c in row if c != word.SAME):
            assert cell in own
            assert cell in made
    assert answer.check.study.name in made


def test_a_form_by_the_template_of_the_office(sheets, place):
    _, results = sheets["dossier-site"]
    page(place / "idle-05-fee.docx", "{{ title }}", "账户 {{ account }}；金额 {{ fee }}", "{{ notes | join(' ') }}")
    text = words(form_sheet.document(results, "idle-05-fee", "G-1", {"fee_wan": 12.5}, "zh"))
    assert "12.50" in text
    assert say("officeform.fill", "zh") in text
    assert say("officeform.no_text", "zh") in text


@pytest.mark.parametrize("payload", [HOSTILE, TEXT, *STARTS])
def test_what_a_study_says_is_never_part_of_a_template(sheets, place, payload):
    made, results = sheets["dossier-site"]
    named = subject_sheet.SubjectSheet(made.paper, payload, payload, (payload,), made.tables, (payload,), None)
    path = page(place / "dossier-site.docx", "{{ title }}", "{%p for line in lines %}", "{{ line }}", "{%p endfor %}",
                "{{ notes | first }}", "{{ lines | join(', ') }}")  # fmt: skip
    head = PageHead(payload, results, template_start.MOMENT, "zh")
    body = template.filled(path, named.paper, {"title": payload, "lines": (payload,), "notes": [payload]}, None, head)
    kept = docx.Document(io.BytesIO(body))
    assert [p.text for p in kept.paragraphs] == [template.plain(payload)] * 4
    assert kept.core_properties.title == template.plain(payload)[:250]
    inside = zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml")
    assert b"<w:b/>" not in inside
    assert b"fldChar" not in inside


@pytest.mark.parametrize(
    ("tags", "code", "names"),
    [
        (["{{ nothing }}", "{{ other }}"], "template_field_unknown", ["nothing", "other"]),
        (["{% for r in score.rows %}{{ r.height }}{% endfor %}"], "template_part_unknown", "height"),
        (["{{ title.__class__ }}"], "template_forbidden", "__class__"),
        (["{{ title.upper() }}"], "template_forbidden", ""),
        (["{{ ''['__class__']['__mro__'] }}"], "template_forbidden", "__class__"),
        (["{{ 'a' * 999999999 }}"], "template_forbidden", ""),
        (["{% include 'x' %}"], "template_fails", ""),
        (["{{ 1 / 0 }}"], "template_fails", ""),
        (["{{ title | nonsense }}"], "template_syntax", "nonsense"),
        (["{% for row in score.rows %}", "never ended"], "template_syntax", ""),
        (["{{ title "], "template_syntax", "title"),
        (["{{ range(9) }}"], "template_field_unknown", ["range"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_template_is_told_by_name(sheets, place, tags, code, names):
    made, results = sheets["dossier-site"]
    page(place / "dossier-site.docx", "ok", *tags)
    with pytest.raises(BlockedError) as told_:
        subject_sheet.document(made, results, "zh")
    (why,) = told_.value.reasons
    assert why.code == code
    assert "dossier-site.docx" in sentence(why, "zh")
    assert "dossier-site.docx" in sentence(why, "en")
    for name in names if isinstance(names, list) else [names]:
        assert name in sentence(why, "en")


def test_a_template_that_is_no_document_is_told(sheets, place):
    made, results = sheets["dossier-site"]
    for content in (b"PK no zip", b""):
        (place / "dossier-site.docx").write_bytes(content)
        with pytest.raises(BlockedError) as told_:
            subject_sheet.document(made, results, "en")
        assert told_.value.reasons[0].code == "template_unreadable"


def test_a_template_never_comes_from_a_study(own_district, monkeypatch, tmp_path):
    monkeypatch.delenv(office_pages.FOLDER, raising=False)
    for name in ("", "inputs", "templates", "data/templates"):
        (own_district / name).mkdir(parents=True, exist_ok=True)
        page(own_district / name / "dossier-parcel.docx", "{{ nothing }}")
    monkeypatch.chdir(own_district)
    parcel = str(open_results(own_district).table("candidates")["parcel_id"].iloc[0])
    told.report(own_district, parcel, tmp_path / "a.docx", None, "zh")
    assert parcel in words((tmp_path / "a.docx").read_bytes())
    assert office_pages.folders() == (papers.FOLDER,)


def test_a_language_has_its_own_template_first(sheets, place):
    page(place / "dossier-site.docx", "both {{ title }}")
    page(place / "dossier-site.en.docx", "english {{ title }}")
    made, results = sheets["dossier-site"]
    assert words(subject_sheet.document(made, results, "en")).startswith("english")
    assert words(subject_sheet.document(made, results, "zh")).startswith("both")


def test_a_template_gives_nothing_away_of_a_use_only_layer(tmp_path, place):
    template_start.write("dossier-parcel", place / "dossier-parcel.docx", "zh")
    results = planted(tmp_path / "study", secret=True)
    told.report(results.folder, "p06", tmp_path / "p06.docx", None, "zh")
    assert leaks(texts(tmp_path / "p06.docx")) == set()


@pytest.mark.parametrize("paper", papers.papers())
def test_every_paper_has_a_template_and_a_list_of_its_fields(paper, tmp_path):
    template_start.write(paper, tmp_path / "a.docx", "zh")
    text = words((tmp_path / "a.docx").read_bytes())
    listed = "\n".join(template_start.told(paper, "zh"))
    for field in papers.fields(paper):
        assert field.id in text
        assert field.id in listed
        assert field.title.zh in listed
    assert template_start.document(paper, "en") == template_start.document(paper, "en")
    assert paper in (*papers.DOSSIERS, *papers.SHEETS) or "docx" in forms.form(paper).form.endings
