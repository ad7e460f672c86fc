"""Tiles, archives and services of map pictures, made for tests."""

import gzip
import io
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from layers.sources.formats.pmtiles import number_of


def png(colour=(40, 120, 60)):
    out = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(out, "PNG")
    return out.getvalue()


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def directory(entries):
    """Entries are (first, run, length, offset)."""
    steps = [e[0] - (entries[k - 1][0] if k else 0) for k, e in enumerate(entries)]
    numbers = [len(entries), *steps, *(e[1] for e in entries), *(e[2] for e in entries), *(e[3] + 1 for e in entries)]
    return b"".join(map(varint, numbers))


def archive(path, tiles, *, kind=2, extent=(118.0, 28.0, 119.0, 29.0), leaves=False, version=3, zooms=None):
    """Write an archive of tiles by (z, x, y), its directories in leaves if asked; return the path."""
    body, entries = b"", []
    for number, data in sorted((number_of(*at), data) for at, data in tiles.items()):
        entries.append((number, 1, len(data), len(body)))
        body += data
    leaf = b""
    root = directory(entries)
    if leaves:
        parts = [entries[k : k + 2] for k in range(0, len(entries), 2)]
        packed = [gzip.compress(directory(p)) for p in parts]
        starts = [sum(map(len, packed[:k])) for k in range(len(packed))]
        root = directory([(p[0][0], 0, len(b), s) for p, b, s in zip(parts, packed, starts, strict=True)])
        leaf = b"".join(packed)
    root = gzip.compress(root)
    low, high = zooms or (min(z for z, _, _ in tiles), max(z for z, _, _ in tiles))
    head = struct.pack(
        "<7sB11Q6B4iB2i", b"PMTiles", version, 127, len(root), 0, 0, 127 + len(root), len(leaf),
        127 + len(root) + len(leaf), len(body), len(entries), len(entries), len(entries), 1, 2, 1, kind, low, high,
        *(round(v * 1e7) for v in extent), 0, 0, 0,
    )  # fmt: skip
    path.write_bytes(head + root + leaf + body)
    return path


def geotiff(path, *, crs="EPSG:4549", corner=(362_000.0, 3_182_000.0), cell=10.0, size=(400, 400), **more):
    """Write a GeoTIFF whose three bands are row, column and their sum."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    values = np.stack([rows, columns, rows + columns]) % 256
    if "palette" in more:
        palette = more.pop("palette")
        with rasterio.open(path, "w", driver="GTiff", height=size[0], width=size[1], count=1, dtype="uint8", crs=crs,
                           transform=from_origin(*corner, cell, cell)) as out:  # fmt: skip
            out.write(np.full((1, *size), next(iter(palette)), "uint8"))
            out.write_colormap(1, palette)
        return path
    with rasterio.open(path, "w", driver="GTiff", height=size[0], width=size[1], count=3, dtype="uint8", crs=crs,
                       transform=from_origin(*corner, cell, cell), **more) as out:  # fmt: skip
        out.write(values.astype("uint8"))
    return path


class Service:
    """A tile service on this computer; `say` answers a path with status and body, `asked` holds what was asked."""

    def __init__(self, say):
        self.asked = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                service.asked.append(self.path)
                status, body, headers = say(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/{{z}}/{{x}}/{{y}}.png"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
