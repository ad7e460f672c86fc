"""Libraries of investors, talent and funds (客商、人才、资金库) as a study lists them, without what is personal.

Fields about a person (`personal` in `data/fields.toml`) stay in the file: they are read only by `contacts`, for one
entry that is asked for. Telephone numbers people wrote into other cells are left out, and that is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.tables import empty
from geo.project.library import SEVERAL, LostLink
from layers.library.roles import Role
from layers.sources.cells import quantity, recognise
from layers.sources.finding import finding
from layers.study import role_fields, sheets
from layers.study.registers import record_cells
from layers.study.registers.facilities import Found
from layers.study.registers.industry import industry_code
from layers.study.registers.project_cells import BLANK, without_phones
from layers.study.spec import LayerSpec, Study

ROLES: tuple[Role, ...] = ("investor", "talent", "fund")
TEXTS = ("name", "about", "level", "unit", "stage")
AMOUNTS = {"amount_wan": ("amount", "money"), "left_wan": ("left", "money"), "asked_m2": ("asked", "area")}
"""Column → field and kind: a figure is read in the unit of its cell, else of its heading."""
DAYS = ("updated_on", "expires_on")
ENDS = ("expires_on",)
"""Days until which something lasts: of a month or a year the last one counts."""
COLUMNS = (*empty("library_entries").columns, "projects", "park")


def read(study: Study, folder: Path) -> tuple[pd.DataFrame, Found]:
    """Return the entries as their files state them, and what is to be said of the files.

    Returns
    -------
    DataFrame, findings
        Columns of the table `library_entries`, and ``projects`` and ``park`` as they are written. What is not given is
        NaN or "". Rows of the files = entries + rows listed among the findings.
    """
    found: Found = []
    rows: list[dict[str, Any]] = []
    for role in ROLES:
        seen: dict[str, dict[str, Any]] = {}  # one library may come in several files
        for spec in study.with_role(role):
            rows += _entries(spec, sheets.read(spec, study, folder), seen, found)
    return pd.DataFrame(rows, columns=list(COLUMNS)), found


def lost(given: pd.DataFrame, names: Sequence[LostLink]) -> Found:
    """Return what is to be said of names in files that nothing answers to."""
    at = {(r["library"], r["entry_id"]): r for r in given.to_dict("records")}
    out = []
    for one in names:
        r = at[one.library, one.entry_id]
        code = "library_link_several" if one.count else "library_link_unknown"
        values = {"entry": _public(r), "kind": one.kind, "text": without_phones(one.text)}
        out.append((str(r["layer_id"]), finding("warn", code, row=str(r["row"]), **values)))
    return out


def _public(record: Any) -> str:
    return str(record["name"] or record["entry_id"])


def _entries(
    spec: LayerSpec, opened: sheets.RecordSheet, seen: dict[str, dict[str, Any]], found: Found
) -> list[dict[str, Any]]:
    found += [(spec.id, f) for f in opened.findings]
    if opened.state not in ("ok", "stale"):
        return []
    reader = _Reader(spec, opened, seen, found)
    maybe = opened.maybe if len(opened.doubt) else np.zeros(len(opened.rows), bool)
    return [r for k in range(len(opened.rows)) if (r := reader.row(k, bool(maybe[k]))) is not None]


class _Reader:
    """Reads the rows of one file and notes what cannot be read."""

    def __init__(self, spec: LayerSpec, opened: sheets.RecordSheet, seen: dict[str, dict[str, Any]], found: Found):
        self.spec, self.found, self.opened = spec, found, opened
        self.hidden = role_fields.personal(spec.role)
        self.columns = {ours: opened.column(ours) for ours in spec.fields}
        self.seen = seen

    def say(self, severity: Any, code: str, line: str, **values: Any) -> None:
        self.found.append((self.spec.id, finding(severity, code, row=line, **values)))

    def row(self, k: int, maybe: bool) -> dict[str, Any] | None:
        """Return one entry; None for a row that names nothing, or says what another says."""
        line = str(self.opened.rows[k])
        cell = {ours: "" if v[k].casefold() in BLANK else v[k] for ours, v in self.columns.items()}
        stated = cell.get(f"{self.spec.role}_id", "")
        if not stated and not cell.get("name"):
            self.say("rejected", "library_unnamed", line)
            return None
        public = {n: t for n, t in cell.items() if n not in self.hidden}
        made = self._made(public, line)
        whole = {k: str(v) for k, v in (made | cell).items()}
        entry = stated or self._own_id(cell, line)
        same = [body for name, body in self.seen.items() if name.partition("#")[0] == entry]
        if whole in same:
            self.say("rejected", "library_repeated", line, entry=entry)
            return None
        if same:
            entry = f"{entry}#{len(same) + 1}"
            self.say("warn", "library_id_repeats", line, entry=entry)
        self.seen[entry] = whole
        return made | {"library": self.spec.role, "entry_id": entry, "may_belong": maybe,
                       "layer_id": self.spec.id, "row": line}  # fmt: skip

    def _own_id(self, cell: dict[str, str], line: str) -> str:
        """Make an id: of the name, but of a person of the row alone, from which nobody reads a name."""
        if "name" in self.hidden:
            return f"{self.spec.id}-{line}"
        return self.spec.role[0].upper() + hashlib.sha256(cell["name"].encode()).hexdigest()[:6]

    def _made(self, cell: dict[str, str], line: str) -> dict[str, Any]:
        out: dict[str, Any] = {n: self._text(n, cell.get(n, ""), line) for n in TEXTS}
        codes = [industry_code(w) for w in record_cells.parts(cell.get("industry", ""))]
        out |= {"industries": SEVERAL.join(dict.fromkeys(filter(None, codes)))}
        out |= {n: self._amount(f, kind, cell.get(f, ""), line) for n, (f, kind) in AMOUNTS.items()}
        for name in DAYS:
            read_ = recognise.day(cell[name]) if cell.get(name) else None
            out[name] = None if read_ is None else read_.last if name in ENDS else read_.value
        park = cell.get("park_id", "")
        return out | {"park_id": park, "park": park, "projects": cell.get("projects", "")}

    def _text(self, name: str, text: str, line: str) -> str:
        bare = without_phones(text)
        if bare != text:
            self.say("fixed", "project_phone_left_out", line, column=self.opened.heading(name))
        return bare

    def _amount(self, name: str, kind: str, text: str, line: str) -> float:
        if not text:
            return float("nan")
        heading = self.opened.heading(name)
        said = quantity.read(text, kind, quantity.heading_unit(heading, kind))
        if said.problem or said.low != said.high or said.about:
            code = "library_unit_missing" if said.problem == "unit_missing" else "library_amount_unreadable"
            self.say("warn", code, line, column=heading, text=without_phones(text)[:40])
            return float("nan")
        return float(said.low)


def contacts(spec: LayerSpec, study: Study, folder: Path, lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what is personal of some rows of a file: row → heading → text; for the one who asks, for no list."""
    opened = sheets.read(spec, study, folder)
    hidden = [n for n in role_fields.personal(spec.role) if opened.has(n)]
    at = {str(line): k for k, line in enumerate(opened.rows)}
    columns = {opened.heading(n): opened.column(n) for n in hidden}
    return {line: {h: c[at[line]] for h, c in columns.items() if c[at[line]]} for line in lines if line in at}
