"""What is wrong with files and a study, and what is accepted about it: check, accept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from geo.basis.errors import CallError, LuodiError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call, options
from layers.serve.commands.options import Json, Lang, Study
from layers.text import say


def check(
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE")],
    study: Annotated[
        Path | None, typer.Option("--study", metavar="DIR", help="Check FILE as `add` would, for this study.")
    ] = None,
    role: Annotated[str, typer.Option(help="With --study: parcels, constraint, plan, network, raster …")] = "",
    layer_id: options.LayerId = "",
    layer: options.Inside = "",
    crs: options.Crs = "",
    encoding: options.Encoding = "",
    field: options.Fields = None,
    class_field: options.ClassField = "",
    where: options.Where = "",
    coverage: options.Coverage = "",
    vintage: options.Vintage = "",
    owner: options.Owner = "",
    provenance: options.Provenance = "",
    licence: options.Licence = "",
    sensitivity: options.Sensitivity = "",
    title: options.Title = "",
    scheme: options.Scheme = "",
    kind: options.Kind = "",
    band: options.Bands = None,
    vertical_unit: options.VerticalUnit = "",
    accept: options.Accept = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write the findings: .xlsx, .csv, .json; overlaps, gaps, slivers as shapes: .gpkg, .geojson.",
        ),
    ] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Check a file, a folder of files or a whole study: what is wrong, what to do; with --study, as `add` would."""
    given = {
        "role": role, "id": layer_id, "layer": layer, "crs": crs, "encoding": encoding, "fields": field,
        "class": class_field, "where": where, "coverage": coverage, "vintage": vintage, "owner": owner,
        "provenance": provenance, "licence": licence, "sensitivity": sensitivity,
        "title": title, "land_use_scheme": scheme, "kind": kind, "bands": band, "vertical_unit": vertical_unit,
        "accept": accept,
    }  # fmt: skip

    def work(console: Console) -> None:
        from layers.outputs import findings_list
        from layers.study import audit, catalog

        said = options.entry(given)
        if _is_delivery(target):
            if said or study is not None:
                raise CallError(reason("check_folder_alone", path=str(target)))
            findings = audit.of_folder(target, console.progress)
        else:
            findings = catalog.check(target, console.progress, said, study, asking=True)
        for finding in findings if console.as_json else ():
            console.note(finding.reason)
        listed = findings_list.frame(findings, target, console.language)
        for row in listed.to_dict("records"):
            console.text(
                say("command.problem_line", console.language, **{k: row[k] for k in ("layer", "severity", "text")})
            )
            if row["remedy"]:
                console.text(say("findingslist.call", console.language, call=row["remedy"]))
        if out is not None:
            _findings_out(console, target, listed, out)
        blocking = [f.reason for f in findings if f.severity == "block"]
        if blocking:
            raise LuodiError(reason("check_blocked", count=len(blocking)))
        console.text(say("command.check_done", console.language, count=len(findings)))
        console.result({"findings": len(findings), "listed": listed.to_dict("records")})

    call.run(as_json, lang, work)


def _is_delivery(target: Path) -> bool:
    """Tell whether a folder is neither a study nor a geodatabase: files as somebody sent them."""
    from layers.study import spec

    return target.is_dir() and target.suffix.lower() != ".gdb" and not (target / spec.FILE).is_file()


def _findings_out(console: Console, target: Path, listed: Any, out: Path) -> None:
    """Write the findings as a list, or the flaws of a study's layers as shapes."""
    from layers.outputs import findings_list
    from layers.study import topology

    place = target if target.is_dir() and not _is_delivery(target) else Path.cwd()
    if not findings_list.of_shapes(out):
        findings_list.write(listed, out, console.language, place)
        return
    found = topology.of_study(target, console.progress)
    findings_list.write_shapes(found, out, console.language, place)
    console.text(say("findingslist.written", console.language, count=len(found), path=out))


def accept(
    folder: Study,
    layer: Annotated[str, typer.Argument(help="Layer of the study.")],
    names: Annotated[list[str], typer.Argument(metavar="PROPOSAL…", help="Proposals of its check.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Accept what the check of a layer proposes; the decision stands in its settings."""

    def work(console: Console) -> None:
        from layers.study import accept as accepted

        whole = accepted.accept(folder, layer, names)
        console.text(say("command.accepted", console.language, id=layer, names=whole))
        console.result({"id": layer, "accept": whole})

    call.run(as_json, lang, work)
