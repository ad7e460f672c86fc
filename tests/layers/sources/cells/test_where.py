"""Filters: three values, positions of errors, nothing but comparisons."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.errors import CallError, SpecError
from layers.sources.cells import where

FRAME = pd.DataFrame(
    {
        "YEAR": ["2001", "1999", None, "unknown"],
        "kind": ["a", "c", "b", "a"],
        "x": [None, "1", "2", ""],
        "net_m2": [30_000.0, 1.0, None, 5.0],
        "DLBM": ["0101", "0102", None, "101"],
        "图斑 编号": ["甲", "乙", "丙", "it's"],
        "BSM": ["3205810000000000017", "3205810000000000018", "1", None],
    }
)
T, F, N = where.TRUE, where.FALSE, where.UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("YEAR > 2000", [T, F, N, N]),
        ("not YEAR > 2000", [F, T, N, N]),
        ("YEAR > 2000 and kind = a", [T, F, F, N]),
        ("YEAR > 2000 or kind = b", [T, F, T, N]),
        ("kind in (\"a\", 'b')", [T, F, T, T]),
        ("kind not in (a, b)", [F, T, F, F]),
        ("x is null", [T, F, F, T]),
        ("not (x is null)", [F, T, T, F]),
        ("x is not null and net_m2 <= 1", [F, T, N, F]),
        ("DLBM = 0101", [T, F, N, F]),
        ("DLBM = '101'", [F, F, N, T]),
        ("BSM = 3205810000000000017", [T, F, F, N]),
        ("`图斑 编号` = 甲", [T, F, F, F]),
        ("`图斑 编号` = 'it''s'", [F, F, F, T]),
        ("YEAR>=1999 AND NOT kind='c'", [T, F, N, N]),
        ("a_b != 1", None),
    ],
)
def test_answers(text, expected):
    if expected is None:
        with pytest.raises(SpecError) as caught:
            where.evaluate(where.parse(text), FRAME)
        assert caught.value.reasons[0].code == "where_field_unknown"
        return
    assert where.evaluate(where.parse(text), FRAME).tolist() == expected


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("YEAR >", 7), ("(kind = a", 10), ("kind = a b", 10), ("kind like 'a%'", 6), ("@pd.io.common = 1", 1),
        ("kind = a; drop table x", 9), ("__import__('os')", 11), ("", 1), ("kind in ()", 10), ("= 3", 1),
        ("kind = 'open", 8), ("not", 4), ("x is 3", 6),
    ],
)  # fmt: skip
def test_errors_say_where(text, position):
    with pytest.raises(SpecError) as caught:
        where.parse(text)
    [why] = caught.value.reasons
    assert why.code == "where_syntax"
    assert why.values["position"] == position


def test_deep_nesting_is_an_error_not_a_crash():
    with pytest.raises(SpecError):
        where.parse("(" * 5000 + "a = 1" + ")" * 5000)


def test_holds_never_counts_unknown_and_is_a_call_error():
    assert where.holds("YEAR > 2000", FRAME).tolist() == [True, False, False, False]
    for text in ("YEAR >", "nope = 1"):
        with pytest.raises(CallError):
            where.holds(text, FRAME)


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_a_clear_error(text):
    codes = []
    try:
        where.evaluate(where.parse(text), FRAME)
    except SpecError as error:
        codes = [r.code for r in error.reasons]
    assert set(codes) <= {"where_syntax", "where_field_unknown"}


@given(st.lists(st.sampled_from(["YEAR > 2000", "kind = a", "x is null", "net_m2 < 9"]), min_size=1, max_size=4))
def test_de_morgan_holds_with_nulls(parts):
    both = where.evaluate(where.parse(f"not ({' and '.join(parts)})"), FRAME)
    either = where.evaluate(where.parse(" or ".join(f"not {p}" for p in parts)), FRAME)
    assert both.tolist() == either.tolist()
