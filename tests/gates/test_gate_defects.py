"""Each named defect of the mock breaks its clauses, and no clause of another resource type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import CLAUSES, DEFECTS, WHOLE, resources_of

if TYPE_CHECKING:
    from judging import Verdict


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_breaks_the_clauses_it_names(name: str, verdicts: dict[str, Verdict]) -> None:
    assert set(DEFECTS[name]) <= verdicts[name].broken
    assert not verdicts[name].having("error")
    fails = bool(verdicts[name].having("fail"))
    assert verdicts[name].exit_code == (1 if fails else 0)


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_breaks_no_clause_of_another_type(name: str, verdicts: dict[str, Verdict]) -> None:
    broken = tuple(verdicts[name].broken)
    assert resources_of(broken) <= resources_of(DEFECTS[name])


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_run_says_the_same(name: str, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[f"{name} (whole)"].broken == verdicts[name].broken


def test_a_defect_names_clauses_that_are_tested() -> None:
    named = {clause for breaks in DEFECTS.values() for clause in breaks}
    assert named <= CLAUSES.keys()
