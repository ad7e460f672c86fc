"""The page that needs no network: every row, its why, the search; small enough to send; naughty strings run nowhere."""

import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers.outputs import files, lists, offline
from layers.outputs.projected import Legend, Projection
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say
from tests.district import CRS, box

NAUGHTY = [
    "</script><script>window.hit=1</script>", '<img src=x onerror="window.hit=1">', "{{7*7}}", "${window.hit=1}",
    "javascript:window.hit=1", "\u2028window.hit=1", '"><svg onload=window.hit=1>', "<!--<script>", "'--", "\x00\x1b",
]  # fmt: skip


def held(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_holds_every_row_with_its_reason(ranked_folder, tmp_path, language):
    results = open_results(ranked_folder)
    assert files.export(results, tmp_path / "a.html", "candidates", language) == 12
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    data = held(text)
    names = [c["name"] for c in data["columns"]]
    why = data["columns"][names.index("why")]
    assert len(why["codes"]) == 12
    assert set(data["colours"]) >= {code("status", s, language) for s in set(results.table("candidates")["status"])}
    assert not re.search(r"https?://(?!www\.w3\.org)", text.replace(json.dumps(data), ""))
    assert "default-src &#x27;none&#x27;" in text


def many(count, texts):
    frame = pd.DataFrame({
        "parcel_id": [f"3399002110000{k:05d}" for k in range(count)],
        "status": [("可用", "不可用", "待核实")[k % 3] for k in range(count)],
        "net_mu": np.arange(count) * 0.37, "why": [f"{texts[k % len(texts)]} 第{k % 97}条" for k in range(count)],
        **{f"cut_{j}_mu": np.round(np.arange(count) * 0.013 * j, 2) for j in range(12)},
        "conflicts": [texts[(k * 7) % len(texts)] for k in range(count)],
    })  # fmt: skip
    turn = np.linspace(0, 2 * np.pi, 41)[:-1]
    import shapely

    rings = [np.c_[k % 150 * 90 + 40 * np.cos(turn), k // 150 * 90 + 35 * np.sin(turn)] for k in range(count)]
    shapes = gpd.GeoSeries(shapely.polygons(rings) if count > 1 else [box(0, 0, 9, 9)], crs=CRS)
    look = Legend("status", {"可用": "#12806A", "不可用": "#CFC9C1", "待核实": "#8E86C4"})
    return Projection(frame, {"why": "原因"}, ("说明",), "zh", look), shapes


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_data_is_synthetic_stands_in_sight(language):
    made, shapes = many(1, ["甲"])
    warned = say("note.demonstration", language)
    for notes, seen in ((("a", warned), 1), (("a", "b"), 0)):
        page = offline.page(replace(made, notes=notes), shapes, "candidates", language)
        assert page.partition("<details>")[0].count(warned) == seen


def test_twenty_thousand_parcels_are_small_enough_to_send(tmp_path):
    made, shapes = many(20_000, ["压占永久基本农田，须避让", "位于城镇开发边界外", "未压占"])
    lists.write(made, tmp_path / "a.html", "candidates", tmp_path, shapes)
    assert (tmp_path / "a.html").stat().st_size < 15_000_000


@pytest.mark.browser
@pytest.mark.long
def test_case_71_in_a_browser_nothing_is_asked_for_and_nothing_runs(tmp_path):
    from playwright.sync_api import sync_playwright

    made, shapes = many(20_000, NAUGHTY)
    frame = made.frame.assign(status=[NAUGHTY[k % len(NAUGHTY)] for k in range(len(made.frame))])
    look = Legend("status", dict.fromkeys(NAUGHTY, "#12806A"))
    made = Projection(frame, {c: NAUGHTY[k % len(NAUGHTY)] for k, c in enumerate(frame)}, tuple(NAUGHTY), "zh", look)
    lists.write(made, tmp_path / "a.html", "candidates", tmp_path, shapes)
    asked, wrong = [], []
    with sync_playwright() as play:
        page = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"]).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto((tmp_path / "a.html").as_uri())
        page.fill("#find", "339900211000000042")
        page.locator("#rows tbody tr").first.click()
        assert page.locator("#rows tbody tr").count() == 1
        assert "339900211000000042" in page.locator("#why h2").inner_text()
        page.fill("#find", "onerror")
        assert page.locator("#rows tbody tr").count() == offline.MOST
        assert page.evaluate("window.hit") is None
    assert len(asked) == 1, asked
    assert wrong == []
