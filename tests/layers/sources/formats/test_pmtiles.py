"""PMTiles: every tile comes back by its place; what is broken or built to hurt is told, never drawn and never dear."""

import gzip
import struct

import pytest

from geo.basis.errors import BlockedError
from layers.sources.formats import pmtiles
from tests.layers.sources import tiles as make

HEAD = "<7sB11Q6B4iB2i"
TILES = {(z, x, y): f"{z}/{x}/{y}".encode() for z in range(5) for x in range(2**z) for y in range(2**z) if (x + y) % 3}


@pytest.mark.parametrize("leaves", [False, True])
def test_every_tile_comes_back_and_no_other(tmp_path, leaves):
    found = pmtiles.opened(make.archive(tmp_path / "a.pmtiles", TILES, leaves=leaves))
    assert (found.kind, found.zooms, found.extent) == ("png", (1, 4), (118.0, 28.0, 119.0, 29.0))
    for z in range(6):
        for x in range(2**z):
            for y in range(2**z):
                assert found.tile(z, x, y) == TILES.get((z, x, y), b"")


def test_the_curve_is_that_of_the_specification():
    known = {
        (0, 0, 0): 0,
        (1, 0, 0): 1,
        (1, 0, 1): 2,
        (1, 1, 1): 3,
        (1, 1, 0): 4,
        (2, 0, 0): 5,
        (12, 3423, 1763): 19078479,
    }
    assert {at: pmtiles.number_of(*at) for at in known} == known
    for z in (3, 5):
        side = range(2**z)
        numbers = sorted(pmtiles.number_of(z, x, y) for x in side for y in side)
        first = (4**z - 1) // 3
        assert numbers == list(range(first, first + 4**z))


def refused(path, code):
    with pytest.raises(BlockedError) as told:
        pmtiles.opened(path)
    assert told.value.reasons[0].code == code


def test_what_is_no_archive_is_told(tmp_path):
    path = make.archive(tmp_path / "a.pmtiles", TILES)
    whole = path.read_bytes()
    for body, code in (
        (b"", "basemap_not_pmtiles"), (b"PK\3\4" + whole[4:], "basemap_not_pmtiles"),
        (whole[:60], "basemap_not_pmtiles"),
        (whole[:130], "basemap_broken"), (whole[:7] + b"\2" + whole[8:], "basemap_pmtiles_version"),
        (whole[:97] + b"\3" + whole[98:], "basemap_pmtiles_packed"),
        (whole[:101] + b"\xff" + whole[102:], "basemap_broken"),
        (whole[:127] + b"\0" * 30 + whole[157:], "basemap_broken"),
    ):  # fmt: skip
        path.write_bytes(body)
        pmtiles._directory.cache_clear()
        refused(path, code)
    path.unlink()
    refused(path, "basemap_file_lost")


def test_a_bomb_costs_nothing(tmp_path):
    """A directory of a few kilobytes that unpacks to gigabytes, or promises them, is refused at its bound."""
    path = tmp_path / "a.pmtiles"
    for root in (
        gzip.compress(b"\0" * (pmtiles.LONGEST_UNPACKED + 10)),
        gzip.compress(make.varint(2**40) + b"\1" * 99),
    ):
        head = struct.pack(HEAD, b"PMTiles", 3, 127, len(root), 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 1, 2, 0, 4,
                           0, 0, 10, 10, 0, 0, 0)  # fmt: skip
        path.write_bytes(head + root)
        pmtiles._directory.cache_clear()
        refused(path, "basemap_broken")
    head = struct.pack(HEAD, b"PMTiles", 3, 127, 2**62, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 1, 2, 0, 4, 0, 0, 10,
                       10, 0, 0, 0)  # fmt: skip
    path.write_bytes(head)
    refused(path, "basemap_broken")


def test_a_leaf_that_leads_back_to_itself_ends(tmp_path):
    leaf = gzip.compress(make.directory([(0, 0, 40, 0)]))
    root = gzip.compress(make.directory([(0, 0, len(leaf), 0)]))
    leaf = gzip.compress(make.directory([(0, 0, len(leaf), 0)]))
    head = struct.pack(HEAD, b"PMTiles", 3, 127, len(root), 0, 0, 127 + len(root), len(leaf), 0, 0, 1, 1, 1, 1,
                       2, 1, 2, 0, 4, 0, 0, 10, 10, 0, 0, 0)  # fmt: skip
    path = tmp_path / "a.pmtiles"
    path.write_bytes(head + root + leaf)
    with pytest.raises(BlockedError) as told:
        pmtiles.opened(path).tile(2, 1, 1)
    assert told.value.reasons[0].code == "basemap_broken"
