"""A damaged result is said, never handed over, and the next run builds it again."""

import json
import os
import random
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError, DamagedError, LuodiError, SpecError
from geo.basis.progress import silent
from layers.ask import compare
from layers.basis import sealed
from layers.sources import gate
from layers.study import check_sites, checks, edits, load, spec
from layers.study.run import manifest, runs, store
from layers.study.run.results import open_results, require
from layers.text import sentences
from tests import district

EMPTY, CUT, FLIPPED, GONE, OTHER, FOLDER = "empty", "cut", "flipped", "gone", "other", "folder"
DAMAGES = (EMPTY, CUT, FLIPPED, GONE, OTHER, FOLDER)
PLOT = "\n".join(f"{k},{district.Y0 + y},{district.X0 + x}" for k, (x, y) in
                 enumerate([(210, 10), (290, 10), (290, 90), (210, 90)], 1))  # fmt: skip


def damage(path, how, seed=3):
    """Damage a file in place, as a disk does: links that share it share the damage."""
    content = bytearray(path.read_bytes())
    if how == EMPTY:
        path.write_bytes(b"")
    elif how == CUT:
        path.write_bytes(content[: len(content) // 2])
    elif how == FLIPPED:
        content[random.Random(seed).randrange(len(content))] ^= 1 << random.Random(seed + 1).randrange(8)
        path.write_bytes(content)
    elif how == OTHER:
        path.write_bytes((path.parent / "problems.parquet").read_bytes())
    else:
        path.unlink()
        if how == FOLDER:
            path.mkdir()


def contents(run):
    return {p.name: p.read_bytes() for p in sorted(run.glob("*.parquet"))}


def codes(report):
    return [note.code for note in report.notes]


def called(*words):
    done = CliRunner().invoke(luodi.cli, [*map(str, words)])
    assert "Traceback" not in done.output
    return done


# --- tables -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "how"), [*(("candidates", how) for how in DAMAGES), ("parcels", FLIPPED), ("shape_farm", GONE)]
)
def test_a_damaged_table_is_built_again_and_said(own_district, table, how):
    run = open_results(own_district).run
    before = contents(run)
    damage(run / f"{table}.parquet", how)
    with pytest.raises(DamagedError) as told:
        open_results(own_district).table(table)
    assert [(r.code, r.values["table"]) for r in told.value.reasons] == [("table_damaged", table)]
    report = runs.update(own_district, "screen", silent)
    assert codes(report) == ["tables_mended"]
    assert report.notes[0].values["tables"] == [table]
    assert len(report.built) == 1
    assert contents(run) == before
    assert codes(runs.update(own_district, "screen", silent)) == []


@pytest.mark.parametrize(("how", "language"), [(EMPTY, "en"), (FLIPPED, "zh")])
def test_no_command_hands_a_damaged_table_over(own_district, tmp_path, how, language):
    damage(open_results(own_district).run / "candidates.parquet", how)
    out = tmp_path / "out"
    out.mkdir()
    for words in (
        ("explain", own_district, "p01"),
        ("export", own_district, out / "a.xlsx"),
        ("export", own_district, out / "a.gpkg"),
        ("export", own_district, out / "b.xlsx", "--layout", "meeting"),
    ):
        done = called(*words, "--lang", language)
        assert done.exit_code == 1
        assert "candidates" in done.output
        assert "luodi run" in done.output
    assert list(out.iterdir()) == []
    done = called("run", own_district, "--lang", language)
    assert done.exit_code == 0, done.output
    assert "candidates" in done.output
    assert called("export", own_district, out / "a.xlsx", "--lang", language).exit_code == 0


def test_what_else_a_list_reads_is_held_against_its_sum_too(own_district, tmp_path):
    damage(open_results(own_district).run / "verdicts.parquet", FLIPPED)
    done = called("explain", own_district, "p01", "--lang", "en")
    assert (done.exit_code, "verdicts" in done.output) == (1, True)
    with pytest.raises(DamagedError):
        open_results(own_district).table("verdicts")
    damage(open_results(own_district).run / "pieces.parquet", CUT)
    with pytest.raises(DamagedError):
        compare.diff(own_district, own_district)


def test_a_table_nobody_asked_for_is_left_out_and_said(own_district):
    damage(open_results(own_district).run / "candidates.parquet", FLIPPED)
    report = runs.update(own_district, "measure", silent)
    assert codes(report) == ["tables_left_out"]
    with pytest.raises(BlockedError) as told:
        require(own_district, "candidates")
    assert told.value.reasons[0].code == "table_not_built"
    assert runs.update(own_district, "screen", silent).built == ("screen",)
    assert len(require(own_district, "candidates").table("candidates")) == 12


def changed_rule(folder):
    rules = folder / "inputs" / "rules.toml"
    rules.write_text(rules.read_text().replace("threshold = 0.0", "threshold = 6000.0", 1))


@pytest.mark.parametrize("how", [FLIPPED, GONE])
def test_a_damaged_table_is_never_carried_to_a_new_run(own_district, how):
    old = open_results(own_district).run
    damage(old / "pieces.parquet", how)
    changed_rule(own_district)
    report = runs.update(own_district, "screen", silent)
    assert report.built == ("measure", "screen")
    assert codes(report) == ["older_tables_damaged"]
    # what was made again is what the earlier run held, so that one is whole again too
    assert open_results(own_district).run != old
    assert store.is_whole(old, "pieces", manifest.read(old)["tables"]["pieces"])
    assert codes(runs.update(own_district, "screen", silent)) == []


def test_runs_that_share_a_table_by_link_are_healed_together(own_district):
    old = open_results(own_district).run
    changed_rule(own_district)
    runs.update(own_district, "screen", silent)
    new = open_results(own_district).run
    assert (old / "pieces.parquet").samefile(new / "pieces.parquet")
    before = (new / "pieces.parquet").read_bytes()
    damage(new / "pieces.parquet", FLIPPED)
    assert runs.update(own_district, "screen", silent).built == ("measure",)
    assert (new / "pieces.parquet").read_bytes() == (old / "pieces.parquet").read_bytes() == before
    assert len(compare.diff(old, new)) >= 0


def test_an_earlier_run_that_is_damaged_stops_nothing(own_district):
    old = open_results(own_district).run
    changed_rule(own_district)
    runs.update(own_district, "screen", silent)
    damage(old / "manifest.json", CUT)
    rules = own_district / "inputs" / "rules.toml"
    rules.write_text(rules.read_text().replace("threshold = 6000.0", "threshold = 5000.0", 1))
    assert runs.update(own_district, "screen", silent).built == ("screen",)
    with pytest.raises(DamagedError) as told:
        compare.diff(old, own_district)
    assert told.value.reasons[0].code == "run_unreadable"


# --- the manifest -----------------------------------------------------------------


def without(*path):
    def change(body):
        inner = body
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]
        return body

    return change


def with_value(value, *path):
    def change(body):
        inner = body
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        return body

    return change


WRONG = {
    "list": lambda body: [body],
    "empty": lambda body: {},
    "null": lambda body: None,
    "no tables": without("tables"),
    "tables a list": with_value([], "tables"),
    "a table a text": with_value("x", "tables", "candidates"),
    "no sum": without("tables", "candidates", "sha256"),
    "sum a number": with_value(5, "tables", "candidates", "sha256"),
    "rows a text": with_value("x", "tables", "candidates", "rows"),
    "no study": without("study"),
    "study a number": with_value(7, "study"),
    "no crs": without("study", "crs"),
    "crs in degrees": with_value("EPSG:4490", "study", "crs"),
    "rules a text": with_value("x", "rules"),
    "a rule without a test": without("rules", 0, "test"),
    "no criteria": without("criteria"),
    "inputs a list": with_value([], "inputs"),
    "edits a list": with_value([1], "edits"),
    "no run": without("run_id"),
    "written never": with_value("yesterday", "written"),
    "versions a number": with_value(1, "versions"),
}


@pytest.mark.parametrize("rewritten", [None, 1], ids=["by another program", "in our form"])
def test_a_manifest_that_is_json_but_wrong_is_no_manifest(own_district, rewritten):
    path = open_results(own_district).run / "manifest.json"
    whole = path.read_text(encoding="utf-8")
    for how, change in WRONG.items():
        body = change(json.loads(whole))
        path.write_text(json.dumps(body, indent=rewritten, ensure_ascii=False), encoding="utf-8")
        with pytest.raises(DamagedError) as told:
            open_results(own_district)
        assert [r.code for r in told.value.reasons] == ["run_unreadable"], how


@pytest.mark.parametrize("how", ["list", "no tables", "sum a number", "no study", "no criteria", EMPTY, CUT, GONE])
def test_a_run_whose_manifest_is_damaged_is_built_again(own_district, how):
    path = open_results(own_district).run / "manifest.json"
    before = contents(path.parent)
    if how in WRONG:
        path.write_text(json.dumps(WRONG[how](json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    else:
        damage(path, how)
    assert "luodi run" in called("explain", own_district, "p01", "--lang", "en").output
    report = runs.update(own_district, "screen", silent)
    assert codes(report) == ["manifest_mended"]
    assert report.built == ("load", "measure", "screen")
    assert contents(path.parent) == before
    assert len(require(own_district, "candidates").table("candidates")) == 12


def test_a_flipped_bit_of_the_manifest_is_never_believed(own_district):
    path = open_results(own_district).run / "manifest.json"
    whole, told = path.read_bytes(), json.loads(path.read_text(encoding="utf-8"))
    chance = random.Random(11)
    for _ in range(60):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            found = manifest.read(path.parent)
        except DamagedError:
            continue
        assert {k: v for k, v in found.items() if "sea" not in k} == {k: v for k, v in told.items() if k != "seal"}


def test_settings_written_by_another_program_are_those_of_the_study_after_a_run(own_district):
    path = open_results(own_district).run / "manifest.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    body["study"]["layers"][0]["use_only"] = True
    path.write_text(json.dumps(body), encoding="utf-8")
    assert open_results(own_district).study.layers[0].use_only
    assert codes(runs.update(own_district, "screen", silent)) == ["manifest_settings"]
    assert not open_results(own_district).study.layers[0].use_only
    assert codes(runs.update(own_district, "screen", silent)) == []


# --- the link ---------------------------------------------------------------------

LINKS = {
    "nowhere": lambda link: link.symlink_to("runs/nothing"),
    "itself": lambda link: link.symlink_to("results"),
    "out of the study": lambda link: link.symlink_to("/"),
    "no run": lambda link: link.symlink_to("inputs"),
    "a file": lambda link: link.symlink_to("study.toml"),
    "rubbish": lambda link: link.write_bytes(bytes(range(256))),
    "no bytes": lambda link: link.write_bytes(b""),
    "a nul": lambda link: link.write_bytes(b"runs/\0"),
    "too long": lambda link: link.write_text("runs/" + "x" * 5000),
    "text out of the study": lambda link: link.write_text("../../.."),
    "text to no run": lambda link: link.write_text("runs/nothing"),
}


@pytest.mark.parametrize("how", LINKS)
def test_results_that_lead_to_no_run(own_district, how):
    link = own_district / "results"
    link.unlink()
    LINKS[how](link)
    for words in (("explain", own_district, "p01"), ("export", own_district, own_district.parent / "a.csv")):
        done = called(*words, "--lang", "en")
        assert (done.exit_code, "luodi run" in done.output) == (1, True)
    report = runs.update(own_district, "screen", silent)
    assert (report.built, codes(report)) == ((), ["results_mended"])
    assert len(require(own_district, "candidates").table("candidates")) == 12


def test_results_never_lead_into_another_study(own_district, run_district):
    link = own_district / "results"
    link.unlink()
    link.symlink_to(open_results(run_district).run)
    with pytest.raises(DamagedError):
        open_results(own_district)


def test_a_run_whose_manifest_is_gone_is_built_again(own_district):
    shutil.rmtree(open_results(own_district).run)
    with pytest.raises(DamagedError):
        open_results(own_district)
    report = runs.update(own_district, "screen", silent)
    assert report.built == ("load", "measure", "screen")


def test_a_text_in_place_of_the_link_and_a_copied_folder_are_read(own_district):
    link, run = own_district / "results", open_results(own_district).run
    link.unlink()
    link.write_text(f"runs/{run.name}\n", encoding="utf-8")
    assert open_results(own_district).run == run
    link.unlink()
    shutil.copytree(run, link)
    (link / "mine.txt").write_text("a person put this here")
    assert len(require(own_district, "candidates").table("candidates")) == 12
    report = runs.update(own_district, "screen", silent)
    assert codes(report) == ["results_set_aside"]
    assert (own_district / "results.old-1" / "mine.txt").exists()
    assert open_results(own_district).run == run


# --- the cache of parsed files ----------------------------------------------------


@pytest.mark.parametrize(
    ("how", "name"),
    [(EMPTY, "result.json"), (FLIPPED, "result.json"), (CUT, "frame.parquet"), (FLIPPED, "frame.parquet")],
)
def test_a_damaged_cache_is_parsed_again(own_district, how, name):
    shutil.rmtree(own_district / ".luodi", ignore_errors=True)
    before = load.inputs(spec.read(own_district), own_district)
    entries = sorted((own_district / ".luodi" / "cache").glob("*/"))
    assert len(entries) == 5
    for k, entry in enumerate(entries):
        damage(entry / name, how, seed=k)
    after = load.inputs(spec.read(own_district), own_district)
    pd.testing.assert_frame_equal(after.parcels, before.parcels)
    assert {k: len(v.shapes) for k, v in after.layers.items()} == {k: len(v.shapes) for k, v in before.layers.items()}
    assert sorted((own_district / ".luodi" / "cache").iterdir()) == entries


@pytest.mark.parametrize("how", [CUT, FLIPPED])
def test_a_damaged_cache_of_a_raster_is_parsed_again(tmp_path, how):
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    values = np.arange(400.0).reshape(20, 20)
    shape = {"width": 20, "height": 20, "count": 1, "dtype": "float64"}
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", crs=district.CRS,
                       transform=from_origin(district.X0, district.Y0, 10, 10), **shape) as out:  # fmt: skip
        out.write(values, 1)
    for opened, name in ((gate.open_raster, "values.npy"), (gate.open_image, "bands.npy")):
        cache = tmp_path / opened.__name__
        opened(tmp_path / "a.tif", cache)
        [entry] = cache.iterdir()
        damage(entry / name, how)
        file = opened(tmp_path / "a.tif", cache)
        found = file.values if name == "values.npy" else file.bands[0]
        np.testing.assert_array_equal(found, values)


# --- kept checks ------------------------------------------------------------------


@pytest.fixture
def checked(own_district):
    checks.check(own_district, PLOT, checks.RedlineQuestion(name="free"), silent)
    return own_district


@pytest.mark.parametrize(
    ("file", "how"),
    [("check.json", FLIPPED), ("check.json", GONE), ("manifest.json", CUT), ("parcels.parquet", FLIPPED),
     ("land.parquet", EMPTY)],
)  # fmt: skip
def test_a_damaged_check_is_named_and_answered_again_where_its_plots_are_whole(checked, file, how):
    place = checked / "checks" / "free"
    damage(place / file, how)
    assert [c.check_id for c in checks.listing(checked)] == ["free"]
    done = called("redline", checked, "--again", "free", "--lang", "en")
    if file == "land.parquet":
        assert done.exit_code == 0, done.output
        assert len(checks.open_check(checked, "free").table("land")) == 1
        return
    assert done.exit_code == 1
    assert "free" in done.output
    assert "damaged" in done.output
    # handing the red line in again keeps what is there: a check nobody can read is not overwritten unasked
    made = checks.check(checked, PLOT, checks.RedlineQuestion(name="free"), silent)
    assert made.check_id == ("free-2" if file == "check.json" else "free")
    assert len(made.table("land")) == 1


@pytest.mark.parametrize(
    ("file", "how"), [("manifest.json", CUT), ("land.parquet", FLIPPED), ("candidates.parquet", GONE)]
)
def test_a_pinned_check_that_is_damaged_stops_no_command(checked, file, how):
    edits.record(checked, "pin", "XM-1", {"check": "free"}, "周工", "会议")
    whole = check_sites.contents(checked, edits.current(checked))
    damage(checked / "checks" / "free" / file, how)
    assert check_sites.contents(checked, edits.current(checked)) != whole
    runs.plan(checked)
    found = check_sites.read(
        checked, edits.current(checked), check_sites.RedlineContext(None, {}, None, "", district.CRS)
    )
    assert [f.code for _, f in found.findings] == ["pinned_check_damaged"]
    assert len(found.sites) == 0


# --- decisions and settings -------------------------------------------------------

TEXT_OF_VALUE = b'{"site": "S1"}'


@pytest.mark.parametrize("how", [EMPTY, CUT, "garbage", "value", "header", "tables", FOLDER])
def test_damaged_decisions_are_named_and_never_begun_anew(own_district, how):
    path = own_district / edits.FILE
    for k in range(40):
        edits.record(own_district, "pin", f"XM-{k}", {"site": "S1"}, "周工", "联审会纪要")
    content = path.read_bytes()
    made = {
        EMPTY: b"", CUT: content[: len(content) // 2], "garbage": bytes(range(256)) * 40,
        "value": content.replace(TEXT_OF_VALUE, b'{"site": "S1"{', 1), "header": b"x" + content[1:],
    }  # fmt: skip
    if how == "tables":
        import sqlite3

        base = sqlite3.connect(path)
        base.execute("drop table scenarios")
        base.close()
    elif how == FOLDER:
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(made[how])
    after = path.read_bytes() if path.is_file() else None
    for act in (
        lambda: edits.current(own_district),
        lambda: edits.history(own_district),
        lambda: edits.scenarios(own_district) if how != "value" else edits.current(own_district),
        lambda: edits.save_scenario(own_district, "现状", "周工"),
        lambda: runs.plan(own_district),
    ):
        with pytest.raises(BlockedError) as told:
            act()
        assert [(r.code, r.values["file"]) for r in told.value.reasons] == [("edits_unreadable", edits.FILE)]
    done = called("run", own_district, "--lang", "en")
    assert (done.exit_code, edits.FILE in done.output) == (1, True)
    assert (path.read_bytes() if path.is_file() else None) == after


def test_decisions_that_are_gone_are_said(own_district):
    edits.record(own_district, "pin", "XM-1", {"site": "S1"}, "周工", "会议")
    runs.update(own_district, "screen", silent)
    (own_district / edits.FILE).unlink()
    report = runs.update(own_district, "screen", silent)
    assert "edits_gone" in codes(report)
    assert next(n for n in report.notes if n.code == "edits_gone").values["count"] == 1
    assert "edits_gone" not in codes(runs.update(own_district, "screen", silent))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[study]\nname = ", b"\0" * 100, b"<html>"])
def test_damaged_settings_are_named_and_left_alone(own_district, content):
    (own_district / "study.toml").write_bytes(content)
    before = sorted(p.name for p in (own_district / "inputs").iterdir())
    file = own_district / "inputs" / "red.gpkg"
    with pytest.raises(SpecError) as told:
        runs.update(own_district, "screen", silent)
    assert "study.toml" in sentences(told.value, "en")[0]
    done = called("add", own_district, file, "--role", "constraint", "--lang", "en")
    assert (done.exit_code, "study.toml" in done.output) == (1, True)
    assert (own_district / "study.toml").read_bytes() == content
    assert sorted(p.name for p in (own_district / "inputs").iterdir()) == before


def test_a_folder_that_is_no_study_stays_as_it_is(tmp_path):
    for words in (("run", tmp_path), ("screen", tmp_path), ("redline", tmp_path, tmp_path / "a.txt")):
        assert called(*words, "--lang", "en").exit_code == 1
    with pytest.raises(LuodiError):
        runs.update(tmp_path / "nothing", "screen", silent)
    assert list(tmp_path.iterdir()) == []


# --- the sum itself ---------------------------------------------------------------


def test_a_sealed_text_is_json_and_knows_itself(tmp_path):
    body = {"名": "小区", "seal": "of another", "b": {"seal": "inner"}, "c": [1, 2.5, None]}
    path = tmp_path / "a.json"
    path.write_text(sealed.text(body), encoding="utf-8")
    found = sealed.read(path, strict=True)
    assert {k: v for k, v in found.items() if k != "seal"} == {k: v for k, v in body.items() if k != "seal"}
    path.write_text(sealed.text(found), encoding="utf-8")  # written again: sealed again
    assert sealed.read(path)["名"] == "小区"
    path.write_text(path.read_text(encoding="utf-8").replace("小区", "大区"), encoding="utf-8")
    with pytest.raises(ValueError, match="not what was written"):
        sealed.read(path)


def test_a_sum_is_worked_out_again_when_the_file_was_touched(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    os.utime(path, (1, 1))
    first = sealed.sha256(path)
    path.write_bytes(b"two")
    os.utime(path, (1, 1))
    assert sealed.sha256(path) != first
