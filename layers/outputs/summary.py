"""A run in a few lines: how many parcels and how much land stand where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geo.basis.reason import Reason
from geo.screen import headline
from layers.outputs.project import notes
from layers.study.registers.assembly import is_transport
from layers.study.run.released import open_results
from layers.study.run.results import Results
from layers.study.run.runs import Report
from layers.text import Language, code, land_unit, number, say, sentence
from layers.words import first_steps, once, told

ORDER = ("eligible", "conditional", "unknown", "excluded")
SEVERITIES = ("block", "warn", "rejected", "fixed")
CELLS = 50
"""Cells of one kind and layer a run tells one by one; `luodi check` tells all of them."""


def by_status(results: Results) -> pd.DataFrame:
    """Return count, gross and net area per status, every status in fixed order; shared ground once within each."""
    found = results.table("candidates")
    return once.areas(results, found, found["status"].astype(str), ORDER)


def by_kind(results: Results) -> pd.DataFrame | None:
    """Return count and areas of what can be handed over, what is in use, and what is open (`geo.screen.headline`).

    None before the supply of the parcels was looked at, or while that is out of date.
    """
    if not results.has("supply") or "supply" in results.stale():
        return None
    found, parcels = results.table("candidates"), results.table("parcels").set_index("parcel_id")
    uses = parcels.loc[found["parcel_id"], ["land_use_scheme", "land_use"]].itertuples(index=False)
    roads = np.array([is_transport(str(s), str(c)) for s, c in uses], bool)
    kinds = headline.kinds(found, results.table("supply"), roads)
    return once.areas(results, found, pd.Series(kinds, index=found.index), headline.KINDS)


def landable_line(results: Results, language: Language) -> str:
    """Say how much land can be handed over, by how far its supply has come, and what of the usable area is not."""
    made = by_kind(results)
    if made is None:
        return ""
    unit = land_unit(language).word
    net, most = (made[name].to_numpy(np.float64) for name in ("net_m2", "net_hi_m2"))
    words = {
        k: f"{kind_word(k, language)} {number(float(v), unit, language)}"
        for k, v in zip(headline.KINDS, net, strict=True)
    }
    open_ = {k for k, v in zip(headline.KINDS, most, strict=True) if v > 0.01}
    rest = [words[k] for k in headline.KINDS if k not in headline.LANDABLE and k in open_]
    total = number(float(net[: len(headline.LANDABLE)].sum()), unit, language)
    return say("command.landable", language, total=total, parts=[words[k] for k in headline.LANDABLE], rest=rest)


def kind_word(kind: str, language: Language) -> str:
    """Return the name of a kind of land: that of its supply status, or roads, remnants, 待核实."""
    return code("landkind", kind, language)


def after_run(folder: Path, report: Report, language: Language) -> list[str]:
    """Return what a command says after a run."""
    results = open_results(folder)
    built = [say(f"stage.{s}", language) for s in report.built]
    lines = [say("command.run_done" if built else "command.run_up_to_date", language, run=report.run_id, stages=built)]
    if results is None or not results.has("candidates"):
        return lines
    unit = land_unit(language).word
    for status, row in by_status(results).iterrows():
        lines.append(
            say("command.status_line", language, status=code("status", str(status), language),
                parcels=int(row["parcels"]), net=number(row["net_m2"], unit, language),
                net_hi=number(row["net_hi_m2"], unit, language))
        )  # fmt: skip
    lines += filter(None, (landable_line(results, language),))
    lines += first_steps.lines(results, language)
    lines += _problems(results, language)
    return [*lines, *notes(results, language, layers=False)]


def _problems(results: Results, language: Language) -> list[str]:
    """Return what was found in the files: each kind once per layer, in its own words, with how many there are.

    Cells that could not be read are told one by one: only who filled them in knows what they mean.
    """
    lines = []
    grouped = told.found(results).groupby(["layer_id", "code", "severity"], observed=True, sort=False)
    ordered = sorted(grouped, key=lambda g: (SEVERITIES.index(str(g[0][2])), str(g[0][0])))
    for (layer, _, severity), rows in ordered:
        spec = results.layer(str(layer))
        title = spec.title or spec.id if spec else str(layer)
        given = {"layer": title, "severity": code("finding", str(severity), language)}
        reasons = [str(r) for r in rows["reason"]]
        each = reasons[:CELLS] if "text" in Reason.from_json(reasons[0]).values else []
        for one in each:
            lines.append(say("command.problem_line", language, text=sentence(one, language, layer=title), **given))
        if len(each) < len(reasons):
            text = sentence(reasons[len(each)], language, layer=title)
            key = "command.problem_line" if len(reasons) - len(each) == 1 else "command.problem_lines"
            lines.append(say(key, language, text=text, count=len(reasons) - len(each), **given))
    return lines
