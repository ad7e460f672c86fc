"""What a delivered layer is (图层识别): by its name *and* what it holds; a name alone proves nothing.

What layers are called and hold is data: ``data/codes/layers.toml`` (kinds), ``data/fields.toml`` and
``project_columns.toml`` (columns of registers).
"""

from __future__ import annotations

import itertools
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rules.spec import Rule
from layers.library import kinds, roles, standards
from layers.library.codelist import Code, Part
from layers.study import role_fields
from layers.study.registers import project_cells

How = Literal["name_and_fields", "fields", "name", "part", "nothing", "said"]
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
_ASKED = {"slope": ("--vertical-unit pct|deg",), "imagery": ("--band red=…", "--band nir=…", "--vintage …")}
"""What nobody but people can say of a raster."""
CODED = {"parcels": "land_use", "plan": "use"}
"""Field of ours whose codes a scheme gives a meaning, by role."""
KEYS = {"parcels": "parcel_id"}
"""Field of ours a column of unrepeated values is proposed for, where no other is."""


@dataclass(frozen=True)
class DeliveredTable:
    """One layer of a delivered file, as far as it could be looked into.

    Parameters
    ----------
    file : Path
    layer : str
        "" where the file holds one only.
    columns : tuple of str
    rows : int
    shape : {"polygon", "line", "point", "table", "raster"}
    words : mapping of str to tuple of str
        What stands in the columns that may say which rows are of which kind (`Part.fields`).
    key : str
        First column whose values are all given and never repeat; "" without one.
    shows : tuple of str
        Of a raster: what its values may be, in the words of a study.
    bands : int
        Of a raster.
    inner : str
        What the one dataset of an archive is called inside it.
    nearly : tuple of (str, int, int)
        Columns that tell almost every row apart: how many rows repeat a value, and how many have none.
    """

    file: Path
    layer: str
    columns: tuple[str, ...]
    rows: int
    shape: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: str = ""
    shows: tuple[str, ...] = ()
    bands: int = 0
    inner: str = ""
    nearly: tuple[tuple[str, int, int], ...] = ()

    @property
    def title(self) -> str:
        """Name of the file, with that of the layer inside it."""
        return f"{self.file.name} · {self.layer}" if self.layer else self.file.name


@dataclass(frozen=True)
class Proposal:
    """What a layer is taken for.

    Parameters
    ----------
    table : DeliveredTable
    how : str
        What speaks for it: name and fields, fields alone, a name alone, rows of a kind in a file of another, or
        nothing.
    kind : Code or None
        The kind of layer; None where nothing, or nothing alone, speaks for one.
    matched : tuple of str
        Columns that are fields of the kind.
    guesses : tuple of str
        Kinds it may be where none is proposed, the likeliest first.
    fields : mapping
        Our fields with the columns proposed for them.
    class_field, where : str
    judged_by : tuple of str
        Rules of the study that read a layer of this id.
    fits : bool
        False where its shapes are not those of its role.
    again : bool
        True where another line of the delivery would become the same layer: people choose.
    number : int
        Of a register in several files: which of them, from 1.
    """

    table: DeliveredTable
    how: How
    kind: Code | None
    matched: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    class_field: str = ""
    where: str = ""
    judged_by: tuple[str, ...] = ()
    fits: bool = True
    again: bool = False
    number: int = 1

    @property
    def sure(self) -> bool:
        """True when name and fields agree, or people said so: what ``--take all`` takes."""
        return self.how in ("name_and_fields", "part", "said") and self.fits and not self.asks and not self.again

    @property
    def asks(self) -> tuple[str, ...]:
        """Options only people can give."""
        if self.kind is None or self.kind.raster not in ("imagery", "slope"):
            return ()
        return (
            ("--vertical-unit pct|deg",)
            if self.kind.raster == "slope"
            else ("--band red=…", "--band nir=…", "--vintage …")
        )

    def entry(self) -> dict[str, Any]:
        """Return the ``[[layers]]`` entry that is proposed; empty where no kind is."""
        if self.kind is None:
            return {}
        role = self.kind.role
        name = "parcels" if role == "parcels" else self.kind.code
        made: dict[str, Any] = {"role": role, "id": name if self.number == 1 else f"{name}_{self.number}"}
        made |= {"layer": self.table.layer, "fields": dict(self.fields), "class": self.class_field}
        made |= {"where": self.where, "kind": self.kind.raster, "land_use_scheme": self._scheme(role)}
        made["vertical_unit"] = "m" if self.kind.raster == "dem" else ""
        return {k: v for k, v in made.items() if v}

    def _scheme(self, role: str) -> str:
        """Return the scheme of the codes of land use; "" where no column of codes is there to be read by it."""
        coded = CODED.get(role)
        return self.kind.land_use_scheme if self.kind and (coded is None or coded in self.fields) else ""

    def call(self, folder: Path, layer_id: str = "") -> str:
        """Return the command that takes it, as it can be typed; … stands for what only people know.

        With a `layer_id` it becomes the layer of that name.
        """
        words = ["luodi", "add", str(folder), str(self.table.file)]
        entry = self.entry() or {"role": "…", "layer": self.table.layer, "id": slug(self.table) or "…"}
        entry |= {"id": layer_id} if layer_id else {}
        for key, option in (("role", "--role"), ("id", "--id"), ("layer", "--layer"), ("class", "--class"),
                            ("where", "--where"), ("kind", "--kind"), ("vertical_unit", "--vertical-unit"),
                            ("land_use_scheme", "--scheme")):  # fmt: skip
            words += [option, entry[key]] if entry.get(key) else []
        for ours, theirs in entry.get("fields", {}).items():
            words += ["--field", f"{ours}={theirs}"]
        return " ".join([*(shlex.quote(w) if w != "…" else w for w in words), *self.asks])


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


def slug(table: DeliveredTable) -> str:
    """Return a name for a layer nobody knows, from that of its file or its own: Latin letters, "" without any."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", table.layer or stem(table.file))
    plain = re.sub(r"[^A-Za-z0-9]+", "_", spaced).strip("_").lower()
    return plain if re.match(r"[a-z_]", plain) else ""


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


def stem(file: Path) -> str:
    """Return the name of a file without its endings."""
    return Path(file.name.removesuffix(".zip").removesuffix(".ZIP")).stem if file.suffix else file.name


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
