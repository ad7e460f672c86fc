"""The five libraries (企业、客商、项目、人才、资金库) as linked tables: entries, and what each is linked with.

Links are what files state: projects by id or by name, parks by id or by name, links of the chain by industry. A name
that nothing answers to, or that two answer to, is told and links nothing. Nothing personal comes in here: readers keep
it in its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from geo.basis.tables import empty

ENTERPRISE, INVESTOR, PROJECT, TALENT, FUND = "enterprise", "investor", "project", "talent", "fund"
LIBRARIES = (ENTERPRISE, INVESTOR, PROJECT, TALENT, FUND)
STATION, PARK = "station", "park"
KINDS = (PROJECT, STATION, PARK, ENTERPRISE, INVESTOR, TALENT, FUND)
"""What an entry may be linked with."""
STATED, BY_INDUSTRY, BY_PEOPLE = "stated", "industry", "people"
"""Why a link stands: the file states it, the industry is one of the chain, a named person said so."""
SEVERAL = "|"
_WORDS = re.compile(r"[;；,，、|\n]+")


@dataclass(frozen=True)
class LostLink:
    """A name a file links an entry with, that nothing answers to (``count`` 0) or several do."""

    library: str
    entry_id: str
    kind: str
    text: str
    count: int


@dataclass(frozen=True)
class Known:
    """What entries may be linked with: ids by every name, for projects and parks; codes of the chain."""

    projects: Mapping[str, tuple[str, ...]]
    parks: Mapping[str, tuple[str, ...]]
    stations: tuple[str, ...]

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], parks: Mapping[str, str]) -> Known:
        """Return what the tables `projects` and `links`, and the parks (id → name), offer."""
        listed, chain = tables["projects"], tables["links"]
        pairs = zip(listed["project_id"].astype(str), listed["name"].astype(str), strict=True)
        codes = {*chain["from_industry"].astype(str), *chain["to_industry"].astype(str)} - {""}
        return cls(_named(pairs), _named(parks.items()), tuple(sorted(codes)))


def _named(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return every id and every name with the ids it means; an id comes before a name."""
    pairs = list(pairs)
    out: dict[str, tuple[str, ...]] = {}
    for one, name in pairs:
        out[name] = tuple(dict.fromkeys((*out.get(name, ()), one)))
    return {k: v for k, v in out.items() if k} | {one: (one,) for one, _ in pairs}


def table(
    given: pd.DataFrame, tables: Mapping[str, pd.DataFrame], parks: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[LostLink]]:
    """List the entries of the five libraries, what each is linked with, and names nothing answers to.

    Parameters
    ----------
    given : DataFrame
        As `entries`.
    tables : mapping
        The tables `projects`, `links` and `firms`.
    parks : mapping of id to name
    """
    whole = entries(given, tables["projects"], tables["firms"])
    made, lost = links(whole, given, Known.of(tables, parks))
    return whole, made, lost


def entries(given: pd.DataFrame, projects: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Return the table `library_entries`: what files of the libraries state, the projects, the enterprises.

    Parameters
    ----------
    given : DataFrame
        Columns of `library_entries`, and ``projects`` and ``park``: names as the file has them.
    projects, firms : DataFrame
        The tables of these names.
    """
    columns = list(empty("library_entries").columns)
    listed = projects.assign(entry_id=projects["project_id"], park_id=projects["wish_park_id"],
                             about=projects["capacity"], amount_wan=projects["investment_total_wan"],
                             industries=_industries(projects))  # fmt: skip
    told = firms.rename(columns={"enterprise_id": "entry_id", "industry": "industries"})
    parts = [_part(told, ENTERPRISE, columns), _part(listed, PROJECT, columns), _part(given, "", columns)]
    parts = [p for p in parts if len(p)]
    if not parts:
        return empty("library_entries")
    order = {name: k for k, name in enumerate(LIBRARIES)}
    whole = pd.concat(parts, ignore_index=True)
    whole = whole.assign(order=whole["library"].map(order)).sort_values(["order", "entry_id"], ignore_index=True)
    return whole.drop(columns="order")


def _industries(projects: pd.DataFrame) -> pd.Series:
    """Return the industry of every project, or all it may be where the list leaves that open."""
    one = projects["industry"].fillna("").astype(str)
    return one.where((one != "") | ("industries" not in projects), projects.get("industries", one))


def _part(frame: pd.DataFrame, library: str, columns: list[str]) -> pd.DataFrame:
    bare = empty("library_entries")
    out = pd.DataFrame(frame.reindex(columns=columns))
    if library:
        out["library"] = library
    for name in columns:
        kind = bare[name].dtype
        if name == "may_belong":
            out[name] = [_doubt(v) for v in out[name]]
        elif kind.kind == "f":
            out[name] = pd.to_numeric(out[name], errors="coerce").astype("float64")
        elif kind.kind == "M":
            out[name] = pd.to_datetime(out[name]).astype(kind)
        else:
            out[name] = out[name].astype("object").where(out[name].notna(), "").astype(str)
    return out


def _doubt(value: object) -> bool:
    """Tell whether a row only may belong: a flag, or the fields that leave it open as texts."""
    return bool(value) if isinstance(value, (bool, str)) else bool(value == value and value)


def links(entries: pd.DataFrame, given: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, list[LostLink]]:
    """Return the table `library_links`, and the names nothing answers to."""
    out: dict[tuple[str, str, str, str], tuple[str, str]] = {}
    lost: list[LostLink] = []
    wanted = (PROJECT, "projects", known.projects), (PARK, "park", known.parks)
    for r in given.to_dict("records"):
        key = str(r["library"]), str(r["entry_id"])
        for kind, column, names in wanted:
            for word in filter(None, (w.strip() for w in _WORDS.split(str(r[column])))):
                found = names.get(word, ())
                if len(found) != 1:
                    lost.append(LostLink(*key, kind, word, len(found)))
                else:
                    out.setdefault((*key, kind, found[0]), (STATED, str(r["layer_id"])))
    for r in entries.to_dict("records"):
        key, layer = (str(r["library"]), str(r["entry_id"])), str(r["layer_id"])
        own = [i for i in str(r["industries"]).split(SEVERAL) if i]
        for code in known.stations:
            if any(i.startswith(code) for i in own):
                out.setdefault((*key, STATION, code), (BY_INDUSTRY, layer))
        if key[0] in (ENTERPRISE, PROJECT) and r["park_id"]:
            out.setdefault((*key, PARK, str(r["park_id"])), (STATED, layer))
    rows = [(*at, *why) for at, why in out.items()]
    return (pd.DataFrame(rows, columns=list(empty("library_links").columns)) if rows else empty("library_links")), lost


def found(entries: pd.DataFrame, links: pd.DataFrame, text: str) -> pd.DataFrame:
    """Return the entries in which every word of a text stands: in a column, or in what they are linked with.

    Upper and lower case are one. An empty text finds all.
    """
    words = text.casefold().split()
    if not words or entries.empty:
        return entries
    told = [c for c in ("entry_id", "name", "industries", "about", "level", "unit", "stage", "park_id") if c in entries]
    joined = entries[told].astype(str).agg("\n".join, axis=1)
    more = links.groupby(["library", "entry_id"])["target"].agg("\n".join) if len(links) else pd.Series(dtype=str)
    keys = list(zip(entries["library"], entries["entry_id"], strict=True))
    whole = [f"{own}\n{more.get(k, '')}".casefold() for own, k in zip(joined, keys, strict=True)]
    return entries[[all(w in one for w in words) for one in whole]].reset_index(drop=True)
