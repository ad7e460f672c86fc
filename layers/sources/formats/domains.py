"""Child side: coded value domains (值域) of geodatabases: what codes mean, in a column beside them.

GeoPackage keeps them in the tables of its schema extension, FileGDB as XML in its catalogue. Codes stay what they are;
the words stand beside them in a column of their own, and a code its own domain does not list is named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from layers.sources.finding import Finding, finding
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer

SUFFIX = "_值"
"""Ends the name of the column with the words of a coded field."""
_NAMED = 5
_ITEMS = "GDB_Items"
Domains = Mapping[str, Mapping[str, str]]
"""Field → code → what it means."""


def told(read: RawLayer, domains: Domains) -> None:
    """Put the words of coded fields beside their codes, and say what was read and which codes no list knows."""
    taken = {field: words for field, words in domains.items() if field in read.columns and words}
    if not taken:
        return
    columns: dict[str, list[Any]] = {}
    for field, values in read.columns.items():
        columns[field] = values
        if field in taken:
            name = _free(f"{field}{SUFFIX}", {*read.columns, *columns})
            columns[name] = [_word(taken[field], v) for v in values]
    read.columns = columns
    count = sum(len(words) for words in taken.values())
    read.findings.append(finding("fixed", "domains_read", fields=list(taken), count=count, suffix=SUFFIX))
    read.findings += [f for field, words in taken.items() for f in _unlisted(field, read.columns[field], words)]


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _code(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value).strip()


def _word(words: Mapping[str, str], value: Any) -> str | None:
    return None if value is None else words.get(_code(value))


def _unlisted(field: str, values: list[Any], words: Mapping[str, str]) -> list[Finding]:
    """Name the rows whose code the field's own domain does not list."""
    rows = [(k, _code(v)) for k, v in enumerate(values, 1) if v is not None and _code(v) and _code(v) not in words]
    if not rows:
        return []
    codes = list(dict.fromkeys(code for _, code in rows))
    return [finding("warn", "domain_code_unlisted", field=field, count=len(rows), rows=[k for k, _ in rows[:_NAMED]],
                    codes=codes[:_NAMED])]  # fmt: skip


# --- GeoPackage -------------------------------------------------------------------


def of_gpkg(base: sqlite3.Connection, layer: str) -> dict[str, dict[str, str]]:
    """Return the coded domains of a layer of a GeoPackage; none where it has no schema extension."""
    wanted = {"gpkg_data_columns", "gpkg_data_column_constraints"}
    there = {str(n) for (n,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not wanted <= there:
        return {}
    query = (
        "SELECT c.column_name, d.value, d.description FROM gpkg_data_columns c JOIN gpkg_data_column_constraints d "
        "ON d.constraint_name = c.constraint_name WHERE c.table_name = ? AND d.constraint_type = 'enum'"
    )
    out: dict[str, dict[str, str]] = {}
    for field, code, word in base.execute(query, (layer,)):
        out.setdefault(str(field), {})[_code(code)] = str(word if word is not None else code)
    return out


# --- FileGDB ----------------------------------------------------------------------


def of_gdb(inside: Contents, layer: str, arrow: Callable[..., Any]) -> dict[str, dict[str, str]]:
    """Return the coded domains of a feature class.

    Parameters
    ----------
    inside : Contents
    layer : str
    arrow : callable
        `pyogrio.raw.read_arrow`.
    """
    options = {"columns": ["Name", "Definition"], "read_geometry": False, "LIST_ALL_TABLES": "YES"}
    _, items = arrow(inside.path, layer=_ITEMS, **options)
    known: dict[str, dict[str, str]] = {}
    fields: dict[str, str] = {}
    for name, definition in zip(items.column("Name").to_pylist(), items.column("Definition").to_pylist(), strict=True):
        root = _parsed(definition)
        if root is None:
            continue
        kind = root.tag.rsplit("}", 1)[-1]
        if kind == "GPCodedValueDomain2":
            known[_text(root, "DomainName")] = {
                _code(_text(one, "Code")): _text(one, "Name") for one in _each(root, "CodedValue")
            }
        elif name == layer and kind in ("DEFeatureClassInfo", "DETableInfo"):
            fields = {_text(one, "Name"): _domain(one) for one in _each(root, "GPFieldInfoEx") if _domain(one)}
    return {field: known[domain] for field, domain in fields.items() if domain in known}


def _domain(field: Any) -> str:
    return _text(field, "DomainName") or next((_text(d, "DomainName") for d in _each(field, "Domain")), "")


def _parsed(text: str | None) -> Any:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if not text:
        return None
    try:
        return ElementTree.fromstring(text, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException):
        return None  # an item nobody can read has no domain to tell


def _each(node: Any, tag: str) -> list[Any]:
    return [one for one in node.iter() if one.tag.rsplit("}", 1)[-1] == tag]


def _text(node: Any, tag: str) -> str:
    found = next((one for one in node if one.tag.rsplit("}", 1)[-1] == tag), None)
    return "" if found is None or found.text is None else str(found.text).strip()
