"""Names of files in a study: safe everywhere, and told apart with their side files."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

_ENDINGS = (".gdb.zip", ".shp.zip")


def slug(name: str) -> str:
    """Return a file name that is safe everywhere: letters of any script, digits, ``-`` and ``_``."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"[^\w-]+", "_", plain).strip("_.")
    return plain[:80] or "file"


def split(file: Path) -> tuple[str, str]:
    """Return stem and ending; ``.gdb.zip`` and ``.shp.zip`` are one ending."""
    ending = next((e for e in _ENDINGS if file.name.lower().endswith(e)), file.suffix.lower())
    return file.name[: len(file.name) - len(ending)] if ending else file.name, ending


def free(inside: Path, stem: str, ending: str) -> str:
    """Return a stem no other input has (side files of two shapefiles must not mix)."""
    taken = {split(p)[0] for p in inside.iterdir()} if ending == ".shp" else set()
    number, out = 2, stem
    while out in taken or (inside / f"{out}{ending}").exists():
        out, number = f"{stem}_{number}", number + 1
    return out
