"""Where shipped rules, standards and forms were read is said in English too."""

import re
from pathlib import Path

from layers.library import sourced

DATA = Path(__file__).resolve().parents[3] / "data"
CHINESE = re.compile("[\u3400-\u9fff]")


def test_every_shipped_source_has_english_words():
    files = [p for name in ("rules", "standards", "forms") for p in sorted((DATA / name).rglob("*.toml"))]
    found = {s for p in files for s in re.findall(r'^source = "([^"]+)"$', p.read_text(encoding="utf-8"), re.MULTILINE)}
    assert len(found) > 40
    assert sorted(s for s in found if CHINESE.search(sourced.told(s, "en"))) == []
    assert all(sourced.told(s, "zh") == s for s in found)
    assert sourced.told("县里的文件", "en") == "县里的文件", "a study's own source stays as it is"
