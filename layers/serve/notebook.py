"""A study in a notebook or a script: open it, run it, take its tables, ask why.

The same doors as the commands: what a layer that is use-only says does not leave here either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.progress import Progress, silent
from layers.outputs.told import told
from layers.outputs.web_map import study_map
from layers.study import spec
from layers.study.run import crews, released, runs
from layers.study.run.results import Results, there
from layers.study.run.runs import Report
from layers.study.spec import Study
from layers.text import Language


@dataclass(frozen=True)
class OpenStudy:
    """A study folder.

    Parameters
    ----------
    folder : Path
    """

    folder: Path

    @property
    def settings(self) -> Study:
        """`study.toml` as it stands now."""
        return spec.read(self.folder)

    def run(
        self, until: str = "all", progress: Progress = silent, runner: str = "serial", workers: int = 0,
        scheduler: str = "",
    ) -> Report:  # fmt: skip
        """Build what is stale, in order, up to a stage; the newest run then holds its tables.

        Parameters
        ----------
        until : str
            A stage (``screen``, ``assemble``, ``rank``, ``place``, ``idle`` …) or "all".
        progress : callable
            ``(done, total, stage)``; raising `geo.basis.errors.Cancelled` in it stops the run, the old one stays.
        runner : {"serial", "processes", "dask"}
            Who measures the parcels; no table depends on it.
        workers : int
            Processes, or workers of a cluster of our own; 0: one per core.
        scheduler : str
            Address of a Dask scheduler: on this computer, or ``tls://``.

        Returns
        -------
        Report
            ``run_id``, and the stages that were built and kept.

        Raises
        ------
        LuodiError
            In words: what stands in the way, which rows, what to do.
        """
        return runs.update(self.folder, until, progress, crews.hiring(runner, workers, scheduler))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables of the newest run that may leave the study, in order."""
        found = self._results
        return tuple(sorted(n for n in found.manifest["tables"] if released.refusal(found, n) is None))

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the newest run; do not change it, copy it.

        Returns
        -------
        DataFrame or GeoDataFrame
            With a geometry in the study CRS where the table has one. Areas are m², NaN is "not known", never 0.

        Raises
        ------
        BlockedError
            No run, not come that far, stale, or nothing but what a use-only layer says.
        DamagedError
            The file is not what was written.
        """
        return released.require(self.folder, name).table(name)

    def explain(self, subject: str, on: date | None = None, language: Language = "en") -> dict[str, Any]:
        """Return why a parcel, site, project or idle asset stands where it stands, as plain values.

        Raises
        ------
        BlockedError
            No run, results that are stale, or nothing of that id.
        """
        return told(self.folder, subject, on, language)[0]

    def explained(self, subject: str, on: date | None = None, language: Language = "en") -> str:
        """Return the same as `explain` as text, line by line."""
        return "\n".join(told(self.folder, subject, on, language)[1])

    def map(self, language: Language = "en") -> Any:
        """Return the candidates on a map (folium): a notebook shows it, ``.save("map.html")`` writes one file.

        Leaflet stands in the file, so it opens without a network; text of the study is only ever text.

        Raises
        ------
        BlockedError
            As `table`, or the parcels may not leave, or none has a shape.
        """
        return study_map(released.require(self.folder, "candidates"), language)

    @property
    def _results(self) -> Results:
        return there(released.open_results(self.folder), self.folder)


def open_study(folder: str | Path) -> OpenStudy:
    """Open a study folder.

    Raises
    ------
    BlockedError
        Not a study.
    SpecError
        `study.toml` does not hold together; the places are named.
    """
    path = Path(folder)
    spec.require(path)
    spec.read(path)
    return OpenStudy(path)
