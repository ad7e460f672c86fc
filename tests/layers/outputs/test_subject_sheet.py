"""The dossier of a parcel or a site: what the run says, alternatives, corners; nothing secret, no field codes."""

import zipfile
from types import SimpleNamespace

import docx
import pandas as pd
import pytest

from geo.basis.errors import BlockedError
from geo.place.portfolio import NO, UNKNOWN, YES
from layers.outputs import sheet_tables, site_words, subject_sheet, told
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say
from tests.contracts.secrets import leaks, planted, texts


def read(path):
    page = docx.Document(path)
    cells = [[c.text for c in row.cells] for t in page.tables for row in t.rows]
    return [p.text for p in page.paragraphs], cells


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_site_stands_beside_its_alternatives(ranked_folder, tmp_path, language, monkeypatch):
    results = open_results(ranked_folder)
    monkeypatch.setattr(subject_sheet, "require", lambda folder, table: results)  # its ranking was put there by hand
    first, *others = results.table("ranking")["site_id"]
    told.report(ranked_folder, first, tmp_path / "a.docx", None, language)
    lines, cells = read(tmp_path / "a.docx")
    assert first in lines[0]
    assert len([row for row in cells if row[1] in others]) >= 2
    shape = results.table("sites").set_index("site_id").geometry[first]
    points = [row for row in cells if row[0].startswith("J") and row[0][1:].isdigit()]
    assert len(points) == len(shape.exterior.coords) - 1 + sum(len(r.coords) - 1 for r in shape.interiors)
    assert f"{shape.exterior.coords[0][1]:.3f}" in points[0]
    before = (tmp_path / "a.docx").read_bytes()
    told.report(ranked_folder, first, tmp_path / "a.docx", None, language)
    assert (tmp_path / "a.docx").read_bytes() == before


def test_not_involved_is_said_only_where_it_is_proved(run_district, tmp_path):
    results = open_results(run_district)
    verdicts = results.table("verdicts")
    clear, unknown = (set(verdicts.loc[verdicts["outcome"] == o, "parcel_id"]) for o in ("clear", "unknown"))
    parcel = sorted(clear & unknown)[0]
    told.report(run_district, parcel, tmp_path / "a.docx", None, "zh")
    _, cells = read(tmp_path / "a.docx")
    said = {row[0]: row[1] for row in cells if len(row) == 5}
    titles = {r.id: r.title.zh for r in results.rules}
    for row in verdicts[verdicts["parcel_id"] == parcel].itertuples():
        shown = next((v for k, v in said.items() if titles[row.rule_id] in k), "")
        if row.outcome == "unknown":
            assert shown == say("sheet.to_verify", "zh")
        if shown == say("sheet.not_involved", "zh"):
            assert (row.outcome, row.value_hi) == ("clear", 0.0)
    assert say("sheet.to_verify", "zh") in said.values()
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        body = archive.read("word/document.xml")
    assert b"fldChar" not in body
    assert b"instrText" not in body
    with pytest.raises(BlockedError):
        told.report(run_district, "nowhere", tmp_path / "b.docx", None, "zh")
    assert not (tmp_path / "b.docx").exists()


def test_a_dossier_says_nothing_of_a_use_only_layer(tmp_path):
    results = planted(tmp_path / "study", secret=True)
    for parcel in ("p01", "p06"):
        told.report(results.folder, parcel, tmp_path / f"{parcel}.docx", None, "zh")
        assert leaks(texts(tmp_path / f"{parcel}.docx")) == set()
    open_ = planted(tmp_path / "open", secret=False)
    told.report(open_.folder, "p06", tmp_path / "open.docx", None, "zh")
    assert leaks(texts(tmp_path / "open.docx"))


def test_a_project_stands_beside_the_other_sites_that_would_take_it():
    rows = [("own", YES, 9.0), ("good", YES, 5.0), ("better", YES, 7.0), ("never", NO, 8.0), ("open", UNKNOWN, 8.0)]
    fits = pd.DataFrame(rows, columns=["site_id", "feasible", "worth"])
    fits = fits.assign(project_id="G1", park_id="P1", take_m2=20_000.0, score=50.0)
    study = SimpleNamespace(with_role=lambda role: ())
    results = SimpleNamespace(has=lambda name: name == "fits", table=lambda name: fits, study=study)
    made = sheet_tables.fitting(results, "G1", "own", "zh")
    assert [(row[1], row[3]) for row in made.rows] == [
        ("better", "30.00 亩 (20,000.00 m²)"),
        ("good", "30.00 亩 (20,000.00 m²)"),
    ]


@pytest.mark.parametrize(("language", "told"), [("zh", "甲镇、乙镇"), ("en", "甲镇, 乙镇")])
def test_townships_of_a_site_are_listed_as_words(ranked_folder, language, told):
    results = open_results(ranked_folder)
    sites = results.table("sites").assign(township="甲镇|乙镇")
    assert set(site_words.projected(results, sites, language)["township"]) == {told}
