"""The bundle on the page of outputs (归档包): what it would hold, why it may not leave, and its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.basis.errors import LuodiError
from layers.outputs import bundle
from layers.outputs.target import bytes_of
from layers.serve.pages.outputs_desk import OutputFile
from layers.study.names import slug
from layers.text import Language, code, say, sentences

MOST_BYTES = 400_000_000
"""From this on a browser is no place for it; the command writes it straight to a disk."""


@dataclass(frozen=True)
class BundleDesk:
    """What the page says of the bundle: a line for each kind of what it holds, or why it cannot be written here."""

    lines: tuple[str, ...]
    refused: str
    files: int


def desk(folder: Path, language: Language) -> BundleDesk:
    """Return what the bundle of a study would hold now; nothing is written."""
    try:
        parts = bundle.contents(folder)
    except LuodiError as error:
        return BundleDesk((), " ".join(sentences(error, language)), 0)
    lines = tuple(
        say("uibundle.line", language, what=code("bundlepart", p.kind, language), files=p.files, size=p.size / 1e6)
        for p in parts
    )  # fmt: skip
    refused = say("uibundle.too_large", language) if sum(p.size for p in parts) > MOST_BYTES else ""
    return BundleDesk(lines, refused, sum(p.files for p in parts))


def made(folder: Path, study: str) -> OutputFile:
    """Write the bundle of a study and return it.

    Raises
    ------
    LuodiError
        It cannot leave, for the reason the command would tell.
    """
    name = f"luodi-bundle-{slug(study) or 'study'}-{date.today():%Y%m%d}.zip"
    count: list[int] = []
    content = bytes_of(name, lambda path: count.append(bundle.write(folder, path)))
    return OutputFile(name, content, count[-1])
