"""Who measures changes nothing: processes, dead workers, parcels that kill, a cluster."""

import os
import pickle
import shutil
import signal
from dataclasses import dataclass, field, replace

import pandas as pd
import pytest

from geo.basis.errors import BlockedError, CallError, Cancelled
from geo.basis.progress import silent
from layers.study.run import cluster, crews, manifest, opened, processes, runner, runs
from layers.study.run.results import open_results
from layers.study.run.runner import Runner, Tile, tiles

MEASURED = ("zones", "overlaps", "overlap_classes", "pieces", "stacks", "stack_pieces", "facts")


@pytest.fixture
def fresh(own_district):
    """The district without results."""
    shutil.rmtree(own_district / "runs")
    (own_district / "results").unlink()
    return own_district


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(runner, "LEAST", 2)


def bytes_of(folder):
    run = open_results(folder).run
    return {p.name: p.read_bytes() for p in sorted(run.glob("*.parquet"))}


def forks(measured):
    """A crew of forks that measure as told."""

    @dataclass(frozen=True)
    class Assignment(runner.Assignment):
        def measured(self, tile, progress):
            return measured(super().measured, self, tile)

    def hire(_, key):
        def hired(land):
            crew = processes.hire(None, key, 2)(land)
            return replace(crew, open_work=lambda: Assignment(land.parcels, land.against, land.memo))

        return Runner(hired)

    return hire


def test_every_parcel_is_in_one_tile():
    for count in (0, 1, 7, 500, 12_345):
        dealt = tiles(count, 3)
        assert [k for t in dealt for k in range(t.start, t.stop)] == list(range(count))
        assert dealt[0].start == 0


def test_processes_write_the_same_bytes(fresh, run_district):
    assert runs.update(fresh, "screen", silent, crews.hiring("processes", 2)).notes == ()
    assert bytes_of(fresh) == bytes_of(run_district)


def test_newcomers_that_open_the_study_themselves_write_the_same_bytes(fresh, run_district, monkeypatch):
    """As on Windows, where a process shares nothing with the one that starts it."""
    monkeypatch.setattr(processes.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    runs.update(fresh, "screen", silent, crews.hiring("processes", 1))
    assert bytes_of(fresh) == bytes_of(run_district)


def test_a_worker_killed_at_work_changes_nothing(fresh, run_district, tmp_path):
    once = tmp_path / "killed"

    def measured(really, _, tile):
        if tile.start == 2 and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return really(tile, silent)

    report = runs.update(fresh, "screen", silent, forks(measured))
    assert once.exists()
    assert report.notes == ()
    assert bytes_of(fresh) == bytes_of(run_district)


def test_a_parcel_that_kills_every_worker_is_unknown_and_said(fresh, run_district):
    def measured(really, land, tile):
        if "p05" in set(land.parcels["parcel_id"].iloc[tile.start : tile.stop]):
            os.kill(os.getpid(), signal.SIGKILL)
        return really(tile, silent)

    report = runs.update(fresh, "screen", silent, forks(measured))
    assert [(n.code, n.values["rows"]) for n in report.notes] == [("parcels_not_measured", ["p05"])]
    ours, theirs = (open_results(f).table("candidates").set_index("parcel_id") for f in (fresh, run_district))
    pd.testing.assert_frame_equal(ours.drop("p05"), theirs.drop("p05"))
    assert ours.loc["p05", "status"] != "candidate"
    verdicts = open_results(fresh).table("verdicts").query("parcel_id == 'p05'")
    assert set(verdicts["outcome"]) == {"unknown"}


def test_what_rests_on_lost_parcels_is_made_anew_by_the_next_run(fresh, run_district):
    def measured(really, land, tile):
        os.kill(os.getpid(), signal.SIGKILL)

    runs.update(fresh, "screen", silent, forks(measured))
    entries = manifest.read(open_results(fresh).run)["tables"]
    assert {n for n, e in entries.items() if e.get("incomplete")} >= {*MEASURED, "verdicts", "candidates", "ledger"}
    assert not entries["parcels"].get("incomplete")
    assert {*runs.stale(fresh)} >= {*MEASURED, "candidates"}
    assert runs.update(fresh, "screen", silent).built == ("measure", "screen")
    assert bytes_of(fresh) == bytes_of(run_district)
    assert runs.stale(fresh) == {}


def test_what_a_worker_raises_is_raised(fresh):
    def measured(really, land, tile):
        raise BlockedError(runner_reason())

    with pytest.raises(BlockedError):
        runs.update(fresh, "screen", silent, forks(measured))


def runner_reason():
    from geo.basis.reason import reason

    return reason("raster_rotated", layer="r")


def test_a_wish_to_stop_sends_the_workers_home(fresh):
    hired = []

    def measured(really, land, tile):
        signal.pause()

    def stop(done, total, stage):
        if stage == "tiles" and hired[0].crew:
            raise Cancelled

    def hire(folder, key):
        made = forks(measured)(folder, key)

        def seen(land):
            hired.append(made.hire(land))
            return hired[0]

        return Runner(seen)

    with pytest.raises(Cancelled):
        runs.update(fresh, "screen", stop, hire)
    assert hired[0].crew == []


def test_a_process_that_reads_another_study_refuses(run_district):
    with pytest.raises(BlockedError) as told:
        opened.assignment_of(run_district, "another key")()
    assert told.value.reasons[0].code == "worker_reads_another_study"


def test_a_worker_with_another_program_refuses():
    with pytest.raises(BlockedError) as told:
        cluster.measured(None, [], "another program")
    assert told.value.reasons[0].code == "worker_is_another_program"


@dataclass
class Wire:
    """A scheduler in one's own process that sends everything as bytes, as a network does."""

    sent: list = field(default_factory=list)

    def submit(self, work, *given, **_):
        self.sent.append(pickle.dumps((work, given)))
        made = pickle.loads(pickle.dumps(work(*pickle.loads(pickle.dumps(given)))))
        object.__setattr__(made, "status", "finished")
        return made


def test_a_cluster_is_sent_what_it_measures_and_opens_nothing(fresh, run_district, monkeypatch):
    """Workers need not see the study: the land goes out once, parcels with their tile, and the bytes are the same."""
    wires = []

    @dataclass
    class Crew(cluster.Cluster):
        back: list = field(default_factory=list)

        def give(self, tile):
            made = cluster.measured(self.land(), self.assigned.parcels.iloc[tile.start : tile.stop], cluster.program())
            self.back.append((tile, pickle.loads(pickle.dumps(made))))

        def next(self):
            return self.back.pop()

        def close(self):
            wires.append(len(self.client.sent))

    monkeypatch.setattr(opened, "plan", lambda _: pytest.fail("a worker opened the study"))
    runs.update(fresh, "screen", silent, lambda *_: Runner(lambda land: Crew(Wire(), None, 2, land)))
    assert wires == [1]
    assert bytes_of(fresh) == bytes_of(run_district)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("fast",), "runner_unknown"),
        (("processes", -1), "runner_options"),
        (("serial", 2), "runner_options"),
        (("processes", 0, "tcp://127.0.0.1:8786"), "runner_options"),
        (("dask", 0, "tcp://10.0.0.5:8786"), "scheduler_not_safe"),
        (("dask", 0, "10.0.0.5:8786"), "scheduler_not_safe"),
        (("dask", 0, "ucx://server:8786"), "scheduler_not_safe"),
        (("dask", 0, "tcp://127.0.0.1.evil.example:8786"), "scheduler_not_safe"),
    ],
)
def test_who_cannot_measure_is_told_before_anything_is_read(asked, code):
    with pytest.raises(CallError) as told:
        crews.hiring(*asked)
    assert told.value.reasons[0].code == code


def test_without_dask_the_way_out_is_told(monkeypatch):
    monkeypatch.setattr("layers.study.run.cluster.find_spec", lambda _: None)
    with pytest.raises(CallError) as told:
        crews.hiring("dask")
    assert told.value.reasons[0].code == "dask_not_installed"


@pytest.mark.long
def test_a_cluster_writes_the_same_bytes_though_a_worker_is_killed(fresh, run_district, monkeypatch):
    @dataclass
    class Killed:
        """Kills one worker as soon as it has something to do."""

        done: list = field(default_factory=list)

        def __call__(self, done, total, stage):
            if stage == "tiles" and not self.done and self.cluster is not None:
                worker = next(iter(self.cluster.workers.values()))
                os.kill(worker.pid, signal.SIGKILL)
                self.done.append(worker.pid)

    killed = Killed()
    killed.cluster = None
    real = crews.cluster._own

    def own(*asked):
        killed.cluster = real(*asked)
        return killed.cluster

    monkeypatch.setattr(crews.cluster, "_own", own)
    runs.update(fresh, "screen", killed, crews.hiring("dask", 2))
    assert killed.done
    assert bytes_of(fresh) == bytes_of(run_district)


def test_halves_are_the_whole():
    assert Tile(3, 8).halves() == (Tile(3, 5), Tile(5, 8))
    assert len(Tile(3, 8)) == 5
