"""What is shown and exported comes from tables alone: nothing above the study opens a user's file again."""

import ast

import pytest

from layers.basis.reach import ROOT

SHOWS = ("layers/ask", "layers/words", "layers/outputs", "layers/serve", "views")
READERS = (
    "layers.sources.gate", "layers.sources.child", "layers.sources.formats", "layers.study.load", "layers.study.placed",
    "layers.study.sheets", "layers.study.grid",
)  # fmt: skip
"""Modules that open files of a study."""
RASTERS = {"layers/ask/assembly.py: layers.study.load"}
"""Rasters are no tables: a site put together anew is measured on the grid itself."""


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{a.name}" for a in node.names)


@pytest.mark.parametrize("floor", SHOWS)
def test_no_page_and_no_export_names_a_reader(floor):
    files = sorted((ROOT / floor).rglob("*.py"))
    assert files
    found = {
        f"{path.relative_to(ROOT)}: {name}" for path in files for name in imported(path) if name.startswith(READERS)
    }
    assert found <= RASTERS
