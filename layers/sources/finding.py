"""What was found in an input: one finding per row and code, with a named proposal where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason

Severity = Literal["block", "warn", "fixed", "rejected", "note"]
GRAVITY: tuple[Severity, ...] = ("block", "rejected", "warn", "fixed", "note")
"""Severities, the gravest first."""

EMPTY, ELSEWHERE, FAR, LINKS = "empty-layer", "layer-elsewhere", "rows-far-away", "ignore-links"
UNREAD, PAGES, HOLES = "ignore-unread", "ignore-other-pages", "ignore-hole-outlines"
"""Consents to a layer that may not be whole; until one is given by name the layer proves nothing by absence."""


@dataclass(frozen=True)
class Finding:
    """One thing found in an input.

    Parameters
    ----------
    row : str
        Row of the input file (1 is the first feature; in a table the line on the
        sheet), "" for the file as a whole.
    code : str
        Code of the reason.
    severity : {"block", "warn", "fixed", "rejected", "note"}
        block: the file cannot be used until the user decides or mends it; rejected:
        this row is left out; fixed: mended, the change is stated; warn: look at it; note: worth knowing
        before a column or a file is used, and asks for nothing.
    proposal : str
        Name the user may accept (``accept`` in study.toml), "" if there is none.
    reason : Reason
    """

    row: str
    code: str
    severity: Severity
    proposal: str
    reason: Reason

    def to_dict(self) -> dict[str, str]:
        """Return the finding as plain texts, for JSON."""
        return {
            "row": self.row,
            "severity": self.severity,
            "proposal": self.proposal,
            "reason": self.reason.to_json(),
        }

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> Finding:
        """Read what `to_dict` wrote."""
        why = Reason.from_json(body["reason"])
        return cls(body["row"], why.code, body["severity"], body["proposal"], why)


def finding(severity: Severity, code: str, /, row: object = "", proposal: str = "", **values: Any) -> Finding:
    """Short form: ``finding("rejected", "geometry_missing", row=12)``."""
    said = ({"row": str(row)} if str(row) else {}) | ({"proposal": proposal} if proposal else {})
    return Finding(str(row), code, severity, proposal, reason(code, **(said | values)))


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by gravity, those of one in the order they came in."""
    return sorted(findings, key=lambda f: GRAVITY.index(f.severity))


def blocked(findings: Sequence[Finding]) -> BlockedError:
    """Return the error that carries every blocking finding (a reason names its proposal)."""
    return BlockedError([f.reason for f in findings if f.severity == "block"])


def of_row(row: int, why: Reason, severity: Severity = "rejected") -> Finding:
    """Return a finding about one row from a reason that does not name it yet."""
    return Finding(str(row), why.code, severity, "", Reason(why.code, {"row": str(row)} | dict(why.values)))


def numbered(found: Finding, row: int) -> Finding:
    """Return the finding with its row called by another number."""
    why = Reason(found.code, dict(found.reason.values) | {"row": str(row)})
    return replace(found, row=str(row), reason=why)
