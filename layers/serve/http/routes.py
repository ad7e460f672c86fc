"""What the server answers beside the pages: tiles, the map library, files dropped on a page; all on this computer."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from geo.basis.errors import BlockedError, LuodiError
from geo.basis.reason import reason
from layers.serve.draw.mercator import exists
from layers.serve.draw.published import FACTS, SHELF
from layers.serve.http.access import Guard
from layers.serve.pages.board import board
from layers.study import may, uploads
from layers.study.run.released import open_results
from layers.text import LANGUAGES, Language, sentences

COMPONENT = Path(__file__).resolve().parents[1] / "component" / "built"
LONGEST_QUESTION = 80
NAME = "x-luodi-name"
"""Header with the name of an uploaded file, percent-encoded; a foreign page cannot send it unasked."""
KEEP = {"Cache-Control": "private, max-age=604800, immutable", "X-Content-Type-Options": "nosniff"}
FORGET = {"Cache-Control": "no-store"}
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


def tile(request: Request) -> Response:
    """Answer one tile; a plain function, so drawing runs beside the pages in the thread pool."""
    at = (request.path_params["z"], request.path_params["x"], request.path_params["y"])
    try:
        picture = SHELF.tile(request.path_params["key"], at) if exists(*at) else None
    except LuodiError as problem:  # a basemap whose file or service failed: the map says so in its own language
        said = {language: " ".join(sentences(problem, language)) for language in LANGUAGES}
        return JSONResponse(said, status_code=502, headers=FORGET)
    if picture is None:
        return Response(status_code=404, headers=FORGET)
    if not picture:
        return Response(status_code=204, headers=FORGET)
    return Response(picture, media_type=_kind(picture), headers=KEEP)


def _kind(picture: bytes) -> str:
    """Return what a tile is; those of a basemap are handed on as they lie in its file."""
    if picture[:4] == b"RIFF":
        return "image/webp"
    return next((kind for start, kind in KINDS.items() if picture.startswith(start)), "image/avif")


def numbers(request: Request) -> Response:
    """Answer the numbers of the polygons under one tile."""
    at = (request.path_params["z"], request.path_params["x"], request.path_params["y"])
    return _facts(FACTS.tile(request.path_params["key"], at) if exists(*at) else None)


def facts(request: Request) -> Response:
    """Answer bytes by their place: classes, a card, names."""
    return _facts(FACTS.tile(request.path_params["key"], request.path_params["n"]))


def find(request: Request) -> Response:
    """Answer the places a text may mean."""
    asked = request.query_params.get("q", "")[:LONGEST_QUESTION]
    return _facts(FACTS.tile(request.path_params["key"], asked))


def _facts(packed: bytes | None) -> Response:
    if packed is None:
        return Response(status_code=404, headers=FORGET)
    return Response(packed, media_type="application/octet-stream", headers=KEEP | {"Content-Encoding": "gzip"})


def study_folder() -> Path | None:
    """Return the study this server was started for (``LUODI_STUDY``), None without one."""
    given = os.environ.get("LUODI_STUDY", "")
    return Path(given).expanduser().resolve() if given else None


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Draw the map of the newest run while the first visitor's browser is still opening."""
    threading.Thread(target=_warm, daemon=True).start()
    yield


def _warm() -> None:
    folder = study_folder()
    try:
        results = open_results(folder) if folder and folder.is_dir() else None
        if results is not None and results.has("candidates"):
            board(results).layers()
    except (LuodiError, OSError, ValueError, KeyError) as problem:
        # the page opens the study again and tells the visitor what is wrong
        logging.getLogger(__name__).info("not warmed: %s", problem)


async def upload(request: Request) -> Response:
    """Take one dropped file into a batch; its bytes go to the disk as they come, never whole into memory."""
    folder, name = study_folder(), request.headers.get(NAME, "")
    language: Language = "zh" if request.query_params.get("lang") == "zh" else "en"
    try:
        if folder is None or not name:
            raise BlockedError(reason("upload_unknown"))
        may.require("", "upload", folder)
        with uploads.receiving(folder, request.path_params["token"], unquote(name)) as file:
            async for chunk in request.stream():
                await run_in_threadpool(file.write, chunk)
    except ClientDisconnect:
        return Response(status_code=400, headers=FORGET)
    except LuodiError as problem:
        said = {"text": " ".join(sentences(problem, language))}
        return JSONResponse(said, status_code=400, headers=FORGET)
    return JSONResponse({"bytes": file.done}, status_code=201, headers=FORGET)


ROUTES = [
    Route("/upload/{token}", upload, methods=["PUT"]),
    Route("/tiles/{key}/{z:int}/{x:int}/{y:int}.png", tile),
    Route("/ids/{key}/{z:int}/{x:int}/{y:int}", numbers),
    Route("/facts/{key}/{n:int}", facts),
    Route("/find/{key}", find),
    Mount("/assets/map", StaticFiles(directory=COMPONENT)),
]
MIDDLEWARE = [Middleware(Guard)]
