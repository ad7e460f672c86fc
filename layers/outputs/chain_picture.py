"""The chain map as a picture (SVG) that fits a screen of 1366 × 768, and its list as a file."""

from __future__ import annotations

from pathlib import Path

from geo.project.chainmap import ABSENT, HALF, MISSING, OPEN, SHORT, STATES, STRONG, WEAK, Link, Station
from layers.ask.chained import Chained
from layers.outputs import lists
from layers.outputs.drawn import WIDTH, fitting, key, long, page, text
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.target import ending, replaced
from layers.text import Language, code
from layers.words import chain_map as words
from layers.words.industry import industry_text

KINDS = ("svg", "xlsx", "csv")
TOP, FOOT = 56, 10
HIGHEST, LOWEST, MOST = 34.0, 19.0, 620.0
"""Height of a row: as much as fits a screen, never too low to read."""
FILL = {STRONG: "#2E7D5B", WEAK: "#E8A72D", MISSING: "#FFFFFF", OPEN: "#D6D3E6"}
EDGE = {STRONG: "#2E7D5B", HALF: "#C9A24A", SHORT: "#D9480F", ABSENT: "#C0392B", OPEN: "#B9B5CC"}
INK = {STRONG: "#FFFFFF", WEAK: "#222222", MISSING: "#C0392B", OPEN: "#222222"}


def svg(found: Chained, language: Language) -> str:
    """Return the picture: givers left of takers, stations by state, links by whether both ends have firms."""
    made = found.found
    columns = max((s.column for s in made.stations), default=0) + 1
    rows = max((s.row for s in made.stations), default=0) + 1
    step = min(max(MOST / rows, LOWEST), HIGHEST)
    height = round(TOP + step * rows + FOOT)
    wide = WIDTH / columns
    box = min(wide * 0.72, 190.0)

    def at(s: Station) -> tuple[float, float]:
        return wide * s.column + (wide - box) / 2, TOP + step * s.row

    where = {s.industry: at(s) for s in made.stations}
    body = [f'<text x="10" y="20" font-size="15" font-weight="bold">{text(words.head(found, language))}</text>']
    body += [_key(k, state, language) for k, state in enumerate(STATES)]
    drawn = [state for state in EDGE if any(x.state == state for x in made.links)]
    body += [_line_key(len(STATES) + k, state, language) for k, state in enumerate(drawn)]
    for link in made.links:
        (x0, y0), (x1, y1) = where[link.giver], where[link.taker]
        body.append(_curve((x0 + box, y0 + step * 0.4), (x1, y1 + step * 0.4), link, words.link_text(link, language)))
    body += [_station(s, *where[s.industry], box, step * 0.78, language) for s in made.stations]
    return page(body, height)


def _key(k: int, state: str, language: Language) -> str:
    edge = (INK[MISSING], 1.2 if state == MISSING else 0)
    return key(10 + 130 * k, FILL[state], edge, code("chainstate", state, language))


def _line_key(k: int, state: str, language: Language) -> str:
    x = 10 + 130 * k
    return (f'<rect x="{x}" y="37" width="22" height="3" fill="{EDGE[state]}"/><text x="{x + 28}" y="42" '
            f'font-size="12">{text(code("linkstate", state, language))}</text>')  # fmt: skip


def _curve(start: tuple[float, float], end: tuple[float, float], link: Link, told: str) -> str:
    (x0, y0), (x1, y1) = start, end
    bend = max(abs(x1 - x0) / 2, 30.0)
    width = 1.0 + 2.0 * (link.strength if link.strength == link.strength else 0.0)
    return (f'<path d="M{x0:.1f} {y0:.1f} C{x0 + bend:.1f} {y0:.1f} {x1 - bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}" '
            f'fill="none" stroke="{EDGE[link.state]}" stroke-width="{width:.2f}" stroke-opacity="0.55">'
            f'<title>{text(told)}</title></path>')  # fmt: skip


def _station(s: Station, x: float, y: float, box: float, high: float, language: Language) -> str:
    name, size = industry_text(s.industry, language), min(13.0, high * 0.62)
    count = f" {s.firms:.0f}" if s.firms == s.firms and s.firms > 0 else ""
    short = fitting(name, (box - 10) / size - long(count))
    line = f' stroke="{INK[MISSING]}" stroke-dasharray="4 2"' if s.state == MISSING else ""
    return (f'<g><title>{text(name + count)}</title><rect x="{x:.1f}" y="{y:.1f}" width="{box:.1f}" '
            f'height="{high:.1f}" rx="3" fill="{FILL[s.state]}"{line}/><text x="{x + 5:.1f}" '
            f'y="{y + high * 0.7:.1f}" font-size="{size:.1f}" fill="{INK[s.state]}">{text(short + count)}</text></g>'
            )  # fmt: skip


def write(found: Chained, path: Path, language: Language) -> int:
    """Write the picture (SVG) or the list of gaps (XLSX, CSV); return the number of gaps.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    folder, frame = found.results.folder, words.fillers(found, language)
    if ending(path, KINDS) == "svg":
        replaced(path, lambda part: _picture(found, part, language), folder)
    else:
        said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
        made = Projection(frame, words.heads(frame, language), said, language)
        lists.write(made, path, "chain_map", folder)
    return len(frame)


def _picture(found: Chained, path: Path, language: Language) -> None:
    path.write_text(svg(found, language), encoding="utf-8")
