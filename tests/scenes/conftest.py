"""The demonstration county, written once for all scenes; each scene works on a copy of its own."""

import shutil

import pytest

from tests.scenes.shared import luodi


@pytest.fixture(scope="session")
def written_county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "demo"
    luodi("demo", folder)
    return folder


@pytest.fixture(scope="module")
def fresh_county(written_county, tmp_path_factory):
    folder = tmp_path_factory.mktemp("county") / "demo"
    shutil.copytree(written_county, folder, symlinks=True)
    return folder
