"""One job of a name at a time: nobody loses sight of one that runs, and no other wish falls silent behind it."""

import sys
import time

import pytest

from geo.basis.errors import BlockedError
from layers.study import jobs


@pytest.fixture
def waiting(tmp_path, monkeypatch):
    """Jobs of this study run until a file is there."""
    end = tmp_path / "end"
    act = f"import os, time\nwhile not os.path.exists({str(end)!r}): time.sleep(0.02)"
    real = jobs.subprocess.Popen
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda words, **more: real([sys.executable, "-c", act], **more))
    yield tmp_path, end
    end.touch()


def ended(job):
    for _ in range(500):
        if job.poll().done:
            return True
        time.sleep(0.02)
    return False


def test_the_same_wish_finds_what_runs_and_another_is_told(waiting):
    folder, end = waiting
    job = jobs.begin(folder, "replace", "add", "a.gpkg", "--replace=farm")
    assert jobs.begin(folder, "replace", "add", "a.gpkg", "--replace=farm") is job
    with pytest.raises(BlockedError) as told:
        jobs.begin(folder, "replace", "add", "b.gpkg", "--replace=flood")
    assert told.value.reasons[0].code == "job_runs"
    assert jobs.known(folder, "replace") is job
    end.touch()
    assert ended(job)
    assert jobs.begin(folder, "replace", "add", "b.gpkg", "--replace=flood") is not job


def test_a_job_that_runs_is_not_forgotten_and_one_nobody_wants_stops(waiting):
    folder, end = waiting
    job = jobs.begin(folder, "take", "add", "a.gpkg")
    jobs.forget(folder, "take")
    assert jobs.known(folder, "take") is job
    end.touch()
    assert ended(job)
    jobs.forget(folder, "take")
    jobs.forget(folder, "take")
    assert jobs.known(folder, "take") is None
    end.unlink()
    look = jobs.begin(folder, "recognise", "add", "a")
    jobs.stop(folder, "recognise")
    jobs.stop(folder, "recognise")
    assert jobs.known(folder, "recognise") is None
    assert ended(look)
    assert not look.poll().ok
