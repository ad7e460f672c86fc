"""A newcomer's way in: a format of one's own, in one file, is written, offered and refused like the others."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from geo.basis.errors import CallError
from layers.outputs import formats
from layers.outputs.files import export
from layers.serve.commands import telling
from layers.study.run.results import open_results

ROOT = Path(__file__).resolve().parents[3]
OURS = '''
import json

from layers.outputs.formats import writes


@writes("theirs", "JSON Lines")
def write(path, made, shapes, table):
    """A row a line, the notes first."""
    rows = made.frame.to_json(orient="records", lines=True, force_ascii=False)
    path.write_text(json.dumps({"notes": list(made.notes)}, ensure_ascii=False) + "\\n" + rows, encoding="utf-8")
'''


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """The one file a newcomer writes, imported from a package of its own."""
    place = tmp_path / "theirs" / "format.py"
    place.parent.mkdir()
    place.write_text(OURS, encoding="utf-8")
    monkeypatch.setattr(formats, "FORMATS", dict(formats.FORMATS))
    for user in [m for m in sys.modules.values() if getattr(m, "FORMATS", None) == formats.FORMATS]:
        monkeypatch.setattr(user, "FORMATS", formats.FORMATS)
    spec = importlib.util.spec_from_file_location("theirs_format", place)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_a_format_more_is_one_file(newcomer, run_district, tmp_path):
    results = open_results(run_district)
    path = tmp_path / "list.theirs"
    assert export(results, path, "candidates", "zh") == 12
    notes, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert notes["notes"]
    assert len(rows) == 12
    with pytest.raises(CallError) as refused:
        export(results, tmp_path / "list.nothing", "candidates", "zh")
    assert "theirs" in dict(refused.value.reasons[0].values)["known"]


def test_the_help_of_export_and_the_chapters_name_every_format():
    told = export_help(telling.export)
    chapters = [(ROOT / "docs" / language / "commands.md").read_text(encoding="utf-8") for language in ("zh", "en")]
    for ending in formats.FORMATS:
        assert f".{ending}" in told, "layers/serve/commands/telling.py"
        assert all(f".{ending}" in chapter for chapter in chapters), "docs/*/commands.md"


def export_help(command):
    """Return what the help says of where to write."""
    [told] = [m.help for m in get_type_hints(command, include_extras=True)["out"].__metadata__]
    return told


def test_an_ending_has_one_writer():
    with pytest.raises(KeyError):
        formats.writes("csv", "CSV")(formats.FORMATS["csv"].write)
