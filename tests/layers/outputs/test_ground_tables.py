"""The ground of a site in its dossier: classes by tenure, ledger and rules of its parcels, alternatives on the map."""

import subprocess

import docx
import numpy as np
import pytest

from layers.outputs import ground_map, ground_tables, pdf, sheet_tables, subject_sheet, told
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say
from layers.words import site_ground
from tests.contracts.secrets import leaks, planted, texts


@pytest.fixture(scope="module")
def results(ranked_folder):
    return open_results(ranked_folder)


def several(results):
    """Four parcels that have land left, as if one site were made of them."""
    found = results.table("members").drop_duplicates("parcel_id").head(4)
    assert len(found) == 4
    return found, sorted(found["parcel_id"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_land_classes_by_tenure_add_up_to_the_site(results, language):
    members, parcels = several(results)
    found = site_ground.land_use(results, members, language)
    assert sum(u.area_m2 for u in found) == pytest.approx(members["area_m2"].sum(), abs=0.01)
    known = results.table("parcels").set_index("parcel_id")
    kinds = {(known["land_use"][p], known["tenure"][p]) for p in parcels}
    assert len(found) == len(kinds)


def test_rules_of_several_parcels_are_as_bad_as_the_worst(results):
    _, parcels = several(results)
    verdicts = results.table("verdicts")
    mine = verdicts[verdicts["parcel_id"].isin(parcels)]
    lines = {line.rule_id: line for line in site_ground.rules(results, parcels, "zh")}
    assert set(lines) == set(mine["rule_id"])
    for rule, of in mine.groupby("rule_id"):
        outcomes = set(of["outcome"])
        worst = "conflict" if "conflict" in outcomes else "unknown" if "unknown" in outcomes else "clear"
        assert lines[rule].outcome == worst
        some = int((of["outcome"] == worst).sum())
        assert (f"（{some}/{len(parcels)} 宗）" in lines[rule].outcome_word) == (some < len(parcels))
    one = site_ground.rules(results, parcels[:1], "zh")
    assert all("宗）" not in line.outcome_word for line in one)


def test_the_ledger_of_several_parcels_falls_from_gross_to_what_is_proved(results):
    _, parcels = several(results)
    lines = site_ground.ledger(results, parcels, "zh")
    found = results.table("candidates").set_index("parcel_id").loc[parcels]
    assert lines[0].left_m2 == pytest.approx(found["gross_m2"].sum())
    assert lines[-1].left_m2 == pytest.approx(found["net_m2"].sum(), abs=1e-6)
    assert all(np.diff([line.left_m2 for line in lines]) <= 1e-9)
    one = parcels[:1]
    from layers.words.explain import explain

    assert site_ground.ledger(results, one, "zh") == explain(results, one[0], "zh").ledger


def test_a_dossier_of_a_site_has_them_and_shows_its_alternatives(results, ranked_folder, tmp_path, monkeypatch):
    drawn = []
    whole = ground_map.Panel.badge

    def badge(panel, text, x, y, colour):
        drawn.append((text, x, y))
        whole(panel, text, x, y, colour)

    monkeypatch.setattr(ground_map.Panel, "badge", badge)
    monkeypatch.setattr(subject_sheet, "require", lambda folder, table: results)
    site = str(results.table("ranking")["site_id"].iloc[0])
    subject_sheet.write(ranked_folder, site, tmp_path / "a.docx", "en")
    page = docx.Document(tmp_path / "a.docx")
    titles = [p.text for p in page.paragraphs]
    for name in ("land_use", "ledger", "rules", "alternatives"):
        assert any(t.endswith(f"  {say(f'sheet.{name}', 'en')}") for t in titles)  # behind its number
    (choice,) = [t for t in page.tables if t.rows[0].cells[1].text == say("sheet.head_choice", "en")]
    rows = [[c.text for c in row.cells] for row in choice.rows[1:]]
    assert len(rows) >= 2
    assert [text for text, _, _ in drawn] == [row[0] for row in rows]
    shapes = results.table("sites").set_index("site_id")["geometry"]
    for (_, x, y), row in zip(drawn, rows, strict=True):
        west, south, east, north = shapes[row[1]].bounds
        assert west <= x <= east
        assert south <= y <= north
    foot = page.sections[0].footer._element.xml
    assert "NUMPAGES" in foot
    assert site in foot


@pytest.mark.long
def test_a_dossier_of_a_site_says_nothing_of_a_use_only_layer(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "program", lambda: None)
    hidden = planted(tmp_path / "study", secret=True, until="rank")
    ids = hidden.table("ranking")["site_id"].astype(str).tolist()
    assert ids
    touched = set(hidden.table("members")["parcel_id"]) & {"p01", "p06"}
    assert touched
    for language in LANGUAGES:
        for site in ids:
            for kind in ("docx", "pdf"):
                told.report(hidden.folder, site, tmp_path / f"a.{kind}", None, language)
            assert leaks(texts(tmp_path / "a.docx")) == set()
            told_by_pdf = subprocess.run(
                ["pdftotext", tmp_path / "a.pdf", "-"], check=True, capture_output=True, text=True
            )
            assert leaks(told_by_pdf.stdout) == set()


def test_what_is_made_of_no_parcels_has_no_such_tables(results):
    found = ground_tables.of_site(results, "nothing", "zh")
    assert [(g.rows, g.below) for g in found] == [((), "")] * 3
    assert sheet_tables.marks(None, ()) == ()
