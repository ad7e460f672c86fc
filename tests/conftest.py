import shutil

import pytest

import layers  # noqa: F401 - bans drivers before anything loads GDAL
from geo.basis.progress import silent
from tests import district


@pytest.fixture(scope="session")
def run_district(tmp_path_factory):
    """A district that has been run; treat it as read-only."""
    from layers.study import runs

    folder = district.write(tmp_path_factory.mktemp("district") / "study")
    runs.update(folder, "screen", silent)
    return folder


@pytest.fixture
def own_district(run_district, tmp_path):
    """A copy of the run district that a test may change."""
    folder = tmp_path / "study"
    shutil.copytree(run_district, folder, symlinks=True)
    return folder
