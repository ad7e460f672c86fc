"""A small language for filters: ``YEAR > 2000 and kind in ("a", "b") and not (x is null)``.

Text becomes a tree of our own, and the tree is evaluated over columns. Nothing is ever
handed to ``eval``, ``DataFrame.query`` or SQL, so a filter can only compare fields with
literals. Logic has three values: a comparison with null is neither true nor false.

    filter     = any_of
    any_of     = all_of { "or" all_of }
    all_of     = negation { "and" negation }
    negation   = "not" negation | "(" any_of ")" | comparison
    comparison = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) literal
               | field [ "not" ] "in" "(" literal { "," literal } ")"
               | field "is" [ "not" ] "null"
    field      = a name, or any text in backquotes: `图斑 编号`
    literal    = 'text' | "text" | number | a bare word (read as text; so are 0101 and 19-digit numbers)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import CallError, SpecError
from geo.basis.reason import reason

FALSE, TRUE, UNKNOWN = 0, 1, 2
Answers = npt.NDArray[np.uint8]
Literal = str | float
MAX_DEPTH = 50

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<field>`[^`]+`)|(?P<op><=|>=|!=|<>|==|=|<|>|\(|\)|,)
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))|(?P<word>[\w.\-%²]+))""",
    re.VERBOSE,
)
_CODE = re.compile(r"0\d|\d{16}")
"""A number written with a leading zero, or longer than a float is exact, is a code: compared as text."""
_KEYWORDS = ("and", "or", "not", "in", "is", "null")
_OPERATORS: dict[str, Callable[..., npt.NDArray[np.bool_]]] = {
    "=": operator.eq, "==": operator.eq, "!=": operator.ne, "<>": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Compare:
    """Field, operator, literal."""

    field: str
    operator: str
    literal: Literal


@dataclass(frozen=True)
class In:
    """Field is one of the literals."""

    field: str
    literals: tuple[Literal, ...]


@dataclass(frozen=True)
class IsNull:
    """Field holds nothing; the only test that is never unknown."""

    field: str


@dataclass(frozen=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: Node


@dataclass(frozen=True)
class Both:
    """Every part (`word` "and") or at least one part ("or") is true."""

    word: str
    parts: tuple[Node, ...]


Node = Compare | In | IsNull | Not | Both


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Node:
    """Read a filter into its tree.

    Raises
    ------
    SpecError
        ``where_syntax`` with the position (from 1), what stands there and what was expected.
    """
    return _Parser(text).whole()


def holds(text: str, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return True for the rows a filter certainly holds for; a null never fulfils it.

    Raises
    ------
    CallError
        The filter cannot be read, or names a column the table does not have.
    """
    try:
        return np.equal(evaluate(parse(text), frame), TRUE)
    except SpecError as error:
        raise CallError(error.reasons) from None


def fields(node: Node) -> set[str]:
    """Return the names of the fields a filter reads."""
    if isinstance(node, Not):
        return fields(node.part)
    if isinstance(node, Both):
        return set().union(*(fields(p) for p in node.parts))
    return {node.field}


def evaluate(node: Node, frame: pd.DataFrame) -> Answers:
    """Answer the filter for every row.

    Parameters
    ----------
    node : Node
        What `parse` returned.
    frame : DataFrame
        Its columns are the fields. A number in the filter is compared with the numbers
        a text field holds (text that is no number: unknown); a text with its text.

    Returns
    -------
    uint8 array
        TRUE, FALSE, or UNKNOWN where a null decides.

    Raises
    ------
    SpecError
        ``where_field_unknown`` naming every field that is not there, and those that are.
    """
    lost = sorted(fields(node) - {str(c) for c in frame.columns})
    if lost:
        raise SpecError(reason("where_field_unknown", fields=lost, known=[str(c) for c in frame.columns]))
    return _answer(node, frame)


def undecided(node: Node, frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return for every row the fields, in order of name, that a part of the filter cannot be answered for.

    Meant for rows whose answer is UNKNOWN: an empty field, or a text where a number is asked for.
    """
    open_ = {name: np.zeros(len(frame), bool) for name in sorted(fields(node))}
    for leaf in _leaves(node):
        open_[leaf.field] |= _answer(leaf, frame) == UNKNOWN
    return [tuple(name for name, held in open_.items() if held[k]) for k in range(len(frame))]


def _leaves(node: Node) -> list[Compare | In | IsNull]:
    if isinstance(node, Not):
        return _leaves(node.part)
    return [leaf for part in node.parts for leaf in _leaves(part)] if isinstance(node, Both) else [node]


def _answer(node: Node, frame: pd.DataFrame) -> Answers:
    if isinstance(node, Not):
        part = _answer(node.part, frame)
        return np.where(part == UNKNOWN, UNKNOWN, 1 - np.minimum(part, 1)).astype(np.uint8)
    if isinstance(node, Both):
        return _both(node.word, [_answer(p, frame) for p in node.parts])
    values = frame[node.field]
    if isinstance(node, IsNull):
        return _null(values).astype(np.uint8)
    if isinstance(node, In):
        return _both("or", [_compare(values, "=", one) for one in node.literals])
    return _compare(values, node.operator, node.literal)


def _both(word: str, answers: list[Answers]) -> Answers:
    stack = np.stack(answers)
    decides = FALSE if word == "and" else TRUE
    out = np.where((stack == UNKNOWN).any(axis=0), UNKNOWN, 1 - decides)
    return np.where((stack == decides).any(axis=0), decides, out).astype(np.uint8)


def _null(values: pd.Series) -> npt.NDArray[np.bool_]:
    null = values.isna().to_numpy(bool)
    if values.dtype.kind in "fiub":
        return null
    return null | (values.astype("object").fillna("").astype(str).str.strip() == "").to_numpy(bool)


def _compare(values: pd.Series, word: str, literal: Literal) -> Answers:
    null = _null(values)
    if isinstance(literal, float):
        left = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
        null = null | np.isnan(left)
        held = _OPERATORS[word](left, literal)
    else:
        left = values.astype("object").fillna("").astype(str).str.strip().to_numpy(object)
        held = _OPERATORS[word](left.astype(str), literal)
    return np.where(null, UNKNOWN, np.asarray(held, bool)).astype(np.uint8)


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.tokens = list(self._split())
        self.at = 0
        self.depth = 0

    def _split(self) -> Iterator[_Token]:
        at = 0
        while self.text[at:].strip():
            match = _TOKEN.match(self.text, at)
            if match is None:
                at += len(self.text[at:]) - len(self.text[at:].lstrip())
                raise self._error(at, self.text[at : at + 10], "field / value / operator")
            kind = str(match.lastgroup)
            yield _Token(kind, match.group(kind), match.start(kind))
            at = match.end()

    def _error(self, at: int, found: str, expected: str) -> SpecError:
        return SpecError(reason("where_syntax", text=self.text, position=at + 1, found=found or "–", expected=expected))

    def _fail(self, expected: str) -> SpecError:
        token = self._peek()
        return self._error(token.at, token.text, expected)

    def _peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "", len(self.text))

    def _is(self, *words: str) -> bool:
        token = self._peek()
        return token.kind in ("word", "op") and token.text.lower() in words

    def _take(self, *words: str) -> bool:
        taken = self._is(*words)
        self.at += taken
        return taken

    def whole(self) -> Node:
        node = self._chain("or")
        if self._peek().kind != "end":
            raise self._fail("and / or")
        return node

    def _chain(self, word: str) -> Node:
        below = self._negation if word == "and" else lambda: self._chain("and")
        parts = [below()]
        while self._take(word):
            parts.append(below())
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def _negation(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._fail(f"≤ {MAX_DEPTH} ( )")
        try:
            if self._take("not"):
                return Not(self._negation())
            if self._take("("):
                node = self._chain("or")
                if not self._take(")"):
                    raise self._fail(")")
                return node
            return self._comparison()
        finally:
            self.depth -= 1

    def _comparison(self) -> Node:
        field = self._field()
        if self._take("is"):
            negated = self._take("not")
            if not self._take("null"):
                raise self._fail("null")
            return Not(IsNull(field)) if negated else IsNull(field)
        if self._take("not"):
            if not self._take("in"):
                raise self._fail("in")
            return Not(self._list(field))
        if self._take("in"):
            return self._list(field)
        token = self._peek()
        if token.kind != "op" or token.text not in _OPERATORS:
            raise self._fail("= != < <= > >= in / is")
        self.at += 1
        return Compare(field, token.text, self._literal())

    def _field(self) -> str:
        token = self._peek()
        if token.kind == "field":
            self.at += 1
            return token.text[1:-1]
        if token.kind != "word" or token.text.lower() in _KEYWORDS:
            raise self._fail("field")
        self.at += 1
        return token.text

    def _list(self, field: str) -> Node:
        if not self._take("("):
            raise self._fail("(")
        literals = [self._literal()]
        while self._take(","):
            literals.append(self._literal())
        if not self._take(")"):
            raise self._fail(", )")
        return In(field, tuple(literals))

    def _literal(self) -> Literal:
        token = self._peek()
        if token.kind == "text":
            self.at += 1
            quote = token.text[0]
            return token.text[1:-1].replace(quote * 2, quote)
        if token.kind == "number":
            self.at += 1
            return token.text if _CODE.match(token.text) else float(token.text)
        if token.kind == "word" and token.text.lower() not in _KEYWORDS:
            self.at += 1
            return token.text
        raise self._fail("value")
