"""DBF tables read by ourselves: GDAL guesses the encoding and turns 19-digit numbers into floats."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.finding import Finding, finding

_LANGUAGE_DRIVERS = {0x4D: "gb18030", 0x7A: "gb18030", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252"}
COMMON_SHARE = 0.8
"""A text decoded as GB 18030 is believed when this share of its letters is in GB 2312."""


@dataclass
class Dbf:
    """Columns of a DBF: texts, except float columns of fields with decimals; `deleted` rows are marked."""

    columns: dict[str, list[str | float | None]] = field(default_factory=dict)
    deleted: list[bool] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Rows, the deleted ones included."""
        return len(self.deleted)


@dataclass(frozen=True)
class _Field:
    raw: bytes
    kind: str
    start: int
    width: int
    decimals: int


def read(path: Path, name: str, declared: str, encoding: str) -> Dbf:
    """Read a DBF.

    Parameters
    ----------
    path, name : Path, str
        File, and what to call it in messages.
    declared : str
        What the .cpg says, "" if there is none.
    encoding : str
        What the user says; "" to find out.

    Raises
    ------
    BlockedError
        Not a DBF, truncated (names the first missing row), or text in no encoding we know.
    """
    data = path.read_bytes()
    if len(data) < 33:
        raise BlockedError(reason("dbf_broken", file=name))
    count = int.from_bytes(data[4:8], "little")
    head, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields = _fields(data, head)
    if width < 1 or head < 33 or sum(f.width for f in fields) + 1 > width:
        raise BlockedError(reason("dbf_broken", file=name))
    if head + count * width > len(data):
        whole = max(0, (len(data) - head) // width)
        raise BlockedError(reason("dbf_truncated", file=name, row=whole + 1, count=count))
    rows = [data[head + k * width : head + (k + 1) * width] for k in range(count)]
    codec, notes = _codec(fields, rows, declared, data[29], (name, encoding))
    out = Dbf(deleted=[r[:1] == b"*" for r in rows], findings=notes)
    for f in fields:
        out.columns[_unique(_decoded(f.raw, codec)[0], out.columns)] = _column(f, rows, codec)
    cut = [_decoded(f.raw, codec)[0] for f in fields if _any_cut(f, rows, codec)]
    if cut:
        out.findings.append(finding("warn", "text_cut", fields=cut))
    return out


def _fields(data: bytes, head: int) -> list[_Field]:
    out, start = [], 1
    for at in range(32, min(head, len(data)) - 31, 32):
        block = data[at : at + 32]
        if block[:1] == b"\r":
            break
        width = block[16]
        out.append(_Field(block[:11].split(b"\0")[0], chr(block[11]), start, width, block[17]))
        start += width
    return out


def _texts(fields: list[_Field], rows: list[bytes]) -> Iterable[bytes]:
    yield from (f.raw for f in fields)
    for f in fields:
        if f.kind == "C":
            yield from (r[f.start : f.start + f.width] for r in rows)


def _codec(
    fields: list[_Field], rows: list[bytes], declared: str, driver: int, user: tuple[str, str]
) -> tuple[str, list[Finding]]:
    """Find the encoding: the user's word, UTF-8 strictly, Chinese, then what the file says."""
    name, encoding = user
    texts = [t for t in _texts(fields, rows) if not t.isascii()]
    if encoding:
        return _given(encoding, texts, name), []
    if not texts or _fits(texts, "utf-8"):
        return "utf-8", []
    said = _known(declared) or _LANGUAGE_DRIVERS.get(driver, "")
    if said == "gb18030" and _fits(texts, said):
        return said, []
    chinese = _fits(texts, "gb18030")
    if chinese and (_common(texts) >= COMMON_SHARE or not said or said == "utf-8"):
        return "gb18030", [guess(texts, "gb18030", declared or said)]
    if said and said != "utf-8" and _fits(texts, said):
        return said, [guess(texts, said, declared or said)]
    raise BlockedError(reason("encoding_unknown", file=name))


def guess(texts: list[bytes], codec: str, declared: str) -> Finding:
    """Say in which encoding texts were read: no doubt where nothing was stated and they are common Chinese."""
    sample = [_decoded(t, codec)[0].strip() for t in texts[:200]]
    sample = list(dict.fromkeys(s for s in sample if s))[:3]
    if not declared and codec == "gb18030" and _common(texts) >= COMMON_SHARE:
        return finding("fixed", "encoding_found", encoding=codec, sample=sample)
    return finding("warn", "encoding_guessed", encoding=codec, declared=declared or "–", sample=sample)


def _given(encoding: str, texts: list[bytes], name: str) -> str:
    codec = _known(encoding)
    if not codec:
        raise BlockedError(reason("encoding_name_unknown", file=name, encoding=encoding))
    if not _fits(texts, codec):
        raise BlockedError(reason("encoding_wrong", file=name, encoding=encoding))
    return codec


def _known(name: str) -> str:
    text = name.strip().lower().removeprefix("ansi").strip()
    text = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "65001": "utf-8"}.get(
        text, text
    )
    text = {"88591": "latin-1", "1252": "cp1252", "oem": ""}.get(text, text)
    try:
        "".encode(text or "none")  # only text encodings can do this
        return codecs.lookup(text).name
    except LookupError:
        return ""


def _fits(texts: list[bytes], codec: str) -> bool:
    try:
        for text in texts:
            _decoded(text, codec)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(text: bytes, codec: str) -> tuple[str, bool]:
    """Decode; a letter cut in half by the field's width is dropped and reported."""
    text = text.rstrip(b" \0")
    try:
        return text.decode("ascii" if text.isascii() else codec), False
    except UnicodeDecodeError:
        pass  # perhaps only the last letter is cut
    decoder = codecs.getincrementaldecoder(codec)()
    out = decoder.decode(text, final=False)
    return out, bool(decoder.getstate()[0])


def _common(texts: list[bytes]) -> float:
    letters = [c for t in texts for c in _decoded(t, "gb18030")[0] if ord(c) > 127]
    if not letters:
        return 0.0
    common = 0
    for letter in letters:
        try:
            letter.encode("gb2312")
            common += 1
        except UnicodeEncodeError:
            pass
    return common / len(letters)


def _column(f: _Field, rows: list[bytes], codec: str) -> list[str | float | None]:
    cells = [r[f.start : f.start + f.width] for r in rows]
    if f.kind == "C":
        return [_decoded(c, codec)[0].strip() or None for c in cells]
    plain = [c.strip(b" \0*").decode("ascii", "replace") for c in cells]
    if f.kind in "FO" or (f.kind == "N" and f.decimals > 0):
        return [_real(t) for t in plain]
    if f.kind == "D":
        return [
            f"{t[:4]}-{t[4:6]}-{t[6:8]}" if len(t) == 8 and t.isdecimal() and t != "00000000" else None for t in plain
        ]
    return [t or None for t in plain]


def _real(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _any_cut(f: _Field, rows: list[bytes], codec: str) -> bool:
    if _decoded(f.raw, codec)[1]:
        return True
    if f.kind != "C":
        return False
    return any(_decoded(c, codec)[1] for r in rows if not (c := r[f.start : f.start + f.width]).isascii())


def _unique(name: str, taken: dict[str, list[str | float | None]]) -> str:
    name, number = name or "field", 2
    wanted = name
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
