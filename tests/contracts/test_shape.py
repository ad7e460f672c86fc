"""The shape of the house: imports point one way, both languages say everything, nothing leaks."""

import ast
import importlib.metadata
import re
import string
import tomllib
from pathlib import Path

import pytest

from layers.text import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*ROOT.glob("geo/**/*.py"), *ROOT.glob("layers/**/*.py"), *ROOT.glob("views/**/*.py"),
           ROOT / "app.py", ROOT / "luodi.py"]  # fmt: skip
MAY_IMPORT = {"geo": {"geo"}, "layers": {"geo", "layers"}, "views": {"geo", "layers", "views"},
              "app": {"geo", "layers", "views"}, "luodi": {"geo", "layers", "views"}}  # fmt: skip
ROOMS = ["study", "place", "idle", "rank", "assemble", "project", "screen", "rules", "measure", "basis"]
LEVEL = {room: k for k, room in enumerate(ROOMS)} | {"rank": ROOMS.index("idle"), "screen": ROOMS.index("project")}
IMPURE = {"streamlit", "folium", "requests", "urllib", "socket", "subprocess", "sqlite3", "tempfile", "rasterio"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path):
    place = path.relative_to(ROOT).with_suffix("").parts
    for name in imports(path):
        top = name.split(".")[0]
        if top in MAY_IMPORT:
            assert top in MAY_IMPORT[place[0]], f"{path.name} imports {name}"
        if place[0] == "geo":
            assert top not in IMPURE, f"the core imports {name}"
            room = name.split(".")[1] if name.startswith("geo.") else None
            if room in LEVEL and place[1] in LEVEL:
                assert LEVEL[room] >= LEVEL[place[1]], f"{path.name} imports {name}"


def test_only_the_gate_and_its_child_open_files_of_users():
    for path in ROOT.glob("views/**/*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bopen\(|read_file|read_parquet|rasterio|pyogrio", text), path.name


def test_what_is_read_as_a_number_is_a_number():
    """`isdigit` says yes to "²", which `int` does not read; `isdecimal` is what `int` takes."""
    for path in SOURCES:
        assert ".isdigit(" not in path.read_text(encoding="utf-8"), path.name


def is_zero(node):
    return isinstance(node, ast.Constant) and node.value == 0


def test_buffer_zero_never_repairs():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "buffer":
                assert not any(map(is_zero, [*node.args, *(k.value for k in node.keywords)])), path.name


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def test_both_languages_say_everything_with_the_same_numbers():
    en, zh = (catalogue(language) for language in LANGUAGES)
    assert sorted(en) == sorted(zh)
    assert [key for key in en if fields(en[key]) != fields(zh[key])] == []
    assert [key for key in en if not en[key].strip() or not zh[key].strip()] == []
    latin = [k for k, v in zh.items() if not re.search(r"[\u3000-\u9fff]", v) and re.search(r"[A-Za-z]{4,}", v)]
    assert [k for k in latin if zh[k] == en[k]] == []


WORDS = {
    "words", "study", "sources", "law", "screen", "supply", "assemble", "rank", "project", "place", "capacity", "idle",
    "reuse", "redline", "handover", "drive",
}  # fmt: skip
"""One file of sentences for each word of the flow, and one for what all share."""


def test_both_languages_keep_their_sentences_in_the_same_files():
    def tables(language):
        paths = (ROOT / "data" / "locales" / language).glob("*.toml")
        return {p.stem: set(tomllib.loads(p.read_text(encoding="utf-8"))) for p in paths}

    en, zh = (tables(language) for language in LANGUAGES)
    assert en == zh
    assert set(en) == WORDS


def test_every_reason_raised_in_the_code_has_its_sentence():
    missing = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            literal = node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
            if node.func.id in ("reason", "rows_reason") and literal:
                missing |= {f"reason.{node.args[0].value}"} - set(catalogue("en"))
            if node.func.id == "say" and literal:
                missing |= {node.args[0].value} - set(catalogue("en"))
    assert not missing


def test_no_locked_distribution_takes_our_names():
    ours = {"geo", "layers", "views", "app", "data", "luodi"}
    for dist in importlib.metadata.distributions():
        if dist.metadata["Name"] == "luodi":
            continue
        tops = {str(f).split("/")[0].removesuffix(".py") for f in dist.files or []}
        assert not tops & ours, dist.metadata["Name"]


def tracked():
    import subprocess

    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    paths = [ROOT / n for n in names.split("\0") if n]
    return [p for p in paths if p.is_file()] or pytest.skip("not a git checkout")


def test_no_host_of_an_index_and_no_path_of_a_computer():
    words = [r"pypi\.org", r"pythonhosted", r"registry\.npm", r"--index-url", "/" + "root/", "/" + "work/", r"/home/\w"]
    pattern = re.compile("|".join(words))
    for path in tracked():
        if path.suffix in {".png", ".ico"} or path == Path(__file__).resolve():
            continue
        assert not pattern.search(path.read_text(encoding="utf-8", errors="ignore")), path.relative_to(ROOT)


def test_lock_is_hashed_and_complete():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [i for i, line in enumerate(lines) if re.match(r"^[a-z0-9].*==", line)]
    assert len(pins) > 50
    assert all("--hash=sha256:" in lines[i + 1] for i in pins)


def test_tests_mirror_the_tree():
    for path in [*ROOT.glob("tests/geo/**/test_*.py"), *ROOT.glob("tests/layers/**/test_*.py")]:
        folder = ROOT / path.parent.relative_to(ROOT / "tests")
        assert folder.is_dir(), f"{path.relative_to(ROOT)} tests a folder that is not there"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_documented(language):
    import luodi

    names = {c.name or c.callback.__name__ for c in luodi.cli.registered_commands}
    manual = (ROOT / "docs" / language / "commands.md").read_text(encoding="utf-8")
    assert [n for n in sorted(names) if f"luodi {n}" not in manual] == []
