"""Defects of the authorization server break no clause of Patient Access."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from judged_apart import is_judged_apart
from judging import Job, judge
from tokenless import WITHOUT_TOKENS

from conformance.mock.auth import DEFECT_MODULES
from conformance.mock.defects import REGISTRY

if TYPE_CHECKING:
    from judging import Verdict

MODULES = {module.__name__ for module in DEFECT_MODULES}
#: With these on the suites' client is not let in at all, so that nothing is judged.
BLOCKING = WITHOUT_TOKENS | {
    *("authorize-returns-to-start", "authorize-state-altered", "authorize-state-dropped")
}
#: With these on it is granted less than it asks for; what is not granted is not asked.
NARROWING = (
    *("scope-first-only", "scope-member-types-not-granted", "scope-patient-not-granted"),
    "scope-coverage-not-granted",
)
OTHERS = tuple(
    name
    for name, found in REGISTRY.items()
    if found.change.__module__ in MODULES and name not in BLOCKING.union(NARROWING)
)
#: So many at once do not get into each other's way.
TOGETHER = [OTHERS[first::10] for first in range(10)]
ONLY = ("PA-EOB", "PA-PAT", "PA-COV", "PA-METADATA", "PA-FHIR-VERSION")


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """Return what came of the runs with some defects each."""
    packs = (*TOGETHER, *((name,) for name in NARROWING))
    jobs = [Job(pack[0], "tooele", defects=pack, only=ONLY) for pack in packs]
    return judge([Job("honest", "tooele", direct=True, only=ONLY), *jobs])


@pytest.mark.parametrize("pack", TOGETHER, ids=lambda pack: pack[0])
def test_defects_of_authorization_change_no_verdict_elsewhere(
    pack: tuple[str, ...], verdicts: dict[str, Verdict]
) -> None:
    found = verdicts[pack[0]]
    assert found.errors == ()
    assert _here(found) == _here(verdicts["honest"])


@pytest.mark.parametrize("name", NARROWING)
def test_what_is_not_granted_is_not_held_against_the_data(
    name: str, verdicts: dict[str, Verdict]
) -> None:
    assert verdicts[name].errors == ()
    assert not {clause for clause in verdicts[name].broken if not is_judged_apart(clause)}
    assert verdicts[name].having("skip") - verdicts["honest"].having("skip")


def _here(verdict: Verdict) -> set[tuple[str, str, str]]:
    """Return the findings but those that are a matter of tokens, scopes and other members."""
    return {
        found
        for found in verdict.findings
        if not is_judged_apart(found[0]) and not found[0].endswith("-PAGE-TOKEN")
    }
