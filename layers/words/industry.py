"""An industry in words (行业): its code of GB/T 4754-2017 with its name."""

from __future__ import annotations

from layers.library import standards
from layers.text import Language, say

INDUSTRIES = "GB/T 4754-2017"


def industry_text(industry: str, language: Language) -> str:
    """Return an industry with its name (``C26 化学…``); a code below the division bears the division's name."""
    if not industry:
        return say("word.not_known", language)
    word = standards.worded(INDUSTRIES, industry[:3], language)
    return industry if word == industry[:3] else f"{industry} {word}"
