"""Dropped files reach the disk under safe names, whole or not at all, and never beyond the quota."""

import contextlib

import pytest

from geo.basis.errors import BlockedError
from layers.study import uploads


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


def test_old_batches_leave(tmp_path):
    made = [uploads.begin(tmp_path) for _ in range(uploads.KEPT + 2)]
    assert sum(uploads.batch(tmp_path, t) is not None for t in made) == uploads.KEPT
    assert uploads.batch(tmp_path, made[-1]) is not None
