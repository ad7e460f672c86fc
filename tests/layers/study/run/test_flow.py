"""The stages of a study are those of the flow: what `geo.study.run` says of each is what it does."""

from types import SimpleNamespace

import pytest

from geo import study as flow
from layers.basis import reach
from layers.study.run import keyed
from layers.study.run.stage import WRITER, Work
from layers.study.stages import STAGES, wanted

STEPS = flow.steps()


def test_every_step_of_the_flow_is_bound_to_the_study_once():
    assert [s.name for s in STAGES] == [s.name for s in STEPS]
    assert len({t for s in STEPS for t in s.writes}) == sum(len(s.writes) for s in STEPS)


def test_what_is_read_was_written_before():
    written = {flow.INPUTS}
    for step in STEPS:
        assert set(step.reads) <= written, step.name
        written |= set(step.writes)
    assert set(WRITER) == written


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.name)
def test_a_stage_runs_the_function_the_flow_names(stage):
    function = next(s.function for s in STEPS if s.name == stage.name)
    root = f"{stage.build.__module__}:{stage.build.__qualname__}"
    assert f"{function.__module__}:{function.__qualname__}" in reach.reached((root,), keyed.BY_VALUE).names


def test_a_stage_that_reads_what_the_flow_does_not_say_fails(tmp_path):
    work = Work(SimpleNamespace(), tmp_path, lambda *_: None, "", SimpleNamespace(inputs=1, basis=2), ("parcels",))
    for ask in (lambda: work.table("sites"), lambda: work.has("sites"), lambda: work.inputs, lambda: work.basis):
        with pytest.raises(KeyError):
            ask()
    assert not work.has("parcels")


def test_a_stage_is_built_with_all_it_rests_on():
    assert [s.name for s in wanted("screen")] == ["load", "measure", "screen"]
    assert {"load", "imagery"} <= {s.name for s in wanted("idle")}
    assert wanted("all") == STAGES
