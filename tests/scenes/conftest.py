"""Counties for the scenes; each scene works on a copy of its own."""

import pytest

from tests.counties import copied


@pytest.fixture(scope="module")
def fresh_county(tmp_path_factory):
    """The county with every stage run."""
    return copied("run", tmp_path_factory.mktemp("county") / "demo")


@pytest.fixture(scope="module")
def wednesday(tmp_path_factory):
    """The county with 丽人 pinned to its accepted red line, every stage run."""
    return copied("wednesday", tmp_path_factory.mktemp("county") / "demo")
