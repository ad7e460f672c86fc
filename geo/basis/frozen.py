"""An entry of a data file or a setting: fixed once read, and refused with a field nobody knows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """What is read from a file and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
