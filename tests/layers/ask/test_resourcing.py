"""What a park has left of what: land and floors added up; what is not known of one account is not known of all."""

import math
from types import SimpleNamespace

import pandas as pd

from layers.ask import resourcing
from layers.ask.resourcing import Resource

NAN = math.nan


def test_cells_of_parks_and_of_the_county():
    items = [
        Resource("a", "land", "a", "land", "亩", ("P1",), 90.0, 90.0, 90.0, "room"),
        Resource("b", "land", "b", "land", "亩", ("P1",), 60.0, 0.0, 60.0, "open"),
        Resource("c", "floor", "c", "floor", "m2", (), 500.0, 0.0, 500.0, "open"),
        Resource("q1", "account", "q1", "new_construction", "亩", (), 100.0, 40.0, 40.0, "room"),
        Resource("w1", "facility", "w1", "water", "m3/d", (), 9.0, 3.0, 3.0, "room"),
        Resource("w2", "facility", "w2", "water", "m3/d", (), 9.0, NAN, NAN, "open"),
    ]
    names = ["park_id", "resource", "unit", "limit", "left", "state", "accounts"]
    held = [("P1", "land", "亩", 1.0, 1.0, "in_service", ""), ("P1", "power", "MVA", 50.0, 0.0, "in_service", "S1+S2"),
            ("P1", "water", "m3/d", 9.0, NAN, "unknown", "W"),
            ("P1", "gas", "m3/d", 9.0, 9.0, "not_yet", "G")]  # fmt: skip
    made = resourcing._cells(items, SimpleNamespace(table=lambda _: pd.DataFrame(held, columns=names)))
    told = {at: (c.left, c.left_hi, c.state, c.count) for at, c in made.items()}
    assert told["P1", "land"] == (90.0, 150.0, "room", 2)
    assert told["", "floor"] == (0.0, 500.0, "open", 1)
    assert told["", "new_construction"] == (40.0, 40.0, "room", 1)
    assert told["P1", "power"] == (0.0, 0.0, "full", 2)
    assert (told["P1", "water"][2], told["P1", "gas"][2]) == ("open", "later")
    assert told["", "water"][2:] == ("open", 2)
