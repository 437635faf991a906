"""The rows themselves: the profile they claim, and whether they are well-formed FHIR R4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.wording import listed
from conformance.findings import Assertion
from profiles import structural_issues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.records import Entry


def rows_claim_profile(
    entries: Iterable[Entry], profile: str, *, family: bool = False
) -> Iterator[Assertion]:
    """Each row names its profile in `meta.profile`, with or without a version.

    With `family` the profile's name may go on: a claim is of one of several kinds.
    """
    for entry in entries:
        meta = entry.resource.get("meta")
        claimed = meta.get("profile") if isinstance(meta, dict) else None
        urls = [str(url) for url in claimed] if isinstance(claimed, list) else []
        yield Assertion(
            any(
                url.startswith(profile) if family else url.partition("|")[0] == profile
                for url in urls
            ),
            f"{entry.key}.meta.profile",
            profile,
            listed(urls) or "absent",
            entry.exchange.id,
        )


def rows_are_well_formed(entries: Iterable[Entry]) -> Iterator[Assertion]:
    """Each row is well-formed FHIR R4: known elements, right types, required ones there."""
    for entry in entries:
        issues = [(issue.expression, issue.message) for issue in structural_issues(entry.resource)]
        issues += [(place, "without a value") for place in hollow(entry.resource)]
        for place, message in issues:
            yield Assertion(
                False, f"{entry.key}: {place}", "well-formed FHIR R4", message, entry.exchange.id
            )
        if not issues:
            yield Assertion(
                True, entry.key, "well-formed FHIR R4", "well-formed", entry.exchange.id
            )


def hollow(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the places of properties that are null or empty (FHIR R4 json.html)."""
    nodes: list[tuple[str, Any]] = [(str(resource.get("resourceType")), resource)]
    while nodes:
        place, node = nodes.pop()
        if node in (None, "", [], {}):
            yield place
        elif isinstance(node, dict):
            nodes += [(f"{place}.{name}", value) for name, value in node.items()]
        elif isinstance(node, list):
            # A null in an array stands for a value that has an extension only.
            held = ((index, value) for index, value in enumerate(node) if value is not None)
            nodes += [(f"{place}[{index}]", value) for index, value in held]


def references_are_networks(referred: Mapping[str, Any]) -> Iterator[Assertion]:
    """What roles and affiliations refer to as a network is an Organization of type `ntwk`.

    `referred` gives, by id, what the directory answered for it.
    """
    for name, resource in referred.items():
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        network = kind == "Organization" and is_network(resource)
        yield Assertion(
            network,
            f"Organization/{name}",
            "an Organization of type ntwk",
            "a network" if network else f"{kind or 'nothing'}, no network",
        )


def is_network(resource: Mapping[str, Any]) -> bool:
    """Whether an Organization is a network: one of its types has the code `ntwk`."""
    types = resource.get("type")
    codings = [
        coding
        for concept in _list_of(types)
        if isinstance(concept, dict)
        for coding in _list_of(concept.get("coding"))
    ]
    return any(isinstance(coding, dict) and coding.get("code") == "ntwk" for coding in codings)


def _list_of(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []
