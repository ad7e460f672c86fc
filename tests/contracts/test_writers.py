"""Every function that writes a file is known here, and who writes into a study holds its lock.

A new writer fails this test until it is listed: with the lock it holds, with the functions that
call it under theirs, or with the reason why what it writes is no part of a study.
"""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from layers.text import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("geo", "county", "layers", "views")
SOURCES = [*(file for house in HOUSES for file in ROOT.glob(f"{house}/**/*.py")), ROOT / "app.py", ROOT / "luodi.py"]
LOCKS = {"writing", "shelving"}
METHODS = {
    "write_text", "write_bytes", "mkdir", "unlink", "rmdir", "touch", "symlink_to", "hardlink_to", "rmtree",
    "to_parquet", "to_file", "to_csv", "to_excel", "to_feather", "to_pickle", "write_table", "write_json",
    "write_dataframe", "open_memmap", "mkdtemp", "mkstemp", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile",
    "executescript",
}  # fmt: skip
MODULES = {"os": {"replace", "remove", "rename", "link", "symlink", "makedirs", "removedirs", "utime", "truncate"},
           "shutil": {"move", "copy", "copy2", "copyfile", "copytree", "rmtree"}, "np": {"save", "savez"},
           "sqlite3": {"connect"}}  # fmt: skip


def called(node):
    """Return module (or "") and name of what a call calls."""
    if isinstance(node.func, ast.Name):
        return "", node.func.id
    if isinstance(node.func, ast.Attribute):
        return (node.func.value.id if isinstance(node.func.value, ast.Name) else ""), node.func.attr
    return "", ""


def mode_of(node):
    """Return the mode a call of open is given, "" without one."""
    place = 1 if isinstance(node.func, ast.Name) else 0
    given = (
        node.args[place] if len(node.args) > place else next((k.value for k in node.keywords if k.arg == "mode"), None)
    )
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def writes(node):
    if not isinstance(node, ast.Call):
        return False
    module, name = called(node)
    if name == "open":
        return bool(set(mode_of(node)) & set("wax+"))
    if name == "rename":  # a file to a name; a table has its columns renamed by keyword or text
        return len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Constant)
    if name in METHODS or name in MODULES.get(module, ()):
        return True
    return name == "ZipFile" and any(isinstance(a, ast.Constant) and a.value == "w" for a in node.args)


def functions():
    """Yield file, name and body of every function; a method is named after its class, an inner one is its outer's."""
    for path in SOURCES:
        file = path.relative_to(ROOT).as_posix()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                yield from ((f"{file}:{node.name}.{f.name}", f) for f in node.body if isinstance(f, ast.FunctionDef))
            elif isinstance(node, ast.FunctionDef):
                yield f"{file}:{node.name}", node
            elif any(map(writes, ast.walk(node))):
                yield f"{file}:", node


BODIES = dict(functions())
FOUND = {name for name, body in BODIES.items() if any(map(writes, ast.walk(body)))}


HOLDS = "holds the lock itself"
PART = "writes where `target.replaced` tells it to, beside the target of an export"
MADE = "writes into the folder `county.write` makes, under the lock"
JOB = "writes into the folder of its own job, in the parsing process"
TEMP = "writes into a temporary folder of the system"
APART = {
    "layers/basis/disk.py:has_no_room": "a nameless file that is gone at once",
    "layers/basis/owned.py:_made": "makes folders of our own, which carry their own lock",
    "layers/basis/owned.py:_removed": "removes folders of our own whose maker is dead",
    "layers/basis/owned.py:owned": "removes the folder it made",
    "layers/sources/gate.py:_parse": "parsed copies are named by their content; a folder of our own until it is whole",
    "layers/sources/gate.py:_put": "swaps a whole parsed copy in",
    **dict.fromkeys([f"layers/sources/gate.py:{f}" for f in ("kinds", "_asked", "_write_note")],
                    "notes beside the parsed copies, named by content; swapped in whole"),
    **dict.fromkeys([f"layers/sources/fetched.py:{f}" for f in ("copied", "_place", "_asked")],
                    "a folder of our own beside the parsed copies, gone at the end"),
    "layers/basis/keys.py:_keep": "beside the compiled modules of the program, no part of a study",
    "layers/sources/child.py:_kind": JOB,
    "layers/study/uploads.py:receiving": "writes into a batch of its own, under a nameless name until whole",
    "layers/sources/formats/logs.py:_changes": JOB,
    "layers/study/lock.py:_private": "makes the folder the lock lies in",
    "layers/study/lock.py:_sign": "is the lock",
    "layers/study/lock.py:writing": HOLDS,
    "layers/study/litter.py:exporting": "a note of a name nobody else has, left by a reader",
    "layers/study/staged.py:aside": "makes a folder of our own; who uses it moves and names under the lock",
    "layers/study/staged.py:copied": "copies aside into a folder of our own",
    "layers/study/edits.py:_opened": "opens what is there; `_changing` writes, under the lock",
    "layers/study/formats.py:upgrade": "brings the settings up, under the lock of the run",
    "layers/study/run/memos.py:keep": "a cache named by code and content, swapped in whole; the run has the lock",
    "layers/study/run/store.py:_write_parquet": "writes for `write_tables`",
    "layers/study/run/store.py:_Writing._put": "writes the parts of a table for `write_tables`",
    "layers/study/run/store.py:_Writing.drop": "takes away what `write_tables` did not finish",
    "layers/study/run/store.py:_put": "swaps what `write_tables` and `write_json` wrote",
    "layers/study/run/store.py:swap": "the last step of those that write a run, a check or a note of ours",
    "layers/outputs/target.py:replaced": "swaps a whole file in, refuses a place inside a study's own folders",
    "layers/sources/redline/wkt.py:as_table": "a temporary folder of its own",
    "layers/outputs/target.py:bytes_of": TEMP,
    "layers/outputs/pdf.py:write": "writes where `target.replaced` tells it to",
    "layers/outputs/pdf.py:written": "writes where `target.replaced` tells it to",
    "layers/outputs/pdf.py:_laid_out": "a profile in the temporary folder of its caller",
    "layers/outputs/target.py:_written": "writes beside the target, in a folder of our own",
    "layers/study/inspection.py:report": TEMP,
    "layers/study/audit.py:of_folder": TEMP,
    "layers/serve/draw/stored.py:on_disk": "a file without a name that goes with the process",
    "layers/outputs/handover_list.py:as_csv": "writes to memory",
    "layers/sources/redline/file.py:_folder": TEMP,
    "layers/sources/sniff.py:_sqlite": "reads only: mode=ro",
    "layers/sources/formats/vector.py:_gpkg": "reads only: mode=ro",
    "layers/sources/formats/vector.py:_many_gpkg": "reads only: mode=ro",
    "layers/sources/formats/vector.py:_gpkg_layers": "reads only: mode=ro",
    "layers/outputs/word.py:fixed": "writes to memory",
    "layers/outputs/bundle.py:_zipped": "writes where `target.replaced` tells it to",
    "layers/study/record.py:replayed": TEMP,
    "layers/words/schema.py:main": "writes a page of the docs, called by whoever builds the project",
    **dict.fromkeys(
        ("layers/sources/child.py:_answered",
         "layers/sources/formats/contents.py:_private",
         "layers/sources/formats/imagery.py:_write",
         "layers/sources/formats/raster.py:parse",
         "layers/sources/formats/shapefile.py:_bare",
         "layers/sources/formats/tabular.py:parse",
         "layers/sources/unzip.py:_copy",
         "layers/sources/unzip.py:_unpack",
         "layers/sources/unzip.py:unzip",
         "layers/sources/formats/streamed.py:_Work._write",
         "layers/sources/formats/streamed.py:_Work.progress",
         "layers/sources/database.py:_written",
         "layers/sources/formats/vector.py:_write"), JOB),
    **dict.fromkeys(
        ("layers/outputs/boundary_txt.py:_write_list", "layers/outputs/offline.py:_write_html",
         "layers/outputs/subject_sheet.py:write",
         "layers/outputs/lists.py:write_book", "layers/outputs/template_start.py:write",
         "layers/outputs/geodatabases.py:_write_gdb", "layers/outputs/geodatabases.py:_write_gpkg",
         "layers/outputs/geodatabases.py:_styled", "layers/outputs/shapefiles.py:_write_shp",
         "layers/outputs/shapefiles.py:_put",
         "layers/outputs/coordinates.py:write_txt", "layers/outputs/dossier.py:write",
         "layers/outputs/field_sheet.py:write", "layers/outputs/form_book.py:FormBook.save",
         "layers/outputs/form_sheet.py:write", "layers/outputs/form_ground.py:write",
         "layers/outputs/formats.py:_write_csv",
         "layers/outputs/findings_list.py:_write_json",
         "layers/outputs/formats.py:_write_geojson", "layers/outputs/formats.py:_write_parquet",
         "layers/outputs/chain_picture.py:_picture",
        "layers/outputs/fund_picture.py:write",
        "layers/outputs/resource_picture.py:write",
         "layers/outputs/league_book.py:_book",                   "layers/outputs/meeting.py:write",
         "layers/outputs/ranking_book.py:write", "layers/outputs/rating_book.py:write",
         "layers/outputs/redline_book.py:write",
         "layers/outputs/redline_files.py:_write_txt", "layers/outputs/schedule_list.py:_book",
         "layers/outputs/schedule_list.py:_picture", "layers/outputs/stage_book.py:write",
         "layers/outputs/workbook.py:write_xlsx"), PART),
    **dict.fromkeys(
        ("county/county.py:_made", "county/incoming.py:write", "county/writers.py:_restamped",
         "county/writers.py:_settle_identities", "county/writers.py:csv",
         "county/writers.py:geodatabase", "county/writers.py:geojson", "county/writers.py:geopackage",
         "county/writers.py:shapefile", "county/writers.py:survey_text",
         "county/writers.py:workbook"), MADE),
}  # fmt: skip
"""What writes without the study's lock, and why it may."""
UNDER = {
    "county/county.py:_moved": ("county/county.py:write",),
    "layers/study/catalog.py:_append": ("layers/study/catalog.py:_commit",),
    "layers/study/basemaps.py:_put": ("layers/study/basemaps.py:keep",),
    "layers/study/basemaps.py:_write": ("layers/study/basemaps.py:_put", "layers/study/basemaps.py:drop"),
    "layers/study/settings.py:part": ("layers/study/settings.py:put",),
    "layers/study/settings.py:put": (
        "layers/study/catalog.py:new", "layers/study/catalog.py:_append", "layers/study/waive.py:_write",
        "layers/study/accept.py:accept", "layers/study/replacing.py:remove", "layers/study/replacing.py:_written",
        "layers/study/draft.py:_write", "layers/study/describe.py:_write", "layers/study/local_rules.py:_write",
        "layers/study/weights.py:keep", "layers/study/criteria_sets.py:use", "layers/study/criteria_sets.py:_write"),
    "layers/study/criteria_sets.py:_write": ("layers/study/criteria_sets.py:keep",),
    "layers/study/describe.py:_write": ("layers/study/describe.py:describe",),
    "layers/study/draft.py:_write": ("layers/study/draft.py:draft",),
    "layers/study/replacing.py:_written": ("layers/study/replacing.py:replace",),
    "layers/study/waive.py:_write": ("layers/study/waive.py:aside", "layers/study/waive.py:again"),
    "layers/study/staged.py:moved": (
        "layers/study/catalog.py:_commit", "layers/study/replacing.py:replace", "layers/study/describe.py:describe"),
    "layers/study/staged.py:_move": ("layers/study/staged.py:moved",),
    "layers/study/staged.py:_record": ("layers/study/staged.py:moved",),
    "layers/study/checks.py:_kept": ("layers/study/checks.py:_answered",),
    "layers/study/checks.py:_answered": (
        "layers/study/checks.py:check", "layers/study/checks.py:again", "layers/study/checks.py:accept"),
    "layers/study/checks.py:_swap": ("layers/study/checks.py:_kept",),
    "layers/study/edits.py:_begun": ("layers/study/edits.py:_changing",),
    "layers/study/formats.py:numbered": ("layers/study/edits.py:_changing",),
    "layers/study/incoming.py:_forget": ("layers/study/incoming.py:keep",),
    "layers/study/litter.py:clear": ("layers/study/lock.py:writing",),
    "layers/study/local_rules.py:_write": ("layers/study/local_rules.py:keep", "layers/study/local_rules.py:undo"),
    "layers/study/litter.py:_checks": ("layers/study/litter.py:clear",),
    "layers/study/litter.py:_exports": ("layers/study/litter.py:clear",),
    "layers/study/litter.py:_undone": ("layers/study/litter.py:clear",),
    "layers/study/litter.py:_take_back": ("layers/study/litter.py:_undone",),
    "layers/study/run/runs.py:_Run": ("layers/study/run/runs.py:update",),
    "layers/study/run/runs.py:_link": ("layers/study/run/runs.py:_Run",),
    "layers/study/run/runs.py:_made_room": ("layers/study/run/runs.py:_point",),
    "layers/study/run/runs.py:_point": ("layers/study/run/runs.py:_Run",),
    "layers/study/run/runs.py:_prune": ("layers/study/run/runs.py:_Run",),
    "layers/study/run/store.py:write_json": (
        "layers/study/run/runs.py:_Run", "layers/study/checks.py:_kept", "layers/study/incoming.py:link"),
    "layers/study/run/store.py:write_tables": ("layers/study/run/runs.py:_Run", "layers/study/checks.py:_kept"),
}  # fmt: skip
"""What writes under the lock of those that call it; nobody else may call it."""
HOLDERS = {
    "county/county.py:write", "layers/study/catalog.py:_commit", "layers/study/catalog.py:new",
    "layers/study/checks.py:accept", "layers/study/checks.py:again", "layers/study/checks.py:check",
    "layers/study/edits.py:_changing", "layers/study/incoming.py:keep", "layers/study/incoming.py:link",
    "layers/study/lock.py:writing", "layers/study/run/runs.py:update", "layers/study/waive.py:aside",
    "layers/study/waive.py:again", "layers/study/accept.py:accept",
    "layers/study/replacing.py:remove", "layers/study/replacing.py:replace", "layers/study/draft.py:draft",
    "layers/study/uploads.py:_open", "layers/study/uploads.py:drop", "layers/study/describe.py:describe",
    "layers/study/local_rules.py:keep", "layers/study/local_rules.py:undo", "layers/study/weights.py:keep",
    "layers/study/criteria_sets.py:keep", "layers/study/criteria_sets.py:use",
    "layers/study/basemaps.py:keep", "layers/study/basemaps.py:drop",
}  # fmt: skip
COMMITS = {
    "layers/study/formats.py:numbered", "layers/study/formats.py:upgrade",
    "county/county.py:write", "layers/outputs/target.py:replaced", "layers/outputs/database.py:put",
    "layers/study/catalog.py:_append",
    "layers/study/catalog.py:new", "layers/study/checks.py:_kept", "layers/study/edits.py:_changing",
    "layers/study/run/runs.py:_Run._write", "layers/study/run/runs.py:_point", "layers/study/waive.py:_write",
    "layers/study/accept.py:accept", "layers/study/replacing.py:remove", "layers/study/replacing.py:_written",
    "layers/study/draft.py:_write", "layers/study/describe.py:_write", "layers/study/local_rules.py:_write",
    "layers/study/weights.py:keep", "layers/study/criteria_sets.py:use", "layers/study/criteria_sets.py:_write",
    "layers/study/basemaps.py:_write",
}  # fmt: skip
"""Where something people rely on changes: each is noted, so that what is said after a failure is true."""


def within(name):
    """Return the name a function goes by in the lists: its class where that is listed."""
    outer = name.rsplit(".", 1)[0]
    return outer if outer in UNDER and not name.endswith(".py") else name


def takes_a_lock(body):
    items = (i for n in ast.walk(body) if isinstance(n, ast.With) for i in n.items)
    calls = (i.context_expr for i in items if isinstance(i.context_expr, ast.Call))
    return any(called(c)[1] in LOCKS for c in calls)


def test_every_writer_is_known():
    known = set(APART) | set(UNDER) | HOLDERS | {"layers/study/incoming.py:_shelf"}
    assert sorted(n for n in FOUND if within(n) not in known) == []
    gone = sorted(n for n in known if n not in BODIES and not any(b.startswith(f"{n}.") for b in BODIES))
    assert gone == []
    assert sorted(n for n in APART if n not in FOUND) == [], "listed, but it writes nothing any more"


def test_who_holds_the_lock_takes_it():
    assert sorted(n for n in HOLDERS - {"layers/study/lock.py:writing"} if not takes_a_lock(BODIES[n])) == []
    others = sorted(n for n, body in BODIES.items() if takes_a_lock(body) and n not in HOLDERS)
    assert others == [], "list it among the holders"


@pytest.mark.parametrize("name", UNDER)
def test_who_writes_under_a_lock_is_called_by_nobody_else(name):
    short = name.rsplit(":", 1)[1]
    callers = {within(other) for other, node in named().get(short, ()) if refers(other, node, name)} - {name}
    assert callers <= set(UNDER[name]), sorted(callers - set(UNDER[name]))
    assert all(c in HOLDERS or c in UNDER for c in UNDER[name])


@cache
def named():
    """Return every name in the program with the functions it stands in."""
    out = defaultdict(list)
    for other, body in BODIES.items():
        for node in ast.walk(body):
            if isinstance(node, (ast.Name, ast.Attribute)):
                out[node.id if isinstance(node, ast.Name) else node.attr].append((other, node))
    return out


def refers(file, node, name):
    """Tell whether a name in a file can be the function: in its own file by itself, elsewhere through its module."""
    home, own = name.split(":")[0], file.split(":")[0]
    if isinstance(node, ast.Name):
        return own == home or imported(own, home, node.id)
    module = Path(home).stem
    return isinstance(node.value, ast.Name) and node.value.id == module


@cache
def imported(own, home, name):
    wanted = home.removesuffix(".py").replace("/", ".")
    tree = ast.parse((ROOT / own).read_text(encoding="utf-8"))
    found = (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == wanted)
    return any(alias.name == name for n in found for alias in n.names)


def test_every_step_that_changes_something_is_noted_and_has_its_sentence():
    commits = {}
    for name, body in BODIES.items():
        for node in ast.walk(body):
            if isinstance(node, ast.Call) and called(node)[1] == "commit" and called(node)[0] in ("", "changes"):
                commits.setdefault(name, []).append(node)
    assert set(commits) == COMMITS
    text = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES)
    said = {key for language in LANGUAGES for key in catalogue(language) if key.startswith("reason.did_")}
    assert said
    assert [key for key in said if f'"{key.removeprefix("reason.")}"' not in text] == []
    literal = {n.value for body in BODIES.values() for n in ast.walk(body)
               if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value.startswith("did_")}  # fmt: skip
    assert {f"reason.{code}" for code in literal} == said


def test_no_sentence_claims_that_nothing_changed_but_those_that_know():
    """A claim in a sentence is true in every path, or it is the one that is chosen by what happened."""
    knows = {"reason.nothing_changed", "reason.did_stages_kept", "reason.did_stages_added", "reason.study_overtaken",
             "uiprojects.nothing_changed", "uiplace.scenario"}  # fmt: skip
    words = {"en": ("nothing was", "nothing has been", "are as they were", "is as it was", "untouched", "unchanged"),
             "zh": ("未作任何", "没有改动", "未改动", "保持原样", "未受影响", "原有结果未变")}  # fmt: skip
    found = {
        k for lang, claims in words.items() for k, v in catalogue(lang).items() if any(c in v.lower() for c in claims)
    }
    assert found - knows - {"reason.page_failed", "reason.redline_datum_overruled", "reason.parse_crashed"} == set()
