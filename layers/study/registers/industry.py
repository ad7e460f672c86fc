"""What a cell says of an industry: a code of GB/T 4754-2017, its words, or both; never the first of several.

Words are held against the code, with the names of 2017, 2011 and 2002: a code whose words belong to another
division is a contradiction, not a code. Where the cell or its column names an edition before 2017 the code is read by
that edition: 29 of 2002 is rubber, in C29 of 2017 with plastics; 37 of 2002 became two divisions and stays open.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from layers.library import standards

_CODE = re.compile(r"([A-T])?\s*(\d{2,4})(?:\.0+)?(?![\dA-Z])")
_PARTS = re.compile(r"[、,，;；/\n+]|(?<=\d)\s*[-~至和与及]\s*(?=[A-T]?\s*\d{2})")
_BARE = re.compile(r"(\d{2})(?:\.0+)?")
_MARKS = re.compile(r"[\s、,，;；.。…·()（）:：\-—]|等$")
SHORTEST_WORDS = 3
"""Words shorter than this are held against no name."""
_LOST_ZERO = re.compile(
    "1(1[1239]|2[123]|3[1-4]|4[1239]|5[12349]|6[12349]|7[19]|8[12]|90)|2(1[12]|20|[345][12])|3(1[1-59]|2[1239]|30|9[19])"
    "|4[12][12]|5(1[1-59]|2[19]|3[129]|4[129])|[67][12]0|690|8[129]0|9(1[1-79]|2[129]|3[129])"
)
"""Classes of divisions 01 to 09 without their zero, as a spreadsheet leaves them."""


_EDITION = re.compile(r"[(\[【]?\s*(?:GB/?T?\s*)?4754\s*[-—–－]*\s*(2002|2011|2017)\s*年?版?\s*[)\]】]?"
                      r"|[(\[【]?\s*(2002|2011|2017)\s*年?版\s*[)\]】]?")  # fmt: skip
OLDER = {"2002": "industries_2002", "2011": "industries_2011"}
"""Editions before the one in force, and the list that says what became of their divisions."""


@dataclass(frozen=True)
class Named:
    """The code a text names ("" for none), what is to be said of it ("" for nothing), all codes of several."""

    code: str
    problem: str = ""
    several: tuple[str, ...] = ()


def industry_code(text: str) -> str:
    """Return the GB/T 4754-2017 code a text names (``C26``, ``2614``, ``C26 化学…``, a name), "" for none.

    For lists and options that speak the edition of 2017 by what they are: a bare division is one of 2017.
    """
    found = named(text)
    return found.several[0] if found.problem == "industry_bare" else found.code


def edition_of(text: str) -> str:
    """Return the edition of GB/T 4754 a heading or a cell names (``GB/T 4754-2002``, ``2011版``), "" for none."""
    match = _EDITION.search(unicodedata.normalize("NFKC", text).upper())
    return "" if match is None else match[1] or match[2]


def named(text: str, edition: str = "") -> Named:
    """Read the industry of a cell.

    Parameters
    ----------
    text : str
    edition : str
        Edition its column names; one the cell names itself comes before it. "" is that of 2017.

    Returns
    -------
    Named
        ``industry_several``: more than one industry; ``industry_contradicts``: code and words name
        different divisions; ``industry_edition``: a name or code of an older edition that became several divisions;
        ``industry_older``: a code of an older edition, read as its division of 2017 (classes were renumbered);
        ``industry_zero``: a code that may have lost its zero, taken as it stands; ``industry_bare``: a division
        without letter, words or edition that is another one in the edition of 2002 (31): both are kept, that of
        2017 first; ``industry_unknown``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    edition = edition_of(plain) or edition
    plain = _EDITION.sub(" ", plain).strip()
    if edition in OLDER:
        return _older(plain, edition)
    found = _several(plain)
    both = _by_both(plain, found.code) if not edition else ()
    return Named("", "industry_bare", both) if len(both) > 1 else found


def _by_both(plain: str, code: str) -> tuple[str, ...]:
    """Return what a bare division is in 2017 and what that of 2002 became; none where a cell says more than digits."""
    bare = _BARE.fullmatch(plain)
    older = standards.codes(OLDER["2002"]).get(bare[1]) if bare and code else None
    return () if older is None else tuple(dict.fromkeys((code, *older.maps_to)))


def _several(plain: str) -> Named:
    parts = [p for p in (part.strip() for part in _PARTS.split(plain)) if p]
    read = [_one(p) for p in parts] if len(parts) > 1 else []
    codes = {r.code for r in read if r.code}
    if len(codes) > 1 and all(r.code for r in read):
        return Named("", "industry_several", tuple(r.code for r in read))
    whole = _one(plain)
    if not whole.code and len(codes) == 1 and all(r.code for r in read):
        return read[0]
    return whole


def _one(plain: str) -> Named:
    match = _CODE.match(plain)
    if match is None:
        return _by_name(plain)
    code = _settled(match[1] or "", match[2])
    if not code:
        return Named("", "industry_unknown")
    divisions = _divisions(plain[match.end() :])
    if divisions and code[:3] not in divisions:
        return Named("", "industry_contradicts")
    lost = not match[1] and _LOST_ZERO.fullmatch(match[2]) is not None and not divisions
    return Named(code, "industry_zero" if lost else "")


def _older(plain: str, edition: str) -> Named:
    """Read a code by the edition it is of: its division of 2017, never its class; a cell with words alone as ever."""
    found = list(re.finditer(r"(?<![\dA-Z])([A-T])?\s*(\d{2})(\d{0,2})(?:\.0+)?(?![\dA-Z])", plain))
    if not found:
        return _several(plain)
    divisions = [_now(m[1] or "", m[2], edition) for m in found]
    if any(len(d) > 1 for d in divisions):
        return Named("", "industry_edition")
    if not all(divisions):
        return Named("", "industry_unknown")
    codes = tuple(dict.fromkeys(d[0] for d in divisions))
    if len(codes) > 1:
        return Named("", "industry_several", codes)
    said = _divisions(plain[found[-1].end() :])
    if said and codes[0] not in said:
        return Named("", "industry_contradicts")
    same = edition == "2011" and not any(m[3] for m in found)
    return Named(codes[0], "" if same else "industry_older")


def _now(letter: str, digits: str, edition: str) -> tuple[str, ...]:
    """Return the divisions of 2017 a division of an older edition became; none where the list does not tell."""
    entry = standards.codes(OLDER[edition]).get(digits)
    if entry is not None and (not letter or all(d[0] == letter for d in entry.maps_to)):
        return tuple(entry.maps_to)
    code = _settled(letter, digits) if edition == "2011" and entry is None else ""
    return (code,) if code else ()


def _settled(letter: str, digits: str) -> str:
    """Return a code with its section; "" where the list knows better or does not tell the section."""
    divisions = {c.code for c in standards.codes("industries").codes}
    if letter:
        # a section the extract does not list stays as it is written; one it lists must hold the division
        return "" if letter in {c[0] for c in divisions} and letter + digits[:2] not in divisions else letter + digits
    sections = {c[0] for c in divisions if c[1:] == digits[:2]}
    return f"{sections.pop()}{digits}" if len(sections) == 1 else ""


def _by_name(plain: str) -> Named:
    listed = standards.codes("industries")
    if re.fullmatch("[A-T]", plain) and listed.get(plain):
        return Named(plain)
    word = _key(plain)
    now = {code for name, codes in _names("industries").items() if name == word for code in codes}
    if len(now) == 1:
        return Named(now.pop())
    for older in OLDER.values():
        before = {code for name, codes in _names(older).items() if name == word for code in codes}
        if before:
            return Named(before.pop()) if len(before) == 1 else Named("", "industry_edition")
    return Named("", "industry_unknown")


def _divisions(words: str) -> set[str]:
    """Return the divisions whose name, of any edition, the words begin with or are the beginning of."""
    word = _key(words)
    if len(word) < SHORTEST_WORDS:
        return set()
    found: set[str] = set()
    for scheme in ("industries", *OLDER.values()):
        for name, codes in _names(scheme).items():
            if name.startswith(word) or (word.startswith(name) and len(name) >= SHORTEST_WORDS):
                found |= set(codes)
    return found


@cache
def _names(scheme: str) -> dict[str, tuple[str, ...]]:
    """Return the divisions of 2017 by the name of a division in an edition; 及 and 和 are one."""
    out: dict[str, tuple[str, ...]] = {}
    for code in standards.codes(scheme).codes:
        divisions = code.maps_to or (code.code,)
        out[_key(code.title.zh)] = (*out.get(_key(code.title.zh), ()), *divisions)
    return out


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).upper()
    return _MARKS.sub("", plain).replace("及其", "和").replace("及", "和")
