"""An option of one value that is given twice is refused: the first would fall silent."""

import pytest
import typer
from typer.testing import CliRunner

import luodi


def call(*args):
    return CliRunner().invoke(luodi.cli, [str(a) for a in args])


@pytest.mark.parametrize("twice", [("--take", "1", "--take", "3"), ("--coverage", "unknown", "--coverage=complete")])
def test_a_value_given_twice_is_refused(tmp_path, monkeypatch, twice):
    monkeypatch.setenv("LUODI_LANG", "zh")
    out = call("add", tmp_path, tmp_path / "a.shp", *twice)
    assert out.exit_code == 2
    assert twice[0] in out.output
    assert "只取一个值" in out.output


def test_lists_and_flags_may_be_given_twice(tmp_path):
    (tmp_path / "study.toml").write_text('[study]\ncrs = "EPSG:4549"\n', encoding="utf-8")
    out = call("add", tmp_path, tmp_path / "a.shp", "--accept", "swap-axes", "--accept", "ids:rows", "--json", "--json")
    assert out.exit_code != 2 or "--accept" not in out.output


def test_every_command_asks(monkeypatch):
    made = typer.main.get_command(luodi.cli)
    assert {type(c).__name__ for c in made.commands.values()} == {"Once"}
