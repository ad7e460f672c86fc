"""Names an office's own tables read: which of them stand for nothing the study or Luodi has, and what comes near."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from geo.basis.tables import TABLES
from geo.project.gate import ADMISSION, CHEMICAL, INTENSITY, LEADING, MEMBERSHIP
from geo.project.indicators import INDICATORS
from layers.library import resources
from layers.library.approvals import ApprovalTable
from layers.library.argument import REST, ArgumentTable
from layers.library.reserve import ReserveTable
from layers.library.schedule import StepTable
from layers.study import packs
from layers.study.registers import criteria
from layers.study.run.results import Results

GATES = (ADMISSION, LEADING, CHEMICAL, INTENSITY, MEMBERSHIP, *(i.gate_id for i in INDICATORS))
"""Gates that are no rules of a pack."""
TABLE = {"fact": "projects", "demand": "demand", "site": "sites"}
OF_GROUND = ("land", "conversion")
"""What a schedule knows of the ground of a project beside its facts."""
NEAR = 3


@dataclass(frozen=True)
class LostName:
    """A name nothing answers to: who reads it (department and question, a step, a rule), and what comes near."""

    by: tuple[str, ...]
    name: str
    near: tuple[str, ...]


def in_argument(results: Results, table: ArgumentTable) -> tuple[LostName, ...]:
    """Return the names questions of a joint argument read in vain, by department and question."""
    asked = [((d.id, q.id), q) for d in table.departments for q in d.questions]
    known = {kind: _known(results, kind, table.head.set) for kind in {q.kind for _, q in asked if q.names}}
    pairs = ((by, name, known[q.kind]) for by, q in asked for name in q.names if name != REST)
    return tuple(_lost(pairs))


def in_steps(results: Results, table: StepTable) -> tuple[LostName, ...]:
    """Return the facts that make a step needed and that no project list has, by step."""
    known = {*_known(results, "fact", ""), *OF_GROUND}
    return tuple(_lost(((s.id,), s.when.fact, known) for s in table.steps if s.when))


def in_reserve(results: Results, table: ReserveTable) -> tuple[LostName, ...]:
    """Return the columns rules of the reserve library ask for and no project list has, by rule."""
    known = _known(results, "fact", "")
    rules = (r for r in (*table.entry, *table.exit) if r.test == "known")
    return tuple(_lost(((r.id,), name, known) for r in rules for name in r.codes))


def in_approvals(results: Results, table: ApprovalTable) -> tuple[LostName, ...]:
    """Return the rules approvals wait for and nobody has, by approval."""
    known = _known(results, "rule", "")
    return tuple(_lost(((a.id,), name, known) for a in table.approvals for name in a.rules))


def _lost(asked: Iterable[tuple[tuple[str, ...], str, Collection[str]]]) -> Iterator[LostName]:
    for by, name, known in asked:
        if name not in known and not any(fnmatchcase(k, name) for k in known):
            yield LostName(by, name, tuple(difflib.get_close_matches(name, sorted(known), NEAR)))


@cache
def _shipped() -> frozenset[str]:
    return frozenset(r.id for name in packs.shipped() for r in packs.pack(name, packs.PACKS).rules)


def _known(results: Results, kind: str, set_: str) -> frozenset[str]:
    """Return what can be read; a shipped rule counts where the study does not have it."""
    if kind in TABLE:
        held = results.table(TABLE[kind]).columns if results.has(TABLE[kind]) else ()
        return frozenset(map(str, held)) | {c.name for c in TABLES[TABLE[kind]].columns}
    if kind == "capacity":
        return frozenset(e.id for e in resources.entries())
    if kind == "rating":
        return frozenset(c.id for c in criteria.named(set_, results.folder).criteria)
    return _shipped() | {r.id for r in results.rules} | (frozenset(GATES) if kind == "gate" else frozenset())
