"""A disk without room is said with its folder, in every format and step; nothing takes it for a damaged file."""

import contextlib
import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from rasterio.transform import from_origin
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.basis import disk
from layers.outputs import redline_files
from layers.outputs.files import export
from layers.sources import forks, gate
from layers.study import catalog, checks, edits, load, spec
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from tests import district
from tests.layers.sources import make


@contextlib.contextmanager
def no_file_above(size):
    """Let the system refuse to write files above a size, to this process and its children."""
    forks.WARM.end()  # the next one is started under the limit
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
        forks.WARM.end()


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x"), OSError(errno.EFBIG, "x"),
        OSError("200000 requested and 37484 written"), RuntimeError("database or disk is full"),
    ],
)  # fmt: skip
def test_a_full_disk_is_known_by_number_and_by_word(error):
    assert disk.is_full(error)
    made_of_it = ValueError("what a library made of it")
    made_of_it.__context__ = error
    assert disk.is_full(made_of_it)


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "x"), ValueError("full"), FileNotFoundError(2, "x"), None])
def test_other_troubles_are_not_a_full_disk(error):
    assert not disk.is_full(error)


def chance(count):
    return np.random.default_rng(3).random(count)


def geojson(folder):
    return make.geojson(folder, *[make.box(120 + k / 1e3, 28 + v, 1e-4) for k, v in enumerate(chance(3_000))])


def gpkg(folder):
    return make.gpkg(folder, make.squares(3_000, v=chance(3_000)))


def zipped(folder):
    made = make.shapefile(folder, make.squares(3_000, v=chance(3_000)), name="a")
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        for part in folder.glob("a.*"):
            if part.suffix != ".zip":
                out.write(part, part.name)
    assert made.exists()
    return folder / "a.zip"


def folder_gdb(folder):
    pyogrio.write_dataframe(make.squares(3_000, v=chance(3_000)), folder / "a.gdb", driver="OpenFileGDB", layer="a")
    return folder / "a.gdb"


def parquet(folder):
    make.squares(3_000, v=chance(3_000)).to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


VECTORS = {"geojson": geojson, "gpkg": gpkg, "zip": zipped, "gdb": folder_gdb, "parquet": parquet}


@pytest.mark.parametrize("kind", VECTORS)
def test_a_parse_without_room_is_no_finding_about_the_file(tmp_path, kind):
    path, cache = VECTORS[kind](tmp_path), tmp_path / "cache"
    cache.mkdir()
    with no_file_above(20_000), pytest.raises(OSError, match="No space") as told:
        gate.open_vector(path, cache)
    assert (told.value.errno, told.value.filename) == (errno.ENOSPC, str(cache))
    assert list(cache.iterdir()) == []
    assert len(gate.open_vector(path, cache).shapes) == 3_000  # and nothing of it is remembered


@pytest.mark.parametrize("opened", [gate.open_raster, gate.open_image])
def test_a_raster_without_room(tmp_path, opened):
    path, cache = tmp_path / "a.tif", tmp_path / "cache"
    values = chance(40_000).reshape(200, 200)
    shape = {"width": 200, "height": 200, "count": 1, "dtype": "float64"}
    place = from_origin(district.X0, district.Y0, 10, 10)
    with rasterio.open(path, "w", driver="GTiff", crs=district.CRS, transform=place, **shape) as out:
        out.write(values, 1)
    with no_file_above(50_000), pytest.raises(OSError, match="No space"):
        opened(path, cache)
    assert list(cache.iterdir()) == []


def test_a_table_without_room(tmp_path):
    pd.DataFrame({"编号": range(5_000), "值": chance(5_000)}).to_csv(tmp_path / "a.csv", index=False)
    with no_file_above(20_000), pytest.raises(OSError, match="No space"):
        gate.open_table(tmp_path / "a.csv", tmp_path / "cache")


@pytest.mark.parametrize("language", LANGUAGES)
def test_add_and_check_say_it_in_both_languages(tmp_path, language):
    catalog.new(tmp_path / "s", crs=make.GK)
    path = gpkg(tmp_path)
    with no_file_above(20_000):
        for words in (("add", tmp_path / "s", path, "--role", "constraint"), ("check", path)):
            done = CliRunner().invoke(luodi.cli, [*map(str, words), "--lang", language])
            assert done.exit_code == 1
            assert {"en": "No space left", "zh": "空间不足"}[language] in done.output
            assert {"en": "damaged", "zh": "损坏"}[language] not in done.output
    assert spec.read(tmp_path / "s").layers == ()
    assert list((tmp_path / "s" / "inputs").iterdir()) == []


def test_a_run_without_room_never_keeps_a_layer_as_unreadable(own_district):
    shutil.rmtree(own_district / ".luodi", ignore_errors=True)
    district.parcels().iloc[:11].to_file(own_district / "inputs" / "parcels.gpkg", layer="parcels")
    before = open_results(own_district).run
    with no_file_above(2_000), pytest.raises(BlockedError) as told:
        runs.update(own_district, "screen", silent)
    assert [r.code for r in told.value.reasons] == ["no_space"]
    assert open_results(own_district).run == before
    runs.update(own_district, "screen", silent)
    found = open_results(own_district)
    assert not {"file_unreadable", "parse_crashed", "no_space"} & set(found.table("problems")["code"])
    assert set(found.table("candidates")["status"]) == {s for s, _ in district.EXPECTED.values()}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg", "geojson", "parquet"])
def test_an_export_without_room_leaves_the_old_file(run_district, tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    path.write_text("old")
    with no_file_above(500), pytest.raises(BlockedError) as told:
        export(open_results(run_district), path, "candidates", "zh")
    assert [(r.code, r.values["path"]) for r in told.value.reasons] == [("no_space", str(tmp_path))]
    assert (path.read_text(), [p.name for p in tmp_path.iterdir()]) == ("old", [path.name])


@pytest.mark.parametrize("kind", ["docx", "xlsx", "txt"])
def test_a_check_handed_over_without_room_leaves_the_old_file(own_district, tmp_path, kind):
    corners = [(210, 10), (290, 10), (290, 90), (210, 90)]
    plot = "\n".join(f"{k},{district.Y0 + y},{district.X0 + x}" for k, (x, y) in enumerate(corners, 1))
    answer = redline_files.answer_of(checks.check(own_district, plot, checks.RedlineQuestion(name="A"), silent))
    path = tmp_path / "out" / f"a.{kind}"
    path.parent.mkdir()
    path.write_text("old")
    with no_file_above(50), pytest.raises(BlockedError) as told:
        redline_files.write(answer, path, "en")
    assert [r.code for r in told.value.reasons] == ["no_space"]
    assert (path.read_text(), [p.name for p in path.parent.iterdir()]) == ("old", [path.name])


def test_a_file_is_never_handed_over_into_what_the_study_is_made_of(own_district):
    results = open_results(own_district)
    places = ("inputs/parcels.gpkg", f"runs/{results.run.name}/candidates.parquet", "results/candidates.parquet",
              "runs/x.csv", ".luodi/x.csv", "inputs/../inputs/x.csv")  # fmt: skip
    (own_district / "link").symlink_to("inputs")
    for place in (*places, "link/x.csv"):
        with pytest.raises(BlockedError) as told:
            export(results, own_district / place, "candidates", "en")
        assert [r.code for r in told.value.reasons] == ["target_inside_study"], place
    assert export(results, own_district / "list.csv", "candidates", "en") == 12
    assert results.run == open_results(own_district).run


def test_a_decision_without_room(own_district):
    edits.record(own_district, "pin", "XM-1", {"site": "S"}, "周工", "会议")
    size = (own_district / edits.FILE).stat().st_size
    with no_file_above(size), pytest.raises(BlockedError) as told:
        edits.record(own_district, "pin", "XM-2", {"site": "S" * 200_000}, "周工", "会议")
    assert [r.code for r in told.value.reasons] == ["no_space"]
    assert [e.subject for e in edits.history(own_district)] == ["XM-1"]


# --- a real small disk ------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A disk of 3 MB, where the computer lets us have one."""
    place = tmp_path / "small"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place):
    with contextlib.suppress(OSError), (place / "filler").open("wb") as out:
        while True:
            out.write(b"\0" * 4096)
            out.flush()


@pytest.mark.long
def test_a_full_disk_for_real(small, run_district):
    folder = small / "study"
    shutil.copytree(run_district, folder, symlinks=True)
    before = {p: p.read_bytes() for p in (folder / "runs").rglob("*") if p.is_file()}
    toml = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(toml.replace("小区", "另区"), encoding="utf-8")
    (folder / "inputs" / "rules.toml").write_text((folder / "inputs" / "rules.toml").read_text().replace("0.0", "1.0"))
    fill(small)
    for words in (
        ("run", folder),
        ("add", folder, folder / "inputs" / "red.gpkg", "--role", "constraint", "--id", "again"),
        ("scenario", folder, "save", "a"),
    ):
        done = subprocess.run(
            [sys.executable, str(make.ROOT / "luodi.py"), *map(str, words), "--lang", "en"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1, done.stdout
        assert "No space left on" in done.stderr, done.stderr
        assert "damaged" not in done.stderr
        assert "Traceback" not in done.stderr
    assert {p: p.read_bytes() for p in (folder / "runs").rglob("*") if p.is_file()} == before
    (small / "filler").unlink()
    assert runs.update(folder, "screen", silent).built == ("screen",)
    assert len(load.inputs(spec.read(folder), folder).parcels) == 12
    assert os.path.lexists(folder / "results")
