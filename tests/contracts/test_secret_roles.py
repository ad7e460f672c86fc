"""A use-only layer of any role: neither its names nor what its rows say leaves, in tables or from commands."""

import re
import shutil

import pytest
from typer.testing import CliRunner

from geo.basis.errors import LuodiError
from geo.basis.progress import silent
from geo.basis.tables import TABLES
from layers.outputs.files import export
from layers.study.run import runs
from layers.study.run.released import open_results
from luodi import cli
from tests.contracts.secrets import _zipped, texts
from tests.layers.outputs import joint_study

SAID = {
    "planned_use": ("规划地块", "planned_use", "plan.gpkg", "100102"), "roads": ("roads.gpkg", "roads_dist_m"),
    "parks": ("parks.gpkg", "东园", "parks"), "substations": ("works.gpkg", "城东变", "substations", "S1"),
    "parcels": ("东村", "p06", "p03"),
}  # fmt: skip
"""Layer: its names, and what only its rows say."""
PLACES = re.compile(r'\br="[A-Z]{1,3}\d+"|\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+')
"""Names of cells and of ranges of cells: column S of the first row is no substation."""
CALLS = (["explain", "p01"], ["assemble"], ["assemble", "--area-min-mu", "5", "--json"], ["rank"], ["place"],
         ["capacity"], ["capacity", "--json"], ["idle"], ["check"], ["run"])  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = joint_study.written(tmp_path_factory.mktemp("roles") / "study")
    runs.update(folder, "all", silent)
    return folder


def everything(folder, place):
    """Yield all tables as CSV and XLSX, the list for the meeting, and what commands say, by name."""
    results = open_results(folder)
    asked = [(t, kind, "") for t in TABLES if results.has(t) for kind in ("csv", "xlsx")]
    for table, kind, layout in [*asked, ("candidates", "xlsx", "meeting")]:
        path = place / f"{table}{layout}.{kind}"
        try:
            export(results, path, table, "zh", layout=layout)
        except LuodiError:
            continue
        yield path.name, PLACES.sub("", _said(path).replace(path.name, ""))
    for name, *rest in CALLS:
        answer = CliRunner().invoke(cli, [name, str(folder), *rest, "--lang", "zh"])
        assert answer.exception is None or isinstance(answer.exception, SystemExit), (name, answer.exception)
        yield " ".join((name, *rest)), answer.output.replace(str(folder), "")


def _said(path):
    """Return what a file says; of a workbook what lies in it: two letters turn up among packed bytes by chance."""
    return "\n".join(_zipped(path.read_bytes())) if path.suffix == ".xlsx" else texts(path)


def hits(secret, found):
    words = [re.compile(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])") for word in SAID[secret]]
    seen = {name: [w.pattern for w in words if w.search(text)] for name, text in found}
    return {name: told for name, told in seen.items() if told}


@pytest.mark.long
@pytest.mark.parametrize("secret", SAID)
def test_nothing_of_a_use_only_layer_of_any_role_leaves(whole, tmp_path, secret):
    folder, place = tmp_path / "study", tmp_path / "out"
    place.mkdir()
    shutil.copytree(whole, folder, symlinks=True)
    open_one = hits(secret, everything(folder, place))
    assert open_one, "the search must be able to find something"
    text = (folder / "study.toml").read_text(encoding="utf-8")
    marked = text.replace(f'id = "{secret}"', f'id = "{secret}"\nuse_only = true', 1)
    (folder / "study.toml").write_text(marked, encoding="utf-8")
    shutil.rmtree(place)
    place.mkdir()
    assert hits(secret, everything(folder, place)) == {}
