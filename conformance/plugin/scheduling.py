"""Which tests share an xdist worker: those that share what was asked of the target.

xdist's own `loadgroup` marks node ids in a way that pytest 9.2 no longer sees. Imports xdist, which
is there when this module is asked for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

from conformance.contract import load_contract

if TYPE_CHECKING:
    from conformance.contract import Clause

_CLAUSE = re.compile(r"\[([A-Z][A-Z0-9-]+)")


class ByResource(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Keeps the tests of one resource of one API in one worker, and those of authorization."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return the group of a test: API and resource of the clause it names, else its folder.

    >>> group_of("suites/fhir/test_rows.py::test_profile[DIR-LOC-PROFILE]")
    'DIR-Location'
    >>> group_of("suites/authorization/test_use.py::test_it[USE-BEARER]")
    'suites/authorization'
    """
    named = _CLAUSE.search(nodeid)
    clause = _named(named[1]) if named else None
    if clause and clause.resource and clause.area in {"DIR", "PA"}:
        return f"{clause.area}-{clause.resource}"
    return nodeid.partition("::")[0].rpartition("/")[0]


def _named(text: str) -> Clause | None:
    clauses = _clauses()
    while text and text not in clauses:
        text = text.rpartition("-")[0]
    return clauses.get(text)


@cache
def _clauses() -> dict[str, Clause]:
    return {clause.id: clause for clause in load_contract().clauses}
