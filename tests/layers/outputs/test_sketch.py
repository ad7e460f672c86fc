"""The location map shows the red line, the cut and the control lines, and says what it cannot show."""

import io
import math
import shutil
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from geo.basis.progress import silent
from layers.ask.redline import RedlineAnswer
from layers.library import kinds
from layers.outputs import fonts, sketch
from layers.study import checks
from tests.layers.outputs import joint_study


@pytest.fixture(scope="module")
def answer(joint_folder):
    return RedlineAnswer(checks.open_check(joint_folder, "甲"))


def picture(made):
    return np.asarray(Image.open(io.BytesIO(made.png)).convert("RGB")).astype(int)


def near(pixels, colour, far=40):
    """Tell which pixels are close to a colour."""
    wanted = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)])
    return np.abs(pixels - wanted).sum(axis=2) < far


def test_size_and_layers(answer):
    made = sketch.draw(answer, "zh")
    pixels = picture(made)
    assert pixels.shape == (sketch.HEIGHT, sketch.WIDTH, 3)
    assert made.notes == ()
    ground = pixels[:, : sketch.MAP_WIDTH]
    for colour in (
        sketch.RED,
        sketch.CUT,
        kinds.look("basic_farmland").colour,
        sketch.GROUPS["cultivated"],
        sketch.PARK,
    ):
        assert near(ground, colour).sum() > 60, colour
    assert near(ground, kinds.look("ecological_redline").colour).sum() < 50  # it lies outside the view or is tiny


def test_the_red_line_stands_where_it_belongs(answer):
    """250 × 150 m, centred: its frame on the picture has that shape and the scale of the view."""
    ground = near(picture(sketch.draw(answer, "en")), sketch.RED)[:, : sketch.MAP_WIDTH]
    rows, columns = np.flatnonzero(ground.any(axis=1)), np.flatnonzero(ground.any(axis=0))
    high, wide = np.ptp(rows), np.ptp(columns)
    assert wide / high == pytest.approx(250 / 150, rel=0.03)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(sketch.MAP_WIDTH / 2, abs=3)
    metre = min(sketch.MAP_WIDTH / (250 + 300), sketch.HEIGHT / (150 + 300))
    assert wide == pytest.approx(250 * metre, abs=8)


def test_the_fabric_is_that_of_the_check_whatever_became_of_the_file(answer, joint_folder, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(joint_folder, folder, symlinks=True)
    frame = joint_study.parcels().assign(SSYQ="K1", QSXZ="20", GYZT="已建")
    (folder / "inputs" / "parcels.gpkg").unlink()
    frame.to_file(folder / "inputs" / "parcels.gpkg", layer="parcels")
    made = sketch.draw(RedlineAnswer(checks.open_check(folder, "甲")), "zh")
    assert made == sketch.draw(answer, "zh")


def test_a_fabric_that_may_not_leave_is_not_drawn(joint_folder, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(joint_folder, folder, symlinks=True)
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('role = "parcels"', 'role = "parcels"\nuse_only = true'), encoding="utf-8")
    made = sketch.draw(RedlineAnswer(checks.open_check(folder, "甲")), "zh")
    assert "sketch_without_fabric" in [n.code for n in made.notes]
    assert near(picture(made), sketch.GROUPS["cultivated"], 6).sum() == 0


def test_a_cut_along_a_use_only_layer_is_not_drawn(joint_folder, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(joint_folder, folder, symlinks=True)
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('id = "basic_farmland"', 'id = "basic_farmland"\nuse_only = true'), encoding="utf-8")
    made = sketch.draw(RedlineAnswer(checks.again(folder, "甲", silent)), "zh")
    assert [n.code for n in made.notes] == ["sketch_without_cut"]
    assert near(picture(made)[:, : sketch.MAP_WIDTH], kinds.look("basic_farmland").colour).sum() == 0


def test_without_a_chinese_font_the_legend_is_english_and_it_is_said(answer, monkeypatch):
    monkeypatch.setattr(fonts, "chinese", lambda: None)
    made = sketch.draw(answer, "zh")
    assert [n.code for n in made.notes] == ["sketch_without_font"]
    assert picture(made).shape == (sketch.HEIGHT, sketch.WIDTH, 3)


def test_the_same_check_is_the_same_picture(answer):
    assert sketch.draw(answer, "zh").png == sketch.draw(answer, "zh").png


def test_dashes_cover_their_share_of_a_bent_line():
    line = [(0.0, 0.0), (100.0, 0.0), (100.0, 85.0), (40.0, 85.0)]
    dashes = sketch._dashed(line, (10, 5))
    drawn = sum(math.dist(a, b) for dash in dashes for a, b in pairwise(dash))
    assert drawn == pytest.approx(245 * 10 / 15, abs=5)
    assert all(sum(math.dist(a, b) for a, b in pairwise(d)) <= 10 + 1e-9 for d in dashes)


@pytest.mark.parametrize(("metres", "expected"), [(0.9, 0.5), (7, 5), (180, 100), (2500, 2000), (1000, 1000)])
def test_scale_bars_are_round(metres, expected):
    assert sketch._round_length(metres) == expected
