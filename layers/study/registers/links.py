"""The links of the industry chain (产业链关联): who supplies whom, how strongly, and how much of what is asked for."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
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
          "unit": ("unit", "数量单位", "计量单位", "单位"),
          "park": ("park_id", "park", "园区", "园区代码", "园区编号", "园区名称", "所在园区")}  # fmt: skip
AMOUNTS = ("supply", "demand")
OF_PARK = ("park_id", "from_industry", "to_industry", *AMOUNTS, "amount_unit")
_Row = dict[str, Any]
_Pair = tuple[str, str]
_BLANK = ("nan", "none", "-", "/", "—")


@dataclass
class _Read:
    """Links so far: what each is, and of a park what it supplies and asks for."""

    parks: Mapping[str, str]
    links: dict[_Pair, _Row] = field(default_factory=dict)
    amounts: dict[tuple[str, _Pair], _Row] = field(default_factory=dict)
    found: Found = field(default_factory=list)


def read(
    study: Study, folder: Path, parks: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, Found]:
    """Return the tables `links` and `link_amounts`, and what is to be said of the files.

    Parameters
    ----------
    study : Study
    folder : Path
    parks : mapping of park id to name, or None
        What a row may name as its park.

    Returns
    -------
    DataFrame, DataFrame, findings
        Strength from 0 to 1, NaN for a link that only may be one. With amounts, if any file has them: ``supply``,
        ``demand`` in ``amount_unit``; NaN where one is not given, cannot be read, or is in a unit the other cannot be
        compared with. A row that names a park speaks of that park: its amounts are in the second table, never in the
        first, and without a strength of its own it has that of the other rows of the link.
    """
    at = _Read(parks or {})
    for spec in study.with_role("link"):
        opened = sheets.read(spec, study, folder)
        at.found += [(spec.id, f) for f in opened.findings]
        if opened.state == "ok":
            _links_of(spec, opened, at)
    own = [{"park_id": park, "from_industry": a, "to_industry": b} | r
           for (park, (a, b)), r in sorted(at.amounts.items()) if park and r]  # fmt: skip
    amounts = pd.DataFrame(own, columns=list(OF_PARK)) if own else empty("link_amounts")
    if not at.links:
        return empty("links")[["from_industry", "to_industry", "strength"]], amounts, at.found
    whole = [{"from_industry": pair[0], "to_industry": pair[1]} | r | at.amounts.get(("", pair), {})
             for pair, r in sorted(at.links.items())]  # fmt: skip
    frame = pd.DataFrame(whole)
    if "amount_unit" in frame:
        frame["amount_unit"] = frame["amount_unit"].fillna("")
    return frame, amounts, at.found


def _links_of(spec: LayerSpec, opened: sheets.RecordSheet, at: _Read) -> None:
    heads = {ours: spec.fields.get(ours) or next((str(c) for n in names for c in opened.frame if _bare(str(c)) == n),
                                                 "") for ours, names in FIELDS.items()}  # fmt: skip
    lost = [FIELDS[ours][1] for ours in ("from", "to") if not heads[ours]]
    if lost:
        known = [str(c) for c in opened.frame][:40]
        at.found.append((spec.id, finding("warn", "link_columns_missing", columns=lost, known=known)))
        return
    texts = [{str(k): str(v) for k, v in r.items()} for r in opened.frame.to_dict("records")]
    lines = list(zip(opened.rows, texts, opened.maybe.tolist(), strict=True))
    # what certainly belongs comes first, and of it what is of the county
    for line, row, maybe in sorted(lines, key=lambda known: (known[2], bool(_cell(known[1], heads["park"])))):

        def tell(severity: Any, code: str, line: Any = line, **values: Any) -> None:
            at.found.append((spec.id, finding(severity, code, row=line, **values)))

        _link(row, heads, maybe, at, tell)


def _link(row: Mapping[str, str], heads: Mapping[str, str], maybe: bool, at: _Read, tell: Any) -> None:
    """Take one row in: a link of the county, or what a park supplies and asks for."""
    pair = (industry_code(_cell(row, heads["from"])), industry_code(_cell(row, heads["to"])))
    text, known = _cell(row, heads["strength"]), at.links.get(pair)
    strength = recognise.number(text) if text else None
    named = _cell(row, heads["park"])
    park = _park(named, at.parks)
    if not all(pair):
        tell("rejected", "link_industry_unknown", text=" → ".join(row.values())[:60])
        return
    if (strength is None and (text or known is None or not named)) or (strength and not 0.0 < strength.value <= 1.0):
        tell("rejected", "link_strength_unknown")
        return
    if named and not park:
        tell("warn", "link_park_unknown", text=named[:40], known=sorted(at.parks)[:20])
    elif (park, pair) in at.amounts:
        tell("rejected", "link_repeats", text=" → ".join(pair))
        return
    else:
        at.amounts[park, pair] = _amounts(row, heads, maybe, lambda code, **v: tell("warn", code, **v))
    given = np.nan if maybe or strength is None else strength.value
    if known is None:
        at.links[pair] = {"strength": given}
    elif given == given and known["strength"] == known["strength"] and given != known["strength"]:
        tell("warn", "link_strength_differs", given=text, taken=known["strength"])


def _cell(row: Mapping[str, str], heading: str) -> str:
    text = recognise.visible(row[heading]).strip() if heading else ""
    return "" if text.casefold() in _BLANK else text


def _park(named: str, parks: Mapping[str, str]) -> str:
    """Return the park a row names by id or by name; "" where it names none, or nobody knows it."""
    found = [p for p, name in parks.items() if named and named in (p, name)]
    return found[0] if len(found) == 1 else ""


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
    text = _cell(row, heads[name])
    if not text:
        return math.nan, ""
    made = recognise.number(text)
    if made is None or made.about or made.value < 0.0:
        tell("link_amount_unreadable", column=heads[name], text=text[:40])
        return math.nan, ""
    heading = unicodedata.normalize("NFKC", heads[name])
    inside = heading.partition("(")[2].rstrip(")") if "(" in heading else ""
    column = _cell(row, heads["unit"])
    unit = made.unit or inside or column
    scale = next((f for sign, f in (("万", 1e4), ("亿", 1e8)) if not made.unit and unit.startswith(sign)), 1.0)
    return made.value * scale, quantity.plain_unit(unit[1:] if scale > 1.0 else unit)


def _factor(given: str, unit: str) -> float | None:
    """Return what one of a unit is in another; None where they cannot be compared, 1 where one is not stated."""
    if given == unit or not given or not unit:
        return 1.0
    shared = next((t for t in quantity.UNITS.values() if given in t and unit in t), None)
    return shared[given] / shared[unit] if shared else None
