"""Dossier and workbook say what the tables say, hold any text as text, and keep inside what must stay inside."""

import io
import re
import shutil
import subprocess
import zipfile

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geo.basis.progress import silent
from layers.ask.redline import RedlineAnswer
from layers.outputs import dossier, redline_book, redline_files
from layers.outputs.plain import LONGEST, plain
from layers.study import checks
from tests import district
from tests.layers.outputs import joint_study
from tests.layers.outputs.joint_study import FARM, GROSS, HOSTILE, LEFT

MU = 2000 / 3


@pytest.fixture(scope="module")
def answer(joint_folder):
    return RedlineAnswer(checks.open_check(joint_folder, "甲"))


def tables(body):
    """Return the tables of a document as rows of cell texts, merged cells once."""
    out = []
    for table in docx.Document(io.BytesIO(body)).tables:
        rows = []
        for row in table.rows:
            cells = []
            for cell in row.cells:
                if not cells or cell._tc is not cells[-1]:
                    cells.append(cell._tc)
            rows.append(["".join(t.text or "" for t in tc.iter() if t.tag.endswith("}t")) for tc in cells])
        out.append(rows)
    return out


def words(body):
    root = docx.Document(io.BytesIO(body)).element
    return "".join(t.text or "" for t in root.iter() if t.tag.endswith("}t"))


def ha(area):
    return f"{area / 10_000:,.4f}"


def mu(area):
    return f"{area / MU:,.2f}"


def test_present_use_is_the_table_of_the_check(answer):
    frame = answer.check.table("composition")
    uses = tables(dossier.document(answer, "zh"))[0]
    assert uses[1][0] == "0101 水田"
    assert uses[1][2] == "集体 30"
    for row in (uses[1], uses[-1]):
        sums = [frame.loc[frame["phase"] == phase, "area_m2"].sum() for phase in ("before", "after")]
        assert row[-4:] == [ha(sums[0]), mu(sums[0]), ha(sums[1]), mu(sums[1])]
    assert sums == pytest.approx([GROSS, LEFT], abs=1e-3)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_three_lines_before_and_after(answer, language):
    lines = {row[0]: row for row in tables(dossier.document(answer, language))[1][1:]}
    farm, edge, red = (lines[{"zh": z, "en": e}[language]] for z, e in (
        ("永久基本农田", "Farmland"), ("城镇开发边界", "Boundary"), ("生态保护红线", "Red line")))  # fmt: skip
    assert farm[1] == {"zh": "压占", "en": "Conflict"}[language]
    assert farm[2:6] == [ha(FARM), mu(FARM), "0.0000", "0.00"]
    assert edge[1] == red[1] == {"zh": "不涉及", "en": "Not involved"}[language]
    assert farm[6] == "条 farm"


def test_ledger_quota_plan_and_intensity(answer):
    body = dossier.document(answer, "zh")
    _, _, special, plan, ledger, quota = tables(body)[:6]
    assert [row[-1] for row in ledger[1:3]] == [mu(GROSS), mu(LEFT)]
    assert ledger[2][1] == mu(FARM)
    assert quota[1][1:] == [ha(GROSS), mu(GROSS), ha(LEFT), mu(LEFT)]
    assert quota[2][1:] == quota[1][1:]  # all of it is cultivated
    assert plan[1][0].startswith("100102 ")
    assert plan[1][0].endswith("(用地用海)")
    assert plan[1][1:3] == ["1～2", "未规定"]
    assert plan[2][0] == "无规划地块"
    assert [row[3:] for row in plan[1:]] == [_pairs(25_000, 10_000), _pairs(12_500, 12_500)]
    flood = next(row for row in special if row[0] == "洪泛区")
    # 2,500 proved, and a zone of 100 that may belong
    assert flood[3] == f"{ha(2500)} … {ha(2600)} 公顷 / {mu(2500)} … {mu(2600)} 亩"
    assert f"{10_000 / (LEFT / MU):,.2f} 万元/亩" in words(body)


def _pairs(before, after):
    return [ha(before), mu(before), ha(after), mu(after)]


def test_what_was_not_examined_and_who_signs(answer):
    text = words(dossier.document(answer, "zh"))
    assert "本轮未审查：压覆矿产（存量土地不要求；张三）" in text
    for department in ("自然资源", "生态环境", "林业", "水利", "应急管理", "农业农村"):
        assert department in text
    assert answer.check.run_id in text


@pytest.mark.parametrize(
    ("name", "shapes", "left"),
    [
        ("nothing", [(100, 0, 200, 100)], 0.0),  # all farmland
        ("beyond", [(350, 150, 500, 350)], 2500.0),  # mostly on ground nobody has patches for
        ("two", [(10, 110, 60, 160), (210, 10, 390, 90)], 16_900.0),
    ],
)
def test_odd_red_lines(joint_folder, tmp_path, name, shapes, left):
    folder, file = tmp_path / "study", tmp_path / f"{name}.gpkg"
    shutil.copytree(joint_folder, folder, symlinks=True)
    lines = {"name": [name] * len(shapes)}
    gpd.GeoDataFrame(lines, geometry=[district.box(*s) for s in shapes], crs=district.CRS).to_file(file)
    odd = RedlineAnswer(checks.check(folder, file, checks.RedlineQuestion(name=name), silent))
    body = dossier.document(odd, "zh")
    total, quota = tables(body)[0][-1], tables(body)[5][1]
    assert total[-2:] == [ha(left), mu(left)]
    assert quota[3] == ha(left)
    assert quota[1] == ("未知" if name == "beyond" else ha(odd.gross_m2))
    redline_files.write(odd, tmp_path / "a.xlsx", "zh")
    values = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)
    points = list(values["界址点（切除前）"].iter_rows(min_row=3, values_only=True))
    assert len(points) == 4 * len(shapes)
    assert values["界址点（切除后）"].max_row > 2 or left == 0


def test_the_same_check_is_the_same_file(answer):
    assert dossier.document(answer, "zh") == dossier.document(answer, "zh")


def test_a_hostile_name_stays_text(answer, tmp_path):
    named = Renamed(answer, HOSTILE + "很长" * 400)
    body = dossier.document(named, "zh")
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        inside = {name: parts.read(name).decode("utf-8", "replace") for name in parts.namelist()}
    assert plain(HOSTILE).replace("\x0b", "\ufffd") in words(body)
    assert "很长" * 400 in words(body)
    assert not re.search(r"<w:(fldSimple|instrText|fldChar|hyperlink)\b", inside["word/document.xml"])
    outside = [rels for name, rels in inside.items() if name.endswith(".rels") and 'TargetMode="External"' in rels]
    assert outside == []
    redline_book.write(named, tmp_path / "a.xlsx", "zh")
    cells = [c for page in openpyxl.load_workbook(tmp_path / "a.xlsx") for row in page.iter_rows() for c in row]
    assert plain(HOSTILE + "很长" * 400) in [c.value for c in cells]
    assert {c.value for c in cells if c.data_type == "f" and "HYPERLINK" in str(c.value)} == set()
    assert not any(c.hyperlink for c in cells)


class Renamed(RedlineAnswer):
    """The answer of a check under another name."""

    def __init__(self, answer, name):
        check = checks.RedlineCheck(answer.check.folder, answer.check.run)
        check.__dict__["head"] = answer.check.head | {"name": name, "source": name}
        super().__init__(check)


def test_plain_text():
    assert plain("a\x00b\ud800c\nd") == "a\ufffdb\ufffdc d"
    assert len(plain("长" * 40_000)) == LONGEST
    assert plain("长" * 40_000).endswith("…")


# --- workbook --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(answer, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    redline_files.write(answer, path, "zh")
    return openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)


def test_every_formula_gives_the_value_stored_beside_it(book):
    """Evaluate the few forms of formula the workbook uses, by hand."""
    seen = 0
    for page, values in zip(*book, strict=True):
        for cell in (c for row in page.iter_rows() for c in row if c.data_type == "f"):
            assert evaluated(cell.value, page) == pytest.approx(values[cell.coordinate].value, abs=1e-6), cell.value
            seen += 1
    assert seen >= 20


def evaluated(formula, page):
    text = re.sub(
        r"SUM\((\w+):(\w+)\)", lambda m: f"({'+'.join(c.coordinate for r in page[m[0][4:-1]] for c in r)})", formula[1:]
    )

    def value(match):
        found = page[match[0]].value
        if isinstance(found, str):
            return f"({evaluated(found, page)})" if found.startswith("=") else "0"
        return repr(found or 0)

    return eval(re.sub(r"\b[A-Z]{1,2}\d+\b", value, text.replace("ROUND", "round")))


def test_sheets_hold_the_tables(book, answer):
    plain_book, values = book
    assert values.sheetnames == [
        "摘要",
        "现状地类",
        "审查事项",
        "扣除台账",
        "界址点（切除前）",
        "界址点（切除后）",
        "说明",
    ]
    ledger = answer.check.table("ledger")
    rows = list(values["扣除台账"].iter_rows(min_row=2, values_only=True))
    lines = ledger.groupby("step")[["exclusive_m2", "shared_m2", "unknown_m2", "left_m2"]].sum()
    for row, (_, line) in zip(rows, lines.iterrows(), strict=False):
        assert [row[2], row[3], row[4], row[6]] == pytest.approx(line.tolist(), abs=1e-4)
    uses = answer.check.table("composition")
    total = next(r for r in values["现状地类"].iter_rows(values_only=True) if r[0] == "合计")
    assert total[5] == pytest.approx(uses.loc[uses["phase"] == "before", "area_m2"].sum(), abs=1e-4)
    check = next(r for r in values["现状地类"].iter_rows(values_only=True) if str(r[0]).startswith("校核"))
    assert (check[5], check[8]) == (0, 0)
    rules = {r[0]: r for r in values["审查事项"].iter_rows(min_row=2, values_only=True)}
    overlaps = answer.check.table("overlaps").set_index("layer_id")["area_m2"]
    assert rules["farm"][6] == pytest.approx(overlaps["basic_farmland"], abs=1e-3)
    assert rules["farm"][9:11] == ("不涉及", 0)
    assert rules["mineral"][4] == "本轮未审查"
    assert plain_book["说明"].max_row >= 3


def test_boundary_points_are_the_corners(book, answer):
    rows = pd.DataFrame(list(book[1]["界址点（切除前）"].iter_rows(min_row=3, values_only=True)))
    west, south, east, north = answer.plots.total_bounds
    assert rows[2].tolist() == ["J1", "J2", "J3", "J4"]
    assert set(zip(rows[3], rows[4], strict=True)) == {(n, e) for n in (south, north) for e in (west, east)}
    after = list(book[1]["界址点（切除后）"].iter_rows(min_row=3, values_only=True))
    assert len(after) == sum(len(g.exterior.coords) - 1 for g in answer.land.geometry)


# --- what must stay inside -------------------------------------------------------------


def test_a_use_only_layer_shows_neither_name_nor_outline(joint_folder, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(joint_folder, folder, symlinks=True)
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('id = "basic_farmland"', 'id = "basic_farmland"\nuse_only = true'), encoding="utf-8")
    answer = RedlineAnswer(checks.again(folder, "甲", silent))
    body = dossier.document(answer, "zh")
    assert "永久基本农田" not in words(body)
    assert "条 farm" not in words(body)
    assert "1 个受控图层的边界，图上不画" in words(body)
    redline_book.write(answer, tmp_path / "a.xlsx", "zh")
    pages = openpyxl.load_workbook(tmp_path / "a.xlsx")
    told = [str(c.value) for page in pages for row in page.iter_rows() for c in row if c.value is not None]
    assert not [t for t in told if "永久基本农田" in t or t == "farm"]
    assert pages["界址点（切除后）"].max_row == 1


def test_the_page_is_one_or_two_sheets_of_a4(answer, tmp_path):
    """Render with LibreOffice and count pages and letters."""
    for language in ("zh", "en"):
        path = tmp_path / f"{language}.docx"
        redline_files.write(answer, path, language)
        pdf = rendered(path)
        told = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
        assert int(re.search(r"Pages:\s+(\d+)", told)[1]) <= 2
        assert "595.3 x 841.9" in told.replace("595.32", "595.3").replace("841.92", "841.9") or "A4" in told
        text = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert ha(FARM) in text
        assert ha(GROSS) in text


def rendered(path):
    soffice = shutil.which("soffice")
    if soffice is None or shutil.which("pdfinfo") is None:
        pytest.skip("needs LibreOffice (libreoffice-writer-nogui) and poppler-utils")
    home = path.parent / "office"
    call = [soffice, "--headless", f"-env:UserInstallation={home.as_uri()}", "--convert-to", "pdf",
            "--outdir", str(path.parent), str(path)]  # fmt: skip
    subprocess.run(call, capture_output=True, timeout=180, check=False)
    if not path.with_suffix(".pdf").exists():
        pytest.skip("this LibreOffice has no Writer; install libreoffice-writer-nogui")
    return path.with_suffix(".pdf")


def test_the_joint_study_is_as_described(answer):
    assert answer.gross_m2 == pytest.approx(GROSS, abs=1e-3)
    assert float(answer.land["net_m2"].sum()) == pytest.approx(LEFT, abs=1e-3)
    assert joint_study.RENAMED["farm"] in {c.rule.layer for c in answer.three_lines}
