"""A tile service is asked for tiles, inside unless it was named, and what it answers is held to be a picture."""

import pytest

from geo.basis.errors import BlockedError, CallError
from layers.sources import tile_service
from layers.sources.tile_service import TileService
from tests.layers.sources.tiles import Service, png

GOOD = (
    "http://10.1.2.3/{z}/{x}/{y}.png",
    "https://gis.local:8080/a/{z}/{y}/{x}?key=1",
    "http://10.1.2.3/{Z}/{X}/{-Y}",
    "http://10.1.2.3/wmts?TILEMATRIXSET=w&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
    "http://10.1.2.3/wmts/a/default/GoogleMapsCompatible/{TileMatrix}/{TileRow}/{TileCol}.png",
    "http://10.1.2.3/wmts?tilematrixset=urn:ogc:def:crs:EPSG::3857&z={z}&y={y}&x={x}",
)
BAD = {
    "": "basemap_address", "{z}/{x}/{y}": "basemap_address", "file:///etc/{z}/{x}/{y}": "basemap_address",
    "ftp://10.1.2.3/{z}/{x}/{y}": "basemap_address", "http:///{z}/{x}/{y}": "basemap_address",
    "http://10.1.2.3:port/{z}/{x}/{y}": "basemap_address", "http://10.1.2.3/ {z}/{x}/{y}": "basemap_address",
    "http://10.1.2.3/\n{z}/{x}/{y}": "basemap_address", "javascript://x/{z}/{x}/{y}": "basemap_address",
    'http://10.1.2.3/"><img src=x>/{z}/{x}/{y}': "basemap_address",
    "http://me:secret@10.1.2.3/{z}/{x}/{y}": "basemap_address_password",
    "http://10.1.2.3/{z}/{x}": "basemap_placeholder_missing", "http://10.1.2.3/wmts": "basemap_placeholder_missing",
    "http://{s}.host.local/{z}/{x}/{y}": "basemap_placeholder", "http://10.1.2.3/{q}": "basemap_placeholder",
    "http://10.1.2.3/wmts?TILEMATRIXSET=c&z={z}&y={y}&x={x}": "basemap_matrix_set",
    "http://10.1.2.3/wmts?tileMatrixSet=EPSG:4490&z={z}&y={y}&x={x}": "basemap_matrix_set",
}  # fmt: skip


@pytest.mark.parametrize("address", GOOD)
def test_a_template_is_taken(address):
    assert tile_service.unfit(address) == []
    assert "{" not in tile_service.filled(address, 3, 2, 1)


@pytest.mark.parametrize("address", BAD)
def test_what_is_no_template_is_refused_by_name(address):
    assert [r.code for r in tile_service.unfit(address)][:1] == [BAD[address]]


def test_rows_from_below_and_from_above():
    assert tile_service.filled("http://h/{z}/{x}/{y}", 3, 2, 1).endswith("/3/2/1")
    assert tile_service.filled("http://h/{z}/{x}/{-y}", 3, 2, 1).endswith("/3/2/6")


@pytest.mark.parametrize("host", ["8.8.8.8", "114.114.114.114", "[2400:3200::1]"])
def test_a_server_outside_is_asked_only_when_that_was_named(host):
    address = f"http://{host}/{{z}}/{{x}}/{{y}}"
    with pytest.raises(CallError) as told:
        TileService(address).tile(1, 0, 0)
    assert told.value.reasons[0].code == "basemap_outside"
    tile_service.reached(address, outside=True)


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "[fe80::1]", "[::ffff:169.254.169.254]"])
def test_special_addresses_are_never_asked(host):
    for outside in (False, True):
        with pytest.raises(CallError) as told:
            tile_service.reached(f"http://{host}/{{z}}/{{x}}/{{y}}", outside)
        assert told.value.reasons[0].code == "basemap_host_special"


def test_a_name_nobody_knows_is_not_taken_to_be_inside():
    with pytest.raises(CallError) as told:
        tile_service.reached("http://no-such-host.invalid/{z}/{x}/{y}", outside=False)
    assert told.value.reasons[0].code == "basemap_host_unknown"


def test_a_tile_comes_as_it_is_and_the_key_stays_here():
    with Service(lambda path: (200, png(), {})) as service:
        assert TileService(f"{service.address}?tk=secret").tile(4, 3, 2) == png()
        assert service.asked == ["/4/3/2.png?tk=secret"]
        assert tile_service.host_of(f"{service.address}?tk=secret") == "127.0.0.1"


ANSWERS = {
    "none": ((404, b"", {}), b""), "empty": ((204, b"", {}), b""),
    "refused": ((403, b"no", {}), "basemap_status"), "failed": ((500, b"no", {}), "basemap_status"),
    "words": ((200, b"<ServiceException>no such layer</ServiceException>", {}), "basemap_not_picture"),
    "script": ((200, b"<svg onload=alert(1)>", {}), "basemap_not_picture"),
    "elsewhere": ((302, b"", {"Location": "http://127.0.0.1:1/secret"}), "basemap_status"),
    "large": ((200, b"\x89PNG\r\n\x1a\n" + b"\0" * (tile_service.LONGEST_TILE + 1), {}), "basemap_not_picture"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_service_answers(name):
    answer, wanted = ANSWERS[name]
    with Service(lambda path: answer) as service:
        asked = TileService(service.address)
        if isinstance(wanted, bytes):
            assert asked.tile(1, 0, 0) == wanted
            return
        for _ in range(3):
            with pytest.raises(BlockedError) as told:
                asked.tile(1, 0, 0)
            assert told.value.reasons[0].code == wanted
        assert len(service.asked) == 1, "a service that fails is left alone for a while"


def test_a_service_that_is_gone_is_told():
    with Service(lambda path: (200, png(), {})) as service:
        address = service.address
    with pytest.raises(BlockedError) as told:
        TileService(address).tile(1, 0, 0)
    assert told.value.reasons[0].code == "basemap_no_answer"
