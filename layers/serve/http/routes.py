"""What the server answers beside the pages: tiles and the map library, all from this computer."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import xstatic.pkg.leaflet
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from geo.basis.errors import LuodiError
from layers.serve.draw.mercator import exists
from layers.serve.draw.published import FACTS, SHELF
from layers.serve.http.access import Guard
from layers.serve.pages.board import board
from layers.study.run.released import open_results

COMPONENT = Path(__file__).resolve().parents[1] / "component" / "built"
LONGEST_QUESTION = 80
LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)
KEEP = {"Cache-Control": "private, max-age=604800, immutable", "X-Content-Type-Options": "nosniff"}
FORGET = {"Cache-Control": "no-store"}


def tile(request: Request) -> Response:
    """Answer one tile; a plain function, so drawing runs beside the pages in the thread pool."""
    at = (request.path_params["z"], request.path_params["x"], request.path_params["y"])
    picture = SHELF.tile(request.path_params["key"], at) if exists(*at) else None
    if picture is None:
        return Response(status_code=404, headers=FORGET)
    return Response(picture, media_type="image/png", headers=KEEP)


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


ROUTES = [
    Route("/tiles/{key}/{z:int}/{x:int}/{y:int}.png", tile),
    Route("/ids/{key}/{z:int}/{x:int}/{y:int}", numbers),
    Route("/facts/{key}/{n:int}", facts),
    Route("/find/{key}", find),
    Mount("/assets/map", StaticFiles(directory=COMPONENT)),
    Mount("/assets/leaflet", StaticFiles(directory=LEAFLET)),
]
MIDDLEWARE = [Middleware(Guard)]
