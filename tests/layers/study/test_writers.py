"""Writers side by side, in processes of their own: nobody loses anything, and who waits is told for whom."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo.basis.errors import BlockedError, CallError, LockedError, SpecError
from geo.basis.progress import silent
from layers.sources import gate
from layers.study import catalog, checks, edits, inspection, lock, parts, spec
from layers.study.lock import writing
from tests import district
from tests.layers.sources import make

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from layers.study.lock import writing
with writing(Path(sys.argv[1]), "run until all"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def luodi(*words, **more):
    return subprocess.Popen(
        [sys.executable, str(ROOT / "luodi.py"), *map(str, words), "--lang", "en"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT, **more,
    )  # fmt: skip


def ended(process):
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, out + err


def holder(folder, seconds):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), str(seconds)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout.readline() == "held\n"
    return process


def visible(folder):
    """Return every file of a study a person sees, with what it holds."""
    found = (p for p in folder.rglob("*") if p.is_file() and ".luodi" not in p.parts)
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


@pytest.fixture
def empty(tmp_path):
    catalog.new(tmp_path / "study", crs=make.GK)
    return tmp_path / "study"


def same_named(tmp_path, count):
    files = []
    for k in range(count):
        (tmp_path / f"from-{k}").mkdir()
        files.append(make.shapefile(tmp_path / f"from-{k}", make.squares(k + 1), name="地类 dltb"))
    return files


@pytest.mark.long
def test_four_adds_at_once_lose_nothing(empty, tmp_path):
    started = [luodi("add", empty, file, "--role", "constraint") for file in same_named(tmp_path, 4)]
    told = [ended(p) for p in started]
    assert [code for code, _ in told] == [0, 0, 0, 0], told
    layers = spec.read(empty).layers
    assert sorted(layer.id for layer in layers) == ["dltb", "dltb_1", "dltb_2", "dltb_3"]
    assert len({layer.source for layer in layers}) == 4
    assert {len(inspection.report(empty / layer.source)) for layer in layers} == {0}
    stems = {Path(layer.source).stem for layer in layers}
    assert {p.stem for p in (empty / "inputs").iterdir()} == stems
    # each process names the layer it made, not one of another
    assert all(sum(f" {layer.id} " in f" {out} ".replace(":", " ") for _, out in told) >= 1 for layer in layers)


@pytest.mark.long
def test_of_four_adds_of_one_id_one_is_made_and_the_others_leave_nothing(empty, tmp_path):
    files = same_named(tmp_path, 4)
    told = [ended(p) for p in [luodi("add", empty, f, "--role", "constraint", "--id", "farm") for f in files]]
    assert sorted(code for code, _ in told) == [0, 1, 1, 1]
    [layer] = spec.read(empty).layers
    assert {p.stem for p in (empty / "inputs").iterdir()} == {Path(layer.source).stem}
    assert all("farm" in out and "already" in out for code, out in told if code), told


def test_of_two_new_studies_in_one_folder_one_is_made(tmp_path):
    told = [ended(p) for p in [luodi("new", tmp_path / "s", "--crs", make.GK, "--name", f"n{k}") for k in range(2)]]
    assert sorted(code for code, _ in told) == [0, 2], told
    assert spec.read(tmp_path / "s").name in ("n0", "n1")


def test_decisions_of_many_processes_are_all_kept(empty):
    act = (
        "import sys\nfrom pathlib import Path\nfrom layers.study import edits\n"
        "for j in range(10): edits.record(Path(sys.argv[1]), 'pin', f'XM-{sys.argv[2]}-{j}', {'site': 'S'}, 'p', 'w')"
    )
    started = [subprocess.Popen([sys.executable, "-c", act, str(empty), str(k)], cwd=ROOT) for k in range(4)]
    assert [p.wait(timeout=120) for p in started] == [0, 0, 0, 0]
    assert len(edits.current(empty).of("pin")) == 40


def test_a_short_step_waits_for_its_turn(empty, tmp_path):
    process = holder(empty, 1.5)
    edits.record(empty, "pin", "XM-1", {"site": "S"}, "周工", "会议")
    assert process.wait(timeout=10) == 0
    process = holder(empty, 1.5)
    catalog.add(empty, make.gpkg(tmp_path, make.squares(1)), {"role": "constraint"})
    assert process.wait(timeout=10) == 0
    assert len(spec.read(empty).layers) == 1


def test_who_waited_in_vain_is_told_for_whom_and_nothing_is_left(own_district, tmp_path, monkeypatch):
    for module in (catalog, edits, checks):
        monkeypatch.setattr(module, "WAIT_S", 0.3)
    process = holder(own_district, 60)
    before = visible(own_district)
    acts = (
        lambda: catalog.add(own_district, make.gpkg(tmp_path, make.squares(1), name="x.gpkg"), {"role": "constraint"}),
        lambda: edits.record(own_district, "pin", "XM-1", {"site": "S"}, "周工", "会议"),
        lambda: edits.save_scenario(own_district, "现状", "周工"),
        lambda: checks.check(own_district, "1,2", checks.RedlineQuestion(), lambda *_: None),
    )
    for act in acts:
        with pytest.raises(LockedError) as told:
            act()
        values = told.value.reasons[0].values
        assert (values["command"], values["pid"]) == ("run until all", str(process.pid))
    assert visible(own_district) == before
    assert not list((own_district / ".luodi").glob("adding-*"))
    process.kill()
    process.wait()


def test_a_killed_holder_frees_the_study_at_once(empty):
    process = holder(empty, 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with writing(empty, "next"):
        pass


def test_a_holder_of_whom_nobody_left_word(empty):
    with writing(empty, "x"):
        for content in (b"", b"[]", b"{}", b'{"pid": 1}', b"\xff\xfe", b"null"):
            (empty / ".luodi" / lock.HOLDER).write_bytes(content)
            with pytest.raises(LockedError) as told, writing(empty, "y"):
                pass
            assert told.value.reasons[0].values["command"] == "?"


def test_settings_are_read_again_under_the_lock(empty, tmp_path, monkeypatch):
    """Somebody adds a layer, or a remark, while the file is being checked."""
    toml, look = empty / "study.toml", inspection.check_layer

    def meanwhile(layer, home):
        found = look(layer, home)
        text = toml.read_text(encoding="utf-8")
        toml.write_text(f'{text}\n# mine\n[[layers]]\nid = "a"\nrole = "constraint"\nsource = "x.gpkg"\n', "utf-8")
        return found

    monkeypatch.setattr(inspection, "check_layer", meanwhile)
    made = catalog.added(empty, make.gpkg(tmp_path, make.squares(1), name="a.gpkg"), {"role": "constraint"})
    assert made.id == "a_1"
    assert [layer.id for layer in spec.read(empty).layers] == ["a", "a_1"]
    assert "# mine" in toml.read_text(encoding="utf-8")
    with pytest.raises(SpecError) as told:
        catalog.add(empty, make.gpkg(tmp_path, make.squares(1), name="b.gpkg"), {"role": "constraint", "id": "b"} | {})
    assert told.value.reasons  # the second remark repeats the id "a": settings that do not hold are never written over


def test_a_file_checked_under_other_settings_is_not_added(empty, tmp_path, monkeypatch):
    toml, look = empty / "study.toml", inspection.check_layer

    def meanwhile(layer, home):
        found = look(layer, home)
        toml.write_text(toml.read_text(encoding="utf-8").replace(make.GK, "EPSG:4548"), encoding="utf-8")
        return found

    monkeypatch.setattr(inspection, "check_layer", meanwhile)
    with pytest.raises(BlockedError) as told:
        catalog.add(empty, make.gpkg(tmp_path, make.squares(1)), {"role": "constraint"})
    assert told.value.reasons[0].code == "study_overtaken"
    assert list((empty / "inputs").iterdir()) == []


def test_an_entry_that_would_break_the_settings_is_never_written(own_district, tmp_path):
    before = visible(own_district)
    given = {"role": "parcels", "id": "more", "fields": {"parcel_id": "BSM"}}
    file = make.gpkg(tmp_path, district.parcels(), name="more.gpkg")
    with pytest.raises(SpecError) as told:
        catalog.add(own_district, file, given)
    assert told.value.reasons[0].code == "two_parcel_layers"
    assert visible(own_district) == before


def test_a_begun_study_is_finished_and_a_used_folder_refused(tmp_path):
    (tmp_path / "begun" / ".luodi").mkdir(parents=True)
    (tmp_path / "begun" / "inputs").mkdir()
    catalog.new(tmp_path / "begun", crs=make.GK)
    (tmp_path / "used" / "inputs").mkdir(parents=True)
    (tmp_path / "used" / "inputs" / "mine.txt").write_text("x")
    with pytest.raises(CallError):
        catalog.new(tmp_path / "used", crs=make.GK)
    assert sorted(p.name for p in (tmp_path / "used").rglob("*")) == ["inputs", "mine.txt"]


# --- killed -----------------------------------------------------------------------


def killed(moment, *words, watched):
    """Run a command that dies at a moment; return how many moments there were when it lived."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.killing", str(moment), *map(str, words), "--lang", "en"],
        capture_output=True, text=True, cwd=ROOT, check=False,
        env=os.environ | {"LUODI_WATCHED": os.pathsep.join(map(str, watched))},
    )  # fmt: skip
    if moment == "count":
        assert done.returncode == 0, done.stderr
        return int(done.stderr.rsplit("moments ", 1)[1])
    assert done.returncode == -signal.SIGKILL, (moment, done.stderr)
    return None


def moments(count, many):
    """Return some moments out of all, the last ones always: that is where things are moved."""
    tail = list(range(max(1, count - 5), count + 1))
    return sorted({*tail[::2], *random.Random(5).sample(range(1, count), min(many, count - 1))})


def nothing_of_ours(folder):
    private = folder / ".luodi"
    left = [*private.glob("adding-*"), *private.glob("cache/parse-*"), *private.glob("making-*"),
            *private.glob("exports/*"), *folder.glob("checks/.*"), *folder.glob("runs/*/.*"),
            *(p for p in folder.glob(".*") if p != private), *folder.glob("*.part")]  # fmt: skip
    assert left == []


MANY = [1, pytest.param(40, marks=pytest.mark.long)]


@pytest.mark.long
@pytest.mark.parametrize("many", MANY)
def test_a_killed_add_leaves_nothing_or_the_whole_layer(empty, tmp_path, many):
    file = make.shapefile(tmp_path, make.squares(2), name="farm")
    area = make.gpkg(tmp_path, make.squares(1), name="area.gpkg")
    words = ("--role", "constraint", "--coverage", area)
    mine = empty / "inputs" / "kept by a person.txt"
    mine.write_text("x")
    shutil.copytree(empty, tmp_path / "counted")
    count = killed("count", "add", tmp_path / "counted", file, *words, watched=[tmp_path / "counted"])
    for moment in moments(count, many):
        folder = tmp_path / f"at-{moment}"
        shutil.copytree(empty, folder)
        killed(moment, "add", folder, file, *words, watched=[folder])
        with writing(folder, "next"):
            pass
        nothing_of_ours(folder)
        names = {p.name for p in (folder / "inputs").iterdir()}
        whole = {"farm.shp", "farm.shx", "farm.dbf", "farm.prj", "farm.cpg", "area.gpkg"}
        layers = spec.read(folder).layers
        assert names == {mine.name} | (whole if layers else set()), moment
        again = catalog.added(folder, file, {"role": "constraint"}).findings
        assert [f.code for f in again] == (["file_added_before"] if layers else []), moment


@pytest.mark.long
def test_a_killed_delivery_leaves_whole_layers_and_no_part_of_one(empty, tmp_path):
    """Whenever a delivery that is taken dies, what the study names is there and whole; the rest comes by going on."""
    folder = tmp_path / "交付" / "02 三区三线"
    folder.mkdir(parents=True)
    rows = {
        "生态保护红线": {"XJXZQDM": ["331100"] * 3, "LHLX": ["水源涵养"] * 3, "LHDM": ["1"] * 3, "MJ": [1.0] * 3},
        "城镇开发边界": {"GHFQDM": ["110"] * 3, "GHFQMC": ["集中"] * 3, "XZQDM": ["331100"] * 3, "MJ": [1.0] * 3},
    }
    for name, columns in rows.items():
        make.gpkg(folder, make.squares(**columns), name, f"{name}.gpkg")
    north = make.squares(**rows["城镇开发边界"])  # a second file of the same layer: the town beside
    north = north.set_geometry(north.geometry.translate(0.0, 500.0))
    make.gpkg(folder, north, "城镇开发边界", "城镇开发边界_北镇.gpkg")
    words = (folder.parent, "--take", "all")
    counted = tmp_path / "counted"
    shutil.copytree(empty, counted)
    count = killed("count", "add", counted, *words, watched=[counted])
    ids = {layer.id for layer in spec.read(counted).layers}
    assert {layer.id: len(layer.parts) for layer in spec.read(counted).layers} == {
        "ecological_redline": 0, "development_boundary": 2,
    }  # fmt: skip
    seen = set()
    for moment in moments(count, 25):
        study = tmp_path / f"at-{moment}"
        shutil.copytree(empty, study)
        killed(moment, "add", study, *words, watched=[study])
        with writing(study, "next"):
            pass
        nothing_of_ours(study)
        layers = spec.read(study).layers
        seen.add(len(layers))
        named = {p.name for layer in layers for p in parts.sources(layer, study)}
        assert {p.name for p in (study / "inputs").iterdir()} == named, moment
        assert not any(f.code == "file_missing" for f in inspection.of_study(study, silent)), moment
        # what came before the end is told as what is there already; the rest is taken now
        assert ended(luodi("add", study, *words))[0] in (0, 1)
        assert {layer.id for layer in spec.read(study).layers} >= ids, moment
    assert seen == {0, 1, 2}


@pytest.mark.long
def test_kills_at_any_moment_of_a_whole_delivery_leave_the_study_whole_and_clean(empty, tmp_path):
    """Thirty layers of seven forms and six systems: whatever has come in is whole, nothing else has, and it goes on."""
    from tests.cases import departments

    delivered = tmp_path / "交付"
    departments.write(delivered)
    killed("count", "add", empty, delivered, watched=[empty])  # the table; what it parsed is kept for the others
    take = (delivered, "--take", "all", "--coverage", "complete")
    counted = tmp_path / "counted"
    shutil.copytree(empty, counted)
    count = killed("count", "add", counted, *take, watched=[counted])
    whole = {layer.id for layer in spec.read(counted).layers}
    assert len(whole) > 10
    seen = set()
    for moment in sorted(random.Random(14).sample(range(1, count), 8)):
        study = tmp_path / f"at-{moment}"
        shutil.copytree(empty, study)
        killed(moment, "add", study, *take, watched=[study])
        with writing(study, "next"):
            pass
        nothing_of_ours(study)
        layers = spec.read(study).layers
        seen.add(len(layers))
        named = {p.name for layer in layers for source in parts.sources(layer, study) for p in gate.members(source)
                 if source.is_file()} | {p.name for layer in layers for p in parts.sources(layer, study)}  # fmt: skip
        assert {p.name for p in (study / "inputs").iterdir()} == named, moment
        assert not any(f.code in ("file_missing", "file_unreadable") for f in inspection.of_study(study, silent)), (
            moment
        )
        shutil.rmtree(study)
    assert len(seen) > 3, seen


@pytest.mark.long
@pytest.mark.parametrize("many", [40])
def test_a_killed_export_leaves_the_old_file_and_nothing_else(own_district, tmp_path, many):
    out = tmp_path / "列表"
    out.mkdir()
    (out / "part-2-list.xlsx").write_text("named by a person")
    (out / "list.gpkg").write_text("old")
    words = ("export", own_district, out / "list.gpkg")
    count = killed("count", *words, watched=[out, own_district])
    new = (out / "list.gpkg").stat().st_size
    for moment in moments(count, many):
        (out / "list.gpkg").write_text("old")
        killed(moment, *words, watched=[out, own_district])
        assert (out / "list.gpkg").stat().st_size in (3, new)
        with writing(own_district, "any next writer"):
            pass
        nothing_of_ours(own_district)
        assert sorted(p.name for p in out.iterdir()) == ["list.gpkg", "part-2-list.xlsx"], moment


@pytest.mark.long
def test_what_a_dead_export_left_goes_with_the_next_export_there(own_district, tmp_path):
    words = ("export", own_district, tmp_path / "list.csv")
    count = killed("count", *words, watched=[tmp_path])
    killed(count - 1, *words, watched=[tmp_path])
    shutil.rmtree(own_district / ".luodi" / "exports", ignore_errors=True)  # the study does not know any more
    assert list(tmp_path.glob(".luodi-part-*"))
    assert ended(luodi(*words))[0] == 0
    assert not list(tmp_path.glob(".luodi-part-*"))


@pytest.mark.long
@pytest.mark.parametrize("many", MANY)
def test_a_killed_check_is_the_old_one_or_the_new_one(own_district, tmp_path, many):
    corners = [(210, 10), (290, 10), (290, 90), (210, 90)]
    plot = tmp_path / "plot.csv"
    plot.write_text("\n".join(f"{k},{district.Y0 + y},{district.X0 + x}" for k, (x, y) in enumerate(corners, 1)))
    words = ("redline", own_district, plot, "--name", "A")
    assert ended(luodi(*words))[0] == 0
    before = checks.open_check(own_district, "A").manifest["written"]
    places = [own_district / "checks", own_district / ".luodi"]
    count = killed("count", *words, watched=places)
    for moment in moments(count, many):
        killed(moment, *words, watched=places)
        with writing(own_district, "next"):
            pass
        nothing_of_ours(own_district)
        [check] = checks.listing(own_district)
        assert check.check_id == "A"
        assert check.manifest["written"] >= before
        assert len(check.table("land")) == 1
        assert check.head["name"] == "A"


def test_a_killed_parse_ends_its_child_and_is_cleared(empty, tmp_path):
    squares = make.geojson(tmp_path, *[make.box(120 + k / 1e4, 28, 1e-5) for k in range(40_000)])
    process = luodi("add", empty, squares, "--role", "constraint")
    cache = empty / ".luodi" / "cache"
    for _ in range(600):
        if list(cache.glob("parse-*/made/job.json")):
            break
        time.sleep(0.02)
    process.kill()
    process.communicate()
    for _ in range(80):  # the child notices that nobody waits for it, and the next writer clears what it left
        with writing(empty, "next"):
            pass
        if not list(cache.glob("parse-*")):
            break
        time.sleep(0.25)
    assert not list(cache.glob("parse-*"))
    assert list((empty / "inputs").iterdir()) == []


def test_files_a_person_put_among_the_inputs_are_never_touched(empty, tmp_path):
    """A record of an interrupted add names a file that is somebody else's by now."""
    import json

    from layers.study import litter

    (empty / "inputs" / "mine.shp").write_text("a person's")
    (empty / "inputs" / "ours.shp").write_text("an add's")
    (tmp_path / "outside.shp").write_text("elsewhere")
    ours = litter.identity(empty / "inputs" / "ours.shp")
    place = empty / ".luodi" / "adding-x"
    place.mkdir()
    plan = {
        "inputs/mine.shp": {"mine.shp": ours},
        "inputs/ours.shp": {"ours.shp": ours},
        "inputs/../../outside.shp": {"outside.shp": litter.identity(tmp_path / "outside.shp")},
        str(tmp_path / "outside.shp"): {"outside.shp": litter.identity(tmp_path / "outside.shp")},
        "study.toml": {"study.toml": litter.identity(empty / "study.toml")},
    }
    (place / litter.PLAN).write_text(json.dumps(plan))
    with writing(empty, "next"):
        pass
    assert sorted(p.name for p in (empty / "inputs").iterdir()) == ["mine.shp"]
    assert (tmp_path / "outside.shp").exists()
    assert (empty / "study.toml").exists()
    assert not place.exists()
