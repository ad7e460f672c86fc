"""Years in names of files and layers (年份): numbers that are a year, and none that is part of a name."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from layers import toml

FILE = Path(__file__).resolve().parents[2] / "data" / "names.toml"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=(?:(?:0[1-9]|1[0-2])(?:[0-3]\d)?)?(?!\d))")
"""A year, or that of a month or a day written without signs."""


def years(text: str) -> tuple[str, ...]:
    """Return the years a name carries, sorted, each once; ``Natura2000`` and ``beijing_1954`` carry none."""
    plain = _numbered().sub(" ", unicodedata.normalize("NFKC", text))
    return tuple(sorted(set(_YEAR.findall(plain))))


@cache
def _numbered() -> re.Pattern[str]:
    words = [[re.escape(w) for w in name.split()] for name in toml.read(FILE)["numbered"]]
    return re.compile("|".join(r"[\s_\-.]*".join(w) + ("" if w[-1].isalpha() else r"(?!\d)") for w in words), re.I)
