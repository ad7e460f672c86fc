"""Red lines for the tests; all coordinates are invented (synthetic)."""

from geo.basis.errors import LuodiError
from layers.sources.redline.read import read
from layers.text import sentence

STUDY = "EPSG:4549"
BOUNDS = (490_000.0, 3_170_000.0, 510_000.0, 3_190_000.0)
HEAD = """[属性描述]
格式版本号=
数据产生单位=示范
数据产生日期=2026-11-23
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=40
精度=0.001
转换参数=,,,,,,
"""
SQUARE = """[地块坐标]
5,1.0000,DK1,一号地块,面,,工业用地,,@
J1,1,3180000.000,500000.000
J2,1,3180100.000,500000.000
J3,1,3180100.000,500100.000
J4,1,3180000.000,500100.000
J1,1,3180000.000,500000.000
"""
GOOD = HEAD + SQUARE
"""Line 12 is [地块坐标], 13 the header, 14 to 18 the points."""
HOLE = """J5,2,3180020.000,500020.000
J6,2,3180020.000,500040.000
J7,2,3180040.000,500040.000
J8,2,3180040.000,500020.000
J5,2,3180020.000,500020.000
"""


def get(text, **options):
    """Read with the study of the tests."""
    return read(text, STUDY, **({"bounds": BOUNDS} | options))


def refused(text, **options):
    """Return the reasons a text is refused with, by code."""
    try:
        result = get(text, **options)
    except LuodiError as error:
        return {r.code: r for r in error.reasons}
    raise AssertionError(f"read as {result}")


def found(line):
    """Return the findings of a red line by code."""
    return {f.code: f for f in line.findings}


def asked(line):
    """Return the confirmations of a red line by code."""
    return {r.code: r for r in line.confirmations}


def words(reason):
    """Render in both languages; nothing may be left unfilled."""
    out = [sentence(reason, language) for language in ("en", "zh")]
    for text in out:
        assert not text.startswith("["), text
    return out
