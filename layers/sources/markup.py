"""The text of an XML file in the encoding it is really in.

The parser knows no multi-byte encoding but UTF-8 and UTF-16; offices write GB2312 and GBK, rightly declared, wrongly
declared or not declared at all.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_WORDS = re.compile(r"[^\x00-\x7f]{2,20}")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_GB = ("gb2312", "gbk", "gb18030", "cp936", "euc-cn", "x-gbk")


@dataclass(frozen=True)
class XmlText:
    """A text without its XML declaration, the encoding it was read in, and what the file declares ("": nothing)."""

    text: str
    encoding: str
    declared: str
    asked: bool = False
    """The user named the encoding."""

    @property
    def surprising(self) -> bool:
        """Tell whether it holds letters in another encoding than it declares, or than it has to be in without."""
        taken = "gb18030" if self.declared in _GB else _codec(self.declared)
        return not self.asked and not self.text.isascii() and self.encoding != (taken or "utf-8")

    @property
    def sample(self) -> list[str]:
        """Return some of its words that are not plain letters."""
        return list(dict.fromkeys(_WORDS.findall(self.text)))[:3]


def xml_text(path: Path, name: str, encoding: str = "") -> XmlText:
    """Return the text of an XML file.

    Parameters
    ----------
    path : Path
    name : str
        What to call the file.
    encoding : str
        What the user says it is in; "" finds out. Then UTF-8 is taken wherever the bytes are UTF-8 (other text is so
        by chance hardly ever), else what is declared (GB 18030 for its older kinds), else GB 18030.

    Raises
    ------
    BlockedError
        In none of them, or not in the one named.
    """
    data = path.read_bytes()
    found = _DECLARED.search(data[:1_000])
    declared = found[1].decode("ascii").lower() if found else ""
    if encoding:
        return XmlText(_bare(_strict(data, (encoding,), reason("encoding_wrong", file=name, encoding=encoding))[0]),
                       encoding, declared, True)  # fmt: skip
    unknown = reason("encoding_unknown", file=name)
    if data[:2] in _WIDE:
        return XmlText(_bare(_strict(data, ("utf-16",), unknown)[0]), "utf-16", "utf-16")
    known = "gb18030" if declared in _GB else _codec(declared)
    text, used = _strict(data.removeprefix(codecs.BOM_UTF8), ("utf-8", known, "gb18030"), unknown)
    return XmlText(_bare(text), used, declared)


def _codec(declared: str) -> str:
    try:
        return codecs.lookup(declared).name if declared else ""
    except LookupError:
        return ""


def _strict(data: bytes, encodings: tuple[str, ...], otherwise: Reason) -> tuple[str, str]:
    for encoding in filter(None, encodings):
        try:
            return data.decode(encoding), encoding
        except (UnicodeDecodeError, LookupError):
            continue
    raise BlockedError(otherwise)


def _bare(text: str) -> str:
    return _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1)
