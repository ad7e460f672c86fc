"""Names of files in a study: safe everywhere, and told apart with their side files."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

_ENDINGS = (".gdb.zip", ".shp.zip")


DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{n}{k}" for n in ("com", "lpt") for k in range(10))])
"""Names Windows keeps for itself, whatever their ending."""
LONGEST, LONGEST_BYTES = 80, 200
"""Of a name we make: file systems count bytes, and a character of ours is three."""


def slug(name: str, otherwise: str = "file") -> str:
    """Return a file name that is safe everywhere: letters of any script, digits, ``-`` and ``_``; no device."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"[^\w-]+", "_", plain).strip("_.")
    return undeviced(cut(plain[:LONGEST], LONGEST_BYTES)) or otherwise


def undeviced(name: str) -> str:
    """Return a name no system takes for a device."""
    return f"_{name}" if name.split(".")[0].strip().lower() in DEVICES else name


def cut(text: str, most: int) -> str:
    """Cut a text to so many bytes, between two characters."""
    return text.encode()[:most].decode(errors="ignore")


def alike(one: str, other: str) -> bool:
    """Tell whether two names are one to a system that takes no notice of case."""
    return one.casefold() == other.casefold()


def split(file: Path) -> tuple[str, str]:
    """Return stem and ending; ``.gdb.zip`` and ``.shp.zip`` are one ending."""
    ending = next((e for e in _ENDINGS if file.name.lower().endswith(e)), file.suffix.lower())
    return file.name[: len(file.name) - len(ending)] if ending else file.name, ending


def free(inside: Path, stem: str, ending: str) -> str:
    """Return a stem no other input has (side files of two shapefiles must not mix)."""
    here = list(inside.iterdir())
    names = {p.name.casefold() for p in here}  # a study goes to a system that takes no notice of case, too
    taken = {split(p)[0].casefold() for p in here} if ending == ".shp" else set()
    number, out = 2, stem
    while out.casefold() in taken or f"{out}{ending}".casefold() in names:
        out, number = f"{stem}_{number}", number + 1
    return out
