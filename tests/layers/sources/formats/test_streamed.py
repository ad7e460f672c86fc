"""A layer of very many rows is read in pieces: what comes of it is what comes of reading it whole."""

import sqlite3

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.basis.errors import BlockedError, Cancelled
from layers.sources import forks, gate
from layers.sources.checks import digits
from layers.sources.formats import contents, streamed, vector
from layers.sources.limits import Limits
from tests.layers.sources import make


@pytest.fixture(autouse=True)
def _gdal_as_it_was():
    """A parsing process settles GDAL for itself; here it is the process of all tests."""
    yield
    pyogrio.set_gdal_config_options(
        dict.fromkeys(("SHAPE_RESTORE_SHX", "OGR_ARC_STEPSIZE", "DXF_MERGE_BLOCK_GEOMETRIES"))
    )


def odd(count: int = 23) -> gpd.GeoDataFrame:
    """Squares of which some are no areas, some are broken, some are nowhere, with columns of every kind."""
    frame = make.squares(count, DLBM=[f"0{k % 3 + 1}01" for k in range(count)], MJ=[1.5 * k for k in range(count)])
    frame["LONG"] = [f"33110021000{k:07d}00" for k in range(count)]
    frame["WHEN"] = np.datetime64("2024-03-01")
    frame["NONE"] = None
    shapes = frame.geometry.to_numpy().copy()
    shapes[3] = None
    shapes[8] = shapely.Polygon(
        [(make.X, make.Y), (make.X + 9, make.Y + 9), (make.X + 9, make.Y), (make.X, make.Y + 9)]
    )
    shapes[9] = shapely.box(1e9, 1e9, 1e9 + 1, 1e9 + 1)
    shapes[14] = shapely.force_3d(shapes[14], 5.0)
    shapes[15] = shapely.force_3d(shapes[15], 5.0)
    return frame.set_geometry(shapes, crs=make.GK)


def parsed(path, folder, monkeypatch, *, pieces: bool):
    monkeypatch.setattr(streamed, "FROM_ROWS", 2 if pieces else 10**9)
    monkeypatch.setattr(streamed, "PIECE", 4)
    monkeypatch.setattr(vector, "drivers", lambda: None)  # of a parsing process; this one has them all
    folder.mkdir()
    job = {"task": "vector", "name": path.name, "source": str(path), "layer": "", "bounds": Limits()}
    inside = contents.of(path, folder, job, Limits())
    seen = []
    monkeypatch.setattr(streamed._Work, "progress", lambda self, done, begun: seen.append(done))
    result = vector.parse(inside, job, folder, Limits())
    assert bool(seen) == pieces
    return result, gate._rows(folder / "frame.parquet")


def shapefile(path):
    """As offices write them: Chinese in GBK of which nothing tells, rows that are deleted, no index."""
    frame = odd().assign(DLMC=["水田", "旱地", None] * 7 + ["有林地", "采矿用地"])
    frame = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=make.GK)
    made = make.shapefile(path.parent, frame, path.stem, encoding="GBK")
    made.with_suffix(".cpg").unlink()
    made.with_suffix(".shx").unlink()
    table = made.with_suffix(".dbf")
    body = bytearray(table.read_bytes())
    head, width = int.from_bytes(body[8:10], "little"), int.from_bytes(body[10:12], "little")
    for row in (2, 9, 17):
        body[head + row * width] = ord("*")
    table.write_bytes(body)


WRITTEN = {"gpkg": "GPKG", "gdb": "OpenFileGDB", "shp": "ESRI Shapefile", "parquet": ""}


@pytest.mark.parametrize("ending", list(WRITTEN))
def test_pieces_come_to_what_the_whole_comes_to(tmp_path, monkeypatch, ending):
    path = tmp_path / f"DLTB.{ending}"
    if ending == "parquet":
        odd().to_parquet(path, row_group_size=5)
    elif ending == "shp":
        shapefile(path)
    else:
        pyogrio.write_dataframe(odd(), path, layer="DLTB", driver=WRITTEN[ending])
    whole, (frame, shapes, rows) = parsed(path, tmp_path / "whole", monkeypatch, pieces=False)
    made, (frame_too, shapes_too, rows_too) = parsed(path, tmp_path / "pieces", monkeypatch, pieces=True)
    told = sorted(whole["findings"], key=str)
    assert {f["reason"].split('"')[3] for f in told}, "something is found in them"
    assert sorted(made["findings"], key=str) == told
    assert {k: v for k, v in made.items() if k != "findings"} == {k: v for k, v in whole.items() if k != "findings"}
    assert rows_too.tolist() == rows.tolist()
    assert shapely.equals_exact(shapes_too, shapes).all()
    assert list(frame_too) == list(frame)
    for column in frame:
        mine, theirs = (f[column].astype(object).where(f[column].notna(), None).tolist() for f in (frame_too, frame))
        assert mine == theirs, column


def test_a_layer_with_a_total_row_is_read_whole(tmp_path, monkeypatch):
    frame = make.squares(7, MJ=[1.0] * 6 + [6.0], NAME=["a"] * 6 + ["合计"])
    shapes = frame.geometry.to_numpy().copy()
    shapes[6] = None
    path = make.gpkg(tmp_path, frame.set_geometry(shapes, crs=make.GK))
    whole, (frame, _, _) = parsed(path, tmp_path / "whole", monkeypatch, pieces=False)
    made, (frame_too, _, _) = parsed(path, tmp_path / "pieces", monkeypatch, pieces=True)
    assert made == whole
    assert len(frame_too) == len(frame) == 6


@pytest.mark.parametrize("lost", ["shapes", "rows"])
def test_a_shapefile_of_other_rows_than_its_table_blocks_in_pieces_too(tmp_path, monkeypatch, lost):
    path = make.shapefile(tmp_path, make.squares(9))
    other = make.shapefile(tmp_path, make.squares(6), "other")
    for ending in (".shp", ".shx") if lost == "shapes" else (".dbf",):
        other.with_suffix(ending).replace(path.with_suffix(ending))
    for pieces in (True, False):
        with pytest.raises(BlockedError) as caught:
            parsed(path, tmp_path / str(pieces), monkeypatch, pieces=pieces)
        [why] = caught.value.reasons
        assert (why.code, why.values["shapes"], why.values["rows"]) == (
            ("dbf_rows_differ", 6, 9) if lost == "shapes" else ("dbf_rows_differ", 9, 6)
        )


def test_a_shapefile_with_a_total_row_is_read_whole(tmp_path, monkeypatch):
    frame = make.squares(7, MJ=[1.0] * 6 + [6.0], NAME=["a"] * 6 + ["合计"])
    shapes = frame.geometry.to_numpy().copy()
    shapes[6] = None
    path = make.shapefile(tmp_path, frame.set_geometry(shapes, crs=make.GK))
    whole, _ = parsed(path, tmp_path / "whole", monkeypatch, pieces=False)
    made, (rows, _, _) = parsed(path, tmp_path / "pieces", monkeypatch, pieces=True)
    assert made == whole
    assert len(rows) == 6


def test_a_layer_of_millimetres_keeps_its_rows_in_pieces_too(tmp_path, monkeypatch):
    frame = make.squares(9)
    frame = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda xy: xy * 1000.0), crs=make.GK)
    path = make.gpkg(tmp_path, frame)
    made, (rows, _, _) = parsed(path, tmp_path / "pieces", monkeypatch, pieces=True)
    assert (made["total"], len(rows)) == (9, 9)


def test_rows_that_went_missing_block(tmp_path, monkeypatch):
    path = make.gpkg(tmp_path, make.squares(9))
    counted = vector._MANY["gpkg"]
    monkeypatch.setitem(vector._MANY, "gpkg", lambda *of: streamed.replace(counted(*of), count=12))
    with pytest.raises(BlockedError) as caught:
        parsed(path, tmp_path / "pieces", monkeypatch, pieces=True)
    assert [r.code for r in caught.value.reasons] == ["row_count_differs"]


def test_long_numbers_cut_by_a_spreadsheet_are_found_in_pieces():
    texts = [f"33110021010{k:04d}000" for k in range(1, 9)]
    whole = digits.lost({"ID": texts, "OK": ["a"] * 8}, range(1, 9))
    search = digits.Search()
    for at in range(0, 8, 3):
        part = texts[at : at + 3]
        search.feed({"ID": part, "OK": ["a"] * len(part)}, range(at + 1, at + 1 + len(part)))
    assert [f.code for f in whole] == ["digits_lost"]
    assert search.found() == whole


@pytest.mark.long
@pytest.mark.parametrize("warm", [True, False])
def test_reading_tells_how_far_it_is_and_can_be_ended(tmp_path, monkeypatch, warm):
    """By a fork of the warm process, and by a process of its own, as where there are no forks (Windows)."""
    if not warm:
        monkeypatch.setattr(forks, "POSSIBLE", False)
    path = tmp_path / "many.gpkg"
    count = streamed.FROM_ROWS
    x = make.X + np.arange(count) % 400 * 10.0
    y = make.Y + np.arange(count) // 400 * 10.0
    frame = gpd.GeoDataFrame({"BSM": np.arange(count)}, geometry=shapely.points(x, y), crs=make.GK)
    pyogrio.write_dataframe(frame, path, layer="many")
    with sqlite3.connect(path) as base:
        assert base.execute("select count(*) from many").fetchone() == (count,)
    seen: list[float] = []
    cache = tmp_path / "cache"

    def stop(share: float) -> None:
        seen.append(share)
        if share > 0.0:
            raise Cancelled

    with gate.watching(stop), pytest.raises(Cancelled):
        gate.open_vector(path, cache)
    assert seen[-1] > 0.0
    assert not list(cache.glob("parse-*/made/*.parquet")), "nothing of it stays"
    assert gate.open_vector(path, cache).total == count
