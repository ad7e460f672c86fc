"""A study and what comes into it: new, add, remove, describe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call, options
from layers.serve.commands.options import Json, Lang, Study
from layers.text import say, sentence


def new(
    folder: Study,
    crs: Annotated[str, typer.Option(help="Projected CRS in metres, for example EPSG:4549.")] = "",
    like: Annotated[list[Path] | None, typer.Option(help="Instead: the CRS that suits this file or folder.")] = None,
    name: Annotated[str, typer.Option(help="Name of the study.")] = "",
    as_of: Annotated[str, typer.Option(help="Day every clock reads, YYYY-MM-DD.")] = "",
    area: Annotated[str, typer.Option(help="ellipsoidal or planar.")] = "ellipsoidal",
    rules: Annotated[list[str] | None, typer.Option(help="Rule pack; repeat in order.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Make an empty study."""

    def work(console: Console) -> None:
        from layers.study import begin, catalog
        from layers.words import first_steps

        if bool(crs) == bool(like):
            raise CallError(reason("new_needs_crs"))
        crs_used = crs or begin.crs_of(folder, like or []).crs
        catalog.new(folder, crs=crs_used, name=name, as_of=call.day(as_of), area=area, rules=tuple(rules or ()))
        console.text(say("command.new_written", console.language, path=folder))
        if not rules and first_steps.abroad(crs_used):
            console.text(say("command.new_abroad", console.language, path=folder))
        console.result({"study": str(folder), "crs": crs_used})

    call.run(as_json, lang, work)


def add(
    folder: Study,
    files: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER…", help="Files, or folders as they were sent.")],
    role: Annotated[
        str, typer.Option(help="parcels, constraint, plan, network, raster …; without it, say what each layer is.")
    ] = "",
    take: Annotated[str, typer.Option(help="Without --role: take lines of the table, `all` or 1,3.")] = "",
    said: Annotated[list[str] | None, typer.Option("--as", help="Without --role: LINE=KIND, what a line is.")] = None,
    replace: Annotated[
        str,
        typer.Option(help="Put the file in the place of this layer's (or of one part, LAYER:PART); its settings stay."),
    ] = "",
    screen: Annotated[
        bool, typer.Option("--screen", help="With --replace: judge anew, say which verdicts moved.")
    ] = False,
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
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Add a file to a study after checking it; without --role, tell what each layer of files or folders is.

    Several files with --role are the parts of one layer.
    """
    given = {
        "role": role, "id": layer_id, "layer": layer, "crs": crs, "encoding": encoding, "fields": field,
        "class": class_field, "where": where, "coverage": coverage, "vintage": vintage, "owner": owner,
        "provenance": provenance, "licence": licence, "sensitivity": sensitivity,
        "title": title, "land_use_scheme": scheme, "kind": kind, "bands": band, "vertical_unit": vertical_unit,
        "accept": accept,
    }  # fmt: skip

    def work(console: Console) -> None:
        from layers.study import origins

        if (replace and (take or said)) or (screen and not replace):
            raise CallError(reason("replace_alone"))
        at = origins.named(files)
        if at is not None and at.table and not (role or replace):
            raise CallError(reason("database_needs_role", name=str(at)))
        with origins.local(folder, files) as here:
            for finding in here.findings:
                console.note(finding.reason)
            stated = options.entry(given) | here.said
            if replace:
                _replace(console, folder, here.files, replace, stated, screen)
            elif role:
                if take or said:
                    raise CallError(reason("delivery_take_needs_delivery"))
                _added(console, folder, here.files, stated)
            else:
                _delivery(console, folder, files, (take, said or []), stated)

    call.run(as_json, lang, work)


def _added(console: Console, folder: Path, files: list[Path], stated: dict[str, Any]) -> None:
    """Add a file, or several as the parts of one layer, as what the role says."""
    from layers.study import catalog, delivery

    file = files[0]
    if len(files) > 1:
        _kept_in_parts(folder, files, stated["role"], stated.get("kind", ""))
        stated |= delivery.as_one(folder, files, stated.get("layer", ""))
        file = Path(stated["parts"][0]["source"])
    made = catalog.added(folder, file, stated, console.progress)
    for finding in made.findings:
        console.note(finding.reason)
    console.text(say("command.added", console.language, id=made.id, path=file.name))
    console.result({"id": made.id, "findings": len(made.findings)})


def _kept_in_parts(folder: Path, files: list[Path], role: str, kind: str) -> None:
    """Refuse several files of a role that takes them one by one, with the calls that do."""
    from layers.study.layer_part import may_be_kept

    if not may_be_kept(role, kind):
        name = kind or role
        of = f"--role {role}" + (f" --kind {kind}" if kind else "")
        calls = [f"luodi add {folder} {file} {of} --id {name}_{k} …" for k, file in enumerate(files, 1)]
        raise CallError(reason("images_one_by_one" if role == "raster" else "parts_one_by_one", role=role, calls=calls))


def _replace(console: Console, folder: Path, files: list[Path], layer: str, said: dict[str, Any], screen: bool) -> None:
    """Put a newer file in the place of a layer's and say what changed: rows, area, and the verdicts if asked."""
    from layers.ask import compare
    from layers.study import replacing
    from layers.study.run.released import open_results
    from layers.words import replaced as words

    if said.get("role") or said.get("id"):
        raise CallError(reason("replace_one_file"))
    made = replacing.replace(folder, layer, files[0], said, files[1:])
    for finding in made.findings:
        console.note(finding.reason)
    call.tell(console, words.lines(made, folder, console.language))
    if not screen:
        console.result(words.plain(made))
        return
    before = open_results(folder)
    call.fresh(folder, "screen", console)
    if before is None or not before.has("candidates"):
        console.text(say("replaced.no_run_before", console.language))
        console.result(words.plain(made))
        return
    moved = compare.diff(before.run, folder)
    call.tell(console, compare.as_text(moved, console.language))
    console.result(words.plain(made) | {"changed": len(moved), "rows": moved.to_dict("records")})


def remove(
    folder: Study,
    layer: Annotated[str, typer.Argument(help="Layer of the study.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Take a layer out of a study; its file stays among the inputs."""

    def work(console: Console) -> None:
        from layers.study import replacing

        replacing.remove(folder, layer)
        console.text(say("command.removed", console.language, id=layer))
        console.result({"id": layer})

    call.run(as_json, lang, work)


_OF_ALL = ("crs", "encoding", "coverage", "vintage", "owner", "provenance", "licence", "sensitivity", "accept")
"""Options that may be said of all layers of a delivery at once."""


def _delivery(
    console: Console, folder: Path, files: list[Path], chosen: tuple[str, list[str]], said: dict[str, Any]
) -> None:
    """Tell what each layer of a delivery is, or is said to be, and take those that were named."""
    from layers.study import delivery
    from layers.words import delivery as words

    if lost := [k for k in said if k not in _OF_ALL]:
        raise CallError(reason("delivery_option_of_one", options=[f"--{k.replace('_', '-')}" for k in lost]))
    take, kinds = chosen
    found = delivery.delivery(folder, files, console.progress)
    if kinds:
        named = {int(n) if n.isdecimal() else 0: kind for n, kind in call.fields(kinds).items()}
        found = delivery.corrected(folder, found, named)
    language = console.language
    if not take:
        call.tell(console, words.lines(found, folder, language))
        console.result(words.plain(found, folder))
        return
    made = delivery.take(folder, delivery.chosen(found, take), said)
    for one in made:
        values = {"file": one.proposal.table.file.name, "id": one.id, "findings": len(one.findings), "path": folder}
        console.text(say("delivery.refused" if one.refused else "delivery.taken", language, **values))
        for why in one.refused:
            console.text("     " + sentence(why, language))
        for line in words.remedies(one, folder, said, language):
            console.text("     " + line)
    places = {id(p): n for n, p in enumerate(found.proposals, 1)}
    console.result({"taken": [t.id for t in made if not t.refused],
        "numbers": [places[id(t.proposal)] for t in made if not t.refused], "refused": [
        {"number": places[id(t.proposal)], "file": t.proposal.table.title, "reasons": [w.to_json() for w in t.refused],
         "calls": words.calls(t, folder, said)}
        for t in made if t.refused]})  # fmt: skip
    if stop := [why for one in made for why in one.refused]:
        count = sum(bool(one.refused) for one in made)
        raise BlockedError(stop if console.as_json else reason("delivery_some_refused", count=count))


def describe(
    folder: Study,
    layer: Annotated[str, typer.Argument(help="Layer of the study.")],
    coverage: options.Coverage = "",
    vintage: options.Vintage = "",
    owner: options.Owner = "",
    provenance: options.Provenance = "",
    licence: options.Licence = "",
    sensitivity: options.Sensitivity = "",
    title: options.Title = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say anew of a layer: coverage, day, department, title; what is not given stays."""

    def work(console: Console) -> None:
        from layers.study import describe as described

        given = {"coverage": coverage, "vintage": call.day(vintage), "owner": owner, "title": title,
                 "provenance": provenance, "licence": licence, "sensitivity": sensitivity}  # fmt: skip
        described.describe(folder, layer, {k: v for k, v in given.items() if v})
        console.text(say("command.described", console.language, id=layer))
        console.result({"id": layer})

    call.run(as_json, lang, work)
