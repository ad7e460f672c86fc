"""Dropped files reach the disk under safe names, whole or not at all, and never beyond the quota."""

import contextlib
import os
import shutil
import subprocess
import sys

import pytest

from geo.basis.errors import BlockedError
from layers.study import jobs, uploads


@pytest.fixture
def token(tmp_path):
    return uploads.begin(tmp_path)


def put(folder, token, name, content=b"x"):
    with uploads.receiving(folder, token, name) as file:
        file.write(content)


def refused(call):
    with pytest.raises(BlockedError) as problem:
        call()
    return problem.value.reasons[0].code


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("三区三线/生态保护红线.zip", ("三区三线", "生态保护红线.zip")),
        ("规划.gdb/a00000001.gdbtable", ("规划.gdb", "a00000001.gdbtable")),
        ("../../etc/passwd", ("etc", "passwd")),
        ("C:\\data\\DLTB.shp", ("C_", "data", "DLTB.shp")),
        (".hidden", ("hidden",)),
        ("con.txt", ("_con.txt",)),
        ("a\x00b<c>.shp", ("a_b_c_.shp",)),
    ],
)
def test_a_name_stays_what_it_was_less_what_is_no_name(name, wanted):
    assert uploads.safe(name) == wanted


@pytest.mark.parametrize("name", ["", "..", "/", "../.."])
def test_no_name_is_refused(name):
    assert refused(lambda: uploads.safe(name)) == "upload_name"


def test_a_file_stands_there_once_it_is_whole(tmp_path, token):
    put(tmp_path, token, "a/b.txt", b"hello")
    place = uploads.batch(tmp_path, token)
    assert (place / "a" / "b.txt").read_bytes() == b"hello"
    with contextlib.suppress(ZeroDivisionError), uploads.receiving(tmp_path, token, "c.txt") as file:
        file.write(b"half")
        file.write(bytes(1 // 0))
    assert sorted(p.name for p in place.rglob("*") if p.is_file()) == ["b.txt"]
    assert refused(lambda: put(tmp_path, token, "a/b.txt", b"other")) == "upload_twice"
    assert (place / "a" / "b.txt").read_bytes() == b"hello"


def test_beyond_the_quota_nothing_is_kept(tmp_path, token, monkeypatch):
    monkeypatch.setattr(uploads, "QUOTA_BYTES", 10)
    put(tmp_path, token, "a", b"123456")
    assert refused(lambda: put(tmp_path, token, "b", b"12345")) == "upload_large"
    put(tmp_path, token, "c", b"1234")
    assert sorted(p.name for p in uploads.batch(tmp_path, token).iterdir()) == ["a", "c"]
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    assert refused(lambda: put(tmp_path, token, "d", b"")) == "upload_many"


def test_only_a_batch_that_was_begun_takes_files(tmp_path, token):
    assert refused(lambda: put(tmp_path, "0" * 24, "a")) == "upload_unknown"
    assert uploads.batch(tmp_path, "../..") is None
    uploads.drop(tmp_path, token)
    assert refused(lambda: put(tmp_path, token, "a")) == "upload_unknown"


def test_a_zone_that_is_only_drawn_moves_nothing(tmp_path):
    study = tmp_path / "new"
    token = uploads.begin(study)
    assert not study.exists()
    assert uploads.batch(study, token) is not None
    put(study, token, "a.txt")
    assert uploads.batch(study, token).is_dir()


def test_old_batches_leave_unless_somebody_may_be_reading_them(tmp_path, monkeypatch):
    made = [uploads.begin(tmp_path) for _ in range(uploads.KEPT + 4)]
    for token in made[:-1]:
        put(tmp_path, token, "a.txt")
    before = [uploads.batch(tmp_path, t) for t in made[:-1]]
    for age, place in enumerate(reversed(before[:3])):  # the newer ones are of today
        os.utime(place, (0, uploads.time.time() - uploads.YOUNG_S * (2 + age)))
    work = jobs.Job(subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE, text=True),
                    ("add", str(before[0] / "a.txt")))  # fmt: skip
    monkeypatch.setitem(jobs._board, (str(tmp_path), "recognise"), work)
    for _ in range(uploads.KEPT + 1):
        uploads.begin(tmp_path)
    assert all(place.is_dir() for place in before)
    put(tmp_path, made[-1], "a.txt")
    assert [place.is_dir() for place in before] == [True, False, False, *[True] * (uploads.KEPT)]
    assert refused(lambda: put(tmp_path, made[1], "b.txt")) == "upload_unknown"


def test_files_that_come_at_once_are_counted_as_those_after_each_other(tmp_path, token, monkeypatch):
    monkeypatch.setattr(uploads, "QUOTA_BYTES", 10)
    with uploads.receiving(tmp_path, token, "a") as first:
        first.write(b"123456")
        with uploads.receiving(tmp_path, token, "b") as second:
            assert refused(lambda: second.write(b"12345")) == "upload_large"
            second.write(b"1234")
        assert refused(lambda: put(tmp_path, token, "a")) == "upload_twice"
    assert (uploads.batch(tmp_path, token) / "a").read_bytes() == b"123456"


def test_what_did_not_come_whole_leaves_its_room_and_its_name(tmp_path, token, monkeypatch):
    monkeypatch.setattr(uploads, "QUOTA_BYTES", 10)
    for _ in range(3):
        with contextlib.suppress(ZeroDivisionError), uploads.receiving(tmp_path, token, "a") as file:
            file.write(bytes(8))
            file.write(bytes(1 // 0))
    put(tmp_path, token, "a", bytes(10))
    uploads._held.clear()  # another process: what is there is counted
    assert refused(lambda: put(tmp_path, token, "b", b"1")) == "upload_large"
    assert refused(lambda: put(tmp_path, token, "a", b"")) == "upload_twice"


def test_little_room_on_the_disk_is_said_as_that(tmp_path, token, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _: usage._replace(free=uploads.RESERVE_BYTES + 4))
    assert refused(lambda: put(tmp_path, token, "a", b"12345")) == "no_space"
    put(tmp_path, token, "a", b"1234")


@pytest.mark.parametrize("name", ["保" * 300 + ".shp", "保" * 90, "a." + "护" * 150, "保" * 110 + "." + "x" * 70])
def test_a_long_name_is_cut_by_what_the_disk_counts(tmp_path, token, name):
    (made,) = uploads.safe(name)
    assert 50 < len(made.encode()) <= 200
    assert made.endswith(".shp") == name.endswith(".shp")
    put(tmp_path, token, name)
    assert (uploads.batch(tmp_path, token) / made).is_file()


def test_a_path_no_disk_takes_is_refused_in_words(tmp_path, token):
    deep = "/".join(f"{n}" + "x" * 199 for n in range(8))
    monster = tmp_path.joinpath(*["y" * 200] * 13)
    assert refused(lambda: put(monster, uploads.begin(monster), deep)) == "file_not_written"
