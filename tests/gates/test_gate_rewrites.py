"""Each rewrite breaks the clauses it must break, and nothing that has not to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import CLAUSES_OF, HONEST_RUNS, REWRITE_RUNS, REWRITTEN
from rewriting import REWRITES, on_bundles, packed, rewrite

from conformance.contract import load_contract

if TYPE_CHECKING:
    from catalogue import Run
    from judging import Verdict

#: Clauses whose tests are to come may be named already.
KNOWN = frozenset(clause.id for clause in load_contract().clauses)
each_run = pytest.mark.parametrize("run", REWRITE_RUNS, ids=lambda run: run.name)


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_rewrite_breaks_what_it_must(name: str, verdicts: dict[str, Verdict]) -> None:
    found, run = REWRITTEN[name]
    # A mock need not demonstrate every clause; test_gate_clauses sees to it that some mock does.
    honest = verdicts[HONEST_RUNS[run.job.world].name].having("pass")
    missed = found.must_break(run.clauses & honest) - verdicts[run.name].broken
    assert not missed, f"{found.does} Not seen by {sorted(missed)}"


@each_run
def test_nothing_else_is_broken(run: Run, verdicts: dict[str, Verdict]) -> None:
    allowed = set().union(*(REWRITES[name].may_break(KNOWN) for name in run.job.rewrites))
    assert not verdicts[run.name].broken - allowed


@each_run
def test_the_exit_code_tells_what_came(run: Run, verdicts: dict[str, Verdict]) -> None:
    found = verdicts[run.name]
    codes = {REWRITES[name].exit_code for name in run.job.rewrites}
    if 3 not in codes:
        assert found.errors == ()
    assert bool(found.errors) == (3 in codes)
    assert found.exit_code == (1 if 1 in codes else max(codes))
    assert bool(found.having("fail")) == (1 in codes)


@each_run
def test_no_rewrite_fails_itself(run: Run, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[run.name].faults == ()


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_says_what_it_does_and_names_clauses(name: str) -> None:
    found = REWRITES[name]
    assert found.does.endswith(".")
    for pattern in (*found.breaks, *found.also, *found.hides, *found.spares):
        assert found.matching(pattern, KNOWN), f"{pattern} matches no clause"


def test_rewrites_that_share_a_run_share_no_clause() -> None:
    clauses = CLAUSES_OF["directory"]
    for pack in packed(REWRITES.values(), clauses):
        touched = [found.touches(clauses) for found in pack]
        assert len(set().union(*touched)) == sum(map(len, touched))
        assert len(pack) == 1 or not any(found.alone for found in pack)


def test_a_name_is_registered_once() -> None:
    taken = next(iter(REWRITES.values())).change
    with pytest.raises(ValueError, match="twice"):
        rewrite(breaks=["DIR-METADATA"])(taken)
    assert on_bundles(taken).__name__ == taken.__name__  # type: ignore[arg-type]
