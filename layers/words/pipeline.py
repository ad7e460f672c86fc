"""The project pipeline as tables in a reader's words: the list, by stage, by place, rates, next milestones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo.basis.units import MU_M2
from geo.project import stages
from geo.project.stages import STAGES, Rate
from layers.study.run.results import Results
from layers.text import Language, code, joined, number, say
from layers.words.industry import industry_text
from layers.words.project_card import finding_text, result_sentence, result_word

YI_WAN = 10_000.0
"""万元 in one 亿元."""


@dataclass(frozen=True)
class RateLine:
    """One rate in words: title, value, what over what, how it is defined, how many were left out."""

    name: str
    title: str
    value: str
    counted: str
    definition: str
    left_out: str


def park_names(results: Results) -> dict[str, str]:
    """Return the names of the parks that gates spoke of, by id; an id stands for a park without a name."""
    import json

    gates = results.table("gates")
    rows = gates[(gates["park_id"] != "") & (gates["gate_id"] == "park-admission")].drop_duplicates("park_id")
    given = {str(p): json.loads(r).get("park", p) for p, r in zip(rows["park_id"], rows["reason"], strict=True)}
    return {p: str(name) for p, name in given.items()}


def _told(findings: pd.DataFrame, language: Language) -> str:
    rows = findings.to_dict("records")
    return joined([finding_text({str(k): v for k, v in f.items()}, language) for f in rows], language, apart=True)


def listed(results: Results, language: Language) -> pd.DataFrame:
    """Return the list: one row per project, machine names, areas in 亩, money in 万元; empty where unknown."""
    projects, found = results.table("projects"), results.table("gate_results").set_index("project_id")
    demand = results.table("demand").set_index("project_id").reindex(projects["project_id"])
    findings = results.table("project_findings")
    rows = found.reindex(projects["project_id"]).to_dict("records")
    names = park_names(results)
    told = {str(p): _told(some, language) for p, some in findings.groupby("project_id")}
    return pd.DataFrame(
        {
            "project_id": projects["project_id"].to_numpy(object),
            "name": projects["name"].to_numpy(object),
            "stage": [code("projectstage", s or "unknown", language) for s in projects["stage"]],
            "result": [result_word({str(k): v for k, v in r.items()}, language) for r in rows],
            "industry": [industry_text(i, language) for i in projects["industry"]],
            "investment_wan": projects["investment_wan"].to_numpy(float),
            "asked_mu": (projects["asked_m2"] / MU_M2).round(2).to_numpy(float),
            "land_mu": (demand["land_m2"] / MU_M2).round(2).to_numpy(float),
            "over_mu": (demand["over_m2"] / MU_M2).round(2).to_numpy(float),
            "building_m2": demand["building_m2"].to_numpy(float),
            "power_kva": demand["power_kva"].to_numpy(float),
            "water_m3d": demand["water_m3d"].to_numpy(float),
            "sewage_m3d": demand["sewage_m3d"].to_numpy(float),
            "tax_wan": demand["tax_wan"].round(2).to_numpy(float),
            "wish": [names.get(p, w) for p, w in zip(projects["wish_park_id"], projects["wish"], strict=True)],
            "unit": projects["unit"].to_numpy(object),
            "leader": projects["leader"].to_numpy(object),
            "next_milestone": projects["next_milestone"].to_numpy(object),
            "due": [d.date().isoformat() if pd.notna(d) else "" for d in projects["due"]],
            "findings": [told.get(str(p), "") for p in projects["project_id"]],
            "why": [result_sentence(results, {str(k): v for k, v in r.items()}, language) for r in rows],
            "edited": [say("word.yes", language) if e else "" for e in projects["edited"]],
        }
    )  # fmt: skip


def _worked(results: Results) -> pd.DataFrame:
    """Return the projects with the tax of the land they would take, where the list states it by 亩."""
    projects = results.table("projects")
    tax = results.table("demand").set_index("project_id")["tax_wan"].reindex(projects["project_id"])
    return projects.assign(tax_wan=tax.to_numpy(float))


def by_stage(results: Results, language: Language) -> pd.DataFrame:
    """Return projects and sums by stage, every stage in order, machine names."""
    frame = stages.by_stage(_worked(results))
    return _sums(frame).assign(stage=[code("projectstage", s, language) for s in frame["stage"]])


def by_place(results: Results, language: Language) -> pd.DataFrame:
    """Return projects by wished park and stage; projects without a known wish stand in a row of their own."""
    frame, names = stages.by_place(_worked(results)), park_names(results)
    none = say("pipeline.no_place", language)
    where = [names.get(p, p) if p else none for p in frame["park_id"]]
    return _sums(frame).assign(park_id=where)


def _sums(frame: pd.DataFrame) -> pd.DataFrame:
    out = frame.rename(columns={"asked_m2": "asked_mu", "investment_wan": "investment_yi"})
    out["asked_mu"] = (out["asked_mu"] / MU_M2).round(2)
    out["investment_yi"] = (out["investment_yi"] / YI_WAN).round(4)
    return out.assign(tax_wan=out["tax_wan"].round(2), staff=out["staff"].round(0))


def rates(results: Results, language: Language) -> tuple[RateLine, ...]:
    """Return the rates with their definitions; one that has nothing to count says so."""
    return tuple(_rate(r, language) for r in stages.rates(results.table("projects")))


def _rate(rate: Rate, language: Language) -> RateLine:
    known = not math.isnan(rate.share)
    unit = "funds" if rate.name == "funds" else "projects"
    return RateLine(
        name=rate.name,
        title=code("rate", rate.name, language),
        value=number(rate.share, "share", language) if known else say("pipeline.nothing_to_count", language),
        counted=say(f"pipeline.counted_{unit}", language, part=rate.part, whole=rate.whole),
        definition=code("ratedef", rate.name, language),
        left_out=say("pipeline.left_out", language, count=rate.unknown) if rate.unknown else "",
    )


def milestones(results: Results, language: Language) -> pd.DataFrame:
    """Return the next milestones, the most overdue first; `off` says how far away they are."""
    frame = stages.milestones(results.table("projects"), pd.Timestamp(results.study.as_of))
    return frame.assign(
        stage=[code("projectstage", s or "unknown", language) for s in frame["stage"]],
        due=[d.date().isoformat() if pd.notna(d) else "" for d in frame["due"]],
        off=[_off(d, language) for d in frame["days"]],
    ).drop(columns=["days"])


def _off(days: float, language: Language) -> str:
    if math.isnan(days):
        return say("pipeline.undated", language)
    word = "overdue" if days < 0 else "today" if days == 0 else "days_left"
    return say(f"pipeline.{word}", language, days=abs(days))


def headers(frame: pd.DataFrame, language: Language) -> Mapping[str, str]:
    """Return the header of every column of these tables."""
    own = {s: code("projectstage", s, language) for s in (*STAGES, "unknown")}
    return {str(c): own.get(str(c)) or say(f"column.{c}", language) for c in frame}


def titled(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return one of these tables under its headers."""
    return frame.rename(columns=dict(headers(frame, language)))
