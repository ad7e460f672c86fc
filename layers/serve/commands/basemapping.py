"""The basemaps of a study: basemap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import Json, Lang, Study
from layers.text import Language, say, sentence


def basemap(
    folder: Study,
    source: Annotated[
        str, typer.Argument(metavar="[FILE|ADDRESS]", help="GeoTIFF, PMTiles or address of tiles; none lists them.")
    ] = "",
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    attribution: Annotated[str, typer.Option(help="What has to stand beside it on the map.")] = "",
    system: Annotated[str, typer.Option(help="cgcs2000 or wgs84; gcj02 and bd09 are refused.")] = "cgcs2000",
    crs: Annotated[str, typer.Option(help="Of a GeoTIFF that does not say it.")] = "",
    vintage: Annotated[str, typer.Option(help="Day of the picture, YYYY-MM-DD.")] = "",
    opacity: Annotated[float, typer.Option(help="0.1 to 1.")] = 1.0,
    zoom: Annotated[int, typer.Option(help="Greatest zoom of a service.")] = 18,
    shown: Annotated[bool, typer.Option("--shown", help="Maps begin with it.")] = False,
    outside: Annotated[
        bool, typer.Option("--outside", help="Its service may lie outside the office's network.")
    ] = False,
    leaves: Annotated[bool, typer.Option("--leaves", help="It may stand on printed maps.")] = False,
    drop: Annotated[str, typer.Option(help="Take out the basemap of this id.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Lay an image, a tile file or a tile service under the maps (底图); without one, list what there is."""
    said: dict[str, Any] = {
        "name": name, "attribution": attribution, "system": system, "crs": crs, "opacity": opacity, "shown": shown,
        "outside": outside, "leaves": leaves,
    }  # fmt: skip

    def work(console: Console) -> None:
        from layers.study import basemap_look, basemaps, spec

        spec.require(folder)
        if bool(source) and bool(drop):
            raise CallError(reason("basemap_one"))
        if drop:
            basemaps.drop(folder, drop)
            console.text(say("command.basemap_out", console.language, id=drop))
            console.result({"id": drop})
            return
        if not source:
            found = basemap_look.states(folder, basemap_look.home_of(folder))
            call.tell(console, _lines(found, console.language))
            console.result({"basemaps": [s.basemap.id for s in found if s.why is None]})
            return
        wanted = said | ({"vintage": call.day(vintage)} if vintage else {})
        if "://" in source:
            wanted |= {"source": source, "zooms": (0, zoom)}
        made = basemap_look.add(folder, wanted, None if "://" in source else Path(source))
        for note in made.notes:
            console.note(note)
        console.text(say("command.basemap_kept", console.language, name=made.basemap.name, id=made.basemap.id))
        console.result({"id": made.basemap.id, "name": made.basemap.name})

    call.run(as_json, lang, work)


def _lines(found: Any, language: Language) -> list[str]:
    """Return a line for each basemap: what it is, and whether it can be used."""
    return [
        say("command.basemap_line", language, id=s.basemap.id, name=s.basemap.name,
            kind=say(f"uibasemap.kind_{s.basemap.kind}", language),
            state=sentence(s.why, language) if s.why else say("uibasemap.fine", language))
        for s in found
    ] or [say("command.basemap_none", language)]  # fmt: skip
