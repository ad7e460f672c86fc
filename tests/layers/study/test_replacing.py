"""Newer data in the place of a layer's: settings stay, what changed is told, and what blocks changes nothing."""

import json
from datetime import date

import geopandas as gpd
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError, CallError
from layers.study import catalog, replacing, spec
from layers.study.run.released import open_results
from layers.text import LANGUAGES, say
from layers.words import replaced as words
from tests import district
from tests.cases import base

GIVEN = {
    "role": "constraint", "id": "farm", "coverage": "complete", "vintage": date(2024, 12, 31), "class": "MC",
    "owner": "农业农村局", "where": "MC != '丙'",
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    folder = base.study(tmp_path / "study")
    base.farm().to_file(tmp_path / "farm.gpkg")
    catalog.add(folder, tmp_path / "farm.gpkg", GIVEN)
    return folder


@pytest.fixture
def newer(tmp_path):
    path = tmp_path / "farm2025.gpkg"
    shapes = [base.box(0, 0, 100, 100), base.box(200, 0, 300, 100), base.box(300, 0, 350, 100)]
    gpd.GeoDataFrame({"MC": ["甲", "乙", "丁"], "ND": [2025] * 3}, geometry=shapes, crs=base.CRS).to_file(path)
    return path


def test_settings_stay_and_what_changed_is_told(study, newer):
    before = spec.read(study).layer("farm")
    made = replacing.replace(study, "farm", newer, {"vintage": date(2025, 12, 31)})
    after = spec.read(study).layer("farm")
    assert after == before.model_copy(update={"source": after.source, "vintage": date(2025, 12, 31)})
    assert after.source != before.source
    assert (study / before.source).exists(), "the old file stays"
    assert (made.before.rows, made.after.rows) == (2, 3)
    assert made.after.area_m2 - made.before.area_m2 == pytest.approx(5000.0)
    assert made.after.columns - made.before.columns == {"ND"}


def test_a_file_in_the_place_of_a_copied_table_comes_from_no_table(study, newer):
    path = study / spec.FILE
    origin = 'origin = { table = "postgis:county/gis.farm", rows = 2, sum = "1", on = 2025-01-01 }'
    path.write_text(
        path.read_text(encoding="utf-8").replace('id = "farm"\n', f'id = "farm"\n{origin}\n'), encoding="utf-8"
    )
    assert spec.read(study).layer("farm").origin.table == "postgis:county/gis.farm"
    replacing.replace(study, "farm", newer, {"vintage": date(2025, 12, 31)})
    assert spec.read(study).layer("farm").origin is None


def test_the_order_of_layers_and_the_comments_stay(study, newer):
    path = study / spec.FILE
    path.write_text("# 备注\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    order = [s.id for s in spec.read(study).layers]
    replacing.replace(study, "farm", newer, {"vintage": date(2025, 12, 31)})
    assert [s.id for s in spec.read(study).layers] == order
    assert path.read_text(encoding="utf-8").startswith("# 备注")


def test_the_day_of_the_data_is_asked_for(study, newer):
    with pytest.raises(CallError) as refused:
        replacing.replace(study, "farm", newer, {})
    assert refused.value.reasons[0].code == "replace_without_vintage"


def test_a_field_that_is_gone_blocks_and_changes_nothing(study, newer, tmp_path):
    lost = tmp_path / "lost.gpkg"
    gpd.read_file(newer).rename(columns={"MC": "NAME"}).to_file(lost)
    before = (study / spec.FILE).read_bytes()
    inputs = sorted(p.name for p in (study / "inputs").iterdir())
    with pytest.raises(BlockedError) as refused:
        replacing.replace(study, "farm", lost, {"vintage": date(2025, 12, 31)})
    assert "replace_loses_columns" in {r.code for r in refused.value.reasons} | {"field_missing"}
    assert (study / spec.FILE).read_bytes() == before
    assert sorted(p.name for p in (study / "inputs").iterdir()) == inputs
    made = replacing.replace(study, "farm", lost, {"vintage": date(2025, 12, 31), "class": "NAME", "where": ""})
    assert made.after.rows == 3


def test_a_layer_that_is_not_there(study, newer):
    for call in (lambda: replacing.replace(study, "x", newer, {}), lambda: replacing.remove(study, "x")):
        with pytest.raises(CallError) as refused:
            call()
        assert refused.value.reasons[0].code == "layer_id_unknown"


def test_taken_out(study):
    source = spec.read(study).layer("farm").source
    replacing.remove(study, "farm")
    assert spec.read(study).layer("farm") is None
    assert (study / source).exists()
    for layer in [s.id for s in spec.read(study).layers]:
        replacing.remove(study, layer)
    assert spec.read(study).layers == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_words(study, newer, language):
    made = replacing.replace(study, "farm", newer, {"vintage": date(2025, 12, 31)})
    text = "\n".join(words.lines(made, study, language))
    assert "ND" in text
    assert "[" not in text


def test_a_file_of_another_kind_is_asked_about(tmp_path):
    folder = base.study(tmp_path / "study")
    base.farm().rename(columns={"MC": "DLBM"}).to_file(tmp_path / "YJJBNTTB.gpkg")
    catalog.add(folder, tmp_path / "YJJBNTTB.gpkg", {"role": "constraint", "id": "basic_farmland"})
    town = base.farm().assign(GHFQDM="110", GHFQMC="集中建设区", XZQDM="331100", DLBM="0101")
    town.to_file(tmp_path / "CZKFBJ.gpkg")
    with pytest.raises(BlockedError) as refused:
        replacing.replace(folder, "basic_farmland", tmp_path / "CZKFBJ.gpkg", {})
    assert [r.code for r in refused.value.reasons] == ["replace_other_kind"]
    replacing.replace(folder, "basic_farmland", tmp_path / "CZKFBJ.gpkg", {"accept": (replacing.OTHER_KIND,)})
    assert spec.read(folder).layer("basic_farmland").accept == (), "said once, not kept"


def test_what_somebody_else_changed_meanwhile_stays(study, newer, monkeypatch):
    """Between the check and the writing another planner names the office anew: both changes stand."""
    moved = replacing.staged.moved

    def late(*given):
        path = study / spec.FILE
        path.write_text(path.read_text(encoding="utf-8").replace("农业农村局", "自然资源局"), encoding="utf-8")
        return moved(*given)

    monkeypatch.setattr(replacing.staged, "moved", late)
    replacing.replace(study, "farm", newer, {"vintage": date(2025, 12, 31)})
    after = spec.read(study).layer("farm")
    assert (after.owner, after.vintage) == ("自然资源局", date(2025, 12, 31))


def test_a_new_coverage_comes_along(study, newer, tmp_path):
    area = tmp_path / "area.gpkg"
    gpd.GeoDataFrame(geometry=[base.box(0, 0, 200, 200)], crs=base.CRS).to_file(area)
    replacing.replace(study, "farm", newer, {"vintage": date(2025, 12, 31), "coverage": str(area)})
    coverage = spec.read(study).layer("farm").coverage
    assert coverage.startswith("inputs/")
    assert (study / coverage).exists()


def test_verdicts_that_moved_are_told_when_asked(own_district, tmp_path):
    newer = tmp_path / "newer.gpkg"
    shapes = [district.box(100, 0, 300, 100)]  # p02 as before, p03 anew, p01 free again
    gpd.GeoDataFrame({"n": [1]}, geometry=shapes, crs=district.CRS).to_file(newer)
    words_ = ["add", str(own_district), str(newer), "--replace", "farm", "--vintage", "2026-10-01", "--screen"]
    done = CliRunner().invoke(luodi.cli, [*words_, "--accept", "other-kind", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads([line for line in done.output.splitlines() if '"rows"' in line][-1])
    moved = {row["parcel_id"]: (row["status_a"], row["status_b"]) for row in told["rows"]}
    assert moved["p03"] == ("eligible", "excluded")
    assert "p01" in moved
    assert "p02" not in moved


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_judgement_is_made_and_said_to_be_one(study, newer, language):
    words_ = ["add", str(study), str(newer), "--replace", "farm", "--vintage", "2025-12-31", "--screen"]
    done = CliRunner().invoke(luodi.cli, [*words_, "--lang", language])
    assert done.exit_code == 0, done.output
    assert say("replaced.no_run_before", language) in done.output
    assert open_results(study).has("candidates")


@pytest.mark.parametrize(
    "more", ["--screen", "--role constraint --screen", "--replace farm --take 1", "--replace farm --as 1=farm"]
)
def test_what_would_be_done_for_nothing_is_refused(study, newer, more):
    done = CliRunner().invoke(luodi.cli, ["add", str(study), str(newer), *more.split(), "--lang", "en"])
    assert done.exit_code == 2
    assert "--replace" in done.output
