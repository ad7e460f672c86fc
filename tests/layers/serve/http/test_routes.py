"""The routes and their guard, asked as a browser and as a stranger would."""

import asyncio
import gzip
import json
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.serve.draw.numbered import packed
from layers.serve.draw.published import FACTS, SHELF
from layers.serve.http.access import allowed_hosts, trusted
from layers.serve.http.routes import MIDDLEWARE, ROUTES, study_folder
from layers.study import uploads
from layers.text import LANGUAGES


@dataclass(frozen=True)
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes


class Client:
    """Speaks to the application as the server does, without a network."""

    def __init__(self, app):
        self.app = app

    def get(self, path, headers=None):
        return asyncio.run(self._get(path, {"host": "127.0.0.1:8501"} | (headers or {})))

    def put(self, path, pieces, headers=None):
        asked = {"host": "127.0.0.1:8501"} | (headers or {})
        return asyncio.run(self._get(path, asked, "PUT", pieces))

    async def _get(self, path, headers, method="GET", pieces=(b"",)):
        told = []
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 8501),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }  # fmt: skip

        last = len(pieces) - 1
        turns = iter([{"type": "http.request", "body": b, "more_body": k < last} for k, b in enumerate(pieces)])

        async def receive():
            return next(turns, None) or await asyncio.Event().wait()  # stays connected

        async def send(message):
            told.append(message)

        await self.app(scope, receive, send)
        first = told[0]
        given = {k.decode(): v.decode() for k, v in first["headers"]}
        return Answer(first["status"], given, b"".join(m.get("body", b"") for m in told[1:]))

    async def _knock(self, headers):
        told = []

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            told.append(message)

        scope = {"type": "websocket", "path": "/x", "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}
        await self.app(scope, receive, send)
        return told

    def knock(self, headers):
        return asyncio.run(self._knock(headers))


@pytest.fixture(scope="module")
def client():
    return Client(Starlette(routes=ROUTES, middleware=MIDDLEWARE))


def test_sockets_of_strangers_are_closed(client):
    closed = [{"type": "websocket.close", "code": 1008}]
    assert client.knock({"host": "127.0.0.1:8501", "origin": "https://evil.example"}) == closed
    assert client.knock({"host": "evil.example"}) == closed


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501"])
@pytest.mark.parametrize(
    "origin",
    ["http://127.0.0.1:3000", "http://localhost:3000", "http://localhost", "https://127.0.0.1:8501", "http://[::1]:9",
     "http://127.0.0.1:8501.evil.example", "http://127.0.0.1:x", "null", "", "file://", "ftp://localhost:8501",
     "http://localhost:8501@evil.example", "http://evil.example:8501"],
)  # fmt: skip
def test_a_socket_is_open_to_its_own_origin_only(client, host, origin):
    closed = [{"type": "websocket.close", "code": 1008}]
    if origin == "https://127.0.0.1:8501" and host.startswith("127"):
        return  # the same name and port: where a gate before the server speaks TLS
    assert client.knock({"host": host, "origin": origin}) == closed
    assert trusted(Headers({"host": host, "origin": f"http://{host}"}))


@pytest.fixture
def key():
    return SHELF.put("test_routes", lambda at: b"\x89PNG" + bytes(at))


def test_a_tile_may_be_kept_for_ever(client, key):
    answer = client.get(f"/tiles/{key}/3/1/2.png")
    assert answer.status_code == 200
    assert answer.content == b"\x89PNG\x03\x01\x02"
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"]


def test_facts_are_kept_by_their_content_and_read_as_they_were_packed(client):
    facts = FACTS.put("test_routes facts", lambda place: packed(repr(place).encode()))
    for path, wanted in ((f"/ids/{facts}/3/1/2", "(3, 1, 2)"), (f"/facts/{facts}/7", "7"), (f"/find/{facts}", "''")):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"] == "application/octet-stream"
        assert gzip.decompress(answer.content).decode() == wanted
    for path in (f"/ids/{facts}/3/8/0", f"/ids/{'0' * 32}/3/1/2", f"/facts/{'0' * 32}/0", f"/find/{'0' * 32}"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "no-store"
    assert client.get(f"/facts/{facts}/7", headers={"origin": "https://evil.example"}).status_code == 403


def test_the_component_comes_from_here_and_nothing_beside_it(client):
    answer = client.get("/assets/map/map.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    assert client.get("/assets/map/../build.mjs").status_code == 404


@pytest.mark.parametrize("path", ["0" * 32 + "/3/1/2", "{key}/3/8/0", "{key}/99/0/0"])
def test_a_miss_is_not_remembered(client, key, path):
    answer = client.get(f"/tiles/{path.format(key=key)}.png")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["{key}/3/1/-2.png", "{key}/a/1/2.png", "{key}/3/1/2.png/../../x", "..%2f..%2fapp.py"])
def test_addresses_that_are_none(client, key, path):
    assert client.get(f"/tiles/{path.format(key=key)}").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8501"}, 200),
        ({"host": "[::1]:8501"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example:8501"}, 403),
        ({"host": ""}, 403),
        ({"host": "[broken"}, 403),
        ({"origin": "http://127.0.0.1:8501"}, 200),
        ({"origin": "http://localhost:8501", "host": "LOCALHOST:8501"}, 200),
        ({"origin": "http://localhost", "host": "localhost:80"}, 200),
        ({"origin": "http://localhost:8501"}, 403),
        ({"origin": "http://127.0.0.1:3000"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, 200),
    ],
)
def test_who_may_ask(client, key, headers, status):
    assert client.get(f"/tiles/{key}/3/1/2.png", headers=headers).status_code == status


def test_more_names_by_setting(client, key, monkeypatch):
    asked = {"host": "luodi.intranet"}
    assert client.get(f"/tiles/{key}/3/1/2.png", headers=asked).status_code == 403
    monkeypatch.setenv("LUODI_HOSTS", " Luodi.Intranet , ")
    assert client.get(f"/tiles/{key}/3/1/2.png", headers=asked).status_code == 200
    assert "" not in allowed_hosts()


def test_study_folder_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUODI_STUDY", "here")
    assert study_folder() == tmp_path / "here"
    monkeypatch.delenv("LUODI_STUDY")
    assert study_folder() is None


def test_a_dropped_file_goes_to_the_disk_piece_by_piece(tmp_path, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(tmp_path))
    client, token = Client(Starlette(routes=ROUTES, middleware=MIDDLEWARE)), uploads.begin(tmp_path)
    name = {"x-luodi-name": quote("三区三线/红线.zip")}
    assert client.put(f"/upload/{token}", [b"ab", b"cd"], name).status_code == 201
    assert (uploads.batch(tmp_path, token) / "三区三线" / "红线.zip").read_bytes() == b"abcd"
    again = client.put(f"/upload/{token}", [b"x"], name)
    assert again.status_code == 400
    assert "红线.zip" in json.loads(again.content)["text"]
    assert client.put(f"/upload/{'0' * 24}", [b"x"], name).status_code == 400
    assert client.put(f"/upload/{token}", [b"x"]).status_code == 400


def test_a_foreign_page_cannot_drop_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("LUODI_STUDY", str(tmp_path))
    client, token = Client(Starlette(routes=ROUTES, middleware=MIDDLEWARE)), uploads.begin(tmp_path)
    for told in ({"origin": "http://evil.example"}, {"origin": "http://127.0.0.1:9999"}, {"host": "evil.example"}):
        assert client.put(f"/upload/{token}", [b"x"], {"x-luodi-name": "a.txt"} | told).status_code == 403
    assert not uploads.batch(tmp_path, token).exists()
    assert list(tmp_path.iterdir()) == []


def test_a_tile_says_what_it_is(client):
    for body, kind in ((b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF0000WEBP", "image/webp")):
        answer = client.get(f"/tiles/{SHELF.put(f'kind {kind}', lambda at, body=body: body)}/1/0/0.png")
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, kind, body)


def test_a_basemap_that_has_nothing_or_cannot_be_had_is_kept_by_nobody(client):
    def lost(at):
        raise BlockedError(reason("basemap_file_lost", file="<b>甲.tif"))

    nothing = client.get(f"/tiles/{SHELF.put('nothing', lambda at: b'')}/1/0/0.png")
    assert (nothing.status_code, nothing.content) == (204, b"")
    answer = client.get(f"/tiles/{SHELF.put('lost', lost)}/1/0/0.png")
    assert answer.status_code == 502
    told = json.loads(answer.content)
    assert set(told) == set(LANGUAGES)
    assert all("<b>甲.tif" in text for text in told.values())
    assert {nothing.headers["cache-control"], answer.headers["cache-control"]} == {"no-store"}
