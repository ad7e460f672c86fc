"""Where something was read, in the reader's language (`data/sources.toml`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from layers import toml

FILE = Path(__file__).resolve().parents[2] / "data" / "sources.toml"


class SourceWords(Frozen):
    """Sources in both languages."""

    sources: tuple[Text, ...]


def told(source: str, language: str) -> str:
    """Return the name of a source in a language; one that is not listed as it stands with the rule."""
    return source if language == "zh" else _english().get(source, source)


@cache
def _english() -> dict[str, str]:
    known = toml.validated(SourceWords, toml.read(FILE), FILE.name)
    return {s.zh: s.en for s in known.sources}
