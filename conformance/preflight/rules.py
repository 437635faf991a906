"""Where each rule of a registration is found by the clause it enforces. May import the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from conformance.contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.preflight.application import Application


class Fault(NamedTuple):
    """One thing wrong: the answer's key, what is wrong with it, what to do."""

    key: str
    said: str
    fix: str


if TYPE_CHECKING:
    Judge = Callable[[Application], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one clause; it judges where the clause is said of the deployment."""

    clause: str
    judge: Judge


RULES: list[Rule] = []


def rule(*clauses: str) -> Callable[[Judge], Judge]:
    """Register a rule under its clause, or under several that say the same of one deployment."""

    def register(judge: Judge) -> Judge:
        for clause in clauses:
            if clause not in load_contract().by_id:
                raise LookupError(f"{judge.__name__}: there is no clause {clause}")
            RULES.append(Rule(clause, judge))
        return judge

    return register
