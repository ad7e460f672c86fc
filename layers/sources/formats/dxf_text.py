r"""Child side: texts of a drawing as people read them: encoding, and letters written as ``\U+7EA2``.

GDAL believes the code page in the header; programs of today write UTF-8 and keep the header of an older one.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

UTF8, GB = "UTF-8", "GB18030"
_CHUNK = 1 << 20
_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\S+)")
_OTHER = re.compile(rb"ANSI_(?!936|1252)\d+", re.IGNORECASE)
_UNICODE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_MULTIBYTE = re.compile(r"\\M\+5([0-9A-Fa-f]{4})")
_TEXTS = ("Layer", "Text", "BlockName")


def encoding(path: Path) -> str:
    """Return the encoding of the texts of a drawing: UTF-8 or GB 18030; "" where its header says it better.

    UTF-8 wherever the bytes are UTF-8, whatever the header says; a code page that is neither Chinese nor the usual
    western one is believed.
    """
    with path.open("rb") as stream:
        head = stream.read(_CHUNK)
    if _is(path, "utf-8"):
        return UTF8
    page = _PAGE.search(head)
    other = page is not None and _OTHER.match(page[1]) is not None
    return "" if other or not _is(path, "gb18030") else GB


def _is(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def readable(text: str) -> str:
    r"""Return a text with letters written as ``\U+7EA2`` (Unicode) or ``\M+5BAEC`` (GBK) as letters."""
    text = _UNICODE.sub(lambda found: chr(int(found[1], 16)), text)
    return _MULTIBYTE.sub(lambda found: bytes.fromhex(found[1]).decode("gb18030", "replace"), text)


def readable_columns(columns: dict[str, list[Any]]) -> None:
    """Make the texts of the entities readable, in place."""
    for name in _TEXTS:
        if name in columns:
            columns[name] = [readable(v) if isinstance(v, str) else v for v in columns[name]]
