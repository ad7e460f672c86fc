"""The files of the map component are those its sources make: by their hashes, in the long suite byte by byte."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[4] / "layers" / "serve" / "component"
BUILT = HERE / "built"
MAKE = ("package.json", "package-lock.json", "build.mjs", "tsconfig.json", ".npmrc", "src", "test")


def digest(path):
    return hashlib.sha256(path.read_text(encoding="utf-8").replace("\r\n", "\n").encode()).hexdigest()


def test_the_built_files_are_of_these_sources():
    told = dict(line.split("  ")[::-1] for line in (BUILT / "made_from.txt").read_text(encoding="utf-8").splitlines())
    sources = {"package.json", "package-lock.json", "build.mjs"} | {f"src/{p.name}" for p in (HERE / "src").iterdir()}
    assert set(told) == sources, "run `make component`"
    assert {name: digest(HERE / name) for name in sources} == told, "run `make component`"


def test_every_library_in_it_brings_its_licence():
    text = (BUILT / "licences.txt").read_text(encoding="utf-8")
    for name in ("leaflet 1.9.4 (BSD-2-Clause)", "terra-draw 1.35.0 (MIT)", "terra-draw-leaflet-adapter"):
        assert name in text
    assert text.count("Permission is hereby granted") + text.count("Redistribution and use in source") >= 2


def test_nothing_in_it_asks_anybody_outside_or_compiles_a_text():
    script = (BUILT / "map.js").read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function\(|insertAdjacentHTML|document\.write\(", script)
    sources = "".join(p.read_text(encoding="utf-8") for p in (HERE / "src").glob("*.ts"))
    assert not re.search(r"innerHTML|outerHTML|https?://(?!www\.w3\.org)|\beval\b", sources)
    assert "registry" not in (HERE / "package-lock.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The component with its libraries, fetched as npm is configured on this computer."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("no npm on this computer: apt-get install npm")
    place = tmp_path_factory.mktemp("component")
    for name in MAKE:
        part = HERE / name
        (shutil.copytree if part.is_dir() else shutil.copy)(part, place / name)
    done = subprocess.run([npm, "ci"], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return place, npm


@pytest.mark.long
def test_the_sources_make_equal_bytes(copy):
    place, npm = copy
    done = subprocess.run([npm, "run", "build"], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in os.listdir(BUILT):
        assert (place / "built" / name).read_bytes() == (BUILT / name).read_bytes(), name


@pytest.mark.long
@pytest.mark.parametrize("script", ["check", "test"])
def test_its_types_hold_and_its_own_tests_pass(copy, script):
    place, npm = copy
    done = subprocess.run([npm, "run", script], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
