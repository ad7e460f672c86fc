"""Services on shifted coordinates are known by server and by word, and no other service is taken for one."""

import pytest

from layers.library import web_maps

SHIFTED = {
    "https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}": "GCJ-02",
    "http://wprd04.is.autonavi.com/{z}/{x}/{y}": "GCJ-02",
    "HTTPS://WEBRD01.IS.AUTONAVI.COM./{z}/{x}/{y}": "GCJ-02",
    "http://rt0.map.gtimg.com/tile?z={z}&x={x}&y={-y}": "GCJ-02",
    "https://mt1.google.cn/vt/lyrs=m&x={x}&y={y}&z={z}": "GCJ-02",
    "http://map.geoq.cn/ArcGIS/rest/services/x/MapServer/tile/{z}/{y}/{x}": "GCJ-02",
    "http://online1.map.bdimg.com/tile/?x={x}&y={y}&z={z}": "BD-09",
    "http://10.1.2.3/proxy/amap/{z}/{x}/{y}.png": "GCJ-02",
    "http://10.1.2.3/%E9%AB%98%E5%BE%B7/{z}/{x}/{y}.png": "GCJ-02",
    "http://10.1.2.3/tiles/gcj02/{z}/{x}/{y}.png": "GCJ-02",
    "http://10.1.2.3/baidu_sat/{z}/{x}/{y}.png": "BD-09",
}
GOOD = (
    "http://t0.tianditu.gov.cn/img_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=abc",
    "http://10.1.2.3/gmap/{z}/{x}/{y}.png",
    "http://gis.jsz.local/campamap/{z}/{x}/{y}.png",
    "http://notbaidu.com.evil.local/{z}/{x}/{y}".replace("notbaidu", "nobaid"),
    "http://[broken/{z}/{x}/{y}",
)


@pytest.mark.parametrize("address", SHIFTED)
def test_a_shifted_service_is_known(address):
    found = web_maps.of_address(address)
    assert found is not None
    assert found.system == SHIFTED[address]


@pytest.mark.parametrize("address", GOOD)
def test_no_other_is_taken_for_one(address):
    assert web_maps.of_address(address) is None


def test_every_service_says_what_gives_it_away():
    assert all(s.hosts or s.words for s in web_maps.services())
    assert {s.system for s in web_maps.services()} == {"GCJ-02", "BD-09"}
    assert all(word == word.lower() for s in web_maps.services() for word in (*s.hosts, *s.words))
