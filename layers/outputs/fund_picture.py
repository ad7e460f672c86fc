"""The map of funds as a picture (SVG): funds left, projects right, lines for who backs and who could; and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geo.project.fundmap import BACKED, EXPIRED, FITS, LIVE, NEED_STATES, NONE, OPEN, SPENT, UNTOLD, Fund, FundNeed
from layers.ask import listed
from layers.ask.funding import Funding
from layers.outputs import lists
from layers.outputs.drawn import WIDTH, fitting, key, page, text
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet
from layers.outputs.target import ending, replaced
from layers.text import Language, code, say
from layers.words import fund_map as words

KINDS = ("svg", "xlsx", "csv")
TOP, ROW, HIGH, BOX, SIZE = 58, 26, 20, 470, 12
MOST = 24
"""Projects and funds drawn, the first of the list: so many rows fit a screen of 1366 × 768; the list has all."""
FILL = {BACKED: "#2E7D5B", FITS: "#E8A72D", OPEN: "#D6D3E6", NONE: "#FFFFFF", LIVE: "#2E7D5B", UNTOLD: "#D6D3E6",
        SPENT: "#E3E3E3", EXPIRED: "#E3E3E3"}  # fmt: skip
INK = {BACKED: "#FFFFFF", FITS: "#222222", OPEN: "#222222", NONE: "#C0392B", LIVE: "#FFFFFF", UNTOLD: "#222222",
       SPENT: "#777777", EXPIRED: "#777777"}  # fmt: skip
LINE = {"linked": ("#2E7D5B", 2.4, ""), "fits": ("#C9A24A", 1.2, ""), "gone": ("#999999", 1.2, "4 3")}


def svg(found: Funding, language: Language) -> str:
    """Return the picture; what does not fit is counted in it."""
    funds, needs = found.found.funds[:MOST], found.found.needs[:MOST]
    names = listed.names(found.results)
    at = {("fund", f.fund_id): (20.0, TOP + ROW * k) for k, f in enumerate(funds)}
    at |= {("need", n.project_id): (WIDTH - BOX - 20.0, TOP + ROW * k) for k, n in enumerate(needs)}
    body = [f'<text x="10" y="20" font-size="15" font-weight="bold">{text(words.notes(found, language)[0])}</text>']
    body += [_key(k, s, language) for k, s in enumerate(NEED_STATES)]
    body += [_line_key(len(NEED_STATES) + k, kind, language) for k, kind in enumerate(LINE)]
    for n in needs:
        for kind, ids in (("gone", n.gone), ("fits", n.fits), ("linked", n.linked)):
            body += [_line(at["fund", f], at["need", n.project_id], kind) for f in ids if ("fund", f) in at]
    body += [_box(at["fund", f.fund_id], f.state, _fund(f, language)) for f in funds]
    body += [_box(at["need", n.project_id], n.state, _need(n, names[n.project_id], language)) for n in needs]
    rows = max(len(funds), len(needs), 1)
    more = len(found.found.funds) - len(funds) + len(found.found.needs) - len(needs)
    if more:
        body.append(f'<text x="10" y="{TOP + ROW * rows + 14}" font-size="12">'
                    f'{text(say("fundmap.more", language, count=more))}</text>')  # fmt: skip
    return page(body, TOP + ROW * rows + (24 if more else 8))


def _fund(f: Fund, language: Language) -> tuple[str, str]:
    state = code("fundstate", f.state, language) if f.state != LIVE else words.money(f.left_wan, language)
    return words.fund_name(f), state


def _need(n: FundNeed, name: str, language: Language) -> tuple[str, str]:
    return name if name == n.project_id else f"{n.project_id} {name}", words.need_text(n, language)


def _box(at: tuple[float, float], state: str, told: tuple[str, str]) -> str:
    (x, y), (name, right) = at, told
    edge = f' stroke="{INK[NONE]}" stroke-dasharray="4 2"' if state == NONE else ""
    short = fitting(name, (BOX - 20) / SIZE - 0.62 * len(right) - 2)
    ink, low = INK[state], y + 14
    return (f'<g><title>{text(name)}</title><rect x="{x:.0f}" y="{y:.0f}" width="{BOX}" height="{HIGH}" rx="3" '
            f'fill="{FILL[state]}"{edge}/><text x="{x + 6:.0f}" y="{low:.0f}" font-size="{SIZE}" fill="{ink}">'
            f'{text(short)}</text><text x="{x + BOX - 6:.0f}" y="{low:.0f}" font-size="{SIZE}" text-anchor="end" '
            f'fill="{ink}">{text(right)}</text></g>')  # fmt: skip


def _line(start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
    colour, wide, dash = LINE[kind]
    x0, y0, x1, y1 = start[0] + BOX, start[1] + HIGH / 2, end[0], end[1] + HIGH / 2
    bend = (x1 - x0) / 2
    return (f'<path d="M{x0:.0f} {y0:.0f} C{x0 + bend:.0f} {y0:.0f} {x1 - bend:.0f} {y1:.0f} {x1:.0f} {y1:.0f}" '
            f'fill="none" stroke="{colour}" stroke-width="{wide}" stroke-dasharray="{dash or "none"}"/>')  # fmt: skip


def _key(k: int, state: str, language: Language) -> str:
    return key(10 + 170 * k, FILL[state], ("#999999", 0.6), code("fundneed", state, language))


def _line_key(k: int, kind: str, language: Language) -> str:
    x, (colour, wide, dash) = 10 + 170 * k, LINE[kind]
    return (f'<path d="M{x} 38 h22" stroke="{colour}" stroke-width="{wide}" stroke-dasharray="{dash or "none"}"/>'
            f'<text x="{x + 28}" y="42" font-size="12">{text(code("fundline", kind, language))}</text>')  # fmt: skip


def write(found: Funding, path: Path, language: Language) -> int:
    """Write the picture (SVG), a workbook of needs and funds (XLSX), or the needs (CSV); return the needs.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    folder, frame = found.results.folder, words.needs(found, language)
    if ending(path, KINDS) == "svg":
        replaced(path, lambda part: part.write_text(svg(found, language), encoding="utf-8"), folder)
        return len(frame)
    said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
    made = Projection(frame, words.heads(frame, language), said, language)
    lists.write_book(made, path, "fund_map", folder, lambda: _pages(found, said, language))
    return len(frame)


def _pages(found: Funding, said: Sequence[str], language: Language) -> list[ListSheet]:
    out = []
    for name, frame in (("fund_map", words.needs(found, language)), ("funds", words.funds(found, language))):
        titled = frame.rename(columns=words.heads(frame, language))
        out.append(ListSheet(code("fundsheet", name, language), titled, tuple(said), 2, frozenset(map(str, titled))))
    return out
