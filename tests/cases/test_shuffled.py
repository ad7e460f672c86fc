"""The order of rows in every file, and of layers in the study, changes no answer (rasters and projects too)."""

import json
import random
import re
import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_bounds

from geo.basis.progress import silent
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base, roles

ROWS = {"row", "line", "rows"}
"""Columns, and values of what is told, that name rows of files: those do change."""
APART = "shape_"
"""Tables of shapes bear the numbers of rows as ids."""


def cover(folder):
    """Add a raster of classes in another system than the study's."""
    west, south, east, north = gpd.GeoSeries([base.box(-200, -200, 600, 600)], crs=base.CRS).to_crs(4490).total_bounds
    values = np.where(np.add.outer(np.arange(60), np.arange(60)) % 7 < 3, 1, 2).astype("uint8")
    to = from_bounds(west, south, east, north, 60, 60)
    given = {"driver": "GTiff", "width": 60, "height": 60, "count": 1, "dtype": "uint8", "crs": "EPSG:4490"}
    with rasterio.open(folder / "inputs" / "cover.tif", "w", transform=to, **given) as made:
        made.write(values, 1)
    with (folder / "study.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[[layers]]\nid = "cover"\nrole = "raster"\nsource = "inputs/cover.tif"\nkind = "classes"\n')


def shuffle(folder, seed):
    """Shuffle the rows of every file and the layers of the study."""
    draw = random.Random(seed)
    for path in sorted((folder / "inputs").iterdir()):
        if path.suffix == ".gpkg":
            frame = gpd.read_file(path)
            order = draw.sample(range(len(frame)), len(frame))
            path.unlink()
            frame.iloc[order].to_file(path)
        elif path.suffix == ".csv":
            frame = pd.read_csv(path, dtype=str)
            frame.iloc[draw.sample(range(len(frame)), len(frame))].to_csv(path, index=False)
    toml = folder / "study.toml"
    head, *layers = toml.read_text(encoding="utf-8").split("\n[[layers]]")
    draw.shuffle(layers)
    toml.write_text("\n[[layers]]".join([head, *layers]), encoding="utf-8")
    assert len(tomllib.loads(toml.read_text(encoding="utf-8"))["layers"]) == len(layers)


def answers(folder):
    runs.update(folder, "place", silent)
    results = open_results(folder)
    return {name: results.table(name) for name in results.manifest["tables"] if not name.startswith(APART)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = roles.study(tmp_path_factory.mktemp("plain") / "study", "parcels", "true", "gpkg")
    cover(folder)
    return answers(folder)


def told(values):
    """Return the values of what is told; a record without an id is named by its row, which changes."""
    return sorted((k, re.sub(r" #\d+$", " #", str(v))) for k, v in values.items() if k not in ROWS)


def sorted_rows(frame):
    """Return rows as texts in one order, numbers to the digits that overlays keep."""
    flat = pd.DataFrame(frame).drop(columns=[c for c in frame if c in ROWS or c == "geometry"], errors="ignore")
    for column in flat.select_dtypes("number"):
        flat[column] = flat[column].astype(float).round(6) + 0.0
    if "reason" in flat and len(flat) and str(flat["reason"].iloc[0]).startswith("{"):
        flat["reason"] = [told(json.loads(text)) for text in flat["reason"]]
    return sorted(map(tuple, flat.astype(str).to_numpy().tolist()))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_the_order_of_rows_and_layers_changes_nothing(plain, tmp_path, seed):
    folder = roles.study(tmp_path / "study", "parcels", "true", "gpkg")
    cover(folder)
    shuffle(folder, seed)
    mine = answers(folder)
    assert set(mine) == set(plain)
    assert len(plain["candidates"]) == 16
    assert len(plain) > 20
    differ = {name: (sorted_rows(plain[name]), sorted_rows(mine[name])) for name in plain
              if sorted_rows(plain[name]) != sorted_rows(mine[name])}  # fmt: skip
    assert {name: (a[:1], b[:1], len(a), len(b)) for name, (a, b) in differ.items()} == {}
