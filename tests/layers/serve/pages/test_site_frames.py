"""The comparison matrix as people fill it in."""

import pandas as pd

from layers.serve.pages.site_frames import comparison, mirrored


def _matrix(upper, lower):
    return pd.DataFrame([["1", upper], [lower, "1"]], index=["a", "b"], columns=["a", "b"], dtype="str")


def test_an_answer_is_kept_where_the_cell_across_was_empty_before_and_after():
    made = mirrored(_matrix("3", None), _matrix("1", None))
    assert made.loc["a", "b"] == "3"
    assert made.loc["b", "a"] == "1/3"


def test_weights_are_told_as_a_matrix_of_inverses():
    made = comparison({"a": 0.75, "b": 0.25})
    assert (made.loc["a", "b"], made.loc["b", "a"]) == ("3", "1/3")
    assert [made.iloc[k, k] for k in (0, 1)] == ["1", "1"]
