"""The maps of resources and funds: the command, the files and the page say the same, and what nobody stated is open.

The park of the month's end (three parcels of 135 亩 as one site of 405) has a substation of 50 MVA with 20 used and 5
promised, and water of which nobody says what is used. F1 (C17, 12,000 万元 left) is linked with M2 by its file: M2
needs 7,500 less 1,500 in place; M1 is of its industry; F2 ended the day before.
"""

import shutil

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import luodi
from geo.basis.progress import silent
from layers.ask import funding, resourcing
from layers.outputs import fund_picture, resource_picture
from layers.serve.pages import drive_maps
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.released import open_results
from layers.text import LANGUAGES, code, say
from layers.words import fund_map, resource_map
from tests.month_end import CRS, X0, Y0

pytestmark = (
    pytest.mark.long
)  # short ones: test_resourcing, tests/geo/project/test_fundmap.py, tests/views/test_drive.py
FUNDS = """基金编号,基金名称,投资方向,基金规模,可投余额,存续期至,已投项目,联系人
F1,产业基金,C17,5亿元,12000万元,2030-12-31,M2,钱老板 13900001111
F2,旧基金,C26,1亿元,9000万元,2026-11-29,M1,
"""


@pytest.fixture(scope="module")
def results(month_end, tmp_path_factory):
    place = tmp_path_factory.mktemp("maps")
    folder = place / "study"
    shutil.copytree(month_end, folder, symlinks=True)
    rows = [("S1", "河东变", "电", "MVA", "50", "20", "5", "P1", "2020-01-01"),
            ("W1", "水厂", "水", "m3/d", "9000", "", "", "P1", "2020-01-01")]  # fmt: skip
    heads = ["设施编号", "设施名称", "资源类型", "计量单位", "能力上限", "已用量", "已承诺", "服务园区", "投产日期"]
    shapes = [shapely.Point(X0 + 100 * k, Y0 - 50) for k in range(len(rows))]
    given = gpd.GeoDataFrame(pd.DataFrame(rows, columns=heads), geometry=shapes, crs=CRS)
    given.to_file(place / "facilities.gpkg")
    (place / "funds.csv").write_text(FUNDS, encoding="utf-8")
    for file, role in (("facilities.gpkg", "facility"), ("funds.csv", "fund")):
        catalog.add(folder, place / file, {"role": role, "id": role})
    for until in ("place", "chain", "parklists", "libraries"):
        runs.update(folder, until, silent)
    return open_results(folder)


def told(results, command, out, language):
    done = CliRunner().invoke(luodi.cli, [command, str(results.folder), "--out", str(out), "--lang", language])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_resources_by_park_with_what_is_left(results, tmp_path, language):
    found = resourcing.resourcing(results)
    power, water = found.cells["P1", "power"], found.cells["P1", "water"]
    assert (power.limit, power.left, power.state) == (50.0, 25.0, "room")
    assert (water.left == water.left, water.state) == (False, "open")
    land = found.cells["P1", "land"]
    assert (round(land.left_hi, 6), land.state, land.count) == (405.0, "open", 1)  # no slope of it is known
    assert "account" in found.missing
    people = told(results, "resourcemap", tmp_path / "r.svg", language)
    assert "25.0 MVA" in people
    assert code("resourcekind", "account", language) in people, "that nobody brought accounts is said"
    assert "水厂" in people, "what nobody can tell is named"
    assert "25.0 MVA" in (tmp_path / "r.svg").read_text(encoding="utf-8")
    told(results, "resourcemap", tmp_path / "r.geojson", language)
    placed = gpd.read_file(tmp_path / "r.geojson")
    assert set(placed.geometry.geom_type) >= {"Point", "Polygon"}
    told(results, "resourcemap", tmp_path / "r.xlsx", language)
    made = drive_maps.on_ground(results, "resource", language)
    assert len(made.scene.dots) == 2
    assert "[" not in "".join(resource_map.text(found, language))
    assert resource_picture.svg(found, language).count("<rect") > 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_funds_linked_fitting_and_over(results, tmp_path, language):
    found = funding.funding(results)
    needs = {n.project_id: n for n in found.found.needs}
    assert (needs["M2"].state, needs["M2"].need_wan, needs["M2"].enough) == ("backed", 6000.0, "yes")
    assert (needs["M1"].state, needs["M1"].fits, needs["M1"].gone) == ("fits", ("F1",), ("F2",))
    assert "M6" not in needs, "who fails a gate asks for nothing"
    people = told(results, "fundmap", tmp_path / "f.xlsx", language)
    assert "6,000.00" in people
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    cells = {str(c) for page in book for row in page.iter_rows(values_only=True) for c in row if c}
    assert {"M2", "F1", "F2", code("fundstate", "expired", language)} <= cells
    picture = fund_picture.svg(found, language)
    for text in (people, picture, *cells):
        assert "13900001111" not in text
        assert "钱老板" not in text
    made = drive_maps.on_ground(results, "fund", language)
    assert {call.status for call in made.scene.calls} <= set(drive_maps.NEEDS)
    assert say("fundmap.not_brought", language) not in fund_map.notes(found, language)


def test_without_a_library_of_funds_the_map_says_so(results, monkeypatch):
    found = funding.funding(results)
    made = type(found)(results, type(found.found)((), found.found.needs, 0, False), 0)
    assert "--role fund" in fund_map.notes(made, "zh")[0]
