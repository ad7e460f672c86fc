"""The map of a dossier shows its ground, cut and control lines at a true scale, and says what it cannot show."""

import io
import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from geo.basis.progress import silent
from layers.ask.redline import RedlineAnswer
from layers.library import grounds, kinds
from layers.outputs import fonts, ground_map, picture
from layers.outputs.ground_map import LEGEND, LOCATION, OVERLAY
from layers.study import checks
from layers.study.run.results import open_results
from tests.contracts.secrets import planted
from tests.layers.outputs import joint_study

PADDY = next(look.colour for look in grounds.looks() if look.id == "paddy")


@pytest.fixture(scope="module")
def answer(joint_folder):
    return RedlineAnswer(checks.open_check(joint_folder, "甲"))


def pixels(made):
    return np.asarray(Image.open(io.BytesIO(made.png)).convert("RGB")).astype(int)


def part(seen, box):
    left, top, wide, high = box
    return seen[top : top + high, left : left + wide]


def near(seen, colour, far=40):
    """Tell which pixels are close to a colour."""
    wanted = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)])
    return np.abs(seen - wanted).sum(axis=2) < far


def test_size_and_layers(answer):
    made = ground_map.of_check(answer, "zh")
    seen = pixels(made)
    assert seen.shape == (ground_map.HEIGHT, ground_map.WIDTH, 3)
    assert made.notes == ()
    for colour in (ground_map.RED, ground_map.CUT, kinds.look("basic_farmland").colour, PADDY, ground_map.PARK):
        assert near(part(seen, OVERLAY), colour).sum() > 60, colour
    assert near(part(seen, LOCATION), ground_map.RED).sum() > 30
    assert near(part(seen, LEGEND), ground_map.RED).sum() > 30


def test_the_red_line_stands_where_it_belongs(answer):
    """250 × 150 m, centred: its frame on the picture has that shape and the scale of the view."""
    ground = near(part(pixels(ground_map.of_check(answer, "en")), OVERLAY), ground_map.RED)
    rows, columns = np.flatnonzero(ground.any(axis=1)), np.flatnonzero(ground.any(axis=0))
    high, wide = np.ptp(rows), np.ptp(columns)
    assert wide / high == pytest.approx(250 / 150, rel=0.03)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(OVERLAY[2] / 2, abs=4)
    metre = min(OVERLAY[2] / (250 + 300), OVERLAY[3] / (150 + 300))
    assert wide == pytest.approx(250 * metre, abs=8)


def test_the_bar_is_as_long_as_it_says():
    canvas = picture.Canvas(800, 400)
    panel = picture.Panel(canvas, (0, 0, 800, 400), (0.0, 0.0, 1000.0, 300.0), "#FFFFFF")
    length = panel.scale_bar()
    assert panel.metre == pytest.approx(0.8)
    seen = np.asarray(Image.open(io.BytesIO(canvas.png())).convert("RGB")).astype(int)
    bar = near(seen, picture.INK)[-20:-8]
    columns = np.flatnonzero(bar.any(axis=0))
    assert np.ptp(columns) == pytest.approx(length * panel.metre, abs=3)


def test_a_site_and_a_parcel_have_the_same_kind_of_map(run_district):
    results = open_results(run_district)
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id").geometry
    for language in ("zh", "en"):
        made = ground_map.of_shape(results, parcels["p01"], "地块 p01", language)
        assert near(part(pixels(made), OVERLAY), ground_map.RED).sum() > 100
        assert made == ground_map.of_shape(results, parcels["p01"], "地块 p01", language)
    assert ground_map.of_shape(results, None, "", "zh") is None
    assert ground_map.of_shape(results, shapely.Point(0, 0), "", "zh") is None


def test_the_fabric_is_that_of_the_check_whatever_became_of_the_file(answer, joint_folder, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(joint_folder, folder, symlinks=True)
    frame = joint_study.parcels().assign(SSYQ="K1", QSXZ="20", GYZT="已建")
    (folder / "inputs" / "parcels.gpkg").unlink()
    frame.to_file(folder / "inputs" / "parcels.gpkg", layer="parcels")
    made = ground_map.of_check(RedlineAnswer(checks.open_check(folder, "甲")), "zh")
    assert made == ground_map.of_check(answer, "zh")


def test_a_fabric_that_may_not_leave_is_not_drawn(joint_folder, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(joint_folder, folder, symlinks=True)
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('role = "parcels"', 'role = "parcels"\nuse_only = true'), encoding="utf-8")
    made = ground_map.of_check(RedlineAnswer(checks.open_check(folder, "甲")), "zh")
    assert "sketch_without_fabric" in [n.code for n in made.notes]
    assert near(pixels(made), PADDY, 6).sum() == 0


def test_a_cut_along_a_use_only_layer_is_not_drawn(joint_folder, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(joint_folder, folder, symlinks=True)
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('id = "basic_farmland"', 'id = "basic_farmland"\nuse_only = true'), encoding="utf-8")
    made = ground_map.of_check(RedlineAnswer(checks.again(folder, "甲", silent)), "zh")
    assert [n.code for n in made.notes] == ["sketch_without_cut"]
    assert near(pixels(made), kinds.look("basic_farmland").colour).sum() == 0


def test_a_use_only_layer_changes_nothing_in_the_map_of_a_parcel(tmp_path, monkeypatch):
    """Its picture is that of a run whose study never had the layer."""
    results = planted(tmp_path / "study", secret=True)
    shape = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id").geometry["p06"]
    made = ground_map.of_shape(results, shape, "地块 p06", "zh")
    bare = results.study.model_copy(update={"layers": tuple(s for s in results.study.layers if s.id != "canarylayer")})
    monkeypatch.setitem(vars(results), "study", bare)
    assert ground_map.of_shape(results, shape, "地块 p06", "zh") == made


def test_without_a_chinese_font_the_legend_is_english_and_it_is_said(answer, monkeypatch):
    monkeypatch.setattr(fonts, "chinese", lambda: None)
    made = ground_map.of_check(answer, "zh")
    assert [n.code for n in made.notes] == ["sketch_without_font"]
    assert pixels(made).shape == (ground_map.HEIGHT, ground_map.WIDTH, 3)


def test_the_same_check_is_the_same_picture(answer):
    assert ground_map.of_check(answer, "zh").png == ground_map.of_check(answer, "zh").png


def test_a_name_is_never_a_formula(run_district):
    results = open_results(run_district)
    shape = gpd.GeoDataFrame(results.table("parcels")).geometry.iloc[0]
    for name in ("$x^2$", "$\\frac{1}{0}$", "a$b", "\\$", "甲" * 99, ""):
        assert ground_map.of_shape(results, shape, name, "zh").png


@pytest.mark.parametrize(("metres", "expected"), [(0.9, 0.5), (7, 5), (180, 100), (2500, 2000), (1000, 1000)])
def test_scale_bars_are_round(metres, expected):
    assert picture.round_length(metres) == expected
