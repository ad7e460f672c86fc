"""New, add, check: nothing half is written, nothing leads outside the study."""

import tomllib
from datetime import date

import pandas as pd
import pyogrio
import pytest

from geo.basis.errors import BlockedError, CallError, LuodiError, SpecError
from layers.study import catalog, load, spec
from layers.text import sentence
from tests.layers.sources import make


@pytest.fixture
def folder(tmp_path):
    catalog.new(tmp_path / "study", crs=make.GK, name="试验", as_of=date(2026, 11, 23))
    return tmp_path / "study"


def add(folder, file, **given):
    return catalog.add(folder, file, given)


def test_a_new_study_reads_back(folder):
    read = spec.read(folder)
    assert (read.name, read.crs, read.as_of, read.rules) == (
        "试验",
        make.GK,
        date(2026, 11, 23),
        ("cn-national", "joint-review-cn"),
    )
    with pytest.raises(CallError):
        catalog.new(folder, crs=make.GK)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:2249", "nonsense", "EPSG:3857", "EPSG:3395"])
def test_a_study_needs_metres(tmp_path, crs):
    with pytest.raises(SpecError):
        catalog.new(tmp_path / "s", crs=crs)
    assert not (tmp_path / "s").exists()


def test_add_copies_and_keeps_comments(folder, tmp_path):
    toml = folder / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n# kept by hand\n", encoding="utf-8")
    path = make.shapefile(tmp_path, make.squares(DLMC=["水田", "村庄", "林地"]), name="地类 图斑", encoding="GBK")
    add(folder, path, role="parcels", id="parcels", fields={"parcel_id": "BSM"}, vintage=date(2025, 12, 31))
    assert "# kept by hand" in toml.read_text(encoding="utf-8")
    [layer] = spec.read(folder).layers
    assert layer.source == "inputs/地类_图斑.shp"
    assert {p.suffix for p in (folder / "inputs").iterdir()} >= {".shp", ".shx", ".dbf", ".prj"}
    assert layer.vintage == date(2025, 12, 31)
    path.unlink()
    assert len(load.inputs(spec.read(folder), folder).parcels) == 3


def test_a_relative_path_is_that_of_the_caller(folder, tmp_path, monkeypatch):
    make.gpkg(tmp_path, make.squares(1))
    monkeypatch.chdir(tmp_path)
    add(folder, "parcels.gpkg", role="constraint")
    assert spec.read(folder).layers[0].source == "inputs/parcels.gpkg"


def test_add_twice_keeps_both_files_and_refuses_a_taken_id(folder, tmp_path):
    make.shapefile(tmp_path, make.squares(1))
    add(folder, tmp_path / "parcels.shp", role="constraint")
    add(folder, tmp_path / "parcels.shp", role="constraint")
    first, second = spec.read(folder).layers
    assert (first.id, second.id) == ("parcels", "parcels_1")
    assert first.source != second.source
    with pytest.raises(SpecError) as caught:
        add(folder, tmp_path / "parcels.shp", role="constraint", id="parcels")
    assert caught.value.reasons[0].code == "layer_id_taken"


def test_what_blocks_writes_nothing(folder, tmp_path):
    frame = make.squares(3, crs=None)
    frame["BSM"] = ["A", "A", None]
    path = make.gpkg(tmp_path, frame)
    before = (folder / "study.toml").read_bytes()
    with pytest.raises(BlockedError) as caught:
        add(folder, path, role="parcels", fields={"parcel_id": "BSM"})
    assert [r.values.get("proposal") for r in caught.value.reasons] == ["crs:EPSG:4549"]
    with pytest.raises(BlockedError) as caught:
        add(folder, path, role="parcels", fields={"parcel_id": "BSM"}, accept=("crs:EPSG:4549",))
    assert [r.code for r in caught.value.reasons] == ["ids_null", "ids_repeat"]
    assert (folder / "study.toml").read_bytes() == before
    assert list((folder / "inputs").iterdir()) == []
    accept = ("crs:EPSG:4549", *(r.values["proposal"] for r in caught.value.reasons))
    found = add(folder, path, role="parcels", fields={"parcel_id": "BSM"}, accept=accept)
    assert {f.code for f in found} >= {"ids_null_mended", "ids_repeat_mended"}
    assert spec.read(folder).layers[0].accept == accept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"role": "nonsense"}, "choice_unknown"),
        ({"role": "constraint", "id": "有"}, "name_not_plain"),
        ({"role": "raster"}, "raster_needs_kind"),
        ({"role": "constraint", "colour": "red"}, "key_unknown"),
    ],
)
def test_a_wrong_entry_is_refused(folder, tmp_path, given, code):
    with pytest.raises(SpecError) as caught:
        catalog.add(folder, make.gpkg(tmp_path, make.squares(1)), given)
    assert caught.value.reasons[0].code == code
    assert spec.read(folder).layers == ()


def test_files_that_cannot_be_used(folder, tmp_path):
    bad = tmp_path / "a.shp"
    bad.write_text("<html/>")
    with pytest.raises(LuodiError) as caught:
        add(folder, bad, role="constraint")
    assert caught.value.reasons[0].code == "not_spatial"
    with pytest.raises(LuodiError):
        add(folder, tmp_path / "nope.gpkg", role="constraint")
    good = make.gpkg(tmp_path, make.squares(1))
    with pytest.raises(LuodiError) as caught:
        add(folder, good, role="constraint", where="BSM >")
    assert caught.value.reasons[0].code == "where_syntax"
    with pytest.raises(LuodiError) as caught:
        add(folder, good, role="constraint", **{"class": "DLBM"})
    assert caught.value.reasons[0].code == "field_missing"


def test_a_geodatabase_and_a_coverage_file_are_copied(folder, tmp_path):
    pyogrio.write_dataframe(make.squares(2), tmp_path / "a.gdb", driver="OpenFileGDB", layer="YJJBNTTB")
    area = make.gpkg(tmp_path, make.squares(1), name="area.gpkg")
    add(folder, tmp_path / "a.gdb", role="constraint", id="farm", layer="YJJBNTTB", coverage=str(area))
    [layer] = spec.read(folder).layers
    assert layer.source == "inputs/a.gdb"
    assert layer.coverage == "inputs/area.gpkg"
    assert (folder / layer.coverage).is_file()
    assert (folder / layer.source).is_dir()


def test_a_table_for_a_role_that_takes_one(folder, tmp_path):
    pd.DataFrame({"项目": ["甲"], "投资": ["3.2亿"]}).to_excel(tmp_path / "项目库.xlsx", index=False)
    add(folder, tmp_path / "项目库.xlsx", role="project", fields={"project_id": "项目"})
    [layer] = spec.read(folder).layers
    assert (layer.id, layer.source) == ("layer_1", "inputs/项目库.xlsx")
    with pytest.raises(LuodiError) as caught:
        add(folder, tmp_path / "项目库.xlsx", role="constraint", id="c")
    assert caught.value.reasons[0].code == "table_without_coordinates"


@pytest.mark.parametrize("name", ["../../evil", "a/b", "C:\\x", "..", "", "永久 基本农田（2025）", "x" * 300])
def test_slugs_stay_inside(name):
    out = catalog.slug(name)
    assert out
    assert not set(out) & set("/\\:. ")
    assert len(out) <= 80


def test_check_a_file_and_a_study(folder, tmp_path):
    tie = make.polygon((120, 28), (120.001, 28.001), (120.001, 28), (120, 28.001), (120, 28))
    path = make.geojson(tmp_path, make.box(120.1, 28, 0.001), tie, None)
    found = catalog.check(path)
    assert {f.code for f in found} == {"geometry_repaired_much", "geometry_missing", "rows_rejected"}
    assert catalog.check(tmp_path / "nope.shp")[0].code == "file_missing"
    assert [f.code for f in catalog.check(folder)] == ["parcels_not_declared"]
    add(folder, make.gpkg(tmp_path, make.squares(2)), role="parcels", id="parcels", fields={"parcel_id": "BSM"})
    assert catalog.check(folder) == []
    text = (folder / "study.toml").read_text(encoding="utf-8")
    more = '\n[[layers]]\nid = "lost"\nrole = "constraint"\nsource = "inputs/lost.shp"\n'
    (folder / "study.toml").write_text(text + more, encoding="utf-8")
    [said] = catalog.check(folder)
    assert (said.severity, said.reason.values["layer"]) == ("warn", "lost")
    for language in ("en", "zh"):
        assert not sentence(said.reason, language).startswith("[")
    assert tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))["layers"][1]["id"] == "lost"
