"""A document as PDF: LibreOffice lays out the very file an office edits, with its fonts embedded.

Where this computer has no LibreOffice, or no font with Chinese letters, that is said; no page of boxes is written.
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

ENDING = "pdf"
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


def write(path: Path, name: str, document: Callable[[Path], object]) -> None:
    """Write a document as PDF.

    Parameters
    ----------
    path : Path
        Replaced when it exists.
    name : str
        Of the document, with the ending it is laid out from (docx, xlsx).
    document : callable
        Told where to write the document.

    Raises
    ------
    BlockedError
        No LibreOffice, no font with Chinese letters, or LibreOffice made nothing of it.
    """
    found = program()
    if found is None:
        raise BlockedError(reason("pdf_needs_program"))
    if fonts.chinese() is None:
        raise BlockedError(reason("pdf_needs_font"))
    with TemporaryDirectory(dir=path.parent) as place:  # a folder of ours, which a killed writer leaves to the next one
        source, out = Path(place) / name, Path(place) / "out"
        document(source)
        _laid_out(found, source, out)
        made = out / f"{source.stem}.{ENDING}"
        if not made.is_file():
            raise BlockedError(reason("pdf_failed", seconds=SECONDS))
        path.write_bytes(made.read_bytes())


def _laid_out(found: Path, source: Path, out: Path) -> None:
    """Lay a document out in a process with a profile of its own; whoever takes too long is ended with its children."""
    profile = (source.parent.resolve() / "profile").as_uri()
    call = [str(found), "--headless", "--norestore", f"-env:UserInstallation={profile}", "--convert-to", ENDING,
            "--outdir", str(out), str(source)]  # fmt: skip
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


def _ended(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except AttributeError:  # Windows has no groups of processes
            child.kill()
