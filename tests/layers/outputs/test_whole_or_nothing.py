"""Whatever leaves Luodi is the old file or the new one, whole: killed at any moment, or on a disk without room."""

import os
import resource
import shutil
import subprocess
import sys

import pytest

from geo.basis.progress import silent
from layers.outputs import formats
from layers.study import checks
from layers.study.lock import writing
from tests import district
from tests.layers.study.test_writers import ROOT, killed, moments, nothing_of_ours

ROOM = 700
"""Bytes a file may have on a disk that is full."""
DOCUMENTS = {
    "report.docx": ("report", "p06"), "report.pdf": ("report", "p06"), "check.docx": ("report", "甲"),
    "form.xlsx": ("form", "standard-land", "p06"), "form.pdf": ("form", "standard-land", "p06"),
    "study.zip": ("bundle",),
}  # fmt: skip
LISTS = {f"list.{kind}": ("export",) for kind in formats.FORMATS}


def quick(names, first):
    """All but one belong to the long suite."""
    return [n if n == first else pytest.param(n, marks=pytest.mark.long) for n in names]


@pytest.fixture(scope="module")
def study(run_district, tmp_path_factory):
    """The district with a check of a red line; nothing writes into it but what dies."""
    folder = tmp_path_factory.mktemp("whole") / "study"
    shutil.copytree(run_district, folder, symlinks=True)
    corners = [(210, 10), (290, 10), (290, 90), (210, 90)]
    rows = "\n".join(f"J{k},{y + district.Y0},{x + district.X0}" for k, (x, y) in enumerate(corners, 1))
    line = folder.parent / "line.csv"
    line.write_text(f"点号,X,Y\n{rows}\n", encoding="utf-8")
    checks.check(folder, line, checks.RedlineQuestion(name="甲"), silent)
    return folder


def words(study, name, out):
    command, *about = (DOCUMENTS | LISTS)[name]
    return (command, study, *about, out / name)


@pytest.mark.parametrize(
    "name", quick(["report.docx", "report.pdf", "form.xlsx", "list.shp.zip", "list.html", "study.zip"], "report.docx")
)
def test_case_85_a_killed_hand_over_leaves_the_old_file_and_nothing_else(study, tmp_path, name):
    path, call = tmp_path / name, words(study, name, tmp_path)
    path.write_text("old")
    count = killed("count", *call, watched=[tmp_path, study])
    new = path.stat().st_size
    for moment in moments(count, 4):
        path.write_text("old")
        killed(moment, *call, watched=[tmp_path, study])
        assert path.stat().st_size == 3 or path.stat().st_size > new * 0.9, moment
        with writing(study, "any next writer"):
            pass
        nothing_of_ours(study)
        assert [p.name for p in tmp_path.iterdir()] == [name], moment


def full():
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))


@pytest.mark.parametrize("name", quick([*DOCUMENTS, *LISTS], "report.docx"))
def test_case_86_a_full_disk_leaves_the_old_file_and_is_told(study, tmp_path, name):
    path = tmp_path / name
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "luodi.py", *map(str, words(study, name, tmp_path)), "--lang", "en"], cwd=ROOT, check=False,
        capture_output=True, text=True, preexec_fn=full, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    told = done.stdout + done.stderr
    assert path.read_text() == "old", told
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert done.returncode == 1, told
    assert "room" in told or "space" in told or "LibreOffice" in told, told
    assert "Traceback" not in told
