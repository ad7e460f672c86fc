"""Offers by command and as files: uses in words, nothing of a use-only plan, a sheet an offer, wrong calls in words."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import docx
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from layers.ask import offering
from layers.library import land_price, office
from layers.outputs import offer_list
from layers.study.run.released import open_results
from layers.text import LANGUAGES, number, say
from layers.words import offers as words


@pytest.fixture(scope="module")
def folder(own_month):
    return own_month


def asked(folder, *more):
    return CliRunner().invoke(luodi.cli, ["offers", str(folder), *map(str, more)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_writes_what_it_tells(folder, tmp_path, language):
    for kind in ("xlsx", "csv", "docx"):
        done = asked(folder, "--out", tmp_path / f"a.{kind}", "--lang", language)
        assert done.exit_code == 0, done.output
    found = offering.offering(open_results(folder))
    listed = words.listed(found, language).astype(str).to_numpy().tolist()
    assert {row[0][0] for row in listed} >= {"L"}
    cells = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows(values_only=True)
    told = [[str(c or "") for c in row][: len(listed[0])] for row in cells]
    assert [row for row in told if row in listed] == listed
    assert len(pd.read_csv(tmp_path / "a.csv", comment="#", encoding="utf-8-sig", header=None, names=range(20))) > len(
        listed
    )
    sheets = docx.Document(tmp_path / "a.docx").tables
    assert len(sheets) == 2 * len(listed)  # both languages
    for k, row in enumerate(listed):
        own = [c.text for t in sheets[2 * k : 2 * k + 2] for r in t.rows for c in r.cells]
        assert row[0] in own
        assert all(text in own for text in row if text.strip())


def test_one_offer_and_a_wish(folder, tmp_path):
    assert asked(folder, "L01", "--out", tmp_path / "one.docx").exit_code == 0
    assert len(docx.Document(tmp_path / "one.docx").tables) == 2
    done = asked(folder, "--land-mu", "400", "--power-kva", "500", "--json")
    result = next(e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "result")
    # 270,000 m² are 405 亩; slope is not known, and no park's power is
    first = result["answer"][0]
    assert (first["offer_id"], first["area"], first["land"], first["power"]) == ("L01", "clear", "unknown", "unknown")
    assert first["spare_m2"] == pytest.approx(270_000 - 400 * 2000 / 3, abs=0.1)
    # month's end: P1 leads in C17 and takes C26 in, its least price is not known; 60,000 万元 on 400 亩 are 150
    done = asked(folder, "--land-mu", "400", "--industry", "C17", "--investment", "60000", "--json")
    result = next(e for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "result")
    first = result["answer"][0]
    assert (first["industry"], first["intensity"], result["industries"]["P1"]["C17"]) == ("clear", "clear", "leads")
    assert result["offers"][0]["price_wan"] is None
    no = asked(folder, "--land-mu", "400", "--industry", "C15", "--investment", "400", "--lang", "en").output
    assert "industry: not met (not admitted)" in no
    assert "investment per mu: not met (1.00 ×10k yuan/mu, least here 20.00 ×10k yuan/mu)" in no
    for more in (["--industry", "太空"], ["--investment", "-1"], ["--park", "P9"], ["--land-mu", "nan"]):
        wrong = asked(folder, *more, "--lang", "en")
        assert wrong.exit_code == 2, more
        assert "Traceback" not in wrong.output
    alone = asked(folder, "L01", "--lang", "en").output
    assert "L01 " in alone
    assert "L02 " not in alone
    unknown = asked(folder, "L99", "--lang", "en")
    assert unknown.exit_code == 1
    assert "L99" in unknown.output
    assert "L01" in unknown.output
    for more in (
        ["L99", "--land-mu", "90"],
        ["L99", "--out", tmp_path / "b.docx"],
        ["--out", tmp_path / "b.odt"],
        ["--by", "soon"],
    ):
        wrong = asked(folder, *more, "--lang", "en")
        assert wrong.exit_code != 0
        assert "Traceback" not in wrong.output
    assert not list(tmp_path.glob("b.*"))


def test_uses_are_words_and_a_use_only_plan_stays(folder, monkeypatch):
    found = offering.offering(open_results(folder))
    planned = found.found.assign(use="100102", far_min=1.0, far_max=2.0)
    found = replace(found, found=planned[planned["kind"] == "land"])
    assert words.listed(found, "zh").loc[0, ["use", "far"]].tolist() == ["100102 二类工业用地", "1.00 – 2.00"]
    study = type(found.results.study)
    monkeypatch.setattr(study, "with_role", lambda self, *roles: (SimpleNamespace(use_only="plan" in roles),))
    assert words.listed(found, "zh").loc[0, ["use", "far"]].tolist() == ["", ""]
    assert {"xlsx", "csv", "gpkg", "docx"} <= set(offer_list.KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_says_its_price_who_is_near_and_what_the_park_takes_in(folder, tmp_path, language):
    own = tmp_path / "own"
    shutil.copytree(folder, own, symlinks=True)
    assert asked(own, "--lang", language).exit_code == 0
    unknown = words.listed(offering.offering(open_results(own)), language)
    assert unknown.loc[0, "price"] == say("word.not_known", language)
    shipped = land_price.FILE.read_text(encoding="utf-8")
    office.own(land_price.FILE, own).write_text(f"grade = 10\n{shipped}", encoding="utf-8")
    found = offering.offering(open_results(own))
    row = words.listed(found, language).loc[0]
    price = land_price.table(own).yuan_m2[10]
    assert found.found.loc[0, "price_wan"] == pytest.approx(270_000 * price / 10_000)
    assert row["price"] == number(270_000 * price / 10_000, "wan", language)
    # firms of the links within reach of P1, by hand: two of C18, two of C28 … as the chain map counts them
    near = open_results(own).table("chain_stations").query("park_id == 'P1' and firms > 0")
    assert dict(found.near["P1"].firms) == {i: int(n) for i, n in zip(near["industry"], near["firms"], strict=True)}
    assert all(industry in row["partners"] for industry in near["industry"].head(1))
    assert "C17" in row["industries"]
