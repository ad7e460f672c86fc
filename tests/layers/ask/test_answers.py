"""Answers of departments: kept with person and day, never replaced unseen, kept when taken back; they prove nothing."""

import json
import shutil

import docx
import openpyxl
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.progress import silent
from layers.ask import answers, argued
from layers.study import edits
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.languages import EACH
from tests.layers.outputs.joint_study import HOSTILE


@pytest.fixture(scope="module")
def placed(month_end, tmp_path_factory):
    made = tmp_path_factory.mktemp("answers") / "study"
    shutil.copytree(month_end, made, symlinks=True)
    runs.update(made, "place", silent)
    return made


@pytest.fixture
def folder(placed, tmp_path):
    own = tmp_path / "study"
    shutil.copytree(placed, own, symlinks=True)
    return own


def told(folder, *words, code=0):
    done = CliRunner().invoke(luodi.cli, ["answer", str(folder), *map(str, words), "--lang", "en"])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.output


def found(folder):
    return argued.argued(open_results(folder), "M2")


OPINION = ("M2", "ecology", "--question", "source", "--text", "no objection", "--by", "Zhou", "--on", "2026-11-20")


def asked_of(found, department):
    return {p.question: p.state for p in found.points if p.department == department and p.kind == "asked"}


def test_an_answer_closes_its_question_and_proves_nothing(folder):
    before = found(folder)
    told(folder, *OPINION)
    after = found(folder)
    assert (asked_of(before, "ecology"), asked_of(after, "ecology")) == ({"source": "asked"}, {"source": "answered"})
    assert len(after.open_of("ecology")) == len(before.open_of("ecology")) - 1
    same = [(p, q) for p, q in zip(before.points, after.points, strict=True) if repr(p) != repr(q)]
    assert [(p.department, p.kind) for p, _ in same] == [("ecology", "asked")], "no figure and no rule moves"
    told(folder, "M2", "land", "--text", "all is well", "--by", "Li", "--on", "2026-11-21")
    assert found(folder).open_of("land") == after.open_of("land"), "an opinion of the whole closes nothing"


def test_nothing_is_replaced_unseen_and_everything_is_kept(folder):
    told(folder, *OPINION)
    other = [w if w != "no objection" else "objection" for w in OPINION]
    refused = told(folder, *other, code=1)
    [stands] = found(folder).answers.answers
    assert "no objection" in refused
    assert f"--after {stands.version}" in refused
    told(folder, *other, "--after", stands.version)
    told(folder, "M2", "ecology", "--question", "source", "--undo", "--by", "Zhou", "--why", "sent too early")
    said = [(a.text, a.standing) for a in found(folder).answers.answers]
    assert said == [("no objection", "replaced"), ("objection", "withdrawn")]
    assert asked_of(found(folder), "ecology") == {"source": "asked"}
    back = told(folder, "M2", "ecology")
    assert "no objection" in back
    assert "taken back" in back
    assert [e.withdrawn for e in edits.history(folder) if e.kind == answers.KIND] == [False, False, True]
    listed = json.loads(told(folder, "M2", "--json").splitlines()[-1])["answers"]
    assert [a["standing"] for a in listed] == ["replaced", "withdrawn"]


def test_days_count_from_the_day_the_department_was_asked(folder):
    assert found(folder).answers.days("ecology", found(folder).results.study.as_of) is None
    assert "not known" in told(folder, "M2", "ecology")
    told(folder, "M2", "ecology", "--sent", "2026-11-02", "--by", "Zhou")
    # 2 to 30 November, the day of the study, are 28 days; an answer of the 20th took 18
    assert "open for 28 days" in told(folder, "M2", "ecology")
    assert "days taken 18" in told(folder, *OPINION[:2], *OPINION[4:])
    told(folder, "M2", "ecology", "--sent", "2026-11-02", "--undo", "--by", "Zhou", "--why", "wrong")
    assert found(folder).answers.asked_on("ecology") is None
    told(folder, "M2", "ecology", "--sent", "2026-12-24", "--by", "Zhou")
    assert "later than the day of the study" in told(folder, "M2", "ecology")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("M2", "sports", "--text", "x", "--by", "A", "--on", "2026-11-20"), "sports"),
        (("M2", "land", "--question", "colour", "--text", "x", "--by", "A", "--on", "2026-11-20"), "colour"),
        (("M2", "land", "--text", "x", "--on", "2026-11-20"), "person"),
        (("M2", "land", "--text", " ", "--by", "A", "--on", "2026-11-20"), "--text"),
        (("M2", "land", "--text", "x" * 4001, "--by", "A", "--on", "2026-11-20"), "4,001"),
        (("M2", "land", "--text", "x", "--by", "A"), "--on"),
        (("M2", "land", "--text", "x", "--by", "A", "--on", "soon"), "soon"),
        (("M2", "--text", "x", "--by", "A", "--on", "2026-11-20"), "department"),
        (("M2", "land", "--undo", "--by", "A", "--why", "x"), "take back"),
        (("M99", "land"), "M99"),
    ],
)
def test_what_cannot_be_kept_is_said(folder, words, what):
    done = CliRunner().invoke(luodi.cli, ["answer", str(folder), *words, "--lang", "en"])
    assert done.exit_code != 0
    assert what in done.output
    assert "Traceback" not in done.output
    assert found(folder).answers == answers.Answers()


@pytest.mark.parametrize("language", EACH)
def test_answers_stand_in_the_files_as_text(folder, tmp_path, language):
    told(folder, "M2", "ecology", "--question", "source", "--text", HOSTILE, "--by", HOSTILE, "--on", "2026-11-20")
    told(folder, "M2", "ecology", "--sent", "2026-11-02", "--by", "Zhou")
    page, book, sheet = (tmp_path / f"a.{kind}" for kind in ("docx", "xlsx", "csv"))
    for out in (page, book, sheet):
        done = CliRunner().invoke(luodi.cli, ["argue", str(folder), "M2", str(out), "--lang", language])
        assert done.exit_code == 0, done.output
    texts = [c.text for t in docx.Document(page).tables for r in t.rows for c in r.cells]
    assert any("{{7*7}}" in t for t in texts)
    assert "18" in texts, "days from the asking to the answer"
    assert "fldSimple" not in "".join(p._p.xml for p in docx.Document(page).paragraphs if "instr" in p._p.xml)
    for cell in (c for row in openpyxl.load_workbook(book).worksheets[0].iter_rows() for c in row):
        assert cell.data_type != "f"
        assert cell.hyperlink is None
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    assert any("{{7*7}}" in line for line in lines)
    assert not any(cell.startswith("=") for line in lines for cell in line.split(","))


def test_answers_do_not_change_with_a_scenario(folder):
    """A scenario is a choice among plans; what people said is none."""
    edits.save_scenario(folder, "base", "Li")
    told(folder, *OPINION[:2], *OPINION[4:])
    edits.load_scenario(folder, "base", "Li")
    assert [a.standing for a in found(folder).answers.answers] == ["stands"]


def test_a_department_is_named_by_its_title_too(folder):
    what = answers.about(open_results(folder), "M2", "生态环境（生态影响）")
    assert (what.project_id, what.department) == ("M2", "ecology")


@pytest.mark.parametrize("language", EACH)
def test_the_dossier_of_a_project_says_what_each_department_owes_and_answered(folder, tmp_path, language):
    told(folder, *OPINION)
    told(folder, "M2", "ecology", "--sent", "2026-11-02", "--by", "Zhou")
    done = CliRunner().invoke(luodi.cli, ["report", str(folder), "M2", str(tmp_path / "a.docx"), "--lang", language])
    assert done.exit_code == 0, done.output
    cells = [[c.text for c in r.cells] for t in docx.Document(tmp_path / "a.docx").tables for r in t.rows]
    known = found(folder)
    title = next(d.title for d in known.table.departments if d.id == "ecology")
    [row] = [r for r in cells if r[0] == getattr(title, language)]
    assert "28" in row[1]
    assert str(len(known.open_of("ecology"))) in row[1]
    assert "no objection" in row[2]
