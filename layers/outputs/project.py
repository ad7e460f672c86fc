"""One function decides what leaves the study: columns, words, units, nothing that is use-only.

Every writer takes what `projection` returns, so a list on the screen, in a workbook and
in a map file cannot say different things.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import pandas as pd

from geo.screen.ledger import WHOLE
from layers.library import standards
from layers.outputs import idle_words, place_words, project_words, site_words
from layers.outputs.deducted import DECIMALS, deducted
from layers.outputs.looks import look_of
from layers.outputs.plain import plain
from layers.outputs.projected import Projection
from layers.study.run.released import masks, released, touched
from layers.study.run.results import Results
from layers.study.spec import LayerSpec
from layers.text import LandUnit, Language, code, has, joined, land_unit, say
from layers.words import corrections, law, once
from layers.words import criteria as words
from layers.words.explain import cause_sentence, layer_name, layer_title, marked_title, rule_title, status_sentence

_FORMULA = re.compile(r"[\s\x00-\x20\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]*[-=+@＝＋－＠﹢﹣﹦﹫]|[\t\r\n]")
"""What a spreadsheet takes for the start of a formula, full-width forms and what it skips before them included."""
_HARMLESS = re.compile(r"[-＋－﹣]")
"""A dash alone and a negative number are no formulas: an id keeps its letters."""


def projection(results: Results, table: str = "candidates", language: Language = "en") -> Projection:
    """Project a table of the results for a reader.

    Parameters
    ----------
    results : Results
    table : str
        "candidates" is joined with what the parcels table knows and with the
        deductions per layer; other tables go out as they are, without use-only rows.
    language : {"en", "zh"}
    """
    results = released(results)
    if table in place_words.TABLES:
        frame = place_words.projected(results, table, language)
    else:
        frame = _candidates(results, language) if table == "candidates" else _plain(results, table, language)
    headers = {str(c): _header(str(c), table, results, language) for c in frame}
    return Projection(frame, headers, notes(results, language, table), language, look_of(results, table, frame))


def visible(results: Results, table: str = "candidates", language: Language = "en") -> pd.DataFrame:
    """Return the projected table under its headers, as shown on screen."""
    made = projection(results, table, language)
    return made.frame.rename(columns=made.headers)


def notes(results: Results, language: Language, table: str = "", layers: bool = True) -> tuple[str, ...]:
    """Return what has to stand on every list that leaves this study.

    Parameters
    ----------
    results : Results
    language : {"en", "zh"}
    table : str
        What the list shows, "" everything.
    layers : bool
        False where the layers stand in a table of their own beside it.
    """
    results = released(results)
    study, out = results.study, list(headlines(results, language, table))
    out += once.note(results, language)
    out += [say("correction.note", language, line=line) for line in corrections.lines(results, language)]
    if touched(results):
        out.append(say("note.withheld", language, parcels=len(touched(results))))
    titles = {r.id: rule_title(results, r, language) for r in results.rules}
    together: dict[tuple[str, str], list[str]] = {}
    for n in study.not_examined:
        together.setdefault((n.ground, n.person), []).append(titles[n.rule])
    out += [
        say("note.not_examined", language, rules=rules, person=person, why=why)
        for (why, person), rules in together.items()
    ]
    out += _of_land(results, titles, language) if results.has("candidates") else []
    unverified = [titles[r.id] for r in results.rules if r.unverified]
    if unverified:
        out.append(say("note.unverified", language, rules=unverified))
    return (*out, *(layer_lines(results, language) if layers else ()))


def _of_land(results: Results, titles: Mapping[str, str], language: Language) -> list[str]:
    """Return what of the screening stays open; nothing where a run has not come that far."""
    out, found = [], results.table("candidates")
    open_ = int(((found["unknowns"] != "") & found["status"].isin(("eligible", "conditional"))).sum())
    if open_:
        out.append(say("note.open", language, parcels=open_))
    if missing := missing_layers(results):
        left_open = _left_open(results)
        named = [say("note.missing_rule", language, rule=titles[r], parcels=left_open.get(r, 0)) for r in missing]
        out.append(say("note.missing", language, layers=named))
    return out


def headlines(results: Results, language: Language, table: str = "") -> tuple[str, ...]:
    """Return the first of the notes: what the numbers rest on, synthetic data, the age of the law."""
    study = results.study
    key = "note.basis_check" if results.of_plots else "note.basis"
    basis = say(key, language, study=study.name, as_of=study.as_of.isoformat(), crs=study.crs,
                area=code("area", study.area, language), run=results.run_id)  # fmt: skip
    synthetic = (say("note.demonstration", language),) if study.demonstration else ()
    return (basis, *synthetic, *law.lines(results, language, table))


def grounds(results: Results, language: Language, table: str = "") -> tuple[str, ...]:
    """Return what the shortest list says of itself: basis, age of the law, day and keeper of every layer."""
    return (*headlines(results, language, table), *layer_lines(results, language))


def layer_lines(results: Results, language: Language, roles: Collection[str] = ()) -> tuple[str, ...]:
    """Say in one line which layers an answer rests on, with day and keeper; of a restricted one nothing.

    `roles` names those that count for it, none named all.
    """
    named = [
        say("note.layer", language, layer=plain(layer_name(s, language)), on=str(s.vintage or "–"),
            keeper=plain(s.owner or "–"))
        for s in open_layers(results) if not roles or s.role in roles
    ]  # fmt: skip
    return (say("note.layers", language, layers=named),) if named else ()


def open_layers(results: Results) -> list[LayerSpec]:
    """Return the layers of the study that may be named outside it."""
    held = masks(results).layers
    return [s for s in results.study.layers if not s.use_only and s.id not in held]


def missing_layers(results: Results) -> list[str]:
    """Rules whose layer the study does not have, or could not read: said once, not on every parcel."""
    zones = results.table("zones")
    known = set(zones.loc[zones["state"] == "ok", "layer_id"])
    known |= {s.id for s in results.study.layers} - set(zones["layer_id"])
    one = results.table("candidates")["parcel_id"].iloc[:1]  # every parcel is judged by every rule
    verdicts = results.rows_of("verdicts", list(one))
    counted = set(verdicts.loc[verdicts["severity"] != "not_examined", "rule_id"])
    return [r.id for r in results.rules if r.id in counted and r.layer and r.layer not in known]


def _left_open(results: Results) -> dict[str, int]:
    """Return per rule how many parcels, not excluded by others, it leaves to be verified."""
    found = results.table("candidates")
    open_rules = found.loc[found["status"] != "excluded", "unknowns"].str.split("|").explode()
    return {str(rule): int(n) for rule, n in open_rules.value_counts().items()}


def _candidates(results: Results, language: Language) -> pd.DataFrame:
    found = results.table("candidates")
    parcels = results.table("parcels")
    about = ["parcel_id", "park_id", "township", "land_use", "land_use_scheme", "tenure", "supply_status",
             "legal_m2", "area_statutory_m2"]  # fmt: skip
    frame = found.merge(pd.DataFrame(parcels[about]), on="parcel_id", how="left", validate="1:1")
    titles = {r.id: marked_title(results, r, language) for r in results.rules}
    unit = land_unit(language)
    frame = frame.merge(deducted(results, unit), on="parcel_id", how="left")
    frame = _shared(results, frame, unit)
    if held := touched(results):
        frame["withheld"] = frame["parcel_id"].isin(held).map({True: say("word.withheld", language), False: ""})
    if told := corrections.beside_parcels(results, language):
        frame["corrected"] = frame["parcel_id"].map(told).fillna("")
    cuts = [c for c in frame if str(c).startswith("cut_")]
    frame["status"] = [code("status", s, language) for s in frame["status"]]
    frame["supply_status"] = _supply_status(results, frame)
    frame["supply_status"] = [code("supply", str(v), language) for v in frame["supply_status"]]
    frame["tenure"] = [standards.worded(standards.TENURE, str(v), language) for v in frame["tenure"]]
    uses = zip(frame["land_use_scheme"], frame["land_use"], strict=True)
    frame["land_use"] = [standards.coded(str(scheme), str(use), language) for scheme, use in uses]
    for name in ("conflicts", "unknowns", "conditions"):
        frame[name] = [
            joined([titles[r] for r in str(cell).split("|") if r], language, apart=True) for cell in frame[name]
        ]
    sentences = {r: status_sentence(r, titles, language) for r in frame["reason"].unique()}
    frame["why"] = frame.pop("reason").map(sentences)
    for name in ("gross_m2", "net_m2", "net_hi_m2"):
        frame[name.replace("_m2", f"_{unit.word}")] = (frame[name] / unit.m2).round(DECIMALS[unit.word])
    order = ["parcel_id", "status", "park_id", "township", "land_use", "land_use_scheme", "tenure", "supply_status",
             f"gross_{unit.word}", f"shared_{unit.word}", "shared_with", *cuts,
             f"net_{unit.word}", f"net_hi_{unit.word}", "gross_m2", "net_m2", "net_hi_m2", "legal_m2",
             "area_statutory_m2", "conflicts", "unknowns", "conditions", "why", "corrected", "withheld"]  # fmt: skip
    empty = [c for c in ("park_id", "township", "land_use", "land_use_scheme", "tenure", "supply_status", "legal_m2")
             if (frame[c].isna() | (frame[c].astype(str) == "")).all()]  # fmt: skip
    return frame[[c for c in order if c in frame and c not in empty]]


def _shared(results: Results, frame: pd.DataFrame, unit: LandUnit) -> pd.DataFrame:
    """Add how much of a parcel lies in other parcels too, and in which, where any do."""
    if not once.overlap(results):
        return frame
    frame = frame.merge(once.shared(results), on="parcel_id", how="left")
    area = (frame.pop("shared_m2") / unit.m2).round(DECIMALS[unit.word])
    return frame.assign(**{f"shared_{unit.word}": area.fillna(0.0), "shared_with": frame["shared_with"].fillna("")})


def _supply_status(results: Results, frame: pd.DataFrame) -> pd.Series:
    """Return the derived supply status; what the source states where none was derived.

    A status unknown on every parcel says nothing about any of them, and is left out.
    """
    if not results.has("supply"):
        return frame["supply_status"]
    found = results.table("supply").set_index("parcel_id")["supply_status"]
    if (found == "unknown").all():
        return frame["supply_status"]
    return frame["parcel_id"].map(found)


def _supply(results: Results, table: str, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put the tables of supply into words; nothing of a use-only plan or register goes out."""
    hidden = {s.role for s in results.study.with_role("plan", "supply") if s.use_only}
    if "supply" in hidden:
        frame = frame.drop(columns=["reason"]) if table == "supply" else frame.iloc[:0]
    if "supply_status" in frame:
        frame = frame.assign(supply_status=[code("supply", str(v), language) for v in frame["supply_status"]])
    if "plan" in hidden:
        limits = ["plan_use", "plan_scheme", "far_min", "far_max", "height_max_m", "plan_share"]
        frame = frame.drop(columns=[*limits, "reason"], errors="ignore")
    return frame


def _ranked(results: Results, table: str, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put the tables of the ranking into words; what was read of a use-only layer does not go out."""
    criteria = results.criteria.criteria
    if table == "scores":
        secret = tuple(f"{s.id}_" for s in results.study.layers if s.use_only)
        hidden = frame["criterion_id"].isin([c.id for c in criteria if c.fact.startswith(secret)])
        read = ["value", "value_hi"]
        frame = frame.assign(**frame[read].mask(hidden))
    if "reason" in frame:
        said = {r: words.why(r, criteria, language) for r in frame["reason"].unique()}
        frame = frame.assign(reason=frame["reason"].map(said))
    if "state" in frame:
        frame = frame.assign(state=[say(f"rank.{s}", language) for s in frame["state"]])
    if "criterion_id" in frame:
        titles = words.titles(criteria, language)
        frame = frame.assign(criterion_id=[titles[c] for c in frame["criterion_id"]])
    return frame


def _plain(results: Results, table: str, language: Language) -> pd.DataFrame:
    frame = pd.DataFrame(results.table(table)).drop(columns=["geometry"], errors="ignore")
    if table == "ledger":
        none = {name: (frame[name] <= 0) & (frame["unknown_m2"] > 0) for name in ("exclusive_m2", "shared_m2")}
        frame = frame.assign(**{name: frame[name].mask(unknown) for name, unknown in none.items()})
    if table == "verdicts":
        return _verdicts(results, frame, language)
    if table in ("supply", "supply_records"):
        frame = _supply(results, table, once.beside(results, frame), language)
    if table in project_words.TABLES:
        frame = project_words.projected(results, table, frame, language)
    if table in site_words.TABLES:
        frame = once.beside(results, frame) if table in ("availability", "members", "sites") else frame
        frame = site_words.projected(results, frame, language)
    if table.startswith("idle"):
        frame = idle_words.projected(results, frame, language)
    if table in ("inefficient", "redevelopment", "mu_evaluation"):
        told = idle_words.per_mu if table == "mu_evaluation" else idle_words.local
        frame = told(results, frame, language)
    if table in ("scores", "ranking", "tolerance"):
        return _ranked(results, table, frame, language)
    if "reason" in frame and len(frame):
        from layers.text import sentence

        words = {r: sentence(r, language) if r else "" for r in frame["reason"].dropna().unique()}
        frame = frame.assign(reason=frame["reason"].map(words))
    return frame


def _verdicts(results: Results, frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Put the reasons of verdicts into words; each names the layer its rule reads."""
    layers = {r.id: layer_title(results, r, language) for r in results.rules}
    pairs = frame[["rule_id", "reason"]].drop_duplicates()
    said = {(rule, why): cause_sentence(why, layers[rule], language) for rule, why in pairs.itertuples(index=False)}
    return frame.assign(reason=[said[pair] for pair in zip(frame["rule_id"], frame["reason"], strict=True)])


def _header(name: str, table: str, results: Results, language: Language) -> str:
    """Return the title of a column; a word that means another thing in one table has a title of its own there."""
    cut, unit = name.removeprefix("cut_").rpartition("_")[::2]
    if name.startswith("cut_") and cut != WHOLE:
        most = cut.endswith("_hi") and cut not in {r.id for r in results.rules}
        title = rule_title(results, results.rule(cut.removesuffix("_hi") if most else cut), language)
        taken = say(f"column.cut_{unit}", language, rule=title)
        return say("column.at_most", language, title=taken) if most else taken
    key = next((k for k in (f"column.{table}_{name}", f"column.{name}") if has(k)), "")
    if key:
        return say(key, language)
    stem = name.replace("_hi_", "_").removesuffix("_hi")
    return say("column.at_most", language, title=say(f"column.{stem}", language)) if has(f"column.{stem}") else name


def safe(text: object) -> object:
    """Defuse a text that a spreadsheet would read as a formula; numbers stay numbers."""
    if isinstance(text, str) and _FORMULA.match(text) and not _HARMLESS.fullmatch(text):
        return "'" + text
    return text
