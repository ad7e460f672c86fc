import os
import shutil
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, settings

import layers  # noqa: F401 - bans drivers before anything loads GDAL
from geo.basis.progress import silent
from tests import district, ranked_study
from tests import month_end as month

# A loaded computer must not fail a property, and every run of CI tries the same cases;
# HYPOTHESIS_PROFILE=search looks for new ones.
_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}
settings.register_profile("ci", derandomize=True, **_CALM)
settings.register_profile("search", **_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of a grid every value of every parameter is tried at least once; the other combinations are long.

    Of a test that is `brief` the cases it names run in `make test`, all in `make test-all`.
    """
    grids = defaultdict(list)
    for item in items:
        few = item.get_closest_marker("brief")
        if few and item.callspec.id not in few.args:
            item.add_marker(pytest.mark.long)
        if item.get_closest_marker("grid"):
            grids[item.nodeid.split("[")[0]].append(item)
    for cells in grids.values():
        kept, seen = set(), set()
        for enough in (all, any):  # a diagonal first, then what it has not met
            for item in cells:
                values = {(name, id(value)) for name, value in item.callspec.params.items()}
                if item not in kept and enough(value not in seen for value in values):
                    kept.add(item)
                    seen |= values
        for item in set(cells) - kept:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def server():
    """A PostGIS server of our own; where Debian's packages are not installed its tests are left out."""
    from tests import databases

    if databases.binaries() is None:
        pytest.skip("PostgreSQL with PostGIS is not installed")
    made = databases.Server()
    yield made
    made.end()


@pytest.fixture
def database(server, monkeypatch):
    """The server, with its services as a user's own."""
    for name in [n for n in os.environ if n.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGSERVICEFILE", str(server.services))
    yield server
    server.sql("DROP SCHEMA gis CASCADE; CREATE SCHEMA gis")


@pytest.fixture(scope="session")
def run_district(tmp_path_factory):
    """A district that has been run; treat it as read-only."""
    from layers.study.run import runs

    folder = district.write(tmp_path_factory.mktemp("district") / "study")
    runs.update(folder, "screen", silent)
    return folder


@pytest.fixture
def own_district(run_district, tmp_path):
    """A copy of the run district that a test may change."""
    folder = tmp_path / "study"
    shutil.copytree(run_district, folder, symlinks=True)
    return folder


@pytest.fixture(scope="session")
def ranked_folder(run_district, tmp_path_factory):
    """A run district with sites and their ranking; treat it as read-only."""
    folder = tmp_path_factory.mktemp("ranked") / "study"
    shutil.copytree(run_district, folder, symlinks=True)
    ranked_study.add(folder)
    return folder


@pytest.fixture(scope="session")
def month_end(tmp_path_factory):
    """The eight projects at a month's end, scored and run as far as the chain; treat it as read-only."""
    return month.run(tmp_path_factory.mktemp("month") / "study")
