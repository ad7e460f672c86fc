"""A font with Chinese characters on this computer, for words drawn into a picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

PREFERRED = (
    "notosanscjk-regular", "notosanscjksc-regular", "notosanssc-regular", "sourcehansanscn-regular",
    "sourcehansanssc-regular", "msyh", "simhei", "deng", "pingfang", "hiragino sans gb", "stheiti medium",
    "stheiti light", "wqy-microhei", "wqy-zenhei", "droidsansfallbackfull", "notoserifcjk-regular", "simsun",
    "arialuni",
)  # fmt: skip
"""File names without ending, in lower case; those with a clear face first."""

_SERIF = (("notoserifcjk-regular", "Noto Serif CJK SC"), ("sourcehanserifsc-regular", "Source Han Serif SC"))
_SANS = (("notosanscjk-regular", "Noto Sans CJK SC"), ("sourcehansanssc-regular", "Source Han Sans SC"),
         ("wqy-microhei", "WenQuanYi Micro Hei"), ("wqy-zenhei", "WenQuanYi Zen Hei"))  # fmt: skip
FACES = (
    ("宋体", frozenset({"simsun"}), (*_SERIF, *_SANS)),
    ("黑体", frozenset({"simhei"}), _SANS),
    ("Times New Roman", frozenset({"times", "times new roman"}),
     (("liberationserif-regular", "Liberation Serif"), ("tinos-regular", "Tinos"), *_SERIF, *_SANS)),
)  # fmt: skip
"""Faces our documents ask for, the files that hold them, and what stands in, best first (file, face)."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def chinese() -> tuple[Path, int] | None:
    """Return file and face of a font with simplified Chinese, or None where the computer has none."""
    found = {path.stem.lower(): path for path in _files()}
    for name in PREFERRED:
        if name in found and (face := _face(found[name])) is not None:
            return found[name], face
    return None


@cache
def stand_ins() -> tuple[tuple[str, str], ...]:
    """Return what a document's faces are printed with where this computer has them not: face asked for, face there is.

    Left to itself LibreOffice takes a wide Latin face, and one Chinese face for both of ours.
    """
    there = {path.stem.lower() for path in _files()}
    found = []
    for face, own, others in FACES:
        if own.isdisjoint(there) and (other := next((name for stem, name in others if stem in there), "")):
            found.append((face, other))
    return tuple(found)


def sized(size: int) -> Font:
    """Return the Chinese font in a size (pixels), or Pillow's own Latin one."""
    place = chinese()
    return ImageFont.truetype(str(place[0]), size, index=place[1]) if place else ImageFont.load_default(size)


def _files() -> Iterator[Path]:
    for folder in _folders():
        for kind in ("*.tt[cf]", "*.otf"):
            yield from sorted(folder.rglob(kind))


def _folders() -> tuple[Path, ...]:
    """Return the places fonts are installed in, by system."""
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", str(home)))
        return Path(os.environ.get("WINDIR", "C:\\Windows")) / "Fonts", local / "Microsoft/Windows/Fonts"
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"
    return Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts", home / ".local/share/fonts"


def _face(path: Path) -> int | None:
    """Return the face for simplified Chinese of a font file; a collection holds one face per region."""
    faces: dict[int, str] = {}
    for index in range(8):
        try:
            name = ImageFont.truetype(str(path), 12, index=index).getname()[0] or ""
        except OSError:
            break
        faces[index] = name
    return next((k for k, name in faces.items() if name.endswith(" SC")), 0 if faces else None)
