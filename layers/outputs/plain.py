"""Text of strangers as office files, consoles and pages can hold it: what would act is shown instead."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\n\r\x85\u2028\u2029]+")
ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Characters nobody sees that do something: they steer a terminal, end a line, turn the reading order.

The two that join letters (U+200C, U+200D) belong to names and stay.
"""
LONGEST = 32_000
"""A spreadsheet cell holds 32,767 characters and drops a longer text whole."""


def plain(text: object) -> str:
    """Return a text without the characters XML cannot hold (shown as U+FFFD), on one line.

    A text longer than `LONGEST` is cut and ends in an ellipsis, so that the cut shows.
    """
    line = _BREAKS.sub(" ", _ILLEGAL.sub("\ufffd", str(text))).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def visible(text: object, keep: str = "") -> str:
    r"""Return a text in which every character that acts is written out, for example ``\x1b``.

    The line breaks and tabs in `keep` stay; without any, the text is one line.
    """
    line = str(text)
    if line.isprintable():
        return line
    return ACTING.sub(lambda found: found[0] if found[0] in keep else _written(ord(found[0])), line)


def _written(point: int) -> str:
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
