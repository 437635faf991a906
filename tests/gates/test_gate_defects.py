"""Each named defect of the mock breaks its clauses, and no clause of another resource type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import AREAS, CLAUSES, DEFECT_RUNS, WHOLE_RUNS, resources_of
from judged_apart import is_judged_apart

from conformance.contract import load_contract
from conformance.mock.defects import REGISTRY

if TYPE_CHECKING:
    from catalogue import Run
    from judging import Verdict

CONTRACT = load_contract()
each_run = pytest.mark.parametrize("run", DEFECT_RUNS, ids=lambda run: run.name)


@each_run
def test_a_defect_breaks_the_clauses_it_names(run: Run, verdicts: dict[str, Verdict]) -> None:
    found = verdicts[run.name]
    assert found.errors == ()
    assert not run.breaks - found.broken
    assert found.exit_code == (1 if found.having("fail") else 0)


@each_run
def test_a_defect_breaks_no_clause_of_another_type(run: Run, verdicts: dict[str, Verdict]) -> None:
    assert resources_of(verdicts[run.name].broken) <= resources_of(run.breaks)


@pytest.mark.parametrize("run", WHOLE_RUNS, ids=lambda run: run.name)
def test_a_whole_run_says_the_same(run: Run, verdicts: dict[str, Verdict]) -> None:
    own = verdicts[run.name.removesuffix(" (whole)")]
    assert verdicts[run.name].errors == ()
    apart = {clause for clause in verdicts[run.name].broken if is_judged_apart(clause)}
    assert verdicts[run.name].broken - apart == own.broken - apart


@pytest.mark.parametrize("name", REGISTRY)
def test_a_defect_names_clauses_of_the_contract(name: str) -> None:
    for clause in REGISTRY[name].breaks:
        assert clause in {found.id for found in CONTRACT.clauses}


def test_the_clauses_of_the_directory_s_defects_are_tested() -> None:
    named = {clause for found in REGISTRY.values() for clause in found.breaks}
    ours = {name for name in named if name.startswith("DIR-") and not is_judged_apart(name)}
    assert ours <= CLAUSES.keys()
    assert {"DIR", "PA"} == AREAS
