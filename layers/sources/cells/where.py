"""A small language for filters: ``YEAR > 2000 and kind in ("a", "b") and not (x is null)``.

Text becomes a tree of our own, and the tree is evaluated over columns. Nothing is ever
handed to ``eval``, ``DataFrame.query`` or SQL, so a filter can only compare fields with
literals. Logic has three values: a comparison with null is neither true nor false.

The grammar is `GRAMMAR`. A field is a name, or any text in backquotes: `图斑 编号`. A literal is a text in
quotes (one quote doubled stands for itself), a number, or a bare word, which is text; so are 0101 and 19-digit numbers.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import CallError, SpecError
from geo.basis.reason import reason

FALSE, TRUE, UNKNOWN = 0, 1, 2
Answers = npt.NDArray[np.uint8]
Literal = str | float
MAX_DEPTH = 50

_CODE = re.compile(r"0\d|\d{16}")
"""A number written with a leading zero, or longer than a float is exact, is a code: compared as text."""
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


def parse(text: str) -> Node:
    """Read a filter into its tree.

    Raises
    ------
    SpecError
        ``where_syntax`` with the position (from 1), what stands there and what was expected.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        return _node(_grammar().parse(text))
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        raise _wrong(text, at, text[at : at + 10], "field / value / operator") from None
    except UnexpectedToken as error:
        at = len(text) if error.token.type == END else int(error.token.start_pos or 0)
        raise _wrong(text, at, str(error.token), _wanted(error.accepts)) from None
    except _TooDeepError as error:
        raise _wrong(text, error.at, "(", f"≤ {MAX_DEPTH} ( )") from None


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


# --- reading ----------------------------------------------------------------------

GRAMMAR = r"""
    ?start   : any_of
    ?any_of  : all_of (_OR all_of)*                          -> any
    ?all_of  : negation (_AND negation)*                     -> all
    ?negation: _NOT negation                                 -> negated
             | _OPEN any_of _CLOSE
             | comparison
    ?comparison: field OP literal                            -> compared
             | field _IN _list                               -> within
             | field _NOT _IN _list                          -> without
             | field _IS _NULL                               -> empty
             | field _IS _NOT _NULL                          -> filled
    _list    : _OPEN literal (_COMMA literal)* _CLOSE
    field    : WORD | QUOTED
    literal  : WORD | TEXT | NUMBER

    TEXT.6   : /'(?:[^']|'')*'|"(?:[^"]|"")*"/
    QUOTED.6 : /`[^`]+`/
    OP.6     : /<=|>=|!=|<>|==|=|<|>/
    _OPEN.6  : "("
    _CLOSE.6 : ")"
    _COMMA.6 : ","
    NUMBER.5 : /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/
    _AND.4   : /and(?![\w.\-%²])/i
    _OR.4    : /or(?![\w.\-%²])/i
    _NOT.4   : /not(?![\w.\-%²])/i
    _IN.4    : /in(?![\w.\-%²])/i
    _IS.4    : /is(?![\w.\-%²])/i
    _NULL.4  : /null(?![\w.\-%²])/i
    WORD.1   : /[\w.\-%²]+/
    %ignore /\s+/
"""
END = "$END"
_SAID = {"NUMBER": "value", "QUOTED": "field", "OP": "= != < <= > >=", "_IN": "in", "_IS": "is", "_NULL": "null",
         "_NOT": "not", "_OPEN": "(", "_COMMA": ",", "_CLOSE": ")", "_AND": "and", "_OR": "or"}  # fmt: skip
"""What is expected, in words, by the signs of the grammar."""


class _TooDeepError(Exception):
    def __init__(self, at: int):
        super().__init__(at)
        self.at = at


class _Depth:
    """Watches how deep parentheses and negations stand, so that no filter can exhaust the program."""

    always_accept = ()

    def process(self, stream: Iterator[Any]) -> Iterator[Any]:
        depth = negated = 0
        for token in stream:
            negated = negated + 1 if token.type == "_NOT" else 0 if token.type not in ("_OPEN", "_NOT") else negated
            depth += (token.type == "_OPEN") - (token.type == "_CLOSE")
            if depth + negated > MAX_DEPTH:
                raise _TooDeepError(int(token.start_pos))
            yield token


@cache
def _grammar() -> Any:
    from lark import Lark  # read when the first filter is

    watch: Any = _Depth()
    return Lark(GRAMMAR, parser="lalr", lexer="basic", postlex=watch)


def _wrong(text: str, at: int, found: str, expected: str) -> SpecError:
    return SpecError(reason("where_syntax", text=text, position=at + 1, found=found or "–", expected=expected))


def _wanted(signs: Collection[str]) -> str:
    """Return what could stand there; a filter that could end there could go on with and, or."""
    return " / ".join(words for sign, words in _SAID.items() if sign in signs)


def _node(tree: Any) -> Node:
    """Return our tree for one of the grammar."""
    parts = tree.children
    if tree.data in ("any", "all") and len(parts) == 1:
        return _node(parts[0])
    if tree.data in ("any", "all"):
        return Both("or" if tree.data == "any" else "and", tuple(_node(p) for p in parts))
    if tree.data == "negated":
        return Not(_node(parts[0]))
    field = _field(str(parts[0].children[0]))
    if tree.data == "compared":
        return Compare(field, str(parts[1]), _literal(parts[2].children[0]))
    if tree.data in ("empty", "filled"):
        return IsNull(field) if tree.data == "empty" else Not(IsNull(field))
    listed = In(field, tuple(_literal(p.children[0]) for p in parts[1:]))
    return listed if tree.data == "within" else Not(listed)


def _field(text: str) -> str:
    return text[1:-1] if text.startswith("`") else text


def _literal(token: Any) -> Literal:
    text = str(token)
    if token.type == "TEXT":
        return text[1:-1].replace(text[0] * 2, text[0])
    return float(text) if token.type == "NUMBER" and not _CODE.match(text) else text
