"""The demonstration county, written once for all tests of this folder."""

import time
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest

from county import county


@dataclass(frozen=True)
class Written:
    folder: Path
    seconds: float
    steps: list[tuple[int, int, str]]

    def read(self, name: str, layer: str | None = None) -> gpd.GeoDataFrame:
        """Read an input the plain way, not through the application's own reader."""
        options = {} if layer is None else {"layer": layer}
        return gpd.read_file(self.folder / "inputs" / name, **options)


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Written:
    folder = tmp_path_factory.mktemp("demo") / "county"
    steps: list[tuple[int, int, str]] = []
    before = time.process_time()
    county.write(folder, lambda done, total, stage: steps.append((done, total, stage)))
    return Written(folder, time.process_time() - before, steps)


@pytest.fixture(scope="session")
def patches(demo) -> gpd.GeoDataFrame:
    return demo.read("DLTB.gpkg")
