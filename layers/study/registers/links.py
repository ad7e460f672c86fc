"""The links of the industry chain (产业链关联): who supplies whom, how strongly, and how much of what is asked for."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.tables import empty
from layers.sources.cells import quantity, recognise
from layers.sources.finding import finding
from layers.study import sheets
from layers.study.registers.facilities import Found
from layers.study.registers.industry import industry_code
from layers.study.spec import LayerSpec, Study

FIELDS = {"from": ("from", "上游行业", "上游", "供应行业"), "to": ("to", "下游行业", "下游", "需求行业"),
          "strength": ("strength", "关联强度", "强度", "权重"),
          "supply": ("supply", "供应量", "供给量", "本地供应量", "本地供给量", "供给能力"),
          "demand": ("demand", "需求量", "本地需求量", "需求能力"),
          "unit": ("unit", "数量单位", "计量单位", "单位")}  # fmt: skip
AMOUNTS = ("supply", "demand")
_Row = dict[str, Any]


def read(study: Study, folder: Path) -> tuple[pd.DataFrame, Found]:
    """Return the table `links`, and what is to be said of the files.

    Returns
    -------
    DataFrame, findings
        Strength from 0 to 1, NaN for a link that only may be one. With amounts, if any file has them: ``supply``,
        ``demand`` in ``amount_unit``; NaN where one is not given, cannot be read, or is in a unit the other cannot be
        compared with.
    """
    found: Found = []
    rows: dict[tuple[str, str], _Row] = {}
    for spec in study.with_role("link"):
        opened = sheets.read(spec, study, folder)
        found += [(spec.id, f) for f in opened.findings]
        if opened.state == "ok":
            _links_of(spec, opened, rows, found)
    if not rows:
        return empty("links")[["from_industry", "to_industry", "strength"]], found
    frame = pd.DataFrame([{"from_industry": a, "to_industry": b} | r for (a, b), r in sorted(rows.items())])
    amounts = [*AMOUNTS, "amount_unit"]
    return frame if any(c in frame for c in AMOUNTS) else frame.drop(columns=amounts, errors="ignore"), found


def _links_of(spec: LayerSpec, found: sheets.RecordSheet, rows: dict[tuple[str, str], _Row], told: Found) -> None:
    heads = {ours: spec.fields.get(ours) or next((str(c) for n in names for c in found.frame if _bare(str(c)) == n), "")
             for ours, names in FIELDS.items()}  # fmt: skip
    lost = [FIELDS[ours][1] for ours in ("from", "to") if not heads[ours]]

    def tell(severity: Any, code: str, **values: Any) -> None:
        told.append((spec.id, finding(severity, code, **values)))

    if lost:
        tell("warn", "link_columns_missing", columns=lost, known=[str(c) for c in found.frame][:40])
        return
    texts = [{str(k): str(v) for k, v in r.items()} for r in found.frame.to_dict("records")]
    lines = zip(found.rows, texts, found.maybe.tolist(), strict=True)
    for line, row, maybe in sorted(lines, key=lambda known: known[2]):  # what certainly belongs comes first
        pair = (industry_code(row[heads["from"]]), industry_code(row[heads["to"]]))
        strength = recognise.number(row[heads["strength"]]) if heads["strength"] else None
        if not all(pair):
            tell("rejected", "link_industry_unknown", row=line, text=" → ".join(row.values())[:60])
        elif strength is None or not 0.0 < strength.value <= 1.0:
            tell("rejected", "link_strength_unknown", row=line)
        elif pair in rows:
            tell("rejected", "link_repeats", row=line, text=" → ".join(pair))
        else:
            amounts = _amounts(row, heads, maybe, lambda code, line=line, **v: tell("warn", code, row=line, **v))
            rows[pair] = {"strength": np.nan if maybe else strength.value} | amounts


def _bare(heading: str) -> str:
    """Return a heading without what stands in brackets."""
    plain = unicodedata.normalize("NFKC", heading)
    return plain.partition("(")[0].strip().casefold()


def _amounts(row: Mapping[str, str], heads: Mapping[str, str], maybe: bool, tell: Any) -> _Row:
    """Return supply and demand in the unit of the demand; nothing where the file has no column of either."""
    if not any(heads[n] for n in AMOUNTS):
        return {}
    read_ = {n: _amount(n, row, heads, tell) for n in AMOUNTS}
    (supply, given), (demand, unit) = read_["supply"], read_["demand"]
    factor = _factor(given, unit)
    if factor is None:
        tell("link_units_differ", supply=given or "–", demand=unit or "–")
        supply = demand = math.nan
    else:
        supply *= factor
    if maybe:
        supply = demand = math.nan
    return {"supply": supply, "demand": demand, "amount_unit": unit or given}


def _amount(name: str, row: Mapping[str, str], heads: Mapping[str, str], tell: Any) -> tuple[float, str]:
    text = row[heads[name]].strip() if heads[name] else ""
    if not text or text.casefold() in ("nan", "none", "-", "/", "—"):
        return math.nan, ""
    made = recognise.number(text)
    if made is None or made.about or made.value < 0.0:
        tell("link_amount_unreadable", column=heads[name], text=text[:40])
        return math.nan, ""
    heading = unicodedata.normalize("NFKC", heads[name])
    inside = heading.partition("(")[2].rstrip(")") if "(" in heading else ""
    column = row[heads["unit"]].strip() if heads["unit"] else ""
    unit = made.unit or inside or column
    scale = next((f for sign, f in (("万", 1e4), ("亿", 1e8)) if not made.unit and unit.startswith(sign)), 1.0)
    return made.value * scale, quantity.plain_unit(unit[1:] if scale > 1.0 else unit)


def _factor(given: str, unit: str) -> float | None:
    """Return what one of a unit is in another; None where they cannot be compared, 1 where one is not stated."""
    if given == unit or not given or not unit:
        return 1.0
    shared = next((t for t in quantity.UNITS.values() if given in t and unit in t), None)
    return shared[given] / shared[unit] if shared else None
