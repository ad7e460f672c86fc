"""A PDF is laid out from the file an office edits: its words, its fonts inside; without LibreOffice that is said."""

import re
import shutil
import subprocess
import time
from pathlib import Path

import docx
import pytest

from geo.basis.errors import BlockedError, CallError
from layers.outputs import fonts, office_forms, pdf, plain_pdf, told
from layers.outputs.office_forms import Asked
from layers.study.run.results import open_results


def tool(name, *more):
    if shutil.which(name) is None:
        pytest.fail(f"no {name} on this computer: apt-get install poppler-utils")
    return subprocess.run([name, *map(str, more)], check=True, capture_output=True, text=True).stdout


def words(path):
    return "".join(tool("pdftotext", path, "-").split())


def lines_of(path):
    page = docx.Document(path)
    cells = [c for t in page.tables for row in t.rows for c in row.cells]
    return [p.text for part in (page, *cells) for p in part.paragraphs]


def test_a_dossier_says_in_pdf_what_it_says_in_docx(run_district, tmp_path):
    told.report(run_district, "p06", tmp_path / "a.docx", None, "zh")
    told.report(run_district, "p06", tmp_path / "a.pdf", None, "zh")
    found, lines = words(tmp_path / "a.pdf"), lines_of(tmp_path / "a.docx")
    assert len(lines) > 100
    assert [text for text in map("".join, map(str.split, lines)) if text[:8] not in found] == []
    rows = tool("pdffonts", tmp_path / "a.pdf").splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows), "every font is inside"
    assert "�" not in found


def test_a_form_is_laid_out_from_its_workbook(run_district, tmp_path, monkeypatch):
    parcel = open_results(run_district).table("candidates")["parcel_id"].iloc[2]
    monkeypatch.chdir(tmp_path)
    office_forms.write(run_district, Asked("standard-land", parcel), Path("a.pdf"), "zh")
    assert parcel in words(tmp_path / "a.pdf")
    assert "（待填）" in words(tmp_path / "a.pdf"), "a blank shows"


def test_what_cannot_be_laid_out_is_said_and_leaves_the_old_file(run_district, tmp_path, monkeypatch):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")

    def refused():
        with pytest.raises(BlockedError) as problem:
            told.report(run_district, "p06", path, None, "zh")
        assert path.read_bytes() == b"old"
        assert [p.name for p in tmp_path.iterdir()] == ["a.pdf"], "no litter"
        return problem.value.reasons[0].code

    with monkeypatch.context() as patch:
        patch.setattr(fonts, "chinese", lambda: None)
        assert refused() == "pdf_needs_font"
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "SECONDS", 0.01)
        assert refused() == "pdf_failed"
    with pytest.raises(CallError):
        told.report(run_district, "p06", tmp_path / "a.odt", None, "zh")


def test_without_libreoffice_a_document_is_laid_out_by_ourselves_and_says_so(run_district, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "program", lambda: None)
    told.report(run_district, "p06", tmp_path / "a.docx", None, "zh")
    told.report(run_district, "p06", tmp_path / "a.pdf", None, "zh")
    found, lines = words(tmp_path / "a.pdf"), lines_of(tmp_path / "a.docx")
    assert [text for text in map("".join, map(str.split, lines)) if text[:8] not in found] == []
    pages = int(re.search(r"Pages: +(\d+)", tool("pdfinfo", tmp_path / "a.pdf"))[1])
    assert found.count("标准版式（本机没有LibreOffice）") == pages
    rows = tool("pdffonts", tmp_path / "a.pdf").splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows), "every font is inside"
    before = (tmp_path / "a.pdf").read_bytes()
    told.report(run_district, "p06", tmp_path / "a.pdf", None, "zh")
    assert (tmp_path / "a.pdf").read_bytes() == before
    with pytest.raises(BlockedError) as problem:
        pdf.write(tmp_path / "b.pdf", "a.xlsx", lambda part: None, "zh")
    assert problem.value.reasons[0].code == "pdf_needs_program"


def test_a_letter_the_font_has_not_is_told_before_anything_is_written(tmp_path):
    page = docx.Document()
    page.add_paragraph("落地 \U0001f980 \U000e0100")
    page.save(tmp_path / "a.docx")
    with pytest.raises(BlockedError) as problem:
        plain_pdf.write(tmp_path / "a.pdf", tmp_path / "a.docx", "zh")
    assert "\U0001f980" in dict(problem.value.reasons[0].values)["letters"]
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize(
    "text",
    [
        "永久基本农田（条号未查到）；",
        "State Forestry Administration order 35",
        "1234567890" * 9,
        "≤ 0.00 m²（容差 1.00 m²）",
    ],
)
def test_lines_keep_their_room_and_lose_nothing(text):
    found = plain_pdf.lines_of(text, 8.0, 60.0)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(plain_pdf.width_of(line.rstrip(), 8.0) <= 60.0 for line in found)
    assert not [line for line in found[1:] if line[0] in plain_pdf.NO_START]


def test_nothing_of_a_page_is_lost_that_is_too_high_or_stands_within_a_cell(tmp_path):
    page = docx.Document()
    page.sections[0].header.paragraphs[0].text = "抬头某某规划院"
    grid = page.add_table(2, 2)
    grid.cell(0, 0).text = "\n".join(f"第{k}行" for k in range(300))
    grid.cell(0, 1).text = "右栏"
    grid.cell(1, 0).add_table(1, 1).cell(0, 0).text = "表中之表"
    page.save(tmp_path / "a.docx")
    plain_pdf.write(tmp_path / "a.pdf", tmp_path / "a.docx", "zh")
    found = words(tmp_path / "a.pdf")
    wanted = ["抬头某某规划院", "右栏", "表中之表", *(f"第{k}行" for k in range(300))]
    assert [text for text in wanted if text not in found] == []
    assert int(re.search(r"Pages: +(\d+)", tool("pdfinfo", tmp_path / "a.pdf"))[1]) >= 4


def test_the_page_of_an_office_is_laid_out_as_pdf(run_district, tmp_path, monkeypatch):
    page = docx.Document()
    page.add_paragraph("某某规划院选址报告 {{ title }}")
    page.add_paragraph("{%p for line in lines %}")
    page.add_paragraph("{{ line }}")
    page.add_paragraph("{%p endfor %}")
    (tmp_path / "office").mkdir()
    page.save(tmp_path / "office" / "dossier-parcel.docx")
    monkeypatch.setenv("LUODI_TEMPLATES", str(tmp_path / "office"))
    for name, program in (("by-office", pdf.program), ("by-us", lambda: None)):
        monkeypatch.setattr(pdf, "program", program)
        told.report(run_district, "p06", tmp_path / f"{name}.pdf", None, "zh")
        found = words(tmp_path / f"{name}.pdf")
        assert "某某规划院选址报告地块p06" in found
        assert "部门会签" not in found, "our own page"


def test_whoever_takes_too_long_is_ended_with_its_children(tmp_path, monkeypatch):
    slow = tmp_path / "soffice"
    slow.write_text(f"#!/bin/sh\n(sleep 3; touch {tmp_path}/lived) &\nsleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setattr(pdf, "program", lambda: slow)
    monkeypatch.setattr(pdf, "SECONDS", 0.5)
    with pytest.raises(BlockedError):
        pdf.write(tmp_path / "a.pdf", "a.docx", lambda path: path.write_bytes(b""), "zh")
    time.sleep(3.5)
    assert not (tmp_path / "lived").exists()
