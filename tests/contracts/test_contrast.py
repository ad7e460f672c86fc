"""Colours of text in our style sheets, light and dark: WCAG AA over their own ground, or over that of the page.

What a browser makes of them is walked in `tests/browser/test_looks.py`; this reads the sheets alone.
"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted([*(ROOT / "views" / "parts").glob("*.css"), ROOT / "layers/serve/component/src/map.css"])
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
BOTH = re.compile(r"light-dark\(\s*([^(),]+|rgba?\([^)]*\))\s*,\s*([^(),]+|rgba?\([^)]*\))\s*\)")
HEX = re.compile(r"#[0-9A-Fa-f]{3,8}")
AA, LARGE = 4.5, 3.0
WORDLESS = re.compile(r"::before|::after|(^|[ .>])i\b|-mark|-past|-here|-bar|-drawn|-earmarked|-sign\b|-frame|tile")
"""Signs and bars without a text, and marks whose text has its own rule."""
ON = {
    '.st-key-home-doors [data-testid="stPageLink"] a *': ("#12605A", "#12605A"),
    ".lr-rules b": ("#B4432E", "#B4432E"),
    ".lu-rule summary b": ("#B4432E", "#B4432E"),
}
"""Text on a ground another rule, or the page itself, gives it: light, dark."""


def sides(value):
    """A colour as it is in the light and in the dark; None where it is no plain colour."""
    both = BOTH.search(value)
    pair = both.groups() if both else (value, value)
    found = [HEX.search(side) for side in pair]
    return [channels(f[0]) if f else None for f in found]


def channels(text):
    text = text[1:]
    text = "".join(c * 2 for c in text) if len(text) in (3, 4) else text
    return None if len(text) == 8 else [int(text[k : k + 2], 16) for k in (0, 2, 4)]


def light(colour):
    parts = [v / 255 for v in colour]
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def ratio(one, other):
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def primary():
    """Ground of the button that matters most, light and dark."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    return [theme[mode]["primaryColor"] for mode in ("light", "dark")]


def grounds():
    """Ground of the page and of its panels, light and dark."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    names = ("backgroundColor", "secondaryBackgroundColor")
    return [[channels(theme[mode][n]) for n in names] for mode in ("light", "dark")]


def declared(body):
    return {k.strip(): v.strip() for k, _, v in (part.partition(":") for part in body.split(";")) if v}


def rules(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
    return [(selector.strip(), declared(body)) for selector, body in RULE.findall(text)]


def test_the_sum_is_that_of_wcag():
    assert ratio([0, 0, 0], [255, 255, 255]) == pytest.approx(21.0)
    assert ratio([119, 119, 119], [255, 255, 255]) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda p: p.name)
def test_text_is_read_on_its_ground(sheet):
    low = []
    on_map = sheet.name == "map.css"
    for selector, told in rules(sheet):
        if "color" not in told or WORDLESS.search(selector):
            continue
        size = re.match(r"([\d.]+)rem", told.get("font-size", ""))
        least = LARGE if size and float(size[1]) >= 1.6 else AA
        own = sides(told.get("background", told.get("background-color", "")))
        for mode, (text, ground) in enumerate(zip(sides(told["color"]), own, strict=True)):
            given = ON.get(selector) or (primary() if "stBaseButton-primary" in selector else None)
            ground = channels(given[mode]) if given else ground
            behind = [ground] if ground else [[255, 255, 255]] if on_map else grounds()[mode]
            if text and min(ratio(text, b) for b in behind) < least:
                low.append((selector, ("light", "dark")[mode], told["color"], told.get("background")))
    assert low == []


@pytest.mark.parametrize("sheet", [s for s in SHEETS if s.name != "map.css"], ids=lambda p: p.name)
def test_no_ground_is_light_in_the_dark(sheet):
    """A ground said once is the same in both themes: as a sign it may be, under text of the theme it may not."""
    wrong = []
    for selector, told in rules(sheet):
        value = BOTH.sub("", told.get("background", ""))
        if WORDLESS.search(selector) or not HEX.search(value):
            continue
        text = sides(told.get("color", ""))[1] or channels("#E6E9ED")
        wrong += [(selector, c) for c in HEX.findall(value) if channels(c) and ratio(text, channels(c)) < AA]
    assert wrong == []
