"""A zipped shapefile: short field names with the table that tells the long ones, GBK or UTF-8 and said which."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.outputs.form import by_dimension, fields, multi, writes
from layers.outputs.project import safe
from layers.outputs.projected import Projection
from layers.outputs.qml import style
from layers.text import say

LONGEST_NAME, LONGEST_TEXT = 10, 254
"""Bytes a DBF gives to the name of a field and to a text."""
ENCODINGS = {"gbk": "GBK", "utf-8": "UTF-8"}
NAMES, WHOLE = "fields.csv", "long_texts.csv"
"""What the zip holds beside the shapefile: what every field means with the notes, and the texts a DBF would cut."""


def _shp_rows(path: Path, table: str) -> int:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith(".shp")]
    return sum(
        int(pyogrio.read_arrow(f"/vsizip/{path}/{n}", read_geometry=False, encoding=_encoding(path, n))[1].num_rows)
        for n in names
    )


def _encoding(path: Path, shp: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(shp.removesuffix(".shp") + ".cpg").decode("ascii")


@writes("shp.zip", "Shapefile", "asked", count=_shp_rows)
def _write_shp(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    assert shapes is not None
    frame = fields(made.frame)
    code = _code(made.asked.get("encoding", ""), frame)
    short = dict(zip(map(str, frame), short_names(map(str, frame)), strict=True))
    cut, long_texts = _cut(frame, code)
    whole = gpd.GeoDataFrame(cut.rename(columns=short), geometry=multi(shapes))
    with tempfile.TemporaryDirectory(dir=path.parent) as work:
        for more, rows in by_dimension(shapes).items():
            one = Path(work) / f"{table}{more}.shp"
            pyogrio.write_dataframe(whole[rows], one, driver="ESRI Shapefile", encoding=ENCODINGS[code])
            one.with_suffix(".cpg").write_text(ENCODINGS[code], encoding="ascii")
            one.with_suffix(".qml").write_text(_look(made, short, shapes[rows]), encoding="utf-8")
        _put(Path(work) / NAMES, _named(made, short, code))
        if long_texts:
            heads = [say(f"mapfile.{n}", made.language) for n in ("row", "id", "field", "text")]
            _put(Path(work) / WHOLE, [heads, *long_texts])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(work).iterdir()):
                archive.write(part, part.name)


def _code(asked: str, frame: pd.DataFrame) -> str:
    """Return the encoding: GBK as older programs expect it, where it holds every letter; else UTF-8.

    Raises
    ------
    BlockedError
        GBK was asked for and has no place for some letters.
    """
    lost = _unwritable(frame)
    if asked == "gbk" and lost:
        raise BlockedError(reason("redline_write_letters", letters="".join(lost[:8]), encoding="GBK"))
    return "utf-8" if asked.startswith("utf-8") or lost else "gbk"


def _unwritable(frame: pd.DataFrame) -> list[str]:
    letters = {c for name in frame if frame[name].dtype == object for v in frame[name].dropna() for c in set(str(v))}
    return sorted(c for c in letters if not _fits(c))


def _fits(letter: str) -> bool:
    try:
        letter.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def short_names(names: Iterable[str]) -> list[str]:
    """Return names of at most ten letters, each once; one that is short enough stays as it is."""
    out: list[str] = []
    used: set[str] = set()
    for name in names:
        short, k = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)[:LONGEST_NAME], 1
        while short.lower() in used:
            k += 1
            short = f"{short[: LONGEST_NAME - len(str(k))]}{k}"
        used.add(short.lower())
        out.append(short)
    return out


def _cut(frame: pd.DataFrame, code: str) -> tuple[pd.DataFrame, list[list[str]]]:
    """Return the frame with texts a DBF can hold, and the whole text of every one that had to be cut."""
    made: dict[str, pd.Series] = {}
    whole: list[list[str]] = []
    for name in frame:
        values = frame[name]
        if values.dtype == object:
            values = values.map(lambda v: _short(v, code), na_action="ignore")
            for k in [k for k, (a, b) in enumerate(zip(values, frame[name], strict=True)) if a != b and b is not None]:
                whole.append([str(k + 1), str(frame.iloc[k, 0]), str(name), str(frame[name].iloc[k])])
        made[str(name)] = values
    return pd.DataFrame(made, index=frame.index), whole


def _short(text: object, code: str) -> str:
    body = str(text).encode(code)
    return str(text) if len(body) <= LONGEST_TEXT else body[: LONGEST_TEXT - 2].decode(code, "ignore")


def _named(made: Projection, short: dict[str, str], code: str) -> list[list[str]]:
    heads = [say(f"mapfile.{n}", made.language) for n in ("field", "name", "header")]
    rows = [[s, n, made.headers.get(n, n)] for n, s in short.items()]
    coded = [say("mapfile.encoding", made.language), ENCODINGS[code], ""]
    return [heads, *rows, coded, *([made.notes_head, note, ""] for note in made.notes)]


def _look(made: Projection, short: dict[str, str], shapes: gpd.GeoSeries) -> str:
    frame = made.frame.rename(columns=short)
    heads = {s: made.headers.get(n, n) for n, s in short.items()}
    kind = "point" if shapes.geom_type.eq("Point").any() else "area"
    column = short.get(made.look.column, "")
    return style(replace(made, frame=frame, headers=heads, look=type(made.look)(column, made.look.colours)), kind)


def _put(path: Path, rows: list[list[str]]) -> None:
    """Write a small table beside the shapefile; no text becomes a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[str(safe(c)) for c in row] for row in rows])
    path.write_bytes(text.getvalue().encode("utf-8-sig", "replace"))
