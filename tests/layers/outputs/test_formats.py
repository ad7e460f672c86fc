"""A newcomer's way in: a format of one's own, in one file, is written, offered and refused like the others."""

import importlib.util
import json
import sys

import pytest

from geo.basis.errors import CallError
from layers.outputs import formats
from layers.outputs.files import export
from layers.study.run.results import open_results

OURS = '''
import json

from layers.outputs.formats import writes


@writes("jsonl", "JSON Lines")
def write(path, made, shapes, table):
    """A row a line, the notes first."""
    rows = made.frame.to_json(orient="records", lines=True, force_ascii=False)
    path.write_text(json.dumps({"notes": list(made.notes)}, ensure_ascii=False) + "\\n" + rows, encoding="utf-8")
'''


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """The one file a newcomer writes, imported from a package of its own."""
    place = tmp_path / "theirs" / "jsonl.py"
    place.parent.mkdir()
    place.write_text(OURS, encoding="utf-8")
    monkeypatch.setattr(formats, "FORMATS", dict(formats.FORMATS))
    for user in [m for m in sys.modules.values() if getattr(m, "FORMATS", None) == formats.FORMATS]:
        monkeypatch.setattr(user, "FORMATS", formats.FORMATS)
    spec = importlib.util.spec_from_file_location("theirs_jsonl", place)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_a_format_more_is_one_file(newcomer, run_district, tmp_path):
    results = open_results(run_district)
    path = tmp_path / "list.jsonl"
    assert export(results, path, "candidates", "zh") == 12
    notes, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert notes["notes"]
    assert len(rows) == 12
    with pytest.raises(CallError) as refused:
        export(results, tmp_path / "list.nothing", "candidates", "zh")
    assert "jsonl" in dict(refused.value.reasons[0].values)["known"]


def test_an_ending_has_one_writer():
    with pytest.raises(KeyError):
        formats.writes("csv", "CSV")(formats.FORMATS["csv"].write)
