"""What a layer is, and how it looks: data, the same on the map, in the picture and in the legend."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

from layers.library import kinds
from layers.serve.draw.styles import layer_style, rgb

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("layer_id", "title", "expected"),
    [
        ("roads", "", True),
        ("railway", "", True),
        ("lines_2024", "道路", True),
        ("tl", "", True),
        ("broadleaf_forest", "阔叶林", False),
        ("railings_survey", "栏杆调查", False),
        ("crossroads_zone", "", False),
    ],
)
def test_ways_are_known_by_what_they_are_not_by_letters_in_their_id(layer_id, title, expected):
    assert kinds.is_way(layer_id, title) is expected


def test_a_line_of_the_three_looks_the_same_wherever_it_is_drawn():
    for name in ("basic_farmland", "ecological_redline", "development_boundary"):
        spec = SimpleNamespace(id=name, title="", role="constraint")
        assert layer_style(spec, 3).colour == rgb(kinds.look(name).colour)


def test_a_layer_called_by_its_usual_name_looks_like_its_kind():
    assert kinds.kind("stbhhx").code == "ecological_redline"
    assert kinds.kind("layer_7", "永久基本农田").code == "basic_farmland"
    assert kinds.kind("layer_7", "某图层") is None


def test_nothing_is_read_out_of_the_letters_of_an_id():
    found = []
    for path in [*ROOT.glob("layers/**/*.py"), *ROOT.glob("views/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
                right = node.comparators[0]
                if isinstance(node.left, (ast.Constant, ast.Name)) and isinstance(right, ast.Attribute):
                    owner = getattr(right.value, "id", "")
                    if right.attr in ("id", "layer_id") and owner in ("spec", "s", "layer"):
                        found.append(f"{path.name}:{node.lineno}")
    assert found == []
