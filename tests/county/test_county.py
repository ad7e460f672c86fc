"""The county they live in: what the study folder must show to be worth working in."""

import hashlib
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from county import county
from geo.basis.errors import BlockedError, Cancelled
from layers.study import spec

ROOT = Path(__file__).resolve().parents[2]
MU = 2000.0 / 3.0
LINEAR = ["1001", "1003", "1004", "1006", "1101", "1107"]
LAYERS = {
    "parcels", "basic_farmland", "ecological_redline", "development_boundary", "water_source_1", "water_source_2",
    "river_management", "flood_zone", "geohazard_danger", "boundary", "parks", "planned_use", "roads", "railway",
    "power_lines", "pipes", "substations", "works", "buildings", "residential", "schools", "dem", "landcover",
    "mineral", "farmland_reserve", "forest_map", "control_units", "detailed_plan", "land_acquisition_plan",
    "collective_land", "imagery_2024", "imagery_2026", "land_supply", "enterprises", "signals", "projects", "links",
}  # fmt: skip


def test_the_fabric_is_gapless_and_fills_the_county(demo, patches):
    shapes = patches.geometry.to_numpy()
    boundary = demo.read("规划基础.gpkg", "XZQ").geometry.iloc[0]
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_union_all(shapes).equals(boundary)
    assert patches.area.sum() == pytest.approx(boundary.area, abs=1e-3)
    assert set(patches.geom_type) == {"Polygon"}
    assert patches.is_valid.all()


def test_size_of_the_county(patches):
    assert 120e6 < patches.area.sum() < 150e6
    assert 5500 < len(patches) < 7500


def test_at_least_a_fifth_of_the_patches_are_linear(patches):
    linear = patches[patches["DLBM"].isin(LINEAR)]
    assert len(linear) / len(patches) >= 0.20
    # long: a typical one is over twenty times as long as it is wide
    assert np.median(linear.length**2 / linear.area / 4) > 20
    holed = shapely.get_num_interior_rings(linear.geometry.to_numpy()) > 0
    assert holed.sum() >= 8
    assert {"1101", "1004", "1006"} <= set(linear["DLBM"][holed])


def test_river_and_railway_cross_the_county(patches):
    west, _, east, _ = patches.total_bounds
    for land_class in ("1101", "1001", "1003"):
        x0, _, x1, _ = patches[patches["DLBM"] == land_class].total_bounds
        assert x1 - x0 > 0.85 * (east - west)


def test_areas_span_over_three_orders_of_magnitude(patches):
    low, high = np.percentile(patches.area, [0.5, 99.5])
    assert high / low > 1000


def test_survey_fields(patches):
    assert patches["BSM"].is_unique
    assert patches["BSM"].str.fullmatch(r"\d{18}").all()
    assert patches["DLMC"].notna().all()
    assert patches["ZLDWDM"].str.fullmatch(r"\d{19}").all()
    assert set(patches["QSXZ"]) == {"20", "30"}
    assert not patches.duplicated(["ZLDWDM", "TBBH"]).any()
    # legal areas are ellipsoidal; on the central meridian they agree with the plane
    assert (patches["TBMJ"] / patches.area - 1).abs().max() < 1e-4
    tilled = patches["DLBM"].str.startswith("01")
    assert (patches["KCMJ"][tilled] > 0).all()
    assert (patches["KCMJ"][~tilled] == 0).all()
    assert (patches["TBMJ"] - patches["KCMJ"] - patches["TBDLMJ"]).abs().max() < 0.011


def test_every_base_is_hemmed_in(demo, patches):
    """The largest piece of a base that is free of constraints, buildings and holders is below 200 mu."""
    parks = demo.read("规划基础.gpkg", "KFYQ")
    assert sorted(parks["YQLX"]) == ["区"] * 2 + ["基地"] * 4
    blocked = [demo.read(n).union_all() for n in ("YJJBNT.gdb", "STBHHX.zip", "河道管理范围.zip")]
    blocked.append(demo.read("土地供应.gpkg").union_all())
    blocked.append(patches[patches["DLBM"].isin(["1001", "1003", "1004", "201", "201A", "203", "0810"])].union_all())
    growth = demo.read("CZKFBJ.zip").union_all()
    farmland = demo.read("YJJBNT.gdb").union_all()
    for park in parks[parks["YQLX"] == "基地"].itertuples():
        free = park.geometry.intersection(growth)
        for shape in blocked:
            free = free.difference(shape)
        largest = max(shapely.area(shapely.get_parts(free)))
        assert 0 < largest < 200 * MU, park.YQMC
        ring = park.geometry.buffer(120).difference(park.geometry)
        assert farmland.intersection(ring).area > 0.4 * ring.area, park.YQMC


def test_constraints_lie_in_the_county_and_do_not_contradict_one_another(demo, patches):
    boundary = demo.read("规划基础.gpkg", "XZQ").geometry.iloc[0].buffer(0.01)
    files = {
        "YJJBNT.gdb": None, "STBHHX.zip": None, "CZKFBJ.zip": None, "河道管理范围.zip": None,
        "防灾.gpkg": "YMFW",
    }  # fmt: skip
    shapes = {name: demo.read(name, layer) for name, layer in files.items()}
    for name, table in shapes.items():
        assert len(table) > 0, name
        assert table.is_valid.all(), name
        assert boundary.covers(table.union_all()), name
        assert table.crs.to_epsg() == 4549, name
    redline, growth = shapes["STBHHX.zip"].union_all(), shapes["CZKFBJ.zip"].union_all()
    farmland = shapes["YJJBNT.gdb"]
    assert redline.intersection(growth).area == 0
    # only the planted field of scene 1 is protected inside the development boundary
    inside = farmland[farmland.intersection(growth).area > 1.0]
    assert list(inside["TBBH"]) == ["field_east-1"]
    assert farmland["DLBM"].isin(["0101", "0102", "0103"]).all()


def test_study_file_is_read_and_every_source_is_there(demo):
    study = spec.read(demo.folder)
    assert study.demonstration
    assert (study.crs, study.area, study.as_of.isoformat()) == ("EPSG:4549", "planar", "2026-11-23")
    assert {layer.id for layer in study.layers} >= LAYERS
    for layer in study.layers:
        assert (demo.folder / layer.source).exists(), layer.id
    extent = demo.read("压矿查询范围.geojson").geometry.iloc[0]  # 压覆矿产 must stay 待核实 at the red line of scene 1
    assert extent.disjoint(demo.read("规划基础.gpkg", "KFYQ").set_index("YQDM").geometry["B2"])
    assert study.layer("mineral").coverage == "inputs/压矿查询范围.geojson"
    text = (demo.folder / "study.toml").read_text(encoding="utf-8")
    assert "合成数据" in text
    assert str(ROOT) not in text


def test_mapped_fields_exist_in_their_files(demo):
    for layer in spec.read(demo.folder).layers:
        path = demo.folder / layer.source
        if path.suffix == ".csv":
            columns = set(pd.read_csv(path, encoding="gb18030" if layer.id == "signals" else "utf-8-sig").columns)
        elif path.suffix in (".tif", ".xlsx"):
            continue
        else:
            columns = set(demo.read(path.name, layer.layer or None).columns)
        assert set(layer.fields.values()) <= columns, layer.id
        assert not layer.class_field or layer.class_field in columns


def test_shapefile_without_code_page_holds_gbk(demo, tmp_path):
    import zipfile

    with zipfile.ZipFile(demo.folder / "inputs" / "STBHHX.zip") as archive:
        assert {Path(n).suffix for n in archive.namelist()} == {".shp", ".shx", ".dbf", ".prj"}
        table = archive.read("STBHHX.dbf")
    assert "水源涵养".encode("gb18030") in table
    assert "水源涵养".encode() not in table


@pytest.mark.long
def test_progress_is_told_and_time_is_kept(tmp_path):
    steps, before = [], time.process_time()
    county.write(tmp_path / "county", lambda *step: steps.append(step))
    done = [d for d, _, _ in steps]
    assert done == sorted(done)
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1]
    assert time.process_time() - before < 60


def test_a_full_folder_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(BlockedError) as caught:
        county.write(tmp_path)
    assert caught.value.reasons[0].code == "demo_folder_not_empty"
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_cancelling_stops_the_work(tmp_path):
    def stop(done: int, total: int, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        county.write(tmp_path / "new", stop)


@pytest.mark.long
def test_the_same_bytes_in_another_process(demo, tmp_path):
    again = tmp_path / "again"
    code = "import sys; from pathlib import Path; from county import county; county.write(Path(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", code, str(again)], check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "7"}
    )
    assert _digests(again) == _digests(demo.folder)


def _digests(folder: Path) -> dict[str, str]:
    files = [p for p in folder.rglob("*") if p.is_file() and ".luodi" not in p.parts]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_parameters_name_known_things():
    """Park, block and class names in the parameter files refer to one another without a gap."""
    given = {p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in (ROOT / "data" / "demo").glob("*.toml")}
    parks = {p["id"]: p for p in given["plats"]["parks"]}
    for planted in given["plats"]["planted"]:
        row, col = planted["block"]
        assert parks[planted["park"]]["plan"][row][col] == "X"
        assert len(planted["classes"]) == len(planted["shares"])
        assert set(planted["classes"]) <= set(given["names"]["classes"])
    for park in parks.values():
        assert len(park["plan"]) == len(park["rows_m"])
        assert {len(row) for row in park["plan"]} == {len(park["columns_m"])}
    served = {p for f in given["facts"]["facilities"] for p in f["serves"]}
    assert served == set(given["plan"]["parks"])
