"""How a table of a database is named; what holds a password is refused and never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from geo.basis.errors import BlockedError, CallError, LuodiError
from layers.basis import postgis
from layers.basis.postgis import Address, address
from layers.sources import fetched, gate
from luodi import cli

PASSWORD = "kestrel-4711"
NAME = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgis:county/gis.dltb", Address("county", "gis", "dltb")),
        ("postgis:county/dltb", Address("county", "public", "dltb")),
        ("postgis:county/gis.DLTB.geom", Address("county", "gis", "DLTB", "geom")),
        ("postgis:县库/国土.地类 图斑", Address("县库", "国土", "地类 图斑")),
        ('postgis:county/"a.b"."c""d/e"', Address("county", "a.b", 'c"d/e')),
        ("POSTGIS:county", Address("county")),
        ("postgis:/gis.dltb", Address("", "gis", "dltb")),
        ("DLTB.shp", None),
        ("inputs/postgis.gpkg", None),
    ],
)
def test_a_name_says_service_schema_table_and_column(text, expected):
    assert address(text) == expected


@given(schema=NAME, table=NAME, column=NAME)
def test_what_is_listed_can_be_asked_for(schema, table, column):
    at = Address("county", schema, table, column)
    read = address(str(at))
    assert (read.schema, read.table, read.column) == (schema, table, column)


SECRETS = (
    f"postgresql://gis:{PASSWORD}@10.0.0.1/land", f"postgres:/gis:{PASSWORD}@10.0.0.1/land",
    f"PG:host=10.0.0.1 password={PASSWORD}", f"postgis:host=10.0.0.1 password={PASSWORD}/gis.dltb",
    f"postgis:gis:{PASSWORD}@county/gis.dltb", f"jdbc:postgresql://10.0.0.1/land?password={PASSWORD}",
)  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize(
    "call",
    [
        ("add", "STUDY", "IT", "--role", "parcels"),
        ("check", "IT"),
        ("export", "STUDY", "IT"),
        ("redline", "STUDY", "IT"),
    ],
)
def test_a_password_in_a_call_is_refused_and_not_repeated(run_district, call, text):
    words = [str(run_district) if w == "STUDY" else text if w == "IT" else w for w in call]
    done = CliRunner().invoke(cli, [*words, "--lang", "en"])
    assert done.exit_code != 0
    assert "service file" in done.output
    assert PASSWORD not in done.output
    assert "Traceback" not in done.output


def test_without_the_driver_the_call_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(fetched, "find_spec", lambda name: None)
    monkeypatch.setattr(postgis, "find_spec", lambda name: None)
    with pytest.raises(CallError) as refused, fetched.copied(Address("county", "gis", "dltb"), tmp_path, "dltb"):
        pass
    assert refused.value.reasons[0].code == "postgis_not_installed"
    with pytest.raises(CallError) as refused, postgis.speaking(Address("county"), reading=True):
        pass
    assert refused.value.reasons[0].code == "postgis_not_installed"


def test_a_service_nobody_described_is_a_sentence_not_a_traceback(tmp_path, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "none.conf"))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    for act in (
        lambda: fetched.content(Address("county", "gis", "dltb"), tmp_path),
        lambda: _spoken(Address("county")),
    ):
        with pytest.raises(BlockedError) as refused:
            act()
        told = refused.value.reasons[0]
        assert told.code == "database_unreachable"
        assert PASSWORD not in told.to_json()


def _spoken(at):
    with postgis.speaking(at, reading=True):
        pass


@pytest.mark.parametrize("opened", [gate.open_vector, gate.open_table, gate.open_raster, gate.listing, gate.digest])
def test_no_reader_of_files_opens_a_database(tmp_path, opened):
    with pytest.raises(LuodiError) as refused:
        opened("postgis:county/gis.dltb", *([] if opened is gate.digest else [tmp_path]))
    assert refused.value.reasons[0].code == "database_only_added"
