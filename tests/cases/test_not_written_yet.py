"""A GeoPackage that is open elsewhere keeps its newest rows in a log: without them nothing may be called clear.

QGIS works with such a log for as long as a project is open. The file alone is whole, opens, and lacks the rows.
"""

import shutil
import sqlite3
import zipfile
from contextlib import closing

import pytest

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.study import catalog
from layers.text import sentence
from tests.cases import base


def opened_elsewhere(tmp_path, name="farm", checkpointed=False):
    """Write one row and, by another program that has not closed the file, a second; return the file with its log."""
    rows, there, here = base.farm(), tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    rows.iloc[:1].to_file(there / f"{name}.gpkg", layer="rows")
    rows.iloc[1:].to_file(tmp_path / "other.gpkg", layer="rows")
    with closing(sqlite3.connect(tmp_path / "other.gpkg")) as other:
        (shape,) = other.execute("SELECT geom FROM rows").fetchone()
    with closing(sqlite3.connect(there / f"{name}.gpkg")) as program:
        for (trigger,) in program.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            program.execute(f'DROP TRIGGER "{trigger}"')
        program.execute("PRAGMA journal_mode=WAL")
        program.execute("INSERT INTO rows (geom, MC) VALUES (?, '乙')", (shape,))
        program.execute("UPDATE gpkg_ogr_contents SET feature_count = 2")
        program.commit()
        if checkpointed:
            program.execute("PRAGMA wal_checkpoint(FULL)").fetchall()
        for part in there.iterdir():
            shutil.copy(part, here)
    assert (here / f"{name}.gpkg-wal").stat().st_size > 0
    return here / f"{name}.gpkg"


def packed(file):
    path = file.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for part in file.parent.glob(f"{file.name}*"):
            archive.write(part, f"交付/{part.name}")
    return path


@pytest.mark.parametrize("zipped", [False, True])
def test_rows_in_a_log_are_not_lost_in_silence(tmp_path, zipped):
    file = opened_elsewhere(tmp_path)
    given = packed(file) if zipped else file
    with pytest.raises(BlockedError) as told:
        gate.open_vector(given, tmp_path / ".cache")
    (one,) = told.value.reasons
    assert one.code == "gpkg_not_written"
    assert "farm" in sentence(one, "zh")
    assert "-wal" in sentence(one, "en")


@pytest.mark.parametrize("role", ["constraint", "parcels", "boundary"])
def test_no_role_takes_such_a_file(tmp_path, role):
    folder = base.study(tmp_path / "study", boundary=role != "boundary", with_parcels=role != "parcels")
    given = {"role": role, "id": "x"} | ({"fields": {"parcel_id": "MC"}} if role == "parcels" else {})
    with pytest.raises(BlockedError) as told:
        catalog.add(folder, opened_elsewhere(tmp_path), given)
    assert [r.code for r in told.value.reasons] == ["gpkg_not_written"]


def test_a_file_read_before_is_not_taken_from_memory(tmp_path):
    """The bytes of the file are what they were; only its log is new."""
    file = opened_elsewhere(tmp_path)
    log = file.with_name(f"{file.name}-wal")
    log.rename(tmp_path / "log")
    assert len(gate.open_vector(file, tmp_path / ".cache").frame) == 1
    shutil.copy(tmp_path / "log", log)
    with pytest.raises(BlockedError):
        gate.open_vector(file, tmp_path / ".cache")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_log_that_is_written_into_the_file_stops_nobody(tmp_path, zipped):
    file = opened_elsewhere(tmp_path, checkpointed=True)
    found = gate.open_vector(packed(file) if zipped else file, tmp_path / ".cache")
    assert (len(found.frame), [f.code for f in found.findings]) == (2, [])


def test_a_change_broken_off_in_the_middle_is_not_read(tmp_path):
    """A journal holds what was there before: the file itself has rows nobody finished writing."""
    base.farm().to_file(tmp_path / "a.gpkg", layer="rows")
    here = tmp_path / "here"
    here.mkdir()
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as program:
        for (trigger,) in program.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            program.execute(f'DROP TRIGGER "{trigger}"')
        program.commit()
        program.execute("PRAGMA cache_size=1")
        program.execute("PRAGMA cache_spill=1")
        program.execute("BEGIN IMMEDIATE")
        program.execute("DELETE FROM rows WHERE MC = '甲'")
        program.execute("CREATE TABLE filling AS SELECT randomblob(200000) AS x")
        for name in ("a.gpkg", "a.gpkg-journal"):
            shutil.copy(tmp_path / name, here)
        program.rollback()
    assert (here / "a.gpkg").read_bytes() != (tmp_path / "a.gpkg").read_bytes()
    with pytest.raises(BlockedError) as told:
        gate.open_vector(here / "a.gpkg", tmp_path / ".cache")
    assert [r.code for r in told.value.reasons] == ["gpkg_not_written"]
