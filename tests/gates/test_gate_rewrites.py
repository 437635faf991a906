"""Each rewrite breaks the clauses it must break, and nothing that has not to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalogue import CLAUSES, PACKS, RUN_OF
from rewriting import REWRITES, on_bundles, packed, rewrite

if TYPE_CHECKING:
    from judging import Verdict


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_breaks_what_it_must(name: str, verdicts: dict[str, Verdict]) -> None:
    missed = REWRITES[name].must_break(CLAUSES) - verdicts[RUN_OF[name]].broken
    assert not missed, f"{REWRITES[name].does} Not seen by {sorted(missed)}"


@pytest.mark.parametrize("names", PACKS, ids=lambda names: names[0])
def test_nothing_else_is_broken(names: tuple[str, ...], verdicts: dict[str, Verdict]) -> None:
    allowed = set().union(*(REWRITES[name].may_break(CLAUSES) for name in names))
    assert not verdicts[names[0]].broken - allowed


@pytest.mark.parametrize("names", PACKS, ids=lambda names: names[0])
def test_the_exit_code_tells_what_came(
    names: tuple[str, ...], verdicts: dict[str, Verdict]
) -> None:
    found = verdicts[names[0]]
    codes = {REWRITES[name].exit_code for name in names}
    assert found.exit_code == (1 if 1 in codes else max(codes))
    assert bool(found.having("error")) == (3 in codes)
    assert bool(found.having("fail")) == (1 in codes)


@pytest.mark.parametrize("names", PACKS, ids=lambda names: names[0])
def test_no_rewrite_fails_itself(names: tuple[str, ...], verdicts: dict[str, Verdict]) -> None:
    assert verdicts[names[0]].faults == ()


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_says_what_it_does_and_names_clauses(name: str) -> None:
    found = REWRITES[name]
    assert found.does.endswith(".")
    for pattern in (*found.breaks, *found.also, *found.hides):
        assert found.matching(pattern, CLAUSES), f"{pattern} matches no clause"


def test_rewrites_that_share_a_run_share_no_clause() -> None:
    for pack in packed(REWRITES.values(), CLAUSES):
        touched = [found.touches(CLAUSES) for found in pack]
        assert len(set().union(*touched)) == sum(map(len, touched))
        assert len(pack) == 1 or not any(found.alone for found in pack)


def test_a_name_is_registered_once() -> None:
    taken = next(iter(REWRITES.values())).change
    with pytest.raises(ValueError, match="twice"):
        rewrite(breaks=["DIR-METADATA"])(taken)
    assert on_bundles(taken).__name__ == taken.__name__  # type: ignore[arg-type]
