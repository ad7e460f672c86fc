"""A planner's own county, in Chinese, without a terminal: from an empty folder to a list as a file, clicks counted."""

import re

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from layers.library import kinds
from layers.study import packs, spec
from layers.study.local_rules import FILE
from layers.study.run.released import open_results
from layers.text import code, say
from layers.words.explain import rule_title
from tests.browser.steps import press, settled, until
from tests.layers.sources import make

pytestmark = pytest.mark.browser
EAST, NORTH, SIDE = 362_000.0, 3_178_000.0, 2_000.0
CLICKS = 25
RULE = "cultivated-land"


def box(x, y, w, h):
    return shapely.box(EAST + x, NORTH + y, EAST + x + w, NORTH + y + h)


def sent(folder):
    """Write what departments send: a land survey, farmland, an outline, and a red line that lost its .prj."""
    folder.mkdir()
    points = np.random.default_rng(5).uniform([EAST, NORTH], [EAST + SIDE, NORTH + SIDE], (40, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=box(0, 0, SIDE, SIDE)))
    cells = shapely.intersection(cells, box(0, 0, SIDE, SIDE))
    land = np.where(np.arange(len(cells)) % 3 == 0, "0101", "0301")
    area = shapely.area(cells)
    ids = [f"3308{k:04d}" for k in range(len(cells))]
    survey = {
        "BSM": ids, "YSDM": "2001010100", "TBBH": ids, "DLBM": land,
        "DLMC": np.where(land == "0101", "水田", "乔木林地"), "QSXZ": "30", "QSDWMC": "甲村", "TBMJ": area,
        "KCXS": 0.0, "TBDLMJ": area,
    }  # fmt: skip
    frame = gpd.GeoDataFrame(survey, geometry=cells, crs=make.GK)
    pyogrio.write_dataframe(frame, folder / "DLTB.shp", encoding="UTF-8")
    farm = {"YJJBNTTBBH": ["1"], "YJJBNTTBMJ": [1.0], "BHKSSJ": ["2022"], "DLBM": ["0101"]}
    pyogrio.write_dataframe(gpd.GeoDataFrame(farm, geometry=[box(-50, -50, 1300, 2200)], crs=make.GK),
                            folder / "YJJBNTTB.gpkg", layer="YJJBNTTB")  # fmt: skip
    line = {"XJXZQDM": ["330881"], "LHLX": ["水源涵养"], "LHDM": ["1"], "MJ": [1.0]}
    red = gpd.GeoDataFrame(line, geometry=[box(1500, 1500, 600, 600)], crs=make.GK)
    pyogrio.write_dataframe(red, folder / "STBHHX.shp", encoding="UTF-8")
    (folder / "STBHHX.prj").unlink()
    (folder / "说明.docx").write_bytes(b"PK")
    return folder


class Mouse:
    """Presses what it is given, and counts."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def __call__(self, what, within=None):
        self.clicks += 1
        press(self.page, self.page.locator(what) if isinstance(what, str) else what)

    def menu(self, name):
        self(self.page.get_by_test_id("stTopNavLinkContainer").filter(has_text=say(f"ui.page_{name}", "zh")))
        settled(self.page)

    def type(self, where, text):
        settled(self.page)
        field = self.page.locator(where).first
        field.fill(text)
        field.press("Enter")
        settled(self.page)


def run(page, mouse):
    """Press Run and wait until nothing is late any more."""
    mouse(".st-key-run button")
    page.locator(".st-key-running").first.wait_for()
    page.locator(".st-key-running").first.wait_for(state="detached", timeout=300_000)
    settled(page)


def start(page, mouse, files):
    """From the empty folder to the study and its first delivery."""
    page.locator(".ld-files").first.set_input_files(files)
    mouse.clicks += 1
    page.locator(".lu-note", has_text="EPSG:4549").first.wait_for()
    settled(page)
    mouse(".st-key-new-create button")
    page.locator(".st-key-arrival-take").first.wait_for(timeout=180_000)
    settled(page)


def test_from_an_empty_folder_to_the_list_as_a_file(page, serve, tmp_path):
    folder, delivery = tmp_path / "本县", sent(tmp_path / "交付")
    folder.mkdir()
    page.goto(f"{serve(folder)}/?lang=zh")
    page.locator(".lu-lead").first.wait_for()
    mouse = Mouse(page)
    start(page, mouse, sorted(delivery.iterdir()))
    assert spec.read(folder).crs == "EPSG:4549"
    assert page.get_by_text("说明.docx").count() == 1, "what is no data is listed"

    mouse(page.locator(".st-key-arrival-complete label"))
    mouse(".st-key-arrival-take button")
    page.locator("[class*='st-key-refused-']").first.wait_for(timeout=180_000)
    mouse("[class*='st-key-lift-'] button")
    until(page, lambda: spec.read(folder).layer("ecological_redline") is not None, True)
    settled(page)
    layers = spec.read(folder).layers
    assert {"parcels", "basic_farmland", "ecological_redline"} <= {s.id for s in layers}
    assert all(s.coverage == "complete" for s in layers if s.role == "constraint")

    mouse.menu("rules")
    assert "参与判断" in page.locator(".lu-lead").first.inner_text()
    run(page, mouse)
    results = open_results(folder)
    out = results.table("candidates").query("status == 'excluded'")["parcel_id"].iloc[0]

    mouse.menu("screen")
    why_it_is_out(page, mouse, results, out)
    keep_a_limit(page, mouse, folder, results)
    run(page, mouse)
    the_file_says_what_the_page_says(page, mouse, folder, tmp_path)
    assert mouse.clicks <= CLICKS, mouse.clicks


def why_it_is_out(page, mouse, results, parcel):
    """Find a parcel, pick its row, and read which rule puts it out."""
    mouse.type(".st-key-find input", parcel)
    page.get_by_text(say("ui.rows_some", "zh", found=1, total=len(results.table("candidates")))).first.wait_for()
    mouse.clicks += 1
    until(page, lambda: picked(page, parcel), True)
    settled(page)
    verdicts = results.parcel_row("verdicts", parcel)
    culprit = next(r for r in results.rules if r.id in set(verdicts.loc[verdicts["outcome"] == "conflict", "rule_id"])
                   and r.binding == "exclude")  # fmt: skip
    told = page.locator(".st-key-why").first.inner_text()
    assert code("status", "excluded", "zh") in told
    assert rule_title(results, culprit, "zh") in told


def picked(page, parcel):
    """Press the box of the first row, unless the panel speaks of the parcel already."""
    if page.locator(".st-key-why .lu-id", has_text=parcel).count():
        return True
    settled(page)
    grid = page.locator("[class*='st-key-list-'] [data-testid='stDataFrame']").first
    grid.evaluate("e => e.scrollIntoView({block: 'center'})")
    corner = grid.bounding_box()
    page.mouse.click(corner["x"] + 18, corner["y"] + 36 + 15)
    page.wait_for_timeout(3000)
    return page.locator(".st-key-why .lu-id", has_text=parcel).count() > 0


def keep_a_limit(page, mouse, folder, results):
    """Turn a limit on trial and keep it as a local override, by person and ground."""
    mouse(page.locator(".st-key-side").get_by_text(say("uitrial.side_trial", "zh"), exact=True))
    mouse(".st-key-trial-rule input")
    title = rule_title(results, results.rule(RULE), "zh")
    mouse(page.get_by_role("option", name=title, exact=True))
    mouse.type(f"[class*='{RULE}-threshold'] input", "5000")  # that of this rule, however late it comes
    page.locator(".st-key-trialbar").first.wait_for()
    mouse(page.get_by_text(say("uitrial.keep", "zh"), exact=True))
    mouse.type(".st-key-trial-person input", "周工")
    mouse.type(".st-key-trial-why input", "县规委会纪要 <b>7</b> 号")
    mouse(".st-key-trial-keep button")
    until(page, lambda: FILE in spec.read(folder).rules, True)
    rule = next(r for r in packs.effective_rules(spec.read(folder), folder) if r.id == RULE)
    assert rule.threshold == 5000.0
    assert "周工" in rule.source
    assert "<b>7</b>" in rule.source


def the_file_says_what_the_page_says(page, mouse, folder, tmp_path):
    """The list as a file has the rows of the table, in its order, and as many as the page counts."""
    mouse.menu("outputs")
    mouse(".st-key-make-candidates-xlsx button")
    ready = page.locator(".st-key-get-candidates-xlsx button")
    ready.wait_for()
    with page.expect_download() as loading:
        mouse(ready)
    file = tmp_path / "list.xlsx"
    loading.value.save_as(file)
    ids = open_results(folder).table("candidates")["parcel_id"].tolist()
    sheet = openpyxl.load_workbook(file).worksheets[0]
    cells = [str(v) for row in sheet.iter_rows(values_only=True) for v in row[:2] if v is not None]
    assert [c for c in cells if c in set(ids)] == ids
    told = page.locator(".lu-good").first.inner_text()
    assert re.search(r"\d+", told).group()
    assert f"{len(ids)} 行" in told


def test_kinds_named_here_exist():
    assert all(kinds.kinds().get(k) for k in ("parcels", "basic_farmland", "ecological_redline"))
