"""Evaluation per mu in a study: an annual sheet, the year that switches benchmarks, land of grade D on the list."""

import pytest

from geo.basis.progress import silent
from layers.outputs.project import projection
from layers.serve.pages import idle_desk
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.layers.study.registers.test_idle import row, study
from tests.layers.study.registers.test_inefficient import BUILT
from tests.views import studies

SHEET = """
[[layers]]
id = "annual"
role = "signal"
title = "亩均评价数据"
source = "inputs/annual.csv"
vintage = 2026-10-31
fields = { enterprise_id = "企业", name = "名称", year = "年度", scale = "规模", asset_id = "供地", land_mu = "用地", \
tax_wan = "税收", power_kwh = "用电" }
"""
ANNUAL = """企业,名称,年度,规模,供地,用地,税收,用电
F1,甲厂,2022,规下,G-1,10,0.1,100000000
F2,乙厂,2022,规下,G-2,10,231.864,9858163
F2,乙厂,2021,规下,G-2,10,231.864,9858163
F3,丙厂,2022,,,10,5,1000
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    rows = [row(编号="G-1", 地块="p01", **BUILT), row(编号="G-2", 地块="p02", **BUILT)]
    place = study(tmp_path_factory.mktemp("mu") / "study", rows, SHEET, annual=ANNUAL)
    text = (place / "study.toml").read_text(encoding="utf-8")
    asked = '[study]\nmu = ["inputs/mu.toml"]\ninefficient = ["mu-grade"]'
    (place / "study.toml").write_text(text.replace("[study]", asked, 1), encoding="utf-8")
    from layers.study.registers.mu import FOLDER

    body = (FOLDER / "huangyan.toml").read_text(encoding="utf-8")
    body = body[: body.index("[[grades]]")]
    grades = "".join(f'[[grades]]\ngrade = "{g}"\n{"" if g == "D" else f"least = {v}"}\n'
                     for g, v in (("A", 90.0), ("B", 70.0), ("C", 50.0), ("D", 0.0)))  # fmt: skip
    (place / "inputs" / "mu.toml").write_text(body + grades, encoding="utf-8")
    runs.update(place, "inefficient", silent)
    return open_results(place)


def test_every_enterprise_of_every_year_has_its_grade(results):
    found = results.table("mu_evaluation").set_index(["enterprise_id", "year"])
    assert found["grade"].to_dict() == {("F1", 2022): "D", ("F2", 2022): "A", ("F2", 2021): "", ("F3", 2022): ""}
    assert found.loc[("F2", 2022), "score"] == pytest.approx(125.0, abs=0.01), "75 of tax per mu, capped, and 50"


def test_land_of_grade_d_is_on_the_list_of_inefficient_land(results):
    met = results.table("inefficient").set_index("asset_id")["met"]
    assert met.to_dict() == {"G-1": "yes", "G-2": "no"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_told_in_words(results, language):
    told = projection(results, "mu_evaluation", language).frame
    assert len(told) == 4
    assert not told.astype(str).apply(lambda c: c.str.contains(r"\[")).to_numpy().any()


def test_the_page_shows_the_land_of_a_year_by_grade(results, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(results.folder))
    page = studies.open_page(studies.ROOT / "views" / "main.py", "idle")
    page.query_params["lang"] = "zh"
    page.query_params["select"] = "asset:G-2"
    page.run()
    assert not page.exception
    assert page.selectbox(key="idle-mu-year").options == ["2022", "2021"]
    text = " ".join(str(h.proto.body) for h in page.get("html"))
    assert "2022 年度：A" in text
    assert "2021 年度：待核实" in text or "2021 年度：未知" in text
    desk = idle_desk.desk(results, results.study.as_of)
    assert desk.grades(2022) == {"G-1": "D", "G-2": "A"}
    assert desk.grades(2021) == {"G-2": ""}
    everything = tuple(desk.counts)
    worst = [a for a, g in desk.grades(2022).items() if g == "D"]
    assert desk.ids(everything, "", worst) == ["G-1"]
    urls = {desk.map.url(everything), desk.map.url(everything, worst), desk.map.url(everything, [])}
    assert len(urls) == 3
    lon, lat = desk.map.view_of("G-2", (400, 400))[1], desk.map.view_of("G-2", (400, 400))[0]
    assert desk.map.at(lon, lat, everything) == "G-2"
    assert desk.map.at(lon, lat, everything, worst) in (None, "G-1")
