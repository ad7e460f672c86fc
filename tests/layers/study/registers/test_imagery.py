"""Images in a study: declared with their bands and day, read for parcels, plots and roofs."""

import io
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin
from shapely import box

from geo.basis.errors import BlockedError, SpecError
from geo.basis.progress import silent
from layers.serve.draw.mercator import to_square
from layers.serve.draw.published import SHELF
from layers.serve.pages.board import board
from layers.serve.pages.image_desk import seen_images
from layers.study import catalog, spec
from layers.study.registers import imagery as study_imagery
from layers.study.run import runs
from layers.study.run.results import open_results
from tests import district

BARE, BUILT = (176, 150, 118, 138), (158, 152, 148, 128)
BANDS = {"red": 1, "green": 2, "blue": 3, "nir": 4}


def picture(path, east_built):
    """Ten-metre cells over the twelve parcels: the western half bare, the eastern half as asked."""
    cells = np.empty((4, 30, 40), np.uint8)
    for k in range(4):
        cells[k] = BARE[k]
        cells[k, :, 20:] = (BUILT if east_built else BARE)[k]
    cells[:, 0, 0] = 0
    cells[:3, 29, 0] = 251  # as bright as cloud
    where = from_origin(district.X0, district.Y0 + 300, 10, 10)
    with rasterio.open(path, "w", driver="GTiff", width=40, height=30, count=4, dtype="uint8", nodata=0,
                       crs=district.CRS, transform=where) as out:  # fmt: skip
        out.write(cells)
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = district.write(tmp_path_factory.mktemp("imagery") / "study")
    for year, built in ((2024, False), (2026, True)):
        file = picture(folder.parent / f"{year}.tif", built)
        catalog.add(folder, file, {"id": f"image_{year}", "role": "raster", "kind": "imagery", "bands": BANDS,
                                   "vintage": date(year, 10, 1)})  # fmt: skip
    runs.update(folder, "imagery", silent)
    return folder


def test_every_parcel_is_read_on_both_days_and_the_change_between(study):
    results = open_results(study)
    seen = results.table("imagery").set_index(["unit_id", "layer_id"])
    assert seen.loc[("p03", "image_2024"), "bare_share"] == pytest.approx(1.0)
    assert seen.loc[("p03", "image_2026"), "built_share"] == pytest.approx(1.0)
    assert seen.loc[("p01", "image_2026"), ["bare_share", "unknown_share"]].tolist() == pytest.approx([0.99, 0.01])
    assert seen.loc[("p09", "image_2026"), "unknown_share"] == pytest.approx(0.01)  # no data
    changed = results.table("imagery_change").set_index("unit_id")
    assert changed.loc["p03", "built_change_share"] == pytest.approx(1.0)
    assert changed.loc["p01", ["built_change_share", "built_change_hi_share"]].tolist() == pytest.approx([-0.01, 0.01])


def test_what_an_image_cannot_show_is_said(study):
    told = open_results(study).table("imagery_problems")
    assert set(told["code"]) == {"imagery_without_swir", "imagery_without_cloud_band"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"bands": {}}, "imagery_needs_bands"),
        ({"bands": {"red": 1}}, "imagery_bands_wrong"),
        ({"bands": {"red": 1, "nir": 0}}, "imagery_bands_wrong"),
        ({"bands": {"red": 1, "nir": 4, "heat": 5}}, "imagery_bands_wrong"),
        ({"vintage": None}, "imagery_needs_vintage"),
        ({"kind": "index"}, "imagery_needs_bands"),
    ],
)
def test_bands_and_day_are_asked_for(study, tmp_path, given, code):
    entry = {"id": "x", "role": "raster", "kind": "imagery", "bands": BANDS, "vintage": date(2026, 1, 1)} | given
    with pytest.raises(SpecError) as caught:
        catalog.add(study, picture(tmp_path / "x.tif", True), {k: v for k, v in entry.items() if v is not None})
    assert code in [r.code for r in caught.value.reasons]


def test_a_band_the_file_does_not_have_blocks_when_it_is_added(study, tmp_path):
    entry = {"id": "x", "role": "raster", "kind": "imagery", "bands": BANDS | {"swir": 5}, "vintage": date(2026, 1, 1)}
    with pytest.raises(BlockedError) as caught:
        catalog.add(study, picture(tmp_path / "x.tif", True), entry)
    assert caught.value.reasons[0].code == "imagery_bands_missing"


def test_an_image_of_visible_light_alone_is_seen_and_not_read(tmp_path):
    folder = district.write(tmp_path / "study")
    file = picture(tmp_path / "正射影像.tif", True)
    catalog.add(folder, file, {"id": "dom", "role": "raster", "kind": "imagery", "title": "正射影像",
                               "bands": {"red": 1, "green": 2, "blue": 3}, "vintage": date(2026, 10, 1)})  # fmt: skip
    runs.update(folder, "screen", silent)
    runs.update(folder, "imagery", silent)
    results = open_results(folder)
    assert results.table("imagery").empty
    assert set(results.table("imagery_problems")["code"]) == {"imagery_only_seen"}
    [shown] = board(results).images()
    assert (shown.layer_id, shown.title, shown.vintage, shown.shown_first, shown.base) == (
        "dom", "正射影像", "2026-10-01", False, True)  # fmt: skip
    x, y = (float(v[0]) for v in to_square(district.CRS)(np.array([[district.X0 + 105, district.Y0 + 105]])).T)
    key, at = shown.url.split("/")[2], (16, int(x * 2**16), int(y * 2**16))
    tile = Image.open(io.BytesIO(SHELF.tile(key, at))).convert("RGBA")
    assert tile.getpixel((int(x * 2**16 % 1 * 256), int(y * 2**16 % 1 * 256))) == (*BARE[:3], 255)
    file, whole = folder / "study.toml", spec.read(folder).layers[-1].source
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('id = "dom"', 'id = "dom"\nuse_only = true'), encoding="utf-8")
    assert study_imagery.seen_files(spec.read(folder), folder) == []
    file.write_text(text, encoding="utf-8")
    (folder / whole).unlink()
    assert seen_images(results, "x") == []


def test_a_study_without_images_has_empty_tables(run_district, tmp_path):
    assert study_imagery.images(spec.read(run_district)) == ()
    assert (
        len(
            study_imagery.changes(open_results(run_district).table("parcels").iloc[:0].assign(layer_id="", taken_on=""))
        )
        == 0
    )


def test_figures_come_from_the_standard():
    bounds, reading = study_imagery.bounds(), study_imagery.reading()
    assert (bounds.not_green, bounds.green) == (0.1, 0.2)
    assert bounds.bare < bounds.built
    assert (reading.wait_months, reading.open_share) == (12, 0.9)


def test_an_image_lies_where_accepted_parameters_put_it(tmp_path):
    """In Xian 1980: by three parameters it moves as vector files do, not by about nothing."""
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", width=4, height=4, count=4, dtype="uint8",
                       crs="EPSG:2385", transform=from_origin(500_000, 3_150_000, 10, 10)) as out:  # fmt: skip
        out.write(np.ones((4, 4, 4), np.uint8))
    given = {"id": "i", "role": "raster", "source": "a.tif", "kind": "imagery", "bands": BANDS}
    given |= {"vintage": "2025-01-01"}
    placed = {}
    for way in ("ballpark-datum-shift", "datum:30,-120,-60"):
        layer = spec.LayerSpec.model_validate(given | {"accept": (way,)})
        file, _, found = study_imagery._placed(layer, tmp_path / "a.tif", tmp_path / "cache", "EPSG:4549")
        assert not [f for f in found if f.severity == "block"]
        placed[way] = np.array(file.transform)[[2, 5]]
    assert 20 < np.hypot(*(placed["datum:30,-120,-60"] - placed["ballpark-datum-shift"])) < 200


def test_buildings_of_two_layers_are_one_stock(tmp_path):
    """Two towns number alike: of what stands twice nobody can tell which is meant."""
    shapes = np.array([box(k, 0, k + 1, 1) for k in range(2)], object)
    of = {i: SimpleNamespace(ids=np.array(list(ids), object), shapes=shapes) for i, ids in (("a", "12"), ("b", "23"))}
    study = SimpleNamespace(with_role=lambda role: [SimpleNamespace(id=i) for i in of] if role == "building" else [])
    none = gpd.GeoDataFrame({"parcel_id": []}, geometry=[])
    work = SimpleNamespace(inputs=SimpleNamespace(parcels=none, layers=of, boundary=None),
                           plan=SimpleNamespace(study=study, folder=tmp_path))  # fmt: skip
    [stock] = study_imagery.units(work)
    assert (stock.kind, list(stock.ids)) == ("building", ["1", "3"])
