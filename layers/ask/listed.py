"""The projects of a run as people name them, and who may hear of them."""

from __future__ import annotations

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.study.run.results import Results


def names(results: Results) -> dict[str, str]:
    """Return project → name; one without a name is known by its id."""
    listed = results.table("projects")[["project_id", "name"]].itertuples(index=False)
    return {str(p): str(n) or str(p) for p, n in listed}


def only_own(results: Results) -> None:
    """Refuse what would tell of projects that are for use only.

    Raises
    ------
    BlockedError
        A layer of projects is use-only.
    """
    if any(s.use_only for s in results.study.with_role("project")):
        raise BlockedError(reason("projects_use_only"))


def project_id(results: Results, text: str) -> str:
    """Return the id of a project named by its id, or by its name where only one has it.

    Raises
    ------
    BlockedError
        No such project, or several of that name.
    """
    known = names(results)
    if text in known:
        return text
    found = [p for p, name in known.items() if name == text]
    if len(found) != 1:
        raise BlockedError(reason("project_unknown", project=text, near=found or list(known)[:3]))
    return found[0]
