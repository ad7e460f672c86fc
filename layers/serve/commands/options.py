"""Options several commands share, and the entry of a layer that those of `add` and `check` describe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from layers.serve.commands import call

Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Lang = Annotated[str, typer.Option("--lang", help="en or zh; default from LUODI_LANG or the system.")]
Study = Annotated[Path, typer.Argument(metavar="DIR", help="The study folder.")]
LayerId = Annotated[str, typer.Option("--id", help="Name by which rules refer to the layer.")]
Inside = Annotated[str, typer.Option("--layer", help="Layer inside the file.")]
Crs = Annotated[str, typer.Option(help="CRS, when the file does not say.")]
Encoding = Annotated[str, typer.Option(help="Text encoding, when the file says it wrongly.")]
Fields = Annotated[list[str] | None, typer.Option(help="ours=theirs, for example parcel_id=BSM.")]
ClassField = Annotated[str, typer.Option("--class", help="Break the overlap down by this field.")]
Where = Annotated[str, typer.Option(help="Only the rows for which this holds.")]
Coverage = Annotated[str, typer.Option(help="complete, unknown (unless said otherwise), or a polygon file.")]
Vintage = Annotated[str, typer.Option(help="Date of the data, YYYY-MM-DD.")]
Owner = Annotated[str, typer.Option(help="Department the data comes from.")]
Provenance = Annotated[str, typer.Option(help="Where the data comes from: letter, portal, contract.")]
Licence = Annotated[str, typer.Option(help="What may be done with the data.")]
Sensitivity = Annotated[str, typer.Option(help="public, internal or restricted; restricted data never leaves.")]
Title = Annotated[str, typer.Option(help="Name shown to people.")]
Scheme = Annotated[str, typer.Option(help="Land-use scheme of the codes.")]
Kind = Annotated[str, typer.Option(help="For rasters: dem, slope, classes, index, imagery.")]
Bands = Annotated[list[str] | None, typer.Option(help="For imagery: name=number, for example red=1.")]
VerticalUnit = Annotated[str, typer.Option(help="For a dem: m or ft; for a slope: pct or deg.")]
Accept = Annotated[list[str] | None, typer.Option(help="Accept a proposal of the check.")]
Why = Annotated[str, typer.Option("--why", help="On what ground; it stays in the history.")]
Ground = Annotated[str, typer.Option("--why", help="On what ground.")]
Document = Annotated[str, typer.Option(help="The paper it rests on.")]
On = Annotated[str, typer.Option("--on", help="Another day than that of the study, YYYY-MM-DD.")]
After = Annotated[int | None, typer.Option("--after", help="The decision you have seen (its number) and replace.")]
Person = Annotated[str, typer.Option("--person", help="Who decides.")]

RunnerKind = Annotated[
    str, typer.Option("--runner", help="Who measures: serial, processes (of this computer), dask (docs: performance).")
]
Workers = Annotated[int, typer.Option(help="So many processes or workers of our own; 0: one per core.")]
Scheduler = Annotated[str, typer.Option(help="Address of a Dask scheduler: on this computer, or tls://.")]


def entry(given: dict[str, Any]) -> dict[str, Any]:
    """Return the ``[[layers]]`` entry that the options of `add` and `check` describe."""
    role = given["role"]
    bands = {name: int(n) if n.isdecimal() else n for name, n in call.fields(given["bands"] or []).items()}
    made = given | {
        "id": given["id"] or (role if role == "parcels" else ""), "fields": call.fields(given["fields"] or []),
        "vintage": call.day(given["vintage"]), "bands": bands, "accept": tuple(given["accept"] or ()),
    }  # fmt: skip
    return {key: value for key, value in made.items() if value}
