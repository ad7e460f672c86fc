"""The answer of placing in words: each project in a sentence, accounts, capacity; for commands and explanations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo.basis.reason import Reason
from geo.basis.units import mu
from geo.place.accounts import COUNTY, FACILITY, PARTLY, UNKNOWN, of_scope
from geo.place.answer import STANDS
from geo.project.apart import GATE as DISTANCE
from layers.ask.placement import PlaceTables, shown
from layers.library import resources as counted
from layers.library import standards
from layers.study.run.results import Results
from layers.text import Language, both, code, number, say, sentence
from layers.words import once

CONSOLIDATION = "luodi consolidation kinds"
"""Scheme of the kinds of land consolidation."""
LEAST_DECIMALS = {"亩": 2, "MVA": 1}
"""Decimals an amount is written with at least, by unit."""
ORDER = ("placed", "conditional", "unplaced", "unknown", "rejected")


def lines(found: PlaceTables, language: Language) -> Iterator[str]:
    """Yield the answer: objective with bound and gap, every project, the accounts drawn from."""
    yield headline(found, language)
    yield counts(found, language)
    for status in ORDER:
        for row in _by_status(found, status):
            yield f"{code('placestatus', status, language)}  {row['project_id']} {found.names[row['project_id']]}"
            yield from (f"    {text}" for text in told(found, row, language))
    yield ""
    yield from accounts(found, language)
    yield from sources(found, language)


def headline(found: PlaceTables, language: Language) -> str:
    """Return objective, bound and gap in one sentence."""
    run = found.table("placing").iloc[0]
    unit = code("aimunit", str(run["unit"]), language)
    return say("place.headline", language, on=found.on.isoformat(), aim=aim(str(run["objective"]), language),
               worth=amount(run["worth"], unit), bound=amount(run["bound"], unit), gap=float(run["gap"]))  # fmt: skip


def aim(objective: str, language: Language) -> str:
    """Return the name of an objective, a sum with its parts."""
    return " + ".join(code("aim", term, language) for term in objective.split("+"))


def counts(found: PlaceTables, language: Language) -> str:
    """Return how many projects stand where; all add up to the pipeline."""
    status = found.table("matches")["status"]
    parts = [f"{code('placestatus', s, language)} {int((status == s).sum())}" for s in ORDER]
    return say("place.counts", language, parts=parts, total=len(status))


def _by_status(found: PlaceTables, status: str) -> list[dict[str, Any]]:
    rows = found.table("matches")
    return [{str(k): v for k, v in r.items()} for r in rows[rows["status"] == status].to_dict("records")]


def told(found: PlaceTables, row: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Yield what is to be said of one project: where or why not, what is missing, price, the day it would stand."""
    yield why(found, row, language)
    if row["status"] == "conditional":
        yield say("place.condition", language, needed=float(row["condition_wan"]))
    if row["pinned"]:
        yield say("place.pinned", language)
    if row["uncounted"]:
        names = [code("resource", r, language) for r in str(row["uncounted"]).split("|")]
        yield say("place.uncounted", language, resources=names)
    for near in (n for n in found.near if n.project == str(row["project_id"])):
        yield say(f"place.near_{'sure' if near.sure else 'open'}", language, other=found.names[near.other],
                  value=near.distance_m, limit=near.limit_m)  # fmt: skip
    yield from relief(found, row, language)
    yield from price(found, row, language)
    later = found.rows("place_from", str(row["project_id"])) if row["status"] == "unplaced" else []
    if later and found.asked.nothing:
        yield say("place.from_day", language, on=pd.Timestamp(later[0]["from_on"]).date().isoformat())


def relief(found: PlaceTables, row: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Yield what the best answer would be with the missing amounts: that others stay is said only where they do."""
    if math.isnan(float(row["relief_worth"])):
        return
    enters, leaves = ([found.names[p] for p in str(row[k]).split("|") if p] for k in ("relief_enters", "relief_leaves"))
    key = "none" if not enters else "gain" if row["relief_kept"] else "leaves" if leaves else "moves"
    unit = code("aimunit", str(found.table("placing")["unit"].iloc[0]), language)
    gain = amount(row["relief_worth"], unit)
    yield say(f"place.relief_{key}", language, projects=enters, leaves=leaves, gain=gain)


def why(found: PlaceTables, row: Mapping[str, Any], language: Language) -> str:
    """Return the reason of a project's status, with the names people use."""
    given = Reason.from_json(str(row["reason"]))
    named: dict[str, Any] = {}
    values = given.values
    if "site" in values:
        named["site"] = found.sites.get(str(values["site"]), str(values["site"]))
    if "park" in values:
        named["park"] = park(found, str(values["park"]))
    if given.code in ("unplaced_short", "unplaced_short_now", "unplaced_land_taken_short", "unplaced_too_near"):
        named["missing"] = missing(found, str(row["project_id"]), language)
    if "projects" in values:
        named["projects"] = [found.names.get(str(p), str(p)) for p in values["projects"]]
    if "facilities" in values:
        named["facilities"] = [account(found, str(f), language) for f in values["facilities"]]
    if given.code == "need_range_decides":
        named["missing"] = [account(found, str(a), language) for a in values["missing"]]
    if isinstance(values.get("rules"), str):
        named["rules"] = _open_rules(found, values["rules"], language)
    elif values.get("rules") and "title" not in values:
        named["layer"] = _layer_of(found, str(values["rules"][0]), language)
    if given.code.startswith("gates_") and found.results.has("gate_results"):
        return _gates(found, str(row["project_id"]), language)
    return sentence(given, language, **named)


def _layer_of(found: PlaceTables, rule_id: str, language: Language) -> str:
    """Return the name of the layer a rule reads, as explanations of land name it."""
    from layers.words.explain import layer_title

    rule = next((r for r in found.results.rules if r.id == rule_id), None)
    return layer_title(found.results, rule, language) if rule else say("place.check_old", language)


def _open_rules(found: PlaceTables, ids: str, language: Language) -> str:
    """Return the titles of the rules a site is open on; an answer that is out of date has no rule."""
    titles = {r.id: both(r.title, language) or r.id for r in found.results.rules}
    names = [titles.get(i) or say("place.check_old", language) for i in ids.split("|") if i]
    return say("place.joint", language).join(names)


def _gates(found: PlaceTables, project_id: str, language: Language) -> str:
    from layers.words.project_card import result_sentence

    return result_sentence(found.results, found.rows("gate_results", project_id)[0], language)


def missing(found: PlaceTables, project_id: str, language: Language) -> list[str]:
    """Return what an unplaced project lacks, one text per account; they are needed together."""
    rows = found.rows("misses", project_id)
    amounts = [quantity(r["amount"], str(r["resource"]), str(r["unit"]), language) for r in rows]
    return [f"{account(found, str(r['account']), language)} {text}" for r, text in zip(rows, amounts, strict=True)]


def price(found: PlaceTables, row: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Yield runner-up and what forcing it costs a year."""
    if not row["runner_up"] or math.isnan(float(row["price"])):
        return
    run = found.table("placing").iloc[0]
    cost = amount(row["price"], code("aimunit", str(run["unit"]), language))
    site = found.sites.get(str(row["runner_up"]), str(row["runner_up"]))
    leaves = [found.names[p] for p in str(row["leaves"]).split("|") if p]
    key = "place.elsewhere" if row["status"] in STANDS else "place.forced"
    yield say(f"{key}_instead" if leaves else key, language, site=site, cost=cost, leaves=leaves)


def accounts(found: PlaceTables, language: Language) -> Iterator[str]:
    """Yield every county account, and every facility something is drawn from, is short or is not known."""
    short = set(found.table("misses")["account"])
    for scope in (COUNTY, FACILITY):
        frame = of_scope(found.table("accounts"), scope)
        touched = frame[(frame["drawn"] > 0) | frame["account"].isin(short) | frame["free"].isna() | (scope == COUNTY)]
        for row in touched.to_dict("records"):
            values = {k: quantity(row[k], row["resource"], row["unit"], language) for k in ("free", "drawn", "left")}
            yield say("place.account", language, account=account(found, str(row["account"]), language), **values)


def sources(found: PlaceTables, language: Language) -> Iterator[str]:
    """Yield the land consolidation the study lists: what each yields to which account, and whether it counts."""
    listed = found.table("quota_sources") if found.results.has("quota_sources") else pd.DataFrame()
    for row in listed.to_dict("records"):
        kind = (
            standards.worded("luodi consolidation kinds", str(row["kind"]), language)
            if row["kind"]
            else say("word.not_known", language)
        )
        yield say("place.source", language, name=row["name"] or row["source_id"], kind=kind,
                  amount=quantity(row["amount"], str(row["account"]), str(row["unit"]), language),
                  account=account(found, str(row["account"]), language),
                  why=sentence(str(row["reason"]), language))  # fmt: skip


def facilities(found: PlaceTables) -> list[dict[str, Any]]:
    """Return the facilities of the account book as plain values for scripts, named by `facility_id`."""
    return records(of_scope(found.table("accounts"), FACILITY).rename(columns={"account": "facility_id"}))


def budgets(found: PlaceTables) -> list[dict[str, Any]]:
    """Return the county accounts as plain values for scripts: `budget_id`, and what is set aside as `earmarked`."""
    names = {"account": "budget_id", "reserved": "earmarked"}
    return records(of_scope(found.table("accounts"), COUNTY).rename(columns=names))


@dataclass(frozen=True)
class Explained:
    """Where a project stands, in words and as plain values; empty before the first placing."""

    lines: tuple[str, ...] = ()
    plain: Mapping[str, Any] = field(default_factory=dict)


def explained(results: Results, project_id: str, language: Language) -> Explained:
    """Return what placing says of one project, for its explanation; nothing where it is not up to date."""
    if not results.has("matches") or "matches" in results.stale():
        return Explained()
    found = shown(results)
    row = found.match(project_id)
    head = f"{say('place.title', language)}  {code('placestatus', str(row['status']), language)}"
    lines = ("", head, *(f"  {text}" for text in told(found, row, language)))
    return Explained(lines, project_plain(found, project_id))


# --- capacity ---------------------------------------------------------------------


def capacity_lines(found: PlaceTables, language: Language) -> Iterator[str]:
    """Yield what each park can still hold, the binding resource marked, with date and source of each limit."""
    table = found.table("capacity")
    for park_id in table["park_id"].unique():
        mine = ordered(table[table["park_id"] == park_id])
        yield f"{park_id} {park(found, str(park_id))}"
        for row in mine.to_dict("records"):
            text = capacity_line(found, {str(k): v for k, v in row.items()}, language)
            yield f"  {'▶' if row['binding'] else ' '} {text}"
        yield from (f"    {text}" for text in binding(mine, language))
    yield from once.note(found.results, language)


def ordered(mine: pd.DataFrame) -> pd.DataFrame:
    """Return a park's rows as they are read: land, facilities, county accounts."""
    place = mine["scope"].map({"park": 0, "facility": 1, "county": 2})
    return mine.assign(_place=place).sort_values(["_place", "resource"], kind="stable").drop(columns="_place")


def capacity_line(found: PlaceTables, row: Mapping[str, Any], language: Language) -> str:
    """Return limit − used − committed − reserved − drawn = left of one resource, with day and source.

    What is overdrawn, and who is not known, is said beside it.
    """
    unit = str(row["unit"])
    values = {k: quantity(row[k], str(row["resource"]), unit, language) for k in
              ("limit", "used", "committed", "reserved", "drawn", "left")}  # fmt: skip
    day = say("place.no_day", language) if pd.isna(row["date"]) else pd.Timestamp(row["date"]).date().isoformat()
    text = say("place.capacity", language, resource=counted.titled(str(row["resource"]), language), day=day,
               source=row["source"] or say("place.no_source", language), **values)  # fmt: skip
    if row["overdrawn"] > 0:
        over = quantity(row["overdrawn"], str(row["resource"]), unit, language)
        text += say("place.capacity_over", language, over=over)
    if row["unknown"]:
        names = [account(found, name, language) for name in str(row["unknown"]).split("|")]
        text += say("place.capacity_unknown", language, accounts=names)
    if pd.isna(row["later_on"]):
        return text
    more = quantity(row["later"], str(row["resource"]), unit, language)
    return text + say("place.capacity_later", language, on=pd.Timestamp(row["later_on"]).date().isoformat(), more=more)


def binding(mine: pd.DataFrame, language: Language) -> Iterator[str]:
    """Yield which resource binds, how much land it still carries, and what relieving it frees."""
    rows = mine[mine["binding"].astype(bool)]
    for row in rows.to_dict("records"):
        resource = counted.titled(str(row["resource"]), language)
        yield say("place.binds", language, resource=resource, supports=mu_text(row["supports_mu"], language))
        if row["then_resource"]:
            yield say("place.relief", language, then=counted.titled(str(row["then_resource"]), language),
                      frees=mu_text(row["frees_mu"], language))  # fmt: skip
    open_ = mine["state"].isin((UNKNOWN, PARTLY))
    unknown = [counted.titled(str(r), language) for r in mine.loc[open_, "resource"]]
    if unknown:
        yield say("place.open", language, resources=unknown)


# --- words ------------------------------------------------------------------------


def account(found: PlaceTables, name: str, language: Language) -> str:
    """Return a facility or account by name; several facilities as one are named together.

    An account of the county is called as its ledger calls it, in another language as it is declared.
    """
    return " + ".join(_account(found, part, language) for part in name.split("+"))


def _account(found: PlaceTables, name: str, language: Language) -> str:
    if name == DISTANCE:
        return code("gate", name, language)
    called = found.accounts.get(name, name)
    declared = counted.entry(name) is not None
    return counted.titled(name, language) if declared and (language != "zh" or called == name) else called


def park(found: PlaceTables, park_id: str) -> str:
    """Return the name of a park, its id where it has none."""
    return found.parks.get(park_id, park_id)


def quantity(value: Any, name: str, unit: str, language: Language) -> str:
    """Return an amount of a resource or account, as fine as it is kept; not known stays 未知."""
    if value is None or math.isnan(float(value)):
        return say("word.not_known", language)
    entry = counted.entry(name)
    most = max(0, -math.floor(math.log10(entry.step))) if entry else LEAST_DECIMALS.get(unit, 2)
    whole, _, rest = f"{float(value):,.{most}f}".partition(".")
    rest = rest.rstrip("0").ljust(LEAST_DECIMALS.get(unit, 0), "0")
    return f"{whole}{'.' if rest else ''}{rest} {unit_text(unit, language)}"


def unit_text(unit: str, language: Language) -> str:
    """Return a unit as it is printed."""
    return code("aimunit", "mu", language) if unit == "亩" else unit.replace("m3", "m³").replace("m2", "m²")


def amount(value: Any, unit: str) -> str:
    """Return a figure of the objective with its unit."""
    return f"{float(value):,.2f} {unit}".rstrip()


def mu_text(value: Any, language: Language) -> str:
    """Return an amount of land given in 亩."""
    return number(float(value) / mu(1.0), "mu", language)


def plain(found: PlaceTables) -> dict[str, Any]:
    """Return the answer as plain values for scripts."""
    run = {str(k): v for k, v in found.table("placing").iloc[0].items()}
    return {
        "on": found.on.isoformat(), "objective": run["objective"], "worth": float(run["worth"]),
        "bound": float(run["bound"]), "gap": float(run["gap"]),
        "projects": [project_plain(found, p) for p in found.table("matches")["project_id"]],
        "budgets": budgets(found), "facilities": facilities(found),
        "quota_sources": records(found.table("quota_sources")) if found.results.has("quota_sources") else [],
    }  # fmt: skip


def project_plain(found: PlaceTables, project_id: str) -> dict[str, Any]:
    """Return one project of the answer as plain values."""
    row = found.match(project_id)
    later = found.rows("place_from", project_id) if found.asked.nothing else []
    return records(pd.DataFrame([row]).drop(columns="reason"))[0] | {
        "name": found.names[project_id], "reason": Reason.from_json(str(row["reason"])).to_json(),
        "land_mu": round(mu(float(row["land_m2"])), 2), "remnant_mu": round(mu(float(row["remnant_m2"])), 2),
        "saved_mu": round(mu(float(row["saved_m2"])), 2),
        "misses": records(pd.DataFrame(found.rows("misses", project_id))),
        "draws": records(pd.DataFrame(found.rows("draws", project_id))),
        "from_on": pd.Timestamp(later[0]["from_on"]).date().isoformat() if later else "",
    }  # fmt: skip


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: not known is null, days are ISO texts."""
    out = []
    for row in frame.to_dict("records"):
        out.append({str(k): _scalar(v) for k, v in row.items()})
    return out


def _scalar(value: Any) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value
