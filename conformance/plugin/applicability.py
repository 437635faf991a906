"""Whether a clause applies to a target, and which clauses a run was asked for. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.contract.model import Clause
    from conformance.target import Target

API_KEY = {"provider-directory": "directory_base", "patient-access": "fhir_base"}


def why_not_applicable(clause: Clause, target: Target) -> str:
    """Return the reason why a clause does not apply to a target, "" where it does."""
    when = clause.applies_when
    if target.deployment not in clause.deployments:
        return f"the {target.deployment} document does not say this"
    if when.api and not target.base_of(when.api):
        return f"the target has no {API_KEY.get(when.api, when.api)}"
    if when.environments and target.environment not in when.environments:
        return f"said of {' and '.join(when.environments)} only"
    if future := when.undeclared(target.deployment, target.future):
        return f"future functionality that the target does not declare: {future}"
    return ""


def unknown_selections(wanted: Iterable[str], clauses: Sequence[Clause]) -> list[str]:
    """Say of each `--only` value that selects nothing what may have been meant."""
    problems = []
    for word in wanted:
        if not any(is_selected(clause, [word]) for clause in clauses):
            known = {clause.id for clause in clauses} | {clause.area for clause in clauses}
            close = get_close_matches(word.upper(), known, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(close)}?" if close else "see `flexcheck contract list`"
            problems.append(f"--only {word}: no clause or area of that name; {hint}")
    return problems


def is_selected(clause: Clause, only: Sequence[str]) -> bool:
    """Whether a clause is among `--only` values: its id, its area, or a leading part of its id."""
    return not only or any(
        word in {clause.id, clause.area} or clause.id.startswith(f"{word}-") for word in only
    )
