"""What a delivered layer is (图层识别): by its name *and* what it holds; a name alone proves nothing.

What layers are called and hold is data: ``data/codes/layers.toml`` (kinds), ``data/fields.toml`` and
``project_columns.toml`` (columns of registers).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rules.spec import Rule
from layers.library import kinds, roles, standards
from layers.library.codelist import Code, Part
from layers.study import role_fields
from layers.study.proposal import DeliveredTable, How, Proposal, stem
from layers.study.registers import project_cells

_ENOUGH, _LIKELY = 2, 0.5
"""Fields that back a name; share of the weight of a kind's fields that speaks without a name."""
_ENOUGH_COLUMNS, _LEAD = 4, 2
"""Columns of a register that speak without a name, and by how many it must lead over the next."""
_ENOUGH_FIGURES = 3
"""Columns of a project list that are more than a text."""
_GUESSES = 3
_SHORTEST = 2
"""Chinese characters a name must hold of an alias."""
AREAS = frozenset(roles.polygons())
"""Roles that are ground: a layer of points, of lines or without shapes is none of them."""
GROUND_OR_LINES = frozenset({"constraint", "network"})
RECORDS = frozenset({*roles.opened_as("sheet"), "building", "facility"})
"""Roles whose columns are those of `role_fields` or of the project list."""
KEYS = {"parcels": "parcel_id"}
"""Field of ours a column of unrepeated values is proposed for, where no other is."""


def proposed(table: DeliveredTable, rules: Sequence[Rule]) -> list[Proposal]:
    """Return what a layer is taken for: one proposal, or one for each kind whose rows its file holds.

    A name alone, or fields several kinds share, are said to be just that; nothing is invented.
    """
    own = {_plain(c): c for c in table.columns}
    called = _called(table)
    if table.shape == "raster":
        return [_raster(table, called, rules)]
    if len(called) > 1 and (parts := [p for k in called if (p := _part(table, k, rules))]):
        return parts
    if len(called) == 1:
        kind = called[0]
        hits, wanted = _hits(kind, table), _wanted(kind)
        backed = wanted > 0 and len(hits) >= min(_ENOUGH, wanted)
        return _with_parts(_made(table, "name_and_fields" if backed else "name", kind, rules), own, rules)
    found = _by_fields(table, own)
    if found is not None:
        return _with_parts(_made(table, "fields", found, rules), own, rules)
    return [Proposal(table, "nothing", None, guesses=_guessed(table, called, own))]


def as_kind(table: DeliveredTable, code: str, rules: Sequence[Rule]) -> Proposal:
    """Return the proposal for a layer people say is of a kind, with the fields it reads; an unknown one is refused."""
    kind = kinds.kinds().get(code)
    if kind is None:
        raise CallError(reason("delivery_kind_unknown", given=code))
    return _made(table, "said", kind, rules)


def _by_fields(table: DeliveredTable, own: Mapping[str, str]) -> Code | None:
    """Return the one kind that fields alone speak for."""
    listed = [k for k in kinds.kinds().codes if k.fields]
    shares = sorted(((_share(k, own), k) for k in listed if _share(k, own) >= _LIKELY), key=lambda s: -s[0])
    if shares and (len(shares) == 1 or shares[0][0] >= shares[1][0] + 0.2):
        return shares[0][1]
    counts = sorted(((_telling(k, table), k) for k in kinds.kinds().codes if k.role in RECORDS),
                    key=lambda s: -s[0])  # fmt: skip
    first, second = counts[0], counts[1]
    return first[1] if first[0] >= _ENOUGH_COLUMNS and first[0] >= second[0] + _LEAD else None


def _telling(kind: Code, table: DeliveredTable) -> int:
    """Return how many columns speak for a register without its name; names and numbers alone are on every list."""
    if kind.role != "project":
        return len(_columns(kind, table))
    found = {f.code: f.group for c in table.columns if (f := project_cells.column_of(c)) and f.group != "ignored"}
    return len(found) if sum(group != "text" for group in found.values()) >= _ENOUGH_FIGURES else 0


def _guessed(table: DeliveredTable, called: Sequence[Code], own: Mapping[str, str]) -> tuple[str, ...]:
    """Return kinds worth a look: those the name calls, then those whose fields are there."""
    scored = [(_share(k, own) if k.fields else min(len(_columns(k, table)) / 10, 0.9), k) for k in kinds.kinds().codes]
    likely = [
        k.code for share, k in sorted(scored, key=lambda s: -s[0]) if share >= _least(k, table) and _fits(k, table)
    ]
    return tuple(dict.fromkeys([*(k.code for k in called), *likely]))[:_GUESSES]


def _least(kind: Code, table: DeliveredTable) -> float:
    """Return the share of a kind's columns from which it is worth a look; most registers are lists without shapes."""
    return 0.5 if kind.role in RECORDS and table.shape in ("polygon", "line", "point") else 0.2


def _made(table: DeliveredTable, how: How, kind: Code, rules: Sequence[Rule]) -> Proposal:
    own = {_plain(c): c for c in table.columns}
    read = {ours: next((own[_plain(n)] for n in names if _plain(n) in own), "") for ours, names in kind.reads.items()}
    found = {ours: theirs for ours, theirs in read.items() if theirs}
    if kind.role in RECORDS and kind.role != "project":
        found = dict(role_fields.meant(kind.role, table.columns)) | found
    key = KEYS.get(kind.role, "")
    if key and key not in found and table.key:
        found[key] = table.key
    return Proposal(table, how, kind, _hits(kind, table), (), {k: v for k, v in found.items() if k != "class"},
                    found.get("class", ""), "", judges(kind, rules), _fits(kind, table))  # fmt: skip


def judges(kind: Code, rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the rules of a study that read a layer of this kind."""
    return tuple(r.id for r in rules if r.layer == kind.code)


def _fits(kind: Code, table: DeliveredTable) -> bool:
    if table.shape == "raster" or kind.role == "raster":
        return (table.shape == "raster") == (kind.role == "raster")
    if kind.role in AREAS:
        return table.shape == "polygon"
    return kind.role not in GROUND_OR_LINES or table.shape != "table"


# --- rows of several kinds in one file -----------------------------------------------


def _with_parts(main: Proposal, own: Mapping[str, str], rules: Sequence[Rule]) -> list[Proposal]:
    """Return a proposal with those for the kinds whose rows its file holds besides."""
    if main.kind is None or not main.fits:
        return [main]
    scheme = main.kind.land_use_scheme
    inside = [k for k in kinds.kinds().codes if k.held_by == main.kind.code and judges(k, rules)]
    return [main, *(p for k in inside if (p := _part(main.table, k, rules, scheme)))]


def _part(table: DeliveredTable, kind: Code, rules: Sequence[Rule], scheme: str = "") -> Proposal | None:
    """Return the proposal for the rows of one kind; None where no column tells them apart."""
    part = kind.part
    own = {_plain(c): c for c in table.columns}
    column = next((own[_plain(f)] for f in part.fields if _plain(f) in own), "") if part else ""
    if part is None or not column:
        return None
    values = part.values or _land_codes(part, scheme)
    there = [v for v in values if v in table.words.get(column, ())]
    if not there:
        return None
    spelled = ", ".join("'" + v.replace("'", "''") + "'" for v in there)
    where = f"{column} = {spelled}" if len(there) == 1 else f"{column} in ({spelled})"
    made = _made(table, "part", kind, rules)
    return Proposal(table, "part", kind, (column,), (), made.fields, made.class_field, where, made.judged_by, made.fits)


def _land_codes(part: Part, scheme: str) -> tuple[str, ...]:
    listed = standards.of_scheme(scheme)
    if listed is None:
        return ()
    groups = {g.id for g in listed.groups if g.id in part.groups or (part.land and g.of == part.land)}
    return tuple(c.code for c in listed.codes if c.group in groups)


# --- rasters ----------------------------------------------------------------------


def _raster(table: DeliveredTable, called: Sequence[Code], rules: Sequence[Rule]) -> Proposal:
    """Return what a raster shows: by its name and by what its values can be."""
    named = [k for k in called if k.role == "raster"]
    if len(named) != 1:
        return Proposal(table, "nothing", None, guesses=tuple(
            k.code for k in kinds.kinds().codes if k.raster in table.shows)[:_GUESSES])  # fmt: skip
    how: How = "name_and_fields" if named[0].raster in table.shows else "name"
    return Proposal(table, how, named[0], (), (), {}, "", "", judges(named[0], rules))


# --- names and fields ---------------------------------------------------------------


def _called(table: DeliveredTable) -> list[Code]:
    """Return the kinds a layer is called by: by its own name, or where that says nothing by its file's."""
    fitting = [k for k in kinds.kinds().codes if (k.role == "raster") == (table.shape == "raster")]
    for name in dict.fromkeys((table.layer, stem(table.file), table.inner)):
        if name and (called := _calling(name, fitting)):
            return called
    return []


def _calling(name: str, fitting: Sequence[Code]) -> list[Code]:
    """Return the kinds a name calls: as a whole, else by words of it, the longest of those that overlap."""
    whole, words = _names(name)
    exact = [k for k in fitting if _aliases(k) & whole]
    if exact:
        return exact
    hits: dict[str, set[str]] = {}
    for kind in fitting:
        got = {a for a in _aliases(kind) if a in words or (_chinese(a) and a in _word(name))}
        if got:
            hits[kind.code] = got
    every = {a for got in hits.values() for a in got}
    longest = {c: {a for a in got if not any(a != b and a in b for b in every)} for c, got in hits.items()}
    return [k for k in fitting if longest.get(k.code)]


@cache
def _alias_table() -> dict[str, frozenset[str]]:
    return {
        k.code: frozenset(_word(w) for w in (k.code, k.title.zh, k.title.en, *k.aliases)) for k in kinds.kinds().codes
    }


def _aliases(kind: Code) -> frozenset[str]:
    return _alias_table()[kind.code]


def _chinese(word: str) -> bool:
    return len(word) >= _SHORTEST and all("一" <= c <= "鿿" for c in word)


def _names(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return a name whole and without numbers, and its words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    pieces = [w for w in re.split(r"[\s_\-.\d()【】\[\]/]+", spaced) if w]
    words = {_word(w) for w in pieces} | {_word(a + b) for a, b in itertools.pairwise(pieces)}
    return frozenset({_word(name), _word("".join(pieces))}), frozenset(words)


def _word(text: str) -> str:
    """Return a name as names are compared: case, gaps and an English plural do not matter."""
    plain = re.sub(r"[\s_\-]+", "", _plain(text))
    return plain[:-1] if len(plain) > 3 and plain.isascii() and plain.endswith("s") else plain


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _hits(kind: Code, table: DeliveredTable) -> tuple[str, ...]:
    own = {_plain(c): c for c in table.columns}
    listed = [own[_plain(f)] for f in kind.fields if _plain(f) in own]
    return tuple(dict.fromkeys([*listed, *_columns(kind, table)]))


def _columns(kind: Code, table: DeliveredTable) -> tuple[str, ...]:
    """Return the columns of a register a table holds."""
    if kind.role == "project":
        return tuple(c for c in table.columns if (found := project_cells.column_of(c)) and found.group != "ignored")
    return tuple(role_fields.meant(kind.role, table.columns).values()) if kind.role in RECORDS else ()


def _wanted(kind: Code) -> int:
    return len(kind.fields) or (len(role_fields.names(kind.role)) if kind.role in RECORDS else 0) or (
        _ENOUGH if kind.role == "project" else 0)  # fmt: skip


def _share(kind: Code, own: Mapping[str, str]) -> float:
    """Return how much of a kind's fields a layer has; a field many kinds have says little."""
    weights = _weights()
    whole = sum(weights[_plain(f)] for f in kind.fields)
    return sum(weights[_plain(f)] for f in kind.fields if _plain(f) in own) / whole if whole else 0.0


@cache
def _weights() -> dict[str, float]:
    count = Counter(_plain(f) for kind in kinds.kinds().codes for f in set(kind.fields))
    return {name: 1.0 / n for name, n in count.items()}
