"""The gate: every clause that a test verifies is broken by some rewrite or defect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import CLAUSES, DEFECTS, PACKS
from rewriting import REWRITES

if TYPE_CHECKING:
    from judging import Verdict

#: Rewrites after which next to nothing can be read: that a clause fails then says little of it.
BLUNT = {name for name, found in REWRITES.items() if r"DIR-.*" in found.also}


@pytest.fixture(scope="session")
def broken(verdicts: dict[str, Verdict]) -> set[str]:
    """Return every clause that something breaks."""
    runs = [names[0] for names in PACKS if names[0] not in BLUNT]
    return set().union(*(verdicts[run].broken for run in (*runs, *DEFECTS)))


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_broken_by_something(clause: str, broken: set[str]) -> None:
    assert clause in broken, f"no rewrite and no defect makes {clause} fail or warn"


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_demonstrated(clause: str, verdicts: dict[str, Verdict]) -> None:
    assert clause in verdicts["honest"].having("pass")
