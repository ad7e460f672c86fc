"""Projects, rules and parks made by hand."""

import numpy as np
import pandas as pd

from geo.basis.tables import empty
from geo.project.gate import Park, Parks
from geo.rules.spec import Rule


def projects(*rows):
    """A table of projects out of dicts; what is not given is unknown."""
    frame = pd.DataFrame([{"project_id": f"P{k}"} | row for k, row in enumerate(rows)])
    blank = empty("projects")
    for column in blank:
        if column not in frame:
            frame[column] = "" if blank[column].dtype in (object, "str") else np.nan
    for column in [c for c in blank if blank[c].dtype == "datetime64[s]"]:
        frame[column] = pd.to_datetime(frame[column])
    texts = [c for c in blank if c in frame and blank[c].dtype in (object, "str")]
    return frame.fillna(dict.fromkeys(texts, ""))


def rule(name="energy", fact="energy_tce", threshold=1000.0, **more):
    """A rule on a fact of projects."""
    given = {"operator": "<=", "severity": "exclude", "industries": ("C",), "confidence": "S"} | more
    return Rule(id=name, fact=fact, test="value", threshold=threshold, **given)


def parks(*given, complete=True):
    """Parks out of (id, admitted codes)."""
    return Parks(tuple(Park(i, f"园{i}", tuple(codes)) for i, codes in given), complete, True)
