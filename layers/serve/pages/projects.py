"""What the Projects page shows and saves: the pipeline of a run in words, the fields that may be changed, edits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.units import MU_M2
from geo.project.stages import STAGES
from layers.library import standards
from layers.outputs.files import export
from layers.outputs.stage_book import LAYOUT
from layers.outputs.target import bytes_of
from layers.serve.held import Held
from layers.sources.finding import finding
from layers.study import edits
from layers.study.edits import Edit
from layers.study.registers import project_cells as cells
from layers.study.registers.project_cells import Heading
from layers.study.run.results import Results
from layers.text import Language, both, code, say, sentence
from layers.words import pipeline
from layers.words.pipeline import RateLine
from layers.words.project_card import FACTS

SIGNS = {"clear": "✓", "conflict": "✗", "unknown": "?"}
_SHOWN = ("project_id", "name", "result", "stage", "asked_mu", "land_mu", "findings", "industry", "investment_wan",
          "power_kva", "sewage_m3d", "wish", "unit", "due", "edited")  # fmt: skip
_NUMBERS = {"asked_m2": "亩", "investment_wan": "万元", "floor_m2": "m2", "clear_height_m": "m",
            "floor_load_kpa": "kn/m2", "power_kva": "kva", "water_m3d": "m3/d", "sewage_m3d": "m3/d",
            "heat_th": "t/h", "gas_m3d": "m3/d", "energy_tce": "tce", "tax_wan_mu": "万元/亩", "staff": "人",
            "paid_wan": "万元"}  # fmt: skip
"""Numbers that may be changed, with the unit a bare number is read in."""
_UNIT_SHOWN = {"m2": "m²", "kva": "kVA", "m3/d": "m³/d"}
_TEXTS = ("name", "industry", "wish", "unit", "leader", "next_milestone", "due")
_CHOICES = ("stage", "accepts_building", "exhaust", "dangerous_goods", "build_kind", "catalogue_class_code",
            "two_high_code", "eia_class_code", "hazardous_chemicals_code", "own_intake_code",
            "industrial_class_code")  # fmt: skip
FIELDS = ("stage", "industry", "asked_m2", "investment_wan", "floor_m2", "power_kva", "water_m3d", "sewage_m3d",
          "accepts_building", "clear_height_m", "floor_load_kpa", "exhaust", "dangerous_goods", "tax_wan_mu",
          "catalogue_class_code", "two_high_code", "eia_class_code", "hazardous_chemicals_code", "own_intake_code",
          "industrial_class_code", "build_kind", "energy_tce", "heat_th", "gas_m3d", "staff", "paid_wan", "wish",
          "unit", "leader", "next_milestone", "due", "name")  # fmt: skip
"""Fields of the form, in its order: what gates and demand read first."""


@dataclass(frozen=True)
class StageBox:
    """One stage of the board: its word, how many projects, and their investment in 亿元."""

    stage: str
    title: str
    count: int
    investment_yi: float


@dataclass(frozen=True)
class Pipeline:
    """The pipeline of one run in one language: tables under their headers, ids in the order of the list."""

    ids: tuple[str, ...]
    results: tuple[str, ...]
    listed: pd.DataFrame
    boxes: tuple[StageBox, ...]
    by_stage: pd.DataFrame
    by_place: pd.DataFrame
    rates: tuple[RateLine, ...]
    milestones: pd.DataFrame
    problems: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many projects pass, do not pass, and are to be verified."""
        return {word: self.results.count(word) for word in SIGNS}


_held: Held[Pipeline] = Held(8)


def shown(results: Results, language: Language) -> Pipeline:
    """Return the pipeline of a run, worked out once per run and language."""
    key = f"{results.name()} {language}"
    return _held.get(key, lambda: _made(results, language))


def _made(results: Results, language: Language) -> Pipeline:
    listed, stages = pipeline.listed(results, language), pipeline.by_stage(results, language)
    found = results.table("gate_results").set_index("project_id")["result"].reindex(listed["project_id"])
    signed = listed.assign(result=[f"{SIGNS[r]} {w}" for r, w in zip(found, listed["result"], strict=True)])
    boxes = [
        StageBox(s, str(row["stage"]), int(row["projects"]), float(row["investment_yi"]))
        for s, row in zip((*STAGES, "unknown"), stages.to_dict("records"), strict=False)
    ]
    return Pipeline(
        ids=tuple(listed["project_id"]),
        results=tuple(found),
        listed=pipeline.titled(signed[list(_SHOWN)], language),
        boxes=tuple(boxes),
        by_stage=pipeline.titled(stages, language),
        by_place=pipeline.titled(pipeline.by_place(results, language), language),
        rates=pipeline.rates(results, language),
        milestones=pipeline.titled(pipeline.milestones(results, language), language),
        problems=_problems(results, language),
    )


def _problems(results: Results, language: Language) -> pd.DataFrame:
    rows = [
        (
            code("finding", str(p["severity"]), language),
            str(p["row"]).split("#")[0],
            sentence(str(p["reason"]), language),
        )
        for p in results.table("project_problems").to_dict("records")
    ]
    return pd.DataFrame(rows, columns=[say(f"column.{c}", language) for c in ("severity", "row", "reason")])


def workbook(results: Results, language: Language) -> bytes:
    """Return the month's workbook, for a download."""
    return bytes_of("projects.xlsx", lambda path: export(results, path, "projects", language, None, LAYOUT))


# --- changing a project -----------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """One field of the form.

    Parameters
    ----------
    name, title : str
    text : str
        What it says now, as a person would type it; of a choice the value that is set.
    options : tuple of (value, word)
        Empty for a field that is typed.
    """

    name: str
    title: str
    text: str
    options: tuple[tuple[str, str], ...] = ()


def fields(results: Results, project_id: str, language: Language) -> tuple[Field, ...]:
    """Return what may be changed of a project, with what the run took it for."""
    frame = results.table("projects")
    row = frame[frame["project_id"] == project_id].iloc[0].to_dict()
    return tuple(_field(name, row, language) for name in FIELDS)


def _field(name: str, row: Mapping[Any, Any], language: Language) -> Field:
    title = both(cells.known_columns()[name].title, language)
    if name in _CHOICES:
        return Field(name, title, _choice_now(name, row[name]), (("", say("word.not_known", language)),
                                                                 *_options(name, language)))  # fmt: skip
    if name in _NUMBERS:
        unit = _UNIT_SHOWN.get(_NUMBERS[name], _NUMBERS[name])
        titled = say("uiprojects.field", language, title=title, unit=unit)
        return Field(name, titled, _typed_number(name, float(row[name])))
    if name == "due":
        return Field(name, title, row[name].date().isoformat() if pd.notna(row[name]) else "")
    return Field(name, title, str(row["industry_text"] if name == "industry" else row[name] or ""))


def _choice_now(name: str, value: Any) -> str:
    if name.endswith("_code"):
        return "" if math.isnan(value) else f"{int(value)}"
    return str(value or "")


def _options(name: str, language: Language) -> tuple[tuple[str, str], ...]:
    if name == "stage":
        return tuple((s, code("projectstage", s, language)) for s in STAGES)
    if name == "build_kind":
        return tuple((k, code("buildkind", k, language)) for k in ("new", "expand", "upgrade"))
    if name in ("accepts_building", "exhaust", "dangerous_goods"):
        return tuple((k, code("word", k, language)) for k in ("yes", "no"))
    found = [c for c in standards.codes("project_facts").codes if c.group == name]
    return tuple((c.code.rpartition(":")[2], standards.worded(FACTS, c.code, language)) for c in found)


def _typed_number(name: str, value: float) -> str:
    if math.isnan(value):
        return ""
    shown_ = value / MU_M2 if name == "asked_m2" else value
    return f"{round(shown_, 4):g}" if abs(shown_) < 1e6 else f"{shown_:.0f}"


def changed(now: tuple[Field, ...], given: Mapping[str, str], language: Language) -> tuple[dict[str, Any], list[str]]:
    """Read what was typed as the list's own cells are read.

    Parameters
    ----------
    now : tuple of Field
        As the form was drawn.
    given : mapping of field name to text

    Returns
    -------
    values, problems
        Values of the fields that differ (None: emptied), and a sentence for each that cannot be read.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in now:
        text = given.get(field.name, field.text).strip()
        if text == field.text:
            continue
        value, problem = _read(field.name, text)
        if problem:
            said = finding("warn", f"project_cell_{problem}", row="-", column=field.title, text=text, project="")
            problems.append(sentence(said.reason, language))
        else:
            values |= value
    return values, problems


def _read(name: str, text: str) -> tuple[dict[str, Any], str]:
    if name in _CHOICES:
        return {name: (float(text) if name.endswith("_code") else text) if text else None}, ""
    if not text:
        return {name: None}, ""
    heading = Heading(cells.known_columns()[name], name, _NUMBERS.get(name, ""))
    found = cells.read(text, heading)
    if found.problem:
        return {}, found.problem
    return {column: _plain(value) for column, value in found.values.items() if column != "industry_text"}, ""


def _plain(value: Any) -> Any:
    """Return a value as an edit keeps it: a number, a range as a pair, a day or a word as text."""
    if isinstance(value, tuple):
        low, high = (v if math.isfinite(v) else None for v in value)
        return low if low == high else [low, high]
    return value.isoformat() if hasattr(value, "isoformat") else value


def last(folder: Path, project_id: str) -> Edit | None:
    """Return the edit of a project that counts now, whether the run has seen it or not."""
    return edits.current(folder).of("project").get(project_id)


def save(folder: Path, project_id: str, values: Mapping[str, Any], person: str, why: str, after: int) -> Edit:
    """Add the changed fields to what was changed of the project before.

    Raises
    ------
    CallError
        No person or no ground.
    BlockedError
        Somebody else changed the project meanwhile.
    """
    before = last(folder, project_id)
    whole = (dict(before.value) if before else {}) | dict(values)
    return edits.record(folder, "project", project_id, whole, person, why, after)


def withdraw(folder: Path, project_id: str, person: str, why: str) -> None:
    """Take all changes of a project back: the official values count again."""
    edits.withdraw(folder, "project", project_id, person, why)
