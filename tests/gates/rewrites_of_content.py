"""Rewrites of the rows themselves, of networks, and of the CapabilityStatement."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rewriting import (
    ANSWERS,
    AREAS,
    CONFORMS,
    FHIR_VERSION,
    METADATA,
    MUST_SUPPORT,
    TYPES,
    each,
    on_rows,
    outcome,
    rewrite,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rewriting_proxy import Change, Forward
    from traffic import Answer, Asked

    Resource = dict[str, Any]

PROFILES = (each("PROFILE"), "DIR-NET-PROFILE")
#: An organization of the seeded directory that is no network.
PAYER = "406a3c76a9abaa6c3986"
NETWORK = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/network-reference"


def _with_meta(row: Resource, **changed: Any) -> Resource:
    meta = {**row["meta"], **changed}
    return {**row, "meta": {name: value for name, value in meta.items() if value is not None}}


@rewrite(breaks=[*PROFILES])
@on_rows
def profile_is_missing(row: Resource) -> Resource:
    """Rows do not name a profile."""
    return _with_meta(row, profile=None)


@rewrite(breaks=[*PROFILES])
@on_rows
def profile_is_another(row: Resource) -> Resource:
    """Rows name a profile of US Core."""
    return _with_meta(row, profile=["http://hl7.org/fhir/us/core/StructureDefinition/us-core"])


@rewrite(breaks=["DIR-IG-VERSION"])
@on_rows
def profile_has_another_version(row: Resource) -> Resource:
    """Rows name their profile with version 1.1.0 of the guide."""
    return _with_meta(
        row, profile=[f"{url.partition('|')[0]}|1.1.0" for url in row["meta"]["profile"]]
    )


@rewrite(breaks=[each("VERSION-ID")], hides=[each("VREAD"), each("READ-CONSISTENT")])
@on_rows
def version_is_missing(row: Resource) -> Resource:
    """Rows have no meta.versionId."""
    return _with_meta(row, versionId=None)


@rewrite(breaks=[each("WELL-FORMED")])
@on_rows
def row_has_an_unknown_property(row: Resource) -> Resource:
    """Rows have a property that FHIR does not know."""
    return {**row, "sourceSystem": "legacy"}


@rewrite(breaks=[each("WELL-FORMED")])
@on_rows
def array_is_a_string(row: Resource) -> Resource:
    """Rows have a string where FHIR wants an array of identifiers."""
    return {**row, "identifier": "1234567893"}


@rewrite(breaks=[each("WELL-FORMED")])
@on_rows
def string_is_a_number(row: Resource) -> Resource:
    """Rows have a number where FHIR wants a string."""
    return {**row, "language": 7}


@rewrite(breaks=[each("WELL-FORMED")])
@on_rows
def boolean_is_a_string(row: Resource) -> Resource:
    """Rows have a string where FHIR wants a boolean."""
    return {**row, "implicitRules": True}


@rewrite(breaks=[each("WELL-FORMED")])
@on_rows
def element_is_null(row: Resource) -> Resource:
    """Rows have a property whose value is null."""
    return {**row, "language": None}


@rewrite(breaks=[CONFORMS], also=[each("WELL-FORMED")], alone=True)
@on_rows
def extension_has_an_unknown_code(row: Resource) -> Resource:
    """Rows have an extension of FHIR's own with a code that its value set does not hold."""
    unknown = {
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "lost-in-the-post",
    }
    return {**row, "extension": [*row.get("extension", ()), unknown]}


@rewrite(breaks=[MUST_SUPPORT], also=[rf"{AREAS}-[A-Z0-9-]+"], alone=True)
@on_rows
def rows_are_bare(row: Resource) -> Resource:
    """Rows have nothing but id, meta, and what tells their kind."""
    kept = ("resourceType", "id", "meta", "type", "subType")
    if row["resourceType"] not in {"Organization", "ExplanationOfBenefit"}:
        kept = kept[:3]
    return {name: value for name, value in row.items() if name in kept}


@rewrite(breaks=[ANSWERS], also=[each("BUNDLE")], alone=True)
def answers_are_undatable(asked: Asked, forward: Forward) -> Answer:
    """Bundles and the CapabilityStatement have a `meta.lastUpdated` that is no instant."""
    answer = forward(asked)
    if not answer.bears("Bundle", "CapabilityStatement"):
        return answer
    return answer.having({**answer.document, "meta": {"lastUpdated": "yesterday"}})


@rewrite(
    breaks=["DIR-NETWORK-IS-ORGANIZATION"],
    also=[
        "DIR-(ROLE|AFF)-.*NETWORK",
        "DIR-ORG-REVINCLUDE-ROLE-NETWORK",
        "DIR-(ROLE|AFF)-REFERENCE-FORMS",
    ],
)
@on_rows
def network_is_no_network(row: Resource) -> Resource:
    """Roles and affiliations name a payer as their network."""
    payer = {"reference": f"Organization/{PAYER}"}
    if row["resourceType"] == "OrganizationAffiliation":
        return {**row, "network": [payer]}
    if row["resourceType"] != "PractitionerRole":
        return row
    others = [found for found in row.get("extension", ()) if found["url"] != NETWORK]
    return {**row, "extension": [*others, {"url": NETWORK, "valueReference": payer}]}


def on_statement(change: Callable[[Resource], Resource]) -> Change:
    """Make a rewrite of the CapabilityStatement."""

    def changed(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        told = answer.bears("CapabilityStatement")
        return answer.having(change(answer.document)) if told else answer

    changed.__name__, changed.__doc__ = change.__name__, change.__doc__
    return changed


def _with_types(statement: Resource, change: Callable[[Resource], Resource | None]) -> Resource:
    rest = statement["rest"][0]
    kept = [new for old in rest["resource"] if (new := change(old))]
    return {**statement, "rest": [{**rest, "resource": kept}]}


ABOUT = (FHIR_VERSION, "DIR-IG-VERSION", each("CAPABILITY"), each("CAPABILITY-PARAMS"))


@rewrite(breaks=[FHIR_VERSION])
@on_statement
def statement_names_another_fhir_version(statement: Resource) -> Resource:
    """The CapabilityStatement names FHIR 4.3.0."""
    return {**statement, "fhirVersion": "4.3.0"}


@rewrite(breaks=[FHIR_VERSION])
@on_statement
def statement_names_no_fhir_version(statement: Resource) -> Resource:
    """The CapabilityStatement names no FHIR version."""
    return {name: value for name, value in statement.items() if name != "fhirVersion"}


@rewrite(breaks=["DIR-IG-VERSION"])
@on_statement
def statement_names_another_guide_version(statement: Resource) -> Resource:
    """The CapabilityStatement names version 1.1.0 of Plan-Net."""
    text = json.dumps(statement).replace("|1.0.0", "|1.1.0")
    changed: Resource = json.loads(text)
    return changed


@rewrite(breaks=[each("CAPABILITY")], hides=[each("CAPABILITY-PARAMS")])
@on_statement
def statement_lacks_the_types(statement: Resource) -> Resource:
    """The CapabilityStatement mentions none of the resource types."""
    return _with_types(statement, lambda found: None if found["type"] in TYPES else found)


@rewrite(breaks=[each("CAPABILITY")])
@on_statement
def statement_lacks_vread(statement: Resource) -> Resource:
    """The CapabilityStatement declares vread of no type."""
    return _with_types(
        statement,
        lambda found: {
            **found,
            "interaction": [code for code in found["interaction"] if code["code"] != "vread"],
        },
    )


@rewrite(breaks=[each("CAPABILITY-PARAMS")], exit_code=0)
@on_statement
def statement_lacks_parameters(statement: Resource) -> Resource:
    """The CapabilityStatement declares one search parameter of each type only."""
    return _with_types(
        statement, lambda found: {**found, "searchParam": found.get("searchParam", [])[:1]}
    )


@rewrite(breaks=[METADATA], hides=ABOUT)
@on_statement
def statement_is_a_conformance(statement: Resource) -> Resource:
    """`/metadata` gives a Conformance, as DSTU2 named it."""
    return {**statement, "resourceType": "Conformance"}


@rewrite(breaks=[METADATA], hides=ABOUT)
def statement_is_a_server_error(asked: Asked, forward: Forward) -> Answer:
    """`/metadata` is answered 500."""
    return outcome(500, "exception") if asked.what == "metadata" else forward(asked)


@rewrite(breaks=[METADATA], hides=ABOUT)
def statement_is_cut_off(asked: Asked, forward: Forward) -> Answer:
    """`/metadata` ends in the middle."""
    answer = forward(asked)
    return replace(answer, body=answer.body[:500]) if asked.what == "metadata" else answer
