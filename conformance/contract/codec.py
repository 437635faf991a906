"""Reads a clause back from its JSON form, as run logs keep it. Imports `model`, `findings`."""

from __future__ import annotations

from typing import Any

from conformance.contract.model import Applicability, Clause, NotTested, Source, Standard
from conformance.findings import Expectation

_TEXTS = ("resource", "param", "type", "value", "printed_param", "printed_type")


def clause_from_json(item: dict[str, Any]) -> Clause:
    """Return the clause that `Clause.to_json` wrote; fields of a later version are passed over."""
    return Clause(
        id=item["id"],
        expectation=Expectation(item["expectation"]),
        statement=item["statement"],
        area=item["area"],
        kind=item["kind"],
        topic=item["topic"],
        deployments=tuple(item["deployments"]),
        source=tuple(_source(source) for source in item["source"]),
        applies_when=_applicability(item.get("applies_when", {})),
        not_tested=_not_tested(item["verified_by"]),
        standard=_standard(item.get("standard")),
        errata=tuple(item.get("errata", ())),
        regulations=tuple(item.get("regulations", ())),
        reaches=item.get("reaches", True),
        **{name: item.get(name, "") for name in _TEXTS},
    )


def _source(item: dict[str, Any]) -> Source:
    first, last = item["lines"]
    return Source(item["document"], item["section"], (first, last))


def _applicability(item: dict[str, Any]) -> Applicability:
    return Applicability(
        api=item.get("api", ""),
        environments=tuple(item.get("environments", ())),
        future=item.get("future", ""),
        future_in=tuple(item.get("future_in", ())),
    )


def _not_tested(item: str | dict[str, str]) -> NotTested | None:
    return None if isinstance(item, str) else NotTested(item["not_tested"], item["because"])


def _standard(item: dict[str, str] | None) -> Standard | None:
    return Standard(item["name"], item["section"], item["url"]) if item else None
