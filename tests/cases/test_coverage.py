"""Coverage is earned: a layer nobody could see whole does not prove that something is absent."""

import json

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.outputs import summary
from layers.study import catalog, spec
from layers.study.run import runs
from tests.cases import base
from tests.cases.base import add, hostile, problems, statuses
from tests.layers.sources import make


@pytest.fixture
def folder(tmp_path):
    return base.study(tmp_path / "study")


def write(tmp_path, frame, name="data.gpkg"):
    frame.to_file(tmp_path / name)
    return tmp_path / name


def check(folder):
    return base.codes(catalog.check(folder, silent))


def unsaid(folder, file, code, consent, **given):
    """The finding stands at check FILE, add, check DIR, run; nothing clears until the consent is given."""
    entry = {"role": "constraint", "id": "farm", "coverage": "complete"} | given
    before = base.codes(catalog.checked(folder, file, entry))
    assert before.get(code) == "warn"
    assert add(folder, file, **given).get(code) == "warn"
    assert check(folder).get(code) == "warn"
    status = statuses(folder)
    assert set(status.values()) <= {"unknown", "excluded"}, "nothing unseen is called clear"
    assert problems(folder).get(code) == "warn"
    accept(folder, consent)
    assert check(folder).get(code) != "warn"
    return statuses(folder)


def accept(folder, *proposals):
    toml = folder / "study.toml"
    text = toml.read_text(encoding="utf-8")
    head, tail = text.split('id = "farm"', 1)
    toml.write_text(f'{head}id = "farm"\naccept = {json.dumps(list(proposals))}{tail}', encoding="utf-8")


# --- elsewhere --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dx", "dy"),
    [
        pytest.param(200_000.0, 0.0, marks=pytest.mark.long),
        (34_000.0, 0.0),
        pytest.param(0.0, -900_000.0, marks=pytest.mark.long),
        (0.0, 3_000.0),
    ],
)
def test_a_layer_that_lies_elsewhere(folder, tmp_path, dx, dy):
    status = unsaid(folder, write(tmp_path, base.farm(dx, dy)), "layer_elsewhere", "layer-elsewhere")
    assert set(status.values()) == {"eligible"}


def test_hostile_constraint_elsewhere(folder):
    unsaid(folder, hostile("constraint_elsewhere.gpkg"), "layer_elsewhere", "layer-elsewhere")


@pytest.mark.parametrize("suffix", ["shp", pytest.param("geojson", marks=pytest.mark.long), "fgb-as-json"])
def test_elsewhere_in_other_formats(folder, tmp_path, suffix):
    frame = base.farm(34_000.0)
    if suffix == "shp":
        file = write(tmp_path, frame, "data.shp")
    else:
        file = write(tmp_path, frame.to_crs(4326), "data.geojson")
    unsaid(folder, file, "layer_elsewhere", "layer-elsewhere")


def test_without_a_boundary_the_parcels_say_where_home_is(tmp_path):
    folder = base.study(tmp_path / "study", boundary=False)
    unsaid(folder, write(tmp_path, base.farm(34_000.0)), "layer_elsewhere", "layer-elsewhere")


@pytest.mark.parametrize("role", ["network", "plan", "park", "building"])
def test_every_role_with_coverage_is_told(folder, tmp_path, role):
    frame = base.farm(200_000.0)
    if role == "network":
        frame = frame.set_geometry(frame.boundary)
    found = add(folder, write(tmp_path, frame), role=role)
    assert found["layer_elsewhere"] == "warn"
    statuses(folder)
    assert problems(folder)["layer_elsewhere"] == "warn"


def test_the_right_system_is_proposed_and_mends_it(folder, tmp_path):
    """The neighbouring zone's file declared as this zone: the proposal brings it home."""
    frame = base.farm().to_crs("EPSG:4548").set_crs("EPSG:4549", allow_override=True)
    file = write(tmp_path, frame)
    found = catalog.checked(folder, file, {"role": "constraint", "id": "farm", "coverage": "complete"})
    told = next(f for f in found if f.code == "layer_elsewhere_fits")
    assert told.proposal == "crs:EPSG:4548"
    assert add(folder, file, accept=(told.proposal,)).get("layer_elsewhere") is None
    assert statuses(folder)["p00"] == "excluded"
    assert statuses(folder)["p15"] == "eligible"


@pytest.mark.parametrize(("factor", "proposal"), [(0.3048, "unit:ft"), (1000.0, "unit:km"), (0.001, "unit:mm")])
def test_another_unit_is_proposed_and_mends_it(folder, tmp_path, factor, proposal):
    frame = base.farm()
    frame = frame.set_geometry(frame.scale(1 / factor, 1 / factor, origin=(0, 0)))
    file = write(tmp_path, frame)
    found = catalog.checked(folder, file, {"role": "constraint", "id": "farm", "coverage": "complete"})
    assert proposal in {f.proposal for f in found}
    add(folder, file, accept=(proposal,))
    status = statuses(folder)
    assert (status["p00"], status["p01"], status["p15"]) == ("excluded", "excluded", "eligible")


def test_a_layer_that_reaches_in_is_no_finding(folder, tmp_path):
    found = add(folder, write(tmp_path, base.farm()))
    assert not {c for c, s in found.items() if s != "fixed"}
    assert statuses(folder)["p15"] == "eligible"


def test_rows_of_another_place_take_coverage_away(folder, tmp_path):
    """One row at home, one 290 km off: as if it had the zone's neighbour's coordinates."""
    frame = base.farm()
    frame.loc[1, "geometry"] = shapely.affinity.translate(frame.geometry[1], 290_000, 0)
    status = unsaid(folder, write(tmp_path, frame), "rows_far_away", "rows-far-away")
    assert status["p00"] == "excluded"


def test_a_provincial_layer_is_no_finding(folder, tmp_path):
    """Features every 15 km over 450 km: a layer larger than the county is not in the wrong place."""
    cells = [base.box(0, 0, 100, 100, 15_000.0 * i, 15_000.0 * j) for i in range(-2, 20) for j in range(-10, 20)]
    found = add(folder, write(tmp_path, gpd.GeoDataFrame(geometry=cells, crs=base.CRS)))
    assert not {c for c, s in found.items() if s != "fixed"}
    assert statuses(folder)["p15"] == "eligible"


# --- parcels and boundary ---------------------------------------------------------


def far_parcels(dx):
    frame = base.parcels()
    frame.loc[15, "geometry"] = shapely.affinity.translate(frame.geometry[15], dx, 0)
    return frame


@pytest.mark.parametrize("boundary", [True, False])
def test_parcels_far_outside_are_said(tmp_path, boundary):
    folder = base.study(tmp_path / "study", boundary=boundary)
    toml = folder / "study.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text[: text.index('[[layers]]\nid = "parcels"')], encoding="utf-8")
    file = write(tmp_path, far_parcels(90_000.0), "far.gpkg")
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}}
    assert base.codes(catalog.add(folder, file, given))["shapes_far_away"] == "warn"
    assert check(folder)["shapes_far_away"] == "warn"
    statuses(folder)
    assert problems(folder, "parcels")["shapes_far_away"] == "warn"


def test_hostile_parcel_far_away(tmp_path):
    file = hostile("parcel_90km_away_shp/data.shp")
    folder = tmp_path / "study"
    catalog.new(folder, crs=base.CRS)
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}}
    assert base.codes(catalog.add(folder, file, given))["shapes_far_away"] == "warn"


def test_a_boundary_elsewhere_is_said(tmp_path):
    folder = base.study(tmp_path / "study", boundary=False)
    edge = gpd.GeoDataFrame(geometry=[base.box(-200, -200, 600, 600, 50_000.0)], crs=base.CRS)
    given = {"role": "boundary", "id": "edge"}
    assert base.codes(catalog.add(folder, write(tmp_path, edge), given))["outside_study"] == "warn"
    assert check(folder)["outside_study"] == "warn"
    statuses(folder)
    assert problems(folder, "edge")["outside_study"] == "warn"


# --- empty, lost, unread ----------------------------------------------------------


def empty(tmp_path, name):
    frame = base.farm().iloc[:0]
    return write(tmp_path, frame, name)


@pytest.mark.parametrize("name", ["data.gpkg", "data.shp", "data.geojson"])
def test_an_empty_layer(folder, tmp_path, name):
    if name.endswith("geojson"):
        file = make.geojson(tmp_path, name=name, crs="urn:ogc:def:crs:EPSG::4549")
    else:
        file = empty(tmp_path, name)
    status = unsaid(folder, file, "layer_empty", "empty-layer")
    assert set(status.values()) == {"eligible"}


def test_hostile_empty_layer(folder):
    unsaid(folder, hostile("empty_layer.gpkg"), "layer_empty", "empty-layer")


def test_a_filter_that_keeps_nothing(folder, tmp_path):
    file = write(tmp_path, base.farm())
    unsaid(folder, file, "layer_nothing_left", "empty-layer", where="MC = '丙'")


def test_hostile_networklink(folder):
    status = unsaid(folder, hostile("networklink.kml"), "kml_link_ignored", "ignore-links")
    assert "eligible" in status.values()


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>"""


def test_a_link_in_a_kmz_and_a_link_alone(folder, tmp_path):
    link = "<NetworkLink><name>更多</name><Link><href>more.kml</href></Link></NetworkLink>"
    ring = " ".join(f"{x},{y}" for x, y in base.farm().to_crs(4326).geometry[0].exterior.coords)
    place = (
        "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )
    kmz = make.zipped(tmp_path / "data.kmz", {"doc.kml": KML.format(body=place + link).encode()})
    unsaid(folder, kmz, "kml_link_ignored", "ignore-links")


def test_hostile_row_without_geometry(folder):
    file = hostile("row_without_geometry.csv")
    unsaid(folder, file, "rows_rejected", "ignore-rejected-rows:1", crs=base.CRS)


@pytest.mark.parametrize("last", ["P3", "3", "丙", "P3,,"])
def test_a_last_row_with_only_an_id_is_a_row(folder, tmp_path, last):
    rings = [f'P{k},x,"{g.wkt}"' for k, g in enumerate(base.farm().geometry)]
    file = tmp_path / "data.csv"
    file.write_text("\n".join(["id,name,wkt", *rings, last]), encoding="utf-8")
    unsaid(folder, file, "rows_rejected", "ignore-rejected-rows:1", crs=base.CRS)


def test_a_note_under_a_table_is_no_row(folder, tmp_path):
    rings = [f'P{k},x,"{g.wkt}"' for k, g in enumerate(base.farm().geometry)]
    file = tmp_path / "data.csv"
    file.write_text("\n".join(["id,name,wkt", *rings, "注：面积为椭球面积", "填表人：张三"]), encoding="utf-8")
    found = add(folder, file, crs=base.CRS)
    assert found == {
        "table_note": "fixed",
        "fields_taken": "fixed",
    }  # the column `id` is taken by its name
    assert statuses(folder)["p15"] == "eligible"


def gdb(tmp_path, count=200):
    cells = [
        base.box(100 * (k % 20), 100 * (k // 20), 100 * (k % 20) + 90, 100 * (k // 20) + 90, -800) for k in range(count)
    ]
    names = [f"永久基本农田图斑第{k}号" for k in range(count)]
    frame = gpd.GeoDataFrame({"MC": names}, geometry=cells, crs=base.CRS)
    path = tmp_path / "data.gdb"
    pyogrio.write_dataframe(frame, path, driver="OpenFileGDB", layer="farm")
    return path


def largest(path, suffix):
    return max(path.glob(f"*.{suffix}"), key=lambda p: p.stat().st_size)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9, 0.999])
def test_a_cut_gdbtable_blocks(folder, tmp_path, share):
    table = largest(gdb(tmp_path), "gdbtable")
    data = table.read_bytes()
    table.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BlockedError) as caught:
        add(folder, tmp_path / "data.gdb")
    assert {r.code for r in caught.value.reasons} & {"gdb_truncated", "row_count_differs", "file_unreadable"}
    assert spec.read(folder).layer("farm") is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.99])
def test_a_cut_gdbtablx_blocks(folder, tmp_path, share):
    path = gdb(tmp_path)
    table = largest(path, "gdbtable").with_suffix(".gdbtablx")
    data = table.read_bytes()
    table.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BlockedError) as caught:
        add(folder, path)
    assert {r.code for r in caught.value.reasons} & {
        "gdb_truncated",
        "row_count_differs",
        "file_unreadable",
        "no_layers",
    }


@pytest.mark.parametrize("name", ["gdb_table_cut.gdb", "gdb_tablx_cut.gdb"])
def test_hostile_gdb(folder, name):
    with pytest.raises(BlockedError) as caught:
        add(folder, hostile(name))
    assert {r.code for r in caught.value.reasons} == {"gdb_truncated"}


def test_a_lost_index_file_blocks(folder, tmp_path):
    path = gdb(tmp_path)
    largest(path, "gdbtable").with_suffix(".gdbtablx").unlink()
    with pytest.raises(BlockedError):
        add(folder, path)


def test_a_whole_gdb_is_read_whole(folder, tmp_path):
    found = add(folder, gdb(tmp_path))
    assert not {c for c, s in found.items() if s != "fixed"}
    assert statuses(folder)["p00"] == "excluded"


# --- consents have bounds ---------------------------------------------------------


def spoiled(tmp_path, good, bad):
    frame = gpd.GeoDataFrame(
        {"MC": ["x"] * (good + bad)},
        geometry=[base.box(0, 0, 50, 50)] * good + [None] * bad, crs=base.CRS,
    )  # fmt: skip
    return write(tmp_path, frame)


@pytest.mark.parametrize(
    ("good", "bad", "consent", "holds"),
    [
        (1, 1, "ignore-rejected-rows", True),
        (0, 2, "ignore-rejected-rows", False),
        (0, 2, "ignore-rejected-rows:2", False),
        (1, 2, "ignore-rejected-rows", False),
        (1, 2, "ignore-rejected-rows:2", False),
        (2, 2, "ignore-rejected-rows:2", True),
        (2, 2, "ignore-rejected-rows:1", False),
        (40, 2, "ignore-rejected-rows", True),
        (20, 2, "ignore-rejected-rows", False),
        (20, 2, "ignore-rejected-rows:2", True),
    ],
)
def test_accepting_rejected_rows_has_a_bound(folder, tmp_path, good, bad, consent, holds):
    add(folder, spoiled(tmp_path, good, bad), accept=(consent,))
    assert (statuses(folder)["p15"] == "eligible") is holds
    found = problems(folder)
    assert (found.get("rows_rejected", found.get("rows_rejected_most", "fixed")) != "fixed") is not holds


def test_what_was_accepted_stays_listed(folder, tmp_path):
    add(folder, spoiled(tmp_path, 2, 1), accept=("ignore-rejected-rows:1",))
    statuses(folder)
    assert problems(folder)["coverage_accepted"] == "fixed"


def test_a_run_says_texts_and_not_counts(folder, tmp_path):
    add(folder, write(tmp_path, base.farm(200_000.0)))
    report = runs.update(folder, "screen", silent)
    for language, words in (("zh", "研究范围内"), ("en", "in the study area")):
        said = "\n".join(summary.after_run(folder, report, language))
        assert words in said
        assert "layer-elsewhere" in said


def test_the_same_words_everywhere(folder, tmp_path):
    from layers.text import sentence

    file = write(tmp_path, base.farm(200_000.0))
    entry = {"role": "constraint", "id": "farm", "coverage": "complete"}
    [one] = [f.reason for f in catalog.checked(folder, file, entry) if f.code == "layer_elsewhere"]
    [two] = [f.reason for f in catalog.add(folder, file, entry) if f.code == "layer_elsewhere"]
    [three] = [f.reason for f in catalog.check(folder, silent) if f.code == "layer_elsewhere"]
    assert sentence(one, "zh") == sentence(two, "zh") == sentence(three, "zh")
    assert np.isclose(one.values["distance_m"], 199_400.0, atol=500)


def test_check_file_takes_the_options_of_add(folder, tmp_path):
    """The same file, checked for a study by command and added: the same sentences."""
    from typer.testing import CliRunner

    from luodi import cli

    file = write(tmp_path, base.farm(200_000.0))
    options = ["--role", "constraint", "--id", "farm", "--coverage", "complete", "--lang", "zh"]
    checked = CliRunner().invoke(cli, ["check", str(file), "--study", str(folder), *options])
    added = CliRunner().invoke(cli, ["add", str(folder), str(file), *options])
    assert checked.exit_code == added.exit_code == 0
    said = [line.partition("：")[2] for line in checked.output.splitlines() if "研究范围内" in line]
    assert said, "a check names the file and how grave it is before the sentence"
    assert said == [line for line in added.output.splitlines() if "研究范围内" in line]
    bare = CliRunner().invoke(cli, ["check", str(file), "--study", str(folder)])
    assert bare.exit_code == 2


def test_check_file_reads_as_it_is_told(tmp_path):
    ring = base.farm().geometry[0].wkt
    file = tmp_path / "data.csv"
    file.write_text(f"id;name;wkt\n1;甲;{ring}\n", encoding="utf-8")
    assert base.codes(catalog.check(file, silent))["crs_missing_open"] == "block"
    assert catalog.check(file, silent, {"crs": base.CRS}) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_home_says_that_declared_coverage_is_not_believed(folder, tmp_path, language):
    from layers.serve.pages.glance import glance
    from layers.study.run.results import open_results
    from layers.text import say
    from views.parts import home_tables

    add(folder, write(tmp_path, base.farm(200_000.0)))
    statuses(folder)
    results = open_results(folder)
    seen = glance(results)
    assert say("uihome.coverage_withheld", language) in home_tables.layers(results, seen, language)
    said = home_tables.attention(results, seen, [], False, language)
    assert {"zh": "研究范围内", "en": "in the study area"}[language] in said
