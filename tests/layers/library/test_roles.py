"""The table of roles is the one place that says what a role is; the checker's names are the same."""

import re
from typing import get_args

from layers.basis.reach import ROOT
from layers.library import roles
from layers.library.roles import Role
from layers.study import role_fields
from layers.text import LANGUAGES, say


def test_the_checker_and_the_table_know_the_same_roles():
    assert set(get_args(Role)) == set(roles.roles())


def test_every_role_has_its_word_and_its_fields_are_those_of_a_role():
    assert set(role_fields.known()) <= set(roles.roles())
    for role in roles.roles():
        assert len({say(f"uihome.role_{role}", language) for language in LANGUAGES}) == len(LANGUAGES)


def test_what_is_measured_is_opened_as_a_layer_and_what_is_drawn_has_a_place_of_its_own():
    table = roles.roles()
    assert {r for r in table if table[r].measured} - set(roles.opened_as("layer")) == {"redline"}
    places = [table[r].drawn for r in roles.drawn()]
    assert places == sorted(set(places))
    assert roles.measured("distance") == ("network", "facility", "building")


def test_no_list_of_roles_is_typed_by_hand():
    """A tuple of many role names in the program would be a second table; registers name their own few."""
    names = "|".join(get_args(Role))
    listed = re.compile(rf'(?:"(?:{names})"\s*,\s*){{4,}}')
    own = {"layers/library/roles.py", "layers/study/run/masked.py"}  # names for the checker; tables by role
    found = {
        str(p.relative_to(ROOT)) for top in ("layers", "views") for p in (ROOT / top).rglob("*.py")
        if listed.search(p.read_text(encoding="utf-8"))
    }  # fmt: skip
    assert found <= own
