"""A delivery in words: one table of what every layer is taken for, and what to do about each."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from layers.study import packs, spec
from layers.study.delivery import COVERED, Delivery, Taken
from layers.study.proposal import Proposal
from layers.text import Language, both, say, sentence

ROLES = {"polygon": ("parcels", "constraint", "plan", "park"), "line": ("network", "constraint"),
         "point": ("constraint", "facility", "enterprise"), "table": ("project", "supply", "budget", "signal"),
         "raster": ("raster",)}  # fmt: skip
"""Roles a layer without a proposal may have, by its shapes."""
MOST = 8
"""Fields named on a line of the table."""


def lines(found: Delivery, folder: Path, language: Language) -> Iterator[str]:
    """Return the table of a delivery, line by line: number, file, what it is, what speaks for it, what judges it."""
    yield say("delivery.head", language, count=len(found.proposals))
    for number, one in enumerate(found.proposals, 1):
        yield _title(number, one, language)
        yield "     " + why(one, language)
        if not one.sure:
            yield "     " + (one.call(folder) if one.kind else say("delivery.ask", language, call=one.call(folder)))
    if found.left:
        yield say("delivery.left", language, count=len(found.left))
        for path, reason in found.left:
            yield f"     {path.name}: {sentence(reason, language)}"
    yield from _what_next(found, folder, language)


def _what_next(found: Delivery, folder: Path, language: Language) -> Iterator[str]:
    sure = [p for p in found.proposals if p.sure]
    if sure:
        yield say("delivery.take", language, path=folder, count=len(sure))
    if any(p.kind and p.kind.role in COVERED for p in sure):
        yield say("delivery.coverage", language)


def _title(number: int, one: Proposal, language: Language) -> str:
    taken = f"{both(one.kind.title, language)} ({one.kind.code})" if one.kind else say("delivery.unknown", language)
    size = say("delivery.bands" if one.table.shape == "raster" else "delivery.rows", language,
               count=one.table.bands or one.table.rows)  # fmt: skip
    return say("delivery.row", language, number=f"{number:>3}", file=one.table.title, kind=taken, size=size)


def why(one: Proposal, language: Language) -> str:
    """Return what speaks for a line, and what will judge it."""
    if one.kind is None:
        return _unknown(one, language)
    values = one.how == "name_and_fields" and one.table.shape == "raster"
    said = [say("delivery.name_and_values" if values else f"delivery.{one.how}", language,
                fields=list(one.matched[:MOST]), count=len(one.matched))]  # fmt: skip
    if one.where:
        said.append(say("delivery.rows_where", language, where=one.where))
    if not one.fits:
        said.append(say("delivery.shape", language, role=one.kind.role))
    said += _in_parts(one, language)
    if one.again:
        said.append(say("delivery.again", language, id=one.entry()["id"]))
    if one.kind.role == "parcels":
        said += _called(one, language)
    if one.kind.role == "constraint":
        said.append(_judged(one, language))
    return " ".join(said)


def _in_parts(one: Proposal, language: Language) -> Iterator[str]:
    """Say of a layer that arrives in several files which they are, and how they fit together."""
    parts = one.table.parts
    if not parts:
        return
    rows = one.table.shape != "raster"
    named = [say("delivery.part_rows", language, part=p.name, rows=p.table.rows) if rows else p.name for p in parts]
    yield say("delivery.parts", language, count=len(parts), parts=named)
    for part in parts:
        if part.lacking:
            yield say("delivery.parts_lacking", language, part=part.name, columns=list(part.lacking))
        if part.met:
            yield say("delivery.parts_met", language, part=part.name, others=list(part.met))


def _called(one: Proposal, language: Language) -> Iterator[str]:
    """Say by which column a row is called, and which others would nearly do."""
    key = one.fields.get("parcel_id", "")
    if key and key == one.table.key:
        yield say("delivery.called_by", language, field=key)
    for column, repeated, empty in one.table.nearly:
        if column != key:
            yield say("delivery.nearly", language, field=column, repeated=repeated, empty=empty)


def remedies(refused: Taken, folder: Path, said: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Yield what would take a line that was refused: with what is to be accepted, or under another name."""
    kind = refused.proposal.kind
    for name, call in _again(refused, folder, said):
        unread = kind is not None and kind.role == "constraint" and name != refused.proposal.entry()["id"]
        yield say("delivery.remedy_unread" if unread else "delivery.remedy", language, id=name, call=call)


def calls(refused: Taken, folder: Path, said: Mapping[str, Any]) -> list[str]:
    """Return the calls that would take a line that was refused, with what was said of all lines; none if none would."""
    return [call for _, call in _again(refused, folder, said)]


def _again(refused: Taken, folder: Path, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the name a refused line would be taken by, and the call."""
    one, ids = refused.proposal, {s.id for s in spec.read(folder).layers}
    codes = {why.code for why in refused.refused}
    offered = [str(w.values["proposal"]) for w in refused.refused if w.values.get("proposal")]
    if one.kind is None or not (codes == {"layer_id_taken"} or offered):
        return []
    name = str(one.entry()["id"])
    numbered = (f"{name}_{k}" for k in itertools.count(2))
    free = next(n for n in itertools.chain((name,), numbered) if n not in ids)
    stated = {k: v for k, v in said.items() if k != "coverage" or one.kind.role in COVERED}
    return [(free, one.call(folder, free) + _options(stated, offered))]


def _options(said: Mapping[str, Any], accept: Sequence[str]) -> str:
    """Return what was said of all lines as options, with what is to be accepted too."""
    given = {k: v for k, v in said.items() if k != "accept"}
    words = [w for k, v in given.items() for w in (f"--{k.replace('_', '-')}", str(v))]
    words += [w for name in dict.fromkeys([*said.get("accept", ()), *accept]) for w in ("--accept", name)]
    return "".join(f" {shlex.quote(w)}" for w in words)


def _judged(one: Proposal, language: Language) -> str:
    if one.judged_by or one.kind is None:
        return say("delivery.judged", language, rules=list(one.judged_by))
    others = packs.reading(one.kind.code)
    if others:
        return say("delivery.judged_by_pack", language, packs=list(others))
    return say("delivery.judged_by_nothing", language)


def _unknown(one: Proposal, language: Language) -> str:
    said = [say("delivery.raster" if one.table.shape == "raster" else "delivery.nothing", language)]
    if one.guesses:
        said.append(say("delivery.guesses", language, kinds=list(one.guesses)))
    if one.table.shape != "raster":
        said.append(say("delivery.roles", language, roles=list(ROLES[one.table.shape])))
    return " ".join(said)


def plain(found: Delivery, folder: Path) -> dict[str, Any]:
    """Return a delivery as plain values for programs."""
    return {
        "proposals": [
            {
                "number": number, "file": str(p.table.file), "layer": p.table.layer, "rows": p.table.rows,
                "shape": p.table.shape,
                "parts": [{"name": t.name, "file": str(t.table.file), "layer": t.table.layer, "rows": t.table.rows}
                          for t in p.table.parts], "kind": p.kind.code if p.kind else None, "how": p.how,
                "matched": list(p.matched), "guesses": list(p.guesses), "entry": p.entry(),
                "judged_by": list(p.judged_by), "fits": p.fits, "again": p.again, "sure": p.sure,
                "call": p.call(folder),
            }
            for number, p in enumerate(found.proposals, 1)
        ],
        "left": [{"file": str(path), "reason": why.code} for path, why in found.left],
    }  # fmt: skip
