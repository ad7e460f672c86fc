"""Who may ask this server: pages it served itself, under names it knows.

A page of another site can make a browser send requests to this computer, and can even
point its own name at 127.0.0.1 (DNS rebinding); a page of another program on this computer
differs by its port alone. Such requests carry a foreign Host or Origin and are refused, pages,
tiles and web sockets alike.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

PORTS = {"http": 80, "https": 443}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def allowed_hosts() -> frozenset[str]:
    """Return the names this server answers to; ``LUODI_HOSTS`` (commas) adds some."""
    more = os.environ.get("LUODI_HOSTS", "").split(",")
    return LOCAL | {name.strip().lower() for name in more if name.strip()}


def trusted(headers: Headers) -> bool:
    """Tell whether a request comes from a page of this server, or from no page at all."""
    if _name("//" + headers.get("host", "")) not in allowed_hosts():
        return False
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not _followed_link(headers):
        return False
    origins = headers.getlist("origin")
    return all(_is_own(origin, headers["host"]) for origin in origins)


def _is_own(origin: str, host: str) -> bool:
    """Tell whether an origin is the very name and port the request is for."""
    try:
        theirs, ours = urlsplit(origin), urlsplit("//" + host)
        usual = PORTS[theirs.scheme]
        return (theirs.hostname, theirs.port or usual) == (ours.hostname, ours.port or usual)
    except (KeyError, ValueError):  # no address at all, such as the "null" of a page without an origin
        return False


def _followed_link(headers: Headers) -> bool:
    """Opening the app from a link elsewhere is harmless; being embedded or fetched is not."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _name(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


class Guard:
    """Refuses every request and web socket that is not trusted."""

    def __init__(self, app: Any):
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a trusted request on; answer others 403, close their sockets."""
        if scope["type"] == "lifespan" or trusted(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse("Forbidden", status_code=403)(scope, receive, send)
