"""Parsers that are forked from one warm process answer, fail and end as those in a process of their own."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from layers.sources import forks, gate
from tests.layers.sources import make

pytestmark = pytest.mark.skipif(not forks.POSSIBLE, reason="this system has no forks: every file has a process")
ENV = {"PATH": os.environ["PATH"]}
SOON = 20.0


@pytest.fixture
def warm():
    made = forks.Warm()
    yield made
    made.end()


def pipe(folder):
    """Return a job nobody ever writes: its parser waits for it."""
    path = folder / "job.json"
    os.mkfifo(path)
    return path


def parsers(warm):
    """Return the process ids of parsers: children of those who wait for them."""
    mother: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            mother[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    if warm._process is None:
        return []
    return [pid for pid, parent in mother.items() if mother.get(parent) == warm._process.pid]


def until(told):
    end = time.monotonic() + SOON
    while not (found := told()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_a_file_reads_the_same_in_a_fork_and_in_a_process_of_its_own(tmp_path, monkeypatch):
    path = make.geojson(tmp_path, *[make.box(120 + k / 100, 28, 0.005) for k in range(3)])
    made = {}
    for possible in (True, False):
        monkeypatch.setattr(forks, "POSSIBLE", possible)
        gate.open_vector(path, tmp_path / str(possible))
        files = (tmp_path / str(possible)).rglob("*")
        made[possible] = {p.name: p.read_bytes() for p in files if p.is_file()}
    assert made[True] == made[False]
    assert len(made[True]) > 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU])
def test_the_end_of_a_parser_is_told_by_its_signal(warm, tmp_path, number):
    told = []
    asked = threading.Thread(target=lambda: told.append(warm.run(pipe(tmp_path), ENV, SOON)))
    asked.start()
    [pid] = until(lambda: parsers(warm))
    os.kill(pid, number)
    asked.join(SOON)
    assert told == [-number]


def test_a_parser_that_takes_too_long_is_killed(warm, tmp_path):
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(pipe(tmp_path), ENV, 1.0)
    until(lambda: not parsers(warm))


def test_a_warm_process_that_has_died_is_started_again(warm, tmp_path):
    broken = tmp_path / "job.json"
    broken.write_text("{", encoding="utf-8")
    assert warm.run(broken, ENV, SOON) == 1
    warm._process.kill()
    warm._process.wait()
    assert warm.run(broken, ENV, SOON) == 1


def test_another_environment_has_a_warm_process_of_its_own(warm, tmp_path):
    broken = tmp_path / "job.json"
    broken.write_text("{", encoding="utf-8")
    assert warm.run(broken, ENV, SOON) == 1
    first = warm._process.pid
    assert warm.run(broken, ENV | {"TZ": "Asia/Shanghai"}, SOON) == 1
    assert warm._process.pid != first


def test_where_none_can_be_had_nothing_has_run(warm, tmp_path, monkeypatch):
    monkeypatch.setattr(warm, "_line", lambda env: None)
    assert warm.run(pipe(tmp_path), ENV, SOON) is None


def test_parsers_end_with_the_program_that_asked(tmp_path):
    pipe(tmp_path)
    code = (
        "import os, sys, threading, time\n"
        "from layers.sources import forks\n"
        "threading.Thread(target=forks.WARM.run, args=(sys.argv[1], dict(os.environ), 60), daemon=True).start()\n"
        "while forks.WARM._process is None: time.sleep(0.01)\n"
        "print(forks.WARM._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    asked = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "job.json")], cwd=forks.ROOT, stdout=subprocess.PIPE
    )
    mother = forks.Warm()
    mother._process = type("Known", (), {"pid": int(asked.stdout.readline()), "wait": lambda self: None})()
    [pid] = until(lambda: parsers(mother))
    asked.kill()
    asked.wait()
    until(lambda: not Path(f"/proc/{pid}").exists() and not Path(f"/proc/{mother._process.pid}").exists())
    asked.stdout.close()
