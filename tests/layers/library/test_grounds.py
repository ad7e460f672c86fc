"""Present use as colours: every class of the shipped lists has a look, and the likely one."""

import pytest

from layers.library import grounds, standards


def named(scheme, code):
    return grounds.looks()[grounds.place_of(scheme, code)].id


@pytest.mark.parametrize(
    ("scheme", "code", "wanted"),
    [
        ("三调", "0101", "paddy"), ("三调", "0103", "field"), ("三调", "0301", "forest"), ("三调", "1101", "water"),
        ("三调", "1104", "water"), ("三调", "0601", "works"), ("三调", "0701", "town"), ("三调", "203", "town"),
        ("三调", "1003", "way"), ("三调", "1006", "farm"), ("三调", "1202", "farm"), ("三调", "1206", "bare"),
        ("三调", "0810", "green"), ("用地用海", "100102", "works"), ("用地用海", "1207", "way"), ("三调", "", "open"),
        ("nobody's", "0101", "open"), ("", "", "open"),
    ],
)  # fmt: skip
def test_a_class_has_its_look(scheme, code, wanted):
    assert named(scheme, code) == wanted


def test_every_class_with_a_group_has_a_look():
    for made in standards.lists():
        if made.scheme in ("三调", "用地用海"):
            blank = [c.code for c in made.codes if c.group and named(made.scheme, c.code) == "open"]
            assert blank == [], made.scheme


def test_no_beginning_is_given_twice_and_colours_differ():
    looks = grounds.looks()
    begun = [(scheme, start) for look in looks for scheme, starts in look.codes.items() for start in starts]
    assert len(begun) == len(set(begun))
    assert len({look.colour for look in looks}) == len(looks)
    assert [k.group for k in looks if k.group] == ["cultivated", "farm", "construction", "unused"]
