"""Tables of a PostGIS database become files of ours: every row is handed over or listed."""

from dataclasses import asdict

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from geo.basis.errors import BlockedError, CallError
from layers.basis.postgis import address
from layers.sources import database as reader
from layers.sources import fetched, gate
from layers.study import catalog, spec
from luodi import cli
from tests.databases import SECRET

pytestmark = pytest.mark.long
SQUARE = "ST_MakeEnvelope(500000 + {k} * 100, 3180000, 500090 + {k} * 100, 3180090, 4549)"


def read(server, name, folder):
    """Copy a table in this process and open the copy as every file is opened."""
    at = address(f"postgis:county/{name}")
    made = folder / "made"
    made.mkdir(exist_ok=True)
    told = reader.asked({"bounds": gate.LIMITS, **asdict(at)}, made)
    return told, gate.open_vector(made / reader.FILE, folder / "cache")


def refused(server, name, folder, service="county"):
    with pytest.raises(BlockedError) as found:
        reader.asked({"bounds": gate.LIMITS, **asdict(address(f"postgis:{service}/{name}"))}, folder)
    return found.value.reasons[0]


def parcels(server, name="gis.dltb", count=5, key="PRIMARY KEY", order="ASC"):
    server.sql(f"CREATE TABLE {name} (bsm text {key}, dlbm text, geom geometry(Polygon, 4549))")
    server.sql(
        f"INSERT INTO {name} SELECT 'p' || lpad(k::text, 6, '0'), '0101', {SQUARE.format(k='k')} "
        f"FROM generate_series(1, {count}) AS k ORDER BY k {order}"
    )


def test_every_type_of_column_comes_as_from_a_file(database, tmp_path):
    database.sql("""
        CREATE DOMAIN gis.area AS numeric(12, 2); CREATE TYPE gis.mood AS ENUM ('好', '差');
        CREATE TABLE gis."地类 图斑" (
            "BSM" numeric(19, 0) PRIMARY KEY, "名称 ""甲"" 一" text, mj numeric(12, 2), dom gis.area,
            wide numeric, i int8, r float4, f float8, t bool, d date, ts timestamptz,
            a int[], j jsonb, m gis.mood, none text, blob bytea, "Geom" geometry(Polygon, 4549));
        INSERT INTO gis."地类 图斑" VALUES (1234567890123456789, '东村', 12.50, 7, 98765432109876543210.5,
            9007199254740993, 0.5, 0.1, true, '2026-03-01', '2026-03-01 08:00+08',
            '{1,2}', '{"k": [1]}', '好', NULL, '\\x00ff',
            ST_MakeEnvelope(500000, 3180000, 500100, 3180100, 4549))
    """)
    told, file = read(database, 'gis."地类 图斑"', tmp_path)
    row = file.frame.iloc[0]
    assert told["rows"] == file.total == 1
    assert file.crs == "EPSG:4549"
    assert dict(row.drop(["none", "blob"])) == {
        "BSM": "1234567890123456789", '名称 "甲" 一': "东村", "mj": 12.5, "dom": 7.0, "wide": "98765432109876543210.5",
        "i": "9007199254740993", "r": 0.5, "f": 0.1, "t": "true", "d": "2026-03-01", "ts": "2026-03-01 00:00:00+00",
        "a": "{1,2}", "j": '{"k": [1]}', "m": "好",
    }  # fmt: skip
    assert row[["none", "blob"]].isna().all()
    assert [(f.code, f.reason.values.get("fields")) for f in file.findings] == [("columns_of_bytes", ["blob"])]
    assert file.shapes[0].area == 10_000.0


def test_every_row_is_handed_over_or_listed(database, tmp_path):
    database.sql("""
        CREATE TABLE gis.mixed (id int PRIMARY KEY, geom geometry);
        INSERT INTO gis.mixed VALUES (1, 'SRID=4549;POLYGON((0 0, 9 0, 9 9, 0 9, 0 0))'), (2, NULL),
        (3, 'SRID=4549;POLYGON EMPTY'), (4, 'SRID=4549;POLYGON Z((20 0 5, 29 0 5, 29 9 5, 20 9 5, 20 0 5))'),
        (5, 'SRID=4549;POLYGON M((40 0 5, 49 0 5, 49 9 5, 40 9 5, 40 0 5))'),
        (6, 'SRID=4549;CURVEPOLYGON(CIRCULARSTRING(60 0, 70 10, 60 20, 50 10, 60 0))'),
        (7, 'SRID=4549;MULTISURFACE(((80 0, 89 0, 89 9, 80 9, 80 0)))'), (8, 'SRID=4549;TIN(((0 0, 0 1, 1 1, 0 0)))'),
        (9, 'SRID=4549;POLYGON((100 0, 109 9, 109 0, 100 9, 100 0))'), (10, 'SRID=4549;POINT(1 1)'),
        (11, 'SRID=4549;GEOMETRYCOLLECTION(POINT(1 1), POLYGON((120 0, 129 0, 129 9, 120 9, 120 0)))'),
        (12, 'SRID=4549;POLYGON ZM((140 0 1 2, 149 0 1 2, 149 9 1 2, 140 9 1 2, 140 0 1 2))')
    """)
    told, file = read(database, "gis.mixed", tmp_path)
    listed = {int(f.row) for f in file.findings if f.severity == "rejected"}
    assert told["rows"] == file.total == 12
    assert sorted([*file.rows.tolist(), *listed]) == list(range(1, 13)), "each once"
    assert {2, 3, 8} <= listed
    found = dict(zip(file.rows.tolist(), file.shapes, strict=True))
    assert [found[k].area for k in (1, 4, 5, 7, 12)] == [81.0] * 5
    assert found[6].area == pytest.approx(np.pi * 100, rel=1e-4)
    assert not shapely.has_z(file.shapes).any()
    straight = next(f for f in file.findings if f.code == "table_straightened")
    assert straight.reason.values["count"] == 2


def test_rows_are_in_the_order_of_the_key_and_the_same_content_is_the_same_file(database, tmp_path):
    kept = []
    for k, (key, order) in enumerate((("PRIMARY KEY", "ASC"), ("PRIMARY KEY", "DESC"), ("", "ASC"), ("", "DESC"))):
        parcels(database, f"gis.t{k}", 50, key, order)
        told, file = read(database, f"gis.t{k}", tmp_path)
        assert file.frame["bsm"].tolist() == [f"p{n:06d}" for n in range(1, 51)]
        kept.append((told["sum"], file.sha256))
    assert len(set(kept)) == 1


def test_the_sum_tells_every_change(database, tmp_path):
    parcels(database)
    sums = set()
    for change in ("dlbm = dlbm", "dlbm = '0102'", "geom = ST_Translate(geom, 0.001, 0)"):
        database.sql(f"UPDATE gis.dltb SET {change} WHERE bsm = 'p000003'")
        told, _ = read(database, "gis.dltb", tmp_path)
        sums.add((told["rows"], told["sum"]))
    database.sql("DELETE FROM gis.dltb WHERE bsm = 'p000001'")
    sums.add(tuple(read(database, "gis.dltb", tmp_path)[0][k] for k in ("rows", "sum")))
    assert len(sums) == 4


def test_a_table_in_many_pieces_is_what_it_is_in_one(database, tmp_path, monkeypatch):
    parcels(database, count=700)
    whole = read(database, "gis.dltb", tmp_path)[1]
    monkeypatch.setattr("layers.sources.database.FETCHED", 90)
    monkeypatch.setattr("layers.sources.database.GROUP_ROWS", 200)
    pieces = read(database, "gis.dltb", tmp_path)[1]
    assert pieces.frame.equals(whole.frame)
    assert shapely.equals_exact(pieces.shapes, whole.shapes).all()
    assert pieces.total == 700


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW gis.seen AS SELECT * FROM gis.dltb",
        "CREATE MATERIALIZED VIEW gis.seen AS SELECT * FROM gis.dltb",
        "CREATE DOMAIN gis.ground AS geometry; CREATE TABLE gis.seen (bsm text, dlbm text, geom gis.ground); "
        "INSERT INTO gis.seen SELECT * FROM gis.dltb",
        "CREATE TABLE gis.seen (bsm text, dlbm text, geom geometry(Polygon, 4549)) PARTITION BY LIST (dlbm); "
        "CREATE TABLE gis.one PARTITION OF gis.seen DEFAULT; INSERT INTO gis.seen SELECT * FROM gis.dltb",
    ],
)
def test_views_partitions_and_domains_are_read_as_tables(database, tmp_path, made):
    parcels(database)
    database.sql(made)
    told, file = read(database, "gis.seen", tmp_path)
    assert (told["rows"], file.crs) == (5, "EPSG:4549")
    assert shapely.area(file.shapes).tolist() == pytest.approx([8100.0] * 5)
    listed = fetched_layers(tmp_path)
    assert "postgis:county/gis.seen" in listed
    assert "postgis:county/gis.one" not in listed


def fetched_layers(folder):
    with pytest.raises(CallError) as told, fetched.copied(address("postgis:county"), folder / "cache", "x"):
        pass
    return told.value.reasons[0].values["known"]


def test_systems_come_from_the_number_of_the_shapes(database, tmp_path):
    database.sql("""
        CREATE TABLE gis.round (id int PRIMARY KEY, g geography(Polygon));
        INSERT INTO gis.round VALUES (1, 'POLYGON((118 28, 118.001 28, 118.001 28.001, 118 28))');
        CREATE TABLE gis.bare (id int PRIMARY KEY, g geometry);
        INSERT INTO gis.bare VALUES (1, 'POLYGON((0 0, 9 0, 9 9, 0 0))');
        INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext) SELECT 910001, 'local', 1,
        replace(srtext, '4549', '910001') FROM spatial_ref_sys WHERE srid = 4549 ON CONFLICT DO NOTHING;
        CREATE TABLE gis.local (id int PRIMARY KEY, g geometry(Polygon, 910001));
        INSERT INTO gis.local VALUES (1, 'SRID=910001;POLYGON((0 0, 9 0, 9 9, 0 0))');
        CREATE TABLE gis.several (id int, g geometry);
        INSERT INTO gis.several VALUES (1, 'SRID=4549;POINT(1 1)'), (2, 'SRID=4326;POINT(1 1)')
    """)
    assert read(database, "gis.round", tmp_path)[1].crs == "EPSG:4326"
    assert read(database, "gis.bare", tmp_path)[1].crs == ""
    assert "CGCS2000" in read(database, "gis.local", tmp_path)[1].crs
    told = refused(database, "gis.several", tmp_path)
    assert (told.code, told.values["srids"]) == ("database_several_systems", ["4326", "4549"])


def test_of_several_columns_of_shapes_one_is_named(database, tmp_path):
    database.sql("CREATE TABLE gis.two (id int PRIMARY KEY, area geometry(Polygon, 4549), at geometry(Point, 4549))")
    database.sql(f"INSERT INTO gis.two VALUES (1, {SQUARE.format(k=1)}, ST_Centroid({SQUARE.format(k=1)}))")
    told = refused(database, "gis.two", tmp_path)
    assert (told.code, told.values["known"]) == ("database_several_shapes", ["gis.two.area", "gis.two.at"])
    _, file = read(database, "gis.two.area", tmp_path)
    assert (list(file.frame), file.shapes[0].area) == (["id"], pytest.approx(8100.0))
    assert fetched_layers(tmp_path) == ["postgis:county/gis.two.area", "postgis:county/gis.two.at"]


def test_an_empty_table_proves_nothing(database, tmp_path):
    database.sql("CREATE TABLE gis.empty (id int PRIMARY KEY, g geometry(Polygon, 4549))")
    told, file = read(database, "gis.empty", tmp_path)
    assert (told["rows"], file.total, [f.code for f in file.findings]) == (0, 0, ["layer_empty"])


def test_what_goes_wrong_is_a_sentence_with_what_to_do(database, tmp_path):
    parcels(database)
    database.sql("CREATE TABLE gis.noshapes (id int)")
    database.sql("""
        CREATE FUNCTION gis.gone() RETURNS boolean LANGUAGE sql AS 'SELECT pg_terminate_backend(pg_backend_pid())';
        CREATE FUNCTION gis.written() RETURNS int LANGUAGE sql AS 'INSERT INTO gis.noshapes VALUES (1) RETURNING 1';
        CREATE VIEW gis.breaks AS SELECT *, gis.gone() AS g FROM gis.dltb;
        CREATE VIEW gis.writes AS SELECT *, gis.written() AS w FROM gis.dltb;
        CREATE TABLE gis.policed AS SELECT * FROM gis.dltb; ALTER TABLE gis.policed ENABLE ROW LEVEL SECURITY;
        CREATE POLICY few ON gis.policed FOR SELECT TO guarded USING (bsm < 'p000003');
        GRANT USAGE ON SCHEMA gis TO guarded; GRANT SELECT ON gis.policed TO guarded
    """)
    told = {
        (service, name): refused(database, name, tmp_path, service).code
        for service, name in (
            ("county", "gis.none"), ("county", "gis.DLTB"), ("county", "gis.noshapes"), ("county", "gis.breaks"),
            ("county", "gis.writes"), ("guarded", "gis.dltb"), ("guarded", "gis.policed"), ("wrong", "gis.dltb"),
            ("nobody_there", "gis.dltb"), ("undescribed", "gis.dltb"), ("plain", "gis.dltb"),
        )
    }  # fmt: skip
    assert list(told.values()) == [
        "database_table_unknown", "database_table_unknown", "database_table_without_shapes", "database_lost",
        "database_failed", "database_forbidden", "database_rows_hidden", "database_unreachable",
        "database_unreachable", "database_unreachable", "database_without_postgis",
    ]  # fmt: skip
    assert database.sql("SELECT count(*) FROM gis.noshapes") == [(0,)], "a reading transaction writes nothing"


def test_texts_that_are_not_what_the_database_says_are_told(database, tmp_path):
    database.sql("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    database.sql("CREATE EXTENSION postgis; CREATE TABLE t (id int PRIMARY KEY, n text, g geometry)", "ascii")
    database.sql("INSERT INTO t VALUES (1, convert_from('\\xb6ab', 'SQL_ASCII'), 'POINT(1 1)')", "ascii")
    kept = database.services.read_text(encoding="utf-8")
    again = kept + kept.split("[guarded]")[0].replace("[county]", "[ascii]").replace("dbname=land", "dbname=ascii")
    database.services.write_text(again, encoding="utf-8")
    assert refused(database, "t", tmp_path, "ascii").code == "database_text_unreadable"


# --- by commands -------------------------------------------------------------------------


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs="EPSG:4549")
    return folder


def luodi(*words, code=0):
    done = CliRunner().invoke(cli, [*map(str, words), "--lang", "en"])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    assert SECRET not in done.output
    return done.output


def test_a_study_takes_a_table_notices_a_change_and_takes_it_anew(database, study):
    parcels(database, "gis.dltb")
    database.sql("GRANT USAGE ON SCHEMA gis TO guarded; GRANT SELECT ON ALL TABLES IN SCHEMA gis TO guarded")
    at = "postgis:guarded/gis.dltb"
    assert at in luodi("add", study, "postgis:guarded", code=2)
    assert "--role" in luodi("add", study, at, code=2)
    luodi("add", study, at, "--role", "parcels", "--field", "parcel_id=bsm")
    kept = spec.read(study).layer("parcels")
    assert (kept.source, kept.origin.table, kept.origin.rows) == ("inputs/dltb.parquet", at, 5)
    assert "holds something else" not in luodi("check", study)
    database.sql("UPDATE gis.dltb SET dlbm = '0103' WHERE bsm = 'p000002'")
    told = luodi("check", study)
    assert "holds something else" in told
    assert f"luodi add {study} '{at}' --replace parcels" in told
    luodi("add", study, at, "--replace", "parcels")
    assert spec.read(study).layer("parcels").origin.sum != kept.origin.sum
    assert "holds something else" not in luodi("check", study)
    everything = [p.read_bytes() for p in study.rglob("*") if p.is_file()]
    assert everything
    assert not any(SECRET.encode() in body for body in everything), "no password in any file of the study"


def test_a_study_that_has_its_copy_needs_no_database(database, study, monkeypatch):
    parcels(database)
    luodi("add", study, "postgis:county/gis.dltb", "--role", "parcels", "--field", "parcel_id=bsm")
    monkeypatch.setenv("PGSERVICEFILE", str(study / "none.conf"))
    told = luodi("check", study)
    assert "could not be opened" in told, "nobody could look whether it changed: said, and no hindrance"
    monkeypatch.setattr(fetched, "_asked", lambda *_, **__: pytest.fail("a network is touched"))
    catalog.check(study)
    luodi("screen", study)
    luodi("verify", study)


def test_a_file_in_the_place_of_a_copy_comes_from_no_table(database, study, tmp_path):
    import geopandas as gpd

    parcels(database)
    luodi("add", study, "postgis:county/gis.dltb", "--role", "parcels", "--field", "parcel_id=bsm")
    frame = gpd.read_parquet(study / "inputs/dltb.parquet")
    frame.to_file(tmp_path / "new.gpkg")
    luodi("add", study, tmp_path / "new.gpkg", "--replace", "parcels")
    assert spec.read(study).layer("parcels").origin is None


def test_a_call_that_is_refused_leaves_nothing(database, study):
    parcels(database)
    before = sorted(p.relative_to(study).as_posix() for p in study.rglob("*"))
    settings = (study / spec.FILE).read_bytes()
    luodi("add", study, "postgis:county/gis.dltb", "--role", "parcels", "--field", "parcel_id=nothing", code=1)
    luodi("add", study, "postgis:wrong/gis.dltb", "--role", "parcels", code=1)
    luodi("add", study, "postgis:county/gis.dltb", "postgis:county/gis.other", "--role", "parcels", code=2)
    after = sorted(p.relative_to(study).as_posix() for p in study.rglob("*") if ".luodi" not in p.parts)
    assert (after, (study / spec.FILE).read_bytes()) == ([p for p in before if ".luodi" not in p], settings)
