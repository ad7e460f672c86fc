"""The demonstration county as it is delivered, shared with the other suites."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest

from tests.counties import made


@dataclass(frozen=True)
class Written:
    folder: Path

    def read(self, name: str, layer: str | None = None) -> gpd.GeoDataFrame:
        """Read an input the plain way, not through the application's own reader."""
        options = {} if layer is None else {"layer": layer}
        return gpd.read_file(self.folder / "inputs" / name, **options)


@pytest.fixture(scope="session")
def demo() -> Written:
    return Written(made("written"))


@pytest.fixture(scope="session")
def patches(demo) -> gpd.GeoDataFrame:
    return demo.read("DLTB.gpkg")
