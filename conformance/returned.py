"""What the exchanges of a run returned: each resource once, and what is left to judge of them.

Imports records, exchanges and the target model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from conformance.records import Entry, entries_of
from conformance.target.model import is_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.exchange import Exchange

#: What a server says about itself, whoever asked: it is judged with the API as such.
STATEMENT = "CapabilityStatement"


@dataclass(slots=True, eq=False)
class _Kept:
    """One resource of one content, with where it came first and whether some test judged it."""

    entry: Entry
    group: str
    judged: bool = False


@dataclass(slots=True)
class _OfApi:
    """What one API returned: `read` exchanges of all that were made are in it."""

    read: int = 0
    kept: list[_Kept] = field(default_factory=list)
    known: set[tuple[str, int]] = field(default_factory=set)


class Returned:
    """Every resource that any exchange of this process returned, as the exchanges come in.

    A resource is the same where type, id, version and all other content are. `group` names the
    tests that share a worker: what they asked is complete in the process that runs them.
    """

    def __init__(self) -> None:
        self._exchanges: list[tuple[str, Exchange]] = []
        self._apis: dict[str, _OfApi] = {}

    def add(self, group: str, exchanges: Iterable[Exchange]) -> None:
        """Take in what a test of a group exchanged."""
        self._exchanges += [(group, exchange) for exchange in exchanges]

    def rows(self, base: str, resource_type: str) -> list[Entry]:
        """Return what the API below a base address returned of a type, whoever asked."""
        return [kept.entry for kept in self._of(base) if _type(kept) == resource_type]

    def judge_rows(self, base: str, resource_type: str) -> list[Entry]:
        """Return the same, for the test that judges them: they are left to no other."""
        return _judging(kept for kept in self._of(base) if _type(kept) == resource_type)

    def judge_rest(self, base: str, group: str, resource_type: str = "") -> list[Entry]:
        """Return what no test has judged of what the tests of a group were returned.

        Rows of a type are with it, whoever asked: no other clause may be about them.
        """
        return _judging(
            kept
            for kept in self._of(base)
            if not kept.judged
            and (kept.group == group or _type(kept) == resource_type)
            and _type(kept) != STATEMENT
        )

    def _of(self, base: str) -> list[_Kept]:
        api = self._apis.setdefault(base, _OfApi())
        for group, exchange in self._exchanges[api.read :]:
            if is_below(base, exchange.request.url):
                for entry in _resources(exchange):
                    same = (entry.key, hash(_content(entry)))
                    if same not in api.known:
                        api.known.add(same)
                        api.kept.append(_Kept(entry, group))
        api.read = len(self._exchanges)
        return api.kept


def _judging(wanted: Iterable[_Kept]) -> list[Entry]:
    chosen = list(wanted)
    for kept in chosen:
        kept.judged = True
    return [kept.entry for kept in chosen]


def _type(kept: _Kept) -> Any:
    return kept.entry.resource.get("resourceType")


def _resources(exchange: Exchange) -> Iterator[Entry]:
    """Yield the resource of an answer, and those in it where it is a Bundle."""
    document = exchange.document
    if isinstance(document, dict) and "resourceType" in document:
        yield Entry(document, "", "", 0, exchange)
        if document["resourceType"] == "Bundle":
            yield from entries_of(exchange)


def _content(entry: Entry) -> bytes:
    try:
        return orjson.dumps(entry.resource, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a lone surrogate, a number of more than 64 bits, nesting without end
        return f"{entry.exchange.id} {entry.index}".encode()
