"""Files that know what was written into them: what does not agree with its sum is damaged.

The sum of a file is its sha256. A JSON object carries its own in a line of its own; that of
other files stands in such an object.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SEAL = "seal"
_LINE = re.compile(rf'^ "{SEAL}": "([0-9a-f]{{64}})",\n', re.MULTILINE)
_SETTLED_NS = 2_000_000_000
"""A file younger than this may change again within one tick of its clock: its sum is not remembered."""
_known: dict[tuple[int, ...], str] = {}


def sha256(path: Path) -> str:
    """Return the sum of a file; one that has not been touched since is not read again."""
    stat = path.stat()
    key = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    if key in _known:
        return _known[key]
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > _SETTLED_NS:
        _known[key] = found
    return found


def text(body: Mapping[str, Any]) -> str:
    """Return a JSON object as text; one line holds the sum of all the others."""
    plain = {k: v for k, v in body.items() if k != SEAL}
    whole = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)
    head, line, rest = whole.partition("{\n")
    return f'{head}{line} "{SEAL}": "{_sum_of(whole)}",\n{rest}' if line else whole


def read(path: Path, strict: bool = False) -> dict[str, Any]:
    """Read a JSON object; an absent one is empty.

    Parameters
    ----------
    path : Path
    strict : bool
        Refuse an object without its sum. Otherwise one of an older Luodi, or that another
        program has written anew, is taken as it stands.

    Raises
    ------
    ValueError
        It is not JSON, not an object, or not what was written.
    """
    if not path.is_file():
        return {}
    return parsed(path.read_text(encoding="utf-8"), path.name, strict)


def parsed(whole: str, name: str, strict: bool = False) -> dict[str, Any]:
    """Read a JSON object out of its text; raises as `read`."""
    line = _LINE.search(whole)
    if line is None and strict:
        raise ValueError(f"{name} has no sum")
    if line and _sum_of(whole[: line.start()] + whole[line.end() :]) != line[1]:
        raise ValueError(f"{name} is not what was written")
    body = json.loads(whole)
    if not isinstance(body, dict):
        raise ValueError(f"{name} holds no object")
    return body


def _sum_of(whole: str) -> str:
    return hashlib.sha256(whole.encode()).hexdigest()
