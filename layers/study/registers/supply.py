"""The land supply register of a study (土地供应台账), read for the core, and what its codes mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from geo.basis.errors import LuodiError
from geo.basis.inputs import Inputs
from geo.basis.reason import Reason
from geo.screen.records import EVENTS, Record, distinct
from geo.screen.supplied import Register, State
from geo.screen.supply import Meaning, PresentUse
from layers.library import standards
from layers.sources import gate
from layers.sources.finding import Finding, finding
from layers.study import coverage, load, sheets
from layers.study.layer_part import SIGN
from layers.study.placed import placed
from layers.study.registers.record_cells import DOCUMENTS, event, stated_code
from layers.study.sheets import RecordSheet
from layers.study.spec import LayerSpec, Study
from layers.study.unread import NAMED

CODE_LISTS = ("supply_status", "landuse_survey", "landuse_plan", "landuse_former")
"""Shipped code lists the status depends on; a change of one makes the stage stale."""
KEYS = {"parcel_ids": "parcel_id", "parcel_nos": "parcel_no", "plot_ids": "plot_id"}
"""Field of a record: our name of the column that bears it."""
EMPTY_GROUND = {"三调": ("1201",)}
"""Construction land with nothing built on it: 空闲地 of the land survey."""
UNDECIDED = {"用地用海": ("16",)}
"""Planned uses that leave open what is built: 留白用地."""
PLAN_SCHEMES = ("用地用海", "控规旧分类")
"""Schemes of planned use whose shipped lists hold construction classes only."""
_SPLIT = re.compile(r"[;；,，、|\s]+")


@dataclass(frozen=True)
class OpenedSupply:
    """The register and everything found while reading it, by layer.

    The records of the register are the rows of `sheets`, one after the other, for who
    reads more of them than the supply status needs.
    """

    register: Register
    findings: tuple[tuple[str, Finding], ...]
    sheets: tuple[RecordSheet, ...] = ()


# --- the register ----------------------------------------------------------------


def read(study: Study, folder: Path, boundary: Any, recovered: frozenset[str] = frozenset()) -> OpenedSupply:
    """Read every layer of role ``supply``.

    Parameters
    ----------
    study : Study
    folder : Path
        The study folder.
    boundary : shapely geometry or None
        Union of the boundary layers: where a register of complete coverage is complete.
    recovered : frozenset of str
        Records (`geo.screen.records.distinct`) whose land is taken as recovered by an edit.

    Returns
    -------
    OpenedSupply
        A register that is missing, cannot be read or is out of date proves nothing;
        the worst of several layers speaks for all. Every row is a record or a finding.
    """
    specs = study.with_role("supply")
    if not specs:
        return OpenedSupply(Register(), ())
    found: list[tuple[str, Finding]] = []
    opened: list[RecordSheet] = []
    parts = [_register(spec, study, folder, boundary, found, opened) for spec in specs]
    order: tuple[State, ...] = ("failed", "missing", "stale", "ok")
    state = next(s for s in order if any(p.state == s for p in parts))
    records = _told_apart(specs, [p.records for p in parts], found)
    back = frozenset(k for k, name in enumerate(distinct(records)) if name in recovered)
    grounds = [p.known for p in parts if p.complete]
    return OpenedSupply(Register(records, state, bool(grounds), _united(grounds), back), tuple(found), tuple(opened))


def _told_apart(
    specs: Sequence[LayerSpec], registers: Sequence[Sequence[Record]], found: list[tuple[str, Finding]]
) -> tuple[Record, ...]:
    """Return the records of all registers; of several each row has the name of its register, and doubles are told.

    Towns number their rows alike, and one may send again what another has sent.
    """
    if len(specs) == 1:
        return tuple(registers[0])
    first: dict[str, str] = {}
    for spec, records in zip(specs, registers, strict=True):
        again = [r for r in records if r.record_id and first.setdefault(r.record_id, spec.id) != spec.id]
        if again:
            others = sorted({first[r.record_id] for r in again})
            rows = [f"{r.row} {r.record_id}" for r in again[:NAMED]]
            found.append((spec.id, finding("warn", "supply_in_registers", count=len(again), others=others, rows=rows)))
    return tuple(
        replace(r, row=f"{spec.id}{SIGN}{r.row}")
        for spec, records in zip(specs, registers, strict=True)
        for r in records
    )


UNPLACED = ("supply_number_unknown", "supply_number_repeats", "supply_record_elsewhere", "supply_record_without_place")
"""Why a record lies on no parcel."""


def unplaced(records: pd.DataFrame, opened: OpenedSupply) -> list[tuple[str, Finding]]:
    """Name the rows of each register that lie on no parcel, by why: what they say of supply is said of no land.

    Parameters
    ----------
    records : DataFrame
        Table `supply_records`, one row per record of the register, in its order.
    opened : OpenedSupply
    """
    out, at = [], 0
    for sheet in opened.sheets:
        mine = records.iloc[at : at + len(sheet.rows)]
        at += len(sheet.rows)
        codes = mine["reason"].map(lambda text: Reason.from_json(text).code)
        for code in UNPLACED:
            rows = mine[codes == code]
            if len(rows):
                named = [
                    f"{r} {i}".strip() for r, i in zip(rows["row"][:NAMED], rows["record_id"][:NAMED], strict=True)
                ]
                out.append((sheet.spec.id, finding("warn", "supply_unplaced", why=code, count=len(rows), rows=named)))
    return out


def _united(grounds: Sequence[Any]) -> Any:
    """Return where any register is complete; None is everywhere."""
    return None if not grounds or any(g is None for g in grounds) else shapely.union_all(list(grounds))


def _register(
    spec: LayerSpec,
    study: Study,
    folder: Path,
    boundary: Any,
    found: list[tuple[str, Finding]],
    opened: list[RecordSheet],
) -> Register:
    sheet = sheets.read(spec, study, folder)
    opened.append(sheet)
    if sheet.state != "ok":
        found += [(spec.id, f) for f in sheet.findings]
        return Register(_records(sheet), sheet.state)
    complete, known = _coverage(spec, sheet, study, folder, boundary, found)
    records = _records(sheet)
    found += [(spec.id, f) for f in _to_come(records, study.as_of)]
    return Register(records, "ok", complete, known)


def findings(sheet: RecordSheet, day: date) -> list[Finding]:
    """Return what the events of a register say against the study's day."""
    return _to_come(_records(sheet), day)


def _to_come(records: Sequence[Record], day: date) -> list[Finding]:
    """Say which rows record something as done on a day after the study's: it counts as not done yet."""
    late = [(event_, r.row) for r in records for event_ in EVENTS
            if (on := r.events[event_].on) is not None and on > day]  # fmt: skip
    named = sorted({event_ for event_, _ in late}, key=EVENTS.index)
    rows = list(dict.fromkeys(row for _, row in late))
    told: dict[str, Any] = {"fields": named, "as_of": day.isoformat(), "count": len(rows), "rows": rows[:5]}
    return [finding("warn", "supply_days_to_come", **told)] if late else []


def _coverage(
    spec: LayerSpec, sheet: RecordSheet, study: Study, folder: Path, boundary: Any, found: list[tuple[str, Finding]]
) -> tuple[bool, Any]:
    """Return whether, and where, a missing record means that there is none; lost rows take that away."""
    told, doubt = coverage.examined(sheet.seen, spec.accept, boundary if sheet.placed else None, study.crs)
    found += [(spec.id, f) for f in told]
    if spec.coverage == "unknown" or doubt:
        return False, None
    if spec.coverage == "complete":
        return (False, None) if boundary is None and study.with_role("boundary") else (True, boundary)
    ground = LayerSpec(id="coverage", role="boundary", source=spec.coverage)
    try:
        item = placed(gate.open_vector(folder / spec.coverage, folder / load.CACHE), ground, study.crs)
    except LuodiError as error:
        codes = [r.code for r in error.reasons]
        found.append((spec.id, finding("warn", "coverage_failed", file=spec.coverage, causes=codes)))
        return False, None
    return (True, shapely.union_all(item.shapes)) if item.state == "ok" and len(item.shapes) else (False, None)


def _records(sheet: RecordSheet) -> tuple[Record, ...]:
    column = sheet.column
    # an approval or a contract is proved by its number as well as by its day
    cells = {e: column(e) for e in EVENTS}
    papers = {"approved": column("approval"), "contract": column("contract_no")}
    none = [""] * len(sheet.rows)
    happened = {
        e: [
            event(c, document=e in DOCUMENTS, paper=p, last=e == "delivered")
            for c, p in zip(cells[e], papers.get(e, none), strict=True)
        ]
        for e in EVENTS
    }
    words = [(stated_code(w) or "?") if w else "" for w in column("supply_status")]
    keys = {name: [tuple(filter(None, _SPLIT.split(t))) for t in column(ours)] for name, ours in KEYS.items()}
    return tuple(
        Record(
            record_id=record_id,
            row=str(sheet.rows[k]),
            events={e: happened[e][k] for e in EVENTS},
            stated=words[k],
            unsure=bool(sheet.maybe[k]),
            shape=_flat(sheet.shapes[k]),
            **{name: numbers[k] for name, numbers in keys.items()},
        )
        for k, record_id in enumerate(column("id"))
    )


def _flat(shape: Any) -> Any:
    """Return a shape that covers ground; a point or a line of a register places nothing."""
    return shape if shape is not None and shapely.get_dimensions(shape) == 2 else None


# --- what codes mean -------------------------------------------------------------


def meaning(study: Study, inputs: Inputs) -> Meaning:
    """Return what the codes of a study's files mean, from the shipped code lists."""
    day = next((s.vintage for s in study.with_role("parcels")), None)
    schemes = plan_schemes(study, inputs)
    return Meaning(study.as_of, day, cache(present_use), cache(is_construction), stated_code, schemes)


def plan_schemes(study: Study, inputs: Inputs) -> dict[str, str]:
    """Return plan layer → scheme of its codes, of those that were opened."""
    return {s.id: s.land_use_scheme for s in study.with_role("plan") if s.id in inputs.layers}


def present_use(scheme: str, code: str) -> PresentUse | None:
    """Return what a class of present use means; None for a code or scheme nobody knows.

    Only lists whose groups say what draws quota describe present use; a code that lost
    its leading zero is found again.
    """
    known = standards.of_scheme(scheme)
    if known is None or not any("new_construction" in g.flags for g in known.groups):
        return None
    whole = code if known.get(code) else code.zfill(4)
    group = known.group_of(whole)
    if group is None:
        return None
    if "new_construction" in group.flags:
        return PresentUse("open", True, "farmland_balance" in group.flags)
    return PresentUse("vacant" if whole in EMPTY_GROUND.get(scheme, ()) else "built")


def is_construction(scheme: str, code: str) -> bool | None:
    """Tell whether a planned use is construction, by the class of the list it belongs to (``070102`` to ``07``)."""
    known = standards.of_scheme(scheme)
    if known is None or scheme not in PLAN_SCHEMES:
        return None
    heads = (code[:n] for n in range(len(code), 0, -1))
    found = next((h for h in heads if known.get(h)), "")
    return None if not found or found in UNDECIDED.get(scheme, ()) else True
