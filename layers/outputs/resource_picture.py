"""The map of resources as a picture (SVG): parks by what they have left; and as a list in every format, with places."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from layers.ask import resourcing
from layers.ask.resourcing import FULL, LATER, OPEN, ROOM, STATES, Resourcing
from layers.outputs import lists
from layers.outputs.drawn import WIDTH, fitting, key, page, text
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.target import ending, replaced
from layers.text import Language, code
from layers.words import resource_map as words

KINDS = ("svg", *lists.MAPS)
TOP, HEAD, NAME, HIGH = 54, 30, 130, 46
FILL = {ROOM: "#DDEFE6", FULL: "#F6DDD8", OPEN: "#E9E6F3", LATER: "#F4EBD3", "": "#FAFAFA"}
INK = {ROOM: "#12604A", FULL: "#B4432E", OPEN: "#4E468A", LATER: "#7A5A10", "": "#777777"}


def svg(found: Resourcing, language: Language) -> str:
    """Return the picture: a park a row, what it has left of everything; a cell without anything says so."""
    names, parks = words.columns(found), words.parks(found)
    wide = (WIDTH - NAME - 20) / max(len(names), 1)
    body = [f'<text x="10" y="20" font-size="15" font-weight="bold">{text(words.head(found, language))}</text>']
    body += [_key(k, s, language) for k, s in enumerate(STATES)]
    for k, what in enumerate(names):
        x = 10 + NAME + wide * k
        title = fitting(words.what_text(what, language), wide / 13)
        body.append(f'<text x="{x + 6:.0f}" y="{TOP + 20}" font-size="13" font-weight="bold">{text(title)}</text>')
    for row, park in enumerate(parks):
        y = TOP + HEAD + HIGH * row
        name = fitting(words.park_text(found, park, language), (NAME - 10) / 13)
        body.append(f'<text x="10" y="{y + 26}" font-size="13" font-weight="bold">{text(name)}</text>')
        for k, what in enumerate(names):
            cell = found.cells.get((park, what))
            told = words.cell_text(cell, what, language)
            body.append(_cell(10 + NAME + wide * k, y, wide, cell.state if cell else "", told))
    return page(body, TOP + HEAD + HIGH * max(len(parks), 1) + 8)


def _cell(x: float, y: float, wide: float, state: str, told: tuple[str, str]) -> str:
    first, second = told
    return (f'<g><title>{text(" ".join(told))}</title><rect x="{x + 2:.1f}" y="{y + 2:.1f}" width="{wide - 4:.1f}" '
            f'height="{HIGH - 4}" rx="3" fill="{FILL[state]}"/><text x="{x + 8:.1f}" y="{y + 20:.1f}" font-size="13" '
            f'fill="{INK[state]}">{text(fitting(first, (wide - 14) / 13))}</text><text x="{x + 8:.1f}" '
            f'y="{y + 36:.1f}" font-size="11" fill="#666666">{text(fitting(second, (wide - 14) / 11))}</text></g>'
            )  # fmt: skip


def _key(k: int, state: str, language: Language) -> str:
    return key(10 + 170 * k, FILL[state], (INK[state], 0.8), code("resourcestate", state, language))


def write(found: Resourcing, path: Path, language: Language) -> int:
    """Write the picture (SVG) or the list of what there is to have, as a map too; return the number of rows.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    folder, frame = found.results.folder, words.listed(found, language)
    if ending(path, KINDS) == "svg":
        replaced(path, lambda part: part.write_text(svg(found, language), encoding="utf-8"), folder)
        return len(frame)
    said = (*grounds(found.results, language, "sites"), *words.notes(found, language))
    made = Projection(frame, words.heads(frame, language), said, language)
    lists.write(made, path, "resource_map", folder, lambda: _shapes(found))
    return len(frame)


def _shapes(found: Resourcing) -> gpd.GeoSeries:
    at = resourcing.places(found.results)
    return gpd.GeoSeries([at.get(i.resource_id) for i in found.items], crs=found.results.study.crs)
