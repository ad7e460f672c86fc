"""DBF tables read by ourselves: GDAL guesses the encoding and turns 19-digit numbers into floats."""

from __future__ import annotations

import codecs
import mmap
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
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


@dataclass(frozen=True)
class _Cells:
    """The cells of a table as they lie in the file: nothing is held in memory but what is asked for."""

    data: mmap.mmap | bytes
    head: int
    width: int
    count: int

    def of(self, f: _Field, begin: int, end: int) -> Iterator[bytes]:
        """Return a column of some rows."""
        first = self.head + f.start
        return (
            self.data[at : at + f.width]
            for at in range(first + begin * self.width, first + end * self.width, self.width)
        )

    def marks(self, begin: int, end: int) -> list[bool]:
        """Tell which of some rows are marked as deleted."""
        places = range(self.head + begin * self.width, self.head + end * self.width, self.width)
        return [self.data[at : at + 1] == b"*" for at in places]


@dataclass(frozen=True)
class DbfTable:
    """A DBF that is open: its rows are read a piece at a time.

    Parameters
    ----------
    count : int
        Rows, the deleted ones included.
    findings : list of Finding
        What is to be said of all of it.
    """

    count: int
    findings: list[Finding]
    _cells: _Cells
    _columns: dict[str, _Field]
    _codec: str

    @property
    def figures(self) -> frozenset[str]:
        """Columns of numbers with decimals."""
        return frozenset(name for name, f in self._columns.items() if _is_real(f))

    def rows(self, begin: int, end: int) -> Dbf:
        """Return some rows."""
        columns = {n: _column(f, self._cells.of(f, begin, end), self._codec) for n, f in self._columns.items()}
        return Dbf(columns, self._cells.marks(begin, end))

    def deleted(self) -> int:
        """Return how many rows are marked as deleted."""
        return sum(self._cells.marks(0, self.count))


def read(path: Path, name: str, declared: str, encoding: str) -> Dbf:
    """Read a DBF as a whole; parameters and errors as of `opened`."""
    table = opened(path, name, declared, encoding)
    out = table.rows(0, table.count)
    out.findings = table.findings
    return out


def opened(path: Path, name: str, declared: str, encoding: str) -> DbfTable:
    """Open a DBF, and find out in what encoding it is.

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
    cells, fields, driver = _head(path, name)
    texts = _Texts(fields, cells)
    codec, notes = _codec(texts, declared, driver, (name, encoding))
    columns: dict[str, _Field] = {}
    for f in fields:
        columns[_unique(_decoded(f.raw, codec)[0], columns)] = f
    cut = [_decoded(f.raw, codec)[0] for f in fields if _any_cut(f, cells, codec)]
    if cut:
        notes = [*notes, finding("warn", "text_cut", fields=cut)]
    return DbfTable(cells.count, notes, cells, columns, codec)


def count_of(path: Path) -> int:
    """Return how many rows a DBF says it has; 0 where it does not say."""
    with path.open("rb") as stream:
        head = stream.read(8)
    return int.from_bytes(head[4:8], "little") if len(head) == 8 else 0


def _head(path: Path, name: str) -> tuple[_Cells, list[_Field], int]:
    """Return the cells of a table, its fields, and the byte that names its language."""
    if path.stat().st_size < 33:
        raise BlockedError(reason("dbf_broken", file=name))
    with path.open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    count = int.from_bytes(data[4:8], "little")
    head, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields = _fields(data, head)
    if width < 1 or head < 33 or sum(f.width for f in fields) + 1 > width:
        raise BlockedError(reason("dbf_broken", file=name))
    if head + count * width > len(data):
        whole = max(0, (len(data) - head) // width)
        raise BlockedError(reason("dbf_truncated", file=name, row=whole + 1, count=count))
    return _Cells(data, head, width, count), fields, data[29]


def _fields(data: mmap.mmap | bytes, head: int) -> list[_Field]:
    out, start = [], 1
    for at in range(32, min(head, len(data)) - 31, 32):
        block = data[at : at + 32]
        if block[:1] == b"\r":
            break
        width = block[16]
        out.append(_Field(block[:11].split(b"\0")[0], chr(block[11]), start, width, block[17]))
        start += width
    return out


class _Texts:
    """The texts of a table that are more than ASCII, names of fields first; read anew each time they are asked for."""

    def __init__(self, fields: list[_Field], cells: _Cells):
        self._fields, self._cells = fields, cells

    def __iter__(self) -> Iterator[bytes]:
        yield from (f.raw for f in self._fields if not f.raw.isascii())
        for f in (f for f in self._fields if f.kind == "C"):
            yield from (c for c in self._cells.of(f, 0, self._cells.count) if not c.isascii())

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


def _codec(texts: _Texts, declared: str, driver: int, user: tuple[str, str]) -> tuple[str, list[Finding]]:
    """Find the encoding: the user's word, UTF-8 strictly, Chinese, then what the file says."""
    name, encoding = user
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


def guess(texts: Iterable[bytes], codec: str, declared: str) -> Finding:
    """Say in which encoding texts were read: no doubt where nothing was stated and they are common Chinese."""
    sample = [_decoded(t, codec)[0].strip() for t in islice(texts, 200)]
    sample = list(dict.fromkeys(s for s in sample if s))[:3]
    if not declared and codec == "gb18030" and _common(texts) >= COMMON_SHARE:
        return finding("fixed", "encoding_found", encoding=codec, sample=sample)
    return finding("warn", "encoding_guessed", encoding=codec, declared=declared or "–", sample=sample)


def _given(encoding: str, texts: Iterable[bytes], name: str) -> str:
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


def _fits(texts: Iterable[bytes], codec: str) -> bool:
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


def _common(texts: Iterable[bytes]) -> float:
    letters = Counter(c for t in texts for c in _decoded(t, "gb18030")[0] if ord(c) > 127)
    common = sum(count for letter, count in letters.items() if _in_gb2312(letter))
    return common / letters.total() if letters else 0.0


def _in_gb2312(letter: str) -> bool:
    try:
        return bool(letter.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _is_real(f: _Field) -> bool:
    return f.kind in "FO" or (f.kind == "N" and f.decimals > 0)


def _column(f: _Field, cells: Iterable[bytes], codec: str) -> list[str | float | None]:
    if f.kind == "C":
        return [_decoded(c, codec)[0].strip() or None for c in cells]
    plain = [c.strip(b" \0*").decode("ascii", "replace") for c in cells]
    if _is_real(f):
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


def _any_cut(f: _Field, cells: _Cells, codec: str) -> bool:
    if _decoded(f.raw, codec)[1]:
        return True
    if f.kind != "C":
        return False
    return any(_decoded(c, codec)[1] for c in cells.of(f, 0, cells.count) if not c.isascii())


def _unique(name: str, taken: Collection[str]) -> str:
    name, number = name or "field", 2
    wanted = name
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
