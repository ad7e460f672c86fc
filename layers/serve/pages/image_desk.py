"""The images of a study under its maps (影像底图): opened when a map first shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from layers.serve.draw.imagery import ImageTiles, Picture
from layers.serve.draw.published import Address
from layers.serve.draw.tiles import EMPTY
from layers.study.registers import imagery
from layers.study.run.results import Results
from layers.study.spec import LayerSpec


@dataclass(frozen=True)
class SeenImage:
    """An image of a study as the map lists it.

    Parameters
    ----------
    spec : LayerSpec
        With red, green and blue.
    folder : Path
        Of the study.
    study_crs : str
        Of the study.
    content : str
        What its tiles are of: run, layer and state of the file.
    """

    spec: LayerSpec
    folder: Path
    study_crs: str
    content: str

    @property
    def layer_id(self) -> str:
        """Its id in the study."""
        return self.spec.id

    @property
    def title(self) -> str:
        """Text of the user's, not yet escaped."""
        return self.spec.title or self.spec.id

    @property
    def vintage(self) -> str:
        """The day it was taken."""
        return str(self.spec.vintage or "")

    @cached_property
    def _tiles(self) -> ImageTiles | None:
        """The image, parsed by a process of its own when a map first asks; None when it cannot be used."""
        found = imagery.seen(self.spec, self.folder, self.study_crs)
        if found is None:
            return None
        file, system = found
        red, green, blue = (file.bands[self.spec.bands[name] - 1] for name in ("red", "green", "blue"))
        return ImageTiles(Picture((red, green, blue), file.valid, file.transform, system))

    def png(self, at: Address) -> bytes:
        """Return one tile; clear where there is no image, or none that can be used (the preflight says why)."""
        return self._tiles.png(at) if self._tiles else EMPTY


def seen_images(results: Results, name: str) -> list[SeenImage]:
    """Return the images a map can show, oldest first; a file that is not there is none."""
    out = []
    for spec, source in imagery.seen_files(results.study, results.folder):
        state = source.stat()
        content = f"{name}|image|{spec.id}|{state.st_mtime_ns}|{state.st_size}"
        out.append(SeenImage(spec, results.folder, results.study.crs, content))
    return out
