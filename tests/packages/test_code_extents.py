"""Sets of which parts are unknown: sure is sure, and what may be is never ruled out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from profiles.packages.extent import Extent, union

if TYPE_CHECKING:
    from collections.abc import Callable

SYSTEMS, CODES = ("s", "t"), ("1", "2", "3")
EVERY = frozenset((s, c) for s in SYSTEMS for c in CODES)
Pairs = frozenset[tuple[str, str]]

subsets = st.frozensets(st.sampled_from(SYSTEMS))
some_codes = st.dictionaries(
    st.sampled_from(SYSTEMS), st.frozensets(st.sampled_from(CODES), min_size=1)
)
pairs = st.frozensets(st.sampled_from(sorted(EVERY)))


@st.composite
def extents(draw: Callable) -> tuple[Extent, Pairs]:
    """An extent, and one set of codes that it may stand for."""
    missing = draw(st.sampled_from([frozenset(), frozenset({"urn:gone"})]))
    extent = Extent(draw(some_codes), draw(subsets), draw(subsets), missing)
    possible = draw(pairs) & may(extent)
    return extent, sure(extent) | possible


def sure(extent: Extent) -> Pairs:
    return frozenset(
        (s, c) for s, c in EVERY if s in extent.whole or c in extent.codes.get(s, frozenset())
    )


def may(extent: Extent) -> Pairs:
    if extent.missing:
        return EVERY
    return sure(extent) | {(s, c) for s, c in EVERY if s in extent.unknown}


@given(extents(), extents())
def test_a_union_is_never_wrong(one: tuple, other: tuple) -> None:
    found = one[0] | other[0]
    assert sure(found) <= one[1] | other[1] <= may(found)


@given(extents(), extents())
def test_an_intersection_is_never_wrong(one: tuple, other: tuple) -> None:
    found = one[0] & other[0]
    assert sure(found) <= one[1] & other[1] <= may(found)


@given(extents(), extents())
def test_a_difference_is_never_wrong(one: tuple, other: tuple) -> None:
    found = one[0] - other[0]
    assert sure(found) <= one[1] - other[1] <= may(found)


@given(some_codes, some_codes)
def test_of_what_is_all_known_everything_is_told(left: dict, right: dict) -> None:
    one, other = Extent(left), Extent(right)
    for found, expected in (
        (one | other, sure(one) | sure(other)),
        (one & other, sure(one) & sure(other)),
        (one - other, sure(one) - sure(other)),
    ):
        assert sure(found) == expected == may(found)


def test_the_union_of_nothing_is_empty() -> None:
    assert union([]) == Extent()
