"""A reason is a code and its numbers; words are made elsewhere (`layers/text.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why something is as it is.

    Parameters
    ----------
    code : str
        Key of the sentence in the locales, for example ``"over_limit"``.
    values : Mapping
        Plain values the sentence needs (numbers in SI units, texts, dates).

    Notes
    -----
    Two reasons are equal when code and values are. ``to_json`` is stable (sorted
    keys), so tables that hold reasons are the same bytes on every run.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the reason as one line of JSON with sorted keys."""
        body = {"code": self.code} | {k: _plain(v) for k, v in self.values.items()}
        return json.dumps(body, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Reason:
        """Read what `to_json` wrote."""
        body = json.loads(text)
        return cls(body.pop("code"), body)


def reason(code: str, /, **values: Any) -> Reason:
    """Short form: ``reason("over_limit", value=3.0, threshold=0.0)``."""
    return Reason(code, values)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.item() if hasattr(value, "item") else value
