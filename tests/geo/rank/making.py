"""Criteria and units for the tests of ranking."""

import numpy as np
import pandas as pd

from geo.rank.spec import Criterion


def criterion(name, value=None, **more):
    base = {"id": name, "title": name, "fact": name, "weight": 0.0, "confidence": "S",
            "value": value or {"kind": "increasing", "none_at": 0.0, "full_at": 1.0}}  # fmt: skip
    return Criterion.model_validate(base | more)


def shares(count, **weights):
    """Criteria that read shares, with these weights, and random units for them."""
    random = np.random.default_rng(count)
    criteria = [criterion(name, weight=weight) for name, weight in weights.items()]
    table = {c.id: np.round(random.random(count), 3) for c in criteria}
    return criteria, pd.DataFrame({"site_id": [f"S{k:03}" for k in range(count)]} | table)
