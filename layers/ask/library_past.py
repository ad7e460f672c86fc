"""What the files of the five libraries said before: every file that was in the place of a layer, against the next.

Files that were replaced (`luodi add --replace`) stay among the inputs and are named by the layer (`earlier`). What
people changed beside the files is in the history of the entry (`layers.ask.library.history`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from geo.project import library_past
from geo.project.library import LIBRARIES
from geo.project.library_past import EntryChange
from layers.study.registers import library_files
from layers.study.run.results import Results
from layers.study.spec import LayerSpec


@dataclass(frozen=True)
class FileChange:
    """What a file changed when it took the place of another: its day, both names, and of what is not told how many.

    Parameters
    ----------
    on : date
    layer_id, before, after : str
    changes : tuple of EntryChange
    unnumbered : int
        Entries without a number in one of the files: nobody can follow them from file to file.
    lost : bool
        One of the files is not there or cannot be read: nothing is known of the change.
    """

    on: date
    layer_id: str
    before: str
    after: str
    changes: tuple[EntryChange, ...]
    unnumbered: int = 0
    lost: bool = False


def past(results: Results, library: str = "") -> tuple[FileChange, ...]:
    """Return what files changed in the libraries, the oldest first; nothing of use-only layers."""
    wanted = (library,) if library else LIBRARIES
    specs = [s for s in results.study.layers if s.role in wanted and s.earlier and not s.use_only]
    made = [c for s in specs for c in _of_layer(s, results)]
    return tuple(sorted(made, key=lambda c: (c.on, c.layer_id)))


def of_entry(found: tuple[FileChange, ...], library: str, entry: str) -> Iterator[tuple[FileChange, EntryChange]]:
    """Yield what files changed of one entry, the oldest first."""
    for one in found:
        yield from ((one, c) for c in one.changes if (c.library, c.entry_id) == (library, entry))


def _of_layer(spec: LayerSpec, results: Results) -> Iterator[FileChange]:
    files = [spec.model_copy(update={"source": e.source, "layer": e.layer, "earlier": ()}) for e in spec.earlier]
    states = [library_files.entries(s, results.study, results.folder) for s in (*files, spec)]
    for days, (one, other), (old, new) in zip(spec.earlier, pairwise((*files, spec)), pairwise(states), strict=True):
        names = Path(one.source).name, Path(other.source).name
        if old is None or new is None:
            yield FileChange(days.until, spec.id, *names, (), lost=True)
            continue
        made = library_past.changes(old[0], new[0])
        yield FileChange(days.until, spec.id, *names, tuple(made), max(old[1], new[1]))
