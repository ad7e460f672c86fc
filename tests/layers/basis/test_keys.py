"""Keys from the code itself: what a change in the program, its data or its libraries makes stale."""

import shutil

import pytest

from layers.basis import keys, reach
from layers.sources import readers
from layers.study.run import keyed
from layers.study.stages import STAGES

OWN = reach.ROOT


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    root = tmp_path_factory.mktemp("program")
    for name in ("geo", "layers"):
        shutil.copytree(OWN / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in keys.SHIPPED:
        shutil.copytree(OWN / "data" / name, root / "data" / name)
    shutil.copy(OWN / "data" / "resources.toml", root / "data")
    return root


@pytest.fixture
def program(copied, monkeypatch, tmp_path):
    """A copy of the program whose files a test may change; it is as it was afterwards."""
    monkeypatch.setattr(reach, "ROOT", copied)
    monkeypatch.setattr(keys, "_KEPT", tmp_path / "reach.json")
    forget()
    before = {}

    def edit(name, *changes, text=None):
        path = copied / name
        before.setdefault(path, path.read_text(encoding="utf-8") if path.exists() else None)
        body = text if text is not None else path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in body, (name, old)
            body = body.replace(old, new)
        path.write_text(body, encoding="utf-8")

    yield edit
    for path, text in before.items():
        path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    forget()


def forget():
    for remembered in (reach._module, reach.is_own, reach.reached, keys.code, keys._files, keys.content, keys._kept,
                       keys._version, readers.key, readers.sniffing):  # fmt: skip
        remembered.cache_clear()


def codes():
    forget()
    return {s.name: keyed.code(s) for s in STAGES}


def stale(before, after):
    """Return the stages that are built again: those whose code changed, and all that read from them."""
    out = []
    for stage in STAGES:
        if before[stage.name] != after[stage.name] or set(stage.needs) & set(out):
            out.append(stage.name)
    return out


ALL = [s.name for s in STAGES]
LAND = [n for n in ALL if n != "zones"]  # what a zone as a whole is judged by has files of its own
AFTER = {
    "area_m2 doubled where the land is loaded": (
        "geo/study.py", ('["area_m2"] = of_each', '["area_m2"] = 2 * of_each'), LAND),
    "a figure of a reader of shapes": ("geo/basis/area.py", ("def statutory_m2", "_X = 1\n\n\ndef statutory_m2"), []),
    "a comment": ("geo/measure/every.py", ("def measure(", "# a comment\ndef measure("), []),
    "a docstring": ("geo/study.py", ("Turn geometry into tables, once", "Geometry becomes tables, once"), []),
    "a ranking": ("geo/rank/score.py", ("_DATA = 3", "_DATA = 4"), None),
    "a code list that nobody needs to verify any more": (
        "data/codes/landuse_survey.toml", ("[list]\n", '[list]\nverified_by = "somebody"\n'), None),
    "a comment in shipped data": ("data/codes/landuse_survey.toml", ("[list]\n", "# a comment\n[list]\n"), []),
}  # fmt: skip


@pytest.mark.parametrize("change", AFTER)
def test_what_a_change_makes_stale(program, change):
    file, edit, expected = AFTER[change]
    before = codes()
    program(file, edit)
    found = stale(before, codes())
    if expected is not None:
        assert found == expected
    elif "ranking" in change:
        assert "rank" in found
        assert not {"load", "measure", "supply", "assemble", "idle"} & set(found)
    else:
        assert {"supply", "assemble", "place"} <= set(found)
        assert not {"load", "measure", "screen"} & set(found)


def test_a_unit_of_area_is_reached_by_the_screening(program):
    before = codes()
    program("geo/basis/units.py", ("MU_M2 =", "MU_M2 = 1.5 * "))
    assert "screen" in stale(before, codes())


KINDS = ("gpkg", "shp", "geojson", "xlsx", "table", "tiff", "gdb", "dxf")
NEW = """
def read(inside, layer, job):
    return None
"""


def test_a_new_format_leaves_a_finished_county_fresh(program):
    before, read = (
        codes(),
        {k: readers.key(k) for k in KINDS},
    )
    program("layers/sources/mapinfo.py", text=NEW)
    program("layers/sources/formats/vector.py", (
        "_READ: dict", "def _mif(inside: Contents, layer: str, job: dict[str, Any]) -> Read:\n"
        "    from layers.sources import mapinfo\n\n    return mapinfo.read(inside, layer, job)\n\n\n_READ: dict"),
        ('"dxf": _dxf, "shp"', '"dxf": _dxf, "mif": _mif, "shp"'))  # fmt: skip
    program("layers/sources/formats/contents.py", ('".dxf", ".gdb"', '".dxf", ".gdb", ".mif"'))
    program("layers/sources/sniff.py", ('(b"PAR1", "parquet"),', '(b"PAR1", "parquet"), (b"VERSION", "mif"),'))
    assert stale(before, codes()) == []
    assert {k: readers.key(k) for k in read} == read


def test_a_mended_reader_reads_its_own_kind_again(program):
    kinds = ("gpkg", "shp", "geojson", "xlsx", "tiff", "gdb", "dxf")
    before = {k: readers.key(k) for k in kinds}
    program("layers/sources/formats/shapefile.py", ("def read(", "_X = 1\n\n\ndef read("))
    forget()
    assert {k: readers.key(k) for k in kinds} == before
    program("layers/sources/formats/shapefile.py", ("def read(", "@cache\ndef read("))
    forget()
    assert [k for k in kinds if readers.key(k) != before[k]] == ["shp"]
    before = {k: readers.key(k) for k in kinds}
    program("layers/sources/formats/tabular.py", ("def arranged(", "@cache\ndef arranged("))
    forget()
    assert [k for k in kinds if readers.key(k) != before[k]] == ["xlsx"]
    before = {k: readers.key(k) for k in kinds}
    program("layers/sources/checks/repair.py", ("def repaired(", "@cache\ndef repaired("))
    forget()
    assert [k for k in kinds if readers.key(k) == before[k]] == ["tiff"]


def test_a_new_kind_of_layer_and_a_new_page_leave_it_fresh(program):
    before = codes()
    program(
        "data/codes/layers.toml", ("[[codes]]", '[[codes]]\ncode = "x"\ntitle = { zh = "某", en = "x" }\n\n[[codes]]')
    )
    program("layers/serve/wall.py", text="from layers.study import results\n\n\ndef page():\n    return results\n")
    assert stale(before, codes()) == []


def test_another_version_of_a_library_builds_again(program, monkeypatch):
    before = codes()
    monkeypatch.setattr("shapely.geos_version_string", "9.9.9")
    after = codes()
    assert stale(before, after) == ALL
    monkeypatch.undo()


def test_a_library_only_touches_the_stages_that_compute_with_it(program, monkeypatch):
    before, known = codes(), keys.metadata.version
    monkeypatch.setattr(keys.metadata, "version", lambda name: "9.9" if name == "ortools" else known(name))
    changed = {n for n, code in codes().items() if code != before[n]}
    assert changed == {"place"}


def test_no_stage_holds_the_whole_core():
    whole = sum(len(reach._module(".".join(p.relative_to(OWN).with_suffix("").parts)).defined)
                for p in (OWN / "geo").rglob("*.py") if p.name != "__init__.py")  # fmt: skip
    for stage in STAGES:
        found = reach.reached((f"{stage.build.__module__}:{stage.build.__qualname__}",), keyed.BY_VALUE)
        core = {n for n in found.names if n.startswith("geo.")}
        assert len(core) < 0.6 * whole, stage.name
        assert not [n for n in found.names if n.startswith(("layers.serve", "layers.outputs.", "views"))], stage.name


def test_what_was_found_is_kept_and_counts_only_for_the_same_files(program, monkeypatch):
    before = codes()
    assert keys._KEPT.is_file()
    monkeypatch.setattr(reach, "reached", pytest.fail)
    for remembered in (keys.code, keys._kept):
        remembered.cache_clear()
    assert {s.name: keyed.code(s) for s in STAGES} == before
    monkeypatch.undo()


def test_a_damaged_note_is_found_again(program):
    before = codes()
    keys._KEPT.write_text("{", encoding="utf-8")
    assert codes() == before
