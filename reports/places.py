"""What a broken assertion is about, and a fingerprint of it that the next run gives again.

Imports runlog, exchanges, findings and wording.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from reports.wording import bases_of, request_line

if TYPE_CHECKING:
    from conformance.findings import Assertion, Finding
    from conformance.runlog import Run

#: A logical id is 1 to 64 of these (FHIR R4, datatypes: id).
_RESOURCE = re.compile(r"(?<![\w/])([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})")
_ENTRY = re.compile(r"^Bundle\.entry\[(\d+)\]")
_INDEX = re.compile(r"\[\d+\]")
#: Characters of a fingerprint: as many as a person can copy.
LENGTH = 12


class Places:
    """Names the places of one run's findings; it parses a body once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._bases = bases_of(run)
        self._entries: dict[str, list[Any]] = {}

    def resource(self, assertion: Assertion) -> str:
        """Return the resource an assertion is about (`Location/21f4`), "" where none."""
        if named := _RESOURCE.search(assertion.at):
            return named[1]
        entry = _ENTRY.match(assertion.at)
        if not entry or assertion.exchange not in self._run.exchanges:
            return ""
        entries, number = self._entries_of(assertion.exchange), int(entry[1])
        found = entries[number] if number < len(entries) else None
        resource = found.get("resource") if isinstance(found, dict) else None
        if not isinstance(resource, dict) or not resource.keys() >= {"resourceType", "id"}:
            return ""
        return f"{resource['resourceType']}/{resource['id']}"

    def fingerprint(self, finding: Finding, assertion: Assertion) -> str:
        """Return the fingerprint of one broken place.

        It holds clause, case, request, resource, place and what was expected; not the entry's
        number nor what was observed, which change from run to run.
        """
        exchange = self._run.exchanges.get(assertion.exchange)
        facts = (
            finding.clause,
            finding.case,
            request_line(exchange.request, self._bases) if exchange else "",
            self.resource(assertion),
            _INDEX.sub("[]", assertion.at),
            assertion.expected,
        )
        return sha256("\0".join(facts).encode("utf-8", "replace")).hexdigest()[:LENGTH]

    def fingerprints(self, finding: Finding) -> tuple[str, ...]:
        """Return the fingerprint of each broken place that the finding kept, each once."""
        broken = (assertion for assertion in finding.assertions if not assertion.holds)
        return tuple(dict.fromkeys(self.fingerprint(finding, found) for found in broken))

    def _entries_of(self, name: str) -> list[Any]:
        if name not in self._entries:
            document = document_of(self._run, name)
            entries = document.get("entry") if isinstance(document, dict) else None
            self._entries[name] = entries if isinstance(entries, list) else []
        return self._entries[name]


def document_of(run: Run, name: str) -> Any:
    """Return the JSON that an exchange's answer holds, None where it holds none."""
    exchange = run.exchanges[name]
    if not exchange.response or exchange.response.problem:
        return None
    try:
        return orjson.loads(exchange.response.body)
    except orjson.JSONDecodeError:
        return None
