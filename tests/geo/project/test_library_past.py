"""What changed between two states of the libraries: what came, what went, which cell says otherwise."""

import pandas as pd

from geo.basis.tables import empty
from geo.project import library_past


def entries(*rows):
    frame = pd.DataFrame([{"library": "investor", **r} for r in rows]).reindex(columns=empty("library_entries").columns)
    texts = [c for c in frame if frame[c].isna().all() and c not in ("amount_wan", "left_wan", "asked_m2")]
    return frame.assign(**dict.fromkeys(texts, ""))


def test_entries_that_came_went_and_changed():
    before = entries({"entry_id": "K1", "name": "甲", "amount_wan": 800.0}, {"entry_id": "K2", "name": "乙"},
                     {"entry_id": "K3", "name": "丙", "amount_wan": float("nan")})  # fmt: skip
    after = entries({"entry_id": "K1", "name": "甲集团", "amount_wan": 900.0}, {"entry_id": "K3", "name": "丙"},
                    {"entry_id": "K4", "name": "丁"})  # fmt: skip
    told = [(c.entry_id, c.what, c.column, c.before, c.after) for c in library_past.changes(before, after)]
    assert told == [
        ("K1", "changed", "name", "甲", "甲集团"), ("K1", "changed", "amount_wan", 800.0, 900.0),
        ("K2", "gone", "", None, None), ("K4", "came", "", None, None),
    ]  # fmt: skip
    assert library_past.changes(after, after) == []
