"""A pin and a ban that leave nothing of each other."""

import pytest

from layers.ask.decisions import contradict

PARKS = {"S1": "B1", "S2": "B2"}


@pytest.mark.parametrize(("pin", "ban", "against"), [
    (("S1", ""), ("S1", ""), True), (("S1", ""), ("S2", ""), False), (("S1", ""), ("", "B1"), True),
    (("S1", ""), ("", "B2"), False), (("", "B1"), ("", "B1"), True), (("", "B1"), ("", "B2"), False),
    (("", "B1"), ("S1", ""), False), (("S1", ""), ("", ""), True), (("", "B1"), ("", ""), True),
    (("R1", ""), ("", "B1"), False),
])  # fmt: skip
def test_what_contradicts_what(pin, ban, against):
    assert contradict(pin, ban, PARKS) is against
