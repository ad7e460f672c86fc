"""Every format says the same, and nothing that must stay inside leaves."""

import json
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from geo.basis.units import HA_M2, MU_M2
from layers.outputs import formats, meeting
from layers.outputs.files import candidates_file, export
from layers.outputs.project import notes, projection, safe, visible
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words.explain import explain
from tests import district


@pytest.fixture
def results(run_district):
    return open_results(run_district)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg", "geojson", "parquet"])
def test_every_format_carries_every_row_and_the_same_areas(results, tmp_path, kind, language):
    path = tmp_path / f"list.{kind}"
    assert export(results, path, "candidates", language) == 12
    rows = {
        "csv": lambda: pd.read_csv(path).iloc[:, [0]].assign(net=pd.read_csv(path).filter(regex="m²").iloc[:, 1]),
        "xlsx": lambda: sheet(path),
        "gpkg": lambda: gpd.read_file(path, use_arrow=True)[["parcel_id", "net_m2"]],
        "geojson": lambda: gpd.read_file(path)[["parcel_id", "net_m2"]],
        "parquet": lambda: gpd.read_parquet(path)[["parcel_id", "net_m2"]],
    }[kind]()
    found = dict(zip(rows.iloc[:, 0], rows.iloc[:, 1].astype(float), strict=True))
    assert found == pytest.approx({p: area for p, (_, area) in district.EXPECTED.items()}, abs=1e-3)


def test_a_sheet_that_cannot_hold_the_rows_is_refused_with_the_way_out(results, tmp_path, monkeypatch):
    made = projection(results, "candidates", "en")
    holds = len(made.frame) + len(made.notes) + 2
    monkeypatch.setitem(formats.FORMATS, "xlsx", replace(formats.FORMATS["xlsx"], most=holds))
    assert export(results, tmp_path / "a.xlsx", "candidates", "en") == 12
    monkeypatch.setitem(formats.FORMATS, "xlsx", replace(formats.FORMATS["xlsx"], most=holds - 1))
    with pytest.raises(CallError) as refused:
        export(results, tmp_path / "b.xlsx", "candidates", "en")
    told = refused.value.reasons[0]
    assert (told.code, told.values["count"], told.values["room"]) == ("format_too_small", 12, 11)
    assert "csv" in told.values["others"]
    assert "geojson" not in told.values["others"]
    assert not (tmp_path / "b.xlsx").exists()


def sheet(path):
    page = openpyxl.load_workbook(path).active
    rows = [[c.value for c in row] for row in page.iter_rows()]
    head = next(k for k, row in enumerate(rows) if row[1] in ("Status", "状态"))
    frame = pd.DataFrame(rows[head + 1 :], columns=rows[head])
    return frame.iloc[:, [0]].assign(net=frame[[c for c in frame if c in ("Usable (m²)", "可用面积（m²）")]])


def test_the_row_adds_up_to_its_net_area(results):
    for language, unit, size, step in (("zh", "mu", MU_M2, 0.01), ("en", "ha", HA_M2, 0.0001)):
        frame = projection(results, "candidates", language).frame
        taken = frame[[c for c in frame if c.startswith("cut_")]].sum(axis=1)
        assert (frame[f"gross_{unit}"] - taken - frame[f"net_hi_{unit}"]).abs().max() < 1.1 * step
        assert (frame["gross_m2"] / size - frame[f"gross_{unit}"]).abs().max() < 0.51 * step
        assert not [c for c in frame if c.endswith("_ha" if unit == "mu" else "_mu")]


def test_what_was_not_examined_stands_on_every_list(results, tmp_path):
    told = " ".join(notes(results, "zh"))
    assert "压覆矿产" in told
    assert "张三" in told
    for kind in ("csv", "geojson"):
        export(results, tmp_path / f"a.{kind}", "candidates", "zh")
        assert "张三" in (tmp_path / f"a.{kind}").read_text(encoding="utf-8")
    for kind in ("xlsx", "gpkg", "parquet"):
        export(results, tmp_path / f"a.{kind}", "candidates", "zh")
    pages = pd.read_excel(tmp_path / "a.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert any("张三" in frame.to_string() for frame in pages.values())
    for frame in (gpd.read_file(tmp_path / "a.gpkg"), gpd.read_parquet(tmp_path / "a.parquet")):
        assert "张三" in frame["notes"].iloc[0]
        assert frame["notes"].str.contains(results.run_id).all()


def test_a_missing_layer_is_said_once_with_the_parcels_it_leaves_open(own_district):
    text = (own_district / "study.toml").read_text(encoding="utf-8")
    head, tail = text.split('[[layers]]\nid = "flood"')
    (own_district / "study.toml").write_text(head, encoding="utf-8")
    assert "flood" in tail
    runs.update(own_district, "screen", silent)
    found = open_results(own_district)
    told = [line for line in notes(found, "en") if "No data" in line]
    left = int((found.table("candidates")["status"] != "excluded").sum())
    assert len(told) == 1
    assert f"Flood ({left})" in told[0]


def test_a_rule_from_memory_is_marked_wherever_a_list_names_it(own_district, tmp_path):
    path = own_district / "inputs" / "rules.toml"
    head, tail = path.read_text(encoding="utf-8").split('id = "flood"')
    path.write_text(head + 'id = "flood"' + tail.replace('confidence = "S"', 'confidence = "M"', 1), encoding="utf-8")
    runs.update(own_district, "screen", silent)
    found = open_results(own_district)
    row = projection(found, "candidates", "zh").frame.set_index("parcel_id").loc["p05"]
    assert "洪泛区（未核实）" in row["conditions"]
    assert "洪泛区（未核实）" in row["why"]
    assert any("未核实的数值" in line and "洪泛区" in line for line in notes(found, "zh"))
    told = explain(found, "p05", "zh")
    assert "洪泛区（未核实）" in told.why
    assert next(r for r in told.rules if r.rule_id == "flood").mark
    assert "洪泛区（未核实）" in "\n".join(str(c.cells) for c in meeting.columns(found, "zh"))


def test_geojson_is_rfc_7946(results, tmp_path):
    export(results, tmp_path / "a.geojson", "candidates", "en")
    body = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert "crs" not in body
    ring = body["features"][0]["geometry"]["coordinates"][0]
    assert 119 < ring[0][0] < 121
    assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring)) < 0  # counter-clockwise


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_text_never_becomes_a_formula(text):
    assert safe(text) == "'" + text
    assert safe(-1.5) == -1.5


def test_wrong_calls_are_told(results, tmp_path):
    for path, table, code in (
        (tmp_path / "a.pdf", "candidates", "format_unknown"),
        (tmp_path / "a.csv", "nothing", "table_unknown"),
        (tmp_path / "a.gpkg", "verdicts", "table_without_shapes"),
    ):
        with pytest.raises(CallError) as caught:
            export(results, path, table, "en")
        assert caught.value.reasons[0].code == code
    with pytest.raises(BlockedError):
        export(results, tmp_path / "no" / "a.csv", "candidates", "en")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", sorted(formats.FORMATS))
def test_case_86_an_old_file_survives_a_full_disk(results, tmp_path, monkeypatch, kind):
    path = tmp_path / f"a.{kind}"
    path.write_text("old")

    def broken(part, *rest):
        part.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(formats.FORMATS, kind, replace(formats.FORMATS[kind], write=broken))
    with pytest.raises(BlockedError):
        export(results, path, "candidates", "en")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_use_only_layer_never_leaves(own_district, tmp_path):
    study = own_district / "study.toml"
    text = study.read_text(encoding="utf-8").replace('id = "farm"', 'id = "farm"\nuse_only = true', 1)
    study.write_text(text, encoding="utf-8")
    runs.update(own_district, "screen", silent)
    results = open_results(own_district)
    for kind in ("csv", "geojson"):
        export(results, tmp_path / f"a.{kind}", "candidates", "zh")
        assert "永久基本农田" not in (tmp_path / f"a.{kind}").read_text(encoding="utf-8")
    for table in ("overlaps", "verdicts", "ledger"):
        frame = projection(results, table, "zh").frame
        assert not frame.astype(str).apply(lambda column: column.str.contains("farm")).any(axis=None)
    export(results, tmp_path / "land.gpkg", "land", "zh")
    left = gpd.read_file(tmp_path / "land.gpkg", layer="land").set_index("parcel_id")
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id").geometry
    held = left["net_m2"].isna()
    assert held.any()
    for parcel in left.index[held]:
        assert left.geometry[parcel].equals(parcels[parcel]), "the whole parcel, not what the layer leaves of it"


def test_headers_are_words(results):
    for language in ("en", "zh"):
        assert not [c for c in visible(results, "candidates", language) if "_" in str(c)]


def test_download_is_the_same_file(results):
    name, content = candidates_file(results, "csv", "en")
    assert results.run_id in name
    assert content.startswith(b"\xef\xbb\xbfParcel,Status")
