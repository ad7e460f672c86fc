"""Names the questions of a joint argument read: which of them stand for nothing the study or Luodi has."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from geo.basis.tables import TABLES
from geo.project.gate import ADMISSION, CHEMICAL, INTENSITY, LEADING, MEMBERSHIP
from geo.project.indicators import INDICATORS
from layers.library import resources
from layers.library.argument import REST, ArgumentTable
from layers.study import packs
from layers.study.registers import criteria
from layers.study.run.results import Results

GATES = (ADMISSION, LEADING, CHEMICAL, INTENSITY, MEMBERSHIP, *(i.gate_id for i in INDICATORS))
"""Gates that are no rules of a pack."""
TABLE = {"fact": "projects", "demand": "demand", "site": "sites"}
NEAR = 3


@dataclass(frozen=True)
class LostName:
    """A name nothing answers to: whose question reads it, and names that come near."""

    department: str
    question: str
    name: str
    near: tuple[str, ...]


@cache
def _shipped() -> frozenset[str]:
    return frozenset(r.id for name in packs.shipped() for r in packs.pack(name, packs.PACKS).rules)


def _known(results: Results, kind: str, set_: str) -> frozenset[str]:
    """Return what a kind of question can read; a shipped rule counts where the study does not have it."""
    if kind in TABLE:
        held = results.table(TABLE[kind]).columns if results.has(TABLE[kind]) else ()
        return frozenset(map(str, (*held, *TABLES[TABLE[kind]].columns)))
    if kind == "capacity":
        return frozenset(e.id for e in resources.entries())
    if kind == "rating":
        return frozenset(c.id for c in criteria.named(set_, results.folder).criteria)
    return _shipped() | {r.id for r in results.rules} | (frozenset(GATES) if kind == "gate" else frozenset())


def lost(results: Results, table: ArgumentTable) -> tuple[LostName, ...]:
    """Return the names of the questions that stand for nothing; in the order they are asked."""
    return tuple(_lost(results, table))


def _lost(results: Results, table: ArgumentTable) -> Iterator[LostName]:
    asked = [(d.id, q) for d in table.departments for q in d.questions]
    known = {kind: _known(results, kind, table.head.set) for kind in {q.kind for _, q in asked if q.names}}
    for department, question in asked:
        for name in question.names:
            of = known[question.kind]
            if name not in of and name != REST and not any(fnmatchcase(k, name) for k in of):
                yield LostName(department, question.id, name, tuple(difflib.get_close_matches(name, sorted(of), NEAR)))
