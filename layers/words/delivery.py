"""A delivery in words: one table of what every layer is taken for, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers.study.delivery import Delivery, Proposal
from layers.text import Language, both, say, sentence


def lines(found: Delivery, folder: Path, language: Language) -> Iterator[str]:
    """Return the table of a delivery, line by line: number, file, what it is, what speaks for it, what judges it."""
    yield say("delivery.head", language, count=len(found.proposals))
    for number, one in enumerate(found.proposals, 1):
        yield _title(number, one, language)
        yield "     " + _why(one, language)
        yield "     " + (one.call(folder) if one.kind else say("delivery.ask", language, call=one.call(folder)))
    if found.left:
        yield say("delivery.left", language, count=len(found.left))
        for path, why in found.left:
            yield f"     {path.name}: {sentence(why, language)}"
    if any(p.sure for p in found.proposals):
        yield say("delivery.take", language, path=folder)


def _title(number: int, one: Proposal, language: Language) -> str:
    name = f"{one.table.file.name} · {one.table.layer}" if one.table.layer else one.table.file.name
    taken = f"{both(one.kind.title, language)} ({one.kind.code})" if one.kind else say("delivery.unknown", language)
    return say("delivery.row", language, number=f"{number:>3}", file=name, kind=taken)


def _why(one: Proposal, language: Language) -> str:
    if one.table.shape == "" and one.kind is None:
        return say("delivery.raster", language)
    said = [say(f"delivery.{one.how}", language, fields=list(one.matched), count=len(one.matched))]
    if one.kind is None and one.guesses:
        said.append(say("delivery.guesses", language, kinds=list(one.guesses)))
    if one.kind is not None and one.kind.role == "constraint":
        key = "delivery.judged" if one.judged_by else "delivery.judged_by_nothing"
        said.append(say(key, language, rules=list(one.judged_by)))
    return " ".join(said)


def plain(found: Delivery, folder: Path) -> dict[str, Any]:
    """Return a delivery as plain values for programs."""
    return {
        "proposals": [
            {
                "number": number, "file": str(p.table.file), "layer": p.table.layer, "rows": p.table.rows,
                "shape": p.table.shape, "kind": p.kind.code if p.kind else None, "how": p.how,
                "matched": list(p.matched), "guesses": list(p.guesses), "entry": p.entry(),
                "judged_by": list(p.judged_by), "call": p.call(folder),
            }
            for number, p in enumerate(found.proposals, 1)
        ],
        "left": [{"file": str(path), "reason": why.code} for path, why in found.left],
    }  # fmt: skip
