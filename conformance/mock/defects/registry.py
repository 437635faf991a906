"""The registry of named wrong behaviours. Imports only the standard library.

A defect is a function of one of the values that flow through the server (see `flow`): it takes
the value and returns a wrong one. The type of its argument says where in the flow it is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import getdoc, signature
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")
Change = Callable[[T], T]


@dataclass(frozen=True, slots=True)
class Defect:
    """A wrong behaviour: what it does, and the clauses that must fail when it is on."""

    name: str
    does: str
    breaks: tuple[str, ...]
    seam: str
    change: Callable[[Any], Any]


REGISTRY: dict[str, Defect] = {}


def defect(name: str, *, breaks: Sequence[str]) -> Callable[[Change[T]], Change[T]]:
    """Register a function as the defect of this name."""

    def register(change: Change[T]) -> Change[T]:
        if name in REGISTRY:
            raise ValueError(f"defect {name!r} is registered twice")
        seam = next(iter(signature(change).parameters.values())).annotation
        does = (getdoc(change) or "").partition("\n")[0]
        REGISTRY[name] = Defect(name, does, tuple(breaks), seam, change)
        return change

    return register


@dataclass(frozen=True, slots=True)
class Defects:
    """The defects that are on, asked wherever a value of their kind goes by."""

    active: tuple[Defect, ...] = ()

    def about(self, *areas: str) -> Defects:
        """Return those that break clauses of areas (`DIR`, `PA`): the others act elsewhere."""
        starts = tuple(f"{area}-" for area in areas)
        return Defects(
            tuple(d for d in self.active if any(clause.startswith(starts) for clause in d.breaks))
        )

    def apply(self, value: T) -> T:
        """Return the value as the active defects of its kind leave it."""
        for found in self.active:
            if found.seam == type(value).__name__:
                value = found.change(value)
        return value


def choose(names: Iterable[str], known: dict[str, Defect]) -> Defects:
    """Return the defects of these names.

    Raises:
        ValueError: a name is unknown; the message lists the known ones.
    """
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            raise ValueError(unknown("defect", name, known))
    return Defects(tuple(known[name] for name in wanted))


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return the message for a name nobody knows: the nearest one, then all of them."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"unknown {what} {name!r}.{hint} Known: {', '.join(names)}"
