"""A red line is checked for one industry; several, or one nobody knows, are refused: no rule falls silent."""

import pytest

from geo.basis.errors import CallError
from layers.study.checks import RedlineQuestion
from layers.text import sentences


@pytest.mark.parametrize("given", ["C26、C28", "C26;C39", "XX9", "Z99", "没有这个行业", "C39 化学原料和化学制品制造业"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_not_one_industry_is_refused_by_its_words(given, language):
    with pytest.raises(CallError) as told:
        RedlineQuestion(industry=given)
    assert given in sentences(told.value, language)[0]


@pytest.mark.parametrize(
    ("given", "code"),
    [("C26", "C26"), (" c26 ", "C26"), ("Ｃ２６", "C26"), ("2614", "C2614"), ("C26、C26", "C26"), ("", "")],
)
def test_one_industry_however_it_is_written_is_kept_as_its_code(given, code):
    assert RedlineQuestion(industry=given).industry == code
