"""Which tests share what was asked of a target, and with it an xdist worker. Imports contract."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from conformance.contract import load_contract

if TYPE_CHECKING:
    from conformance.contract import Clause

#: The suites, by the name of their folder: a case of that name judges what its tests were returned.
SUITES = ("fhir", "authorization")
_CLAUSE = re.compile(r"\[([A-Z][A-Z0-9-]+)")
_SUITE = re.compile(rf":({'|'.join(SUITES)})\]")


def group_of(nodeid: str) -> str:
    """Return the group of a test: API and resource of the clause it names, else its suite.

    >>> group_of("suites/fhir/test_rows.py::test_profile[DIR-LOC-PROFILE]")
    'DIR-Location'
    >>> group_of("suites/authorization/test_use.py::test_it[USE-BEARER]")
    'suites/authorization'
    >>> group_of("suites/fhir/test_validation.py::test_it[PA-ANSWERS-CONFORM:authorization]")
    'suites/authorization'
    """
    named = _CLAUSE.search(nodeid)
    clause = _named(named[1]) if named else None
    if clause and clause.resource and clause.area in {"DIR", "PA"}:
        return f"{clause.area}-{clause.resource}"
    folder = nodeid.partition("::")[0].rpartition("/")[0]
    suite = _SUITE.search(nodeid)
    return "/".join((*folder.split("/")[:-1], suite[1])) if suite else folder


def _named(text: str) -> Clause | None:
    clauses = _clauses()
    while text and text not in clauses:
        text = text.rpartition("-")[0]
    return clauses.get(text)


@cache
def _clauses() -> dict[str, Clause]:
    return {clause.id: clause for clause in load_contract().clauses}
