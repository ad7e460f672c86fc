"""A console in any encoding never fails, and what a terminal would obey is shown, not sent."""

import io
import json
import os
import subprocess
import sys

import pytest

from geo.basis.errors import LuodiError
from geo.basis.reason import reason
from layers.outputs import stream
from layers.outputs.console import Console, as_json
from layers.outputs.plain import ACTING, visible
from tests.district import box
from tests.layers.outputs.joint_study import HOSTILE

ROOT = stream.__file__.rsplit("/layers/", 1)[0]
ACTS = "\x1b[31m\x1b]0;mine\x07\r\x08\x9b2J\u202egnp.exe\u2066\u200b\ufeff\U000e0041\x7f\x00\n"
ENCODINGS = ("gbk", "ascii", "cp1252", "latin-1", "big5", "utf-8", "utf-16", "gb18030:strict")


def luodi(*args, out=subprocess.PIPE, **env):
    known = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "PYTHONIOENCODING", "PYTHONUTF8")}
    return subprocess.run([sys.executable, f"{ROOT}/luodi.py", *args], stdout=out, stderr=subprocess.PIPE,
                          env=known | env, check=False)  # fmt: skip


@pytest.mark.parametrize("char", [c for c in map(chr, range(0x11000)) if ACTING.match(c)][::37])
def test_what_acts_is_written_out(char):
    shown = visible(f"a{char}b")
    assert shown.isascii()
    assert shown.isprintable()


def test_names_of_all_scripts_stay():
    for name in ("永久基本农田（2025）", "Große Straße", "می‌خواهم", "👨‍👩‍👧", "a　b\xa0c", "㎡ m² ✗"):
        assert visible(name) == name


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding_can_be_printed(name):
    raw = io.BytesIO()
    out = stream.Stream(io.TextIOWrapper(raw, *name.split(":")))
    out.write(f"7.5 m² ✗ 甲乙 😀 {ACTS}")
    out.flush()
    written = raw.getvalue().decode(out.encoding)
    assert not ACTING.search(written.replace("\n", "").replace("\ufeff", ""))
    assert "7.5 m2" in written or "7.5 m²" in written
    assert r"\x1b[31m\x1b]0;mine\x07" in written


@pytest.mark.parametrize("name", ENCODINGS)
def test_json_keeps_its_values(name):
    encoding = name.partition(":")[0]
    body = {"id": ACTS, "名": "甲 😀 m²", "x": HOSTILE}
    line = as_json(body, encoding)
    assert not ACTING.search(line)
    assert json.loads(line.encode(encoding).decode(encoding)) == body


def test_json_of_a_name_that_is_no_text():
    line = as_json({"file": "a\udcff"}, "utf-8")
    assert json.loads(line) == {"file": "a\udcff"}
    assert line.encode()


def test_square_brackets_and_smileys_are_text(capsys):
    console = Console(False, "en")
    console.text(r"\[red]a [b] :smile: [link=x]y[/link]" + ACTS)
    console.note(reason("not_a_study", path=r"[red]\[x]" + ACTS))
    console.error(LuodiError(reason("not_a_study", path=r"[/]\[red]:bell:" + ACTS)))
    out, err = capsys.readouterr()
    assert r"\[red]a [b] :smile: [link=x]y[/link]\x1b[31m" in out
    assert r"[red]\[x]\x1b[31m" in out
    assert r"[/]\[red]:bell:\x1b[31m" in err
    for text in (out, err):
        assert not ACTING.search(text.replace("\n", ""))


def test_nobody_listens():
    silent = stream.Stream(None)
    assert silent.write("甲") == 1
    assert not silent.isatty()
    with pytest.raises(io.UnsupportedOperation):
        silent.fileno()


def test_a_broken_pipe_is_no_fault_and_a_full_disk_is():
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w", encoding="utf-8") as pipe:
        out = stream.Stream(pipe)
        out.write("first\n")
        out.write("second\n")
    if os.path.exists("/dev/full"):
        full = stream.Stream(open("/dev/full", "w", encoding="utf-8"))  # noqa: SIM115 - closed below
        with pytest.raises(OSError, match="space"):
            full.write("first\n")
        full.write("second\n")
        full.inner.close()


@pytest.mark.brief("gbk-zh")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1"])
def test_a_process_says_what_is_wrong(tmp_path, encoding, language):
    done = luodi("explain", str(tmp_path / f"甲{ACTS[:5]}"), f"p01{ACTS[:5]}", "--lang", language,
                 PYTHONIOENCODING=encoding)  # fmt: skip
    assert done.returncode == 1
    assert rb"\x1b[31m" in done.stderr
    assert b"\x1b" not in done.stderr
    assert b"Traceback" not in done.stderr


C_ALONE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.brief("C")
@pytest.mark.parametrize("given", [C_ALONE, {"LC_ALL": "POSIX"}], ids=["C", "POSIX"])
def test_a_system_without_a_language(tmp_path, given):
    done = luodi("check", str(tmp_path / "县.gpkg"), "--json", **given)
    assert done.returncode in (1, 2)
    assert json.loads(done.stdout.splitlines()[-1])["event"] == "error"


def test_help_and_wrong_calls_in_ascii():
    done = luodi("explain", "--help", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"--json" in done.stdout
    wrong = luodi("nothing\x1b[31m", PYTHONIOENCODING="ascii")
    assert wrong.returncode == 2
    assert b"\x1b" not in wrong.stderr
    assert rb"\x1b[31m" in wrong.stderr


@pytest.mark.long
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
def test_a_closed_pipe_ends_no_command(run_district, more):
    ours, theirs = os.pipe()
    os.close(ours)
    done = luodi("explain", str(run_district), "p01", *more, out=theirs)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_id_of_a_file_reaches_no_terminal(tmp_path):
    import geopandas as gpd

    path = tmp_path / f"x{ACTS[:5]}.geojson"
    ids = [f"a{ACTS[:5]}", f"a{ACTS[:5]}"]
    bow = box(0, 0, 100, 100)
    gpd.GeoDataFrame({f"BSM{ACTS[:5]}": ids}, geometry=[bow, bow], crs="EPSG:4549").to_crs(4326).to_file(path)
    done = luodi("check", str(path), "--lang", "en")
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
