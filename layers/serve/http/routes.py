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
from layers.serve.draw.published import SHELF
from layers.serve.http.access import Guard
from layers.serve.pages.board import board
from layers.study.run.released import open_results

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
    Mount("/assets/leaflet", StaticFiles(directory=LEAFLET)),
]
MIDDLEWARE = [Middleware(Guard)]
