"""The only place where codes and numbers become English or 中文.

Sentences live in ``data/locales/<language>/<word of the flow>.toml``, there in the table of their
namespace, and are looked up as ``namespace.key``. Numbers are written by the format words of `_Writer`, for
example ``{area_m2:m2}``; a missing key shows as itself in brackets, and a test refuses it.
"""

from __future__ import annotations

import math
import string
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from geo.basis.age import Text
from geo.basis.errors import LuodiError
from geo.basis.reason import Reason
from geo.basis.units import HA_M2, MU_M2, hectares, mu

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
FOLDER = Path(__file__).resolve().parents[1] / "data" / "locales"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return every sentence of a language by ``namespace.key``."""
    out: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        for namespace, sentences in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found = {f"{namespace}.{key}": text for key, text in sentences.items()}
            if twice := sorted(found.keys() & out.keys()):
                raise KeyError(f"{twice} in locales/{language}/{path.name} stand elsewhere too")
            out |= found
    return out


def has(key: str) -> bool:
    """Tell whether a key exists (contracts keep both languages equal)."""
    return key in catalogue("en")


def say(key: str, language: Language = "en", /, **values: Any) -> str:
    """Return the sentence of a key with its values written in.

    A key nobody translated returns ``[key values]``, never an error.
    """
    text = catalogue(language).get(key)
    if text is None:
        return f"[{key}{' ' + str(values) if values else ''}]"
    return _Writer(language).vformat(text, (), _Given(values))


def sentence(reason: Reason | str, language: Language = "en", /, **more: Any) -> str:
    """Render a reason (or its JSON); `more` adds values the reader knows, such as a title."""
    given = Reason.from_json(reason) if isinstance(reason, str) else reason
    text = say(f"reason.{given.code}", language, **(dict(given.values) | more))
    part = given.values.get("of_part")
    return say("word.of_part", language, part=part, text=text) if part else text


def sentences(error: LuodiError, language: Language = "en") -> list[str]:
    """Render every problem of an error."""
    return [sentence(r, language) for r in error.reasons]


def both(text: Text, language: Language = "en") -> str:
    """Pick the language of a text that data gives in both; falls back to the other."""
    return (text.en or text.zh) if language == "en" else (text.zh or text.en)


NOT_GIVEN = "–"


class _Given(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return NOT_GIVEN


class _Writer(string.Formatter):
    """Format words: m2 ha mu m pct share n list list:<namespace> code:<namespace> at At ats.

    ``at`` names a place in a file: a line by its number, a shape by its number after ``#``.
    """

    def __init__(self, language: Language):
        self.language = language

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        return kwargs[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, dict) and set(value) == {"en", "zh"}:  # a title out of data
            value = both(Text(**value), self.language)
        if format_spec.startswith("code:"):
            return code(format_spec[5:], str(value), self.language)
        if format_spec.partition(":")[0] == "list":
            return self._list(value, format_spec.partition(":")[2])
        if format_spec in ("at", "At", "ats"):
            text = self._at(value, format_spec == "ats")
            return text[0].upper() + text[1:] if format_spec == "At" else text
        if format_spec in _NUMBERS and isinstance(value, (list, tuple)):  # an interval
            return " – ".join(number(v, format_spec, self.language) for v in value)
        if format_spec in _NUMBERS and value != NOT_GIVEN:
            return number(value, format_spec, self.language)
        return str(super().format_field(value, "" if value == NOT_GIVEN else format_spec))

    def _at(self, value: Any, many: bool) -> str:
        places = [str(v) for v in value] if isinstance(value, (list, tuple)) else [str(value)]
        key = "word.at_feature" if places[0].startswith("#") else "word.at_line"
        joined = self._list([p.removeprefix("#") for p in dict.fromkeys(places)], "")
        return say(f"{key}s" if many else key, self.language, n=joined)

    def _list(self, value: Any, namespace: str) -> str:
        """Join values, as words of a namespace where one is given; an empty list is a dash."""
        if not isinstance(value, (list, tuple)):
            return str(value)
        words = [code(namespace, str(v), self.language) if namespace else str(v) for v in value]
        return joined(words, self.language) or "–"


_NUMBERS: dict[str, tuple[Callable[[float], float], int, str, str]] = {
    # word: (factor, decimals, en unit, zh unit)
    "m2": (lambda v: v, 2, " m²", " m²"),
    "ha": (hectares, 4, " ha", " 公顷"),
    "mu": (mu, 2, " mu", " 亩"),
    "m": (lambda v: v, 1, " m", " m"),
    "pct": (lambda v: v, 2, " %", " %"),
    "share": (lambda v: v * 100, 2, " %", " %"),
    "n": (lambda v: v, 0, "", ""),
    "x": (lambda v: v, 2, "", ""),
    "wan": (lambda v: v, 2, " ×10k yuan", " 万元"),
    "wan_mu": (lambda v: v, 2, " ×10k yuan/mu", " 万元/亩"),
}


@dataclass(frozen=True)
class LandUnit:
    """The unit a reader thinks of land in: its format word, which ends names of columns too, and its size in m²."""

    word: Literal["mu", "ha"]
    m2: float


_LAND: Mapping[Language, LandUnit] = {"zh": LandUnit("mu", MU_M2), "en": LandUnit("ha", HA_M2)}


def land_unit(language: Language) -> LandUnit:
    """Return the unit of land of a language: 亩, or hectares."""
    return _LAND[language]


def joined(words: Iterable[str], language: Language, *, apart: bool = False) -> str:
    """Join words as people do: by 、 or a comma; `apart`: by ； or a semicolon, for parts that hold commas."""
    signs = {"zh": ("、", "；"), "en": (", ", "; ")}
    return signs[language][apart].join(words)


def number(value: Any, word: str, language: Language = "en", more: int = 0) -> str:
    """Write one number; None, NaN and infinity are written as not known.

    `more` adds decimals where the usual ones would hide on which side of a limit it lies.
    """
    convert, decimals, en, zh = _NUMBERS[word]
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return say("word.not_known", language)
    return f"{convert(float(value)):,.{decimals + more}f}{en if language == 'en' else zh}"


def rounded(value: float, word: str, more: int = 0) -> float:
    """Return a number in the unit it is shown in, with the decimals it is shown with; not finite stays so."""
    convert, decimals, *_ = _NUMBERS[word]
    return round(convert(value), decimals + more) if math.isfinite(value) else value


def code(namespace: str, value: str, language: Language = "en") -> str:
    """Return the word for a code, for example ``code("status", "eligible")``."""
    return catalogue(language).get(f"{namespace}.{value}", value)
