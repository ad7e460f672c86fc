"""The list for the joint review (联审会清单): the columns planners use, in their order.

Nothing is left blank by silence: what the study does not know reads 未知 or 待核实. The
notes that every list carries stand above the rows.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xlsxwriter

from geo.basis.reason import Reason
from geo.basis.units import MU_M2
from geo.measure import ridges
from geo.screen.ledger import WHOLE
from layers.library.standards import of_scheme
from layers.outputs import meeting_facts as facts
from layers.outputs import printed
from layers.outputs.deducted import deducted
from layers.outputs.live_book import NOTE
from layers.outputs.meeting_facts import Cells
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.project import missing_layers, notes
from layers.outputs.redline_rows import tenure_word
from layers.study.run.results import Results
from layers.text import Language, both, joined, land_unit, say
from layers.words.explain import marked_title
from layers.words.park_name import park_names

GROUPS = ("cultivated", "farm", "construction", "unused")
"""Groups of present use, as the list shows them: 耕地, 其他农用地, 建设用地, 未利用地."""
LAYOUT = "meeting"
_DECIMALS = {"mu": "#,##0.00", "far": "0.0#", "m": "#,##0.0", "n": "0"}


@dataclass(frozen=True)
class Column:
    """A column of the list: heading, second heading ("" where it stands alone), unit word, cells."""

    head: str
    sub: str
    unit: str
    cells: Cells


def shown(results: Results, keep: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.bool_]:
    """Return which candidates are on the list: those asked for, else all but what is excluded and remnants."""
    found = results.table("candidates")
    return ((found["status"] != "excluded") & ~_remnants(found)).to_numpy() if keep is None else keep


def _remnants(found: pd.DataFrame) -> pd.Series:
    """Tell which candidates are too small or narrow to be one by themselves."""
    return found["remnant"] == "yes" if "remnant" in found else pd.Series(False, index=found.index)


def columns(results: Results, language: Language, keep: npt.NDArray[np.bool_] | None = None) -> tuple[Column, ...]:
    """Return the columns of the list in their order.

    Parameters
    ----------
    results : Results
        With the tables parcels, candidates, ledger, facts.
    language : {"en", "zh"}
    keep : bool array or None
        Rows of the candidates table; None leaves the excluded parcels out.

    Notes
    -----
    Areas are 亩. Where the usable area is not settled, quota and balance are the interval
    it leaves, in words. Quota follows the group of the present use (code list): farm and
    unused land draws new-construction quota, cultivated land net of its field ridges the farmland
    balance as well. Ridges stand with other farm land.
    """
    return tuple(_List(results, language, shown(results, keep)).columns())


def write(results: Results, path: Path, language: Language, keep: npt.NDArray[np.bool_] | None = None) -> int:
    """Write the list as XLSX; return the rows written. Text never becomes a formula or a link."""
    made = columns(results, language, keep)
    told = notes(results, language, "candidates")
    above = list(told[:1])
    small = int(_remnants(results.table("candidates")).sum()) if keep is None else 0
    left_out = int((~shown(results, keep)).sum()) - small
    if small:
        above.append(say("meeting.remnants", language, count=small))
    if left_out:
        key = "meeting.left_out" if keep is None else "meeting.not_asked"
        above.append(say(key, language, count=left_out, total=len(results.table("candidates"))))
    above += [*told[1:], say("meeting.from_memory", language)]
    content = io.BytesIO()
    with Book(content) as book:
        _write_sheet(book, say("meeting.sheet", language), above, made)
    path.write_bytes(content.getvalue())
    return len(made[0].cells)


class _List:
    """The rows of the list and how each column follows from the tables."""

    def __init__(self, results: Results, language: Language, keep: npt.NDArray[np.bool_]):
        self.results, self.language = results, language
        self.found = results.table("candidates")[keep].reset_index(drop=True)
        parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id", drop=False)
        self.parcels = parcels.loc[self.found["parcel_id"]].reset_index(drop=True)
        self.titles = {r.id: marked_title(results, r, language) for r in results.rules}
        self.unknown = say("meeting.unknown", language)
        self.spec = results.study.with_role("parcels")[0]

    def columns(self) -> Iterator[Column]:
        """Yield the columns."""
        plan = facts.plan(self.results, self.parcels, self.language)
        yield self._column("no", "n", [float(k) for k in range(1, len(self.found) + 1)])
        yield self._column("id", "", self.found["parcel_id"].tolist())
        yield self._column("park", "", self._parks())
        yield self._column("place", "", self._places())
        yield self._column("planned", "", plan.use)
        yield from self._uses()
        yield self._column("tenure", "", [tenure_word(t, self.language) for t in self.parcels["tenure"]])
        yield self._column("supply", "", [self._supply(s) for s in self.parcels["supply_status"]])
        yield self._column("gross", "mu", _mu(self.found["gross_m2"]))
        yield from self._cuts()
        yield self._column("net", "mu", self._net("net_m2"), "proved")
        yield self._column("net", "mu", self._net("net_hi_m2"), "most")
        yield self._column("quota", "mu", self._draws("new_construction"))
        yield self._column("balance", "mu", self._draws("farmland_balance"))
        yield self._column("far", "far", plan.far_min, "far_low")
        yield self._column("far", "far", plan.far_max, "far_high")
        yield from self._utilities()
        yield self._column("conditions", "", [self._rules(c) for c in self.found["conditions"]])
        yield self._column("unknowns", "", self._unknowns())
        yield self._column("industries", "", self._industries())

    def _column(self, head: str, unit: str, cells: Sequence[Any], sub: str = "") -> Column:
        second = say(f"meeting.{sub}", self.language) if sub else ""
        return Column(say(f"meeting.{head}", self.language), second, unit, list(cells))

    def _blank(self, name: str) -> str:
        """Return the word for an empty cell: the field is there but not filled in, or there is no such field."""
        return say("meeting.not_filled" if self.spec.fields.get(name) else "meeting.unknown", self.language)

    def _parks(self) -> Cells:
        names, blank = park_names(self.results), self._blank("park_id")
        return [f"{p} {names.get(p, '')}".strip() if p else blank for p in self.parcels["park_id"]]

    def _places(self) -> Cells:
        villages = self.parcels["village"] if "village" in self.parcels else [""] * len(self.parcels)
        pairs = zip(self.parcels["township"], villages, strict=True)
        return [" ".join(str(w) for w in pair if w) or self._blank("township") for pair in pairs]

    def _uses(self) -> Iterator[Column]:
        groups, areas = self._groups(), self.parcels["area_m2"].to_numpy(np.float64)
        ridged = np.where([g == "cultivated" for g in groups], areas * self._ridges(), 0.0)
        for name in GROUPS:
            own = np.where([g == name for g in groups], areas - ridged, 0.0) + (ridged if name == "farm" else 0.0)
            rows = zip(groups, _mu(pd.Series(own)), strict=True)
            yield self._column("use", "mu", [area if g else self.unknown for g, area in rows], f"use_{name}")

    def _ridges(self) -> npt.NDArray[np.float64]:
        """Return the share of each parcel that is field ridges; where nothing states it, none is deducted."""
        return np.nan_to_num(ridges.shares(pd.DataFrame(self.parcels)), nan=0.0)

    def _groups(self) -> list[str]:
        """Return the group of each parcel's present use, "" where code or scheme say nothing."""
        pairs = zip(self.parcels["land_use"], self.parcels["land_use_scheme"], strict=True)
        found = ((of_scheme(scheme), use) for use, scheme in pairs)
        return [g.id if known and (g := known.group_of(use)) else "" for known, use in found]

    def _supply(self, text: str) -> str:
        known = of_scheme("luodi supply status")
        entries = ((e,) if (e := known.get(text)) else known.recognised(text)) if known and text else ()
        return both(entries[0].title, self.language) if len(entries) == 1 else text or self._blank("supply_status")

    def _cuts(self) -> Iterator[Column]:
        """Yield what each layer takes (亩), in the order of the ledger; what surely takes nothing here is left out."""
        wide = deducted(self.results, land_unit("zh")).set_index("parcel_id").reindex(self.found["parcel_id"])
        taking = [str(c) for c in wide if not (wide[c] == 0).all()]
        for name in taking:
            cells: Cells = [self.unknown if math.isnan(v) else v for v in wide[name]]
            yield Column(say("meeting.cut", self.language), self._cut_title(name), "mu", cells)
        if not taking:
            yield self._column("cut", "mu", [0.0] * len(self.found), "cut_total")

    def _cut_title(self, name: str) -> str:
        rule = name.removeprefix("cut_").removesuffix("_mu")
        if rule == WHOLE:
            return say("ledger.whole", self.language)
        if rule in self.titles:
            return self.titles[rule]
        return say("column.at_most", self.language, title=self.titles[rule.removesuffix("_hi")])

    def _net(self, name: str) -> Cells:
        """Return usable areas (亩); the word where they would give a restricted layer away."""
        word = say("word.withheld", self.language)
        return [v if math.isfinite(v) else word for v in _mu(self.found[name])]

    def _draws(self, flag: str) -> Cells:
        out: Cells = []
        kept = 1.0 - self._ridges() if flag == "farmland_balance" else 1.0
        low_high = zip(_mu(self.found["net_m2"] * kept), _mu(self.found["net_hi_m2"] * kept), strict=True)
        for group, (low, high), scheme in zip(self._groups(), low_high, self.parcels["land_use_scheme"], strict=True):
            known = of_scheme(scheme)
            flags = next((g.flags for g in known.groups if g.id == group), ()) if known else ()
            if not group:
                out.append(self.unknown)
            elif flag not in flags:
                out.append(0.0)
            elif not math.isfinite(low + high):
                out.append(say("word.withheld", self.language))
            else:
                out.append(high if high - low < 0.005 else f"{low:,.2f}～{high:,.2f}")
        return out

    def _utilities(self) -> Iterator[Column]:
        yield self._column("utilities", "m", facts.road(self.results, self.parcels, self.language), "road")
        for name, cells in facts.utilities(self.results, self.parcels, self.language).items():
            yield self._column("utilities", "", cells, name)

    def _rules(self, cell: str) -> str:
        titles = [self.titles.get(r, r) for r in cell.split("|") if r]
        return joined(titles, self.language, apart=True) or say("word.none", self.language)

    def _unknowns(self) -> Cells:
        """Return what is to be verified; a layer missing for the whole study is named once, above the rows."""
        missing = set(missing_layers(self.results))
        out: Cells = []
        for cell, why in zip(self.found["unknowns"], self.found["reason"], strict=True):
            rules = [r for r in cell.split("|") if r]
            words = [self._belonging(why)] if "status_may_belong" in why else []
            words += [self.titles.get(r, r) for r in rules if r not in missing]
            everywhere = sum(r in missing for r in rules)
            if everywhere:
                words.append(say("meeting.missing_above", self.language, count=everywhere))
            out.append(joined(words, self.language, apart=True) or say("word.none", self.language))
        return out

    def _belonging(self, why: str) -> str:
        """Say that the row may not be a parcel of the study at all."""
        return say("meeting.may_belong", self.language, fields=Reason.from_json(why).values["fields"])

    def _industries(self) -> Cells:
        known = facts.industries(self.results, self.language)
        return [known.get(p, self.unknown) for p in self.parcels["park_id"]]


def _mu(areas_m2: pd.Series) -> list[float]:
    return [float(v) for v in (areas_m2 / MU_M2).round(2)]


# --- the sheet -------------------------------------------------------------------------


def _write_sheet(book: xlsxwriter.Workbook, title: str, above: Sequence[str], made: Sequence[Column]) -> None:
    page = book.add_worksheet(title[:31])
    note, widths = book.add_format(NOTE), [_width(item) for item in made]
    first = printed.lines(page, 0, above[: printed.ABOVE], widths, note) + 1
    printed.lines(page, first + 3 + len(made[0].cells), above[printed.ABOVE :], widths, note)
    _heads(book, page, made, first)
    styles = {unit: book.add_format({"num_format": form, "valign": "top"}) for unit, form in _DECIMALS.items()}
    words = book.add_format({"text_wrap": True, "valign": "top"})
    for column, item in enumerate(made):
        page.set_column(column, column, _width(item))
        for row, cell in enumerate(item.cells, first + 2):
            if isinstance(cell, str):
                page.write_string(row, column, plain(cell), words)
            else:
                page.write_number(row, column, cell, styles[item.unit or "mu"])
    last = first + 1 + max(len(made[0].cells), 1)
    page.autofilter(first + 1, 0, last, len(made) - 1)
    page.freeze_panes(first + 2, 2)
    page.repeat_rows(first, first + 1)


def _heads(book: xlsxwriter.Workbook, page: Any, made: Sequence[Column], row: int) -> None:
    """Write two rows of headings: columns of one heading share it, a column of its own spans both rows."""
    style = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "vcenter",
                             "align": "center"})  # fmt: skip
    column = 0
    while column < len(made):
        end = column
        while made[column].sub and end + 1 < len(made) and made[end + 1].head == made[column].head:
            end += 1
        below = row if made[column].sub else row + 1
        if (row, column) == (below, end):
            page.write_string(row, column, plain(made[column].head), style)
        else:
            page.merge_range(row, column, below, end, "", style)
            page.write_string(row, column, plain(made[column].head), style)
        for k in range(column, end + 1):
            if made[k].sub:
                page.write_string(row + 1, k, plain(made[k].sub), style)
        column = end + 1


def _width(item: Column) -> float:
    sample = [str(c) for c in item.cells[:200] if isinstance(c, str)]
    widest = max((sum(2 if ord(ch) > 0x2E80 else 1 for ch in text) for text in sample), default=0)
    return float(min(max(widest + 2, 9), 22))
