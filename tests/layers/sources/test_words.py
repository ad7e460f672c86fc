"""Every code the gate, the loader and the catalog can say has a sentence in both languages."""

import ast
import pathlib
import string
import tomllib

import pytest

from layers.text import LANGUAGES, catalogue
from tests.layers.sources import make

ROOT = pathlib.Path(__file__).resolve().parents[3]
FILES = [p for p in (ROOT / "layers" / "sources").rglob("*.py") if p.parent.name != "redline"]
FILES += [ROOT / "layers" / "study" / name for name in ("load.py", "catalog.py")]
SPEAKERS = {"reason": 0, "finding": 1, "_WrongError": 0, "_ask": 0, "_decided": 2}


def spoken() -> dict[str, str]:
    """Codes written as constants in calls that make reasons, with the file they are in."""
    out = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                at = 1 if name == "reject" else SPEAKERS.get(name, 99)
                if len(node.args) > at and isinstance(node.args[at], ast.Constant):
                    out[str(node.args[at].value)] = path.name
    return out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language):
    known = catalogue(language)
    codes = spoken()
    assert len(codes) > 90
    derived = {"ids_null", "ids_repeat"}
    for code in set(codes) | {f"{c}_mended" for c in derived} | {"geometry_repaired", "geometry_repaired_much"}:
        assert f"reason.{code}" in known, (code, codes.get(code))


def test_both_languages_ask_for_the_same_values():
    english, chinese = (catalogue(lang) for lang in LANGUAGES)
    path = make.ROOT / "data" / "locales" / "en" / "sources.toml"
    for code in tomllib.loads(path.read_text(encoding="utf-8"))["reason"]:
        asked = [
            {name for _, name, _, _ in string.Formatter().parse(table[f"reason.{code}"]) if name}
            for table in (english, chinese)
        ]
        assert asked[0] == asked[1], code
