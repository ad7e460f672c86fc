"""What a delivered layer is taken for, as the line of a table: its entry, and the command that takes it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from layers.library.codelist import Code
from layers.study import role_fields

How = Literal["name_and_fields", "fields", "name", "part", "nothing", "said"]
CODED = {"parcels": "land_use", "plan": "use"}
"""Field of ours whose codes a scheme gives a meaning, by role."""


@dataclass(frozen=True)
class TablePart:
    """One file of a layer that arrives in several.

    Parameters
    ----------
    name : str
        What tells it from the others in the names of files and folders: the town, the sheet.
    table : DeliveredTable
    columns : mapping
        Column of the whole layer → what this file calls it.
    lacking : tuple of str
        Columns the layer is read by and this file has not.
    met : tuple of str
        Other parts some of its shapes lie on.
    """

    name: str
    table: DeliveredTable
    columns: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    met: tuple[str, ...] = ()

    def entry(self) -> dict[str, Any]:
        """Return the line of ``parts`` in the entry of the layer."""
        made = {"name": self.name, "source": str(self.table.file.resolve()), "layer": self.table.layer}
        return {k: v for k, v in (made | {"columns": dict(self.columns)}).items() if v}


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
    parts : tuple of TablePart
        Of a layer that arrives in several files: all of them; `file` and `layer` are those of the first.
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
    parts: tuple[TablePart, ...] = ()

    @property
    def title(self) -> str:
        """Name of the file, with that of the layer inside it; of a layer in parts with their number."""
        name = f"{self.file.name} · {self.layer}" if self.layer else self.file.name
        return f"{name} ×{len(self.parts)}" if self.parts else name

    def entry(self) -> dict[str, Any]:
        """Return what an entry says of its files: layer and parts."""
        made = {"layer": self.layer, "parts": [p.entry() for p in self.parts]}
        return {k: v for k, v in made.items() if v}

    @property
    def files(self) -> tuple[Path, ...]:
        """The file, or those of all parts."""
        return tuple(dict.fromkeys(p.table.file for p in self.parts)) or (self.file,)


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
        told = self.fits and not self.asks and not self.again and not any(p.lacking for p in self.table.parts)
        return told and self.how in ("name_and_fields", "part", "said")

    @property
    def asks(self) -> tuple[str, ...]:
        """Options only people can give: bands, the unit of a slope, columns a register cannot do without."""
        if self.kind is None:
            return ()
        if self.kind.raster not in ("imagery", "slope"):
            lost = role_fields.needed(self.kind.role, self.fields) if self.table.shape != "raster" else ()
            return tuple(f"--field {group[0]}=…" for group in lost)
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
        made |= {**self.table.entry(), "fields": dict(self.fields), "class": self.class_field}
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
        words = ["luodi", "add", str(folder), *map(str, self.table.files)]
        entry = self.entry() or {"role": "…", "layer": self.table.layer, "id": slug(self.table) or "…"}
        entry |= {"id": layer_id} if layer_id else {}
        for key, option in (("role", "--role"), ("id", "--id"), ("layer", "--layer"), ("class", "--class"),
                            ("where", "--where"), ("kind", "--kind"), ("vertical_unit", "--vertical-unit"),
                            ("land_use_scheme", "--scheme")):  # fmt: skip
            words += [option, entry[key]] if entry.get(key) else []
        for ours, theirs in entry.get("fields", {}).items():
            words += ["--field", f"{ours}={theirs}"]
        return " ".join([*(shlex.quote(w) if w != "…" else w for w in words), *self.asks])


def slug(table: DeliveredTable) -> str:
    """Return a name for a layer nobody knows, from that of its file or its own: Latin letters, "" without any."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", table.layer or stem(table.file))
    plain = re.sub(r"[^A-Za-z0-9]+", "_", spaced).strip("_").lower()
    return plain if re.match(r"[a-z_]", plain) else ""


def stem(file: Path) -> str:
    """Return the name of a file without its endings."""
    return Path(file.name.removesuffix(".zip").removesuffix(".ZIP")).stem if file.suffix else file.name
