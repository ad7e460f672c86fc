"""Text of strangers as office files can hold it; characters that would break a file are replaced visibly."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\n\r\x85\u2028\u2029]+")
LONGEST = 32_000
"""A spreadsheet cell holds 32,767 characters and drops a longer text whole."""


def plain(text: object) -> str:
    """Return a text without the characters XML cannot hold (shown as U+FFFD), on one line.

    A text longer than `LONGEST` is cut and ends in an ellipsis, so that the cut shows.
    """
    line = _BREAKS.sub(" ", _ILLEGAL.sub("\ufffd", str(text))).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
