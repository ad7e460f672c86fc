import shutil

import pytest

from geo.basis.progress import silent
from layers.study import checks
from tests.layers.outputs import joint_study


@pytest.fixture(scope="session")
def joint_folder(tmp_path_factory):
    """The joint study with one check named 甲; treat it as read-only."""
    folder = joint_study.written(tmp_path_factory.mktemp("joint") / "study", village="=1+1 东村")
    checks.check(
        folder, joint_study.red_line(folder), checks.RedlineQuestion(name="甲", investment_wan=10_000.0), silent
    )
    return folder


@pytest.fixture(scope="module")
def own_month(month_end, tmp_path_factory):
    """A copy of the month's end, run as far as the chain: a command brings up what it rests on."""
    made = tmp_path_factory.mktemp("own_month") / "study"
    shutil.copytree(month_end, made, symlinks=True)
    return made
