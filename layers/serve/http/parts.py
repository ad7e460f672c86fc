"""Pieces of the browser's side that are written here: read once, never made of a study's text."""

from __future__ import annotations

from functools import cache
from pathlib import Path

VIEWS = Path(__file__).resolve().parents[3] / "views" / "parts"


@cache
def piece(name: str) -> str:
    """Return a file beside the parts of the pages, by its name."""
    return (VIEWS / name).read_text(encoding="utf-8")
