"""A project's card as lines of text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator

from layers.text import Language, number, say
from layers.words.project_card import Card, DemandLine, GateLine, ParkFit

_SIGNS = {"conflict": "✗", "unknown": "?", "clear": "✓"}


def card_text(found: Card, language: Language) -> Iterator[str]:
    """Yield the lines of a card: result, facts, what is to be said, demand, gates, parks."""
    yield f"{found.project_id}  {found.name}  {found.result_word}"
    yield found.why
    yield from (f"  ! {line}" for line in found.findings)
    for title, text in found.facts:
        yield f"  {title}: {text}"
    for head, lines in (
        ("project.demand", (_demand(d) for d in found.demand)),
        ("project.gates", (_gate(g, language) for g in found.gates)),
        ("project.parks", (_park(p, language) for p in found.parks)),
        ("project.edits", ([f"  {line}"] for line in found.edited)),
        ("explain.not_applied", ([f"  {line}"] for line in found.unused)),
    ):
        parts = [text for line in lines for text in line]
        if parts:
            yield ""
            yield say(head, language)
            yield from parts


def _demand(line: DemandLine) -> list[str]:
    mark = f" [{line.mark}]" if line.mark else ""
    return [f"  {line.title}: {line.value}  ({line.method}){mark}", f"      {line.why}"]


def _gate(line: GateLine, language: Language) -> list[str]:
    mark = f" [{line.mark}]" if line.mark else ""
    out = [f"  {_SIGNS[line.outcome]} {line.title}: {line.outcome_word} ({line.severity_word}){mark}"]
    if line.value or line.limit:
        out.append(f"      {line.value}  {line.limit}")
    tail = " · ".join(filter(None, (line.why, line.clause)))
    remedy = [f"      {say('explain.remedy', language, text=line.remedy)}"] if line.remedy else []
    return [*out, f"      {tail}", *remedy]


def _park(line: ParkFit, language: Language) -> list[str]:
    points = say("project.points", language, points=number(line.points, "x", language)) if line.chain else ""
    out = [f"  {_SIGNS[line.outcome]} {line.park_id} {line.name}  {points}".rstrip(), f"      {line.why}"]
    return [*out, f"      {line.chain}"] if line.chain else out
