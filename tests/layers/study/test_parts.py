"""A layer that arrives in several files is one layer: known as such, read as such, replaced as such."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError, CallError
from layers.study import accept, catalog, delivery, inspection, load, overrides, parts, replacing, spec
from layers.study.correction import Correction
from layers.study.load import Home
from layers.words import delivery as words
from tests.layers.sources import make

DLTB = {
    "YSDM": ["2001010100"] * 3, "TBBH": ["1", "2", "3"], "DLBM": ["0101", "0301", "0601"],
    "DLMC": ["水田", "乔木林地", "工业用地"], "QSXZ": ["30", "30", "20"], "QSDWMC": ["甲村"] * 3,
    "TBMJ": [10000.0] * 3, "KCXS": [0.0] * 3, "TBDLMJ": [10000.0] * 3,
}  # fmt: skip
LINE = {"XJXZQDM": ["331100"] * 3, "LHLX": ["水源涵养"] * 3, "LHDM": ["1"] * 3, "MJ": [1.0] * 3}
TOWNS = ("青石镇", "白河镇", "云溪乡")


def town(number: int, columns=DLTB, **more):
    """Squares of one town, north of those of the one before."""
    frame = make.squares(**(columns | more))
    frame["BSM"] = [f"{number}{k}" for k in range(3)]
    return frame.set_geometry(
        shapely.transform(frame.geometry.to_numpy(), lambda xy: xy + np.array([0.0, 200.0 * number]))
    )


@pytest.fixture
def study(tmp_path):
    catalog.new(tmp_path / "study", crs=make.GK)
    return tmp_path / "study"


@pytest.fixture
def sent(tmp_path):
    """Return a folder with one file a town: systems, encodings and the case of column names differ."""
    place = tmp_path / "交付"
    place.mkdir()
    make.shapefile(place, town(0), f"DLTB_{TOWNS[0]}", encoding="GBK").with_suffix(".cpg").unlink()
    make.shapefile(place, town(1).to_crs(4490), f"DLTB_{TOWNS[1]}", encoding="UTF-8")
    make.gpkg(place, town(2).to_crs("EPSG:4528").rename(columns=str.lower), "DLTB", f"DLTB_{TOWNS[2]}.gpkg")
    return place


def of(found, code):
    return [p for p in found.proposals if p.kind and p.kind.code == code and p.how != "part"]


def test_files_of_towns_are_one_line_and_one_layer(study, sent):
    found = delivery.delivery(study, [sent])
    (line,) = of(found, "parcels")
    assert line.sure
    assert (line.table.rows, [p.name for p in line.table.parts]) == (9, sorted(TOWNS))
    for language in ("zh", "en"):
        assert all(name in words.why(line, language) for name in TOWNS)
    (taken,) = delivery.take(study, [line])
    assert taken.refused == ()
    layer = spec.read(study).layer("parcels")
    assert sorted(p.name for p in layer.parts) == sorted(TOWNS)
    item = load.open_layer(layer, spec.read(study), study)
    assert (item.total, len(item.rows), item.rejected) == (9, 9, 0)
    assert set(item.rows) == {f"{t}:{n}" for t in TOWNS for n in (1, 2, 3)}
    whole = shapely.union_all([s for k in range(3) for s in town(k).geometry])
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(item.shapes), whole)) < 1.0
    assert set(item.frame["DLMC"]) == {"水田", "乔木林地", "工业用地"}, "no letter is lost in any of the encodings"
    assert set(item.frame["BSM"]) == {f"{n}{k}" for n in range(3) for k in range(3)}


def test_editions_and_the_whole_beside_its_towns_are_no_parts(study, sent):
    whole = make.squares(**DLTB)
    make.shapefile(sent, whole, "DLTB_全县")
    lines = of(delivery.delivery(study, [sent]), "parcels")
    assert len(lines) == 2, "the towns lie beside each other; the county's own lies on one of them"
    assert all(line.again and not line.sure for line in lines)


def test_files_of_one_kind_with_other_columns_and_roads_drawn_twice_are_no_parts(study, tmp_path):
    lines = [shapely.LineString([(make.X, make.Y + 100 * k), (make.X + 900, make.Y + 100 * k)]) for k in range(4)]
    roads = make.squares(4, NAME=["a"] * 4, LEVEL=["1"] * 4).set_geometry(lines, crs=make.GK)
    make.shapefile(tmp_path, roads, "道路_中心线")
    make.shapefile(tmp_path, roads.head(2).set_geometry(roads.geometry.head(2).translate(0, 3.0)), "道路_干线")
    other = roads.rename(columns={"NAME": "A", "LEVEL": "B", "BSM": "C"})
    make.shapefile(tmp_path, other.set_geometry(other.geometry.translate(0.0, 5000.0)), "道路_乡道")
    make.shapefile(tmp_path, roads.set_geometry(roads.geometry.translate(0.0, 9000.0)), "道路_北镇")
    lines = of(delivery.delivery(study, [tmp_path]), "roads")
    assert sorted([p.name for p in line.table.parts] for line in lines) == [[], [], ["中心线", "北镇"]]


def test_two_editions_by_town_are_two_layers(study, tmp_path):
    place = tmp_path / "交付"
    for year in ("2022", "2023"):
        (place / year).mkdir(parents=True)
        for number in (0, 1):
            make.shapefile(place / year, town(number), f"DLTB_{TOWNS[number]}")
    lines = of(delivery.delivery(study, [place]), "parcels")
    assert [[p.name for p in line.table.parts] for line in lines] == [sorted(TOWNS[:2])] * 2
    assert {line.table.file.parent.name for line in lines} == {"2022", "2023"}


@pytest.mark.long
def test_folders_and_geodatabases_of_towns(study, tmp_path):
    place = tmp_path / "交付"
    for number, name in enumerate(TOWNS):
        (place / name).mkdir(parents=True)
        make.shapefile(place / name, town(number, LINE), "STBHHX", encoding="GBK")
        town(number).to_file(place / f"{name}.gdb", layer="DLTB", driver="OpenFileGDB")
    found = delivery.delivery(study, [place])
    for code in ("parcels", "ecological_redline"):
        (line,) = of(found, code)
        assert [p.name for p in line.table.parts] == sorted(TOWNS), code
    made = delivery.take(study, delivery.chosen(found, "all"))
    assert [t.refused for t in made] == [()] * len(made)
    red = spec.read(study).layer("ecological_redline")
    assert len(load.open_layer(red, spec.read(study), study).shapes) == 9
    forest = spec.read(study).layer("forest_land")
    assert (forest.where, len(forest.parts)) == ("DLBM = '0301'", 3)
    assert len(load.open_layer(forest, spec.read(study), study).shapes) == 3


@pytest.mark.long
def test_townships_in_one_archive_are_parts_and_the_archive_is_kept_once(study, tmp_path):
    aside, inner = tmp_path / "aside", {}
    aside.mkdir()
    for number, name in enumerate(("甲镇", "乙镇")):
        made = make.shapefile(aside, town(number), f"x{number}", encoding="GBK").with_suffix("")
        packed = make.gbk_zip(aside / f"{name}.zip", "地类图斑", sorted(aside.glob(f"{made.name}.*")))
        inner[f"{name}.zip"] = packed.read_bytes()
    make.zipped(tmp_path / "各镇.zip", inner)
    (line,) = of(delivery.delivery(study, [tmp_path / "各镇.zip"]), "parcels")
    assert sorted(p.name for p in line.table.parts) == ["乙镇", "甲镇"]
    (taken,) = delivery.take(study, [line])
    assert taken.refused == ()
    assert [p.name for p in (study / "inputs").iterdir()] == ["各镇.zip"]
    assert len(load.open_layer(spec.read(study).layer("parcels"), spec.read(study), study).shapes) == 6
    call = [
        "add",
        str(study),
        str(tmp_path / "各镇.zip"),
        str(tmp_path / "各镇.zip"),
        "--role",
        "boundary",
        "--id",
        "b",
    ]
    assert CliRunner().invoke(luodi.cli, [*call, "--lang", "en"]).exit_code != 0, "the layer has to be named"


def test_ids_alike_in_two_parts_are_told_and_told_apart(study, tmp_path):
    for number in (0, 1):
        make.shapefile(tmp_path, town(number, BSM="x").assign(BSM=["1", "2", "3"]), f"DLTB_{TOWNS[number]}")
    files = sorted(tmp_path.glob("*.shp"))
    call = ["add", str(study), *map(str, files), "--role", "parcels", "--field", "parcel_id=BSM", "--lang", "en"]
    refused = CliRunner().invoke(luodi.cli, call)
    assert refused.exit_code != 0
    assert "3 ids stand in more than one part" in refused.output
    assert CliRunner().invoke(luodi.cli, [*call, "--accept", parts.PART_IDS]).exit_code == 0
    found = load.inputs(spec.read(study), study)
    assert sorted(found.parcels["parcel_id"]) == sorted(f"{t}-{n}" for t in TOWNS[:2] for n in (1, 2, 3))


def test_a_part_without_its_system_asks_for_itself_alone(study, sent):
    (sent / f"DLTB_{TOWNS[0]}.prj").unlink()
    (line,) = of(delivery.delivery(study, [sent]), "parcels")
    (taken,) = delivery.take(study, [line])
    (why,) = taken.refused
    assert why.values["proposal"] == f"part:{TOWNS[0]}:crs:{make.GK}"
    (taken,) = delivery.take(study, [line], {"accept": (why.values["proposal"],)})
    assert taken.refused == ()
    item = load.open_layer(spec.read(study).layer("parcels"), spec.read(study), study)
    assert len(item.shapes) == 9
    assert shapely.total_bounds(item.shapes)[0] == pytest.approx(make.X, abs=0.01), "the others are where they were"


def test_a_part_that_is_cut_takes_the_proof_of_absence_and_leaves_the_others(study, tmp_path):
    for number in (0, 1):
        make.shapefile(tmp_path, town(number, LINE), f"STBHHX_{TOWNS[number]}")
    files = sorted(tmp_path.glob("*.shp"))
    given = {"role": "constraint", "id": "ecological_redline", "coverage": "complete"}
    catalog.added(study, files[0], given | delivery.as_one(study, files))
    layer = spec.read(study).layer("ecological_redline")
    for other in layer.parts[1:]:
        whole = (study / other.source).read_bytes()
        (study / other.source).write_bytes(whole[: len(whole) // 2])
    make.shapefile(tmp_path, town(0), "P")
    catalog.added(study, tmp_path / "P.shp", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    found = load.inputs(spec.read(study), study)
    kept = found.layers["ecological_redline"]
    assert (kept.state, kept.coverage, kept.cause, len(kept.shapes)) == ("ok", "unknown", "part_failed", 3)
    told = {f.code for f in inspection.check_layer(layer, Home(spec.read(study), study))}
    assert {"part_failed", "shp_truncated"} <= told


def test_parts_that_lie_on_each_other_are_told(study, tmp_path):
    wide = make.squares(6, **{k: v * 2 for k, v in LINE.items()})
    make.shapefile(tmp_path, wide, "STBHHX_甲")
    beside = wide.set_geometry(wide.geometry.translate(1000.0 - 0.0, 0.0))
    make.shapefile(tmp_path, beside, "STBHHX_乙")  # the first of six squares is the last of the other
    (line,) = of(delivery.delivery(study, [tmp_path]), "ecological_redline")
    assert {p.name: p.met for p in line.table.parts} == {"甲": ("乙",), "乙": ("甲",)}
    (taken,) = delivery.take(study, [line])
    (told,) = [f for f in taken.findings if f.code == "parts_overlap"]
    assert told.reason.values["area_m2"] == pytest.approx(10_000.0)


def test_a_part_without_a_column_is_said_and_is_not_taken_with_all(study, sent):
    make.shapefile(sent, town(0).drop(columns="DLBM"), f"DLTB_{TOWNS[0]}")
    (line,) = of(delivery.delivery(study, [sent]), "parcels")
    assert not line.sure
    assert {p.name: p.lacking for p in line.table.parts}[TOWNS[0]] == ("dlbm",)
    (taken,) = delivery.take(study, [line])
    assert "part_lacks_columns" in {f.code for f in taken.findings}
    found = load.inputs(spec.read(study), study).parcels
    assert sorted(found["land_use"]) == sorted(["", "", "", *["0101", "0301", "0601"] * 2])


@pytest.mark.long
def test_a_newer_delivery_of_the_parts_takes_their_place(study, sent, tmp_path):
    (line,) = of(delivery.delivery(study, [sent]), "parcels")
    delivery.take(study, [line], {"owner": "自然资源局"})
    place = tmp_path / "新交付"
    place.mkdir()
    make.shapefile(place, town(0).head(2), f"DLTB_{TOWNS[0]}")
    make.shapefile(place, town(1), f"DLTB_{TOWNS[1]}")
    with pytest.raises(BlockedError) as caught:
        replacing.replace(study, "parcels", place, {})
    (why,) = caught.value.reasons
    assert (why.code, why.values["parts"]) == ("replace_parts_gone", [TOWNS[2]])
    make.shapefile(place, town(2), f"DLTB_{TOWNS[2]}")
    made = replacing.replace(study, "parcels", place, {})
    assert (made.before.rows, made.after.rows) == (9, 8)
    layer = spec.read(study).layer("parcels")
    assert (layer.owner, sorted(p.name for p in layer.parts)) == ("自然资源局", sorted(TOWNS))
    assert all((study / p.source).exists() for p in layer.parts)
    one = make.shapefile(tmp_path, make.squares(**DLTB), "DLTB")
    replacing.replace(study, "parcels", one, {})
    assert spec.read(study).layer("parcels").parts == ()


def test_one_part_is_renewed_alone(study, sent, tmp_path):
    """A town sends its own file again: in another system, its columns in small letters, a row less; the others stay."""
    (line,) = of(delivery.delivery(study, [sent]), "parcels")
    delivery.take(study, [line], {"vintage": "2025-12-31"})
    before = {p.name: p for p in spec.read(study).layer("parcels").parts}
    new = make.gpkg(tmp_path, town(1).head(2).to_crs("EPSG:4528").rename(columns=str.lower), "新", "新.gpkg")
    made = replacing.replace(study, f"parcels:{TOWNS[1]}", new, {})
    assert (made.before.rows, made.after.rows) == (9, 8)
    layer = spec.read(study).layer("parcels")
    after = {p.name: p for p in layer.parts}
    assert [p.name for p in layer.parts] == list(before), "in the order they had"
    assert all(after[n] == before[n] for n in (TOWNS[0], TOWNS[2]))
    assert layer.source == layer.parts[0].source
    assert layer.vintage == date(2025, 12, 31)
    item = load.open_layer(layer, spec.read(study), study)
    assert sum(str(r).startswith(TOWNS[1]) for r in item.rows) == 2
    assert item.frame["DLMC"].notna().all()
    with pytest.raises(CallError) as caught:
        replacing.replace(study, "parcels:没有的镇", new, {})
    assert set(caught.value.reasons[0].values["known"]) == set(TOWNS)


@pytest.mark.long
def test_a_layer_of_no_known_kind_comes_in_parts_and_is_replaced_by_a_folder(study, tmp_path):
    for number, name in enumerate(("甲", "乙")):
        make.shapefile(tmp_path, _noted(number), f"X_{name}")
    files = sorted(tmp_path.glob("X_*.shp"))
    call = ["add", str(study), *map(str, files), "--role", "constraint", "--id", "own_layer", "--lang", "zh"]
    assert CliRunner().invoke(luodi.cli, call).exit_code == 0
    assert [p.name for p in spec.read(study).layer("own_layer").parts] == ["乙", "甲"]
    place = tmp_path / "新"
    place.mkdir()
    for number, name in enumerate(("甲", "乙")):
        make.shapefile(place, _noted(number).head(2), f"X_{name}")
    made = replacing.replace(study, "own_layer", place, {})
    assert (made.before.rows, made.after.rows) == (6, 4)


def _noted(number):
    frame = make.squares(NOTE=["a"] * 3)
    return frame.set_geometry(frame.geometry.translate(0.0, 300.0 * number))


def test_a_record_of_a_part_is_corrected_by_its_row(study, sent):
    (line,) = of(delivery.delivery(study, [sent]), "parcels")
    delivery.take(study, [line])
    row = f"row:{TOWNS[1]}:2"
    note = Correction(
        record="", column="", value="", official="", person="张三", reason="现场核实", on=date(2026, 1, 1)
    )
    overrides.correct(study, "parcels", row, {"land_use": "0601"}, note)
    found = load.inputs(overrides.study(study), study).parcels.set_index("parcel_id")
    assert found.loc["11", "land_use"] == "0601"


def test_figures_here_and_text_there_become_text(study, tmp_path):
    make.shapefile(tmp_path, town(0), "DLTB_甲")
    make.shapefile(tmp_path, town(1).assign(TBMJ=["10000", "约1万", ""]), "DLTB_乙")
    entry = delivery.as_one(study, sorted(tmp_path.glob("*.shp")))
    layer = spec.LayerSpec(id="p", role="parcels", source=entry["parts"][0]["source"], **entry)
    file = parts.opened(layer, study, make.GK)
    assert sorted(map(str, file.frame["TBMJ"])) == sorted(["10000"] * 4 + ["约1万", "nan"])
    assert file.frame["KCXS"].dtype == np.float64


def test_accepting_a_proposal_of_one_part(study, sent):
    (line,) = of(delivery.delivery(study, [sent]), "parcels")
    delivery.take(study, [line])
    layer = spec.read(study).layer("parcels")
    cut = next(p for p in layer.parts if p.name == TOWNS[1])
    Path(study / cut.source).with_suffix(".prj").unlink()
    (way,) = [f.proposal for f in inspection.check_layer(layer, Home(spec.read(study), study)) if f.severity == "block"]
    assert way.startswith(f"part:{TOWNS[1]}:crs:")
    accept.accept(study, "parcels", [way])
    assert len(load.open_layer(spec.read(study).layer("parcels"), spec.read(study), study).shapes) == 9
