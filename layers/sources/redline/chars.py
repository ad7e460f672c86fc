"""Characters of red-line files: encodings, full-width forms, and numbers as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geo.basis.errors import BlockedError
from geo.basis.reason import reason

MAX_BYTES = 50_000_000
MAX_LINE = 2_000
"""No line of coordinates is longer; it also bounds what patterns may cost."""
_MAX_NUMBER = 60
_MAGIC = (
    (b"AC10", "DWG"), (b"AutoCAD Binary DXF", "DXF (binary)"), (b"%PDF", "PDF"), (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"), (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\xd0\xcf\x11\xe0", "Office"),
    (b"{\\rtf", "RTF"),
)  # fmt: skip
# one character for one, so that a position in the plain line is the same position in the line as written
_PLAIN = {ord(chr(c)): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)} | str.maketrans(
    "【】〔〕［］、，；　＝﹣−–—′’‘″”“º˚\u00a0\u200b\u200e\u200f\ufeff\t",
    "[][][],,; =----'''\"\"\"°°     \t",
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.(\d*))?[eE]([+-]?\d{1,3})")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[, ']\d{3})+(?:\.\d+)?")
_DEGREES = re.compile(
    r"""(?P<before>[NSEWnsew东西北南]?)[经纬]?(?P<d>\d{1,3})\s*(?:°|度|d|:)\s*(?P<m>\d{1,2}(?:\.\d+)?)\s*(?:'|分|m|:)?
    \s*(?:(?P<s>\d{1,2}(?:\.\d*)?)\s*(?:"|''|秒|s)?)?\s*(?P<after>[NSEWnsew]?)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Line:
    """One line: its number from 1, as written, and with plain punctuation and digits."""

    number: int
    written: str
    plain: str


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """Return the text of a file and its encoding: utf-8, utf-16 or gb18030.

    Raises
    ------
    BlockedError
        Empty, too large, binary, or in no known encoding.
    """
    if len(data) > MAX_BYTES:
        raise BlockedError(reason("redline_too_large", file=name, mb=len(data) / 1e6, limit_mb=MAX_BYTES / 1e6))
    if not data.strip(b" \t\r\n\x1a\xef\xbb\xbf\x00"):
        raise BlockedError(reason("redline_empty", file=name))
    found = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")
    if found:
        raise BlockedError(reason("redline_binary", file=name, found=found))
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text, encoding.removesuffix("-sig")
    raise BlockedError(reason("redline_binary", file=name, found="?"))


def lines_of(text: str) -> list[Line]:
    """Split a text at Windows, Unix or old Mac line ends.

    Raises
    ------
    BlockedError
        A line is longer than any line of coordinates.
    """
    parts = re.split(r"\r\n|\n|\r", text.replace("\x1a", " "))
    long = [k for k, part in enumerate(parts, 1) if len(part) > MAX_LINE]
    if long:
        raise BlockedError(reason("redline_line_long", line=long[0], count=len(long), limit=MAX_LINE))
    return [Line(k, part, plain(part)) for k, part in enumerate(parts, 1)]


def plain(text: str) -> str:
    """Write full-width digits, brackets and punctuation plainly, one character for one."""
    return re.sub(r"(?<=\d)。(?=\d)", ".", text.translate(_PLAIN))


@dataclass(frozen=True)
class Number:
    """A number as read, or the code of what is wrong with it; `mended` names what was tidied up."""

    value: float = float("nan")
    wrong: str = ""
    mended: str = ""


def number(text: str) -> Number:
    """Read one coordinate.

    Notes
    -----
    Scientific notation is taken only when the digits written reach the millimetre:
    ``3.35E+06`` is what a spreadsheet leaves of a coordinate, and is a problem.
    """
    text = text.strip().strip('"').strip()
    if not text:
        return Number(wrong="redline_number_missing")
    if len(text) > _MAX_NUMBER:
        return Number(wrong="redline_not_a_number")
    if _NUMBER.fullmatch(text):
        return Number(float(text))
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        decimals, power = len(scientific[1] or ""), int(scientific[2])
        enough = power <= 9 and decimals - power >= 3
        return Number(float(text)) if enough else Number(wrong="redline_scientific")
    if _GROUPED.fullmatch(text):
        return Number(float(re.sub(r"[, ']", "", text)), mended="redline_grouped_digits")
    return _degrees(text)


def _degrees(text: str) -> Number:
    """Read degrees, minutes and seconds (119°30′12.5″, 119度30分12.5秒, 119:30:12.5)."""
    found = _DEGREES.fullmatch(text)
    if not found:
        single = re.fullmatch(r"[东北]?[经纬]?(\d{1,3}\.?\d*)\s*[°度]", text)
        return Number(float(single[1]), mended="redline_dms") if single else Number(wrong="redline_not_a_number")
    minutes, seconds = float(found["m"]), float(found["s"] or 0)
    if minutes >= 60 or seconds >= 60:
        return Number(wrong="redline_not_a_number")
    sign = -1 if {found["before"].upper(), found["after"].upper()} & {"S", "W", "南", "西"} else 1
    return Number(sign * (int(found["d"]) + minutes / 60 + seconds / 3600), mended="redline_dms")
