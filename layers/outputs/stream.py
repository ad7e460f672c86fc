"""Where a command prints: any encoding, a pipe that was closed, no stream at all; nothing unseen is sent.

What a terminal would obey (`plain.ACTING`) is written out, so that no id out of a file can colour,
clear or rename a reader's window; what an encoding lacks is written plainer (``m2``) or as its number.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import sys
from typing import TextIO

from layers.outputs.plain import visible

_ERRORS = "luodi-plainer"
_PLAINER = {
    "²": "2", "³": "3", "✗": "x", "✓": "v", "…": "...", "–": "-", "—": "-", "−": "-", "·": "|", "×": "x", "→": "->",
    "←": "<-", "≤": "<=", "≥": ">=", "≈": "~", "°": " deg", "′": "'", "″": '"', "‘": "'", "’": "'", "“": '"', "”": '"',
    "━": "-", "╸": "-", "╺": "-",
}  # fmt: skip


def _plainer(problem: UnicodeError) -> tuple[str, int]:
    assert isinstance(problem, UnicodeEncodeError)
    missing = problem.object[problem.start : problem.end]
    return "".join(_PLAINER.get(c) or c.encode("ascii", "backslashreplace").decode() for c in missing), problem.end


codecs.register_error(_ERRORS, _plainer)


class Stream(io.TextIOBase):
    """A stream that writes what is printable, and goes on without a word when nobody reads any more."""

    def __init__(self, inner: TextIO | None):
        self.inner = inner
        if isinstance(inner, io.TextIOWrapper):
            inner.reconfigure(errors=_ERRORS)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream."""
        return str(getattr(self.inner, "encoding", None) or "utf-8")

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Tell whether a person may be looking."""
        return self.inner is not None and self.inner.isatty()

    def fileno(self) -> int:
        """Return the number the system knows the stream by."""
        if self.inner is None:
            raise io.UnsupportedOperation("fileno")
        return self.inner.fileno()

    def write(self, text: str) -> int:
        """Write a text; line breaks and tabs stay, everything else that acts is shown."""
        if not isinstance(text, str):
            raise TypeError("a text is needed")  # who prints asks with bytes what kind of stream this is
        self.send(visible(text, keep="\n\t"))
        return len(text)

    def send(self, text: str) -> None:
        """Write a text as it is.

        Raises
        ------
        OSError
            What was printed is lost, for example on a full disk; said once, then the stream is deaf.
        """
        if self.inner is None:
            return
        try:
            self.inner.write(text)
            self.inner.flush()
        except OSError as problem:
            deaf(self.inner)
            if not isinstance(problem, BrokenPipeError) and not (os.name == "nt" and problem.errno == errno.EINVAL):
                raise

    def flush(self) -> None:
        """Hand over what was written."""
        self.send("")


def deaf(stream: TextIO) -> None:
    """Let what is still written to a stream that takes nothing more vanish: the work goes on, and ends well."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def stream_of(given: TextIO | None) -> Stream:
    """Return a stream of the system as one of ours."""
    return given if isinstance(given, Stream) else Stream(given)


def guard() -> None:
    """Make both streams of this process ours, for whatever prints: help, warnings, logs, faults."""
    sys.stdout, sys.stderr = stream_of(sys.stdout), stream_of(sys.stderr)
