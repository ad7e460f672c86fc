"""What a command is given twice: an option of one value is refused, files that are layers of their own name the way."""

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


@pytest.mark.parametrize(
    ("of", "told"),
    [(("--role", "supply"), "--role supply --id supply_2"),
     (("--role", "raster", "--kind", "imagery", "--band", "red=1"), "--role raster --kind imagery --id imagery_2")],
)  # fmt: skip
def test_files_that_are_taken_one_by_one_name_the_way(tmp_path, monkeypatch, of, told):
    """Two files of a register were said to have no coordinates."""
    monkeypatch.setenv("LUODI_LANG", "zh")
    (tmp_path / "study.toml").write_text('[study]\ncrs = "EPSG:4549"\n', encoding="utf-8")
    for name in ("甲.csv", "乙.csv"):
        (tmp_path / name).write_text("电子监管号\n1\n", encoding="utf-8")
    out = call("add", tmp_path, tmp_path / "甲.csv", tmp_path / "乙.csv", *of, "--id", "x")
    assert out.exit_code != 0
    assert told in out.output.replace("\n", "")
