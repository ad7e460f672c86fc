"""Child side: a JSON list of plain objects (what interfaces and crawlers hand over) as a table of text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.sniff import Repeated, read_json


def columns(path: Path, name: str) -> dict[str, list[str]]:
    """Return the members of the objects as columns of text, in the order they are first met.

    A member an object lacks, or null, is an empty cell; a number keeps the digits it was
    written with; an object or list inside is its JSON text.

    Raises
    ------
    BlockedError
        An object has the same member twice, so nobody could tell which one is meant.
    """
    rows = read_json(path)
    twice = sorted({n for row in rows if isinstance(row, Repeated) for n in row.names})
    if twice:
        raise BlockedError(reason("json_member_twice", file=name, members=twice[:10]))
    names = list(dict.fromkeys(str(key) for row in rows for key in row))
    return {n: [_text(row.get(n)) for row in rows] for n in names}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return json.dumps(value, ensure_ascii=False)
