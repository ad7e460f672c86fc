"""A document as PDF: LibreOffice lays out the very file an office edits, with its fonts embedded.

Where this computer has none, a DOCX is laid out by ourselves (`layers.outputs.plain_pdf`), which every page says; a
workbook is not. Without a font with Chinese letters that is said; no page of boxes is written.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.outputs import fonts
from layers.outputs.target import replaced
from layers.text import Language

ENDING = "pdf"
DOCUMENTS = ("docx", ENDING)
"""Formats of what is a DOCX."""
LAID_OUT = ".docx"
"""What the standard layout reads."""
SECONDS = 180
_NAMES = ("soffice", "libreoffice")
_FOLDERS = {"win32": ("PROGRAMFILES", "LibreOffice/program/soffice.com")}
_MAC = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")


def program() -> Path | None:
    """Return LibreOffice of this computer, None where there is none."""
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    variable, tail = _FOLDERS.get(sys.platform, ("", ""))
    place = Path(os.environ.get(variable, "")) / tail if variable else _MAC
    return place if place.is_file() else None


def written(path: Path, body: Callable[[], bytes], folder: Path, language: Language) -> None:
    """Hand a document of a study over by the ending of the file: the DOCX itself, or laid out as PDF.

    Parameters
    ----------
    path : Path
    body : callable
        Returns the bytes of the DOCX.
    folder : Path
        The study.
    language : {"en", "zh"}
    """
    made = body()
    if path.suffix.lower() == f".{ENDING}":
        replaced(
            path, lambda part: write(part, f"document{LAID_OUT}", lambda at: at.write_bytes(made), language), folder
        )
    else:
        replaced(path, lambda part: part.write_bytes(made), folder)


def write(path: Path, name: str, document: Callable[[Path], object], language: Language) -> None:
    """Write a document as PDF: laid out by LibreOffice, or where there is none, a DOCX in our standard layout.

    Parameters
    ----------
    path : Path
        Replaced when it exists.
    name : str
        Of the document, with the ending it is laid out from (docx, xlsx).
    document : callable
        Told where to write the document.
    language : {"en", "zh"}
        Of what the standard layout says of itself.

    Raises
    ------
    BlockedError
        No LibreOffice for a workbook, no font with Chinese letters or without one of the letters, or LibreOffice made
        nothing of it.
    """
    found = program()
    if found is None and not name.endswith(LAID_OUT):
        raise BlockedError(reason("pdf_needs_program"))
    if fonts.chinese() is None:
        raise BlockedError(reason("pdf_needs_font"))
    with TemporaryDirectory(dir=path.parent) as place:  # a folder of ours, which a killed writer leaves to the next one
        source, out = Path(place) / name, Path(place) / "out"
        document(source)
        if found is None:
            from layers.outputs import plain_pdf  # the library that draws is loaded where something is drawn

            plain_pdf.write(path, source, language)
            return
        _laid_out(found, source, out)
        made = out / f"{source.stem}.{ENDING}"
        if not made.is_file():
            raise BlockedError(reason("pdf_failed", seconds=SECONDS))
        path.write_bytes(made.read_bytes())


def _laid_out(found: Path, source: Path, out: Path) -> None:
    """Lay a document out in a process with a profile of its own; whoever takes too long is ended with its children."""
    profile = source.parent.resolve() / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_faces(), encoding="utf-8")
    own = f"-env:UserInstallation={profile.as_uri()}"
    call = [str(found), "--headless", "--norestore", own, "--convert-to", ENDING, "--outdir", str(out), str(source)]
    with subprocess.Popen(
        call, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as child:
        try:
            child.wait(SECONDS)
        except BaseException as stop:
            _ended(child)
            if isinstance(stop, subprocess.TimeoutExpired):
                return
            raise


def _faces() -> str:
    """Return the settings of a fresh profile: which faces stand in for those this computer has not."""
    pairs = "".join(
        f'<node oor:name="_{k}" oor:op="replace">{_setting("ReplaceFont", face)}{_setting("SubstituteFont", other)}'
        f"{_setting('OnScreenOnly', 'false')}{_setting('Always', 'true')}</node>"
        for k, (face, other) in enumerate(fonts.stand_ins())
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<item oor:path="{_FACES}">{_setting("Replacement", "true")}</item>'
        f'<item oor:path="{_FACES}/FontPairs">{pairs}</item></oor:items>\n'
    )


def _setting(name: str, value: str) -> str:
    return f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop>'


_FACES = "/org.openoffice.Office.Common/Font/Substitution"


def _ended(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except AttributeError:  # Windows has no groups of processes
            child.kill()
