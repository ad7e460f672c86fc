"""The five libraries of a run (企业、客商、项目、人才、资金库): found by text, linked, with what people noted and when.

Notes and links of people are decisions beside the files: each keeps person, day and ground, and is never lost. What
is personal is in no table; `contacts` reads it from its file for one entry, to be told and written to no list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.tables import rows
from geo.project import library as libraries
from geo.project.library import BY_PEOPLE, KINDS, LIBRARIES, PARK, PROJECT, STATION
from layers.study import edits, overrides, role_fields
from layers.study.edits import Edit
from layers.study.registers import libraries as register
from layers.study.registers.project_cells import without_phones
from layers.study.run.results import Results

KIND = "entry"
MOST_CHARS = 2000
NOTE, LINK, UNLINK, CORRECTED, BACK = "note", "link", "unlink", "corrected", "back"


@dataclass(frozen=True)
class Libraries:
    """Entries and links as they may be told; what is held back because its layer is use-only is counted.

    Parameters
    ----------
    entries, links : DataFrame
        Tables `library_entries` and `library_links`, the links people made among them (`why` is "people").
    held : int
        Entries of use-only layers, which are not told.
    asked : str
        The one library that was asked for, "" for all.
    """

    results: Results
    entries: pd.DataFrame
    links: pd.DataFrame
    held: int
    asked: str = ""

    def counts(self) -> dict[str, int | None]:
        """Return the number of entries of each library asked for; None for one nobody brought: it is not empty."""
        told, brought = self.entries["library"].value_counts(), self.results.study.with_role
        names = (self.asked,) if self.asked else LIBRARIES
        return {name: int(told.get(name, 0)) if brought(name) else None for name in names}


@dataclass(frozen=True)
class LibraryEvent:
    """Something that happened to an entry: a note, a link made or taken back, a cell corrected."""

    on: str
    person: str
    what: str
    text: str
    ground: str
    version: int


def found(results: Results, library: str = "", text: str = "") -> Libraries:
    """Return the libraries of a run, one of them where it is named, and of it what a text finds.

    Raises
    ------
    CallError
        No such library.
    """
    if library and library not in LIBRARIES:
        raise CallError(reason("library_unknown", given=library, known=list(LIBRARIES)))
    whole = _all(results)
    entries = whole.entries[whole.entries["library"] == library] if library else whole.entries
    return replace(whole, entries=libraries.found(entries, whole.links, text).reset_index(drop=True), asked=library)


def _all(results: Results) -> Libraries:
    entries, links = results.table("library_entries"), results.table("library_links")
    secret = {s.id for s in results.study.layers if s.use_only}
    told = entries[~entries["layer_id"].isin(secret)]
    links = links[~links["layer_id"].isin(secret)]
    links = pd.concat([links, _of_people(results)], ignore_index=True)
    links = links.drop_duplicates(["library", "entry_id", "kind", "target"])
    known = set(zip(told["library"], told["entry_id"], strict=True))
    ends = [(lib, one) in known and (kind in (STATION, PARK) or (kind, to) in known) for lib, one, kind, to in
            links[["library", "entry_id", "kind", "target"]].itertuples(index=False)]  # fmt: skip
    return Libraries(results, told.reset_index(drop=True), links[ends].reset_index(drop=True), len(entries) - len(told))


def _of_people(results: Results) -> pd.DataFrame:
    made = [e.value for e in edits.current(results.folder).of(KIND).values() if e.value.get("kind")]
    rows_ = [(v["library"], v["entry"], v["kind"], v["target"], BY_PEOPLE, "") for v in made]
    return pd.DataFrame(rows_, columns=["library", "entry_id", "kind", "target", "why", "layer_id"])


def one(results: Results, library: str, entry: str) -> dict[str, Any]:
    """Return an entry named by its id, or by its name where only one has it.

    Raises
    ------
    CallError
        No such library.
    BlockedError
        No such entry, or several of that name.
    """
    listed = found(results, library).entries
    known = rows(listed)
    mine = [r for r in known if entry == r["entry_id"]] or [r for r in known if entry and entry == r["name"]]
    if len(mine) != 1:
        near = [r["entry_id"] for r in mine] or [r["entry_id"] for r in known][:5]
        raise BlockedError(reason("library_entry_unknown", library=library, entry=entry, known=near))
    return mine[0]


def linked(whole: Libraries, library: str, entry: str) -> pd.DataFrame:
    """Return what an entry is linked with, both ways: ``kind target why``."""
    own = whole.links
    out = own[(own["library"] == library) & (own["entry_id"] == entry)][["kind", "target", "why"]]
    back = own[(own["kind"] == library) & (own["target"] == entry)][["library", "entry_id", "why"]]
    back = back.rename(columns={"library": "kind", "entry_id": "target"})
    return pd.concat([out, back], ignore_index=True).drop_duplicates(["kind", "target"], ignore_index=True)


def note(results: Results, at: tuple[str, str], text: str, person: str, why: str = "") -> Edit:
    """Keep a note on an entry; telephone numbers are left out of it.

    Raises
    ------
    CallError, BlockedError
        No such entry; no text, too much of it, or no person.
    """
    mine = one(results, *at)
    bare = without_phones(text).strip()
    if not bare or len(bare) > MOST_CHARS:
        raise CallError(reason("library_note_wrong", most=MOST_CHARS, chars=len(bare)))
    value = {"library": mine["library"], "entry": mine["entry_id"], "text": bare}
    return edits.record(results.folder, KIND, f"{mine['library']}/{mine['entry_id']}", value, person, why or bare)


def unnote(results: Results, at: tuple[str, str], person: str, why: str) -> None:
    """Take the newest note of an entry back; the history keeps it. Raises as `note`."""
    mine = one(results, *at)
    edits.withdraw(results.folder, KIND, f"{mine['library']}/{mine['entry_id']}", person, why)


def only(whole: Libraries, entry: dict[str, Any]) -> Libraries:
    """Return one entry alone, with its links."""
    mine = whole.entries
    keep = (mine["library"] == entry["library"]) & (mine["entry_id"] == entry["entry_id"])
    own, ends = whole.links, (entry["library"], entry["entry_id"])
    linked_ = ((own["library"] == ends[0]) & (own["entry_id"] == ends[1])) | (
        (own["kind"] == ends[0]) & (own["target"] == ends[1])
    )
    return replace(
        whole, entries=mine[keep].reset_index(drop=True), links=own[linked_].reset_index(drop=True), asked=ends[0]
    )


def notes(results: Results) -> dict[tuple[str, str], LibraryEvent]:
    """Return the newest note of every entry that has one."""
    made = [e for e in edits.current(results.folder).of(KIND).values() if "text" in e.value]
    return {(str(e.value["library"]), str(e.value["entry"])): _event(e) for e in made}


def bind(results: Results, at: tuple[str, str], to: str, person: str, why: str) -> Edit:
    """Link an entry with a project, a link of the chain, a park or an entry of another library (``project:M2``).

    Raises
    ------
    CallError, BlockedError
        No such entry, or nothing of that name to link it with; no person or no ground.
    """
    mine, (kind, target) = one(results, *at), _target(results, to)
    value = {"library": mine["library"], "entry": mine["entry_id"], "kind": kind, "target": target}
    return edits.record(results.folder, KIND, _subject(mine, kind, target), value, person, why)


def unbind(results: Results, at: tuple[str, str], to: str, person: str, why: str) -> None:
    """Take back a link a person made; one a file states is corrected in the file. Raises as `bind`."""
    mine, (kind, target) = one(results, *at), _target(results, to)
    edits.withdraw(results.folder, KIND, _subject(mine, kind, target), person, why)


def _subject(entry: dict[str, Any], kind: str, target: str) -> str:
    return f"{entry['library']}/{entry['entry_id']}/{kind}:{target}"


def _target(results: Results, to: str) -> tuple[str, str]:
    kind, _, name = (part.strip() for part in to.partition(":"))
    if kind not in KINDS or not name:
        raise CallError(reason("library_link_wrong", given=to, known=list(KINDS)))
    if kind in LIBRARIES:
        return kind, str(one(results, kind, name)["entry_id"])
    known = stations(results) if kind == STATION else _parks(results)
    if name not in known:
        raise CallError(reason("library_target_unknown", kind=kind, given=name, known=sorted(known)[:20]))
    return kind, name


def stations(results: Results) -> set[str]:
    """Return the links of the chain: codes of the industries the table of links names."""
    links = results.table("links")
    return {*links["from_industry"].astype(str), *links["to_industry"].astype(str)}


def _parks(results: Results) -> set[str]:
    return set(results.table("chain_stations")["park_id"].astype(str)) - {""}


def history(results: Results, entry: dict[str, Any]) -> tuple[LibraryEvent, ...]:
    """Return everything people did about an entry, the oldest first: notes, links, cells corrected, all taken back.

    Corrections of personal cells are not told.
    """
    made = edits.history(results.folder)
    out = [_event(e) for e in made if e.kind == KIND and _is(e, entry)]
    layer = next((s for s in results.study.layers if s.id == entry["layer_id"]), None)
    if layer is not None:
        hidden = {layer.fields.get(n, n) for n in role_fields.personal(layer.role)}
        records = {str(entry["entry_id"]), f"row:{entry['row']}"}
        out += [_correction(e) for e in made if e.kind == overrides.KIND and e.value.get("layer") == layer.id
                and str(e.value.get("record")) in records and e.value.get("column") not in hidden]  # fmt: skip
    return tuple(sorted(out, key=lambda v: v.version))


def _is(edit: Edit, entry: dict[str, Any]) -> bool:
    return (edit.value.get("library"), edit.value.get("entry")) == (entry["library"], entry["entry_id"])


def _event(edit: Edit) -> LibraryEvent:
    value = edit.value
    text = str(value["text"]) if "text" in value else f"{value['kind']}:{value['target']}"
    what = (BACK if edit.withdrawn else NOTE) if "text" in value else UNLINK if edit.withdrawn else LINK
    return LibraryEvent(edit.at[:10], edit.person, what, text, edit.reason, edit.version)


def _correction(edit: Edit) -> LibraryEvent:
    value = edit.value
    text = f"{value['column']}: {value['official']} → {value['value']}"
    return LibraryEvent(edit.at[:10], edit.person, BACK if edit.withdrawn else CORRECTED, text, edit.reason,
                        edit.version)  # fmt: skip


def contacts(results: Results, library: str, entry: str) -> dict[str, str]:
    """Return what is personal of one entry, heading → text, read from its file; nothing of enterprises and projects.

    Raises
    ------
    CallError, BlockedError
        As `one`; the layer is use-only.
    """
    mine = one(results, library, entry)
    layer = next((s for s in results.study.layers if s.id == mine["layer_id"]), None)
    if layer is None or library not in register.ROLES:
        return {}
    return register.contacts(layer, results.study, results.folder, [str(mine["row"])]).get(str(mine["row"]), {})


__all__ = [
    "KIND",
    "KINDS",
    "PROJECT",
    "Libraries",
    "LibraryEvent",
    "bind",
    "contacts",
    "found",
    "history",
    "linked",
    "note",
    "one",
    "unbind",
]  # fmt: skip
