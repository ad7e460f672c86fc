"""A table of a run in a PostGIS database: what leaves is that of every other format, and nothing is half there."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from geo.basis.errors import BlockedError, CallError
from geo.basis.tables import TABLES
from layers.basis.postgis import address
from layers.outputs import database as writer
from layers.outputs.files import export
from layers.study.run.results import open_results
from luodi import cli
from tests import district
from tests.contracts.secrets import leaks, planted
from tests.databases import SECRET

HOUSE = "postgis:county/gis.house"


@pytest.fixture
def results(run_district):
    return open_results(run_district)


def put(results, table="candidates", to=HOUSE, **more):
    return writer.export(results, address(to), table, "en", **more)


def refusal(results, **more):
    with pytest.raises(BlockedError) as refused:
        put(results, **more)
    return refused.value.reasons[0].code


def test_names_of_columns_are_such_as_the_database_keeps():
    long = "cut_" + "田" * 40
    found = writer._names([long, long + "a", "ctid", "geometry", "a", "a", 'Kurz "x"'])
    assert len(set(found)) == len(found)
    assert max(len(n.encode()) for n in found) <= writer.LONGEST
    assert found[2:] == ["ctid_", "geometry_", "a", "a_2", 'Kurz "x"']


def test_what_is_not_known_is_null_and_an_empty_text_is_a_text():
    frame = pd.DataFrame({"t": ["", None, 'a"b,\nc', "\\."], "f": [1.5, np.nan, np.inf, 0.1],
                          "i": pd.array([1, None, 3, 4], "Int64"), "b": [True, False, True, False],
                          "d": pd.to_datetime(["2026-01-02", None, None, "2026-12-31"])})  # fmt: skip
    made = [writer._array(frame[c], writer._type(frame[c])) for c in frame]
    lines = writer._lines(made).decode().splitlines()
    assert [writer._type(frame[c]) for c in frame] == ["text", "double precision", "bigint", "boolean", "date"]
    assert lines == ['"",1.5,1,true,2026-01-02', ",,,false,", '"a""b, c",,3,true,', '"\\.",0.1,4,false,2026-12-31']


@pytest.mark.parametrize("text", ["postgis:county", "postgis:county/gis.house.geom"])
def test_a_call_without_a_table_is_refused(results, text):
    with pytest.raises(CallError) as refused:
        put(results, to=text)
    assert refused.value.reasons[0].code == "database_export_address"


@pytest.mark.long
def test_a_table_has_the_rows_types_shapes_and_words_of_the_list(database, results, tmp_path):
    assert put(results).rows == 12
    export(results, tmp_path / "list.parquet", "candidates", "en")
    wanted = gpd.read_parquet(tmp_path / "list.parquet").drop(columns="notes")
    found = database.sql("SELECT * FROM gis.house ORDER BY parcel_id")
    names = [c for (c,) in database.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = 'gis' "
                                        "AND table_name = 'house' ORDER BY ordinal_position")]  # fmt: skip
    assert names == list(wanted)
    frame = pd.DataFrame(found, columns=names)
    for name in names[:-1]:
        same = wanted[name].astype(object).where(wanted[name].notna(), None).tolist()
        assert frame[name].tolist() == same, name
    shapes = shapely.from_wkb(frame["geometry"].to_numpy())
    assert shapely.equals(shapes, wanted.geometry.to_numpy()).all()
    assert dict(zip(frame["parcel_id"], frame["net_m2"], strict=True)) == pytest.approx(
        {p: area for p, (_, area) in district.EXPECTED.items()}, abs=1e-3
    )
    assert database.sql("SELECT type, srid FROM geometry_columns WHERE f_table_name = 'house'") == [
        ("MULTIPOLYGON", 4549)
    ]
    keys = database.sql("SELECT indexdef FROM pg_indexes WHERE tablename = 'house' ORDER BY 1")
    assert [("btree (parcel_id)" in k, "gist (geometry)" in k) for (k,) in keys] == [(False, True), (True, False)]
    said = database.sql("SELECT obj_description('gis.house'::regclass), col_description('gis.house'::regclass, 2)")[0]
    assert results.run_id in said[0]
    assert "张三" in said[0], "what was not examined stands with the list"
    assert said[1] == "Status"


@pytest.mark.long
def test_every_table_of_a_run_can_be_handed_over(database, results):
    for name in (t for t in TABLES if results.has(t)):
        rows = put(results, name, f"postgis:county/gis.{name}").rows
        assert database.sql(f'SELECT count(*) FROM gis."{name}"') == [(rows,)]
        assert rows == len(results.table(name)), name


@pytest.mark.long
def test_a_table_of_ours_is_filled_again_and_rights_and_views_stay(database, results):
    put(results)
    database.sql("GRANT SELECT ON gis.house TO guarded; CREATE VIEW gis.seen AS SELECT parcel_id FROM gis.house")
    keep = np.arange(12) < 5
    assert put(results, keep=keep).rows == 5
    assert database.sql("SELECT count(*) FROM gis.seen") == [(5,)]
    assert database.sql("SELECT has_table_privilege('guarded', 'gis.house', 'SELECT')") == [(True,)]
    database.sql("ALTER TABLE gis.house ADD COLUMN ours int")
    assert refusal(results) == "database_depended_on"
    assert database.sql("SELECT count(*) FROM gis.house") == [(5,)]
    database.sql("DROP VIEW gis.seen")
    assert put(results).rows == 12
    assert database.sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'ours'") == [(0,)]


@pytest.mark.long
def test_a_table_of_somebody_else_stays_unless_it_may_go(database, results):
    database.sql("CREATE TABLE gis.house (id int); INSERT INTO gis.house VALUES (7)")
    database.sql("CREATE VIEW gis.seen AS SELECT 1 AS id")
    assert refusal(results) == "database_table_taken"
    assert database.sql("SELECT id FROM gis.house") == [(7,)]
    assert refusal(results, to="postgis:county/gis.seen", overwrite=True) == "database_no_table"
    assert put(results, overwrite=True).rows == 12
    assert refusal(results, table="verdicts") == "database_table_taken", "ours, but another list"


@pytest.mark.long
def test_what_fails_on_the_way_leaves_the_table_as_it_was(database, results, monkeypatch):
    put(results)
    before = database.sql("SELECT parcel_id, net_m2 FROM gis.house ORDER BY 1")
    whole, calls = writer._lines, []
    monkeypatch.setattr(writer, "PIECE", 5)

    def broken(columns):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return whole(columns)

    monkeypatch.setattr(writer, "_lines", broken)
    with pytest.raises(MemoryError):
        put(results)
    assert database.sql("SELECT parcel_id, net_m2 FROM gis.house ORDER BY 1") == before
    monkeypatch.setattr(writer, "_lines", lambda columns: b"only,two\n")
    assert refusal(results) == "database_failed"
    monkeypatch.setattr(writer, "_lines", lambda columns: b"")
    assert refusal(results) == "export_rows_differ"
    assert database.sql("SELECT parcel_id, net_m2 FROM gis.house ORDER BY 1") == before


@pytest.mark.long
def test_what_the_database_refuses_is_said_with_what_to_do(database, results):
    database.sql("GRANT USAGE ON SCHEMA gis TO guarded")
    codes = [refusal(results, to=to) for to in (
        "postgis:county/none.house", "postgis:guarded/gis.house", "postgis:plain/gis.house", "postgis:wrong/gis.house",
    )]  # fmt: skip
    assert codes == [
        "database_schema_unknown", "database_forbidden", "database_without_postgis", "database_unreachable",
    ]  # fmt: skip
    database.sql(
        "CREATE TABLE gis.kept AS SELECT * FROM spatial_ref_sys; DELETE FROM spatial_ref_sys WHERE srid = 4549"
    )
    try:
        assert refusal(results) == "database_system_unknown"
    finally:
        database.sql("INSERT INTO spatial_ref_sys SELECT * FROM gis.kept WHERE srid = 4549")
    assert database.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'house'") == [(0,)]


@pytest.mark.long
def test_nothing_of_a_use_only_layer_leaves(database, tmp_path):
    hidden = planted(tmp_path / "hidden", secret=True)
    told = planted(tmp_path / "told", secret=False)
    said = {"hidden": "", "told": ""}
    for which, found in (("hidden", hidden), ("told", told)):
        for name in (t for t in TABLES if found.has(t)):
            try:
                put(found, name, overwrite=True)
            except BlockedError as refused:
                said[which] += repr(refused.reasons)
                continue
            rows = pd.DataFrame(database.sql("SELECT * FROM gis.house"))
            said[which] += "\n".join(repr(v) for c in rows for v in rows[c].tolist())
            said[which] += (
                str(database.sql("SELECT ST_AsText(geometry, 7) FROM gis.house")) if TABLES[name].geometry else ""
            )
            said[which] += str(database.sql("SELECT obj_description('gis.house'::regclass)"))
    assert leaks(said["hidden"]) == set()
    assert {"Canary rule", "6287 in ha", "6287 in m2"} <= leaks(said["told"]), "the search finds what is open"


@pytest.mark.long
def test_what_is_written_can_be_read_back_into_a_study(database, results, tmp_path):
    put(results, "parcels")
    folder = tmp_path / "study"
    said = []
    for call in (
        ["new", folder, "--crs", district.CRS],
        ["add", folder, HOUSE, "--role", "parcels", "--field", "parcel_id=parcel_id"],
        ["screen", folder],
        ["export", folder, HOUSE, "--table", "parcels"],
        ["export", folder, HOUSE, "--table", "parcels", "--overwrite", "--where", "parcel_id = p03"],
        ["export", folder, tmp_path / "a.csv", "--overwrite"],
        ["export", folder, HOUSE, "--layout", "meeting"],
    ):
        done = CliRunner().invoke(cli, [*map(str, call), "--lang", "en"])
        assert SECRET not in done.output
        assert "Traceback" not in done.output
        said.append((done.exit_code, done.output))
    assert [code for code, _ in said] == [0, 0, 0, 1, 0, 2, 2]
    assert "was not written by this study" in said[3][1]
    assert f"1 rows written to {HOUSE}" in said[4][1]
    back = gpd.GeoDataFrame(open_results(folder).table("parcels"))
    mine = gpd.GeoDataFrame(results.table("parcels"))
    assert shapely.equals(back.geometry.to_numpy(), mine.geometry.to_numpy()).all()
