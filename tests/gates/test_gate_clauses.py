"""The gate: every clause that a test verifies is broken by some rewrite or defect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import (
    CLAUSES,
    DEFECT_RUNS,
    HONEST_RUNS,
    NEVER_JUDGED,
    NEVER_SHOWN,
    REWRITE_RUNS,
)
from rewriting import REWRITES, UNREADABLE

if TYPE_CHECKING:
    from judging import Verdict

#: Rewrites after which next to nothing can be read: that a clause fails then says little of it.
BLUNT = {name for name, found in REWRITES.items() if UNREADABLE in found.also}


@pytest.fixture(scope="session")
def broken(verdicts: dict[str, Verdict]) -> set[str]:
    """Return every clause that something breaks."""
    sharp = [run for run in REWRITE_RUNS if not BLUNT & set(run.job.rewrites)]
    return set().union(*(verdicts[run.name].broken for run in (*sharp, *DEFECT_RUNS)))


@pytest.fixture(scope="session")
def demonstrated(verdicts: dict[str, Verdict]) -> set[str]:
    """Return every clause that an honest mock shows to hold."""
    return set().union(*(verdicts[run.name].having("pass") for run in HONEST_RUNS.values()))


@pytest.mark.parametrize("clause", sorted(CLAUSES.keys() - NEVER_JUDGED))
def test_a_clause_is_broken_by_something(clause: str, broken: set[str]) -> None:
    assert clause in broken, f"no rewrite and no defect makes {clause} fail or warn"


@pytest.mark.parametrize("clause", sorted(CLAUSES.keys() - NEVER_JUDGED - NEVER_SHOWN))
def test_a_clause_is_demonstrated(clause: str, demonstrated: set[str]) -> None:
    assert clause in demonstrated, f"no honest mock shows that {clause} holds"
