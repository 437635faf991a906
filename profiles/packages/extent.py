"""Sets of codes of which some are known only as "all of a system" or "unknown". Imports nothing.

An `Extent` is what a value set, or a part of one, stands for; `|`, `&` and `-` are those of sets.
Whatever cannot be decided ends in `unknown`: never in `codes`, never in `whole`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Extent:
    """A set of codes.

    Attributes:
        codes: surely in, by system.
        whole: systems of which every code is in.
        unknown: systems of which codes that are not in `codes` may be in.
        missing: canonicals of value sets that no package has: any code may be in.
    """

    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    whole: frozenset[str] = _NONE
    unknown: frozenset[str] = _NONE
    missing: frozenset[str] = _NONE

    def __or__(self, other: Extent) -> Extent:
        """Return what is in either.

        >>> (Extent({"s": frozenset("a")}) | Extent(whole=frozenset({"s"}))).whole
        frozenset({'s'})
        """
        codes = {
            s: self.codes.get(s, _NONE) | other.codes.get(s, _NONE)
            for s in {**self.codes, **other.codes}
        }
        return Extent(
            codes,
            self.whole | other.whole,
            (self.unknown | other.unknown) - self.whole - other.whole,
            self.missing | other.missing,
        )

    def __and__(self, other: Extent) -> Extent:
        """Return what is in both.

        >>> both = Extent({"s": frozenset("ab")}) & Extent(unknown=frozenset({"s"}))
        >>> both.codes, both.unknown
        ({}, frozenset({'s'}))
        """
        codes, unknown = {}, set()
        for system in self.systems() | other.systems():
            if sure := _both(system, self, other):
                codes[system] = sure
            if _undecided(system, self, other) or _undecided(system, other, self):
                unknown.add(system)
        missing = self.missing | other.missing if self.missing and other.missing else _NONE
        return Extent(codes, self.whole & other.whole, frozenset(unknown), missing)

    def __sub__(self, other: Extent) -> Extent:
        """Return what is in this one only.

        >>> (Extent({"s": frozenset("ab")}) - Extent({"s": frozenset("a")})).codes
        {'s': frozenset({'b'})}
        """
        if other.missing:
            return Extent(unknown=self.systems() - other.whole, missing=self.missing)
        kept = {
            system: codes - other.codes.get(system, _NONE)
            for system, codes in self.codes.items()
            if system not in other.whole | other.unknown
        }
        doubtful = {s for s in self.codes if s in other.unknown}
        # All of a system but some codes: what is left cannot be listed.
        doubtful |= {s for s in self.whole if s in other.unknown or s in other.codes}
        return Extent(
            {system: codes for system, codes in kept.items() if codes},
            self.whole - other.whole - doubtful,
            (self.unknown | doubtful) - other.whole,
            self.missing,
        )

    def systems(self) -> frozenset[str]:
        """Return every system named."""
        return frozenset(self.codes) | self.whole | self.unknown

    def maybe(self, system: str) -> bool:
        """Return whether codes that are not listed may be in."""
        return system in self.unknown or bool(self.missing and system not in self.whole)


def union(extents: Iterable[Extent]) -> Extent:
    """Return what is in any of them; nothing for none."""
    total = Extent()
    for extent in extents:
        total |= extent
    return total


def _both(system: str, one: Extent, other: Extent) -> frozenset[str]:
    here, there = one.codes.get(system, _NONE), other.codes.get(system, _NONE)
    sure = here & there
    if system in one.whole:
        sure |= there
    if system in other.whole:
        sure |= here
    return sure


def _undecided(system: str, one: Extent, other: Extent) -> bool:
    """Return whether codes that `one` does not decide may be in `other`."""
    return one.maybe(system) and (system in other.systems() or other.maybe(system))
