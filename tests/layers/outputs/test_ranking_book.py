"""The workbook of the ranking: LibreOffice recalculates to what `luodi rank` says."""

import shutil
import subprocess

import openpyxl
import pytest

from layers.ask.ranked import RankTrial, bench
from layers.outputs.files import export
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say


@pytest.fixture(scope="module")
def results(ranked_folder):
    return open_results(ranked_folder)


def book(results, folder, language="zh"):
    path = folder / "ranking.xlsx"
    rows = export(results, path, "ranking", language)
    assert rows == len(results.table("ranking"))
    return path


def rows(path, sheet, language="zh", values=True):
    opened = openpyxl.load_workbook(path, data_only=values)
    return [list(r) for r in opened[say(f"rankbook.sheet_{sheet}", language)].iter_rows(values_only=True)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_stand_beside_the_formulas_for_readers_that_do_not_recalculate(results, tmp_path, language):
    path = book(results, tmp_path, language)
    shown = {r[0]: r[2] for r in rows(path, "ranking", language)[1:]}
    ranking = results.table("ranking").set_index("site_id")["score"]
    assert {k: v for k, v in shown.items() if v is not None} == pytest.approx(ranking.dropna().to_dict())
    assert str(rows(path, "ranking", language, values=False)[1][2]).startswith("=ROUND(SUMPRODUCT(")
    weights = {r[1]: r[4] for r in rows(path, "criteria", language)[1:]}
    assert weights == pytest.approx(results.criteria.weights)


def recalculated(path, folder):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.fail("no LibreOffice on this computer: apt-get install libreoffice-calc-nogui")
    home, out = folder / "home", folder / "out"
    call = [
        soffice,
        "--headless",
        f"-env:UserInstallation={home.as_uri()}",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(out),
    ]
    subprocess.run([*call, str(path)], check=True, timeout=240, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out / path.name


def test_changing_a_weight_and_recalculating_gives_the_ranking_with_that_weight(results, tmp_path):
    path = book(results, tmp_path)
    opened = openpyxl.load_workbook(path)  # keeps formulas, drops the values beside them
    page = opened[say("rankbook.sheet_criteria", "zh")]
    cell = next(row for row in page.iter_rows(min_row=2) if row[1].value == "slope")[4]
    cell.value = 0.9
    opened.save(path)
    ours = bench(results).answer(RankTrial({"slope": 0.9})).ranking
    assert ours["site_id"].tolist() != results.table("ranking")["site_id"].tolist()
    theirs = rows(recalculated(path, tmp_path), "ranking")[1:]
    assert {r[0]: r[2] for r in theirs} == pytest.approx(ours.set_index("site_id")["score"].to_dict(), abs=1e-9)
    assert {r[0]: r[3] for r in theirs} == pytest.approx(ours.set_index("site_id")["score_high"].to_dict(), abs=1e-9)
    assert {r[0]: r[4] for r in theirs} == ours.set_index("site_id")["rank"].to_dict()


def test_other_formats_carry_words_and_shapes(results, tmp_path):
    import geopandas as gpd
    import pandas as pd

    for table in ("ranking", "scores", "tolerance"):
        export(results, tmp_path / f"{table}.csv", table, "zh")
        text = pd.read_csv(tmp_path / f"{table}.csv").astype(str).to_csv()
        assert "[" not in text
        assert "usable-area" not in text
    export(results, tmp_path / "ranking.gpkg", "ranking", "zh")
    shown = gpd.read_file(tmp_path / "ranking.gpkg", use_arrow=True)
    sites = gpd.GeoDataFrame(results.table("sites")).set_index("site_id").geometry
    assert shown["site_id"].tolist() == results.table("ranking")["site_id"].tolist()
    for site, shape in zip(shown["site_id"], shown.geometry, strict=True):
        assert shape.equals(sites[site])
