import math

from geo.basis.reason import reason
from layers.text import LANGUAGES, number, say, sentence


def test_numbers_carry_their_unit_in_both_languages():
    assert number(2000 / 3, "mu", "zh") == "1.00 亩"
    assert number(10_000, "ha", "en") == "1.0000 ha"
    assert number(0.1234, "share", "en") == "12.34 %"


def test_what_is_not_known_is_said_so():
    for language in LANGUAGES:
        word = say("word.not_known", language)
        assert {number(v, "m2", language) for v in (None, math.nan, math.inf)} == {word}


def test_a_missing_value_or_key_is_no_traceback():
    assert say("reason.not_a_study", "en")
    assert say("nowhere.nothing", "zh").startswith("[")


def test_a_reason_reads_the_same_from_json():
    one = reason("study_locked", pid=7, host="h", since="s", command="c")
    assert sentence(one, "zh") == sentence(one.to_json(), "zh")
    assert "7" in sentence(one, "en")
