"""Tiles of a service in the office's own network (内网瓦片服务): asked by this server alone, only where named.

Nothing is asked outside the network unless the setting names that expressly. No redirect is followed (it would
lead elsewhere unseen), an answer that is no picture is none, and a service that does not answer is left alone for
a while, so that it holds up nobody.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import Reason, reason

WAIT_S, REST_S = 8.0, 20.0
LONGEST_TILE, LONGEST_ADDRESS = 4_000_000, 2_000
AT_ONCE = 6
"""Tiles asked of one service at the same time; more wait, and give up with it."""
AGENT = "Luodi"
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
SQUARES = frozenset({
    "w", "googlemapscompatible", "webmercator", "webmercatorquad", "epsg:3857", "epsg:900913", "epsg:102100", "3857",
    "900913", "googlemaps", "default028mm",
})  # fmt: skip
"""Names of tile matrix sets that are the square of the web map."""
_PLACE = re.compile(r"\{([^{}]*)\}")
_WAYS = {
    "z": "z", "tilematrix": "z", "level": "z", "x": "x", "tilecol": "x", "col": "x", "y": "y", "tilerow": "y",
    "row": "y", "-y": "-y",
}  # fmt: skip


def unfit(address: str) -> list[Reason]:
    """Return why an address is no template of map tiles in the square of the web map; empty where it is one."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port  # noqa: F841 - a port that is no number is refused here
    except ValueError:
        return [reason("basemap_address", given=address[:120])]
    plain = address.isprintable() and not re.search(r"[\s\"'<>\\^`|]", address)
    if parts.scheme not in ("http", "https") or not host or not plain or len(address) > LONGEST_ADDRESS:
        return [reason("basemap_address", given=address[:120])]
    if parts.username is not None or parts.password is not None:
        return [reason("basemap_address_password")]
    return _unplaced(address) + _other_square(parts.query)


def _unplaced(address: str) -> list[Reason]:
    named = [_WAYS.get(n.lower(), "") for n in _PLACE.findall(address)]
    odd = [n for n in _PLACE.findall(address) if n.lower() not in _WAYS]
    if odd:
        return [reason("basemap_placeholder", given=odd)]
    complete = {"z", "x"} <= set(named) and bool({"y", "-y"} & set(named))
    return [] if complete else [reason("basemap_placeholder_missing")]


def _other_square(query: str) -> list[Reason]:
    """Name a tile matrix set that is not the square of the web map: its tiles would lie elsewhere."""
    for name, value in parse_qsl(query):
        code = value.lower().replace("urn:ogc:def:crs:", "").replace("::", ":")
        if name.lower() == "tilematrixset" and "{" not in value and code not in SQUARES:
            return [reason("basemap_matrix_set", given=value, known=["w", "GoogleMapsCompatible", "EPSG:3857"])]
    return []


def host_of(address: str) -> str:
    """Return the server of an address, for people: an access key stays out of what is told."""
    return urlsplit(address).hostname or ""


def reached(address: str, outside: bool) -> None:
    """Refuse a server beyond the office's network, unless that was named expressly; some are never asked.

    Raises
    ------
    CallError
        It lies outside, nobody knows where it lies, or it is one that serves this computer alone by a special way.
    """
    host = host_of(address)
    found = _addresses(host)
    odd = [a for a in found if a.is_link_local or a.is_multicast or a.is_unspecified or a.is_reserved]
    if odd:
        raise CallError(reason("basemap_host_special", host=host))
    if outside:
        return
    if not found:
        raise CallError(reason("basemap_host_unknown", host=host))
    if any(a.is_global for a in found):
        raise CallError(reason("basemap_outside", host=host))


def _addresses(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    try:
        told = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return []
    out = [ipaddress.ip_address(str(info[4][0]).split("%")[0]) for info in told]
    return [getattr(a, "ipv4_mapped", None) or a for a in out]


def is_picture(body: bytes) -> bool:
    """Tell whether bytes begin as a picture a browser draws."""
    webp = body[:4] == b"RIFF" and body[8:12] == b"WEBP"
    return body.startswith(PICTURES) or webp or body[4:12] == b"ftypavif"


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(self, *_: Any) -> None:
        """Leave the answer as it is: an error that says where it would lead."""


@dataclass
class TileService:
    """A service asked for tiles.

    Parameters
    ----------
    address : str
        With places for zoom, column and row; checked by `unfit`.
    outside : bool
        Whether it may lie beyond the office's network; the computer's own proxy is used then.
    """

    address: str
    outside: bool = False
    _gate: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))
    _rest: tuple[float, Reason | None] = (0.0, None)

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Return a tile as it came, empty bytes where the service has none.

        Raises
        ------
        BlockedError
            The service does not answer, or with what is no tile.
        CallError
            It lies outside and may not be asked.
        """
        until, why = self._rest
        if why is not None and time.monotonic() < until:
            raise BlockedError(why)
        if not self._gate.acquire(timeout=WAIT_S):
            raise BlockedError(reason("basemap_silent", host=host_of(self.address)))
        try:
            reached(self.address, self.outside)
            return self._asked(filled(self.address, z, x, y))
        except BlockedError as problem:
            self._rest = (time.monotonic() + REST_S, problem.reasons[0])
            raise
        finally:
            self._gate.release()

    def _asked(self, address: str) -> bytes:
        host = host_of(self.address)
        proxies: dict[str, str] | None = None if self.outside else {}
        ask = urllib.request.build_opener(_Straight(), urllib.request.ProxyHandler(proxies))
        try:
            with ask.open(urllib.request.Request(address, headers={"User-Agent": AGENT}), timeout=WAIT_S) as answer:
                body: bytes = answer.read(LONGEST_TILE + 1)
                status = answer.status
        except urllib.error.HTTPError as problem:
            if problem.code in (404, 410):
                return b""
            raise BlockedError(reason("basemap_status", host=host, status=problem.code)) from None
        except (OSError, http.client.HTTPException, ValueError) as problem:
            detail = str(getattr(problem, "reason", problem))[:120]
            raise BlockedError(reason("basemap_no_answer", host=host, detail=detail)) from None
        if status == 204 or not body:
            return b""
        if len(body) > LONGEST_TILE or not is_picture(body):
            raise BlockedError(reason("basemap_not_picture", host=host))
        return body


def filled(address: str, z: int, x: int, y: int) -> str:
    """Return the address of one tile."""
    values = {"z": z, "x": x, "y": y, "-y": 2**z - 1 - y}
    whole = _PLACE.sub(lambda m: str(values[_WAYS[m[1].lower()]]), address)
    return quote(whole, safe="%/:?&=#+,;@!$()*~[]-._")
